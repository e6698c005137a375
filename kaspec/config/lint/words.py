"""Keywords that have a newer name."""

from collections.abc import Iterator

from kaspec.config.diagnostics import DEPRECATED, Diagnostic
from kaspec.config.keywords import Block, Row
from kaspec.config.reader import Reading
from kaspec.config.sections import Section
from kaspec.report.support import keywords


def deprecated(reading: Reading) -> Iterator[Diagnostic]:
    """The table says which keywords are old, and what they are called now."""
    if not _gives_old(reading.section, set()):
        return
    for row, span in keywords(reading.section):
        if _is_old(row):
            yield DEPRECATED.at(span, f"{row.name} is an old name", f"write {row.description.synonym}")


def _is_old(row: Row) -> bool:
    return "deprecated" in row.description.remark and bool(row.description.synonym)


def _gives_old(section: Section, seen: set[int]) -> bool:
    """Tell whether there is an old keyword at all: to ask for places takes long, and most texts have none.

    What blocks with the same text give is ``seen`` once.
    """
    if id(section.written) in seen:
        return False
    seen.add(id(section.written))
    return any(
        _is_old(row) or (isinstance(row, Block) and any(_gives_old(each, seen) for each in found)) for row, found in section.written.items()
    )


RULES = (deprecated,)
