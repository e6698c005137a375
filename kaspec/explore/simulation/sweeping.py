"""Simulations by the lot: cases to be compared, each in many runs, given out to whatever maps a function over lots.

``map`` makes them here, ``Executor.map`` of any ``concurrent.futures.Executor`` elsewhere.  How runs are divided into lots, and who makes
which, changes nothing about what is counted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from kaspec.explore.simulation.chain import Chain
from kaspec.explore.simulation.chances import Chances, stream, strikes
from kaspec.explore.simulation.herd import walk_all
from kaspec.explore.simulation.walking import Counted
from kaspec.explore.world import World
from kaspec.frozen import frozen
from kaspec.units import Interval

LOT = 500
"""How many runs are made side by side unless more or fewer are asked for."""


@frozen
class Case:
    """A world left to these chances for ``length``, with the seed of its runs."""

    world: World
    chances: Chances
    length: Interval
    seed: int = 1


@frozen
class Lot:
    """Some runs of a case, which is the ``number``th of a sweep: from ``first`` on, ``runs`` of them."""

    case: Case
    number: int
    first: int
    runs: int


Mapped = Callable[[Callable[[Lot], Counted], Iterable[Lot]], Iterable[Counted]]
"""``map``, or the method of that name of an executor: what comes of each lot, in their order."""


def simulate(lot: Lot) -> Counted:
    """Make the runs of a lot."""
    case = lot.case
    chain = Chain.of(case.world, case.chances)
    numbers = range(lot.first, lot.first + lot.runs)
    struck = [strikes(case.chances, chain.steps, case.seed, number, case.length) for number in numbers]
    streams = [stream(case.seed, number) for number in numbers]
    return walk_all(chain, struck, streams, case.chances.lost_below, case.length)


def sweep(cases: Sequence[Case], runs: int, mapped: Mapped = map, lot: int = LOT) -> Iterator[tuple[int, Counted]]:
    """Make so many runs of each case; yield what was counted as lots are done, each with the number of its case."""
    lots = [
        Lot(case, number, first, min(lot, runs - first))
        for number, case in enumerate(cases)
        for first in range(0, runs, lot)
    ]  # fmt: skip
    for each, counted in zip(lots, mapped(simulate, lots), strict=True):
        yield each.number, counted
