"""Breadth first, a whole level at a time: millions of states, for what must be true of every one of them.

The same moves as ``kaspec.explore.steps``, by the same tables, in arrays: a state is one 64-bit word, a move a few look-ups for all states
of a level at once.  Only the levels are kept, so a path is found by going back through them.  Laws hold its counts against the plain
search.
"""

from collections.abc import Callable, Iterable

import numpy as np
from attrs import field

from kaspec.explore.arrays import NOWHERE, Keys, Numbers, distinct, in_order
from kaspec.explore.levels import Level, Wide
from kaspec.explore.search import KeepGoing, Progress, endlessly, settling
from kaspec.explore.seen import Seen
from kaspec.explore.sharing import Share, Team
from kaspec.explore.steps import Steps
from kaspec.explore.tables import Tables, UnlearntError, WorldState
from kaspec.explore.world import World
from kaspec.frozen import define, frozen

WORTH_DIVIDING = 1 << 14
"""How many states a level has when a team divides it."""
SOME = 1 << 14
"""How many states of a level are looked at for what must be learnt, before it is divided."""
FEW = 1 << 12
"""How many are, where something must be learnt for one of them."""
TOGETHER = 1 << 15
"""How many states are expanded at a time: their columns, and where all their moves lead, are twenty words for each."""
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


def survey(world: World, watch: Watch = nothing, keep_going: KeepGoing = endlessly, team: Team | None = None) -> Survey:
    """Find every state of a world, or the nearest that is watched for.  The counts are those of ``explore``.

    Every member of a ``team`` calls this with the same world, and gets the same answer; the first one is asked whether to go on.
    """
    steps = Steps(Tables(world))
    walk = list(settling(steps)) if world.begins == "settled" else []
    begun = walk[-1][1] if walk else steps.beginning()
    return _Search(Wide(steps), watch, keep_going, Share(team), [move for move, _ in walk]).run(begun)


@frozen(eq=False)
class Expanded:
    """Some states of a level: which of them are watched for, or how many moves there are from them and where those lead."""

    bad: Keys
    transitions: int = 0
    after: Keys = NOWHERE


@define(eq=False)
class _Search:
    """Everybody has every level and all that was seen; once a level is worth dividing, whoever is ready does the next piece of the work."""

    wide: Wide
    watch: Watch
    keep_going: KeepGoing
    share: Share
    prefix: list[int]
    levels: list[Keys] = field(factory=list)
    seen: Seen = field(init=False)
    growing: bool = False
    starts: int = 0
    states: int = 0
    transitions: int = 0

    def __attrs_post_init__(self) -> None:
        self.seen = Seen(self.share)

    def run(self, begun: WorldState) -> Survey:
        """Take the moves that begin every run one by one, then level by level."""
        steps = self.wide.steps
        while steps.tables.conditions.values[begun[0]].starting < steps.hosts:
            ((move, begun),) = steps.successors(begun)
            self.prefix.append(move)
            self.starts += 1
        self.transitions = self.states = self.starts
        keys = self.wide.pack(begun)
        while size := len(keys):
            self.levels.append(keys)
            self.states += size
            self.seen.add(keys)
            if not self.share.of_the_first(self.keep_going(Progress(self.states, size, self.transitions))):
                return self._found(complete=False)
            self._divide()
            found = self._expand()
            bad = self.share.least(int(each.bad.min()) for each in found if len(each.bad))
            if bad is not None:
                return self._found(complete=False, path=(*self.prefix, *self._way_back(bad)))
            self.transitions += self.share.total(sum(each.transitions for each in found))
            keys = self.seen.new(self.share.gathered([each.after for each in found]))
        return self._found(complete=True)

    def _found(self, complete: bool, path: tuple[int, ...] | None = None) -> Survey:
        return Survey(self.wide.steps, self.states, self.transitions, self.starts + len(self.levels) - 1, complete, path)

    def _divide(self) -> None:
        """Divide the work, once that is worth while."""
        if self.share.team is not None and not self.share.divided and len(self.levels[-1]) >= WORTH_DIVIDING:
            self.share.divided = True
            self.wide.close()

    def _expand(self) -> list[Expanded]:
        """Expand the last level.  What must be learnt everybody learns in the same order, so that all give it the same numbers."""
        if self.growing:
            known = self.wide.known
            self._study(self.levels[-1][:: len(self.levels[-1]) // SOME + 1])
            self.growing = self.wide.known > known
        done, pieces = list[Expanded](), self._claimed()
        while True:
            ahead = self._attempt(pieces, done)
            learnt = self._learn(ahead[-1] if ahead else NOWHERE)
            self.growing |= learnt
            if self.wide.outgrown():
                self._repack()
                done, pieces = [], self._claimed()
            elif learnt:
                pieces = ahead
            else:
                self.seen.tidied()
                return done

    def _claimed(self) -> Iterable[Keys]:
        """Return the pieces of the last level that nobody else takes; where none are left, do the chores."""
        keys, chores = self.levels[-1], self.seen.chores()
        parts = np.split(keys, self.share.cuts(len(keys), TOGETHER))
        for number in self.share.claims(len(parts) + len(chores)):
            if number < len(parts):
                yield parts[number]
            else:
                chores[number - len(parts)]()

    def _attempt(self, parts: Iterable[Keys], done: list[Expanded]) -> list[Keys]:
        """Expand states; return those for which something must be learnt first, the last of them few."""
        aside = list[Keys]()
        for keys in parts:
            if not self._tried(keys, done):
                aside.append(keys)
        if aside:
            keys = aside.pop()
            while len(keys) > FEW:
                first, second = np.array_split(keys, 2)
                if self._tried(first, done):
                    keys = second
                else:
                    aside.append(second)
                    keys = first
            aside.append(keys)
        return aside

    def _tried(self, keys: Keys, done: list[Expanded]) -> bool:
        try:
            done.append(self._piece(keys))
        except UnlearntError:
            return False
        return True

    def _learn(self, lesson: Keys) -> bool:
        """Learn what anybody must learn of some states; tell whether there were any."""
        lessons = [keys for keys in self.share.of_everybody(lesson) if len(keys)]
        for keys in lessons:
            self._study(keys)
        return bool(lessons)

    def _study(self, keys: Keys) -> None:
        self.wide.close(False)
        for _ in self.wide.expand(self.wide.level(keys)):
            pass
        self.wide.close(self.share.divided)

    def _piece(self, keys: Keys) -> Expanded:
        level = self.wide.level(keys)
        bad = keys[self.watch(level)]
        if len(bad):
            return Expanded(bad)
        blocks = [block.keys for block in self.wide.expand(level)]
        return Expanded(bad, sum(map(len, blocks)), self.share.show(distinct(blocks)))

    def _repack(self) -> None:
        """Make room for greater numbers than there were."""
        old = self.wide.layout
        self.wide.grow()
        self.levels = [in_order([self.wide.layout.join(old.split(keys))]) for keys in self.levels]
        self.seen = Seen(self.share)
        for keys in self.levels:
            self.seen.add(keys)

    def _way_back(self, target: int) -> list[int]:
        """Find the moves to a state of the last level, backwards; of several the one from the least state."""
        path = list[int]()
        for level in reversed(self.levels[:-1]):
            keys = self.share.part(level)
            into = [
                (int(keys[block.places[hits]].min()), block.move)
                for block in self.wide.expand(self.wide.level(keys))
                if (hits := block.keys == target).any()
            ]
            before = self.share.least(key for key, _ in into)
            move = self.share.least(number for key, number in into if key == before)
            assert before is not None
            assert move is not None
            path.append(move)
            target = before
        return path[::-1]
