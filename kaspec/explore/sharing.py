"""A search by several searchers side by side: what they tell each other.

All do the same thing, each for the states that are its own, so that there is nobody who gives orders: whatever one of them must know of the
others they all tell each other at the same place of the search.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from kaspec.explore.arrays import NOWHERE, Keys, joined
from kaspec.frozen import define


class Team(Protocol):
    """Searchers, each at a place from 0.  ``shell.team`` has one of processes."""

    @property
    def place(self) -> int:
        """Which of them this is."""

    @property
    def size(self) -> int:
        """How many there are."""

    def swap(self, parts: Sequence[Keys]) -> list[Keys]:
        """Give each member its part, in the order of places; return what each has for this one."""


@define
class Share:
    """A member's part in a search: until it is ``divided`` all of them know everything, and need not ask."""

    team: Team | None = None
    divided: bool = False

    @property
    def place(self) -> int:
        """Which member this is."""
        return self.team.place if self.team else 0

    @property
    def size(self) -> int:
        """How many members there are."""
        return self.team.size if self.team else 1

    def of_everybody(self, keys: Keys) -> list[Keys]:
        """Return what each member has."""
        return self.team.swap([keys] * self.size) if self.team and self.divided else [keys]

    def total(self, number: int) -> int:
        """Return the sum of everybody's numbers."""
        return sum(int(each[0]) for each in self.of_everybody(_words([number])))

    def least(self, numbers: Iterable[int]) -> int | None:
        """Return the least of everybody's numbers, if anybody has one."""
        least = min(numbers, default=None)
        return min(joined(self.of_everybody(_words([] if least is None else [least]))).tolist(), default=None)

    def of_the_first(self, truth: bool) -> bool:
        """Return what the first member says."""
        if self.team is None:
            return truth
        return bool(self.team.swap([_words([truth]) if self.place == 0 else NOWHERE] * self.size)[0][0])


def _words(numbers: Sequence[int]) -> Keys:
    return np.array(numbers, dtype=np.uint64)
