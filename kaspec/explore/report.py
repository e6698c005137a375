"""What verifying a deployment came to: for a terminal, and as JSON (described in docs/verify.md)."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from attrs import field

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Diagnostic
from kaspec.explore.deployment import Cluster, Unexplored
from kaspec.explore.judging import FOREVER, Verdict
from kaspec.explore.picture import picture
from kaspec.explore.playing import Run, brief, trace
from kaspec.explore.properties import BY_NAME, PROPERTIES
from kaspec.explore.remarks import shortly
from kaspec.explore.scenes import Found, Played
from kaspec.explore.telling import causes, story
from kaspec.explore.violations import NONE_TOLD, Verified, Violation, in_short, violations
from kaspec.frozen import frozen
from kaspec.picture import Sequence as Picture

JSON_FORMAT = 1
"""Raised whenever the meaning of what is written changes; additions do not count."""
WIDTH = 120
WORTH_KNOWING = (kinds.PEER_PRIORITY, kinds.PEER_OWNERS, kinds.PEER_STATE, kinds.PEER_PREEMPTION, kinds.PEER_WEIGHTS, kinds.PEER_ADDRESSES)
"""Differences between files that violate nothing that VRRP promises, and are still seldom meant."""
Drawing = Callable[[Picture], str]


@frozen
class Report:
    """Everything that was found, the differences between the files that ``kaspec check`` tells of, and what the files say."""

    files: tuple[str, ...]
    verified: tuple[Verified, ...]
    unexplored: tuple[Unexplored, ...]
    differences: tuple[Diagnostic, ...]
    texts: Mapping[str, str] = field(default=NONE_TOLD, repr=False)

    @property
    def verdict(self) -> Verdict:
        """The worst there is."""
        verdicts = {each.verdict for each in self.verified}
        if "violated" in verdicts:
            return "violated"
        return "holds" if verdicts == {"holds"} and not self.unexplored else "undetermined"

    def violations(self, verified: Verified) -> tuple[Violation, ...]:
        """Return what is wrong with a cluster."""
        return violations(verified, self.differences, self.texts)

    def worth_knowing(self, verified: Verified) -> tuple[str, ...]:
        """Return what else there is to say of a cluster."""
        here = {side.file for row in verified.cluster.rows for side in row if side}
        codes = {kind.code for kind in WORTH_KNOWING}
        differing = (each for each in self.differences if each.code in codes and each.span.file in here)
        return (*verified.remarks, *(f"{each.message} ({each.span.file}:{each.span.line})" for each in differing))


def report_lines(report: Report, draw: Drawing | None = None) -> Iterator[str]:
    """Write the report for a terminal; ``draw`` draws each violation's run too."""
    for verified in report.verified:
        yield from _cluster_lines(report, verified, draw)
        yield ""
    for each in report.unexplored:
        yield f"{each.title}: not explored, for {each.reason}"
        yield ""
    yield conclusion(report)


def _cluster_lines(report: Report, verified: Verified, draw: Drawing | None) -> Iterator[str]:
    told = report.violations(verified)
    yield from _heading(verified.cluster)
    yield ""
    for sentence in in_short(verified, told):
        yield from _filled(sentence, 2, 2)
    yield ""
    for played in verified.played:
        names = [each.name for each in played.found if each.judgement.verdict == "violated"]
        shown = f"  ({', '.join(names)})" if names else "" if played.complete else f"  ({played.states} states, then it was ended)"
        yield f"  {_word(played.verdict):<12}  {played.scene.words}{shown}"
    if verified.left_out:
        reason = "mend this first" if verified.fails_by_itself else "there was no time"
        yield f"  {'not tried':<12}  {len(verified.left_out)} more: {reason}"
    for violation in told:
        yield from _violation_lines(violation, draw)
    if told:
        yield ""
    if not verified.fails_by_itself:
        yield from _figures(verified)
    for text in report.worth_knowing(verified):
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
    yield from (f"  assumed: {each}" for each in assumptions(cluster))


def assumptions(cluster: Cluster) -> tuple[str, ...]:
    """Return what is taken for granted, in sentences."""
    return (f"an advertisement takes at most {shortly(cluster.world.delay)}, timers are exact, clocks run alike", *cluster.assumed)


def _violation_lines(violation: Violation, draw: Drawing | None) -> Iterator[str]:
    yield ""
    if violation.run is None:
        yield from _filled(f"VIOLATED  {violation.headline} ({violation.name}): {violation.reason}", 2)
        return
    yield from _filled(f"VIOLATED  {violation.headline} ({violation.name})", 2)
    yield from _filled(f"demanded: {violation.demanded}", 4)
    yield from _filled(f"when {violation.scene.words}:", 4)
    yield from _run_lines(violation.run)
    if draw:
        yield from ("", *draw(picture(violation.run)).splitlines(), "")
    for remedy in violation.remedies:
        yield from _filled(f"because {remedy.because}", 4)
        yield from _filled(str(remedy), 6)
        width = max(len(str(place)) for place in remedy.places)
        yield from (f"        {place!s:<{width}} | {place.text}" for place in remedy.places if place.text)
    for name in violation.with_it:
        yield from _filled(f"with it, violated as well: {BY_NAME[name].title} ({name})", 4)


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


FIGURES = (
    ("L1", "Longest without a Master"),
    ("L3", "Longest without a Master after one is stopped"),
    ("S1", "Longest with two Masters that hear each other"),
)
"""By property, what its longest time is."""


def _figures(verified: Verified) -> Iterator[str]:
    """Say the longest times found."""
    for name, what in FIGURES:
        longest = verified.longest(name)
        if longest:
            yield f"  {what}: {shortly(longest[0])} (when {longest[1]})"


def conclusion(report: Report) -> str:
    """Say in a line what it came to."""
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
        "in_short": list(in_short(verified, violations(verified, differences))),
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
        document["trace"] = traced(found.name, found.run)
        document["causes"] = [
            {"code": each.code, "message": each.message, "hint": each.hint, "file": each.span.file, "line": each.span.line}
            for each in blamed
        ]
    return document


def traced(name: str, run: Run) -> str | None:
    """Return the trace of a run that violates a property, if there can be one."""
    return trace(run, (f"{name}: {BY_NAME[name].sentence}",))
