"""Regular expressions over bodies that come in pieces, with PCRE2 and in bounded memory.

keepalived lets PCRE2 match across pieces.  Here a window over the body is searched: all of it up to ``WINDOW`` octets; of a longer body,
a match of more than ``OVERLAP`` octets may go unseen.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from kaspec.frozen import frozen
from kaspec.health.model import Pattern

if TYPE_CHECKING:  # else PCRE2 is for those that use it
    import pcre2

WINDOW = 1 << 20
OVERLAP = 1 << 16
OPTIONS = {
    "allow_empty_class": 0x1, "alt_bsux": 0x2, "auto_callout": 0x4, "caseless": 0x8, "dollar_endonly": 0x10, "dotall": 0x20,
    "dupnames": 0x40, "extended": 0x80, "firstline": 0x100, "match_unset_backref": 0x200, "multiline": 0x400, "no_auto_capture": 0x2000,
    "no_auto_possess": 0x4000, "no_dotstar_anchor": 0x8000, "no_start_optimize": 0x10000, "ucp": 0x20000, "ungreedy": 0x40000,
    "alt_circumflex": 0x200000, "alt_verbnames": 0x400000,
}  # fmt: skip
"""PCRE2's bits.  ``utf`` is part of the pattern; those not here only forbid something, or allow what is done here anyhow."""


@lru_cache(maxsize=4096)
def compiled(pattern: Pattern) -> "pcre2.Pattern":
    """Compile a pattern; raises ``pcre2.PatternError`` with the reason if it is none."""
    import pcre2

    bits = 0
    for option in pattern.options:
        bits |= OPTIONS.get(option, 0)
    text = ("(*UTF)" if "utf" in pattern.options else "") + pattern.text
    return pcre2.compile(text.encode(errors="surrogateescape"), flags=bits)


def fault(pattern: Pattern) -> str | None:
    """Return why a pattern cannot be used, if it cannot."""
    import pcre2

    try:
        compiled(pattern)
    except pcre2.LibraryError as error:
        return str(error)
    return None


@frozen
class Search:
    """How the search stands: the window, where in the body it begins, whether there has been a match."""

    window: bytes = b""
    begins: int = 0
    matched: bool = False


def extend(pattern: Pattern, search: Search, octets: bytes) -> Search:
    """Take in a piece of the body."""
    if search.matched or (pattern.max_offset is not None and search.begins > pattern.max_offset):
        return search
    window = search.window + octets
    if len(window) <= WINDOW:
        return Search(window, search.begins)
    looked = Search(window, search.begins)
    if matches(pattern, looked):
        return Search(matched=True)
    return Search(window[-OVERLAP:], search.begins + len(window) - OVERLAP)


def _errors() -> type[Exception]:
    import pcre2

    errors: type[Exception] = pcre2.LibraryError
    return errors


def matches(pattern: Pattern, search: Search) -> bool:
    """Tell whether the pattern matches what has been seen; one that cannot be used, or fails on such a body, does not."""
    if search.matched:
        return True
    first = max(pattern.min_offset - search.begins, 1 if search.begins else 0)
    if first > len(search.window):
        return False
    try:
        found = compiled(pattern).search(search.window, first)
    except _errors():
        return False
    return found is not None and (pattern.max_offset is None or search.begins + found.start() <= pattern.max_offset)
