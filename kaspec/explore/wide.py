"""Breadth first, a whole level at a time: millions of states, for what must be true of every one of them.

The same moves as ``kaspec.explore.steps``, by the same tables, in arrays: a state is one 64-bit word, a move a few look-ups for all states
of a level at once.  Only the levels are kept, so a path is found by going back through them.  Laws hold its counts against the plain
search.  It needs numpy (``pip install kaspec[explore]``), which nothing else of kaspec does.
"""

from collections.abc import Callable

import numpy as np
from attrs import define, field, frozen

from kaspec.explore.arrays import Keys, Numbers, Seen, distinct
from kaspec.explore.levels import Level, Wide
from kaspec.explore.search import KeepGoing, Progress, endlessly, settling
from kaspec.explore.steps import Steps
from kaspec.explore.tables import Tables, WorldState
from kaspec.explore.world import World

Watch = Callable[[Level], Numbers]
"""Tells of each state of a level whether it is one that there must not be."""


def nothing(level: Level) -> Numbers:
    """Watch for nothing."""
    return np.zeros(len(level.keys), dtype=bool)


def two_masters(level: Level) -> Numbers:
    """Watch for two Masters of one virtual router."""
    found = nothing(level)
    for virtual in range(len(level.wide.steps.world.virtual)):
        found |= level.masters(virtual) > 1
    return found


@frozen
class Survey:
    """How many states and moves there are, how many moves the farthest state takes; the shortest way to what was watched for, if any."""

    steps: Steps
    states: int
    transitions: int
    diameter: int
    complete: bool
    path: tuple[int, ...] | None = None


def survey(world: World, watch: Watch = nothing, keep_going: KeepGoing = endlessly) -> Survey:
    """Find every state of a world, or the nearest that is watched for.  The counts are those of ``explore``."""
    steps = Steps(Tables(world))
    walk = list(settling(steps)) if world.begins == "settled" else []
    begun = walk[-1][1] if walk else steps.beginning()
    prefix = [move for move, _ in walk]
    return _Search(Wide(steps), watch, keep_going).run(begun, prefix)


@define(eq=False)
class _Search:
    wide: Wide
    watch: Watch
    keep_going: KeepGoing
    levels: list[Keys] = field(factory=list)
    seen: Seen = field(factory=Seen)
    states: int = 0
    transitions: int = 0

    def run(self, begun: WorldState, prefix: list[int]) -> Survey:
        """Take the moves that begin every run one by one, then level by level."""
        steps, starts = self.wide.steps, 0
        while steps.tables.conditions.values[begun[0]].starting < steps.hosts:
            ((move, begun),) = steps.successors(begun)
            prefix.append(move)
            starts += 1
        self.transitions = self.states = starts
        keys, complete = self.wide.pack(begun), True
        while len(keys):
            self.levels.append(keys)
            self.states += len(keys)
            self.seen.add(keys)
            level = self.wide.level(keys)
            bad = self.watch(level)
            if bad.any():
                path = (*prefix, *self._way_back(keys[bad][0]))
                return Survey(steps, self.states, self.transitions, starts + len(self.levels) - 1, False, path)
            if not self.keep_going(Progress(self.states, len(keys), self.transitions)):
                complete = False
                break
            keys = self._next(level)
        return Survey(steps, self.states, self.transitions, starts + len(self.levels) - 1, complete)

    def _next(self, level: Level) -> Keys:
        blocks = list(self.wide.expand(level))
        if self.wide.outgrown():
            self._repack()
            blocks = list(self.wide.expand(self.wide.level(self.levels[-1])))
        self.transitions += sum(len(block.keys) for block in blocks)
        return self.seen.new(distinct([block.keys for block in blocks]))

    def _repack(self) -> None:
        """Make room for greater numbers than there were."""
        old = self.wide.layout
        self.wide.grow()
        self.levels = [np.sort(self.wide.layout.join(old.split(keys))) for keys in self.levels]
        self.seen = Seen()
        for keys in self.levels:
            self.seen.add(keys)

    def _way_back(self, target: int) -> list[int]:
        """Find the moves to a state of the last level, backwards."""
        path = list[int]()
        for keys in reversed(self.levels[:-1]):
            move, target = next(
                (block.move, keys[block.places[hits][0]])
                for block in self.wide.expand(self.wide.level(keys))
                if (hits := block.keys == target).any()
            )
            path.append(move)
        return path[::-1]
