"""Who notices a breakage: the traces that fail, and the properties that are violated, in which worlds and along which traces."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from attrs import frozen

from conformance.mutation.along import look
from conformance.mutation.mutant import broken
from conformance.mutation.survey import Breakage
from conformance.mutation.worlds import WORLDS, asked_of, verdicts
from kaspec.rules import Rule

ENOUGH_TRACES, ENOUGH_WORLDS = 20, 8
"""So many are asked whether they notice, of those in which it could be seen."""


@frozen
class Caught:
    """What noticed a breakage.  ``properties`` have the places where they are violated: a world, or ``along`` a trace."""

    rule: Rule
    kind: str
    traces: tuple[str, ...]
    properties: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def name(self) -> str:
        """Rule and kind."""
        return f"{self.rule}: {self.kind}"

    @property
    def is_caught(self) -> bool:
        """Whether anything noticed."""
        return bool(self.traces or self.properties)


def catch(breakage: Breakage) -> Caught:
    """Let enough of the traces and worlds look that could notice, and all if nobody does."""
    rule, kind = breakage.rule, breakage.kind
    with broken(breakage.mutant):
        caught = Caught(rule, kind, *_look(_some(breakage.traces, ENOUGH_TRACES), _some(breakage.worlds, ENOUGH_WORLDS)))
        return caught if caught.is_caught else Caught(rule, kind, *_look(breakage.traces, breakage.worlds))


def _some(names: tuple[str, ...], enough: int) -> tuple[str, ...]:
    """Return some of many, from everywhere among them."""
    return names[:: -(-len(names) // enough) or 1]


def _look(traces: Iterable[str], worlds: Iterable[str]) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    failed: list[str] = []
    violated: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for name in traces:
        fails, properties = look(name)
        failed += [name] if fails else []
        for each in properties:
            violated[each] += (f"along {name}",)
    for name in worlds:
        for each, verdict in verdicts(name, asked_of(name)).items():
            if verdict == "violated":
                violated[each] += (name,)
    return tuple(failed), tuple(sorted(violated.items()))


_given: Sequence[Breakage] = ()


def catch_all(found: Sequence[Breakage], jobs: int, progress: Callable[[], None]) -> tuple[Caught, ...]:
    """Try every breakage, on so many processors; ``progress`` is called after each."""
    global _given  # noqa: PLW0603  (the children of a fork find there what cannot be pickled)
    _given = found
    for name in WORLDS:
        asked_of(name)
    return tuple(_each(len(found), jobs, progress))


def _each(count: int, jobs: int, progress: Callable[[], None]) -> Iterator[Caught]:
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        for caught in pool.map(_catch_one, range(count)):
            progress()
            yield caught


def _catch_one(place: int) -> Caught:
    return catch(_given[place])
