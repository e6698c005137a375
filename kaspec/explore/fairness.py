"""What must come in the end where more is granted than time and delivery: that hosts start again, that cuts heal, and so on.

A class of moves is *weakly* fair if it is taken in the end where it stays possible, and *strongly* fair if it is taken in the end where it
is possible again and again.  Calm moves are fair anyway (``kaspec.explore.stays``); what goes wrong never is, whatever is granted.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from attrs import field

from kaspec.explore.arrays import Truths
from kaspec.explore.moves import Move, is_fault
from kaspec.explore.search import Graph
from kaspec.frozen import define, frozen

Edge = tuple[int, int]


@frozen
class Fair:
    """A class of moves that happen in the end, ``strong`` or weakly."""

    moves: Callable[[Move], bool]
    strong: bool = False


@define(eq=False)
class FairRuns:
    """The runs that go on for ever within a set of states, by calm moves and those of the ``granted`` classes, each taken as it must."""

    graph: Graph
    inside: Truths
    granted: Sequence[Fair]
    _classes: list[frozenset[int]] = field(init=False)
    _after: dict[int, list[Edge]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        moves = list(enumerate(self.graph.tables.moves.values))
        self._classes = [frozenset(number for number, move in moves if each.moves(move) and not is_fault(move)) for each in self.granted]

    def after(self, state: int) -> list[Edge]:
        """Return the moves that count, within the set."""
        found = self._after.get(state)
        if found is None:
            calm, granted = self.graph.tables.calm, frozenset[int]().union(*self._classes)
            found = [(move, to) for move, to in self.graph.edges(state) if (calm[move] or move in granted) and self.inside[to]]
            self._after[state] = found
        return found

    def lasso(self, begins: Sequence[int]) -> tuple[int, tuple[int, ...], int] | None:
        """Return from which of some states a run never leaves the set, its moves, and how many of them, the last, go round."""
        reached = self._reach(begins)
        fair = next(self._fair_parts(set(reached)), None)
        if fair is None:
            return None
        entry = min(fair, key=lambda state: len(_way(reached, state)))
        way, start = _way(reached, entry), entry
        while reached[start] is not None:
            start = reached[start][0]  # type: ignore[index]
        around = self._tour(entry, fair)
        return start, (*way, *around), len(around)

    def _reach(self, begins: Sequence[int], within: set[int] | None = None) -> dict[int, tuple[int, int] | None]:
        """Return every state that can be come to, each with the one before it and the move."""
        reached: dict[int, tuple[int, int] | None] = dict.fromkeys(each for each in begins if self.inside[each])
        ahead = deque(reached)
        while ahead:
            state = ahead.popleft()
            for move, to in self.after(state):
                if to not in reached and (within is None or to in within):
                    reached[to] = state, move
                    ahead.append(to)
        return reached

    def _fair_parts(self, states: set[int]) -> Iterator[set[int]]:
        """Return the parts in which a run may go on for ever, each class taken as it must (Emerson and Lei 1987, Streett)."""
        work = [states]
        while work:
            for part in self._components(work.pop()):
                denied = self._denied(part)
                if denied:
                    work.append(part - denied)
                elif not any(self._starved(part, number) for number in range(len(self._classes))):
                    yield part

    def _denied(self, part: set[int]) -> set[int]:
        """Return the states at which a strongly fair class is possible that is never taken within."""
        found = set[int]()
        for number, each in enumerate(self.granted):
            if each.strong and not self._taken(part, number):
                found |= {state for state in part if self._possible(state, number)}
        return found

    def _starved(self, part: set[int], number: int) -> bool:
        """Tell whether a class stays possible and is never taken."""
        return not self._taken(part, number) and all(self._possible(state, number) for state in part)

    def _taken(self, part: set[int], number: int) -> bool:
        return any(move in self._classes[number] and to in part for state in part for move, to in self.after(state))

    def _possible(self, state: int, number: int) -> bool:
        return any(move in self._classes[number] for move, _ in self.graph.edges(state))

    def _components(self, states: set[int]) -> Iterator[set[int]]:
        """Return the parts whose states all lead to one another, and that can be gone round in (forward and backward reach)."""
        before: dict[int, list[int]] = {}
        for state in states:
            for _, to in self.after(state):
                before.setdefault(to, []).append(state)
        work = [states]
        while work:
            part = work.pop()
            if not part:
                continue
            pivot = next(iter(part))
            ahead = set(self._reach([pivot], part)) & part
            behind, stack = {pivot}, [pivot]
            while stack:
                fresh = [each for each in before.get(stack.pop(), ()) if each in part and each not in behind]
                behind.update(fresh)
                stack += fresh
            both = ahead & behind
            if any(to in both for state in both for _, to in self.after(state)):
                yield both
            work += [ahead - both, behind - both, part - ahead - behind]

    def _tour(self, entry: int, part: set[int]) -> tuple[int, ...]:
        """Return moves that go round in a part from a state back to it, and take or disprove every class on the way."""
        moves, state = list[int](), entry
        for number in range(len(self._classes)):
            wanted = next(((each, move, to) for each in sorted(part) for move, to in self.after(each)
                           if move in self._classes[number] and to in part), None)  # fmt: skip
            target = wanted[0] if wanted else next(each for each in sorted(part) if not self._possible(each, number))
            moves += _way(self._reach([state], part), target)
            state = target
            if wanted:
                moves.append(wanted[1])
                state = wanted[2]
        if state == entry and not moves:
            move, state = next((move, to) for move, to in self.after(entry) if to in part)
            moves.append(move)
        return (*moves, *_way(self._reach([state], part), entry))


def _way(reached: dict[int, tuple[int, int] | None], state: int) -> tuple[int, ...]:
    """Return the moves that lead to a state that was reached."""
    moves = list[int]()
    while (came := reached[state]) is not None:
        state, move = came
        moves.append(move)
    return tuple(reversed(moves))
