"""Examples of when checks take place and what failures come to."""

from attrs import evolve

from kaspec.health.events import Close, Connected, ConnectionFailed, DeadlineReached, Hindered, Resumed, ScriptEnded, StopScript, Suspended
from kaspec.health.machine import begin, step
from kaspec.health.model import MiscCheck, TcpCheck
from kaspec.health.reported import WeightChange
from kaspec.rules import health as rules
from kaspec.units import SECOND, ZERO, Instant, Interval, seconds
from tests.unit.health.examples import BEGAN, PROBING, TARGET, attempt

TCP = TcpCheck(PROBING, TARGET)
REFUSED = ConnectionFailed("Connection refused")


def test_the_first_failure_of_all_counts_at_once() -> None:
    taken = attempt(TCP, [REFUSED])
    assert (taken.rule, taken.reports, taken.state.is_up) == (rules.CHECK_FAILS, True, False)
    assert taken.state.due_at == 10 * SECOND
    assert taken.effects == (Close(),)


def test_with_alpha_a_server_is_down_until_a_success() -> None:
    alpha = evolve(TCP, probing=evolve(PROBING, alpha=True))
    assert not begin(alpha, ZERO, BEGAN).is_up
    assert attempt(alpha, [REFUSED]).rule == rules.CHECK_FAILS
    assert attempt(alpha, [Connected()]).state.is_up


def test_after_a_success_a_failure_is_tried_again_twice() -> None:
    taken = attempt(TCP, [Connected()])
    due, followed = [taken.state.due_at], []
    for _ in range(4):
        taken = attempt(TCP, [REFUSED], taken, seconds("0.25"))
        due.append(taken.state.due_at)
        followed.append(taken.rule)
    assert followed == [rules.CHECK_RETRIES, rules.CHECK_RETRIES, rules.CHECK_FAILS, rules.CHECK_STAYS_DOWN]
    assert due == [Instant(seconds(each)) for each in ("10", "11.25", "12.5", "22.75", "33")]


def test_the_first_check_is_within_warmup() -> None:
    state = begin(TCP, seconds("3.5"), Instant(SECOND))
    assert state.due_at == Instant(4_500_000)


def test_a_check_that_replaces_another_begins_as_that_stood() -> None:
    assert not begin(TCP, ZERO, BEGAN, is_up=False).is_up


def test_suspended_it_lets_go_of_what_is_under_way_and_resumed_it_begins_anew() -> None:
    state = step(TCP, begin(TCP, ZERO, BEGAN), DeadlineReached(), BEGAN).state
    suspended = step(TCP, state, Suspended(), BEGAN)
    assert (suspended.effects, suspended.state.next_deadline) == ((Close(),), None)
    assert step(TCP, suspended.state, Suspended(), BEGAN).state == suspended.state
    assert step(TCP, suspended.state, Resumed(SECOND), Instant(5)).state.next_deadline == 5 + SECOND


def test_a_script_suspended_in_the_middle_is_told_to_end() -> None:
    check = MiscCheck(PROBING, "/bin/check")
    state = step(check, begin(check, ZERO, BEGAN), DeadlineReached(), BEGAN).state
    suspended = step(check, state, Suspended(), BEGAN)
    assert suspended.effects == (StopScript(),)
    assert not step(check, suspended.state, ScriptEnded(-15), BEGAN).state.lingers


def test_a_weight_is_told_when_it_changes() -> None:
    check = MiscCheck(PROBING, "/bin/check", dynamic=True, timeout=Interval(5 * SECOND))
    told, taken = [], None
    for status in (12, 12, 22, 0):
        taken = attempt(check, [ScriptEnded(status)], taken)
        told.append((taken.reports, taken.verdict and taken.verdict.weight))
    assert told == [(True, WeightChange("is", 10)), (False, WeightChange("is", 10)), (True, WeightChange("is", 20)), (True, None)]


def test_what_we_lack_ourselves_says_nothing_of_the_server() -> None:
    up = attempt(TCP, [Connected()])
    taken = attempt(TCP, [Hindered("Too many open files")], up)
    assert (taken.verdict, taken.state.is_up, taken.state.failures) == (None, True, 0)
    assert taken.state.due_at == Instant(11 * SECOND)
