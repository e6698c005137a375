"""What verifying a deployment came to: for a terminal, and as JSON (described in docs/verify.md)."""

import json
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from attrs import frozen

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Diagnostic
from kaspec.explore.deployment import Cluster, Unexplored
from kaspec.explore.judging import FOREVER, Verdict
from kaspec.explore.playing import Run, brief, trace
from kaspec.explore.properties import BY_NAME, PROPERTIES
from kaspec.explore.remarks import shortly
from kaspec.explore.scenes import Found, Played, Scene
from kaspec.explore.telling import causes, story
from kaspec.units import Interval

JSON_FORMAT = 1
"""Raised whenever the meaning of what is written changes; additions do not count."""
WIDTH = 120
WORTH_KNOWING = (kinds.PEER_PRIORITY, kinds.PEER_OWNERS, kinds.PEER_STATE, kinds.PEER_PREEMPTION, kinds.PEER_WEIGHTS, kinds.PEER_ADDRESSES)
"""Differences between files that violate nothing that VRRP promises, and are still seldom meant."""
FOREMOST = ("S1", "L2", "L1", "S8", "L4")
"""Of several violations in one scene, which is told first."""


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
        return tuple(dict.fromkeys(text for played in self.played for text in played.remarks))

    @property
    def violations(self) -> tuple[tuple[Played, Found], ...]:
        """Each property that is violated, with the first scene in which it is."""
        found: dict[str, tuple[Played, Found]] = {}
        for played in self.played:
            for each in sorted(played.found, key=_foremost):
                if each.judgement.verdict == "violated":
                    found.setdefault(each.name, (played, each))
        return tuple(found.values())


