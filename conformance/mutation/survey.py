"""What can be broken, and where one would see it: the right core with a hook that only looks runs every trace and explores every world."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache, partial

from attrs import field, frozen

from conformance.mutation.corpus import corpus
from conformance.mutation.hooks import breaking, hooked, noting
from conformance.mutation.mutant import Mutant, broken
from conformance.mutation.worlds import WORLDS, verdicts
from conformance.mutation.written import WRITTEN
from kaspec.rules import Rule
from kaspec.trace import run

Places = tuple[tuple[str, ...], tuple[str, ...]]
"""Traces and worlds."""


@frozen
class Breakage:
    """One rule got wrong in one way; only in ``traces`` and ``worlds`` can that be seen, being the same as what is right elsewhere."""

    rule: Rule
    kind: str
    mutant: Mutant = field(repr=False, eq=False)
    traces: tuple[str, ...] = ()
    worlds: tuple[str, ...] = ()


@cache
def survey() -> Mapping[tuple[Rule, str], Places]:
    """Return where a rule can be got wrong in a way of that name; by an empty name, where it is taken at all."""
    traces = _where({name: partial(run, trace) for name, trace in corpus().items()})
    worlds = _where({name: partial(verdicts, name, ()) for name in WORLDS})
    return {each: (traces.get(each, ()), worlds.get(each, ())) for each in dict.fromkeys((*traces, *worlds))}


def _where(looks: Mapping[str, Callable[[], object]]) -> Mapping[tuple[Rule, str], tuple[str, ...]]:
    found: defaultdict[tuple[Rule, str], tuple[str, ...]] = defaultdict(tuple)
    for name, look in looks.items():
        met: dict[tuple[Rule, str], None] = {}
        with broken(hooked(noting(met))):
            look()
        for each in met:
            found[each] += (name,)
    return dict(found)


def mutant_of(rule: Rule, kind: str) -> Mutant:
    """Return the core with a rule broken in a way of that name, by hand or generic."""
    return WRITTEN.get(rule, {}).get(kind) or hooked(breaking(rule, kind))


@cache
def breakages() -> tuple[Breakage, ...]:
    """Return everything that is broken on purpose: in the generic ways, then by hand."""
    everywhere = tuple(corpus()), tuple(WORLDS)
    found = {each: places for each, places in survey().items() if each[1]}
    found |= {(rule, kind): everywhere for rule, kinds in WRITTEN.items() for kind in kinds}
    return tuple(Breakage(rule, kind, mutant_of(rule, kind), *places) for (rule, kind), places in found.items())
