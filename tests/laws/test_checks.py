"""Laws of health checkers: total, exact in time, deaf to where time begins, patient as configured and no longer, of bounded memory."""

from collections.abc import Iterator

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec.health import events
from kaspec.health.events import CheckEvent, Connected, ConnectionFailed, DeadlineReached, Received, ScriptEnded
from kaspec.health.http import LONGEST_HEAD, HttpExchange
from kaspec.health.machine import CheckState, CheckStep, begin, patience, rebase, step
from kaspec.health.matching import WINDOW
from kaspec.health.model import (
    BfdCheck,
    Check,
    FileCheck,
    HttpCheck,
    MiscCheck,
    PingCheck,
    Probing,
    SmtpCheck,
    TcpCheck,
    UdpCheck,
    Url,
)
from kaspec.report.checks import check_lines, mail_words
from kaspec.rules import RULES
from kaspec.rules import health as rules
from kaspec.units import SECOND, ZERO, Instant, Interval, after
from tests.laws.checks import checks, delays, http_checks, misc_checks, probings, targets

BEGAN = Instant(0)
octets = st.sampled_from(
    (
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.0 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"220 ready\r\n",
        b"250-one\r\n250 two\r\n",
        b"\x00\x07\x80\x00" + bytes(8),
        b"ok",
        b"\r\n\r\n",
    )
) | st.binary(min_size=1, max_size=40)
happenings: st.SearchStrategy[CheckEvent] = st.one_of(
    st.just(DeadlineReached()),
    st.just(DeadlineReached()),
    st.just(Connected()),
    st.just(events.Secured()),
    st.builds(Received, octets),
    st.builds(events.StreamEnded, st.booleans()),
    st.sampled_from((ConnectionFailed("refused"), events.TlsFailed("expired"), events.StreamFailed("reset"))),
    st.builds(ScriptEnded, st.integers(-9, 255), st.sampled_from(("", "", "gone"))),
    st.builds(events.FileRead, st.integers(-(1 << 31), (1 << 31) - 1)),
    st.builds(events.SessionReported, st.booleans()),
    st.just(events.Hindered("Too many open files")),
    st.just(events.Suspended()),
    st.builds(events.Resumed, delays),
)
waits = st.none() | st.integers(0, 5 * SECOND).map(Interval)
"""How long until the next event; ``None`` is until the deadline."""
lives = st.lists(st.tuples(waits, happenings), max_size=25)
Life = list[tuple[Interval | None, CheckEvent]]


def lived(check: Check, life: Life, began: Instant = BEGAN) -> Iterator[tuple[Instant, CheckState, CheckStep]]:
    """When, in which state, what was done."""
    now, state = began, begin(check, ZERO, began)
    for wait, event in life:
        if wait is not None:
            now = after(now, wait)
        elif state.next_deadline is not None:
            now = max(now, state.next_deadline)
        taken = step(check, state, event, now, draw=7)
        yield now, state, taken
        state = taken.state


@given(checks, lives)
def test_machines_are_total_and_say_by_which_rule(check: Check, life: Life) -> None:
    for now, before, taken in lived(check, life):
        assert taken.rule in RULES
        assert taken.verdict is None or taken.verdict.rule in RULES
        assert taken.state.attempt is None or taken.state.due_at is None
        assert taken.state.failures <= check.probing.retry
        assert taken.reports <= (taken.verdict is not None)
        if before.is_up != taken.state.is_up:
            assert taken.reports
        if taken.state.next_deadline is not None and taken.state.attempt is not None and before.attempt is None:
            assert now <= taken.state.next_deadline <= after(now, patience(check))


@given(checks, lives, st.integers(-(10**12), 10**12).map(Interval))
def test_translating_time_translates_checks(check: Check, life: Life, by: Interval) -> None:
    for (_, _, here), (_, _, there) in zip(lived(check, life), lived(check, life, after(BEGAN, by)), strict=True):
        assert evolve(there, state=rebase(there.state, Interval(-by))) == here


@given(checks, lives)
def test_a_deadline_before_its_time_changes_nothing(check: Check, life: Life) -> None:
    for now, _, taken in lived(check, life):
        deadline = taken.state.next_deadline
        if deadline is None or deadline > now:
            assert step(check, taken.state, DeadlineReached(), now).state == taken.state


