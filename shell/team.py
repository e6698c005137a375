"""Processes that do one thing together: each does all of it for its share, and they give each other what concerns the others.

They are forked, so that whatever was there before is there for each of them.  What one gives another it writes where both have the same
memory; the line between them carries how much it is.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain, combinations, permutations
from mmap import mmap
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

import numpy as np
from attrs import field

from kaspec.explore.arrays import NOWHERE, Keys
from kaspec.frozen import define

T = TypeVar("T")
WORD = np.dtype(np.uint64).itemsize
"""Bytes."""
LEAST = 1 << 20
"""How many bytes a sheet has when anything is written on it."""


@define(eq=False)
class _Sheet:
    """Memory that one process writes and another reads; it grows with what is written."""

    file: int = field(factory=lambda: os.memfd_create("kaspec-team"))
    memory: mmap | None = None

    def write(self, keys: Keys) -> None:
        """Write words over what was there."""
        if self.memory is None or len(self.memory) < keys.nbytes:
            os.ftruncate(self.file, max(2 * keys.nbytes, LEAST))
            self.memory = mmap(self.file, 0)
        np.frombuffer(self.memory, np.uint64, len(keys))[:] = keys

    def read(self, count: int) -> Keys:
        """Return so many words as they stand there; they are others once the writer writes again."""
        if not count:
            return NOWHERE
        if self.memory is None or len(self.memory) < count * WORD:
            self.memory = mmap(self.file, 0)
        return np.frombuffer(self.memory, np.uint64, count)


Sheets = dict[tuple[int, int], tuple[_Sheet, _Sheet]]
"""By writer and reader.  The two are written in turn: the writer may be one swap ahead of the reader, never two."""


@define(eq=False)
class Processes:
    """A team of processes as one of them sees it: ``peers`` are lines to the others by their places."""

    place: int
    size: int
    peers: dict[int, Connection]
    sheets: Sheets
    turn: int = 0

    def swap(self, parts: Sequence[Keys]) -> list[Keys]:
        """Give each its part and take what it gives, which stays as it is until the next swap."""
        self.turn ^= 1
        for other, line in self.peers.items():
            self.sheets[self.place, other][self.turn].write(parts[other])
            line.send(len(parts[other]))
        found = {other: self.sheets[other, self.place][self.turn].read(line.recv()) for other, line in self.peers.items()}
        found[self.place] = parts[self.place]
        return [found[place] for place in range(self.size)]


def together(size: int, work: Callable[[Processes], T]) -> T:
    """Let ``size`` processes work together, this one the first of them; return what it comes to here.

    Whoever fails takes the others along: they find the line cut.  Raises ``EOFError`` or ``OSError`` where one of the others was lost.
    """
    context = get_context("fork")
    lines: list[dict[int, Connection]] = [{} for _ in range(size)]
    for one, other in combinations(range(size), 2):
        lines[one][other], lines[other][one] = context.Pipe()
    sheets = {pair: (_Sheet(), _Sheet()) for pair in permutations(range(size), 2)}
    others = [context.Process(target=_take_part, args=(place, lines, sheets, work), daemon=True) for place in range(1, size)]
    for process in others:
        process.start()
    _hang_up(lines[1:])
    try:
        return work(Processes(0, size, lines[0], sheets))
    finally:
        _hang_up(lines[:1])
        for process in others:
            process.join()
        for sheet in chain.from_iterable(sheets.values()):
            os.close(sheet.file)


def _take_part(place: int, lines: list[dict[int, Connection]], sheets: Sheets, work: Callable[[Processes], object]) -> None:
    _hang_up(lines[:place] + lines[place + 1 :])
    with suppress(EOFError, OSError, KeyboardInterrupt):
        work(Processes(place, len(lines), lines[place], sheets))


def _hang_up(lines: list[dict[int, Connection]]) -> None:
    for line in lines:
        for connection in line.values():
            connection.close()