@frozen
class Report:
    """Everything that was found, and the differences between the files that ``kaspec check`` tells of."""

    files: tuple[str, ...]
    verified: tuple[Verified, ...]
    unexplored: tuple[Unexplored, ...]
    differences: tuple[Diagnostic, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst there is."""
        verdicts = {each.verdict for each in self.verified}
        if "violated" in verdicts:
            return "violated"
        return "holds" if verdicts == {"holds"} and not self.unexplored else "undetermined"


def _foremost(found: Found) -> int:
    return FOREMOST.index(found.name) if found.name in FOREMOST else len(FOREMOST)


def report_lines(report: Report) -> Iterator[str]:
    """Write the report for a terminal."""
    for verified in report.verified:
        yield from _cluster_lines(verified, report.differences)
        yield ""
    for each in report.unexplored:
        yield f"{each.title}: not explored, for {each.reason}"
        yield ""
    yield _conclusion(report)


def _cluster_lines(verified: Verified, differences: Sequence[Diagnostic]) -> Iterator[str]:
    yield from _heading(verified.cluster)
    yield ""
    for played in verified.played:
        names = [each.name for each in played.found if each.judgement.verdict == "violated"]
        told = f"  ({', '.join(names)})" if names else "" if played.complete else f"  ({played.states} states, then it was ended)"
        yield f"  {_word(played.verdict):<12}  {played.scene.words}{told}"
    if verified.left_out:
        yield f"  {'not tried':<12}  {len(verified.left_out)} more: " + (
            "mend this first" if verified.verdict == "violated" else "there was no time"
        )
    yield from _violation_lines(verified, differences)
    if not any(played.scene.is_first and played.verdict == "violated" for played in verified.played):
        yield from _figures(verified.played)
    here = {side.file for row in verified.cluster.rows for side in row if side}
    knowing = [f"{each.message} ({each.span.file}:{each.span.line})" for each in differences
               if each.code in {kind.code for kind in WORTH_KNOWING} and each.span.file in here]  # fmt: skip
    for text in (*verified.remarks, *knowing):
        yield from _filled(f"Note: {text}", 2)


def _word(verdict: Verdict) -> str:
    return verdict.upper() if verdict == "violated" else verdict


def _heading(cluster: Cluster) -> Iterator[str]:
    for row in cluster.rows:
        sides = [side for side in row if side]
        told = (f"{side.file} (virtual_router_id {side.router.virtual_router_id}, priority {side.router.priority})" for side in sides)
        yield f"{sides[0].router.name}: {', '.join(told)}"
    if len(cluster.rows) > 1:
        yield "  together, for a sync group holds them together"
    delay = shortly(cluster.world.delay)
    yield f"  assumed: an advertisement takes at most {delay}, timers are exact, clocks run alike"
    yield from (f"  assumed: {each}" for each in cluster.assumed)


def _violation_lines(verified: Verified, differences: Sequence[Diagnostic]) -> Iterator[str]:
    """Tell each violation, but of those of one scene that have one cause only the foremost."""
    told = set[tuple[str, ...]]()
    for played, found in verified.violations:
        if found.run is None:
            yield from ("", *_filled(f"VIOLATED  {_headline(found, verified)} ({found.name}): {found.judgement.reason}", 2))
            continue
        blamed = causes(found.run, differences)
        cause = (played.scene.words, *(each.code for each in blamed)) if blamed else tuple(map(str, story(found.run)))
        if cause in told:
            yield from _filled(f"with it, violated as well: {BY_NAME[found.name].title} ({found.name})", 4)
            continue
        told.add(cause)
        yield ""
        yield from _filled(f"VIOLATED  {_headline(found, verified)} ({found.name})", 2)
        yield from _filled(f"demanded: {BY_NAME[found.name].sentence}", 4)
        yield from _filled(f"when {played.scene.words}:", 4)
        yield from _run_lines(found.run)
        yield from _remedies(found, verified, blamed)
    if verified.violations:
        yield ""


def _run_lines(run: Run) -> Iterator[str]:
    for line in story(run):
        yield from _filled(str(line), 4, 17)
    if run.again:
        yield f"{'':17}... and so it stays, for ever"


def _filled(text: str, indent: int, hanging: int | None = None) -> list[str]:
    """Break a long line; what follows the first is indented a little more."""
    further = " " * (indent + 2 if hanging is None else hanging)
    stripped = text.lstrip()
    begin = " " * (indent + len(text) - len(stripped))
    return wrap(stripped, WIDTH, initial_indent=begin, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)


def _headline(found: Found, verified: Verified) -> str:
    judgement = found.judgement
    title = BY_NAME[found.name].title
    rows = verified.cluster.rows
    which = ""
    if judgement.subject is not None and len(rows) > 1:
        which = " of " + next(side.router.name for side in rows[judgement.subject] if side)
    if judgement.worst is None or judgement.bound is None:
        return title + which
    worst = "for ever" if judgement.worst >= FOREVER else shortly(judgement.worst)
    return f"{title}{which}: {worst}, and at most {shortly(judgement.bound)} are allowed"


def _remedies(found: Found, verified: Verified, blamed: Sequence[Diagnostic]) -> Iterator[str]:
    """Say which lines of which files to change."""
    sides = [side for row in verified.cluster.rows for side in row if side]
    for each in blamed:
        if each.span.file in {side.file for side in sides}:
            yield from _filled(f"because {each.message}", 4)
            places = " and ".join(f"{span.file}:{span.line}" for span in (each.span, *(span for span, _ in each.related)))
            yield from _filled(f"change {places}: {each.hint}", 6)
    if found.name == "S5-caches":
        places = " and ".join(f"{side.file}:{side.instance.section.span.line}" for side in sides)
        yield from _filled("because the Master that stayed never heard of the other, so it had no reason to announce the addresses anew", 4)
        told = "garp_master_refresh 60 (announce them anew every minute) or higher_prio_send_advert (who yields says so once more)"
        yield from _filled(f"add to the instances at {places}: {told}", 6)


def _figures(played: Sequence[Played]) -> Iterator[str]:
    """Say the longest times found where nothing is violated."""
    for name, what in (
        ("L1", "Longest without a Master"),
        ("L3", "Longest without a Master after one is stopped"),
        ("S1", "Longest with two Masters that hear each other"),
    ):
        found = [(each.judgement.worst or 0, scene.scene.words) for scene in played for each in scene.found if each.name == name]
        worst, words = max(found, key=lambda each: each[0], default=(0, ""))
        if 0 < worst < FOREVER:
            yield f"  {what}: {shortly(Interval(worst))} (when {words})"


def _conclusion(report: Report) -> str:
    scenes = [played for verified in report.verified for played in verified.played]
    states = sum(each.states for each in scenes)
    routers, searches = sum(len(verified.cluster.rows) for verified in report.verified), len(scenes)
    counted = f"{routers} virtual router{'s' * (routers != 1)}, {searches} search{'es' * (searches != 1)}, {states} states"
    words = {"holds": "everything holds", "violated": "VIOLATED", "undetermined": "undetermined"}
    return f"{', '.join(report.files)}: {words[report.verdict]} ({counted})"


def report_json(report: Report) -> str:
    """Write everything as JSON."""
    document = {
        "format": JSON_FORMAT,
        "files": list(report.files),
        "verdict": report.verdict,
        "properties": {each.name: each.sentence for each in PROPERTIES},
        "virtual_routers": [_cluster_json(each, report.differences) for each in report.verified],
        "unexplored": [{"title": each.title, "reason": each.reason} for each in report.unexplored],
    }
    return json.dumps(document, indent=2)


def _cluster_json(verified: Verified, differences: Sequence[Diagnostic]) -> dict[str, Any]:
    return {
        "title": verified.cluster.title,
        "verdict": verified.verdict,
        "instances": [
            {
                "file": side.file,
                "name": side.router.name,
                "virtual_router_id": side.router.virtual_router_id,
                "priority": side.router.priority,
            }
            for row in verified.cluster.rows
            for side in row
            if side
        ],
        "delay": verified.cluster.world.delay,
        "assumed": list(verified.cluster.assumed),
        "scenes": [_scene_json(played, differences) for played in verified.played],
        "left_out": [scene.words for scene in verified.left_out],
        "notes": list(verified.remarks),
    }


def _scene_json(played: Played, differences: Sequence[Diagnostic]) -> dict[str, Any]:
    world = played.scene.world
    return {
        "words": played.scene.words,
        "begins": world.begins,
        "faults": str(world.faults),
        "verdict": played.verdict,
        "complete": played.complete,
        "states": played.states,
        "transitions": played.transitions,
        "properties": [_found_json(each, differences) for each in played.found],
    }


def _found_json(found: Found, differences: Sequence[Diagnostic]) -> dict[str, Any]:
    judgement = found.judgement
    document: dict[str, Any] = {"name": found.name, "verdict": judgement.verdict}
    if judgement.reason:
        document["reason"] = judgement.reason
    if judgement.worst is not None:
        document |= {"worst": None if judgement.worst >= FOREVER else judgement.worst, "for_ever": judgement.worst >= FOREVER}
    if found.run is not None:
        blamed = causes(found.run, differences)
        document["moves"] = list(brief(found.run))
        document["story"] = [{"at": line.at, "text": line.text, "rule": line.rule} for line in story(found.run)]
        document["trace"] = trace(found.run, (f"{found.name}: {BY_NAME[found.name].sentence}",))
        document["causes"] = [
            {"code": each.code, "message": each.message, "hint": each.hint, "file": each.span.file, "line": each.span.line}
            for each in blamed
        ]
    return document
