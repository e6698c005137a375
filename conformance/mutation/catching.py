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

ENOUGH = 20
"""Of so many traces in which it could be seen it is asked whether they notice."""


@frozen
class Caught:
    """What noticed a breakage.  ``properties`` have the places where they are violated: a world, or ``along`` a trace."""

    rule: Rule
    kind: str
    traces: tuple[str, ...]
    properties: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def is_caught(self) -> bool:
        """Whether anything noticed."""
        return bool(self.traces or self.properties)


def catch(breakage: Breakage) -> Caught:
    """Let all worlds and enough of the traces look that could notice, and every trace if nobody does."""
    sample = breakage.traces[:: -(-len(breakage.traces) // ENOUGH) or 1]
    with broken(breakage.mutant):
        caught = Caught(breakage.rule, breakage.kind, *_look(sample, breakage.worlds))
        if not caught.is_caught:
            caught = Caught(breakage.rule, breakage.kind, *_look(breakage.traces, ()))
    return caught


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
