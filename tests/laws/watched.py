"""A LAN with a capture on it: nodes of the core whose clocks, wires and captures are as bad as the judge allows, and no worse.

What is not exact is drawn: how late a timer is served, how long until a packet is on the wire (where the capture has it), and until
each other host has it; every host hears packets in the order in which the capture has them.
"""

from heapq import heappop, heappush
from random import Random

from attrs import define, field, frozen

from kaspec.address import Address, family_of
from kaspec.config import Configuration
from kaspec.judge import Allowance, Capture, capture_of
from kaspec.judge import Host as Judged
from kaspec.node import (
    DatagramReceived,
    DeadlinesReached,
    LinkChanged,
    Node,
    NodeEvent,
    NodeState,
    TrackerReported,
    due,
    initial,
    next_deadline,
    node_step,
)
from kaspec.tracking import Finding, Link, Tracker
from kaspec.units import MILLISECOND, Instant, Interval, after
from kaspec.vrrp.effects import SendAdvertisement, SendGratuitousArp, SendUnsolicitedNeighborAdvertisement
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.transmission import transmit
from kaspec.wire.arp import GratuitousArp, encode_gratuitous_arp
from kaspec.wire.ip import encode_ip
from kaspec.wire.ndisc import UnsolicitedNeighborAdvertisement, encode_unsolicited_neighbor_advertisement
from kaspec.wire.pcap import Captured

SENDING, SERVING, HEARING = (Interval(each * MILLISECOND) for each in (9, 20, 20))
"""At most so long; together less than the judge's ``late``, and the first less than its ``early``."""
BEGAN = Instant(1_800_000_000_000_000)
"""When the capture's clock says it is at 0."""


@frozen
class Host:
    """A host: one virtual router, and its address."""

    router: VirtualRouter
    address: Address

    @property
    def node(self) -> Node:
        return Node((self.router,))

    @property
    def mac(self) -> bytes:
        return b"\x02\0\0\0\0" + self.address[-1:]

    def link(self, up: bool = True) -> Link:
        return Link(self.router.interface, up, (self.address,))

    def judged(self) -> Judged:
        return Judged(f"host{self.address[-1]}", Configuration(routers=(self.router,)), (self.address,), self.router.profile)


Crash = tuple[()]


@frozen
class OnWire:
    """A datagram is on the wire now."""

    datagram: bytes


Happening = NodeEvent | Crash | OnWire | int
"""What happens to a host: an event, that it crashes, that what it sends is on the wire, or that the timer of that number ends."""


