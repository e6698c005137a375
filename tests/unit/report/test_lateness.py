"""Lateness: counted, and told when it is news."""

from kaspec.report.lateness import ON_TIME, Lateness, late
from kaspec.units import SECOND, Interval


def test_what_is_tolerated_is_not_counted() -> None:
    assert late(ON_TIME, Interval(SECOND - 1), SECOND) == (ON_TIME, ())


def test_the_worst_so_far_is_told_and_others_are_counted() -> None:
    """keepalived's line, word for word."""
    first, lines = late(ON_TIME, Interval(4_437_445), SECOND)
    assert (first, lines) == (Lateness(1, Interval(4_437_445)), ("A thread timer expired 4.437445 seconds ago",))
    second, lines = late(first, Interval(2 * SECOND), SECOND)
    assert (second, lines) == (Lateness(2, Interval(4_437_445)), ())
    third, lines = late(second, Interval(5 * SECOND), SECOND)
    assert (third.worst, lines) == (5 * SECOND, ("A thread timer expired 5.000000 seconds ago [3 times]",))
