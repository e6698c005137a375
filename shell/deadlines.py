"""Which virtual router is due next, without looking at all of them.

A heap of (deadline, place) that is lazy in one direction: a deadline that moved *later* (every advertisement moves a Backup's) stays where
it is, and is looked up again when its old time comes.  That is sound because ``DeadlineReached`` before the deadline is the identity.
"""

from collections.abc import Callable
from heapq import heappop, heappush

from kaspec.units import SECOND, Instant, Interval

LEAD = Interval(1_000)
"""How far ahead of now deadlines are known for certain, once ``take_due`` has looked."""
LOOK_AHEAD = SECOND // 2
"""How far ahead, if any was old, all are looked up again, so that 255 Backups do not wake the process 255 times to find nothing due."""


class Deadlines:
    """The deadlines of a node's virtual routers, by place."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int]] = []
        self._queued: dict[int, Instant] = {}

    def note(self, place: int, deadline: Instant | None) -> None:
        """Take note that the router at ``place`` now has this deadline."""
        if deadline is None:
            self._queued.pop(place, None)
            return
        queued = self._queued.get(place)
        if queued is None or deadline < queued:
            self._queued[place] = deadline
            heappush(self._heap, (deadline, place))

    def earliest(self) -> tuple[Instant, int] | None:
        """Return when to look again, never later than the earliest deadline and perhaps earlier, and the place whose deadline it is."""
        return self._heap[0] if self._heap else None

    def take_due(self, now: Instant, deadline_of: Callable[[int], Instant | None]) -> tuple[int, ...]:
        """Take out the places whose deadline has been reached; ``note`` them again once they have stepped.

        After it, ``earliest`` is a deadline and no old time, if it is within ``LEAD`` of now.
        """
        due, moved, until = [], [], now + LEAD
        while self._heap and self._heap[0][0] <= until:
            at, place = heappop(self._heap)
            if self._queued.get(place) != at:
                continue
            del self._queued[place]
            deadline = deadline_of(place)
            if deadline is not None and deadline <= now:
                due.append(place)
            else:
                moved.append((place, deadline))
                if deadline != at:
                    until = now + LOOK_AHEAD
        for place, deadline in moved:
            self.note(place, deadline)
        return tuple(due)

    def clear(self) -> None:
        """Forget everything, before a new configuration."""
        self._heap.clear()
        self._queued.clear()
