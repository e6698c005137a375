"""A search by several searchers side by side: how they divide the work, and what they tell each other.

All do the same thing, so that there is nobody who gives orders.  Whatever is to be done piece by piece, whoever is ready takes the next
piece of; what comes of it is written where all of them have it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Protocol, TypeVar

import numpy as np

from kaspec.explore.arrays import NOWHERE, Keys, Numbers, joined
from kaspec.frozen import define

T = TypeVar("T")
SMALL = 8
"""How many times smaller than the others the last pieces of a team's work may be."""


class Team(Protocol):
    """Searchers, each at a place from 0.  ``shell.team`` has one of processes."""

    @property
    def place(self) -> int:
        """Which of them this is."""

    @property
    def size(self) -> int:
        """How many there are."""

    def tell(self, words: Keys) -> list[Keys]:
        """Tell everybody some words; return what each has to tell, in the order of places.  Nobody goes on before all have told."""

    def claim(self) -> int:
        """Return a number that no other member gets: they count from 0."""

    def desk(self, place: int) -> Keys:
        """Return a member's own memory: only that member writes there, and all read it.  It is longer than anything on it."""

    def room(self, size: int) -> Keys:
        """Return memory for so many words.  All ask for the same at the same place of the search, and have it together."""

    def drop(self, words: Keys) -> None:
        """Give up memory that ``room`` gave, if it did, and that nobody needs any more.  All do so at the same place of the search."""


@define
class Share:
    """A member's part in a search: until it is ``divided`` all of them do everything, and need not ask."""

    team: Team | None = None
    divided: bool = False
    _claimed: int = 0
    _shown: int = 0

    @property
    def together(self) -> Team | None:
        """Those with whom the work is divided, if it is."""
        return self.team if self.divided else None

    @property
    def hands(self) -> int:
        """How many do the work."""
        return 1 if self.together is None else self.together.size

    def claims(self, count: int) -> Iterator[int]:
        """Return the numbers below ``count``, each to one member only, who takes all it is given and then tells the others something."""
        if self.together is None:
            yield from range(count)
            return
        first = self._claimed
        self._claimed += count + self.hands
        while (number := self.together.claim() - first) < count:
            yield number

    def cuts(self, count: int, piece: int) -> Numbers:
        """Return where to cut so many things into pieces of some size.

        A team's last pieces are ever smaller, so that nobody waits long for who took the last; but each costs something, however small.
        """
        if self.together is None:
            pieces = max(1, -(-count // piece))
            return np.arange(1, pieces) * count // pieces
        cuts = list[int]()
        at = 0
        while (rest := count - at) > 0:
            cuts.append(at)
            at += max(1, piece // SMALL, min(piece, rest // self.hands))
        return np.array(cuts[1:], dtype=np.int64)

    def piecewise(self, do: Callable[[T], Keys], things: Sequence[T]) -> Keys:
        """Do something with each of several things; return what comes of it all, in their order."""
        if self.together is None:
            return joined(map(do, things))
        return self._laid_out({number: do(things[number]) for number in self.claims(len(things))})

    def show(self, keys: Keys) -> Keys:
        """Put words where the others can see them; they stay there until all have told each other something after they are ``gathered``."""
        if self.together is None:
            return keys
        begin, self._shown = self._shown, self._shown + len(keys)
        there = self.together.desk(self.together.place)[begin : self._shown]
        there[:] = keys
        return there

    def gathered(self, mine: Sequence[Keys]) -> list[Keys]:
        """Return what everybody has shown."""
        if self.together is None:
            return list(mine)
        self._shown = 0
        desks = [self.together.desk(place) for place in range(self.hands)]
        start = desks[self.together.place].ctypes.data
        told = self.together.tell(_words([number for keys in mine for number in ((keys.ctypes.data - start) // keys.itemsize, len(keys))]))
        return [
            desk[begin : begin + length] for desk, words in zip(desks, told, strict=True) for begin, length in words.reshape(-1, 2).tolist()
        ]

    def room(self, size: int) -> Keys:
        """Return memory for so many words, which all have who divide the work."""
        return np.empty(size, dtype=np.uint64) if self.together is None else self.together.room(size)

    def drop(self, whole: Keys) -> None:
        """Give up what nobody needs any more: all members have done with it once they have told each other something since."""
        if self.together is not None:
            self.together.drop(whole)

    def _laid_out(self, mine: Mapping[int, Keys]) -> Keys:
        """Write one's own where everybody's is, in the order of numbers; return all of it."""
        assert self.together is not None
        told = self.together.tell(_words([number for pair in mine.items() for number in (pair[0], len(pair[1]))]))
        lengths = dict(sorted(pair for words in told for pair in words.reshape(-1, 2).tolist()))
        whole = self.together.room(sum(lengths.values()))
        ends = accumulate(lengths.values())
        parts = {number: whole[end - length : end] for (number, length), end in zip(lengths.items(), ends, strict=True)}
        for number, keys in mine.items():
            parts[number][:] = keys
        self.together.tell(NOWHERE)
        return whole

    def part(self, keys: Keys) -> Keys:
        """Return one's part of what all have."""
        return keys if self.together is None else keys[self.together.place :: self.hands]

    def of_everybody(self, keys: Keys) -> list[Keys]:
        """Return what each member has."""
        return [keys] if self.together is None else self.together.tell(keys)

    def total(self, number: int) -> int:
        """Return the sum of everybody's numbers."""
        return sum(int(each[0]) for each in self.of_everybody(_words([number])))

    def least(self, numbers: Iterable[int]) -> int | None:
        """Return the least of everybody's numbers, if anybody has one."""
        least = min(numbers, default=None)
        return min(joined(self.of_everybody(_words([] if least is None else [least]))).tolist(), default=None)

    def of_the_first(self, truth: bool) -> bool:
        """Return what the first member says."""
        return truth if self.team is None else bool(self.team.tell(_words([truth]))[0][0])


def _words(numbers: Sequence[int]) -> Keys:
    return np.array(numbers, dtype=np.uint64)
