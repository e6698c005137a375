"""What is wrong with a deployment, as it is told: each violation once with what it means, why, and which lines of which files to change."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import field

from kaspec.config.diagnostics import Diagnostic
from kaspec.config.keywords import Row
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.explore.deployment import Cluster
from kaspec.explore.judging import FOREVER, Verdict
from kaspec.explore.playing import Run
from kaspec.explore.properties import BY_NAME
from kaspec.explore.remarks import Remark, shortly
from kaspec.explore.scenes import Found, Played, Scene
from kaspec.explore.telling import causes, story
from kaspec.frozen import evolve, frozen
from kaspec.units import Interval

FOREMOST = ("S1", "L2", "L1", "S8", "L4")
"""Of several violations in one scene, which is told first."""
NONE_TOLD: Mapping[str, str] = {}
MEANING = {
    "S1": "two hosts answer for the same addresses at once: clients reach now one, now the other, and connections break",
    "S2": "two hosts answer for the same addresses at once, and nothing that either sends tells the other",
    "S3": "hosts that are well change places for a lost packet",
    "L1": "nobody answers for the addresses, though a host could",
    "L2": "the hosts never agree on one of them, or agree on the wrong one",
    "L3": "nobody answers for the addresses for longer than an orderly stop should take",
    "L4": "the addresses move to and fro without end",
    "L6": "what a sync group should hold together ends up on different hosts",
    "S5-caches": "the network may go on sending to a host that no longer has the addresses",
    "S7": "what a sync group should hold together comes apart",
    "S8": "the hosts flood the network, each answering the other at once",
    "S10": "a host that is not Master keeps the addresses",
}
"""By property, what its violation means for those who use the addresses."""
SETTINGS: Mapping[str, Row] = {
    "priority": rows.PRIORITY,
    "nopreempt": rows.NOPREEMPT,
    "track_script": rows.TRACK_SCRIPT,
    "track_file": rows.TRACK_FILE,
    "track_process": rows.TRACK_PROCESS,
    "track_bfd": rows.TRACK_BFD,
}
"""What a remark may be about."""


@frozen
class Verified:
    """A cluster, the scenes that it was put through, and those that there was no time for."""

    cluster: Cluster
    played: tuple[Played, ...]
    left_out: tuple[Scene, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of the scenes'."""
        verdicts = {each.verdict for each in self.played}
        if "violated" in verdicts:
            return "violated"
        return "undetermined" if "undetermined" in verdicts or self.left_out else "holds"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What else there is to say, each once."""
        remarks = (each for played in self.played for each in played.remarks)
        return tuple(dict.fromkeys(f"{each.text}{self._where(each)}." for each in remarks))

    def _where(self, remark: Remark) -> str:
        """Return the lines that a remark is about, in parentheses."""
        places = [
            f"{side.file}:{side.place(SETTINGS[remark.setting]).line}"
            for number, (row, there) in enumerate(zip(self.cluster.rows, self.cluster.world.virtual, strict=True))
            if remark.virtual in {None, number} and remark.setting
            for host, side in zip((host for host, place in enumerate(there) if place is not None), filter(None, row), strict=True)
            if host in remark.hosts
        ]
        return f" ({' and '.join(dict.fromkeys(places))})" if places else ""

    @property
    def fails_by_itself(self) -> bool:
        """Tell whether it fails with nothing going wrong."""
        return any(played.scene.is_first and played.verdict == "violated" for played in self.played)

    @property
    def violations(self) -> tuple[tuple[Played, Found], ...]:
        """Each property that is violated, with the first scene in which it is."""
        found: dict[str, tuple[Played, Found]] = {}
        for played in self.played:
            for each in sorted(played.found, key=_foremost):
                if each.judgement.verdict == "violated":
                    found.setdefault(each.name, (played, each))
        return tuple(found.values())

    def longest(self, name: str) -> tuple[Interval, str] | None:
        """Return the longest time that a property about time found, and the scene; ``None`` if it found none, or there is no end to it."""
        found = [(each.judgement.worst or 0, scene.scene.words) for scene in self.played for each in scene.found if each.name == name]
        worst, words = max(found, key=lambda each: each[0], default=(0, ""))
        return (Interval(worst), words) if 0 < worst < FOREVER else None


def _foremost(found: Found) -> int:
    return FOREMOST.index(found.name) if found.name in FOREMOST else len(FOREMOST)


@frozen
class Place:
    """A line of a file that is to be changed, and how it reads now."""

    file: str
    line: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@frozen
class Remedy:
    """Why it is so, and what to ``change``, where."""

    because: str
    change: str
    places: tuple[Place, ...]
    adds: bool = False

    def __str__(self) -> str:
        """Write ``change FILE:LINE and FILE:LINE: what``."""
        do = "add to the instances at" if self.adds else "change"
        return f"{do} {' and '.join(map(str, self.places))}: {self.change}"


@frozen
class Violation:
    """A violation as it is told; ``with_it`` are violated in the same scene for the same reason."""

    name: str
    headline: str
    scene: Scene
    run: Run | None
    reason: str = ""
    remedies: tuple[Remedy, ...] = ()
    with_it: tuple[str, ...] = ()
    blamed: tuple[Diagnostic, ...] = field(default=(), repr=False)

    @property
    def demanded(self) -> str:
        """The sentence that does not hold."""
        return BY_NAME[self.name].sentence

    @property
    def meaning(self) -> str:
        """What that means for those who use the addresses."""
        return MEANING.get(self.name, BY_NAME[self.name].title + " no more")


def violations(verified: Verified, differences: Sequence[Diagnostic], texts: Mapping[str, str] = NONE_TOLD) -> tuple[Violation, ...]:
    """Return what is violated, but of those of one scene that have one cause only the foremost; ``texts`` are the files."""
    told = dict[object, Violation]()
    for played, found in verified.violations:
        blamed = causes(found.run, differences) if found.run else ()
        here = {side.file for row in verified.cluster.rows for side in row if side}
        blamed = tuple(each for each in blamed if each.span.file in here)
        cause: object = (played.scene.words, *(each.code for each in blamed)) if blamed else found.run and tuple(map(str, story(found.run)))
        if cause and cause in told:
            told[cause] = evolve(told[cause], with_it=(*told[cause].with_it, found.name))
            continue
        remedies = tuple(_remedies(found, verified, blamed, texts))
        told[cause or found.name] = Violation(
            found.name, headline(found, verified.cluster), played.scene, found.run, found.judgement.reason, remedies, (), blamed
        )
    return tuple(told.values())


def headline(found: Found, cluster: Cluster) -> str:
    """Say what is violated, of what, and by how much."""
    judgement, title = found.judgement, BY_NAME[found.name].title
    which = ""
    if judgement.subject is not None and len(cluster.rows) > 1:
        which = " of " + next(side.router.name for side in cluster.rows[judgement.subject] if side)
    if judgement.worst is None or judgement.bound is None:
        return title + which
    worst = "for ever" if judgement.worst >= FOREVER else shortly(judgement.worst)
    return f"{title}{which}: {worst}, and at most {shortly(judgement.bound)} are allowed"


def _remedies(found: Found, verified: Verified, blamed: Sequence[Diagnostic], texts: Mapping[str, str]) -> Iterator[Remedy]:
    for each in blamed:
        spans = (each.span, *(span for span, _ in each.related))
        yield Remedy(each.message, each.hint, tuple(_place(span.file, span.line, texts) for span in spans))
    if found.name == "S5-caches":
        sides = [side for row in verified.cluster.rows for side in row if side]
        places = tuple(_place(side.file, side.instance.section.span.line, texts) for side in sides)
        told = "garp_master_refresh 60 (announce them anew every minute) or higher_prio_send_advert (who yields says so once more)"
        because = "the Master that stayed never heard of the other, so it had no reason to announce the addresses anew"
        yield Remedy(because, told, places, adds=True)


def _place(file: str, line: int, texts: Mapping[str, str]) -> Place:
    lines = texts.get(file, "").splitlines()
    return Place(file, line, lines[line - 1].strip() if 0 < line <= len(lines) else "")


def in_short(verified: Verified, told: Sequence[Violation]) -> Iterator[str]:
    """Say in a sentence or two what an operator should know, without a word of how it was found out."""
    if told and verified.fails_by_itself:
        yield f"These files do not work together, even if nothing goes wrong: {told[0].meaning}."
    elif told:
        yield "These files work together as long as nothing goes wrong."
        yield from (f"When {each.scene.words}, {each.meaning}." for each in told)
    elif verified.verdict == "holds":
        yield "These files work together: there is one Master, and the right one, whatever of the following goes wrong."
    else:
        yield "Nothing wrong was found, but there was no time to try everything: give it more with --time SECONDS."
    longest = None if verified.fails_by_itself else verified.longest("L1")
    if longest:
        yield f"If the Master is gone, another has the addresses after at most {shortly(longest[0])}."
