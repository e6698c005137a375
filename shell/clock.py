"""The daemon's clock: CLOCK_MONOTONIC in microseconds, and the one timer.

asyncio's own timers go through epoll_wait(2), which counts in whole milliseconds and so rounds every deadline up; Skew_Time differs between
neighbouring priorities by 3.9 ms, so that is too coarse.  A timerfd (timerfd_create(2)) has the kernel's full resolution.
"""

import os
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from kaspec.units import SECOND, Instant, Interval
from shell.syscalls import timerfd_create, timerfd_settime

if TYPE_CHECKING:
    from kaspec.report.data import WallClock


def now() -> Instant:
    """Return the current instant; it never goes back and does not know the wall clock."""
    return Instant(time.monotonic_ns() // 1000)


def since_boot() -> Interval:
    """Return how long the system has been up, sleep included."""
    return Interval(time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000)


def wall_clock() -> "WallClock":
    """Return how this clock's instants read on the wall, now."""
    from kaspec.report.data import WallClock

    epoch, now_it_is = time.time_ns() // 1000, now()
    return WallClock(now_it_is, epoch, Interval(time.localtime().tm_gmtoff * SECOND))


def epoch(instant: Instant) -> Interval:
    """Return what an instant of our clock, which is about now, lacks to microseconds since 1970."""
    return Interval(time.time_ns() // 1000 - instant)


class Alarm:
    """One timer in an event loop: ``callback`` runs at, or as soon as possible after, the instant it is armed for.

    It rings once per arming.  ``callback`` runs in the loop and must not raise.
    """

    def __init__(self, loop: AbstractEventLoop, callback: Callable[[], None]) -> None:
        self._loop = loop
        self._callback = callback
        self._at: Instant | None = None
        self._descriptor = timerfd_create()
        loop.add_reader(self._descriptor, self._ring)

    def arm(self, at: Instant | None) -> None:
        """Ring at ``at``, at once if that is past, or never; replaces what was set before and costs nothing if it is the same."""
        if at != self._at:
            timerfd_settime(self._descriptor, 0 if at is None else max(at * 1000, 1))  # 0 would disarm
            self._at = at

    def close(self) -> None:
        """Never ring again, and free the descriptor."""
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)

    def _ring(self) -> None:
        with suppress(BlockingIOError):  # armed anew since it became readable
            os.read(self._descriptor, 8)
            self._at = None
            self._callback()
