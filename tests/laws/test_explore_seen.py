"""Laws of how a search divides its work, and of the set of what it has seen."""

from itertools import pairwise

import numpy as np
import pytest
from attrs import field
from hypothesis import given
from hypothesis import strategies as st

from kaspec.explore import seen
from kaspec.explore.arrays import Keys
from kaspec.explore.seen import Seen
from kaspec.explore.sharing import SMALL, Share
from kaspec.frozen import define
from tests.laws.test_explore_wide import LIMIT

WORDS = st.lists(st.integers(0, 50), max_size=30)


@define
class Alone:
    """A member of a team of which nobody else does anything."""

    size: int
    place: int = 0
    claimed: int = 0
    own: Keys = field(factory=lambda: np.zeros(LIMIT, dtype=np.uint64))

    def tell(self, words: Keys) -> list[Keys]:
        return [words]

    def claim(self) -> int:
        self.claimed += 1
        return self.claimed - 1

    def desk(self, _: int) -> Keys:
        return self.own

    def room(self, size: int) -> Keys:
        return np.empty(size, dtype=np.uint64)

    def drop(self, words: Keys) -> None:
        """Nobody else would have it."""


@given(st.integers(1, LIMIT), st.integers(1, LIMIT), st.booleans())
def test_work_is_cut_into_pieces_of_which_none_is_too_large_and_the_last_are_small(count: int, piece: int, divided: bool) -> None:
    share = Share(Alone(3), divided=divided)
    sizes = [end - begin for begin, end in pairwise([0, *share.cuts(count, piece).tolist(), count])]
    assert min(sizes) > 0
    assert max(sizes) <= piece
    if divided:
        small = max(1, piece // SMALL)
        assert max(sizes) <= max(small, count // share.hands)
        assert min(sizes[:-1], default=small) >= small >= sizes[-1]


@given(st.lists(WORDS, max_size=12), st.booleans())
def test_what_was_seen_is_not_new(levels: list[list[int]], divided: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen, "PIECE", 4)
        share = Share(Alone(1), divided=divided)
        found, known = Seen(share), set[int]()
        for level in levels:
            new = found.new([np.array(sorted(words), dtype=np.uint64) for words in (level[::2], level[1::2])])
            assert new.tolist() == sorted(set(level) - known)
            known |= set(level)
            found.add(new)
            chores = found.chores()
            for number in share.claims(len(chores)):
                chores[number]()
            found.tidied()
            lengths = [len(run) for run, _ in found.runs]
            assert all(one > 2 * other for one, other in pairwise(lengths))
            assert sum(lengths) == len(known)


@given(st.lists(WORDS), st.lists(WORDS))
def test_what_is_shown_lies_there_until_all_have_gathered_it(first: list[list[int]], then: list[list[int]]) -> None:
    """Then others are shown in the same place: memory that was never used costs more than memory that was."""
    share = Share(Alone(1), divided=True)
    for lists in (first, then):
        shown = [share.show(np.array(words, dtype=np.uint64)) for words in lists]
        assert [keys.tolist() for keys in share.gathered(shown)] == lists
        assert all(keys.ctypes.data == share.together.desk(0).ctypes.data for keys in shown[:1] if share.together)
