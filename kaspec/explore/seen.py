"""The set of the states that a search has seen."""

from collections.abc import Sequence

import numpy as np
from attrs import field

from kaspec.explore.arrays import NOWHERE, Keys, Numbers, distinct, in_order, pieces
from kaspec.explore.sharing import Share
from kaspec.frozen import define


@define(eq=False)
class Seen:
    """A set of words, as sorted arrays of which each is more than twice as long as the next; the work is the ``share``'s.

    With each array is whether it was made here, so that nobody else needs it.
    """

    share: Share
    runs: list[tuple[Keys, bool]] = field(factory=list)

    def add(self, keys: Keys) -> None:
        """Add words that are sorted and new."""
        self.runs.append((keys, False))
        while len(self.runs) > 1 and len(self.runs[-2][0]) <= 2 * len(self.runs[-1][0]):
            pair = self.runs[-2:]
            self.runs[-2:] = [(self.share.piecewise(in_order, pieces([run for run, _ in pair], self.share.hands)), True)]
            for run, made in pair:
                if made:
                    self.share.drop(run)

    def new(self, parts: Sequence[Keys]) -> Keys:
        """Return the words of some sorted arrays that are not in it, sorted, each once."""
        return self.share.piecewise(self._new, pieces(parts, self.share.hands))

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
