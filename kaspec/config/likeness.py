"""What a word may have meant, and naming what there is: hints that stay short and quick however much there is to choose from."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

MOST_KNOWN = 1000
"""Among more names than this nobody's is guessed."""
MOST_GUESSES = 200
"""For so many words of a text it is guessed what they mean; who has more mistakes of one kind has made one mistake."""


@lru_cache(maxsize=1 << 12)
def similar(word: str, known: tuple[str, ...]) -> str:
    """Return ``did you mean 'x'?`` for the known word most like ``word``, or nothing."""
    if len(known) > MOST_KNOWN:
        return ""
    close = [each for each in _pairs(known).get(word[:2], ()) if len(word) > 2 and each.startswith(word)]
    if not close and (alike := _sharing(word[:64], known)):
        from difflib import get_close_matches  # slow to import, and most files have no mistake

        close = get_close_matches(word[:64], alike, n=1, cutoff=0.68)
    return f"did you mean {close[0]!r}?" if close else ""


def _sharing(word: str, known: tuple[str, ...]) -> list[str]:
    """Return the few known words that share most pairs of letters with ``word``."""
    pairs = _pairs(known)
    shared: dict[str, int] = {}
    for start in range(len(word) - 1):
        for each in pairs.get(word[start : start + 2], ()):
            shared[each] = shared.get(each, 0) + 1
    alike = [each for each, count in shared.items() if count * 4 >= len(word) + len(each) - 2]
    return sorted(alike, key=lambda each: shared[each])[-3:]


@lru_cache(maxsize=64)
def _pairs(known: tuple[str, ...]) -> dict[str, list[str]]:
    """Tell which known words have a pair of letters."""
    index: dict[str, list[str]] = {}
    for each in known:
        for pair in map("".join, pairwise(each)):
            index.setdefault(pair, []).append(each)
    return index


def listed(names: Sequence[str], most: int = 10) -> str:
    """Name what there is, the first few of many."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "") or "none"
