"""Waiting for a condition, with a deadline and without a blind sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

from kaspec.units import Instant

T = TypeVar("T")
POLL_SECONDS = 0.005


def wall_clock() -> Instant:
    """Return the time the kernel stamps packets with, in microseconds since 1970."""
    return Instant(time.time_ns() // 1000)


def wait_until(condition: Callable[[], T], timeout: float, what: str) -> T:
    """Return the condition's first true value, looking every 5 ms; raises ``TimeoutError`` naming ``what`` after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout} s: {what}")
        time.sleep(POLL_SECONDS)
    return value
