"""A virtual network of nodes on the pure core: virtual time, real bytes on one wire, no loss.

Each host is a node with one interface; what one sends reaches every other after ``delay``.  ``run`` keeps who was Master when.
"""

from heapq import heappop, heappush

from attrs import define, field, frozen

from kaspec.address import Address
from kaspec.node import (
    DatagramReceived,
    DeadlinesReached,
    LinkChanged,
    Node,
    NodeEvent,
    NodeState,
    Transition,
    due,
    initial,
    next_deadline,
    node_step,
)
from kaspec.tracking import Link
from kaspec.units import ZERO, Instant, Interval, after
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Master
from kaspec.vrrp.transmission import transmit
from kaspec.wire.ip import encode_ip


@frozen
class Host:
    """A router on the LAN, with its primary address."""

    router: VirtualRouter
    address: Address

    @property
    def node(self) -> Node:
        return Node((self.router,))

    @property
    def link(self) -> Link:
        return Link(self.router.interface, up=True, addresses=(self.address,))


@define
class Network:
    """The hosts, what is on its way to them, and the masters at every instant at which something happened."""

    hosts: tuple[Host, ...]
    delay: Interval = ZERO
    now: Instant = Instant(0)
    states: list[NodeState] = field(init=False)
    queue: list[tuple[Instant, int, int, NodeEvent]] = field(factory=list)
    sequence: int = 0
    history: list[tuple[Instant, frozenset[int]]] = field(factory=list)
    sent: list[tuple[Instant, int, SendAdvertisement]] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.states = [initial(host.node, (host.link,)) for host in self.hosts]

    @property
    def masters(self) -> frozenset[int]:
        return frozenset(index for index, state in enumerate(self.states) if isinstance(state.states[0], Master))

    def schedule(self, at: Instant, host: int, event: NodeEvent) -> None:
        """Let ``event`` happen to ``host`` at ``at``; events of one instant happen in the order they were scheduled."""
        self.sequence += 1
        heappush(self.queue, (at, self.sequence, host, event))

    def unplug(self, at: Instant, host: int) -> None:
        """Let the host's interface lose its carrier."""
        link = self.hosts[host].link
        self.schedule(at, host, LinkChanged(link.name, Link(link.name, up=False, addresses=link.addresses)))

    def run(self, until: Instant) -> None:
        """Let everything up to ``until`` happen: what is queued first, then the deadlines of the same instant."""
        while True:
            deadlines = [(at, host) for host, state in enumerate(self.states) if (at := next_deadline(state)) is not None]
            deadline, host = min(deadlines, default=(None, 0))
            queued = self.queue[0][0] if self.queue else None
            if queued is not None and (deadline is None or queued <= deadline):
                if queued > until:
                    break
                self.now, _, host, event = heappop(self.queue)
                self.take(host, event)
            elif deadline is not None and deadline <= until:
                self.now = deadline
                self.take(host, DeadlinesReached(due(self.states[host], deadline)))
            else:
                break
        self.now = until

    def take(self, host: int, event: NodeEvent) -> None:
        """Let one event happen now, and put what the host sends on the wire."""
        assert len(self.history) < 20_000, "time stands still"
        transition = node_step(self.hosts[host].node, self.states[host], event, self.now)
        self.states[host] = transition.state
        self.deliver(host, transition)
        self.history.append((self.now, self.masters))

    def deliver(self, sender: int, transition: Transition) -> None:
        for effect in (effect for outcome in transition.steps for effect in outcome.step.effects):
            if isinstance(effect, SendAdvertisement):
                self.sent.append((self.now, sender, effect))
                datagram = encode_ip(transmit(effect))
                for host in range(len(self.hosts)):
                    if host != sender:
                        arrival = DatagramReceived(self.hosts[host].router.interface, datagram)
                        self.schedule(after(self.now, self.delay), host, arrival)
