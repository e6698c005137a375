"""The session machine: RFC 5880 6.2 and 6.8 in asynchronous mode, without demand mode of our own and without echo.

``step`` is total and pure.  What a neighbor has said is forgotten as a whole, not its discriminator alone (6.8.1), once a Detection Time
passes: one that wanted no packets would else be met with silence for ever.  A neighbor's AdminDown is reported like any other Down.
"""

from typing import assert_never

from kaspec import rules
from kaspec.bfd.events import (
    DeadlineReached,
    Effect,
    Event,
    PacketDiscarded,
    PacketReceived,
    Reconfigured,
    Report,
    Shutdown,
    Transmit,
)
from kaspec.bfd.session import UNHEARD, Neighbor, Session, State, Timers
from kaspec.bfd.timers import (
    PERIODS_TO_COME_UP,
    detection_due,
    may_transmit,
    neighbors_detection_time,
    transmission_due,
    wanted_timers,
)
from kaspec.frozen import evolve, frozen
from kaspec.rules import Rule
from kaspec.units import Instant, Interval, after
from kaspec.wire.bfd import ControlPacket, Diagnostic, SessionState

_ADMIN_DOWN, _DOWN, _INIT, _UP = SessionState
_TRANSITIONS: dict[tuple[SessionState, SessionState], tuple[SessionState, Diagnostic, Rule]] = {
    (_DOWN, _DOWN): (_INIT, Diagnostic.NONE, rules.BFD_THREE_WAY_INIT),
    (_DOWN, _INIT): (_UP, Diagnostic.NONE, rules.BFD_THREE_WAY_UP),
    (_INIT, _INIT): (_UP, Diagnostic.NONE, rules.BFD_INIT_UP),
    (_INIT, _UP): (_UP, Diagnostic.NONE, rules.BFD_INIT_UP),
    (_UP, _DOWN): (_DOWN, Diagnostic.NEIGHBOR_SIGNALED_DOWN, rules.BFD_NEIGHBOR_DOWN),
    (_INIT, _ADMIN_DOWN): (_DOWN, Diagnostic.NEIGHBOR_SIGNALED_DOWN, rules.BFD_NEIGHBOR_ADMIN_DOWN),
    (_UP, _ADMIN_DOWN): (_DOWN, Diagnostic.NEIGHBOR_SIGNALED_DOWN, rules.BFD_NEIGHBOR_ADMIN_DOWN),
}
"""RFC 5880 6.8.6: by our state and the neighbor's, what we become; any other pair changes nothing."""


@frozen
class Step:
    """One transition: the new state, the effects in their order, and the rule that says why."""

    state: State
    effects: tuple[Effect, ...]
    rule: Rule


def initial(session: Session, discriminator: int, jitter: int, now: Instant) -> State:
    """Return the state of a session that starts now; ``discriminator`` is not 0 and no other session's (RFC 5880 6.8.1)."""
    timers = wanted_timers(session, _DOWN)
    verdict_at = after(now, Interval(PERIODS_TO_COME_UP * timers.desired_min_tx_interval))
    return _timed(session, State(discriminator, timers, timers, jitter=jitter, verdict_at=verdict_at), now)


def step(session: Session, state: State, event: Event, now: Instant) -> Step:
    """Take one event.  ``now`` is the instant it is taken, on the clock of the state's deadlines."""
    match event:
        case PacketReceived(packet):
            return _hear(session, state, packet, now)
        case PacketDiscarded(rule):
            return Step(state, (), rule)
        case DeadlineReached(jitter):
            return _expire(session, state, jitter, now)
        case Shutdown():
            return _shut_down(session, state, now)
        case Reconfigured():
            return _reconfigure(session, state, now)
        case _:
            assert_never(event)


def _hear(session: Session, state: State, packet: ControlPacket, now: Instant) -> Step:
    """RFC 5880 6.8.6, from the point where the packet is known to be good."""
    if state.is_silent:
        return Step(state, (), rules.BFD_ADMIN_DOWN)
    answered = packet.final and state.polls > 0
    heard = evolve(state, neighbor=_said(packet), heard_at=now)
    if answered:
        heard = _poll_answered(heard)
    rule = rules.BFD_POLL_ENDS if answered else rules.BFD_HEARD
    if state.state == _ADMIN_DOWN:
        return Step(_timed(session, heard, now), (), rules.BFD_ADMIN_DOWN)
    if transition := _TRANSITIONS.get((state.state, packet.state)):
        target, diagnostic, rule = transition
        heard = _entering(session, heard, target, diagnostic)
    if packet.poll:
        return Step(_timed(session, heard, now), (*_reports(state, heard), Transmit(_packet(session, heard, final=True))), rule)
    if transition:
        return _tell(session, state, heard, rule, now)
    return Step(_timed(session, heard, now), (), rule)


