"""What a router does in the time after a letter, as an output: the same for the core, by virtual time, and for a daemon on a wire.

A letter is something that the router hears, or nothing, and then a slot of time.  A slot lasts 0.7 advertisement intervals.  If the router
has advertised in it, it lasts until half-way between two of its advertisements, so that a Master's next slots each see just one.  No slot
ends when a timer does: a Backup of priority 180 waits for 3.3 intervals (RFC 3768 6.1), between the fourth slot's end and the fifth's.
"""

from typing import Literal

from attrs import evolve, frozen

from conformance.learning.machine import Output
from kaspec.units import Instant, Interval

PRIORITY = 180
"""What the router under test has; see above."""
SILENCE: Output = "silence"
Seen = Literal["advert", "announcement"]


@frozen
class Slot:
    """A slot as far as it is seen: when it began, and when the router did what; the number is the priority of an advertisement."""

    interval: Interval
    begins: Instant
    seen: tuple[tuple[Instant, Seen, int], ...] = ()

    @property
    def ends(self) -> Instant:
        """When it ends, by what was seen so far."""
        least = Instant(self.begins + self.interval * 7 // 10)
        adverts = [at for at, kind, _ in self.seen if kind == "advert"]
        if not adverts:
            return least
        halfway = adverts[-1] + self.interval // 2
        return Instant(halfway + max(0, -(-(least - halfway) // self.interval)) * self.interval)

    def saw(self, at: Instant, kind: Seen, number: int = 0) -> "Slot":
        """Return it with one thing more."""
        return evolve(self, seen=(*self.seen, (at, kind, number)))

    @property
    def output(self) -> Output:
        """What the router did: answers come at once, within a tenth of an interval."""
        words = list[str]()
        for at, kind, number in self.seen:
            if kind == "announcement":
                words += [] if "announces" in words else ["announces"]
            elif at - self.begins < self.interval // 10:
                words.append(f"answers {number}")
            else:
                words.append(f"sends {number}")
        return " and ".join(words) or SILENCE
