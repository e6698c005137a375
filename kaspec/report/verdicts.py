"""What is remembered of a check for those who ask: its last verdict, when that was, and since when they have been like it."""

from kaspec.frozen import frozen
from kaspec.health.events import Verdict
from kaspec.units import Instant


@frozen
class Remembered:
    """The last ``verdict`` came ``at``; ``since`` then they have all been good, or all bad."""

    verdict: Verdict
    at: Instant
    since: Instant


def remember(before: Remembered | None, verdict: Verdict, now: Instant) -> Remembered:
    """Return what is remembered after another verdict."""
    if before is not None and before.verdict.is_good == verdict.is_good:
        return Remembered(verdict, now, before.since)
    return Remembered(verdict, now, now)
