"""What of keepalived's language this release acts on: in given configurations, and in the whole keyword table."""

from collections.abc import Iterator
from typing import Any

from kaspec.config.keywords import TABLE, Block, Row
from kaspec.config.reader import Reading
from kaspec.config.sections import Section
from kaspec.config.source import Span


def acts(row: Row) -> bool:
    """Tell whether this release does what the keyword says."""
    return row.acts


def support_lines(readings: tuple[Reading, ...]) -> Iterator[str]:
    """List the keywords without effect that the configurations use, each with its first place, and count them."""
    for reading in readings:
        uses: dict[Row, list[Span]] = {}
        for row, span in keywords(reading.section):
            uses.setdefault(row, []).append(span)
        idle = {row: spans for row, spans in uses.items() if not acts(row)}
        for row, spans in idle.items():
            more = f" and {len(spans) - 1} more" if len(spans) > 1 else ""
            why = f": {row.description.idle.why}" if row.description.idle else " in this release"
            yield f"{spans[0]}: {_path(row)} has no effect{why}{more}"
        yield f"{next(iter(reading.texts))}: {len(uses)} keywords used, {len(uses) - len(idle)} with effect, {len(idle)} without"


def keywords(section: Section) -> Iterator[tuple[Row, Span]]:
    """Return every keyword that a block gives, and those of the blocks inside."""
    for row, found in section.given.items():
        for each in found:
            yield row, _place(each)
            if isinstance(row, Block):
                yield from keywords(each)


def _place(given: Any) -> Span:
    statement = getattr(given, "statement", given)
    span = statement.span
    assert isinstance(span, Span)
    return span


def table_lines() -> Iterator[str]:
    """Tell of every block how many of its keywords act, and which do not."""
    total = active = 0
    for scope, rows in sorted(TABLE.items()):
        idle = [row.name for row in rows.values() if not acts(row)]
        total, active = total + len(rows), active + len(rows) - len(idle)
        yield f"{scope or 'top of the file'}: {len(rows) - len(idle)} of {len(rows)} keywords act"
        if idle:
            yield f"    without effect: {' '.join(idle)}"
            yield from (f"      {row.name}: {row.description.idle.why}" for row in rows.values() if row.description.idle)
    yield f"{active} of {total} keywords act in this release, counted by block; the others are read and told of"


def _path(row: Row) -> str:
    return f"{row.scope}/{row.name}" if row.scope else row.name
