"""Checks and their lives, for the tests of health checkers."""

from collections.abc import Iterable

from kaspec.address import parse_address
from kaspec.health.events import CheckEvent, DeadlineReached
from kaspec.health.machine import CheckStep, begin, step
from kaspec.health.model import Check, Probing, Target
from kaspec.units import SECOND, ZERO, Instant, Interval, after

PROBING = Probing(delay_loop=Interval(10 * SECOND), warmup=ZERO, retry=2, delay_before_retry=SECOND)
TARGET = Target(parse_address("192.0.2.10"), 80)
BEGAN = Instant(0)


def attempt(check: Check, happened: Iterable[CheckEvent], before: CheckStep | None = None, length: Interval = ZERO) -> CheckStep:
    """Let the next attempt begin when it is due, and this happen after ``length``; return the last step."""
    state = begin(check, ZERO, BEGAN) if before is None else before.state
    assert state.next_deadline is not None
    now = state.next_deadline
    taken = step(check, state, DeadlineReached(), now, draw=0x1234)
    for event in happened:
        taken = step(check, taken.state, event, after(now, length))
    return taken
