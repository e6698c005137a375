"""RFC 5880 6.8: the session machine, clause by clause."""

import pytest
from attrs import evolve

from kaspec import rules
from kaspec.bfd.events import DeadlineReached, PacketDiscarded, Reconfigured, Shutdown
from kaspec.bfd.machine import step
from kaspec.bfd.session import UNHEARD, next_deadline
from kaspec.rules import Rule
from kaspec.units import Instant, Interval
from kaspec.wire.bfd import SessionState
from tests.unit.bfd.examples import ADMIN_DOWN, DOWN, INIT, MS, PASSIVE, UP, S, hears, reported, run, sent, started, up


def test_a_session_starts_in_down_and_transmits_slowly() -> None:
    """6.8.1, 6.8.3: at once, then within a second, whatever min_tx is."""
    state = started()
    assert (state.state, state.neighbor, state.transmit_at) == (DOWN, UNHEARD, 0)
    taken = run((0, DeadlineReached(0)))
    (packet,) = sent(taken)
    assert (packet.state, packet.my_discriminator, packet.your_discriminator) == (DOWN, 5, 0)
    assert (packet.desired_min_tx_interval, packet.required_min_rx_interval) == (1000 * MS, 50 * MS)
    assert (taken.state.transmit_at, taken.rule) == (1000 * MS, rules.BFD_TRANSMITS)
    assert run((0, DeadlineReached(65535))).state.transmit_at == 750 * MS


@pytest.mark.parametrize(
    ("state", "said", "becomes", "diagnostic", "rule"),
    [
        (DOWN, DOWN, INIT, 0, rules.BFD_THREE_WAY_INIT),
        (DOWN, INIT, UP, 0, rules.BFD_THREE_WAY_UP),
        (DOWN, UP, DOWN, 0, rules.BFD_HEARD),
        (DOWN, ADMIN_DOWN, DOWN, 0, rules.BFD_HEARD),
        (INIT, DOWN, INIT, 0, rules.BFD_HEARD),
        (INIT, INIT, UP, 0, rules.BFD_INIT_UP),
        (INIT, UP, UP, 0, rules.BFD_INIT_UP),
        (INIT, ADMIN_DOWN, DOWN, 3, rules.BFD_NEIGHBOR_ADMIN_DOWN),
        (UP, DOWN, DOWN, 3, rules.BFD_NEIGHBOR_DOWN),
        (UP, INIT, UP, 0, rules.BFD_HEARD),
        (UP, UP, UP, 0, rules.BFD_HEARD),
        (UP, ADMIN_DOWN, DOWN, 3, rules.BFD_NEIGHBOR_ADMIN_DOWN),
        (ADMIN_DOWN, DOWN, ADMIN_DOWN, 7, rules.BFD_ADMIN_DOWN),
        (ADMIN_DOWN, INIT, ADMIN_DOWN, 7, rules.BFD_ADMIN_DOWN),
        (ADMIN_DOWN, UP, ADMIN_DOWN, 7, rules.BFD_ADMIN_DOWN),
    ],
)
def test_the_table_of_states(state: SessionState, said: SessionState, becomes: SessionState, diagnostic: int, rule: Rule) -> None:
    """6.2, 6.8.6: every state meets every state of the neighbor."""
    before = {
        DOWN: started(),
        INIT: run((10, hears(DOWN))).state,
        UP: up(),
        ADMIN_DOWN: run((30, Shutdown()), state=up()).state,
    }[state]
    assert before.state == state
    taken = run((40, hears(said)), state=before)
    assert (taken.state.state, taken.state.diagnostic, taken.rule) == (becomes, diagnostic, rule)
    assert bool(sent(taken)) == (state != becomes), "a change of state is told at once (6.8.7)"
    assert reported(taken) == (() if (state == UP) == (becomes == UP) else (becomes == UP,))


def test_up_speeds_up_by_a_poll_sequence() -> None:
    """6.5, 6.8.3: the shorter interval is in force at once, polls until Final, and Poll and Final are never both set."""
    taken = run((10, hears(INIT)))
    (packet,) = sent(taken)
    assert (packet.state, packet.poll, packet.desired_min_tx_interval, packet.your_discriminator) == (UP, True, 40 * MS, 9)
    assert taken.state.transmit_at == 50 * MS
    taken = run((50, DeadlineReached(0)), state=taken.state)
    assert [packet.poll for packet in sent(taken)] == [True]
    taken = run((55, hears(UP, poll=True)), state=taken.state)
    assert [(packet.poll, packet.final) for packet in sent(taken)] == [(False, True)]
    taken = run((60, hears(UP, final=True)), state=taken.state)
    assert (taken.rule, taken.state.polls) == (rules.BFD_POLL_ENDS, 0)
    assert [packet.poll for packet in sent(run((90, DeadlineReached(0)), state=taken.state))] == [False]


