"""Breadth first: every state of a world that can be reached, by as few moves as possible."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeAlias

import numpy as np
from attrs import field

from kaspec.explore.arrays import Numbers, Truths
from kaspec.explore.levels import Wide
from kaspec.explore.moves import Move
from kaspec.explore.reductions import Reduced, Reductions
from kaspec.explore.steps import Steps
from kaspec.explore.tables import Memory, Tables, WorldState
from kaspec.explore.world import World
from kaspec.frozen import define, frozen

ENOUGH = 2_000_000
"""How many states are looked at unless more are asked for."""
PAUSE = 4096
"""How many states are expanded between two looks at whether to go on, and at most together."""
WORTH_ARRAYS = 150
"""How many states must be ahead for it to be worth while to look at them together."""


@frozen
class Progress:
    """How far a search has come."""

    states: int
    frontier: int
    transitions: int

    def ahead(self, before: "Progress") -> int | None:
        """Guess how many states are still to be looked at: as if each went on leading to as many new ones as since ``before``.

        ``None`` while every state leads to at least one more, on average: there is no telling then.
        """
        found, looked_at = self.states - before.states, (self.states - self.frontier) - (before.states - before.frontier)
        return self.frontier * looked_at // (looked_at - found) if looked_at > found else None


PATIENCE = 5_000
"""How many moves a world is given to settle: routers that do not fit together may never come back to where they were."""
KeepGoing = Callable[[Progress], bool]
"""Asked now and then whether to go on; the place to show progress."""


def endlessly(_: Progress) -> bool:
    """Go on."""
    return True


Where: TypeAlias = Callable[[int], bool] | Truths
"""A set of states: asked of each, or told of all."""


@frozen(eq=False)
class Moves:
    """Moves in arrays, in order: from which state, to which, and the number of each move."""

    before: Numbers
    after: Numbers
    by: Numbers

    def those(self, chosen: Truths) -> "Moves":
        """Return some of them."""
        return Moves(self.before[chosen], self.after[chosen], self.by[chosen])


@frozen(eq=False)
class Graph:
    """Every state found, in the order found, and every move between them.

    ``parents`` and ``entered_by`` say from which state and by which move each was found first; the moves from state ``k`` are those from
    ``offsets[k]`` to ``offsets[k + 1]`` in ``targets`` and ``by``.  ``walk`` is how the first state was come to (``begins="settled"``).
    ``complete``: nothing was left out; otherwise only the first ``expanded`` states were looked at.
    """

    steps: Steps
    states: list[WorldState]
    parents: "array[int]"
    entered_by: "array[int]"
    offsets: "array[int]"
    targets: "array[int]"
    by: "array[int]"
    complete: bool
    expanded: int
    walk: tuple[tuple[int, WorldState], ...] = field(default=(), repr=False)
    reduced: Reduced | None = field(default=None, repr=False)

    @property
    def tables(self) -> Tables:
        """The tables of the world."""
        return self.steps.tables

    @property
    def world(self) -> World:
        """The world."""
        return self.steps.tables.world

    @property
    def transitions(self) -> int:
        """How many moves there are."""
        return len(self.targets)

    def edges(self, state: int) -> Iterator[tuple[int, int]]:
        """Return the moves from a state, each with where it leads."""
        for place in range(self.offsets[state], self.offsets[state + 1]):
            yield self.by[place], self.targets[place]

    def calm(self, state: int) -> list[tuple[int, int]]:
        """Return the calm moves from a state, each with where it leads."""
        calm = self.tables.calm
        return [edge for edge in self.edges(state) if calm[edge[0]]]

    @cached_property
    def columns(self) -> list[Numbers]:
        """The states in columns: conditions, hosts, ways."""
        return list(np.array(self.states, dtype=np.int64).T.copy())

    @cached_property
    def moves(self) -> Moves:
        """Every move, in arrays."""
        return Moves(np.arange(len(self.states)).repeat(np.diff(self.offsets)), np.array(self.targets), np.array(self.by))

    @cached_property
    def calm_moves(self) -> Moves:
        """Every calm move, in arrays."""
        return self.moves.those(np.array(self.tables.calm)[self.moves.by])

    def truths(self, where: Where) -> Truths:
        """Return of each state whether it is in a set."""
        return where if isinstance(where, np.ndarray) else np.fromiter(map(where, range(len(self.states))), np.bool_, len(self.states))

    def path(self, state: int) -> tuple[int, ...]:
        """Return the moves that lead to a state, as few as possible."""
        found = []
        while state:
            found.append(self.entered_by[state])
            state = self.parents[state]
        return (*(move for move, _ in self.walk), *reversed(found))

    def move(self, number: int) -> Move:
        """Return a move by its number."""
        return self.tables.moves.values[number]


def explore(
    world: World,
    limit: int = ENOUGH,
    keep_going: KeepGoing = endlessly,
    reductions: Reductions | None = None,
    memory: Memory | None = None,
) -> Graph:
    """Find every state of a world, up to a ``limit`` or until it is not to go on; with ``reductions``, what they leave of them.

    A ``memory`` is what searches of worlds with the same hosts have found out about these, and may find out now.
    """
    steps = Steps(Tables(world, memory or Memory()))
    walk = settling(steps) if world.begins == "settled" else ()
    reduced = Reduced.by(reductions, steps) if reductions else None
    start = walk[-1][1] if walk else steps.beginning()
    search = _Search(steps, reduced, [reduced.representative(start) if reduced else start])
    complete = search.run(limit, keep_going)
    offsets, targets = search.offsets, search.targets
    offsets.extend([len(targets)] * (len(search.states) + 1 - len(offsets)))
    parents, entered_by = search.parents, search.entered_by
    return Graph(steps, search.states, parents, entered_by, offsets, targets, search.by, complete, search.place, walk, reduced)


def _numbers(first: int | None = None) -> "array[int]":
    return array("i", [] if first is None else [first])


@define(eq=False)
class _Search:
    """What was found so far; the states from ``place`` on are still to be looked at."""

    steps: Steps
    reduced: Reduced | None
    states: list[WorldState]
    numbers: dict[WorldState, int] = field(init=False)
    parents: "array[int]" = field(factory=lambda: _numbers(0))
    entered_by: "array[int]" = field(factory=lambda: _numbers(-1))
    offsets: "array[int]" = field(factory=lambda: _numbers(0))
    targets: "array[int]" = field(factory=_numbers)
    by: "array[int]" = field(factory=_numbers)
    place: int = 0

    def run(self, limit: int, keep_going: KeepGoing) -> bool:
        """Search, and tell whether nothing was left out."""
        self.numbers = {self.states[0]: 0}
        wide, told = Wide(self.steps, packed=False), -PAUSE
        while self.place < len(self.states):
            ahead = len(self.states) - self.place
            if self.place - told >= PAUSE:
                told = self.place
                if not keep_going(Progress(len(self.states), ahead, len(self.targets))):
                    return False
            if ahead >= WORTH_ARRAYS and not self.reduced and self._has_begun():
                self._look_at_many(wide)
            else:
                self._look()
            if len(self.states) >= limit:
                return False
        return True

    def _has_begun(self) -> bool:
        """Tell whether all hosts have been started that are at the beginning, which nothing precedes."""
        return self.steps.tables.conditions.values[self.states[self.place][0]].starting >= self.steps.hosts

    def _look(self) -> None:
        """Look at the next state."""
        state = self.states[self.place]
        found = self.reduced.successors(state) if self.reduced else self.steps.successors(state)
        self._add((self.place, move, after) for move, after in found)
        self.offsets.append(len(self.targets))
        self.place += 1

    def _look_at_many(self, wide: Wide) -> None:
        """Look at the next states together, which comes to the same."""
        several = self.states[self.place : self.place + PAUSE]
        blocks = [block for block in wide.expand(wide.level(np.array(several, dtype=np.uint64))) if len(block.places)]
        if blocks:
            places = np.concatenate([block.places for block in blocks])
            order = np.argsort(places, kind="stable")
            moves = np.repeat([block.move for block in blocks], [len(block.places) for block in blocks])[order]
            rows = np.concatenate([block.keys for block in blocks])[order]
            self._add(zip((places[order] + self.place).tolist(), moves.tolist(), map(tuple, rows.tolist()), strict=True))
            self.offsets.extend((np.cumsum(np.bincount(places, minlength=len(several))) + self.offsets[-1]).tolist())
        else:
            self.offsets.extend([self.offsets[-1]] * len(several))
        self.place += len(several)

    def _add(self, found: Iterable[tuple[int, int, WorldState]]) -> None:
        """Take down from which state which move leads where."""
        states, numbers = self.states, self.numbers
        for place, move, after in found:
            number = numbers.setdefault(after, len(states))
            if number == len(states):
                states.append(after)
                self.parents.append(place)
                self.entered_by.append(move)
            self.targets.append(number)
            self.by.append(move)


def settling(steps: Steps) -> tuple[tuple[int, WorldState], ...]:
    """Let the world run without faults, everything in time, until it is where it was before, or for ``PATIENCE`` moves."""
    state, walk, seen = steps.beginning(), list[tuple[int, WorldState]](), set[WorldState]()
    while state not in seen and len(walk) < PATIENCE:
        seen.add(state)
        starting = steps.tables.conditions.values[state[0]].starting < steps.hosts
        ahead = (each for each in steps.successors(state) if starting or steps.tables.calm[each[0]])
        following = next(ahead, None)
        if following is None:
            break
        move, state = following
        walk.append((move, state))
    return tuple(walk)