def _expire(session: Session, state: State, jitter: int, now: Instant) -> Step:
    """Act on the first deadline that was reached; another may be due as well."""
    if _reached(state.silent_at, now):
        silent = evolve(state, silent_at=None, verdict_at=None)
        return Step(_timed(session, silent, now), (), rules.BFD_FALLS_SILENT)
    if _reached(state.detect_at, now):
        lost = evolve(state, neighbor=UNHEARD, heard_at=None)
        if state.state in {_DOWN, _ADMIN_DOWN}:
            return Step(_timed(session, lost, now), (), rules.BFD_FORGOTTEN)
        down = _entering(session, lost, _DOWN, Diagnostic.DETECTION_TIME_EXPIRED)
        return _tell(session, state, down, rules.BFD_EXPIRED, now)
    if _reached(state.verdict_at, now):
        return Step(evolve(state, verdict_at=None), (Report(up=False),), rules.BFD_NOT_UP_IN_TIME)
    if _reached(state.transmit_at, now):
        return _tell(session, state, evolve(state, jitter=jitter), rules.BFD_TRANSMITS, now)
    return Step(state, (), rules.NOT_DUE)


def _shut_down(session: Session, state: State, now: Instant) -> Step:
    """RFC 5880 6.8.16; nobody need be told of a session that no neighbor knows.  Whoever shut it down knows, so nothing is reported."""
    if state.state == _ADMIN_DOWN:
        return Step(state, (), rules.UNCHANGED)
    lasting = neighbors_detection_time(session, state) if state.neighbor.discriminator else 0
    ending = evolve(state, silent_at=after(now, Interval(lasting)), verdict_at=None)
    ending = _entering(session, ending, _ADMIN_DOWN, Diagnostic.ADMINISTRATIVELY_DOWN)
    return _tell(session, ending, ending, rules.BFD_SHUTS_DOWN, now)


def _reconfigure(session: Session, state: State, now: Instant) -> Step:
    """RFC 5880 6.8.3, 6.8.12: a neighbor is told at once of what is new in our packets."""
    if state.is_silent:
        return Step(state, (), rules.UNCHANGED)
    renewed = _retimed(session, state)
    if renewed == state:
        return Step(_timed(session, state, now), (), rules.UNCHANGED)
    return _tell(session, state, renewed, rules.BFD_TIMERS_CHANGED, now)


def _entering(session: Session, state: State, target: SessionState, diagnostic: Diagnostic) -> State:
    """Be in another state, with the timers of that state, and with the reason for it (bfd.LocalDiag)."""
    entered = evolve(state, state=target, diagnostic=diagnostic)
    if target == _UP:
        entered = evolve(entered, verdict_at=None)
    return _retimed(session, entered)


def _retimed(session: Session, state: State) -> State:
    """Announce the timers that the state wants, and begin a Poll Sequence if they are new (RFC 5880 6.8.3).

    Of a session that is Up, a longer transmission interval and a shorter Detection Time wait until the neighbor has agreed.
    """
    wanted, old = wanted_timers(session, state.state), state.in_force
    if wanted == state.announced:
        return state
    in_force = wanted
    if state.is_up:
        in_force = Timers(
            min(wanted.desired_min_tx_interval, old.desired_min_tx_interval),
            max(wanted.required_min_rx_interval, old.required_min_rx_interval),
        )
    return evolve(state, announced=wanted, in_force=in_force, polls=min(state.polls + 1, 2))


def _poll_answered(state: State) -> State:
    """RFC 5880 6.5: a Poll Sequence ends; if the timers changed during it, another follows."""
    polls = state.polls - 1
    return evolve(state, polls=polls, in_force=state.in_force if polls else state.announced)


def _tell(session: Session, before: State, state: State, rule: Rule, now: Instant) -> Step:
    """Send a packet now, if any may be sent, and count the interval from here (RFC 5880 6.8.7)."""
    if not may_transmit(session, state):
        return Step(_timed(session, state, now), _reports(before, state), rule)
    sent = _timed(session, evolve(state, sent_at=now), now)
    return Step(sent, (*_reports(before, state), Transmit(_packet(session, sent))), rule)


def _reports(before: State, state: State) -> tuple[Report, ...]:
    return (Report(state.is_up),) if before.is_up != state.is_up else ()


def _timed(session: Session, state: State, now: Instant) -> State:
    """Set the deadlines anew from what they depend on."""
    return evolve(state, transmit_at=transmission_due(session, state, now), detect_at=detection_due(state))


def _packet(session: Session, state: State, final: bool = False) -> ControlPacket:
    """RFC 5880 6.8.7: what we send now; a packet never has both Poll and Final."""
    return ControlPacket(
        state.state,
        session.multiplier,
        state.local_discriminator,
        state.neighbor.discriminator,
        state.announced.desired_min_tx_interval,
        state.announced.required_min_rx_interval,
        diagnostic=state.diagnostic,
        poll=state.polls > 0 and not final,
        final=final,
    )


def _said(packet: ControlPacket) -> Neighbor:
    return Neighbor(
        packet.my_discriminator,
        packet.state,
        packet.diagnostic,
        packet.detect_multiplier,
        packet.desired_min_tx_interval,
        packet.required_min_rx_interval,
        packet.demand,
    )


def _reached(deadline: Instant | None, now: Instant) -> bool:
    return deadline is not None and deadline <= now