def test_detection_time_is_the_neighbors_multiplier_times_the_slower_interval() -> None:
    """6.8.4: 4 x max(50 ms that we require, 30 ms that it wishes), from each packet on."""
    state = up()
    assert state.detect_at == (20 + 4 * 50) * MS
    assert run((30, hears(UP, desired_min_tx_interval=Interval(60 * MS))), state=state).state.detect_at == (30 + 4 * 60) * MS
    early = step(S, evolve(state, transmit_at=None), DeadlineReached(0), Instant(220 * MS - 1))
    assert (early.rule, early.state.state) == (rules.NOT_DUE, UP)
    taken = step(S, state, DeadlineReached(0), Instant(220 * MS))
    assert (taken.state.state, taken.state.diagnostic, taken.rule) == (DOWN, 1, rules.BFD_EXPIRED)
    assert taken.state.neighbor == UNHEARD
    assert reported(taken) == (False,)
    (packet,) = sent(taken)
    assert (packet.state, packet.diagnostic, packet.your_discriminator, packet.desired_min_tx_interval) == (DOWN, 1, 0, 1000 * MS)


def test_init_expires_too() -> None:
    """6.8.4: Init is left like Up, but nobody was told of it, so nobody is told."""
    state = run((10, hears(DOWN))).state
    assert state.detect_at == (10 + 4000) * MS
    taken = run((4010, DeadlineReached(0)), state=state)
    assert (taken.state.state, taken.rule, reported(taken)) == (DOWN, rules.BFD_EXPIRED, ())


def test_a_silent_neighbor_is_forgotten_in_down() -> None:
    """6.8.1: bfd.RemoteDiscr is zero after a Detection Time without a packet, in any state."""
    state = run((0, DeadlineReached(0)), (10, hears(ADMIN_DOWN))).state
    assert state.neighbor.discriminator == 9
    taken = run((4010, DeadlineReached(0)), state=state)
    assert (taken.rule, taken.state.neighbor, taken.state.detect_at) == (rules.BFD_FORGOTTEN, UNHEARD, None)


def test_the_interval_is_what_both_can_take() -> None:
    """6.8.2, 6.8.7: max(ours, the neighbor's), counted from the last transmission; zero stops it."""
    state = up()
    assert state.sent_at == 10 * MS
    assert run((30, hears(UP, required_min_rx_interval=Interval(70 * MS))), state=state).state.transmit_at == 80 * MS
    assert run((30, hears(UP, required_min_rx_interval=Interval(0))), state=state).state.transmit_at is None


def test_demand_mode_of_the_neighbor_stops_periodic_transmission() -> None:
    """6.8.6, 6.8.7: both Up and Demand set: cease, but while polling; and begin again when it is cleared."""
    state = run((30, hears(UP, demand=True)), state=up()).state
    assert state.transmit_at is None
    polling = step(evolve(S, min_rx=Interval(90 * MS)), state, Reconfigured(), Instant(40 * MS)).state
    assert polling.transmit_at == 80 * MS
    assert run((50, hears(UP)), state=state).state.transmit_at == 50 * MS


def test_the_passive_side_waits() -> None:
    """6.1, 6.8.7: it does not begin, answers once it has heard, and falls silent again when the neighbor is lost."""
    assert started(PASSIVE).transmit_at is None
    taken = run((10, hears(DOWN)), session=PASSIVE)
    assert [packet.state for packet in sent(taken)] == [INIT]
    lost = run((220, DeadlineReached(0)), state=up(PASSIVE), session=PASSIVE)
    assert (lost.state.state, sent(lost), lost.state.transmit_at) == (DOWN, (), None)


def test_detect_mult_one_has_jitter_of_ten_per_cent_at_least() -> None:
    """6.8.7."""
    session = evolve(S, multiplier=1)
    assert run((0, DeadlineReached(0)), session=session).state.transmit_at == 900 * MS
    assert run((0, DeadlineReached(65535)), session=session).state.transmit_at == 750 * MS


def test_a_slower_transmission_waits_for_the_end_of_the_poll_sequence() -> None:
    """6.8.3: Up and a longer interval: announced with Poll at once, in force with Final."""
    slower = evolve(S, min_tx=Interval(200 * MS))
    taken = step(slower, up(), Reconfigured(), Instant(30 * MS))
    assert [(packet.poll, packet.desired_min_tx_interval) for packet in sent(taken)] == [(True, 200 * MS)]
    assert (taken.rule, taken.state.transmit_at) == (rules.BFD_TIMERS_CHANGED, 70 * MS)
    ended = step(slower, taken.state, hears(UP, final=True), Instant(35 * MS))
    assert (ended.rule, ended.state.transmit_at) == (rules.BFD_POLL_ENDS, 230 * MS)


