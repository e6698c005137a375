"""Scenes: two routers and an observer on a LAN of their own, all they do on record; many scenes are played at the same time.

The protocol's waits are most of a scene, so a scene is a function that runs in a thread of its own.  ``@together`` makes such a function a
test: the first of a module that is asked for starts all that are selected, and each reports what became of its own scene.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from types import ModuleType
from typing import Any, Generic, TypeVar

import pytest
from attrs import define, field

from conformance.demo.configuration import VIRTUAL_ADDRESS, router_configuration
from conformance.lab.capture import Advert, Capture, capturing
from conformance.lab.holders import Holders, watching
from conformance.lab.namespace import LabUnavailableError
from conformance.lab.network import Host, Lab, Lan, open_lab
from conformance.lab.peers import Peer
from conformance.lab.priority import hurried
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import Address, parse_address
from kaspec.units import MILLISECOND, SECOND, Instant, Interval
from kaspec.vrrp.intervals import master_down_interval, skew_time

T = TypeVar("T")

LATE = Interval(150 * MILLISECOND)
"""How much later than the protocol's figure still counts as kept: a busy machine's scheduling, not the protocol."""
EARLY = Interval(2 * MILLISECOND)
"""How much earlier, measured from one advert on the wire to another."""
EVER = Instant(0)
EARLY_BY_LOG = Interval(250 * MILLISECOND)
"""How much earlier, measured from a line in a log: it is read later than what it tells happened."""
AT_ONCE = 12
"""How many scenes are played at a time."""

PRIORITY = {"a": 100, "b": 50}
DOWN = {name: master_down_interval(2, priority, SECOND) for name, priority in PRIORITY.items()}
"""Master_Down_Interval of each router with its priority of the seed configuration."""
SKEW = {name: skew_time(2, priority, SECOND) for name, priority in PRIORITY.items()}
SEED = {"a": router_configuration("LVS-101", "MASTER", 100), "b": router_configuration("LVS-102", "BACKUP", 50)}
"""The seed configuration: PASS 1111, VRID 100, priorities 100 and 50, eth0 and eth1 tracked, the address labelled eth0:100."""

_SOURCES = {"a": "192.168.123.101", "b": "192.168.123.102", "h": "192.168.123.1"}
_making = threading.Lock()


@define(eq=False)
class Scene:
    """Routers ``a`` (192.168.123.101) and ``b`` (.102), observer ``h`` (.1), what crosses their LAN and who holds the virtual address."""

    lab: Lab
    front: Lan
    back: Lan
    a: Host
    b: Host
    h: Host
    capture: Capture
    holders: Holders

    def start(self, host: Host, peer: Peer, text: str | None = None) -> Process:
        """Start a daemon, by default on the host's seed configuration, and wait until it is Backup."""
        process = peer.start(host, SEED[host.name] if text is None else text)
        process.wait_for_line("Entering BACKUP STATE", timeout=15)
        return process

    def start_pair(self, master: Peer, backup: Peer) -> tuple[Process, Process]:
        """Start seed routers on a and b at once and wait until a is Master."""
        processes = self.start(self.a, master), self.start(self.b, backup)
        self.settle(self.a, EVER)
        return processes

    def adverts(self, host: Host, since: Instant = EVER, priority_zero: bool = False) -> list[Advert]:
        """Return what a host advertised since then: that it is Master, or (``priority_zero``) that it no longer is."""
        return [
            advert
            for advert in self.capture.adverts
            if advert.at >= since and advert.source == source_of(host) and (advert.advertisement.priority == 0) == priority_zero
        ]

    def wait_for_advert(self, host: Host, since: Instant, timeout: float = 10.0, count: int = 1) -> Advert:
        """Return the first advert of a host since then, as soon as there are ``count``; raises ``TimeoutError``."""

        def enough() -> list[Advert]:
            return seen if len(seen := self.adverts(host, since)) >= count else []

        return wait_until(enough, timeout, f"{count} adverts of {host.name}")[0]

    def settle(self, host: Host, since: Instant) -> Advert:
        """Wait until the host has advertised since then and alone holds the virtual address; return its first advert since then."""
        first = self.wait_for_advert(host, since)
        wait_until(lambda: self.holders.now() == {host.name}, 2, f"{host.name} alone to hold {VIRTUAL_ADDRESS}")
        return first

    def hear(self, host: Host, count: int) -> None:
        """Wait until the host has advertised so many times more."""
        self.wait_for_advert(host, wall_clock(), count=count, timeout=2 + 2 * count)

    def connect(self, host: Host, interface: str) -> None:
        """Plug a host into the front (eth0) or back (eth1) LAN, with its own address on eth0."""
        lan, addresses = (self.front, [f"{_SOURCES[host.name]}/24"]) if interface == "eth0" else (self.back, [])
        self.lab.connect(host, lan, interface, mac_of(host.name, interface), addresses)

    def labels(self, host: Host) -> list[tuple[str, str]]:
        """Return the virtual address's (address/length, label) on a host, as its kernel tells by netlink."""
        found = ((message, dict(message["attrs"])) for message in host.netlink.get_addr())
        return [
            (f"{held['IFA_LOCAL']}/{message['prefixlen']}", held["IFA_LABEL"])
            for message, held in found
            if held.get("IFA_LOCAL") == VIRTUAL_ADDRESS
        ]


