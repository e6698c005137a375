"""Laws of what is measured in the graph of all states: peeled off by the thousand, it is what following every move one by one tells."""

from itertools import product

import numpy as np
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from kaspec.explore.arrays import Numbers, Truths
from kaspec.explore.search import Moves
from kaspec.explore.stays import peeled, rounds_of
from kaspec.explore.tables import NEVER

SIZE = 7


@frozen
class Drawn:
    """Some states' moves within a set, and how long each takes."""

    inside: frozenset[int]
    moves: tuple[tuple[int, int, int], ...]

    def reach(self) -> set[tuple[int, int]]:
        """Return which state leads to which, by one move or more."""
        found = {(one, other) for one, other, _ in self.moves}
        for between, one, other in product(range(SIZE), repeat=3):
            if (one, between) in found and (between, other) in found:
                found.add((one, other))
        return found

    def longest(self, state: int, met: tuple[int, ...] = ()) -> int:
        """Follow every way until it ends, or comes back to where it was."""
        if state in met:
            return NEVER
        ahead = (lasting + self.longest(other, (*met, state)) for one, other, lasting in self.moves if one == state)
        return min(max(ahead, default=0), NEVER)

    @property
    def truths(self) -> Truths:
        return np.isin(np.arange(SIZE), list(self.inside))

    @property
    def arrays(self) -> Moves:
        columns = np.array(self.moves, dtype=np.int64).reshape(-1, 3)
        return Moves(columns[:, 0], columns[:, 1], columns[:, 2])


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    inside = draw(st.frozensets(st.integers(0, SIZE - 1), min_size=1))
    states = st.sampled_from(sorted(inside))
    return Drawn(inside, tuple(draw(st.lists(st.tuples(states, states, st.integers(0, 9)), max_size=9))))


@given(drawn())
def test_what_is_peeled_off_ends_and_takes_as_long_as_its_longest_way(some: Drawn) -> None:
    longest: Numbers = np.zeros(SIZE, dtype=np.int64)
    left = peeled(some.arrays, some.truths, longest, some.arrays.by)
    longest[left] = NEVER
    assert longest.tolist() == [some.longest(state) for state in range(SIZE)]


@given(drawn(), st.frozensets(st.integers(0, SIZE - 1)))
def test_a_state_is_come_back_to_where_it_leads_to_itself(some: Drawn, where: frozenset[int]) -> None:
    reach = some.reach()
    found = rounds_of(some.arrays, some.truths)
    again = [state for state in range(SIZE) if (state, state) in reach]
    assert found.recurrent() == again
    assert found.of == {state: min(other for other in again if {(state, other), (other, state)} <= reach) for state in again}
    asked = np.isin(np.arange(SIZE), list(where))
    assert found.comes_back(asked) == any(state in where for state in again)
    assert found.first(asked) == next((state for state in again if state in where), None)
