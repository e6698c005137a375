"""Which known departures a failed case shows."""

import re

from conformance.departures import Departure, known_of
from conformance.runner.running import Result


def explanations(result: Result, version: str) -> tuple[tuple[Departure, ...], bool]:
    """Return the known departures that a failed case shows, and whether a core that departs so does all that was seen."""
    explaining = [each.reading.words for each in result.judged[1:] if each.explains]
    own = [each for each in known_of(result.peer, version) if _about(each, result)]
    by_reading = [each for each in own if any(_is_in(words, each.readings) for words in explaining)]
    if by_reading:
        return tuple(by_reading), True
    return tuple(each for each in own if not each.readings), False


def _about(departure: Departure, result: Result) -> bool:
    named = not departure.cases or any(re.search(each, result.case.name) for each in departure.cases)
    return named and bool(re.search(departure.said, result.words))


def _is_in(words: str, readings: tuple[str, ...]) -> bool:
    """Whether a reading, which may be made of two, has one of these in it."""
    return any(part in readings for part in words.split(" and "))
