"""The hunt for disagreements: batches of plots are played, and of what differs one of each kind is made as simple as can be."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from attrs import define, field, frozen

from conformance.differing.comparing import Comparing, Comparison
from conformance.differing.plot import Plot, cost, simpler
from conformance.differing.shrinking import shrink
from conformance.differing.strategy import written
from conformance.differing.ways import Way

BATCH = 48
MOST_SHRUNK = 2
"""Of so many disagreements that nothing explains the simplest plot is looked for; more are counted only."""

PATIENCE = 180.0
"""After so many seconds what was found so far is simple enough: at a real router every attempt takes as long as its plot."""


@frozen
class Quarry:
    """One kind of disagreement: its simplest plot as it was played last, of how many ``moves`` it was, and how many plots have it.

    ``name`` is that of the way, or ``unexplained-1``.
    """

    name: str
    comparison: Comparison
    moves: int
    times: int


@frozen
class Bag:
    """What a hunt has come to: everything that was played, and of what differs one of each kind."""

    peer: str
    release: str
    seed: int
    comparisons: tuple[Comparison, ...]
    quarries: tuple[Quarry, ...]

    def count(self, verdict: str) -> int:
        """Return how many plots came to a verdict."""
        return sum(each.verdict == verdict for each in self.comparisons)


def plots_of(comparing: Comparing, seed: int, batch: int, count: int) -> list[Plot]:
    """Return the plots of a batch: those of a seed that the peer can play."""
    return written(seed * 1_000 + batch, count, comparing.wanted)


@define
class Hunt:
    """A hunt at a peer, from a ``seed`` on; ``heard`` is told how far it has come, and ``keep`` is where packets and traces go."""

    comparing: Comparing
    seed: int
    keep: Path | None = None
    heard: Callable[[str], None] = lambda _: None
    comparisons: list[Comparison] = field(factory=list)
    patience_ends: float = 0

    def hunt(self, examples: int, minutes: float | None = None) -> Bag:
        """Play so many plots, or for as long as ``minutes`` let begin another batch."""
        ends = None if minutes is None else time.monotonic() + 60 * minutes
        batch = 0
        while len(self.comparisons) < examples and (ends is None or time.monotonic() < ends):
            self._play(batch, min(BATCH, examples - len(self.comparisons)))
            batch += 1
        peer = self.comparing
        return Bag(peer.peer.name, peer.release, self.seed, tuple(self.comparisons), (*self._known(), *self._unexplained()))

    def _play(self, batch: int, count: int) -> None:
        plots = plots_of(self.comparing, self.seed, batch, count)
        first = len(self.comparisons) + 1
        names = [f"seed-{self.seed}-{number:03}" for number in range(first, first + len(plots))]
        self.comparisons += self.comparing.compare(plots, names)
        differ = sum(each.verdict not in {"agrees", "undetermined"} for each in self.comparisons)
        self.heard(f"{len(self.comparisons)} plots played, {differ} differ")

    def _known(self) -> Iterator[Quarry]:
        """Have each known way that was seen shrunk by virtual time, and then all of them played once more."""
        best = {way: self._showing(way)[0] for each in self.comparisons for way in each.ways or ()}
        self.heard(f"{len(best)} known ways: looking for the simplest plots")
        plots = [self._shrunk_by_virtual_time(each.plot, way) for way, each in best.items()]
        played = self.comparing.compare(plots, [way.slug for way in best], self.keep)
        for (way, first), last in zip(best.items(), played, strict=True):
            yield Quarry(way.slug, last if last.ways == (way,) else first, len(first.plot.moves), len(self._showing(way)))

    def _showing(self, way: Way) -> list[Comparison]:
        """Return what shows a way, the simplest first."""
        showing = [each for each in self.comparisons if each.ways and way in each.ways]
        return sorted(showing, key=lambda each: (len(each.ways or ()), cost(each.plot)))

    def _shrunk_by_virtual_time(self, plot: Plot, way: Way) -> Plot:
        def reveal(plots: Sequence[Plot]) -> list[bool]:
            return [self.comparing.reveals(each, way) for each in plots]

        return shrink(plot, simpler, reveal) if self.comparing.reveals(plot, way) else plot

    def _unexplained(self) -> Iterator[Quarry]:
        """Have what nothing explains shrunk at the peer itself."""
        found = sorted((each for each in self.comparisons if each.verdict == "unexplained"), key=lambda each: cost(each.plot))
        self.patience_ends = time.monotonic() + PATIENCE
        for number, each in enumerate(found[:MOST_SHRUNK], start=1):
            name = f"unexplained-{number}"
            self.heard(f"{name}: looking for the simplest plot")
            simplest = shrink(each.plot, simpler, self._still_unexplained, self.comparing.at_once)
            (last,) = self.comparing.compare([simplest], [name], self.keep)
            yield Quarry(name, last if last.verdict == "unexplained" else each, len(each.plot.moves), len(found))

    def _still_unexplained(self, plots: Sequence[Plot]) -> list[bool]:
        if time.monotonic() > self.patience_ends:
            return [False] * len(plots)
        self.heard(f"{len(plots)} simpler plots are played")
        found = self.comparing.compare(plots, [f"simpler-{number}" for number in range(len(plots))])
        return [each.verdict == "unexplained" for each in found]
