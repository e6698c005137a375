"""What a real kernel (Linux 6.1.176) was seen to choose, sequence by sequence."""

import pytest

from kaspec.lvs.schedulers.pool import add, edit, remove
from kaspec.lvs.schedulers.scheduling import SchedulerName
from kaspec.lvs.schedulers.server import Protocol, Server
from tests.unit.lvs.schedulers.sequences import key, pool_of, take

SEQUENCES: list[tuple[SchedulerName, tuple[int, int, int] | tuple[int, int], Protocol, str]] = [
    ("rr", (1, 1, 1), "tcp", "3 2 1 3 2 1"),
    ("rr", (1, 0, 1), "tcp", "3 1 3 1"),
    ("wrr", (4, 3, 2), "tcp", "3 2 1 1 2 1 3 2 1 3 2 1"),
    ("wrr", (6, 2, 4), "tcp", "3 2 1 1 3 1 3 2 1 1 3 1"),
    ("wrr", (1, 1), "tcp", "2 1 2 1"),
    ("wrr", (5, 0, 10), "tcp", "3 1 3 3 1 3"),
    ("lc", (1, 1, 1), "tcp", "3 2 1 3 2 1"),
    ("lc", (1, 2, 3), "tcp", "3 2 1 3 2 1"),
    ("lc", (3, 0, 1), "tcp", "3 1 3 1"),
    ("lc", (1, 2, 3), "udp", "3 2 1 3 2 1"),
    ("wlc", (1, 1, 1), "tcp", "3 2 1 3 2 1"),
    ("wlc", (1, 2, 3), "tcp", "3 2 1 3 2 3 3 2 1 3 2 3 3 2"),
    ("wlc", (3, 0, 1), "tcp", "3 1 1 1 3 1 1 1"),
    ("wlc", (1, 2, 3), "udp", "3 2 1 3 2 3 3 2 1 3"),
    ("sed", (1, 1, 1), "tcp", "3 2 1 3 2 1"),
    ("sed", (1, 2, 3), "tcp", "3 2 3 3 2 1 3 2 3 3 2 1"),
    ("sed", (3, 0, 1), "tcp", "1 1 3 1 1 1 3 1"),
    ("sed", (1, 2, 3), "udp", "3 3 3 3"),
    ("nq", (1, 1, 1), "tcp", "3 2 1 3 2 1"),
    ("nq", (1, 2, 3), "tcp", "3 2 1 3 3 2 3 2 3 3 2 1 3 2"),
    ("nq", (3, 0, 1), "tcp", "3 1 1 1 1 1 3 1 1 1 3 1"),
    ("nq", (1, 2, 3), "udp", "3 3 3"),
    ("fo", (1, 1, 1), "tcp", "3 3 3"),
    ("fo", (1, 2, 3), "tcp", "3 3 3"),
    ("fo", (3, 0, 1), "tcp", "1 1 1"),
    ("ovf", (1, 1, 1), "tcp", "3 3 2 2 1 1 - -"),
    ("ovf", (1, 2, 3), "tcp", "3 3 3 3 2 2 2 1 1 -"),
    ("ovf", (3, 0, 1), "tcp", "1 1 1 1 3 3 -"),
]


@pytest.mark.parametrize(("name", "weights", "protocol", "expected"), SEQUENCES)
def test_the_sequence_is_the_kernels(name: SchedulerName, weights: tuple[int, ...], protocol: Protocol, expected: str) -> None:
    assert take(pool_of(name, weights), len(expected.split()), protocol)[1] == expected


def test_rr_steps_back_when_the_last_one_is_removed() -> None:
    pool, chosen = take(pool_of("rr", (1, 1, 1)), 2)
    assert chosen == "3 2"
    assert take(remove(pool, key(2)), 4)[1] == "1 3 1 3"


def test_rr_reaches_a_new_server_after_a_round() -> None:
    pool, chosen = take(pool_of("rr", (1, 1, 1)), 1)
    assert chosen == "3"
    assert take(add(pool, Server(key(4))), 6)[1] == "2 1 4 3 2 1"


def test_wrr_goes_on_in_the_middle_after_a_change() -> None:
    pool, _ = take(pool_of("wrr", (4, 3, 2)), 4)
    assert take(edit(pool, key(1), weight=1), 12)[1] == "2 3 2 3 2 1 2 3 2 3 2 1"


def test_an_upper_threshold_stops_at_it() -> None:
    """With x=3, two servers take six connections, then nobody does."""
    assert take(pool_of("rr", (1, 1), upper=3), 8)[1] == "2 1 2 1 2 1 - -"


def test_connections_come_back_with_their_server() -> None:
    pool, _ = take(pool_of("rr", (1,)), 3)
    pool = add(remove(pool, key(1)), Server(key(1)))
    assert pool.servers[0].active == 3
