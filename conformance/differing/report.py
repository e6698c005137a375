"""A hunt for people, as JSON, and each disagreement as a trace that says what it is."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from conformance.departures import KNOWN
from conformance.differing.hunt import Bag, Quarry
from conformance.differing.telling import text_of
from conformance.differing.ways import Way
from kaspec.units import SECOND


def lines(bag: Bag) -> Iterator[str]:
    """Tell how many plots came to what, and of each disagreement its verdict, what was seen, and the simplest trace that shows it."""
    counts = ", ".join(f"{bag.count(verdict)} {verdict}" for verdict in ("agrees", "freedom", "departure", "unexplained", "undetermined"))
    yield f"{bag.peer} {bag.release}: {len(bag.comparisons)} plots from seed {bag.seed}: {counts}"
    for quarry in bag.quarries:
        yield ""
        yield from verdict(bag, quarry)
        yield ""
        yield from (f"    {line}" for line in trace(bag, quarry, titled=False).rstrip().split("\n"))


def verdict(bag: Bag, quarry: Quarry) -> Iterator[str]:
    """Say whose a disagreement is, and what was seen."""
    comparison = quarry.comparison
    for way in comparison.ways or ():
        yield f"{quarry.name} (in {quarry.times} plots): {_whose(bag, way, quarry)}"
    if comparison.ways is None:
        guilty = (
            "a bug of ours" if bag.peer == "kaspec" else f"a bug of ours, or a departure of {bag.peer} {bag.release} that has no name yet"
        )
        yield f"{quarry.name} (of {quarry.times}): {guilty}"
    yield f"  seen: {comparison.refuted or comparison.result.words}"
    yield f"  shrunk from {quarry.moves} moves to {len(comparison.plot.moves)}"


def _whose(bag: Bag, way: Way, quarry: Quarry) -> str:
    rfc, (_, does) = way.freedom(quarry.comparison.plot.setting.version), _named(bag, way)
    return (
        f"the RFC's freedom: it {does}, as {rfc} has it" if rfc else f"their departure {way.name!r} of {bag.peer} {bag.release}: it {does}"
    )


def _named(bag: Bag, way: Way) -> tuple[str, str]:
    known = next(each for each in KNOWN if each.peer == bag.peer and each.name == way.name)
    return known.versions, known.does


def trace(bag: Bag, quarry: Quarry, titled: bool = True) -> str:
    """Write the trace of a disagreement: it holds on the core, and its title says what the peer does instead."""
    return text_of(quarry.comparison.plot, tuple(verdict(bag, quarry)) if titled else ())


def save(bag: Bag, folder: Path) -> None:
    """Write the traces to a folder, beside the packets and the log of each."""
    for quarry in bag.quarries:
        place = folder / bag.peer / quarry.name
        place.mkdir(parents=True, exist_ok=True)
        (place / "case.trace").write_text(trace(bag, quarry))


def as_json(bags: Sequence[Bag]) -> str:
    """Tell it to machines; instants are microseconds since the device began."""
    return json.dumps([_value(bag) for bag in bags], indent=1)


def _value(bag: Bag) -> dict[str, Any]:
    return {
        "peer": bag.peer,
        "release": bag.release,
        "seed": bag.seed,
        "plots": len(bag.comparisons),
        "verdicts": {name: bag.count(name) for name in ("agrees", "freedom", "departure", "unexplained", "undetermined")},
        "disagreements": [_disagreement(bag, quarry) for quarry in bag.quarries],
    }


def _disagreement(bag: Bag, quarry: Quarry) -> dict[str, Any]:
    comparison, refuted = quarry.comparison, quarry.comparison.refuted
    version = comparison.plot.setting.version
    return {
        "name": quarry.name,
        "verdict": comparison.verdict,
        "departures": [
            {"name": way.name, "does": _named(bag, way)[1], "versions": _named(bag, way)[0], "rfc": way.freedom(version)}
            for way in comparison.ways or ()
        ],
        "plots": quarry.times,
        "moves": len(comparison.plot.moves),
        "moves_before": quarry.moves,
        "refuted": None if refuted is None else {"at": refuted.at, "expected": refuted.expected, "seen": refuted.seen},
        "lasts_seconds": comparison.result.case.lasts / SECOND,
        "trace": trace(bag, quarry),
    }
