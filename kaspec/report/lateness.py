"""Lateness: how late timers were served, and when that is worth a line (keepalived: "A thread timer expired N seconds ago")."""

from kaspec.frozen import frozen
from kaspec.report.often import is_telling
from kaspec.units import ZERO, Interval, in_seconds


@frozen
class Lateness:
    """What is remembered: how often a timer was served later than keepalived's ``min_auto_priority_delay``, and the worst of them."""

    times: int = 0
    worst: Interval = ZERO


ON_TIME = Lateness()
"""Nothing was ever late."""


def late(lateness: Lateness, by: Interval, tolerated: Interval) -> tuple[Lateness, tuple[str, ...]]:
    """Take note of a timer served ``by`` too late.

    Return the lines to log: each time it is worse than ever, else the 1st, 10th, 100th, ... time.
    """
    if by < tolerated:
        return lateness, ()
    times = lateness.times + 1
    told = by > lateness.worst or is_telling(times)
    line = f"A thread timer expired {in_seconds(by)} seconds ago"
    counted = line if times == 1 else f"{line} [{times} times]"
    return Lateness(times, max(by, lateness.worst)), (counted,) if told else ()