def source_of(host: Host) -> Address:
    """Return the address a host advertises from."""
    return parse_address(_SOURCES[host.name])


def mac_of(name: str, interface: str = "eth0") -> str:
    """Return the hardware address of a host's interface."""
    return f"02:00:00:00:0{interface[-1]}:0{'abh'.index(name) + 1}"


def in_window(measured: int, promise: Interval, early: Interval = EARLY, late: Interval = LATE) -> bool:
    """Tell whether something took as long as the protocol promises."""
    return promise - early <= measured <= promise + late


def is_steady(adverts: Iterable[Advert], interval: Interval = SECOND) -> bool:
    """Tell whether adverts came an interval apart; one that a busy machine holds up is nearer to the next."""
    return all(in_window(later.at - earlier.at, interval, early=LATE) for earlier, later in pairwise(adverts))


@contextmanager
def open_scene() -> Iterator[Scene]:
    """Build a LAN and watch it; nothing runs on it yet.  Raises ``LabUnavailableError``.

    The thread that opens it must be the one that uses it: the lab's netlink sockets belong to it.
    """
    with ExitStack() as stack:
        with _making:
            lab = stack.enter_context(open_lab())
            front, back = lab.lan("front"), lab.lan("back")
            a, b, h = map(lab.host, "abh")
        scene = Scene(lab, front, back, a, b, h, Capture(), Holders(VIRTUAL_ADDRESS))
        for host in (a, b, h):
            for interface in ("eth0", "eth1"):
                scene.connect(host, interface)
        scene.capture = stack.enter_context(capturing(lab, front))
        scene.holders = stack.enter_context(watching([a, b], VIRTUAL_ADDRESS))
        yield scene


Play = Callable[[Scene], T]


@define
class Performances(Generic[T]):
    """What became of the scenes played together, by name."""

    outcomes: Mapping[str, "Future[T]"]

    def of(self, name: str) -> T:
        """Return what a scene returned, or raise what it raised; a scene that could not be set skips the test."""
        try:
            return self.outcomes[name].result()
        except LabUnavailableError as error:
            pytest.skip(str(error))


def perform(plays: Mapping[str, Play[T]], at_once: int = AT_ONCE) -> Performances[T]:
    """Play scenes, so many at the same time, each on a LAN of its own, and return when all have ended.

    Some of what is seen is stamped by the clock when it is read: whoever reads comes before what the machine does besides.
    """
    if os.geteuid() != 0:
        pytest.skip("needs root: makes network namespaces")
    with hurried(), ThreadPoolExecutor(at_once) as pool:
        return Performances({name: pool.submit(_perform, play) for name, play in plays.items()})


def _perform(play: Play[T]) -> T:
    with open_scene() as scene:
        return play(scene)


@define
class Programme:
    """The scenes of a module that are played together."""

    plays: dict[str, Play[None]] = field(factory=dict)
    performances: Performances[None] | None = None

    def __call__(self, play: Play[None]) -> Callable[[pytest.FixtureRequest], None]:
        """Make a scene a test."""
        self.plays[play.__name__] = play

        def test(request: pytest.FixtureRequest) -> None:
            if self.performances is None:
                chosen = _selected(request.session.items, request.module)
                self.performances = perform({name: each for name, each in self.plays.items() if name in chosen})
            self.performances.of(play.__name__)

        test.__name__, test.__doc__, test.__module__ = play.__name__, play.__doc__, play.__module__
        return test


def _selected(items: Iterable[Any], module: ModuleType) -> set[str]:
    return {item.name for item in items if getattr(item, "module", None) is module}
