"""The set of the states that a search has seen."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, pairwise

import numpy as np
from attrs import field

from kaspec.explore.arrays import NOWHERE, PIECE, Keys, Numbers, distinct, in_order, pieces
from kaspec.explore.sharing import Share
from kaspec.frozen import define


@define(eq=False)
class Seen:
    """A set of words, as sorted arrays of which each is more than twice as long as the next; the work is the ``share``'s.

    With each array is whether it was made here, so that nobody else needs it.
    """

    share: Share
    runs: list[tuple[Keys, bool]] = field(factory=list)
    _merged: list[tuple[Keys, bool]] = field(factory=list)
    _whole: Keys = NOWHERE

    def add(self, keys: Keys) -> None:
        """Add words that are sorted and new."""
        self.runs.append((keys, False))

    def chores(self) -> list[Callable[[], None]]:
        """Return what is to be done about arrays that are too long for their place: all of it before ``tidied``."""
        first = len(self.runs) - 1
        size = len(self.runs[first][0])
        while first and len(self.runs[first - 1][0]) <= 2 * size:
            first -= 1
            size += len(self.runs[first][0])
        self._merged = self.runs[first:] if first < len(self.runs) - 1 else []
        if not self._merged:
            return []
        self._whole = self.share.room(size)
        parts = self._pieces([run for run, _ in self._merged])
        ends = accumulate((sum(map(len, each)) for each in parts), initial=0)
        return [partial(in_order, each, self._whole[begin:end]) for each, (begin, end) in zip(parts, pairwise(ends), strict=True)]

    def tidied(self) -> None:
        """Go on with the arrays that came of the ``chores``."""
        if self._merged:
            self.runs[-len(self._merged) :] = [(self._whole, True)]
            for run, made in self._merged:
                if made:
                    self.share.drop(run)
        self._merged, self._whole = [], NOWHERE

    def new(self, parts: Sequence[Keys]) -> Keys:
        """Return the words of some sorted arrays that are not in it, sorted, each once."""
        return self.share.piecewise(self._new, self._pieces(parts))

    def _pieces(self, parts: Sequence[Keys]) -> list[list[Keys]]:
        return pieces(parts, self.share.cuts(sum(map(len, parts)), PIECE))

    def _new(self, parts: Sequence[Keys]) -> Keys:
        keys = distinct(parts)
        for whole, _ in self.runs:
            run = _between(whole, keys)
            if len(run):
                places: Numbers = np.searchsorted(run, keys)
                places[places == len(run)] = 0
                keys = keys[run[places] != keys]
        return keys


def _between(run: Keys, keys: Keys) -> Keys:
    """Return what of a sorted array may be among sorted words: little of it, which then stays near the processor."""
    if not len(keys):
        return NOWHERE
    ends: Numbers = np.searchsorted(run, keys[[0, -1]])
    return run[ends[0] : ends[1] + 1]
