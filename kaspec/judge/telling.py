"""What happened in a capture, for an operator: who was Master when, every change and its cause, and when there were two Masters or none."""

from collections.abc import Iterator, Sequence

from kaspec.frozen import frozen
from kaspec.judge.cast import Line
from kaspec.judge.judging import Judged, Verdict
from kaspec.judge.story import Chapter
from kaspec.rules import RULES
from kaspec.units import MILLISECOND, Instant, Interval
from kaspec.vrrp.state import StateName

WORTH_TELLING = Interval(50 * MILLISECOND)
"""How long nobody must be Master at the end of a capture to be told."""
_CAUSES = {
    "begins": "so it is when the capture begins",
    "starts": "nothing shows it: it started, or what ailed it ended",
    "crashes": "nothing is seen of it any more: it crashed, lost its link, or the capture lost it",
    "tracking": "nothing shows it: something tracked was found otherwise",
    "group": "its sync group moves it",
    "missed": "it does not hear what the capture shows",
    "unsent": "it has no address to advertise from yet, as FRR",
}


@frozen
class Change:
    """A virtual router becomes ``state``, or does once what it does at other times not; ``times`` over until ``until``."""

    at: Instant
    until: Instant
    frame: int
    who: str
    line: Line
    before: StateName
    state: StateName
    chapter: Chapter
    why: str

    @property
    def is_transition(self) -> bool:
        """Whether the state is another."""
        return self.before != self.state


@frozen
class Reign:
    """Who was Master, from when until when; ``open`` ends are those of the capture."""

    who: str
    line: Line
    since: Instant
    until: Instant
    open_begin: bool = False
    open_end: bool = False


@frozen
class Clash:
    """Two Masters at a time."""

    line: Line
    who: tuple[str, str]
    since: Instant
    until: Instant


@frozen
class Gap:
    """A time without a Master that anybody was seen to be."""

    line: Line
    since: Instant
    until: Instant


def changes(verdict: Verdict) -> tuple[Change, ...]:
    """Return everything that is told, in the order of time."""
    told = [change for judged in verdict.judged for change in _changes(judged)]
    return tuple(sorted(told, key=lambda each: (each.at, each.frame)))


def _changes(judged: Judged) -> Iterator[Change]:
    before: StateName | None = None
    for chapter in judged.chapters:
        why = _CAUSES.get(chapter.cause) or f"{RULES[chapter.rule].statement}"
        was = chapter.state if before is None else before
        yield Change(chapter.at, chapter.until, chapter.frame, judged.suspect.name, judged.line, was, chapter.state, chapter, why)
        before = chapter.state


def reigns(verdict: Verdict) -> tuple[Reign, ...]:
    """Return who was Master when."""
    found = [reign for judged in verdict.judged for reign in _reigns(judged, verdict.capture.ends)]
    return tuple(sorted(found, key=lambda each: (each.line, each.since)))


def _reigns(judged: Judged, ends: Instant) -> Iterator[Reign]:
    since: Chapter | None = None
    for chapter in judged.chapters:
        if chapter.state == "MASTER" and since is None:
            since = chapter
        elif chapter.state != "MASTER" and since is not None:
            yield Reign(judged.suspect.name, judged.line, since.at, chapter.at, since.cause == "begins")
            since = None
    if since is not None:
        yield Reign(judged.suspect.name, judged.line, since.at, ends, since.cause == "begins", True)


def clashes(found: Sequence[Reign]) -> tuple[Clash, ...]:
    """Return where two were Master of one virtual router."""
    pairs = (
        (one, other) for place, one in enumerate(found) for other in found[place + 1 :] if one.line == other.line and one.who != other.who
    )
    both = ((one, other, max(one.since, other.since), min(one.until, other.until)) for one, other in pairs)
    return tuple(Clash(one.line, (one.who, other.who), since, until) for one, other, since, until in both if since < until)


def gaps(found: Sequence[Reign], verdict: Verdict) -> tuple[Gap, ...]:
    """Return where nobody was Master of a virtual router, between the first and the last that anybody was."""
    told = list[Gap]()
    for line in dict.fromkeys(each.line for each in found):
        until: Instant | None = None
        for reign in (each for each in found if each.line == line):
            if until is not None and reign.since > until:
                told.append(Gap(line, until, reign.since))
            until = reign.until if until is None else max(until, reign.until)
        if until is not None and verdict.capture.ends - until > WORTH_TELLING:
            told.append(Gap(line, until, verdict.capture.ends))
    return tuple(told)