@define
class Watched:
    """Hosts, and what the capture has seen; ``lossy``: one in ten packets does not reach one host."""

    hosts: tuple[Host, ...]
    random: Random
    lossy: bool = False
    now: Instant = Instant(0)
    states: list[NodeState | None] = field(init=False)
    plugged: list[bool] = field(init=False)
    frames: list[Captured] = field(factory=list)
    queue: list[tuple[Instant, int, int, Happening]] = field(factory=list)
    timers: dict[int, tuple[Instant, int]] = field(factory=dict)
    arrived: dict[int, Instant] = field(factory=dict)
    sent: dict[int, Instant] = field(factory=dict)
    count: int = 0

    def __attrs_post_init__(self) -> None:
        self.states = [None for _ in self.hosts]
        self.plugged = [True for _ in self.hosts]

    def start(self, at: Instant, host: int) -> None:
        self.at(at, host, Startup())

    def stop(self, at: Instant, host: int) -> None:
        self.at(at, host, Shutdown())

    def crash(self, at: Instant, host: int) -> None:
        self.at(at, host, ())

    def unplug(self, at: Instant, host: int, until: Instant) -> None:
        for when, up in ((at, False), (until, True)):
            self.at(when, host, LinkChanged(self.hosts[host].router.interface, self.hosts[host].link(up)))

    def report(self, at: Instant, host: int, tracker: Tracker, good: bool) -> None:
        self.at(at, host, TrackerReported(tracker, Finding(good)))

    def at(self, at: Instant, host: int, what: Happening) -> None:
        self.count += 1
        heappush(self.queue, (at, self.count, host, what))

    def run(self, until: Instant) -> None:
        while self.queue and self.queue[0][0] <= until:
            self.now, _, host, what = heappop(self.queue)
            self._happens(host, what)

    def capture(self) -> Capture:
        found = capture_of(sorted(self.frames, key=lambda each: each[0]))
        assert isinstance(found, Capture)
        return found

    def allowance(self) -> Allowance:
        return Allowance(loss=self.lossy)

    def _happens(self, host: int, what: Happening) -> None:
        state, node = self.states[host], self.hosts[host].node
        if isinstance(what, OnWire):
            self._arrives(host, what)
            return
        if isinstance(what, tuple):
            self.states[host] = None
            return
        if isinstance(what, LinkChanged):
            self.plugged[host] = what.link is not None and what.link.up
        if isinstance(what, Startup) and state is None:
            state = initial(node, (self.hosts[host].link(self.plugged[host]),), {each: Finding(True) for each in node.tracked})
        if state is None or (isinstance(what, DatagramReceived) and not self.plugged[host]):
            return
        if isinstance(what, int):
            if self.timers.get(host, (None, 0))[1] != what:
                return
            del self.timers[host]
            what = DeadlinesReached(due(state, self.now))
        transition = node_step(node, state, what, self.now)
        self.states[host] = None if isinstance(what, Shutdown) else transition.state
        for outcome in transition.steps:
            for effect in outcome.step.effects:
                if self.plugged[host]:
                    self._goes_out(host, effect)
        self._rearm(host)

    def _rearm(self, host: int) -> None:
        state = self.states[host]
        deadline = next_deadline(state) if state else None
        if deadline is None:
            self.timers.pop(host, None)
        elif self.timers.get(host, (None, 0))[0] != deadline:
            self.at(max(after(deadline, self._some(SERVING)), self.now), host, self.count + 1)
            self.timers[host] = deadline, self.count

    def _goes_out(self, host: int, effect: object) -> None:
        sender = self.hosts[host]
        match effect:
            case SendAdvertisement():
                packet = transmit(effect)
                kind = b"\x08\x00" if family_of(packet.source) == 4 else b"\x86\xdd"
                at = self._seen(host, b"\x01\0\x5e\0\0\x12" + sender.mac + kind + encode_ip(packet, self.count))
                self.at(at, host, OnWire(encode_ip(packet)))
            case SendGratuitousArp(addresses, repeat):
                for each in addresses * repeat:
                    self._seen(host, encode_gratuitous_arp(GratuitousArp(each.address, sender.mac)))
            case SendUnsolicitedNeighborAdvertisement(addresses, repeat):
                for each in addresses * repeat:
                    self._seen(host, encode_unsolicited_neighbor_advertisement(UnsolicitedNeighborAdvertisement(each.address, sender.mac)))
            case _:
                pass

    def _arrives(self, sender: int, what: OnWire) -> None:
        for there in range(len(self.hosts)):
            if there != sender and not (self.lossy and self.random.randrange(10) == 0):
                self.arrived[there] = max(after(self.now, self._some(HEARING)), self.arrived.get(there, self.now))
                self.at(self.arrived[there], there, DatagramReceived(self.hosts[there].router.interface, what.datagram))

    def _seen(self, host: int, frame: bytes) -> Instant:
        """Put a frame on the wire, behind what the host sent before."""
        at = max(after(self.now, self._some(SENDING)), self.sent.get(host, self.now))
        self.sent[host] = at
        self.frames.append((Instant(BEGAN + at), 1, frame))
        return at

    def _some(self, most: Interval) -> Interval:
        return Interval(self.random.choice((0, most, self.random.randint(0, most))))
