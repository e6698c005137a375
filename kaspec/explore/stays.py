"""How long a world can stay within a set of states once nothing goes wrong any more, and which states it can come back to.

Only calm moves count (``is_calm``): whatever goes wrong or is mended ends what is measured, and begins it anew.  As advertisements arrive
in time and deadlines are met, every calm run goes on for ever unless it makes no time pass; so a state of a set that can be left only by a
move that nobody has to make is never left, and a set is left in the end exactly if no calm cycle lies in it.  That is weak fairness of
time and delivery, with faults never fair.

States from which no calm move leads on within the set are peeled off, then those from which moves led only to these, and so on, many at
a time: what is left over can go on for ever.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from kaspec.explore.arrays import Numbers, Truths
from kaspec.explore.search import Graph, Moves, Where
from kaspec.explore.tables import NEVER
from kaspec.frozen import frozen


@frozen(eq=False)
class Ends:
    """Moves by the state at one of their ends: of state ``k`` those in ``order`` from ``offsets[k]`` to ``offsets[k + 1]``."""

    order: Numbers
    offsets: Numbers

    @classmethod
    def of(cls, ends: Numbers, states: int) -> "Ends":
        """Sort moves by one end."""
        return cls(np.argsort(ends, kind="stable"), np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=states))]))

    def at(self, states: Numbers) -> Numbers:
        """Return the moves at some states."""
        begins, counts = self.offsets[states], self.offsets[states + 1] - self.offsets[states]
        skipped: Numbers = np.repeat(begins - np.cumsum(counts) + counts, counts)
        return self.order[skipped + np.arange(len(skipped))]


def peeled(moves: Moves, inside: Truths, longest: Numbers | None = None, lasting: Numbers | None = None) -> Truths:
    """Return the states of a set from which ``moves``, all of them within it, go on for ever.

    ``longest`` is by state how long it takes to leave it, and is made the longest way out of the set, each move ``lasting`` so long.
    """
    ahead = np.bincount(moves.before, minlength=len(inside))
    into, left = Ends.of(moves.after, len(inside)), inside.copy()
    done = np.flatnonzero(inside & (ahead == 0))
    while len(done):
        left[done] = False
        leading = into.at(done)
        before = moves.before[leading]
        if longest is not None and lasting is not None:
            np.maximum.at(longest, before, np.minimum(lasting[leading] + longest[moves.after[leading]], NEVER))
        np.subtract.at(ahead, before, 1)
        before = before[ahead[before] == 0]
        done = before if len(before) < 2 else np.unique(before)
    return left


def _within(moves: Moves, inside: Truths) -> Moves:
    return moves.those(inside[moves.before] & inside[moves.after])


@frozen(eq=False)
class Rounds:
    """What calm moves can go round in, within a set: ``left`` are the states on such a round, or between two of them."""

    moves: Moves
    left: Truths

    @cached_property
    def of(self) -> dict[int, int]:
        """By state that the world can come back to, the first state of its component: of all to which, and from which, it can come back."""
        return {state: min(members) for members in _components(self.moves) for state in members}

    def recurrent(self) -> list[int]:
        """Return every state that the world can come back to."""
        return sorted(self.of)

    def comes_back(self, where: Truths) -> bool:
        """Tell whether the world can come back to a state of some."""
        suspects = self.left & where
        if not suspects.any():
            return False
        if peeled(_within(self.moves, suspects), suspects).any():
            return True
        return any(suspects[state] for state in self.of)

    def first(self, where: Truths) -> int | None:
        """Return the first state of some that the world can come back to."""
        suspects = np.flatnonzero(self.left & where).tolist()
        return next((state for state in suspects if state in self.of), None)


def rounds(graph: Graph, where: Where, at_once: bool = False) -> Rounds:
    """Find what calm moves can go round in within a set; ``at_once``, those that take no time."""
    moves = graph.calm_moves
    if at_once:
        moves = moves.those(np.array(graph.tables.lasting)[moves.by] == 0)
    return rounds_of(moves, graph.truths(where))


def rounds_of(moves: Moves, inside: Truths) -> Rounds:
    """Peel off, from behind and from the front, what moves cannot go round in."""
    inside = peeled(_within(moves, inside), inside)
    moves = _within(moves, inside)
    inside = peeled(Moves(moves.after, moves.before, moves.by), inside)
    return Rounds(_within(moves, inside), inside)


def _components(moves: Moves) -> list[list[int]]:
    """Return the strongly connected components with a cycle (Tarjan 1972, without recursion)."""
    after: dict[int, list[int]] = {}
    for one, other in zip(moves.before.tolist(), moves.after.tolist(), strict=True):
        after.setdefault(one, []).append(other)
    finder = _Finder(after)
    for state in after:
        if state not in finder.order:
            finder.visit(state)
    return [members for members in finder.members if len(members) > 1 or members[0] in after[members[0]]]


class _Finder:
    """Tarjan's bookkeeping: ``order`` in which states were met, ``low`` the earliest that they lead back to, until they are ``closed``."""

    def __init__(self, after: dict[int, list[int]]) -> None:
        self.after = after
        self.order: dict[int, int] = {}
        self.low: dict[int, int] = {}
        self.closed: set[int] = set()
        self.members: list[list[int]] = []
        self.stack: list[int] = []

    def visit(self, root: int) -> None:
        """Find every component that can be reached from a state."""
        work = [(root, self._enter(root))]
        while work:
            state, ahead = work[-1]
            deeper = self._advance(state, ahead)
            if deeper >= 0:
                work.append((deeper, self._enter(deeper)))
                continue
            work.pop()
            if work:
                above = work[-1][0]
                self.low[above] = min(self.low[above], self.low[state])
            if self.low[state] == self.order[state]:
                self._close(state)

    def _enter(self, state: int) -> Iterator[int]:
        self.order[state] = self.low[state] = len(self.order)
        self.stack.append(state)
        return iter(self.after[state])

    def _advance(self, state: int, ahead: Iterator[int]) -> int:
        """Return the next state not met yet, or -1."""
        for after in ahead:
            if after not in self.order:
                return after
            if after not in self.closed:
                self.low[state] = min(self.low[state], self.order[after])
        return -1

    def _close(self, state: int) -> None:
        members = list[int]()
        while not members or members[-1] != state:
            members.append(self.stack.pop())
        self.closed.update(members)
        self.members.append(members)


