"""How soon a dead child is started again."""

from hypothesis import given
from hypothesis import strategies as st

from shell.supervisor import LONGEST_DELAY, respawn_delay


def test_the_first_time_at_once_then_doubling() -> None:
    assert [respawn_delay(deaths) for deaths in range(1, 9)] == [0, 1, 2, 4, 8, 16, 30, 30]


@given(st.integers(0, 10**9))
def test_never_longer_than_the_cap_and_never_shorter_than_before(deaths: int) -> None:
    assert respawn_delay(deaths) <= respawn_delay(deaths + 1) <= LONGEST_DELAY
