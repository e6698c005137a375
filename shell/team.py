"""Processes that do one thing together: each does all of it for its share, and they give each other what concerns the others.

They are forked, so that whatever was there before is there for each of them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import combinations
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

import numpy as np

from kaspec.explore.arrays import Keys
from kaspec.frozen import frozen

T = TypeVar("T")


@frozen
class Processes:
    """A team of processes as one of them sees it: ``peers`` are lines to the others by their places."""

    place: int
    size: int
    peers: dict[int, Connection]

    def swap(self, parts: Sequence[Keys]) -> list[Keys]:
        """Give each its part and take what it gives; of two the former speaks first, so that no two wait for each other to listen."""
        found = {self.place: parts[self.place]}
        for pair in combinations(range(self.size), 2):
            if self.place in pair:
                (other,) = set(pair) - {self.place}
                if self.place < other:
                    self._send(other, parts[other])
                    found[other] = self._receive(other)
                else:
                    found[other] = self._receive(other)
                    self._send(other, parts[other])
        return [found[place] for place in range(self.size)]

    def _send(self, other: int, keys: Keys) -> None:
        self.peers[other].send_bytes(np.ascontiguousarray(keys).view(np.uint8).data)

    def _receive(self, other: int) -> Keys:
        return np.frombuffer(self.peers[other].recv_bytes(), dtype=np.uint64)


def together(size: int, work: Callable[[Processes], T]) -> T:
    """Let ``size`` processes work together, this one the first of them; return what it comes to here.

    Whoever fails takes the others along: they find the line cut.  Raises ``EOFError`` or ``OSError`` where one of the others was lost.
    """
    context = get_context("fork")
    lines: list[dict[int, Connection]] = [{} for _ in range(size)]
    for one, other in combinations(range(size), 2):
        lines[one][other], lines[other][one] = context.Pipe()
    others = [context.Process(target=_take_part, args=(place, lines, work), daemon=True) for place in range(1, size)]
    for process in others:
        process.start()
    _hang_up(lines[1:])
    try:
        return work(Processes(0, size, lines[0]))
    finally:
        _hang_up(lines[:1])
        for process in others:
            process.join()


def _take_part(place: int, lines: list[dict[int, Connection]], work: Callable[[Processes], object]) -> None:
    _hang_up(lines[:place] + lines[place + 1 :])
    with suppress(EOFError, OSError, KeyboardInterrupt):
        work(Processes(place, len(lines), lines[place]))


def _hang_up(lines: list[dict[int, Connection]]) -> None:
    for line in lines:
        for connection in line.values():
            connection.close()
