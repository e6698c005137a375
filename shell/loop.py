"""The VRRP loop: what comes in becomes an event for the core, what comes out is carried out.  It decides nothing.

One advertisement's way from the wire to the virtual address: ``VrrpLoop.receive`` here, ``take_datagram`` in ``kaspec.node``, ``receive``
in ``kaspec.vrrp.reception``, ``step`` in ``kaspec.vrrp.machine``; then ``VrrpLoop.carry_out`` here.
"""

from asyncio import AbstractEventLoop
from functools import partial

from kaspec.config.model import Configuration
from kaspec.debounce import Unsettled, hear, next_due, take_due
from kaspec.link_delay import LinkDelay
from kaspec.node import (
    ClockSet,
    DatagramReceived,
    DeadlinesReached,
    LinkChanged,
    Node,
    NodeEvent,
    NodeState,
    Outcome,
    Transition,
    initial,
    node_step,
    take_datagram,
)
from kaspec.pacing import Pacing
from kaspec.receive_buffer import receive_buffer
from kaspec.reconfiguration import reconfigure
from kaspec.tracking import Link
from kaspec.units import Instant, Interval
from kaspec.vrrp.events import DeadlineReached, Shutdown
from kaspec.vrrp.machine import step
from kaspec.vrrp.state import Backup, is_urgent, next_deadline
from shell import clock
from shell.announcer import Announcer
from shell.deadlines import LEAD, Deadlines
from shell.diary import Diary
from shell.interpret import gather
from shell.netlink import Kernel
from shell.recorder import Recorder
from shell.wires import BURST, Place, Wires

LONGEST_WATCH = Interval(50_000)
"""How long a run of takeovers may keep the rest of the process waiting."""
CLOCK_TOLERANCE = Interval(10_000)
"""How much the wall clock may seem to have moved before that counts as set."""


