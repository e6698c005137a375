"""The VRRP loop: what comes in becomes an event for the core, what comes out is carried out.  It decides nothing.

One advertisement's way from the wire to the virtual address: ``VrrpLoop.receive`` here, ``take_datagram`` in ``kaspec.node``, ``receive``
in ``kaspec.vrrp.reception``, ``step`` in ``kaspec.vrrp.machine``; then ``VrrpLoop.carry_out`` here.
"""

from asyncio import AbstractEventLoop
from collections.abc import Set
from functools import lru_cache

from attrs import frozen

from kaspec.address import Address
from kaspec.node import (
    DatagramReceived,
    DeadlinesReached,
    LinkChanged,
    Node,
    NodeEvent,
    NodeState,
    Transition,
    initial,
    node_step,
    reconfigure,
    take_datagram,
)
from kaspec.units import Instant
from kaspec.vrrp.state import next_deadline
from kaspec.wire.arp import GratuitousArp, encode_gratuitous_arp
from shell import clock
from shell.deadlines import Deadlines
from shell.diary import Diary
from shell.interpret import Work, gather
from shell.netlink import Kernel
from shell.problem import Problem
from shell.recorder import Recorder
from shell.sockets import GratuitousArpSocket, VrrpReceiver, VrrpSender

BURST = 256
"""How many datagrams are taken from a socket before timers get their turn."""


@frozen
class Wire:
    """The sockets of one interface, as it was when it had this index."""

    index: int
    receiver: VrrpReceiver
    sender: VrrpSender


class VrrpLoop:
    """The state of the node, and the sockets, netlink and timer it is connected to."""

    def __init__(self, loop: AbstractEventLoop, node: Node, kernel: Kernel, diary: Diary) -> None:
        self._loop, self._kernel, self._diary = loop, kernel, diary
        self.node = node
        self.state: NodeState = initial(node, kernel.links())
        self._deadlines = Deadlines()
        self._alarm = clock.Alarm(loop, self.expire)
        self._wires: dict[str, Wire] = {}
        self._announcer = GratuitousArpSocket()
        self._recorder: Recorder | None = None
        self._open_wires()

    def receive(self, interface: str) -> None:
        """Datagrams are waiting on an interface: each is an event."""
        now = clock.now()
        for datagram in self._wires[interface].receiver.receive(BURST):
            transition = take_datagram(self.node, self.state, interface, datagram, now)
            self.apply(transition, now)
            if self._recorder:
                self._recorder.event(DatagramReceived(interface, datagram), transition, now)
        self._rearm()

    def expire(self) -> None:
        """The alarm rang: every virtual router whose deadline was reached steps, all in one go."""
        now = clock.now()
        while due := self._deadlines.take_due(now, lambda place: next_deadline(self.state.states[place])):
            self._step(DeadlinesReached(due), now)
        self._rearm()

    def observe(self, change: LinkChanged) -> None:
        """The kernel reports an interface; its sockets follow it (a new one may have taken the name)."""
        self._open_wires()
        self._diary.note_link(self.state.links.get(change.name), change.link)
        self.take(change)

    def take(self, event: NodeEvent) -> None:
        """Take any other event of the node."""
        self._step(event, clock.now())
        self._rearm()

    def record(self, recorder: Recorder) -> None:
        """Have every event from now on recorded."""
        self._recorder = recorder

    def reconfigure(self, node: Node, text: str) -> None:
        """Replace the configuration, which is ``text``: what is the same is not touched."""
        now = clock.now()
        transition = reconfigure(self.node, node, self.state, now)
        self.node = node
        self._deadlines.clear()
        self._open_wires()
        self.apply(transition, now)
        self._close_wires(keep={router.interface for router in node.routers})
        for place, state in enumerate(self.state.states):
            self._deadlines.note(place, next_deadline(state))
        if self._recorder:
            self._recorder.reload(text, transition, now)
        self._rearm()

    def apply(self, transition: Transition, now: Instant) -> None:
        """Make a transition real: remember the state, carry out the effects, note the deadlines, write the diary."""
        self.state = transition.state
        self.carry_out(transition)
        for outcome in transition.outcomes:
            if outcome.place is not None:
                self._deadlines.note(outcome.place, next_deadline(outcome.step.state))
        self._diary.note(transition, now)

    def carry_out(self, transition: Transition) -> None:
        """Hand the effects to the kernel: advertisements, then addresses in one batch, then gratuitous ARP."""
        for work in gather(transition.outcomes):
            for interface, datagrams in work.datagrams.items():
                if wire := self._wires.get(interface):
                    self._diary.problems(wire.sender.send(datagrams))
            if work.changes:
                self._diary.problems(self._kernel.apply(work.changes))
            if work.announcements:
                self._diary.problems(self._announcer.send(self._frames(work)))
            for router, notification in work.notifications:
                self._diary.notify(router, notification)

    def close(self) -> None:
        """Let go of sockets and timer."""
        self._close_wires(keep=set())
        self._announcer.close()
        self._alarm.close()

    def _step(self, event: NodeEvent, now: Instant) -> None:
        transition = node_step(self.node, self.state, event, now)
        self.apply(transition, now)
        if self._recorder:
            self._recorder.event(event, transition, now)

    def _rearm(self) -> None:
        self._alarm.arm(self._deadlines.earliest())

    def _frames(self, work: Work) -> list[tuple[int, bytes]]:
        frames = []
        for name, address, repeat in work.announcements:
            if interface := self._kernel.interfaces.get(name):
                frames += [(interface.index, gratuitous_arp_frame(address, interface.mac))] * repeat
        return frames

    def _open_wires(self) -> None:
        """Have sockets on every interface that exists and that a virtual router is on, and hear what is for its virtual routers."""
        for name in {router.interface for router in self.node.routers}:
            interface, wire = self._kernel.interfaces.get(name), self._wires.get(name)
            if wire and (interface is None or wire.index != interface.index):
                self._close_wires(keep=self._wires.keys() - {name})
            if interface and name not in self._wires:
                self._open_wire(name, interface.index)
            if name in self._wires:
                here = {router.virtual_router_id for router in self.node.routers if router.interface == name}
                self._wires[name].receiver.admit(None if self._diary.log_unknown_vrids else here)

    def _open_wire(self, name: str, index: int) -> None:
        try:
            wire = Wire(index, VrrpReceiver(name, index), VrrpSender(name, index))
        except OSError as error:
            self._diary.problems([Problem(f"open a VRRP socket on {name}", error.errno or 0, "it needs CAP_NET_RAW and CAP_NET_ADMIN")])
            return
        self._wires[name] = wire
        self._loop.add_reader(wire.receiver.fileno(), self.receive, name)

    def _close_wires(self, keep: Set[str]) -> None:
        for name in self._wires.keys() - keep:
            wire = self._wires.pop(name)
            self._loop.remove_reader(wire.receiver.fileno())
            wire.receiver.close()
            wire.sender.close()


@lru_cache(maxsize=4096)
def gratuitous_arp_frame(address: Address, mac: bytes) -> bytes:
    """Return the Ethernet frame that announces ``address`` at ``mac``."""
    return encode_gratuitous_arp(GratuitousArp(address, mac))
