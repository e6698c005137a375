"""One check as a machine: when its attempts begin and end, and what their verdicts come to.

    waiting --due--> attempt --verdict--> waiting again, delay_loop or delay_before_retry later

Without ``alpha`` the server counts as up from the start, and the first failure takes it down at once: retries are for a check that has
succeeded before.  A check that is down needs one success; one of several pages, one of each.
"""

from typing import assert_never

from kaspec.frozen import evolve, frozen
from kaspec.health import datagrams, http, observed, smtp, tcp
from kaspec.health.datagrams import DnsExchange, PingExchange, UdpExchange
from kaspec.health.events import (
    CheckEffect,
    CheckEvent,
    Close,
    Connected,
    DeadlineReached,
    ExchangeEvent,
    FileRead,
    Hindered,
    Received,
    Resumed,
    ScriptEnded,
    SessionReported,
    StopScript,
    Suspended,
    Verdict,
)
from kaspec.health.exchange import Onward
from kaspec.health.http import HttpExchange
from kaspec.health.model import BfdCheck, Check, DnsCheck, FileCheck, HttpCheck, MiscCheck, PingCheck, SmtpCheck, TcpCheck, UdpCheck
from kaspec.health.observed import ScriptExchange
from kaspec.health.reported import WeightChange
from kaspec.health.smtp import SmtpExchange
from kaspec.health.tcp import TcpExchange
from kaspec.rules import NOT_DUE, UNCHANGED, Rule
from kaspec.rules import health as rules
from kaspec.units import SECOND, ZERO, Instant, Interval, after

Exchange = TcpExchange | HttpExchange | SmtpExchange | DnsExchange | UdpExchange | PingExchange | ScriptExchange
DRAW_BITS = 16
"""``DeadlineReached`` comes with a random number of so many bits, for whoever needs one (the id of a query)."""


@frozen
class Attempt:
    """An attempt under way: it fails if nothing is heard until ``silent_until``, and in any case at ``ends_by``."""

    exchange: Exchange
    begun_at: Instant
    silent_until: Instant
    ends_by: Instant


@frozen
class CheckState:
    """How a check stands.

    It ``is_up`` by the last verdict that counted (or as it began); ``succeeded`` tells whether it ever did, ``decided`` whether any
    verdict has counted.  ``failures`` counts those that were tried again.  The next attempt begins at ``due_at``; none while one is under
    way, or while a script that took too long ``lingers`` (``awaited``: its turn has come).  ``place`` is the url whose turn it is,
    ``weight`` what the last success said of the server's.
    """

    is_up: bool
    due_at: Instant | None
    attempt: Attempt | None = None
    succeeded: bool = False
    decided: bool = False
    failures: int = 0
    place: int = 0
    lingers: bool = False
    awaited: bool = False
    is_suspended: bool = False
    weight: WeightChange | None = None

    @property
    def next_deadline(self) -> Instant | None:
        """When ``DeadlineReached`` will next matter."""
        return self.due_at if self.attempt is None else min(self.attempt.silent_until, self.attempt.ends_by)


@frozen
class CheckStep:
    """A transition; ``verdict`` is the attempt's, if it came to one, and ``reports`` that the services are to hear of it."""

    state: CheckState
    rule: Rule
    effects: tuple[CheckEffect, ...] = ()
    verdict: Verdict | None = None
    reports: bool = False


def begin(check: Check, draw: Interval, now: Instant, is_up: bool | None = None) -> CheckState:
    """Return how a check begins: its first attempt is ``draw``, a random part of ``warmup``, from now.

    ``is_up`` is what a check that this one replaces had found.
    """
    up = not check.probing.alpha if is_up is None else is_up
    return CheckState(up, None if isinstance(check, FileCheck | BfdCheck) else after(now, draw))


def rebase(state: CheckState, by: Interval) -> CheckState:
    """Translate every instant in the state."""
    attempt = state.attempt and evolve(
        state.attempt,
        begun_at=after(state.attempt.begun_at, by),
        silent_until=after(state.attempt.silent_until, by),
        ends_by=after(state.attempt.ends_by, by),
    )
    return evolve(state, due_at=None if state.due_at is None else after(state.due_at, by), attempt=attempt)


def patience(check: Check) -> Interval:
    """How long the server may say nothing."""
    if isinstance(check, MiscCheck):
        return check.timeout
    return ZERO if isinstance(check, FileCheck | BfdCheck) else check.target.connect_timeout


def step(check: Check, state: CheckState, event: CheckEvent, now: Instant, draw: int = 0) -> CheckStep:
    """Take one event; total.  ``draw`` is a random number of ``DRAW_BITS``."""
    match event:
        case DeadlineReached():
            return _due(check, state, now, draw)
        case Connected() | Received():  # before all that is rare, for thousands come a second
            return _heard(check, state, event, now)
        case Hindered():
            return _hindered(check, state, now)
        case Suspended():
            return _suspended(state)
        case Resumed(wait):
            return _resumed(check, state, wait, now)
        case FileRead() | SessionReported():
            return _observed(check, state, event)
        case ScriptEnded() if state.lingers:
            return _gone(state, now)
        case _:
            return _heard(check, state, event, now)