@frozen(eq=False)
class Stays:
    """By state, how long the world can stay within the set from there on: 0 outside, ``NEVER`` if it need not leave."""

    graph: Graph
    inside: Truths
    longest: Numbers

    def longest_run(self, state: int, least: int) -> tuple[tuple[int, ...], int]:
        """Return calm moves that stay the longest, until more than ``least`` has passed, and how many of them, the last, go round."""
        moves, met, passed, lasting = list[int](), dict[int, int](), 0, self.graph.tables.lasting
        while passed <= least and state not in met:
            met[state] = len(moves)
            edges = self.graph.calm(state)
            staying = [edge for edge in edges if self.inside[edge[1]]] or edges
            if not staying or not self.inside[state]:
                break
            move, state = max(staying, key=lambda edge: lasting[edge[0]] + int(self.longest[edge[1]]))
            moves.append(move)
            passed += lasting[move]
        return tuple(moves), len(moves) - met.get(state, len(moves))


def stays(graph: Graph, where: Where) -> Stays:
    """Measure how long the world can stay within a set."""
    inside, moves = graph.truths(where), graph.calm_moves
    lasting = np.array(graph.tables.lasting)[moves.by]
    longest: Numbers = np.zeros(len(inside), dtype=np.int64)
    lingering = inside.copy()
    lingering[moves.before] = False
    lingering[graph.expanded :] = False  # of what was not looked at, nothing is known
    longest[lingering] = NEVER
    leaving = inside[moves.before] & ~inside[moves.after]
    np.maximum.at(longest, moves.before[leaving], lasting[leaving])
    staying = inside[moves.before] & inside[moves.after]
    longest[peeled(moves.those(staying), inside, longest, lasting[staying])] = NEVER
    return Stays(graph, inside, longest)
