"""Sessions, packets and situations for the laws of BFD, and a wire between two of them."""

from collections.abc import Callable
from heapq import heappop, heappush

from attrs import define, evolve, field, frozen
from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.bfd.events import DeadlineReached, Event, PacketDiscarded, PacketReceived, Reconfigured, Report, Shutdown, Transmit
from kaspec.bfd.machine import Step, initial, step
from kaspec.bfd.session import Session, State, next_deadline
from kaspec.rules import BFD_TTL
from kaspec.units import Instant, Interval
from kaspec.wire.bfd import LARGEST, ControlPacket, SessionState, decode, encode
from kaspec.wire.vrrp import Undecodable

A_ADDRESS, B_ADDRESS = Address(bytes([192, 0, 2, 1])), Address(bytes([192, 0, 2, 2]))
jitters = st.sampled_from((0, 65535)) | st.integers(0, 65535)
discriminators = st.sampled_from((1, 2, LARGEST)) | st.integers(1, LARGEST)
wire_intervals = (st.sampled_from((0, 1, 10_000, 1_000_000, LARGEST)) | st.integers(0, LARGEST)).map(Interval)
own_intervals = (st.sampled_from((20_000, 50_000, 300_000, 1_000_000)) | st.integers(20_000, 1_500_000)).map(Interval)
idle_intervals = st.integers(1_000_000, 2_000_000).map(Interval)

packets = st.builds(
    ControlPacket,
    st.sampled_from(SessionState),
    st.integers(1, 255),
    discriminators,
    discriminators,
    wire_intervals,
    wire_intervals,
    wire_intervals,
    st.integers(0, 31),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
sessions = st.builds(
    Session,
    st.just("b"),
    st.just(B_ADDRESS),
    st.just(None),
    own_intervals,
    own_intervals,
    idle_intervals,
    st.sampled_from((1, 2, 3, 5, 20)),
    st.booleans(),
)
events = st.one_of(
    packets.map(PacketReceived),
    packets.map(PacketReceived),
    jitters.map(DeadlineReached),
    st.builds(Reconfigured),
    st.just(PacketDiscarded(BFD_TTL)),
    st.builds(Shutdown),
)


@frozen
class Situation:
    """A session's state at an instant, as a run of events left it."""

    session: Session
    state: State
    now: Instant


@st.composite
def situations(draw: st.DrawFn, shut_down: bool = True) -> Situation:
    """Whatever a session can come to: it starts, events happen, its timers change in between."""
    session, now = draw(sessions), Instant(draw(st.integers(0, 10**12)))
    state = initial(session, draw(discriminators), draw(jitters), now)
    for event in draw(st.lists(events, max_size=12)):
        if isinstance(event, Shutdown) and not shut_down:
            continue
        now = Instant(now + draw(st.sampled_from((0, 1, 5_000)) | st.integers(0, 2_000_000)))
        if isinstance(event, Reconfigured):
            session = draw(sessions)
        if isinstance(event, DeadlineReached):
            now = max(now, next_deadline(state) or now)
        state = step(session, state, event, now).state
    return Situation(session, state, now)


@define
class Wire:
    """Two sessions and the wire between them, in virtual time: what one sends the other has ``delay`` later, unless ``lost`` says so."""

    sessions: tuple[Session, Session]
    jitter: Callable[[], int]
    delay: Interval = Interval(0)
    now: Instant = Instant(0)
    is_cut: tuple[bool, bool] = (False, False)
    states: list[State] = field(init=False)
    flying: list[tuple[Instant, int, int, bytes]] = field(factory=list)
    reports: list[tuple[Instant, int, bool]] = field(factory=list)
    sent: list[tuple[Instant, int, ControlPacket]] = field(factory=list)
    order: int = 0

    def __attrs_post_init__(self) -> None:
        self.states = [initial(session, 7 + end, self.jitter(), self.now) for end, session in enumerate(self.sessions)]

    def take(self, end: int, event: Event) -> Step:
        """Let an event happen to one end, now."""
        taken = step(self.sessions[end], self.states[end], event, self.now)
        self.states[end] = taken.state
        for effect in taken.effects:
            if isinstance(effect, Report):
                self.reports.append((self.now, end, effect.up))
            elif isinstance(effect, Transmit):
                self.sent.append((self.now, end, effect.packet))
                if not self.is_cut[end]:
                    self.order += 1
                    heappush(self.flying, (Instant(self.now + self.delay), self.order, 1 - end, encode(effect.packet)))
        return taken

    def reconfigure(self, end: int, **changes: Interval | int) -> None:
        """Change one end's configuration."""
        ends = list(self.sessions)
        ends[end] = evolve(ends[end], **changes)  # type: ignore[arg-type]
        self.sessions = (ends[0], ends[1])
        self.take(end, Reconfigured())

    def run(self, until: Instant) -> None:
        """Let everything happen up to ``until``: packets before deadlines of the same instant."""
        while True:
            landing = self.flying[0][0] if self.flying else None
            due = min(((at, end) for end, each in enumerate(self.states) if (at := next_deadline(each)) is not None), default=None)
            if landing is not None and landing <= until and (due is None or landing <= due[0]):
                at, _, end, payload = heappop(self.flying)
                packet = decode(payload)
                assert not isinstance(packet, Undecodable), packet
                self.now = max(self.now, at)
                self.take(end, PacketReceived(packet))
            elif due is not None and due[0] <= until:
                self.now = max(self.now, due[0])
                self.take(due[1], DeadlineReached(self.jitter()))
            else:
                self.now = until
                return

    @property
    def both_up(self) -> bool:
        return all(state.is_up for state in self.states)
