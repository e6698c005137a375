"""Instants and intervals are whole microseconds."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaspec.units import MICROSECOND, MILLISECOND, SECOND, ZERO, Instant, Interval, after, in_seconds, seconds


@given(st.integers(-(10**15), 10**15))
def test_seconds_undoes_in_seconds(microseconds: int) -> None:
    """Writing with six decimals loses nothing."""
    assert seconds(in_seconds(Interval(microseconds))) == microseconds


@given(st.text() | st.decimals().map(str))
def test_seconds_takes_any_text_or_says_no(text: str) -> None:
    """Any text is an interval or a ``ValueError``; no other exception comes out."""
    with suppress(ValueError):
        assert isinstance(seconds(text), int)


@pytest.mark.parametrize(
    ("amount", "microseconds"),
    [(1, 1_000_000), ("0.609375", 609_375), ("3.609375", 3_609_375), (Decimal("0.01"), 10_000), ("-0.5", -500_000), ("1e-6", 1), (0, 0)],
)
def test_seconds_are_exact(amount: int | str | Decimal, microseconds: int) -> None:
    assert seconds(amount) == microseconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "1.5s",
        "0.0000001",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999999",
        "1e-9999999",
        "1.0000000000000000000000000000001",
        "sNaN",
    ],
)
def test_what_is_no_number_of_microseconds_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        seconds(text)


@pytest.mark.parametrize(
    ("amount", "text"), [(3_609_375, "3.609375"), (0, "0.000000"), (1, "0.000001"), (-1, "-0.000001"), (-1_500_000, "-1.500000")]
)
def test_in_seconds_has_six_decimals(amount: int, text: str) -> None:
    assert in_seconds(Interval(amount)) == text


def test_units_are_what_they_say() -> None:
    assert (ZERO, MICROSECOND, MILLISECOND, SECOND) == (0, 1, 1_000, 1_000_000)
    assert after(Instant(5), MILLISECOND) == 1_005
    assert after(Instant(5), Interval(-6)) == -1
