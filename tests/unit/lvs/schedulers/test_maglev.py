"""mh: how many slots weights come to, and who has none."""

from collections import Counter
from collections.abc import Sequence

import pytest

from kaspec.address import Address
from kaspec.lvs.schedulers.maglev import SLOTS, Maglev, by_maglev, populate
from kaspec.lvs.schedulers.server import Server
from tests.unit.lvs.schedulers.sequences import key, packet


@pytest.mark.parametrize(
    ("weights", "shares"),
    [
        ((1, 1, 1), (1365, 1364, 1364)),
        ((20, 30, 10), (1364, 2046, 683)),
        ((1000, 3, 7), (3967, 63, 63)),
        ((5, 0, 5), (2047, 0, 2046)),
        ((0, 0, 0), (0, 0, 0)),
    ],
)
def test_slots_are_by_weight_and_none_without(weights: Sequence[int], shares: Sequence[int]) -> None:
    """Weights are cut to six bits after their common divisor; no weight that is not 0 is cut to nothing."""
    servers = tuple(Server(key(number), weight) for number, weight in enumerate(weights, 1))
    slots = Counter(populate(Maglev(), servers).slots)
    assert sum(slots.values()) == SLOTS
    found = [slots[server.key] for server in servers]
    assert all(abs(one - other) <= 1 for one, other in zip(found, shares, strict=True))


def test_nobody_stands_in_without_fallback() -> None:
    """A slot whose server is quiescent leads nowhere, or with fallback to another."""
    servers = (Server(key(1), 0, last_weight=1), Server(key(2), 1))
    plain, falling_back = populate(Maglev(), servers), populate(Maglev(frozenset({"fallback"})), servers)
    every = [packet(source=Address(bytes([192, 0, 2, number]))) for number in range(50)]
    assert {by_maglev(plain, servers, each) for each in every} == {None, servers[1]}
    assert {by_maglev(falling_back, servers, each) for each in every} == {servers[1]}
    assert by_maglev(falling_back, (servers[0],), every[0]) is None
