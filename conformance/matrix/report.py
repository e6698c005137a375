"""The matrix told: who gets on with whom, and how long a takeover takes."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from conformance.matrix.play import Measured, Played
from kaspec.units import SECOND

SIGNS = {"pass": "yes", "fail": "**no**", "unsupported": "-", "undetermined": "?"}


def lines(played: Played) -> Iterator[str]:
    """Tell what came of a cell."""
    yield f"{played.outcome:12} {played.cell.name}" + (f": {played.trouble}" if played.trouble else "")
    if played.outcome == "unsupported":
        return
    yield "             " + "; ".join(map(_measured, played.measured))
    if played.unjudged:
        yield f"             not judged: {played.unjudged}"
    elif played.verdict is not None and played.verdict.answer != "allowed":
        first = played.verdict.first
        yield f"             judged {played.verdict.answer}" + (
            "" if first is None else f": frame {first[1].frame} of a.pcap (kaspec judge)"
        )


def _measured(each: Measured) -> str:
    told = f"{each.what} {each.took / SECOND:.3f} s"
    return told if each.well else f"{told}, {(each.expected or 0) / SECOND:.3f} s expected"


def markdown(cells: Sequence[Played]) -> Iterator[str]:
    """Write the table of the documentation."""
    yield "| better router | other | manner | gets on | crash: takeover after | stop: takeover after | return | judged |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in cells:
        took = {one.what.partition(":")[0]: f"{one.took / SECOND:.3f} s" for one in each.measured}
        judged = "-" if each.verdict is None else each.verdict.answer
        times = " | ".join(took.get(name, "-") for name in ("crash", "stop", "return"))
        yield f"| {each.cell.better.name} | {each.cell.other.name} | {each.cell.manner} | {SIGNS[each.outcome]} | {times} | {judged} |"


def as_json(cells: Sequence[Played], versions: dict[str, str]) -> str:
    """Tell it to machines; times are in seconds."""
    return json.dumps({"peers": versions, "cells": [_value(each) for each in cells]}, indent=2)


def _value(played: Played) -> dict[str, Any]:
    manner = played.cell.manner
    return {
        "better": played.cell.better.name,
        "other": played.cell.other.name,
        "version": manner.version,
        "family": manner.family,
        "virtual_mac": manner.virtual_mac,
        "unicast": manner.unicast,
        "outcome": played.outcome,
        "trouble": played.trouble or None,
        "judged": None if played.verdict is None else played.verdict.answer,
        "unjudged": played.unjudged or None,
        "measured": [
            {
                "what": each.what,
                "took": each.took / SECOND,
                "expected": None if each.expected is None else each.expected / SECOND,
                "well": each.well,
            }
            for each in played.measured
        ],
    }
