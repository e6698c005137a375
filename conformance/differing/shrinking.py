"""Shrinking: the simplest plot that still shows what was seen.

Hypothesis would try one simpler example after the other.  Here an example takes seconds at a real router, but many can be played at once:
so all that is a little simpler is tried together, and of what still fails the simplest is taken.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def shrink(example: T, simpler: Callable[[T], Iterable[T]], failing: Callable[[Sequence[T]], Sequence[bool]], at_once: int = 1) -> T:
    """Return an example that fails while nothing that ``simpler`` makes of it does; the first ones of ``simpler`` are tried first.

    ``failing`` tells which of some examples fail; it is asked about no more than ``at_once`` together, and never twice about the same.
    """
    tried = {example}
    while True:
        untried = iter([each for each in dict.fromkeys(simpler(example)) if each not in tried])
        while some := list(islice(untried, at_once)):
            tried.update(some)
            found = next((one for one, fails in zip(some, failing(some), strict=True) if fails), None)
            if found is not None:
                example = found
                break
        else:
            return example