Attempts = list[tuple[Instant, Instant, CheckStep]]
GOOD: dict[type[Check], tuple[CheckEvent, ...]] = {
    TcpCheck: (Connected(),),
    PingCheck: (Received(b"payload"),),
    UdpCheck: (Received(b"payload"),),
    SmtpCheck: (Connected(), Received(b"220 ready\r\n"), Received(b"250 hello\r\n"), Received(b"221 bye\r\n")),
    HttpCheck: (Connected(), Received(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")),
    MiscCheck: (ScriptEnded(0),),
}
"""What makes an attempt a success."""


def attempts(check: Check, outcomes: list[bool], length: Interval) -> Attempts:
    """Let a check make attempts that last ``length`` and end so; when each began, when it ended, and what it came to."""
    state, made = begin(check, ZERO, BEGAN), Attempts()
    bad = ScriptEnded(1) if isinstance(check, MiscCheck) else ConnectionFailed("refused")
    for outcome in outcomes:
        assert state.due_at is not None
        begun_at = state.due_at
        ended_at = after(begun_at, length)
        taken = step(check, state, DeadlineReached(), begun_at)
        for event in GOOD[type(check)] if outcome else (bad,):
            assert taken.verdict is None
            taken = step(check, taken.state, event, ended_at)
        assert taken.verdict is not None
        assert taken.verdict.is_good == outcome
        made.append((begun_at, ended_at, taken))
        state = taken.state
    return made


any_target = targets.map(lambda each: evolve(each, connect_timeout=Interval(9 * SECOND)))
TRIED_AGAIN: dict[type[Check], st.SearchStrategy[Check]] = {
    TcpCheck: st.builds(TcpCheck, probings, any_target),
    PingCheck: st.builds(PingCheck, probings, any_target),
    UdpCheck: st.builds(UdpCheck, probings, any_target, st.just(b"payload"), st.just(value=True)),
    SmtpCheck: st.builds(SmtpCheck, probings, any_target),
    HttpCheck: st.builds(HttpCheck, probings, any_target, st.just((Url("/"),))),
    MiscCheck: misc_checks.map(lambda each: evolve(each, timeout=Interval(9 * SECOND))),
}


@pytest.mark.parametrize("kind", TRIED_AGAIN)
@given(data=st.data(), outcomes=st.lists(st.booleans(), min_size=1, max_size=20), length=st.integers(0, SECOND).map(Interval))
def test_retries_are_as_many_and_as_far_apart_as_configured(
    kind: type[Check], data: st.DataObject, outcomes: list[bool], length: Interval
) -> None:
    """To the microsecond, from the end of an attempt; a script's regular turn comes ``delay_loop`` after it began."""
    check = data.draw(TRIED_AGAIN[kind])
    probing = check.probing
    is_up, succeeded, tried, due = not probing.alpha, False, 0, BEGAN
    for (begun_at, ended_at, taken), outcome in zip(attempts(check, outcomes, length), outcomes, strict=True):
        assert begun_at == due
        due = max(ended_at, after(begun_at if isinstance(check, MiscCheck) else ended_at, probing.delay_loop))
        if outcome:
            is_up, succeeded, tried = True, True, 0
        elif is_up and succeeded and tried < probing.retry:
            tried, due = tried + 1, after(ended_at, probing.delay_before_retry)
        else:
            is_up, tried = False, 0
            due = max(due, after(ended_at, probing.delay_before_retry)) if isinstance(check, HttpCheck) else due
        assert (taken.state.is_up, taken.state.failures) == (is_up, tried)
    assert taken.state.due_at == due


@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.0 200 OK\r\nContent-Length: 1000000000\r\n\r\n", b"HTTP/1.0 2", b""]
)
@given(check=http_checks, piece=st.sampled_from((b"x", b"x" * 65536)), pace=st.integers(1, SECOND).map(Interval))
def test_a_response_that_never_ends_gets_its_verdict_on_time_and_takes_no_memory(
    beginning: bytes, check: HttpCheck, piece: bytes, pace: Interval
) -> None:
    url = Url("/", pattern=check.urls[0].pattern, digest="0" * 32)
    check = evolve(check, tls=False, urls=(url,), target=evolve(check.target, connect_timeout=Interval(2 * SECOND)))
    state = step(check, begin(check, ZERO, BEGAN), DeadlineReached(), BEGAN).state
    state = step(check, state, Connected(), BEGAN).state
    pieces = [beginning] if beginning else []
    now, limit = BEGAN, max(check.probing.delay_loop, check.target.connect_timeout)
    for turn in range(40):
        deadline = state.next_deadline
        assert deadline is not None
        assert deadline <= after(BEGAN, limit)
        now = after(now, pace)
        if now >= deadline:
            break
        taken = step(check, state, Received(pieces[turn] if turn < len(pieces) else piece), now)
        state = taken.state
        if taken.verdict is not None:
            return
        assert state.attempt is not None
        assert isinstance(state.attempt.exchange, HttpExchange)
        assert len(state.attempt.exchange.came) + len(state.attempt.exchange.search.window) <= LONGEST_HEAD + WINDOW
    deadline = state.next_deadline
    assert deadline is not None
    verdict = step(check, state, DeadlineReached(), deadline).verdict
    assert verdict is not None
    assert not verdict.is_good


@given(misc_checks)
def test_a_script_that_will_not_end_is_told_to_and_no_other_begins_beside_it(check: MiscCheck) -> None:
    state = step(check, begin(check, ZERO, BEGAN), DeadlineReached(), BEGAN).state
    late = step(check, state, DeadlineReached(), after(BEGAN, check.timeout))
    assert late.verdict is not None
    assert late.verdict.rule == rules.SCRIPT_TIMED_OUT
    assert late.effects == (events.StopScript(),)
    due = late.state.next_deadline
    assert due is not None
    waiting = step(check, late.state, DeadlineReached(), due)
    assert (waiting.effects, waiting.state.next_deadline) == ((), None)
    gone = step(check, waiting.state, ScriptEnded(-9), after(due, SECOND))
    assert gone.state.next_deadline == after(due, SECOND)


@given(st.one_of(st.builds(UdpCheck, probings, targets), st.builds(SmtpCheck, probings, targets), st.builds(PingCheck, probings, targets)))
def test_silence_is_judged_when_connect_timeout_is_over(check: UdpCheck | SmtpCheck | PingCheck) -> None:
    state = step(check, begin(check, ZERO, BEGAN), DeadlineReached(), BEGAN).state
    assert state.next_deadline == after(BEGAN, check.target.connect_timeout)
    verdict = step(check, state, DeadlineReached(), state.next_deadline).verdict
    assert verdict is not None
    assert verdict.is_good == isinstance(check, UdpCheck)


@given(st.integers(-(1 << 31), (1 << 31) - 1), st.integers(-254, 254), st.booleans())
def test_files_and_sessions_count_at_once(value: int, weight: int, reverse: bool) -> None:
    file = FileCheck(Probing(), "f", weight, reverse)
    taken = step(file, begin(file, ZERO, BEGAN), events.FileRead(value), BEGAN)
    again = step(file, taken.state, events.FileRead(value), BEGAN)
    assert taken.reports
    assert not again.reports
    session = BfdCheck(Probing(), "b")
    down = step(session, begin(session, ZERO, BEGAN), events.SessionReported(is_up=False), BEGAN)
    assert (down.state.is_up, down.reports) == (False, True)


@given(checks, lives)
def test_what_is_told_goes_with_the_log_and_the_mail(check: Check, life: Life) -> None:
    """Each change is a line, each verdict has words; without log_all_failures what changes nothing is no line."""
    for _, before, taken in lived(check, life):
        lines = list(check_lines(check, "RS", "VS", before, taken))
        assert all(line and "\n" not in line for line in lines)
        changes = taken.rule in (rules.CHECK_SUCCEEDS, rules.CHECK_FAILS)
        assert bool(lines) >= changes
        assert changes or not lines or check.probing.log_all_failures
        if taken.verdict is not None:
            assert ("succe" in mail_words(check, taken.verdict)) == taken.verdict.is_good
