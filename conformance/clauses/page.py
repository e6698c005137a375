"""The ledger, written: a page for people, JSON for machines."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.clauses.ledger import Entry, Ledger
from conformance.clauses.reading import FILES

TITLES: Mapping[str, str] = {
    "V2": "RFC 3768: version 2",
    "V2A": "RFC 2338: what it adds, authentication",
    "V3": "RFC 5798: version 3",
    "V9": "RFC 9568: what it adds or changes, with its verified errata",
}
HEAD = """# The clause ledger

What the RFCs of VRRP require of a router, in our own words, and what shows that kaspec does it: a trace or a test in which it **holds**,
and one in which a violation of it is **noticed**. Traces lie in `conformance/traces` and say themselves what they show
([the language](trace-language.md)); the clauses, and the tests for what a trace cannot show, are in `conformance/clauses/*.toml`. What is
not shown in both polarities has an exception with its reason. Made by `kaspec conformance ledger --page > docs/clauses.md`; CI checks that
it is so, that whatever is named exists, and that no clause is without disposition or shown in one polarity only.

MUST* is a step of the RFC's state machine or of an algorithm.
"""
MOST = 2


def table_of(entry: Entry) -> str:
    """Return which RFC's a clause is."""
    return entry.clause.identifier.partition("-")[0]


def page(ledger: Ledger) -> str:
    """Write the page, in Markdown."""
    return "\n".join((HEAD, *_summary(ledger), *(line for table in TITLES for line in _section(ledger, table)))).rstrip("\n") + "\n"


def _summary(ledger: Ledger) -> Iterator[str]:
    yield "| | MUST, MUST NOT, MUST* | shown in both polarities | exception | SHOULD, SHOULD NOT |"
    yield "|---|---|---|---|---|"
    for table, title in TITLES.items():
        yield _counts(title, [entry for entry in ledger.entries if table_of(entry) == table])
    yield _counts("all", list(ledger.entries))
    yield ""
    kinds = Counter(entry.clause.beyond.whose for entry in ledger.required if entry.clause.beyond)
    yield "Exceptions of what is required: " + ", ".join(f"{whose} {count}" for whose, count in kinds.most_common()) + "."
    yield ""


def _counts(title: str, entries: list[Entry]) -> str:
    part = Ledger(tuple(entries))
    required, bound = len(part.required), len(part.bound)
    beyond = sum(entry.clause.beyond is not None for entry in part.required)
    return f"| {title} | {required} | {bound} ({100 * bound / required:.0f} %) | {beyond} | {len(entries) - required} |"


def _section(ledger: Ledger, table: str) -> Iterator[str]:
    yield f"## {TITLES[table]}"
    yield ""
    yield "| clause | level | requirement | applies to | holds | violation noticed |"
    yield "|---|---|---|---|---|---|"
    for entry in ledger.entries:
        if table_of(entry) == table:
            clause = entry.clause
            superseded = {"": "", "none": " (no longer)"}.get(clause.superseded, f" (superseded by {clause.superseded})")
            shown = (
                f"{clause.beyond.whose}: {clause.beyond.reason} | "
                if clause.beyond
                else f"{_names(entry.shown.holds)} | {_names(entry.shown.violated)}"
            )
            yield f"| {clause.identifier} | {clause.level} | {clause.requirement}{superseded} | {clause.applies} | {shown} |"
    yield ""


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name.removesuffix('.violated').removeprefix('tests/')}`" for name in names[:MOST])
    return shown + (f" and {len(names) - MOST} more" if len(names) > MOST else "")


def as_json(ledger: Ledger) -> str:
    """Write all of it as JSON."""
    document = {
        "required": len(ledger.required),
        "bound": len(ledger.bound),
        "problems": list(ledger.problems()),
        "clauses": [_entry_json(entry) for entry in ledger.entries],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _entry_json(entry: Entry) -> dict[str, Any]:
    clause = entry.clause
    return {
        "id": clause.identifier,
        "rfc": next(name for name, table in FILES.items() if table == table_of(entry)),
        "section": clause.section,
        "level": clause.level,
        "requirement": clause.requirement,
        "applies": clause.applies,
        "superseded": clause.superseded or None,
        "traces": {"holds": list(entry.traces.holds), "violated": list(entry.traces.violated)},
        "tests": {"holds": list(clause.tests.holds), "violated": list(clause.tests.violated)},
        "mutations": None if entry.proofs is None else dict(entry.proofs),
        "exception": {"whose": clause.beyond.whose, "reason": clause.beyond.reason} if clause.beyond else None,
    }


def lines(ledger: Ledger) -> Iterator[str]:
    """Say on a terminal how it stands, and what is wrong."""
    for table, title in TITLES.items():
        yield _told(title, Ledger(tuple(entry for entry in ledger.entries if table_of(entry) == table)))
    yield from ledger.problems()
    yield f"{_told('all', ledger)}, {len(ledger.problems())} problems"


def _told(title: str, part: Ledger) -> str:
    required, bound = len(part.required), len(part.bound)
    share = f"{bound} shown in both polarities ({100 * bound / required:.1f} %)"
    return f"{title}: {required} required, {share}, {len(part.entries) - required} recommended"
