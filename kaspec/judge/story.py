"""Stories: how a virtual router may have come to be as it is, a chapter for each thing it did, the last first."""

from typing import Literal

from kaspec.frozen import evolve, frozen
from kaspec.rules import Rule
from kaspec.units import Instant, Interval
from kaspec.vrrp.state import StateName

Cause = Literal["begins", "timer", "heard", "missed", "starts", "stops", "crashes", "tracking", "group", "unsent"]
"""Why: how it was when the capture began; its timer; a packet heard, or not heard; and what no packet shows."""


@frozen
class Chapter:
    """What a virtual router did, ``times`` over, from ``at`` (frame ``frame``, 0 for none) until ``until``; it is then in ``state``.

    What no packet shows happened at some moment from ``since`` to ``at``.
    """

    cause: Cause
    rule: Rule
    state: StateName
    priority: int
    at: Instant
    until: Instant
    frame: int = 0
    times: int = 1
    since: Instant | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether no packet shows it."""
        return self.cause in {"starts", "crashes", "tracking", "group", "missed", "unsent"}


@frozen
class Story:
    """The last chapter and what went before."""

    last: Chapter
    before: "Story | None" = None

    def told(self, chapter: Chapter) -> "Story":
        """Go on; what is done again and again is one chapter."""
        last = self.last
        if (last.rule, last.cause, last.state, last.priority) != (chapter.rule, chapter.cause, chapter.state, chapter.priority):
            return Story(chapter, self)
        if chapter.is_hidden and chapter.cause != "missed":
            return Story(chapter, self)
        return Story(evolve(last, times=last.times + chapter.times, until=chapter.until), self.before)

    def repeated(self, times: int, by: Interval) -> "Story":
        """Let the last chapter have happened so often again, until so much later."""
        last = self.last
        return Story(evolve(last, times=last.times + times, until=Instant(last.until + by)), self.before)

    def delayed(self, by: Interval) -> "Story":
        """Let the last chapter, which no packet shows, have happened so much later; what went before, again and again until then."""
        last = self.last
        since = None if last.since is None else Instant(last.since + by)
        return Story(evolve(last, at=Instant(last.at + by), until=Instant(last.until + by), since=since), self.before)

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """All chapters, the first first."""
        found, story = list[Chapter](), self
        while True:
            found.append(story.last)
            if story.before is None:
                return tuple(reversed(found))
            story = story.before
