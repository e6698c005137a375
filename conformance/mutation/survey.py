"""What can be broken, and where one would see it: the right core, with a hook that only looks, runs every trace and explores every world."""

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


@cache
def breakages() -> tuple[Breakage, ...]:
    """Return everything that is broken on purpose: in the generic ways, then by hand."""
    generic = (Breakage(rule, kind, hooked(breaking(rule, kind)), *places) for (rule, kind), places in survey().items() if kind)
    everywhere = tuple(corpus()), tuple(WORLDS)
    written = (Breakage(rule, kind, mutant, *everywhere) for rule, kinds in WRITTEN.items() for kind, mutant in kinds.items())
    return (*generic, *written)
