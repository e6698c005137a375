"""A script that is run again and again (keepalived ``vrrp_script``): when it runs, and what its ends come to.

It begins every ``interval``, from start to start, and never twice at once.  A score of 0 to rise + fall - 1 counts its ends; from
``rise`` on it is good.  The first end decides at once, whatever ``rise`` and ``fall`` are; with ``init_fail`` it is bad before, and
``rise`` good ends are needed.
"""

from typing import assert_never

from kaspec import rules
from kaspec.frozen import evolve, frozen
from kaspec.rules import Rule
from kaspec.trackers.tracked import Script
from kaspec.tracking import Finding
from kaspec.units import Instant, after
from kaspec.vrrp.events import DeadlineReached


@frozen
class ScriptState:
    """How a script stands: it runs next at ``run_at``; ``known`` tells whether its score means anything yet.

    ``skipped`` is how often in a row its turn came while it was ``running``; ``status`` is its last exit status (a signal's number is
    negative).
    """

    score: int
    known: bool
    run_at: Instant
    running: bool = False
    skipped: int = 0
    status: int | None = None

    @property
    def next_deadline(self) -> Instant:
        """When ``DeadlineReached`` will next matter."""
        return self.run_at


@frozen
class ScriptEnded:
    """The script ended: its exit status, or minus a signal's number; whether it took too long; why it could not run, if it could not."""

    status: int
    timed_out: bool = False
    trouble: str = ""

    @property
    def is_good(self) -> bool:
        """Only an exit status of 0 is."""
        return self.status == 0 and not self.timed_out and not self.trouble


ScriptEvent = DeadlineReached | ScriptEnded


@frozen
class ScriptStep:
    """A transition; ``runs`` asks for the script to be started."""

    state: ScriptState
    rule: Rule
    runs: bool = False


def begin(script: Script, now: Instant) -> ScriptState:
    """Return how a script begins: it runs at once; one success is enough, unless it counts as failed from the beginning."""
    return ScriptState(0 if script.init_fail else script.rise - 1, script.init_fail, now)


def finding(script: Script, state: ScriptState) -> Finding | None:
    """Return how it is found; nothing before its first end."""
    return Finding(state.score >= script.rise) if state.known else None


def step(script: Script, state: ScriptState, event: ScriptEvent, now: Instant) -> ScriptStep:
    """Take one event; total."""
    match event:
        case DeadlineReached():
            return _due(script, state, now)
        case ScriptEnded():
            return _ended(script, state, event)
        case _:
            assert_never(event)


def _due(script: Script, state: ScriptState, now: Instant) -> ScriptStep:
    if now < state.run_at:
        return ScriptStep(state, rules.NOT_DUE)
    planned = after(state.run_at, script.interval)
    following = planned if planned > now else after(now, script.interval)
    if state.running:
        return ScriptStep(evolve(state, run_at=following, skipped=state.skipped + 1), rules.SCRIPT_STILL_RUNS)
    return ScriptStep(evolve(state, run_at=following, running=True, skipped=0), rules.SCRIPT_RUNS, runs=True)


def _ended(script: Script, state: ScriptState, event: ScriptEnded) -> ScriptStep:
    if not state.running:
        return ScriptStep(state, rules.UNCHANGED)
    was_good = state.score >= script.rise
    score = _risen(script, state.score) if event.is_good else _fallen(script, state)
    ended = evolve(state, score=score, known=True, running=False, status=event.status)
    is_good = score >= script.rise
    if state.known and is_good == was_good:
        return ScriptStep(ended, rules.SCRIPT_COUNTS)
    return ScriptStep(ended, rules.SCRIPT_SUCCEEDS if is_good else rules.SCRIPT_FAILS)


def _risen(script: Script, score: int) -> int:
    """One more success: good from the ``rise``th in a row on, and then as good as can be."""
    return score + 1 if score < script.rise - 1 else script.best


def _fallen(script: Script, state: ScriptState) -> int:
    """One more failure: bad from the ``fall``th in a row on, and then as bad as can be; the first end of all decides at once."""
    return state.score - 1 if state.known and state.score > script.rise else 0


def succeed(old: Script, new: Script, state: ScriptState, now: Instant) -> ScriptState:
    """Carry a script over into another configuration: what it was found stays, and counts anew if ``rise`` or ``fall`` changed.

    Another command runs at once, and the end of the old one does not count; a shorter interval holds from now.
    """
    score = state.score
    if (old.rise, old.fall) != (new.rise, new.fall):
        score = (new.rise if score >= old.rise else 0) if state.known else new.rise - 1
    if (old.line, old.user, old.group) != (new.line, new.user, new.group):
        return ScriptState(score, state.known, now, status=state.status)
    return evolve(state, score=score, run_at=min(state.run_at, after(now, new.interval)))
