"""How long a world can stay within a set of states once nothing goes wrong any more, and which states it can come back to.

Only calm moves count (``is_calm``): whatever goes wrong or is mended ends what is measured, and begins it anew.  As advertisements arrive
in time and deadlines are met, every calm run goes on for ever unless it makes no time pass; so a state of a set that can be left only by a
move that nobody has to make is never left, and a set is left in the end exactly if no calm cycle lies in it.  That is weak fairness of
time and delivery, with faults never fair.
"""

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from kaspec.explore.search import Graph
from kaspec.explore.tables import NEVER

Inside = Callable[[int], bool]
Edge = tuple[int, int]


@frozen(eq=False)
class Components:
    """The strongly connected components of the calm moves within a set: by state its number, ``-1`` outside.

    A component's calm moves lead to components of no greater number.  ``cyclic`` tells which contain a cycle.
    """

    of: Sequence[int]
    members: Sequence[Sequence[int]]
    cyclic: Sequence[bool]

    def recurrent(self) -> Iterator[int]:
        """Return every state that the world can come back to, by its components."""
        return (state for number, cyclic in enumerate(self.cyclic) if cyclic for state in self.members[number])


def everywhere(_: int) -> bool:
    """The set of all states."""
    return True


def components(graph: Graph, inside: Inside = everywhere, at_once: bool = False) -> Components:
    """Find the components (Tarjan 1972, without recursion); ``at_once``, of the calm moves that take no time."""
    finder = _Finder(graph, [inside(state) for state in range(len(graph.states))], at_once)
    for state, is_in in enumerate(finder.inside):
        if is_in and finder.order[state] < 0:
            finder.visit(state)
    cyclic = [len(states) > 1 or any(after == states[0] for after in finder.after(states[0])) for states in finder.members]
    return Components(finder.of, finder.members, cyclic)


class _Finder:
    """Tarjan's bookkeeping: ``order`` in which states were met, ``low`` the earliest that they lead back to."""

    def __init__(self, graph: Graph, inside: list[bool], at_once: bool) -> None:
        size = len(graph.states)
        self.graph, self.inside, self.at_once = graph, inside, at_once
        self.order, self.low, self.of = [-1] * size, [0] * size, [-1] * size
        self.members: list[list[int]] = []
        self.stack: list[int] = []
        self.met = 0

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

    def after(self, state: int) -> Iterator[int]:
        """Return where the moves that count lead."""
        inside, edges = self.inside, self.graph.calm[state]
        if self.at_once:
            lasting = self.graph.tables.lasting
            return iter([after for move, after in edges if inside[after] and not lasting[move]])
        return iter([after for _, after in edges if inside[after]])

    def _enter(self, state: int) -> Iterator[int]:
        self.order[state] = self.low[state] = self.met
        self.met += 1
        self.stack.append(state)
        return self.after(state)

    def _advance(self, state: int, ahead: Iterator[int]) -> int:
        """Return the next state not met yet, or -1."""
        for after in ahead:
            if self.order[after] < 0:
                return after
            if self.of[after] < 0:
                self.low[state] = min(self.low[state], self.order[after])
        return -1

    def _close(self, state: int) -> None:
        members = list[int]()
        while not members or members[-1] != state:
            members.append(self.stack.pop())
            self.of[members[-1]] = len(self.members)
        self.members.append(members)


@frozen(eq=False)
class Stays:
    """By state, how long the world can stay within the set from there on: 0 outside, ``NEVER`` if it need not leave."""

    graph: Graph
    within: Components
    longest: Sequence[int]

    def longest_run(self, state: int, least: int) -> tuple[tuple[int, ...], int]:
        """Return calm moves that stay the longest, until more than ``least`` has passed, and how many of them, the last, go round."""
        moves, met, passed, lasting = list[int](), dict[int, int](), 0, self.graph.tables.lasting
        while passed <= least and state not in met:
            met[state] = len(moves)
            edges = self.graph.calm[state]
            staying = [edge for edge in edges if self.within.of[edge[1]] >= 0] or edges
            if not staying or self.within.of[state] < 0:
                break
            move, state = max(staying, key=lambda edge: lasting[edge[0]] + self.longest[edge[1]])
            moves.append(move)
            passed += lasting[move]
        return tuple(moves), len(moves) - met.get(state, len(moves))


def stays(graph: Graph, inside: Inside) -> Stays:
    """Measure how long the world can stay within a set."""
    within, lasting = components(graph, inside), graph.tables.lasting
    longest = [0] * len(graph.states)
    for members, cyclic in zip(within.members, within.cyclic, strict=True):  # whatever a component leads to comes before it
        if cyclic:
            for state in members:
                longest[state] = NEVER
            continue
        (state,) = members
        ahead = (min(lasting[move] + longest[after], NEVER) for move, after in graph.calm[state])
        longest[state] = max(ahead, default=NEVER if state < graph.expanded else 0)  # of what was not looked at, nothing is known
    return Stays(graph, within, longest)
