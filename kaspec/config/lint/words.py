"""Keywords that have a newer name."""

from collections.abc import Iterator

from kaspec.config.diagnostics import DEPRECATED, Diagnostic
from kaspec.config.reader import Reading
from kaspec.report.support import keywords


def deprecated(reading: Reading) -> Iterator[Diagnostic]:
    """The table says which keywords are old, and what they are called now."""
    for row, span in keywords(reading.section):
        if "deprecated" in row.description.remark and row.description.synonym:
            yield DEPRECATED.at(span, f"{row.name} is an old name", f"write {row.description.synonym}")


RULES = (deprecated,)
