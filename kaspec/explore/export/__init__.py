"""A search written down for other programs: Promela for SPIN, TLA+, Aldebaran's ``.aut``, and dot.

All that is here takes a graph of ``explore`` that is complete, and returns text.
"""

from collections.abc import Callable, Iterator, Mapping

from kaspec.explore.export.automaton import aldebaran, dot
from kaspec.explore.export.matrices import NotExportedError, rules
from kaspec.explore.export.promela import promela
from kaspec.explore.export.tla import tla
from kaspec.explore.search import Graph

FORMATS: Mapping[str, Callable[[Graph], Iterator[str]]] = {
    "promela": lambda graph: promela(rules(graph)),
    "tla": lambda graph: tla(rules(graph)),
    "aut": aldebaran,
    "dot": dot,
}
"""What a search can be written as."""


def export(graph: Graph, form: str) -> str:
    """Return a search in one of ``FORMATS``.  Raises ``NotExportedError``, which says why, if it was not completed."""
    if not graph.complete:
        raise NotExportedError("the search was ended before it was done, so that there is no whole to write down")
    return "\n".join(FORMATS[form](graph)) + "\n"


__all__ = ["FORMATS", "NotExportedError", "export"]
