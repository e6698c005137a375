"""A session, its packets and states, in short."""

from attrs import evolve

from kaspec.address import parse_address
from kaspec.bfd.events import Event, PacketReceived, Report, Transmit
from kaspec.bfd.machine import Step, initial, step
from kaspec.bfd.session import Session, State
from kaspec.units import Instant, Interval
from kaspec.wire.bfd import ControlPacket, SessionState

ADMIN_DOWN, DOWN, INIT, UP = SessionState
MS = 1000
NEIGHBOR = parse_address("192.0.2.2")
S = Session("b1", NEIGHBOR, min_rx=Interval(50 * MS), min_tx=Interval(40 * MS), multiplier=3)
PASSIVE = evolve(S, passive=True)


def hears(state: SessionState, **changes: object) -> PacketReceived:
    """A packet of the neighbor's: 1 s until it is Up, then 30 ms; it takes 20 ms; multiplier 4; discriminators 9 and ours, 5."""
    desired = Interval((30 if state == UP else 1000) * MS)
    packet = ControlPacket(state, 4, 9, 0 if state == DOWN else 5, desired, Interval(20 * MS))
    return PacketReceived(evolve(packet, **changes))  # type: ignore[arg-type]


def started(session: Session = S) -> State:
    return initial(session, 5, 0, Instant(0))


def run(*events: tuple[int, Event], session: Session = S, state: State | None = None) -> Step:
    """Let events happen, each at so many milliseconds; return the last step."""
    state = started(session) if state is None else state
    for at, event in events:
        taken = step(session, state, event, Instant(at * MS))
        state = taken.state
    return taken


def up(session: Session = S) -> State:
    """Up since 10 ms, its Poll Sequence over at 20 ms."""
    return run((10, hears(INIT)), (20, hears(UP, final=True)), session=session).state


def sent(taken: Step) -> tuple[ControlPacket, ...]:
    return tuple(effect.packet for effect in taken.effects if isinstance(effect, Transmit))


def reported(taken: Step) -> tuple[bool, ...]:
    return tuple(effect.up for effect in taken.effects if isinstance(effect, Report))
