"""The stage: two routers and a client on one LAN, everything they do under observation."""

import re
import signal
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from attrs import define, field, frozen

from conformance.demo.configuration import VIRTUAL_ADDRESS, router_configuration
from conformance.lab.capture import Advert, Capture, capturing
from conformance.lab.holders import Holders, watching
from conformance.lab.network import Host, Lab, open_lab
from conformance.lab.peers import Peer
from conformance.lab.ping import Ping, pinging
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import Address, parse_address
from kaspec.units import Instant

T = TypeVar("T")
_ENTERING = re.compile(r"\(VI_1\) Entering (\w+) STATE")
OFF, STARTING, STOPPING, STOPPED, NO_POWER = "off", "starting", "stopping", "stopped", "no power"


@frozen
class Mark:
    """From this instant on a router was in this condition: a VRRP state, or what its machine is doing."""

    at: Instant
    condition: str


@define(eq=False)
class Router:
    """One of the two: what it is configured to be, the processes it ran, and what was done to its machine."""

    title: str
    priority: int
    configuration: str
    address: Address
    mac: str
    host: Host
    processes: list[Process] = field(factory=list)
    marks: list[Mark] = field(factory=list)

    @property
    def process(self) -> Process:
        """The daemon now running, or the last that was."""
        return self.processes[-1]

    def history(self) -> list[Mark]:
        """Return its conditions in order: those its daemon logs, and those it was put in."""
        logged = [Mark(line.at, found[1]) for each in self.processes for line in each.lines if (found := _ENTERING.search(line.text))]
        return sorted([*self.marks, *logged], key=lambda mark: mark.at)

    def condition(self, at: Instant) -> str:
        """Return what it was at the instant."""
        history = self.history()
        place = bisect_right(history, at, key=lambda mark: mark.at)
        return history[place - 1].condition if place else OFF


@frozen
class Scene:
    """The act being played: when it began, its number, what is done, and what the protocol says will come of it."""

    at: Instant
    number: int
    title: str
    promise: str


Audience = Callable[["Stage"], None]


@define(eq=False)
class Stage:
    """Everything in view.  ``audience`` is called again and again while something is waited for."""

    lab: Lab
    peer: Peer
    master: Router
    slave: Router
    capture: Capture
    holders: Holders
    ping: Ping
    audience: Audience
    began: Instant = field(factory=wall_clock)
    scenes: list[Scene] = field(factory=list)

    @property
    def routers(self) -> tuple[Router, Router]:
        """The master and the slave."""
        return self.master, self.slave

    def announce(self, title: str, promise: str) -> Instant:
        """Open the next act; return when."""
        begun = wall_clock()
        self.scenes.append(Scene(begun, len(self.scenes) + 1, title, promise))
        self.audience(self)
        return begun

    def wait(self, condition: Callable[[], T], timeout: float, what: str) -> T:
        """Wait while the audience watches; raises ``TimeoutError``."""

        def shown() -> T:
            self.audience(self)
            return condition()

        return wait_until(shown, timeout, what)

    def switch_on(self, router: Router) -> Instant:
        """Start the router's daemon; return when it entered Backup, which is when its Master_Down_Timer began to run."""
        router.marks.append(Mark(wall_clock(), STARTING))
        process = self.peer.start(router.host, router.configuration, self.peer.record(f"/tmp/{router.title}-{len(router.processes)}.trace"))
        router.processes.append(process)
        self.wait(lambda: router.condition(wall_clock()) != STARTING or not process.alive, 10, f"{router.title} to start")
        return process.wait_for_line(r"Entering BACKUP STATE", 1).at

    def switch_off(self, router: Router) -> int:
        """Stop the router's daemon as an operator does, with SIGTERM; return its exit status."""
        router.marks.append(Mark(wall_clock(), STOPPING))
        router.process.signal(signal.SIGTERM)
        self.wait(lambda: not router.process.alive, 10, f"{router.title} to end")
        router.marks.append(Mark(wall_clock(), STOPPED))
        return router.process.program.wait()

    def cut_power(self, router: Router) -> None:
        """Let the router's machine die in an instant."""
        self.lab.power_off(router.host)
        router.marks.append(Mark(wall_clock(), NO_POWER))

    def restore_power(self, router: Router) -> None:
        """Boot the router's machine."""
        self.lab.power_on(router.host)
        router.marks.append(Mark(wall_clock(), OFF))

    def adverts(self, router: Router, since: Instant) -> list[Advert]:
        """Return what the router advertised since then, other than that it stops."""
        return [
            each for each in self.capture.adverts if each.at >= since and each.source == router.address and each.advertisement.priority > 0
        ]

    def wait_for_adverts(self, router: Router, since: Instant, timeout: float, count: int = 1) -> list[Advert]:
        """Wait until the router has advertised ``count`` times since then, and return those; raises ``TimeoutError``."""

        def enough() -> list[Advert]:
            return seen if len(seen := self.adverts(router, since)) >= count else []

        return self.wait(enough, timeout, f"{router.title} to advertise")

    def holder(self) -> Router | None:
        """Return who holds the virtual address now, the master if it is both."""
        held = self.holders.now()
        return next((router for router in self.routers if router.host.name in held), None)

    def answering(self) -> Router | None:
        """Return who answers the client now."""
        mac = self.ping.answered_by()
        return next((router for router in self.routers if router.mac == mac), None)


@contextmanager
def set_stage(peer: Peer, audience: Audience) -> Iterator[Stage]:
    """Build the network and start watching it; nothing runs on the routers yet."""
    with ExitStack() as stack:
        lab = stack.enter_context(open_lab())
        front, back = lab.lan("front"), lab.lan("back")

        def connect(name: str, last: int) -> Host:
            host = lab.host(name)
            lab.connect(host, front, "eth0", _mac(0, last), [f"192.168.123.{last}/24"])
            lab.connect(host, back, "eth1", _mac(1, last))
            return host

        def router(state: str, last: int, priority: int) -> Router:
            title = f"LVS-{last}"
            text = router_configuration(title, state, priority)
            return Router(title, priority, text, parse_address(f"192.168.123.{last}"), _mac(0, last), connect(state.lower(), last))

        routers = router("MASTER", 101, 100), router("BACKUP", 102, 50)
        client = connect("client", 1)
        capture = stack.enter_context(capturing(lab, front))
        holders = stack.enter_context(watching([each.host for each in routers], VIRTUAL_ADDRESS))
        ping = stack.enter_context(pinging(client, "eth0", VIRTUAL_ADDRESS))
        yield Stage(lab, peer, *routers, capture, holders, ping, audience)


def _mac(lan: int, last: int) -> str:
    return f"02:00:00:00:{lan:02x}:{last:02x}"
