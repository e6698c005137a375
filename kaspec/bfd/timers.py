"""The arithmetic of RFC 5880 6.8.2 to 6.8.4 and 6.8.7: how often to send, how long to wait, and by how much to stray."""

from kaspec.bfd.session import Neighbor, Session, State, Timers
from kaspec.units import SECOND, Instant, Interval, after
from kaspec.wire.bfd import SessionState

CHANCES = 1 << 16
"""A jitter is one of so many, all equally likely."""
PERIODS_TO_COME_UP = 3
"""A session that has not come up after so many ``idle_tx`` is down: the handshake takes at most two, one of each side."""


def wanted_timers(session: Session, state: SessionState) -> Timers:
    """Return what to announce: RFC 5880 6.8.3 has a session that is not Up send at most once a second."""
    return Timers(session.min_tx if state == SessionState.UP else max(session.idle_tx, SECOND), session.min_rx)


def transmit_interval(in_force: Timers, neighbor: Neighbor) -> Interval:
    """RFC 5880 6.8.2: the larger of what we wish and what the neighbor can take."""
    return max(in_force.desired_min_tx_interval, neighbor.required_min_rx_interval)


def jittered(interval: Interval, multiplier: int, jitter: int) -> Interval:
    """RFC 5880 6.8.7: shorten by 0 to 25 per cent, at random; by 10 to 25 if the neighbor may miss none.

    ``jitter`` is the random number, of ``CHANCES``.
    """
    least = 10 if multiplier == 1 else 0
    return Interval(interval - interval * (least * (CHANCES - 1) + (25 - least) * jitter) // (100 * (CHANCES - 1)))


def detection_time(in_force: Timers, neighbor: Neighbor) -> Interval:
    """RFC 5880 6.8.4: the neighbor's multiplier times the interval it agreed to send at."""
    return Interval(neighbor.detect_multiplier * max(in_force.required_min_rx_interval, neighbor.desired_min_tx_interval))


def neighbors_detection_time(session: Session, state: State) -> Interval:
    """Return after how long a silence the neighbor declares us down."""
    return Interval(session.multiplier * transmit_interval(state.in_force, state.neighbor))


def may_transmit(session: Session, state: State) -> bool:
    """RFC 5880 6.8.7: a passive side must not begin."""
    return not (state.is_silent or (session.passive and not state.neighbor.discriminator))


def transmits_periodically(session: Session, state: State) -> bool:
    """RFC 5880 6.8.7: not to a neighbor that wants no packets, or that is in demand mode with both sides Up, unless polling."""
    neighbor = state.neighbor
    on_demand = neighbor.demand and state.is_up and neighbor.state == SessionState.UP and not state.polls
    return may_transmit(session, state) and neighbor.required_min_rx_interval > 0 and not on_demand


def transmission_due(session: Session, state: State, now: Instant) -> Instant | None:
    """Return when to send next, from when it was last done; at once if it never was."""
    if not transmits_periodically(session, state):
        return None
    interval = transmit_interval(state.in_force, state.neighbor)
    return now if state.sent_at is None else after(state.sent_at, jittered(interval, session.multiplier, state.jitter))


def detection_due(state: State) -> Instant | None:
    """Return when the neighbor, if it stays silent, will have been silent for too long."""
    return None if state.heard_at is None or state.is_silent else after(state.heard_at, detection_time(state.in_force, state.neighbor))
