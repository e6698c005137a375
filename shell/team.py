"""Processes that do one thing together, piece by piece: whoever is ready takes the next piece.

They are forked, so that whatever was there before is there for each of them, and have memory together for what comes of it.
"""

import gc
import os
from collections.abc import Callable
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_UN, lockf
from itertools import combinations
from mmap import PAGESIZE, mmap
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

import numpy as np
from attrs import field

from kaspec.explore.arrays import Keys
from kaspec.frozen import define

T = TypeVar("T")
WORD = np.dtype(np.uint64).itemsize
"""Bytes."""
PAGE = PAGESIZE // WORD
"""Words; ``_free`` counts pages."""
HELD = 31 << 20
"""Bytes, just below the largest array that the C library lets its habits depend on."""
SPARSE = 16
"""How many times the machine's memory a team has addresses for: what was never written takes no memory."""


@define(eq=False)
class Processes:
    """A team of processes as one of them sees it: ``peers`` are lines to the others by their places.

    The memory is a ``file`` without a name: half of it is the members' desks.  Its first word is how many numbers were claimed.  Who claims
    one locks it: the kernel undoes that for whoever is killed.
    """

    place: int
    size: int
    peers: dict[int, Connection]
    file: int
    _whole: Keys = field(init=False)
    _free: list[tuple[int, int]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._whole = np.frombuffer(mmap(self.file, 0), np.uint64)
        self._free = [(1, len(self._whole) // PAGE // 2)]

    def tell(self, words: Keys) -> list[Keys]:
        """Tell everybody some words; of two the former speaks first, so that no two wait for each other to listen."""
        found = {self.place: words}
        for pair in combinations(range(self.size), 2):
            if self.place in pair:
                (other,) = set(pair) - {self.place}
                if self.place < other:
                    self._send(other, words)
                    found[other] = self._receive(other)
                else:
                    found[other] = self._receive(other)
                    self._send(other, words)
        return [found[place] for place in range(self.size)]

    def claim(self) -> int:
        """Return a number that no other process gets."""
        lockf(self.file, LOCK_EX, 1)
        number = int(self._whole[0])
        self._whole[0] = number + 1
        lockf(self.file, LOCK_UN, 1)
        return number

    def desk(self, place: int) -> Keys:
        """Return a member's own memory."""
        half = len(self._whole) // 2
        return self._whole[half + place * half // self.size : half + (place + 1) * half // self.size]

    def room(self, size: int) -> Keys:
        """Return memory for so many words: the first that is free.  Raises ``MemoryError`` where it can't be had."""
        pages = -(-size // PAGE)
        for place, (begin, end) in enumerate(self._free):
            if end - begin >= pages:
                self._free[place : place + 1] = [(begin + pages, end)] if end - begin > pages else []
                return self._whole[begin * PAGE : begin * PAGE + size]
        raise MemoryError

    def drop(self, words: Keys) -> None:
        """Take back a room, if it is one: all do so at the same place of what they do, so that all know what is free."""
        begin, offset = divmod(words.ctypes.data - self._whole.ctypes.data, PAGE * WORD)
        if not offset and 0 <= begin < self._free[-1][0]:
            self._free = _merged([*self._free, (begin, begin - (-len(words) // PAGE))])

    def _send(self, other: int, words: Keys) -> None:
        self.peers[other].send_bytes(np.ascontiguousarray(words).view(np.uint8).data)

    def _receive(self, other: int) -> Keys:
        return np.frombuffer(self.peers[other].recv_bytes(), dtype=np.uint64)


def together(size: int, work: Callable[[Processes], T]) -> T:
    """Let ``size`` processes work together, this one the first of them; return what it comes to here.

    Whoever fails takes the others along: they find the line cut.  Raises ``EOFError`` or ``OSError`` where one of the others was lost.
    Nobody waits for the others to end: all that is left to them is to give back the memory, which takes a while.
    """
    _hold_on()
    context = get_context("fork")
    lines: list[dict[int, Connection]] = [{} for _ in range(size)]
    for one, other in combinations(range(size), 2):
        lines[one][other], lines[other][one] = context.Pipe()
    file = os.memfd_create("kaspec-team")
    os.ftruncate(file, SPARSE * os.sysconf("SC_PHYS_PAGES") * PAGESIZE)
    gc.freeze()  # nobody has to look for garbage in what was there before
    try:
        for place in range(1, size):
            context.Process(target=_take_part, args=(place, lines, file, work), daemon=True).start()
        _hang_up(lines[1:])
        return work(Processes(0, size, lines[0], file))
    finally:
        gc.unfreeze()
        os.close(file)
        _hang_up(lines[:1])


def _take_part(place: int, lines: list[dict[int, Connection]], file: int, work: Callable[[Processes], object]) -> None:
    _hang_up(lines[:place] + lines[place + 1 :])
    with suppress(EOFError, OSError, KeyboardInterrupt):
        work(Processes(place, len(lines), lines[place], file))
        lines[place][0].recv_bytes()  # the first has given back its memory when it hangs up


def _hold_on() -> None:
    """Have the C library hold on to memory that was freed.

    It gives back what lies idle at the end of its memory once that is twice the largest array freed so far, and each page that it gets anew
    costs as much as the work on it.
    """
    np.empty(HELD, dtype=np.uint8)


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ranges in their order, and those that touch as one."""
    found = list[tuple[int, int]]()
    for begin, end in sorted(ranges):
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


def _hang_up(lines: list[dict[int, Connection]]) -> None:
    for line in lines:
        for connection in line.values():
            connection.close()
