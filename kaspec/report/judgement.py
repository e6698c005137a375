"""What judging a capture came to: for a terminal, and as JSON (described in docs/judge.md)."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from textwrap import wrap
from typing import Any

from kaspec.address import format_address
from kaspec.judge.cast import Line
from kaspec.judge.diagnosing import Conviction, Expected, convictions
from kaspec.judge.judging import Judged, Verdict
from kaspec.judge.telling import Change, Reign, changes, clashes, gaps, reigns
from kaspec.rules import RULES
from kaspec.units import Instant, Interval, in_seconds

JSON_FORMAT = 1
"""Raised whenever the meaning of what is written changes; additions do not count."""
WIDTH, MOST_TOLD = 120, 3


def judgement_lines(verdict: Verdict, file: str, verbose: bool = False) -> Iterator[str]:
    """Write the judgement for a terminal: the story of each virtual router, what is impossible, and the answer."""
    if verdict.judged:
        lines = list(dict.fromkeys(each.line for each in verdict.judged))
        for line in lines:
            yield from _line(verdict, line, len({each[0] for each in lines}) > 1, verbose)
            yield ""
    yield from _convictions(verdict, verbose)
    for strange, source, count in verdict.strangers:
        yield f"only heard: {format_address(source)} ({_name(strange)}), {count} packet{'s' * (count != 1)}"
    for silent in verdict.silent:
        yield f"not seen: {silent.host.name} ({silent.router.name}) sends nothing"
    for doubt in verdict.undetermined:
        yield f"undetermined: {doubt}"
    yield _answer(verdict, file)


def _name(line: Line, vlan: bool = False) -> str:
    lan, family, number = line
    return f"virtual router {number}, IPv{family}" + (f", VLAN {lan}" if lan or vlan else "")


def _line(verdict: Verdict, line: Line, vlan: bool, verbose: bool) -> Iterator[str]:
    yield _name(line, vlan)
    found = [each for each in reigns(verdict) if each.line == line]
    for judged in (each for each in verdict.judged if each.line == line):
        yield from _filled(f"  {judged.suspect.name}: {_about(judged)}", 4)
    yield ""
    for change in changes(verdict):
        if change.line == line and (verbose or change.is_transition or change.chapter.is_hidden or change.chapter.cause == "begins"):
            yield from _filled(f"  {_clock(verdict, change.at)}  {_changed(change)}", 14)
    yield ""
    yield from _masters(verdict, line, found)


def _about(judged: Judged) -> str:
    suspect = judged.suspect
    router = suspect.router
    known = "no configuration, inferred from what it sends" if judged.inferred else router.name
    priorities = "/".join(str(each.priority) for each in suspect.standings[:8])
    interval = in_seconds(router.advertisement_interval).rstrip("0").rstrip(".")
    told = (
        known,
        format_address(suspect.address),
        f"VRRP version {router.version}",
        f"priority {priorities}",
        f"every {interval} s",
        judged.words,
    )
    return ", ".join(filter(None, told))


def _changed(change: Change) -> str:
    chapter = change.chapter
    frame = f"frame {chapter.frame}: " if chapter.frame else ""
    times = f" (x{chapter.times}, until {in_seconds(Interval(change.until - change.at))} s later)" if chapter.times > 1 else ""
    rule = f" [{chapter.rule}]" if chapter.cause in {"timer", "heard", "stops"} else ""
    if not change.is_transition:
        verb = "is" if chapter.cause == "begins" else "stays"
        return f"{frame}{change.who} {verb} {change.state}: {change.why}{rule}{times}"
    return f"{frame}{change.who} {change.before} -> {change.state}: {change.why}{rule}"


def _masters(verdict: Verdict, line: Line, found: Sequence[Reign]) -> Iterator[str]:
    for each in found:
        since, until = (_clock(verdict, at) for at in (each.since, each.until))
        ends = ("from the beginning" if each.open_begin else f"from {since.strip()}") + (
            " to the end" if each.open_end else f" to {until.strip()}"
        )
        yield f"  Master: {each.who} {ends} ({in_seconds(Interval(each.until - each.since))} s)"
    for clash in clashes(found):
        took = in_seconds(Interval(clash.until - clash.since))
        yield f"  TWO MASTERS: {clash.who[0]} and {clash.who[1]} from {_clock(verdict, clash.since).strip()} for {took} s"
    for gap in (each for each in gaps(found, verdict) if each.line == line):
        yield f"  no Master: from {_clock(verdict, gap.since).strip()} for {in_seconds(Interval(gap.until - gap.since))} s"


def _clock(verdict: Verdict, at: Instant) -> str:
    return in_seconds(Interval(at - verdict.capture.begins)).rjust(12)


def _sorted(verdict: Verdict) -> list[Conviction]:
    return sorted((each for judged in verdict.judged for each in convictions(judged)), key=lambda each: (each.at, each.frame))


def _convictions(verdict: Verdict, verbose: bool) -> Iterator[str]:
    """Write what is impossible; of one router the first few, for what follows may follow from them."""
    told = Counter[str]()
    found = _sorted(verdict)
    for convicted in found:
        told[convicted.who] += 1
        if verbose or told[convicted.who] <= MOST_TOLD:
            yield from _conviction(verdict, convicted)
            yield ""
    for who, count in told.items():
        if count > MOST_TOLD and not verbose:
            yield f"{count - MOST_TOLD} more of {who}: --verbose shows them"
            yield ""


def _conviction(verdict: Verdict, convicted: Conviction) -> Iterator[str]:
    where = f"frame {convicted.frame}, " if convicted.frame else ""
    yield from _filled(f"IMPOSSIBLE  {where}{_clock(verdict, convicted.at).strip()} s: {convicted.who} {convicted.what}", 12)
    yield from _filled(f"  against {convicted.source}: {convicted.statement}", 10)
    for number, expected in enumerate(convicted.expected):
        yield from _filled(f"  {'it could' if not number else 'or'.rjust(8)} {_could(verdict, expected)}", 11)
    if convicted.if_lost:
        yield "  all is allowed if it did not hear everything that the capture shows (--loss): is something between them blocked?"


def _could(verdict: Verdict, expected: Expected) -> str:
    first = _clock(verdict, expected.first).strip()
    window = f"from {first} s on" if expected.last is None else f"between {first} and {_clock(verdict, expected.last).strip()} s"
    return f"{expected.what} {window} [{expected.rule}]"


def _answer(verdict: Verdict, file: str) -> str:
    capture = verdict.capture
    if not capture.instants:
        return f"{file}: undetermined ({capture.frames} frames)"
    began = datetime.fromtimestamp(capture.begins / 1_000_000, UTC).isoformat(sep=" ", timespec="microseconds")
    took = in_seconds(Interval(capture.ends - capture.begins))
    counted = f"{len(capture.instants)} of {capture.frames} frames, {took} s from {began[:-6]} UTC"
    answer = verdict.answer.upper() if verdict.answer == "impossible" else verdict.answer
    return f"{file}: {answer} ({counted})"


def _filled(text: str, hanging: int) -> list[str]:
    stripped = text.lstrip()
    begin = " " * (len(text) - len(stripped))
    return wrap(stripped, WIDTH, initial_indent=begin, subsequent_indent=" " * hanging, break_long_words=False, break_on_hyphens=False)


def judgement_json(verdict: Verdict, file: str) -> str:
    """Write everything as JSON; instants are microseconds since 1970."""
    found = reigns(verdict)
    document: dict[str, Any] = {
        "format": JSON_FORMAT,
        "file": file,
        "answer": verdict.answer,
        "frames": verdict.capture.frames,
        "seen": len(verdict.capture.instants),
        "begins": verdict.capture.begins if verdict.capture.instants else None,
        "ends": verdict.capture.ends if verdict.capture.instants else None,
        "virtual_routers": [_judged_json(each) for each in verdict.judged],
        "impossible": [_conviction_json(each) for each in _sorted(verdict)],
        "changes": [_change_json(each) for each in changes(verdict)],
        "masters": [
            {**_line_json(each.line), "who": each.who, "since": each.since, "until": each.until, "open": [each.open_begin, each.open_end]}
            for each in found
        ],
        "two_masters": [{**_line_json(each.line), "who": each.who, "since": each.since, "until": each.until} for each in clashes(found)],
        "no_master": [{**_line_json(each.line), "since": each.since, "until": each.until} for each in gaps(found, verdict)],
        "only_heard": [
            {**_line_json(line), "address": format_address(source), "packets": count} for line, source, count in verdict.strangers
        ],
        "not_seen": [{"host": each.host.name, "name": each.router.name, **_line_json(each.line)} for each in verdict.silent],
        "undetermined": list(verdict.undetermined),
    }
    return json.dumps(document, indent=2)


def _line_json(line: Line) -> dict[str, int]:
    lan, family, number = line
    return {"vlan": lan, "family": family, "virtual_router_id": number}


def _judged_json(judged: Judged) -> dict[str, Any]:
    suspect = judged.suspect
    return {
        "who": suspect.name,
        **_line_json(judged.line),
        "address": format_address(suspect.address),
        "version": suspect.router.version,
        "priorities": [each.priority for each in suspect.standings],
        "interval": suspect.router.advertisement_interval,
        "inferred": judged.inferred,
        "about": judged.words,
        "allowed": not judged.impossible,
        "allowed_if_lost": judged.if_lost,
        "assumptions": sum(each.is_hidden for each in judged.chapters),
        "rules": [[each.rule, each.times] for each in judged.chapters],
    }


def _conviction_json(each: Conviction) -> dict[str, Any]:
    return {
        "at": each.at,
        "frame": each.frame,
        "who": each.who,
        "what": each.what,
        "clause": each.source,
        "statement": each.statement,
        "allowed": [{"what": one.what, "rule": one.rule, "first": one.first, "last": one.last} for one in each.expected],
        "allowed_if_lost": each.if_lost,
    }


def _change_json(each: Change) -> dict[str, Any]:
    chapter = each.chapter
    return {
        "at": each.at,
        "until": each.until,
        "since": chapter.since,
        "frame": each.frame,
        "who": each.who,
        **_line_json(each.line),
        "from": each.before,
        "to": each.state,
        "priority": chapter.priority,
        "cause": chapter.cause,
        "rule": chapter.rule,
        "clause": RULES[chapter.rule].source,
        "times": chapter.times,
        "why": each.why,
    }
