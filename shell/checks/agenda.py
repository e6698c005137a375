"""Whose time comes in which turn.

Of thousands of deadlines a second those of one turn are served together; so they are kept together, and only turns are in order.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Generic, TypeVar

from kaspec.units import Instant, Interval

TURN = Interval(10_000)
"""How long a turn is, in microseconds: a deadline is served when the first turn after it begins."""
T = TypeVar("T")


def turn_of(deadline: Instant) -> int:
    """Return the first turn that begins when the deadline has been reached."""
    return -(-deadline // TURN)


def beginning(turn: int) -> Instant:
    """Return when a turn begins."""
    return Instant(turn * TURN)


class Agenda(Generic[T]):
    """Who is to be looked at in which turn."""

    def __init__(self) -> None:
        self._turns: dict[int, list[T]] = {}
        self._order: list[int] = []

    def note(self, turn: int, who: T) -> None:
        """Have somebody looked at in a turn."""
        noted = self._turns.get(turn)
        if noted is None:
            self._turns[turn] = [who]
            heappush(self._order, turn)
        else:
            noted.append(who)

    def first(self) -> Instant | None:
        """Return when the first turn begins in which somebody is to be looked at."""
        return beginning(self._order[0]) if self._order else None

    def take(self, now: Instant) -> Iterator[tuple[int, list[T]]]:
        """Take out the turns that have begun, with who is to be looked at in each."""
        last = now // TURN
        while self._order and self._order[0] <= last:
            turn = heappop(self._order)
            yield turn, self._turns.pop(turn)

    def clear(self) -> None:
        """Forget everybody."""
        self._turns.clear()
        self._order.clear()
