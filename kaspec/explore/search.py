"""Breadth first: every state of a world that can be reached, by as few moves as possible."""

from array import array
from collections.abc import Callable, Iterator
from functools import cached_property

from attrs import field, frozen

from kaspec.explore.moves import Move
from kaspec.explore.reductions import Reduced, Reductions
from kaspec.explore.steps import Steps
from kaspec.explore.tables import Tables, WorldState
from kaspec.explore.world import World

ENOUGH = 2_000_000
"""How many states are looked at unless more are asked for."""
PAUSE = 4096
"""How many states are expanded between two looks at whether to go on."""


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

    @cached_property
    def calm(self) -> list[list[tuple[int, int]]]:
        """The calm moves from each state, each with where it leads."""
        calm = self.tables.calm
        return [[edge for edge in self.edges(state) if calm[edge[0]]] for state in range(len(self.states))]

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


def explore(world: World, limit: int = ENOUGH, keep_going: KeepGoing = endlessly, reductions: Reductions | None = None) -> Graph:
    """Find every state of a world, up to a ``limit`` or until it is not to go on; with ``reductions``, what they leave of them."""
    steps = Steps(Tables(world))
    walk = settling(steps) if world.begins == "settled" else ()
    reduced = Reduced.by(reductions, steps) if reductions else None
    successors = reduced.successors if reduced else steps.successors
    start = walk[-1][1] if walk else steps.beginning()
    start = reduced.representative(start) if reduced else start
    states, numbers = [start], {start: 0}
    parents, entered_by, offsets, targets, by = (array("i", first) for first in ([0], [-1], [0], [], []))
    place, complete = 0, True
    while place < len(states):
        if place % PAUSE == 0 and not keep_going(Progress(len(states), len(states) - place, len(targets))):
            complete = False
            break
        for move, after in successors(states[place]):
            number = numbers.setdefault(after, len(states))
            if number == len(states):
                states.append(after)
                parents.append(place)
                entered_by.append(move)
            targets.append(number)
            by.append(move)
        offsets.append(len(targets))
        place += 1
        if len(states) >= limit:
            complete = False
            break
    offsets.extend([len(targets)] * (len(states) + 1 - len(offsets)))
    return Graph(steps, states, parents, entered_by, offsets, targets, by, complete, place, walk, reduced)


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
