"""Scripts: turns, scores and reloads."""

from attrs import evolve

from kaspec import rules
from kaspec.trackers.script import ScriptEnded, ScriptState, begin, finding, step, succeed
from kaspec.trackers.tracked import Script
from kaspec.tracking import Finding
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.events import DeadlineReached
from tests.unit.vrrp.examples import at

CHK = Script("chk", "/bin/true", Interval(2 * SECOND), rise=3, fall=2)
NEW = begin(CHK, at(1))
GOOD = ScriptState(4, known=True, run_at=at(3))


def test_it_runs_at_once_and_then_every_interval() -> None:
    started = step(CHK, NEW, DeadlineReached(), at(1))
    assert (started.runs, started.rule) == (True, rules.SCRIPT_RUNS)
    assert started.state == evolve(NEW, running=True, run_at=at(3))
    assert step(CHK, started.state, DeadlineReached(), at(2)).rule == rules.NOT_DUE


def test_one_that_still_runs_is_not_started_again() -> None:
    running = evolve(GOOD, running=True)
    late = step(CHK, running, DeadlineReached(), at(3))
    assert (late.runs, late.rule, late.state.run_at, late.state.skipped) == (False, rules.SCRIPT_STILL_RUNS, at(5), 1)


def test_turns_that_passed_while_the_daemon_slept_are_not_made_up_for() -> None:
    assert step(CHK, GOOD, DeadlineReached(), at(20)).state.run_at == at(22)


def test_the_first_end_decides() -> None:
    running = evolve(NEW, running=True)
    assert finding(CHK, running) is None
    for end, good, rule in (
        (ScriptEnded(0), True, rules.SCRIPT_SUCCEEDS),
        (ScriptEnded(1), False, rules.SCRIPT_FAILS),
        (ScriptEnded(-9), False, rules.SCRIPT_FAILS),
        (ScriptEnded(0, timed_out=True), False, rules.SCRIPT_FAILS),
    ):
        taken = step(CHK, running, end, at(2))
        assert (finding(CHK, taken.state), taken.rule, taken.state.running) == (Finding(good), rule, False)


def test_rise_and_fall() -> None:
    """keepalived's counter: 0 to rise + fall - 1, good from rise on."""
    scores = []
    state = GOOD
    for status in (1, 0, 1, 1, 0, 0, 1, 0, 0, 0):
        state = step(CHK, evolve(state, running=True), ScriptEnded(status), at(2)).state
        scores.append(state.score)
    assert scores == [3, 4, 3, 0, 1, 2, 0, 1, 2, 4]


def test_init_fail_is_failed_from_the_beginning() -> None:
    """And needs ``rise`` successes to be good."""
    failed = evolve(CHK, init_fail=True)
    state = begin(failed, at(0))
    assert finding(failed, state) == Finding(False)
    found = []
    for _ in range(3):
        state = step(failed, evolve(state, running=True), ScriptEnded(0), at(1)).state
        found.append(finding(failed, state))
    assert found == [Finding(False), Finding(False), Finding(True)]


def test_an_end_nobody_waits_for_is_nothing() -> None:
    assert step(CHK, GOOD, ScriptEnded(1), at(2)).state is GOOD


def test_a_reload_keeps_the_result() -> None:
    """ "Considered successful on reload": with another rise and fall, one failure may be enough again."""
    assert succeed(CHK, evolve(CHK, weight=5), GOOD, at(2)) == GOOD
    assert succeed(CHK, evolve(CHK, rise=1, fall=1), GOOD, at(2)).score == 1
    assert succeed(CHK, evolve(CHK, interval=Interval(SECOND // 2)), GOOD, at(2)).run_at == at("2.5")
    another = succeed(CHK, evolve(CHK, line="/bin/false"), evolve(GOOD, running=True), at(2))
    assert another == evolve(GOOD, run_at=at(2))


def test_its_time_is_its_interval_unless_given() -> None:
    assert CHK.patience == 2 * SECOND
    assert evolve(CHK, timeout=Interval(SECOND)).patience == SECOND
    assert GOOD.next_deadline == Instant(3 * SECOND)