class VrrpLoop:
    """The state of the node, and the sockets, netlink and timer it is connected to."""

    def __init__(self, loop: AbstractEventLoop, node: Node, kernel: Kernel, diary: Diary) -> None:
        self._loop, self._kernel, self._diary = loop, kernel, diary
        self.node = node
        self.state: NodeState = initial(node, kernel.links())
        self._latest = clock.now()
        self._deadlines = Deadlines()
        self._missed: Instant | None = None
        self._alarm = clock.Alarm(loop, self.expire)
        self._wires = Wires(loop, self.listen, diary.problems, diary.log_unknown_vrids)
        self.announcer = Announcer(kernel, Pacing())
        self._recorder: Recorder | None = None
        self._delays: tuple[LinkDelay, ...] = ()
        self._unsettled = Unsettled()
        self._unwritten: list[tuple[Transition, Instant]] = []

    def open(self) -> None:
        """Have sockets for the virtual routers."""
        self._wires.follow(self.node.routers, self._kernel.interfaces)

    def set_policy(self, settings: Configuration) -> None:
        """Receive, and hear of links, from now on (a reconfiguration, if there is one) as a configuration says."""
        self._delays = settings.link_delays
        transport = settings.global_defs.transport
        self._diary.log_unknown_vrids = transport.log_unknown_vrids
        self._wires.set_policy(transport.log_unknown_vrids, partial(receive_buffer, transport, settings.settings))

    def listen(self, place: Place) -> None:
        """Datagrams are waiting on a wire."""
        self._note_lateness(clock.now())
        self.receive(place)
        self._rest()

    def receive(self, place: Place) -> Instant | None:
        """Take datagrams that wait on a wire: each is an event of the instant it arrived.  Return when the last did, if more may wait."""
        arrivals = self._wires.receive(place)
        if arrivals:
            self._look_at_the_clock()
        for arrived, datagram in arrivals:
            at = max(arrived, self._latest)
            transition = take_datagram(self.node, self.state, place.interface, datagram, at)
            self.apply(transition, at)
            if self._recorder:
                self._recorder.event(DatagramReceived(place.interface, datagram), transition, at)
        return arrivals[-1][0] if len(arrivals) >= BURST else None

    def expire(self) -> None:
        """The alarm rang: what arrived before is heard first, then every virtual router whose deadline was reached steps, all in one go.

        For a takeover it rings a little early.  The time until it is due is spent awake, and going through it on paper: a processor that
        comes from its sleep takes ten times as long.  Often another is near then, so this goes on, but not for ever.
        """
        now = clock.now()
        self._note_lateness(now)
        rehearsed, bedtime = None, now + LONGEST_WATCH
        while True:
            self._hear(clock.now())
            now = clock.now()
            while due := self._deadlines.take_due(now, self._deadline_of):
                self._step(DeadlinesReached(due), now)
            self._settle_links(now)
            self._diary.problems(self.announcer.proceed(now))
            near = self._takeover_near(now)
            if near is None or now > bedtime:
                break
            if near != rehearsed and not due:
                rehearsed = near
                self._go_through(near, now)
        self._rest()

    def observe(self, change: LinkChanged) -> None:
        """The kernel reports an interface; its sockets follow it (a new one may have taken the name)."""
        self._wires.follow(self.node.routers, self._kernel.interfaces)
        told = self.state.links.get(change.name)
        self._unsettled, now_it_is = hear(self._delays, self._unsettled, told, change, clock.now())
        self._diary.note_link(told, now_it_is.link)
        self.take(now_it_is)

    def link(self, name: str) -> Link | None:
        """Return an interface as the kernel last reported it, whether or not that counts yet."""
        held = self._unsettled.held.get(name)
        return self.state.links.get(name) if held is None else held.link

    def take(self, event: NodeEvent) -> None:
        """Take any other event of the node."""
        self._step(event, clock.now())
        self._rest()

    def record(self, recorder: Recorder) -> None:
        """Have every event from now on recorded."""
        self._recorder = recorder

    def rehearse(self) -> None:
        """Go through every takeover on paper: the core is pure, so nothing happens but that all there is to send is at hand afterwards."""
        now = clock.now()
        for place in range(len(self.node.routers)):
            self._go_through(place, now)

    def reconfigure(self, node: Node, text: str) -> None:
        """Replace the configuration, which is ``text``: what is the same is not touched."""
        now = clock.now()
        transition = reconfigure(self.node, node, self.state, now)
        self.node = node
        self._deadlines.clear()
        self._wires.follow(node.routers, self._kernel.interfaces)
        self.apply(transition, now)
        self._wires.keep(node.routers)
        for place, state in enumerate(self.state.states):
            self._deadlines.note(place, next_deadline(state))
        if self._recorder:
            self._recorder.reload(text, transition, now)
        self._rest()

    def apply(self, transition: Transition, now: Instant) -> None:
        """Make a transition real: remember the state, carry out the effects, note the deadlines; the diary can wait."""
        self.state, self._latest = transition.state, now
        self.carry_out(transition)
        for outcome in transition.steps:
            if outcome.place is not None:
                self._deadlines.note(outcome.place, next_deadline(outcome.step.state))
        self._unwritten.append((transition, now))

    def carry_out(self, transition: Transition) -> None:
        """Hand the effects to the kernel: advertisements, then addresses in one batch, then gratuitous ARP."""
        for work in gather(transition.steps):
            for place, datagrams in work.datagrams.items():
                self._diary.problems(self._wires.send(place, datagrams))
            if work.changes:
                self.announcer.withdraw(work.changes)
                self._diary.problems(self._kernel.apply(work.changes))
            if work.announcements:
                self._diary.problems(self.announcer.announce(work.announcements, self._latest))

    def close(self) -> None:
        """Let go of sockets and timer."""
        self._wires.keep(())
        self.announcer.close()
        self._alarm.close()

    def _look_at_the_clock(self) -> None:
        """Tell the core of the wall clock, if that matters and somebody has set it."""
        if self.node.reads_clock:
            now = clock.now()
            epoch = clock.epoch(now)
            if abs(epoch - self.state.epoch) > CLOCK_TOLERANCE:
                self._take_event(ClockSet(epoch), now)

    def _step(self, event: NodeEvent, now: Instant) -> None:
        self._look_at_the_clock()
        self._take_event(event, now)

    def _take_event(self, event: NodeEvent, now: Instant) -> None:
        transition = node_step(self.node, self.state, event, now)
        self.apply(transition, now)
        if self._recorder:
            self._recorder.event(event, transition, now)

    def _settle_links(self, now: Instant) -> None:
        """Tell the core of links that have been up, or down, for long enough."""
        self._unsettled, due = take_due(self._unsettled, now)
        for change in due:
            self._diary.note_link(self.state.links.get(change.name), change.link)
            self._step(change, now)

    def _hear(self, until: Instant) -> None:
        """Take everything that arrived before an instant: on a busy machine more may wait than is taken at once."""
        for place in self._wires.places():
            while (last := self.receive(place)) is not None and last < until:
                pass

    def _note_lateness(self, now: Instant) -> None:
        """Note if a deadline should have been served long ago: we were held up."""
        match self._deadlines.earliest():
            case (at, place) if at < now - self._diary.tolerated:
                deadline = self._deadline_of(place)
                if deadline is not None and deadline != self._missed:
                    self._missed = deadline
                    self._diary.served_late(Interval(now - deadline))

    def _deadline_of(self, place: int) -> Instant | None:
        return next_deadline(self.state.states[place])

    def _takeover_near(self, now: Instant) -> int | None:
        """Return the place of the virtual router whose deadline is next, if that is worth staying awake for."""
        match self._deadlines.earliest():
            case (at, place) if at <= now + LEAD and is_urgent(self.state.states[place]):
                return place
        return None

    def _rest(self) -> None:
        """Nothing is urgent: repeat announcements, write the diary, and set the alarm; early if for a takeover."""
        self._diary.problems(self.announcer.repeat())
        for transition, at in self._unwritten:
            self._diary.note(transition, at)
        self._unwritten.clear()
        times = [at for at in (self.announcer.next_due, next_due(self._unsettled)) if at is not None]
        if (earliest := self._deadlines.earliest()) is not None:
            at, place = earliest
            times.append(Instant(at - LEAD) if is_urgent(self.state.states[place]) else at)
        self._alarm.arm(min(times, default=None))

    def _go_through(self, place: int, now: Instant) -> None:
        """Take over and resign, on paper; a member of a sync group as if all the others had let it."""
        router = self.node.routers[place]
        backup = Backup(self.state.states[place].standing, now, router.advertisement_interval)
        taken = step(router, backup, DeadlineReached(), now)
        resigned = step(router, taken.state, Shutdown(), now)
        steps = Outcome(place, router, backup, DeadlineReached(), taken), Outcome(place, router, taken.state, Shutdown(), resigned)
        for work in gather(steps):
            self._kernel.prepare(virtual for _, virtual in work.changes)
            self.announcer.prepare(work.announcements)
