"""Numbers by the million: states packed into words, look-ups that fill themselves, and sorted arrays."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import field

from kaspec.frozen import define, frozen

Keys: TypeAlias = npt.NDArray[np.uint64]
"""States, a word each."""
Numbers: TypeAlias = npt.NDArray[np.int64]
"""One number, or truth, for each state."""
Truths: TypeAlias = npt.NDArray[np.bool_]
"""One truth for each state."""
NOWHERE: Keys = np.empty(0, dtype=np.uint64)
"""No states."""
WORD = 64
UNKNOWN = -1
SAMPLE = 1 << 9
"""Of how many words one is looked at for where to cut."""
PIECE = 1 << 16
"""How many words are taken at a time: so that what is made of them stays near the processor."""


class TooWideError(ValueError):
    """A state does not fit a word."""


@frozen
class Layout:
    """How many bits of a word each column has, from the lowest."""

    widths: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        if sum(self.widths) > WORD:
            raise TooWideError(f"a state takes {sum(self.widths)} bits, and a word has {WORD}")

    @cached_property
    def shifts(self) -> tuple[int, ...]:
        """Where each column begins."""
        return tuple(sum(self.widths[:place]) for place in range(len(self.widths)))

    def split(self, keys: Keys) -> list[Numbers]:
        """Return the columns."""
        return [self._column(keys, column) for column in range(len(self.widths))]

    def _column(self, keys: Keys, column: int) -> Numbers:
        numbers = keys >> np.uint64(self.shifts[column])
        numbers &= np.uint64((1 << self.widths[column]) - 1)
        return numbers.view(np.int64)

    def join(self, columns: Sequence[Numbers]) -> Keys:
        """Return the words."""
        keys: Keys = np.zeros(len(columns[0]), dtype=np.uint64)
        for column, shift in zip(columns, self.shifts, strict=True):
            keys |= column.astype(np.uint64) << np.uint64(shift)
        return keys

    def changed(self, keys: Keys, column: int, before: Numbers, after: Numbers) -> Keys:
        """Return words with one column changed."""
        found: Keys = (before ^ after).view(np.uint64)
        found <<= np.uint64(self.shifts[column])
        found ^= keys
        return found


@frozen
class Columns:
    """Words that are rows: as wide as one likes, and several times as slow."""

    def split(self, keys: Keys) -> list[Numbers]:
        """Return the columns."""
        return [column.astype(np.int64) for column in keys.T]

    def join(self, columns: Sequence[Numbers]) -> Keys:
        """Return the words."""
        return np.stack(columns, axis=1).astype(np.uint64)

    def changed(self, keys: Keys, column: int, _: Numbers, after: Numbers) -> Keys:
        """Change one column of words; nobody needs them as they were."""
        keys[:, column] = after
        return keys


@define(eq=False)
class Lookup:
    """A function of small numbers as an array, computed where it is asked for the first time; its values are not negative."""

    compute: Callable[[int], int]
    table: Numbers = field(factory=lambda: np.empty(0, dtype=np.int64))

    def of(self, numbers: Numbers) -> Numbers:
        """Return the values."""
        if not len(numbers):
            return numbers
        try:
            found = self.table[numbers]
        except IndexError:
            top = int(numbers.max())
            fresh: Numbers = np.full(2 * top + 16, UNKNOWN, dtype=np.int64)
            fresh[: len(self.table)] = self.table
            self.table = fresh
            found = self.table[numbers]
        if np.minimum.reduce(found) == UNKNOWN:  # what ``min`` does, without its questions
            for number in np.flatnonzero(np.bincount(numbers[found == UNKNOWN])).tolist():
                self.table[number] = self.compute(number)
            found = self.table[numbers]
        return found


def pieces(parts: Sequence[Keys], places: Numbers) -> list[list[Keys]]:
    """Cut sorted arrays at the same words: about those that are at some places of all words in their order."""
    some = in_order([part[::SAMPLE] for part in parts])
    borders = some[places * len(some) // max(1, sum(map(len, parts)))]
    cuts = [_cuts(part, borders) for part in parts]
    return [[part[cut[place] : cut[place + 1]] for part, cut in zip(parts, cuts, strict=True)] for place in range(len(places) + 1)]


def _cuts(part: Keys, borders: Keys) -> list[int]:
    places: Numbers = np.searchsorted(part, borders)
    return [0, *places.tolist(), len(part)]


def distinct(parts: Sequence[Keys]) -> Keys:
    """Return all words of some arrays, sorted, each once.  Sorting is what processors do fast: numpy's own ``unique`` hashes."""
    keys = in_order(parts)
    first: Numbers = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return keys[first]


def in_order(parts: Sequence[Keys], out: Keys | None = None) -> Keys:
    """Return all words of some arrays, sorted, in memory that is there for them if any is."""
    keys = joined(parts, out)
    keys.sort()
    return keys


def joined(parts: Iterable[Keys], out: Keys | None = None) -> Keys:
    """Return all words of some arrays, one array after the other, in memory that is there for them if any is."""
    return np.concatenate([NOWHERE, *parts], out=out)