def test_a_shorter_detection_time_waits_for_the_end_of_the_poll_sequence() -> None:
    """6.8.3: Up and a smaller bfd.RequiredMinRxInterval."""
    quicker = evolve(S, min_rx=Interval(30 * MS))
    taken = step(quicker, up(), Reconfigured(), Instant(30 * MS))
    assert taken.state.detect_at == 220 * MS
    assert step(quicker, taken.state, hears(UP, final=True), Instant(35 * MS)).state.detect_at == (35 + 4 * 30) * MS


def test_quicker_transmission_and_longer_detection_do_not_wait() -> None:
    """6.8.3 asks only the other two to."""
    other = evolve(S, min_tx=Interval(20 * MS), min_rx=Interval(90 * MS))
    taken = step(other, up(), Reconfigured(), Instant(30 * MS))
    assert (taken.state.transmit_at, taken.state.detect_at) == (50 * MS, (20 + 4 * 90) * MS)


def test_a_change_during_a_poll_sequence_needs_another() -> None:
    """6.5: the first Final may answer what was announced before."""
    first, second = evolve(S, min_tx=Interval(200 * MS)), evolve(S, min_tx=Interval(300 * MS))
    state = step(first, up(), Reconfigured(), Instant(30 * MS)).state
    state = step(second, state, Reconfigured(), Instant(31 * MS)).state
    state = step(second, state, hears(UP, final=True), Instant(32 * MS)).state
    assert (state.polls, state.in_force.desired_min_tx_interval) == (1, 40 * MS)
    state = step(second, state, hears(UP, final=True), Instant(33 * MS)).state
    assert (state.polls, state.in_force.desired_min_tx_interval) == (0, 300 * MS)


def test_the_same_timers_are_no_change() -> None:
    assert step(S, up(), Reconfigured(), Instant(30 * MS)).rule == rules.UNCHANGED


def test_a_final_that_nobody_asked_for_ends_nothing() -> None:
    assert run((30, hears(UP, final=True)), state=up()).rule == rules.BFD_HEARD


def test_shutdown_tells_the_neighbor_for_a_detection_time() -> None:
    """6.8.16: AdminDown with its diagnostic, Poll unanswered from then on, silent 3 x 40 ms later; nothing is reported."""
    taken = run((30, Shutdown()), state=up())
    (packet,) = sent(taken)
    assert (packet.state, packet.diagnostic, taken.rule, reported(taken)) == (ADMIN_DOWN, 7, rules.BFD_SHUTS_DOWN, ())
    assert (next_deadline(taken.state), taken.state.is_silent) == (150 * MS, False)
    assert sent(run((40, hears(DOWN, poll=True)), state=taken.state)) == ()
    silent = run((150, DeadlineReached(0)), state=taken.state)
    assert (silent.rule, silent.state.is_silent, next_deadline(silent.state)) == (rules.BFD_FALLS_SILENT, True, None)
    assert run((160, hears(DOWN)), state=silent.state).rule == rules.BFD_ADMIN_DOWN
    assert run((160, Reconfigured()), state=silent.state).rule == rules.UNCHANGED
    assert run((160, Shutdown()), state=silent.state).rule == rules.UNCHANGED


def test_shutdown_of_a_session_nobody_knows_is_short() -> None:
    """There is no Detection Time to wait for."""
    taken = run((30, Shutdown()))
    assert next_deadline(taken.state) == 30 * MS


def test_what_was_not_up_in_time_is_reported_down_once() -> None:
    """Three idle intervals; what comes up later is reported then."""
    state = run((0, DeadlineReached(0)), (1000, DeadlineReached(0)), (2000, DeadlineReached(0))).state
    assert state.verdict_at == 3000 * MS
    taken = run((3000, DeadlineReached(0)), state=state)
    assert (taken.rule, reported(taken), taken.state.verdict_at) == (rules.BFD_NOT_UP_IN_TIME, (False,), None)
    assert reported(run((3010, hears(INIT)), state=taken.state)) == (True,)
    assert up().verdict_at is None


def test_a_discarded_packet_moves_nothing() -> None:
    taken = run((30, PacketDiscarded(rules.BFD_TTL, "254", "255")), state=up())
    assert (taken.state, taken.effects, taken.rule) == (up(), (), rules.BFD_TTL)
