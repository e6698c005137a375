"""Examples of regular expressions over bodies."""

import pytest

from kaspec.health.matching import OVERLAP, WINDOW, Search, extend, fault, matches
from kaspec.health.model import Pattern


def found(pattern: Pattern, *pieces: bytes) -> bool:
    search = Search()
    for piece in pieces:
        search = extend(pattern, search, piece)
        assert len(search.window) <= WINDOW
    return matches(pattern, search)


@pytest.mark.parametrize(
    ("pattern", "body", "matched"),
    [
        (Pattern("^b"), b"a\nb", False),
        (Pattern("^b", ("multiline",)), b"a\nb", True),
        (Pattern("A", ("caseless",)), b"a", True),
        (Pattern("a.b"), b"a\nb", False),
        (Pattern("a.b", ("dotall",)), b"a\nb", True),
        (Pattern("a b # c", ("extended",)), b"ab", True),
        (Pattern("a$", ("dollar_endonly",)), b"a\n", False),
        (Pattern("^.$", ("utf",)), "é".encode(), True),
        (Pattern("^.$"), "é".encode(), False),
        (Pattern("b", ("firstline",)), b"a\nb", False),
        (Pattern(r"(?<year>\d{4})-\g<year>"), b"2024-2025", True),
        (Pattern("b", min_offset=1), b"ba", False),
        (Pattern("b", min_offset=1), b"bb", True),
        (Pattern("b", max_offset=0), b"ab", False),
        (Pattern("b", max_offset=1), b"ab", True),
        (Pattern("b", min_offset=9), b"ab", False),
        (Pattern(".", ("utf",)), b"\xff", False),
    ],
)
def test_patterns_are_pcre2_s(pattern: Pattern, body: bytes, matched: bool) -> None:
    assert found(pattern, body) == matched
    assert found(pattern, *(bytes((each,)) for each in body)) == matched


def test_a_pattern_that_is_none_is_told_and_matches_nothing() -> None:
    assert "parenthesis" in (fault(Pattern("(")) or "")
    assert fault(Pattern("ok")) is None
    assert not found(Pattern("("), b"(")


def test_a_long_body_is_searched_in_bounded_memory() -> None:
    filler = bytes(WINDOW // 2)
    assert found(Pattern("needle"), filler, filler[:-3] + b"nee", b"dle", filler, filler, filler)
    assert not found(Pattern("^needle"), filler, filler, b"needle", filler, bytes(WINDOW - OVERLAP))
    assert not found(Pattern("needle", max_offset=5), filler, filler, filler, b"needle")
