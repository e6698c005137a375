"""That traces can fail: for each trace a mutation under which it does, and so for each clause that it is evidence for.

A trace that shows a violation fails when a router commits it: then what must not be seen is.  One that shows what is right fails, if
possible, under a mutant that commits a violation of the same clause; otherwise under any broken rule.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from attrs import frozen

from conformance.mutation import version2, version3
from conformance.mutation.along import look
from conformance.mutation.corpus import accepts, corpus
from conformance.mutation.mutant import Mutant, broken
from conformance.mutation.survey import mutant_of, survey
from kaspec.rules import Rule
from kaspec.trace.language import Polarity

VIOLATED = ".violated"


@frozen
class Proof:
    """A trace is evidence for a clause, and fails under ``mutation``; ``None`` if none was found."""

    clause: str
    polarity: Polarity
    trace: str
    mutation: str | None


def mutant_named(mutation: str) -> Mutant:
    """Return a mutant by the name that proofs have for it: ``commits FOLDER/STEM``, or ``RULE: KIND``."""
    if mutation.startswith("commits "):
        folder, _, stem = mutation.removeprefix("commits ").partition("/")
        return commits_in(folder)[stem]
    rule, _, kind = mutation.partition(": ")
    return mutant_of(Rule(rule), kind)


def commits_in(folder: str) -> Mapping[str, Mutant]:
    """Return who commits the violations that a folder's traces show."""
    return {**version2.COMMITS, **version3.COMMITS} if folder in {"rfc5798", "rfc9568"} else version2.COMMITS


def commits(trace: str) -> str:
    """Return the name of the mutant that commits the violation a trace shows: of those whose name begins so the longest."""
    folder, _, name = trace.removesuffix(VIOLATED).partition("/")
    return f"commits {folder}/{max((stem for stem in commits_in(folder) if name.startswith(stem)), key=len)}"


@cache
def is_noticed(trace: str, mutation: str) -> bool:
    """Tell whether a trace fails under a mutation: one that shows a violation, because just that is seen."""
    with broken(mutant_named(mutation)):
        return accepts(trace) if trace.endswith(VIOLATED) else look(trace)[0]


@cache
def proofs() -> tuple[Proof, ...]:
    """Return a proof for each clause and each trace that is evidence for it."""
    return tuple(
        Proof(clause, polarity, name, _mutation(name, clause)) for name, trace in corpus().items() for clause, polarity in trace.clauses
    )


def _mutation(trace: str, clause: str) -> str | None:
    return next(_failing(trace, clause), None)


def _failing(trace: str, clause: str) -> Iterator[str]:
    candidates = (commits(trace),) if trace.endswith(VIOLATED) else (*_violations().get(clause, ()), *_rarest_first(trace))
    return (each for each in candidates if is_noticed(trace, each))


def _rarest_first(trace: str) -> list[str]:
    """Return the generic mutations that can be seen in a trace, first those that can be seen in few others: what it is about."""
    places = ((len(traces), f"{rule}: {kind}") for (rule, kind), (traces, _) in survey().items() if kind and trace in traces)
    return [name for _, name in sorted(places)]


@cache
def _violations() -> Mapping[str, tuple[str, ...]]:
    """Return by clause the mutants that commit a violation of it."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name, trace in corpus().items():
        if name.endswith(VIOLATED):
            for clause, _ in trace.clauses:
                found[clause][commits(name)] = None
    return {clause: tuple(names) for clause, names in found.items()}
