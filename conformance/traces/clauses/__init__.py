"""The clauses of VRRP that the corpus must show, each held and each violated, and those it cannot.

Identifiers are ``table-section-number``: V2 is RFC 3768, V2A what RFC 2338 adds, V3 is RFC 5798, V9 what RFC 9568 and its errata add or
change.  Only MUST, MUST NOT and the steps of the normative state machine (MUST*) are listed; a trace may name further ones.
"""

from collections.abc import Iterable

from attrs import field, frozen

from conformance.traces.clauses.clause import Beyond, Clause, Level
from conformance.traces.clauses.rfc5798 import RFC_5798
from conformance.traces.clauses.rfc9568 import RFC_9568
from conformance.traces.clauses.version2 import VERSION_2
from kaspec.trace import Trace

__all__ = ["CLAUSES", "Beyond", "Clause", "Evidence", "Level", "coverage"]

CLAUSES = (*VERSION_2, *RFC_5798, *RFC_9568)


@frozen
class Evidence:
    """The names of the traces in which a clause holds, and of those in which a violation of it is rejected."""

    holds: tuple[str, ...] = field(default=())
    violated: tuple[str, ...] = field(default=())


def coverage(traces: Iterable[Trace]) -> dict[str, Evidence]:
    """Return the evidence for every clause that is listed or that a trace names, in the order of the list."""
    named = [(identifier, polarity, trace.name) for trace in traces for identifier, polarity in trace.clauses]
    identifiers = dict.fromkeys([clause.identifier for clause in CLAUSES] + [identifier for identifier, _, _ in named])
    return {
        each: Evidence(
            *(tuple(name for which, shown, name in named if (which, shown) == (each, polarity)) for polarity in ("holds", "violated"))
        )
        for each in identifiers
    }
