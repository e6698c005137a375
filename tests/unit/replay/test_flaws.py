"""The judge tells the readings of every flaw apart: whoever plays one is found to show the flaw, or not, as that reading does."""

from collections.abc import Iterator
from functools import cache
from itertools import chain, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.flaws.catalogue import FLAWS, TRACES, Case
from conformance.flaws.show import conclude
from conformance.replay.judge import Accepted, Judge, Refuted
from conformance.replay.script import Script, script
from conformance.replay.trial import Judged, Reading
from conformance.replay.virtual import perform
from kaspec.units import MILLISECOND

CASES = {case.name: case for flaw in FLAWS for case in flaw.cases}
PARTS = {f"{name}-{number}": (case, reading) for name, case in CASES.items() for number, reading in enumerate(case.readings)}


@cache
def scripted(case: Case) -> Script:
    found = script(case.trace(), case.device)
    assert isinstance(found, Script)
    return found


def judged(case: Case, played: Reading, lateness: Iterator[int]) -> tuple[Judged, ...]:
    what = scripted(case)
    story, until = perform(what, played.core, played.node(what.device.node), case.tail, lateness)
    judges = ((each, Judge(each.core, each.node(what.device.node), what.device.links)) for each in case.readings)
    return tuple(Judged(reading, judge.judge(story, until)) for reading, judge in judges)


@pytest.mark.parametrize("part", PARTS)
def test_who_plays_a_reading_is_convicted_or_acquitted_as_it_shows_the_flaw(part: str) -> None:
    case, played = PARTS[part]
    verdict, words = conclude(judged(case, played, repeat(2_000)))
    assert (verdict, played.words in words) == ("shows" if played.shows else "does not", True), words


@given(st.sampled_from(sorted(PARTS)), st.lists(st.integers(0, 100 * MILLISECOND), min_size=64, max_size=64))
@settings(max_examples=60)
def test_who_is_late_within_the_tolerance_is_still_explained(part: str, lateness: list[int]) -> None:
    case, played = PARTS[part]
    answers = [each.answer for each in judged(case, played, chain(lateness, repeat(0))) if each.reading == played]
    assert all(isinstance(answer, Accepted) for answer in answers), answers


def test_who_is_later_is_not() -> None:
    case = CASES["02-no-skew-b"]
    answers = judged(case, case.readings[0], repeat(200 * MILLISECOND))
    assert all(isinstance(each.answer, Refuted) for each in answers)


def test_every_trace_is_played() -> None:
    assert {file.stem for file in TRACES.glob("*.trace")} == {case.story for case in CASES.values()}