def _due(check: Check, state: CheckState, now: Instant, draw: int) -> CheckStep:
    if state.attempt is not None:
        return _expired(check, state, state.attempt, now)
    if state.due_at is None or now < state.due_at:
        return CheckStep(state, NOT_DUE)
    if state.lingers:
        return CheckStep(evolve(state, due_at=None, awaited=True), rules.CHECK_WAITS)
    begun = _opening(check, state.place, draw)
    if isinstance(begun, Verdict):
        return _judged(check, state, begun, now, now)
    silent = longest = patience(check)
    if isinstance(check, HttpCheck | SmtpCheck):
        longest = max(silent, check.probing.delay_loop)
    attempt = Attempt(begun.exchange, now, after(now, silent), after(now, longest))
    return CheckStep(_attempting(state, attempt), rules.CHECK_BEGINS, begun.effects)


def _attempting(state: CheckState, attempt: Attempt) -> CheckState:
    """Return the state with an attempt under way: what ``evolve`` would, in a fourth of the time."""
    verdicts = state.succeeded, state.decided, state.failures, state.place
    return CheckState(state.is_up, None, attempt, *verdicts, state.lingers, state.awaited, state.is_suspended, state.weight)


def _opening(check: Check, place: int, draw: int) -> Onward[Exchange] | Verdict:
    """Return how an attempt begins."""
    match check:
        case TcpCheck():
            return tcp.begin(check)
        case HttpCheck():
            return http.begin(check, min(place, len(check.urls) - 1))
        case SmtpCheck():
            return smtp.begin(check)
        case DnsCheck():
            return datagrams.begin_dns(check, draw)
        case UdpCheck():
            return datagrams.begin_udp(check)
        case PingCheck():
            return datagrams.begin_ping(check)
        case MiscCheck():
            return observed.begin_script(check)
        case FileCheck() | BfdCheck():
            raise AssertionError("what is observed has no attempts")
        case _:
            assert_never(check)


def _exchanged(check: Check, exchange: Exchange, event: ExchangeEvent) -> Onward[Exchange] | Verdict:
    """Let an exchange take an event; one that is not this check's would be the shell's bug."""
    match check, exchange:
        case TcpCheck(), TcpExchange():
            return tcp.take(exchange, event)
        case HttpCheck(), HttpExchange():
            return http.take(check, exchange, event)
        case SmtpCheck(), SmtpExchange():
            return smtp.take(check, exchange, event)
        case DnsCheck(), DnsExchange():
            return datagrams.take_dns(exchange, event)
        case UdpCheck(), UdpExchange():
            return datagrams.take_udp(check, exchange, event)
        case PingCheck(), PingExchange():
            return datagrams.take_ping(exchange, event)
        case MiscCheck(), ScriptExchange():
            return observed.take_script(check, exchange, event)
        case _:
            raise AssertionError((check, exchange))


def _heard(check: Check, state: CheckState, event: ExchangeEvent, now: Instant) -> CheckStep:
    attempt = state.attempt
    if attempt is None:
        return CheckStep(state, UNCHANGED)
    taken = _exchanged(check, attempt.exchange, event)
    if isinstance(taken, Verdict):
        closing = () if isinstance(check, MiscCheck) else (Close(),)
        return _judged(check, state, taken, attempt.begun_at, now, closing)
    if not taken.heard:
        return CheckStep(state, UNCHANGED)
    silent_until = after(now, patience(check))
    onward = Attempt(taken.exchange, attempt.begun_at, silent_until, attempt.ends_by)
    return CheckStep(_attempting(state, onward), rules.CHECK_GOES_ON, taken.effects)


def _expired(check: Check, state: CheckState, attempt: Attempt, now: Instant) -> CheckStep:
    """Judge an attempt whose time is up; a script is told to end, and while it does not, no other is started."""
    if now < min(attempt.silent_until, attempt.ends_by):
        return CheckStep(state, NOT_DUE)
    if isinstance(check, MiscCheck):
        lingering = evolve(state, lingers=True)
        return _judged(check, lingering, Verdict(False, rules.SCRIPT_TIMED_OUT, "timed_out"), attempt.begun_at, now, (StopScript(),))
    if isinstance(check, UdpCheck) and not check.require_reply:
        verdict = Verdict(True, rules.UDP_SILENT)
    elif now >= attempt.silent_until:
        verdict = Verdict(False, rules.TIMED_OUT, "timed out")
    else:
        verdict = Verdict(False, rules.OVERLONG, "took too long")
    return _judged(check, state, verdict, attempt.begun_at, now, (Close(),))


