"""What can be broken, and where one would see it: the right core, with a hook that only looks, runs every trace and explores every world."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from attrs import field, frozen

from conformance.mutation.corpus import corpus
from conformance.mutation.hooks import breaking, hooked, noting
from conformance.mutation.mutant import Mutant, broken
from conformance.mutation.worlds import WORLDS, asked_of
from conformance.mutation.written import WRITTEN
from kaspec.rules import RULES, Rule
from kaspec.trace import run


@frozen
class Breakage:
    """One rule got wrong in one way; only in ``traces`` and ``worlds`` is that another thing than what is right."""

    rule: Rule
    kind: str
    mutant: Mutant = field(repr=False, eq=False)
    traces: tuple[str, ...] = ()
    worlds: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Rule and kind."""
        return f"{self.rule}: {self.kind}"


_Places = dict[tuple[Rule, str], None]


@cache
def survey() -> "Mapping[tuple[Rule, str], tuple[tuple[str, ...], tuple[str, ...]]]":
    """Return for each rule and kind, or rule and "" for its being taken at all, the traces and worlds in which there is that."""
    traces = _where({name: lambda trace=trace: run(trace) for name, trace in corpus().items()})  # type: ignore[misc]
    worlds = _where({name: lambda name=name: asked_of.__wrapped__(name) for name in WORLDS})  # type: ignore[misc]
    return {each: (traces[each], worlds[each]) for each in (*traces, *worlds)}


def _where(looks: Mapping[str, Callable[[], object]]) -> Mapping[tuple[Rule, str], tuple[str, ...]]:
    found: defaultdict[tuple[Rule, str], tuple[str, ...]] = defaultdict(tuple)
    for name, look in looks.items():
        met: _Places = {}
        with broken(hooked(noting(met))):
            look()
        for each in met:
            found[each] += (name,)
    return found


@cache
def breakages() -> tuple[Breakage, ...]:
    """Return everything that is broken on purpose, in the order of the rules."""
    generic = (
        Breakage(rule, kind, hooked(breaking(rule, kind)), *places) for (rule, kind), places in survey().items() if kind and rule in RULES
    )
    everywhere = tuple(corpus()), tuple(WORLDS)
    written = (Breakage(rule, kind, mutant, *everywhere) for rule, kinds in WRITTEN.items() for kind, mutant in kinds.items())
    return _in_order((*generic, *written))


def _in_order(found: Iterable[Breakage]) -> tuple[Breakage, ...]:
    places = {rule: place for place, rule in enumerate(RULES)}
    return tuple(sorted(found, key=lambda each: places[each.rule]))
