"""Time as data: instants and intervals are integer microseconds (design: "Time is data").

An ``Instant`` is a point on whatever clock the driver brings (the daemon's is CLOCK_MONOTONIC, a trace's starts at 0); an ``Interval`` is a
distance between two.  No floating point is ever involved, so Skew_Time and Master_Down_Interval are exact to the microsecond.
"""

from decimal import Decimal, InvalidOperation
from typing import NewType

Instant = NewType("Instant", int)
Interval = NewType("Interval", int)

MICROSECOND = Interval(1)
MILLISECOND = Interval(1_000)
CENTISECOND = Interval(10_000)
SECOND = Interval(1_000_000)
ZERO = Interval(0)
_MICROSECOND_OF_A_SECOND = Decimal("0.000001")


def seconds(amount: int | str | Decimal) -> Interval:
    """Turn an exact number of seconds into an interval.

    ``amount`` is an integer, a decimal string such as ``"0.609375"`` or a ``Decimal``; at most six decimals.
    Raises ``ValueError`` for text that is no number, has more than 22 digits before the point, or is finer than a microsecond.
    """
    try:
        number = Decimal(amount)
        rounded = number.quantize(_MICROSECOND_OF_A_SECOND)
    except InvalidOperation as error:
        raise ValueError(f"{amount!r} is not a number of seconds") from error
    if rounded != number:
        raise ValueError(f"{amount} s is not a whole number of microseconds")
    return Interval(int(rounded.scaleb(6)))


def after(instant: Instant, interval: Interval) -> Instant:
    """Return the instant ``interval`` after ``instant`` (before it, if negative)."""
    return Instant(instant + interval)


def in_seconds(amount: Instant | Interval) -> str:
    """Write microseconds as seconds with six decimals: ``3609375`` is ``"3.609375"``."""
    whole, fraction = divmod(abs(amount), 1_000_000)
    return f"{'-' if amount < 0 else ''}{whole}.{fraction:06d}"