def _judged(
    check: Check, state: CheckState, verdict: Verdict, begun_at: Instant, now: Instant, effects: tuple[CheckEffect, ...] = ()
) -> CheckStep:
    return _good(check, state, verdict, begun_at, now, effects) if verdict.is_good else _bad(check, state, verdict, begun_at, now, effects)


def _good(
    check: Check, state: CheckState, verdict: Verdict, begun_at: Instant, now: Instant, effects: tuple[CheckEffect, ...]
) -> CheckStep:
    """Count a success: of several pages, only the last one's completes the check."""
    regular = _following(check, begun_at, now)
    if isinstance(check, HttpCheck) and state.place < len(check.urls) - 1:
        hurries = check.fast_recovery and not (state.is_up and state.succeeded)
        further = evolve(state, attempt=None, failures=0, place=state.place + 1, due_at=now if hurries else regular)
        return CheckStep(further, rules.CHECK_NEXT_URL, effects, verdict)
    rule = rules.CHECK_STAYS_UP if state.is_up and state.decided else rules.CHECK_SUCCEEDS
    script = state.lingers, state.awaited, state.is_suspended
    up = CheckState(True, regular, None, True, True, 0, 0, *script, verdict.weight)
    return CheckStep(up, rule, effects, verdict, reports=rule is rules.CHECK_SUCCEEDS or verdict.weight != state.weight)


def _bad(check: Check, state: CheckState, verdict: Verdict, begun_at: Instant, now: Instant, effects: tuple[CheckEffect, ...]) -> CheckStep:
    """Count a failure: it is tried again, or it counts."""
    probing = check.probing
    if state.is_up and state.succeeded and state.failures < probing.retry:
        again = evolve(state, attempt=None, failures=state.failures + 1, due_at=after(now, probing.delay_before_retry))
        return CheckStep(again, rules.CHECK_RETRIES, effects, verdict)
    regular = _following(check, begun_at, now)
    if isinstance(check, HttpCheck):
        regular = max(regular, after(now, probing.delay_before_retry))
    rule = rules.CHECK_FAILS if state.is_up or not state.decided else rules.CHECK_STAYS_DOWN
    down = evolve(state, attempt=None, is_up=False, decided=True, failures=0, place=0, due_at=regular)
    return CheckStep(down, rule, effects, verdict, reports=rule is rules.CHECK_FAILS)


def _following(check: Check, begun_at: Instant, now: Instant) -> Instant:
    """When the next attempt begins: ``delay_loop`` after the end of the last, or for a script after its start."""
    return max(now, after(begun_at if isinstance(check, MiscCheck) else now, check.probing.delay_loop))


def _observed(check: Check, state: CheckState, observation: FileRead | SessionReported) -> CheckStep:
    """Something outside says how the server is: it counts at once."""
    verdict = observed.observed(check, observation) if isinstance(check, FileCheck | BfdCheck) else None
    if verdict is None or state.is_suspended:
        return CheckStep(state, UNCHANGED)
    same = state.decided and state.is_up == verdict.is_good
    up = (rules.CHECK_STAYS_UP if same else rules.CHECK_SUCCEEDS) if verdict.is_good else None
    rule = up or (rules.CHECK_STAYS_DOWN if same else rules.CHECK_FAILS)
    found = evolve(state, is_up=verdict.is_good, decided=True, succeeded=state.succeeded or verdict.is_good, weight=verdict.weight)
    return CheckStep(found, rule, (), verdict, reports=not same or verdict.weight != state.weight)


def _hindered(check: Check, state: CheckState, now: Instant) -> CheckStep:
    if state.attempt is None:
        return CheckStep(state, UNCHANGED)
    later = after(now, max(check.probing.delay_before_retry, SECOND))
    return CheckStep(evolve(state, attempt=None, due_at=later), rules.CHECK_HINDERED, (Close(),))


def _gone(state: CheckState, now: Instant) -> CheckStep:
    """A script that took too long has ended at last: if the next one's turn has come meanwhile, it is now."""
    due_at = now if state.awaited else state.due_at
    return CheckStep(evolve(state, lingers=False, awaited=False, due_at=due_at), UNCHANGED)


def _suspended(state: CheckState) -> CheckStep:
    if state.is_suspended:
        return CheckStep(state, UNCHANGED)
    running = state.attempt is not None and isinstance(state.attempt.exchange, ScriptExchange)
    effects: tuple[CheckEffect, ...] = (StopScript(),) if running else (Close(),) if state.attempt is not None else ()
    lingers = state.lingers or running
    still = evolve(state, is_suspended=True, attempt=None, due_at=None, awaited=False, lingers=lingers, place=0, failures=0)
    return CheckStep(still, rules.CHECK_SUSPENDED, effects)


def _resumed(check: Check, state: CheckState, draw: Interval, now: Instant) -> CheckStep:
    if not state.is_suspended:
        return CheckStep(state, UNCHANGED)
    due_at = None if isinstance(check, FileCheck | BfdCheck) else after(now, draw)
    return CheckStep(evolve(state, is_suspended=False, due_at=due_at), rules.CHECK_RESUMED)
