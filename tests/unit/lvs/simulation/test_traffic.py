"""Traffic: how it is described, and what it comes to."""

from collections import Counter

import pytest

from kaspec.address import parse_address
from kaspec.lvs.model import AddressService, MarkService
from kaspec.lvs.schedulers.server import Key
from kaspec.lvs.simulation.traffic import Traffic, Turn, arrivals, parse_traffic
from kaspec.units import SECOND, Instant, Interval

WEB = AddressService(parse_address("192.0.2.1"), 80, "TCP")


def test_nothing_said_is_the_default() -> None:
    assert parse_traffic("") == Traffic()


def test_everything_said_is_read() -> None:
    """Turns are put in order of time."""
    key = Key(parse_address("2001:db8::1"), 80)
    text = "connections=20, clients=3 rate=7 lasting=0.5-2 skew=1 seed=9 return=[2001:db8::1]:80@4 fail=[2001:db8::1]:80@1.5"
    turns = (Turn(Instant(1_500_000), key, back=False), Turn(Instant(4_000_000), key, back=True))
    assert parse_traffic(text) == Traffic(20, 3, 7, Interval(500_000), Interval(2_000_000), 1, 9, turns)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("rate", "'rate' is not one of"),
        ("speed=3", "'speed=3' is not one of connections="),
        ("rate=0", "'rate=0': takes a whole number from 1"),
        ("clients=-1", "whole number"),
        ("lasting=3-1", "takes seconds"),
        ("lasting=long", "not a number of seconds"),
        ("fail=192.0.2.1@3", "takes ADDRESS:PORT@SECONDS"),
        ("fail=nobody:80@3", "does not appear to be an IPv4 or IPv6 address"),
    ],
)
def test_what_is_wrong_is_said(text: str, complaint: str) -> None:
    found = parse_traffic(text)
    assert isinstance(found, str)
    assert complaint in found


def test_connections_come_at_the_rate_and_last_as_long_as_said() -> None:
    every = list(arrivals(Traffic(connections=50, rate=10, shortest=Interval(2 * SECOND), longest=Interval(3 * SECOND)), (WEB,)))
    assert [each.packet.at for each in every] == [number * SECOND // 10 for number in range(50)]
    assert all(2 * SECOND <= each.ends_at - each.packet.at <= 3 * SECOND for each in every)
    assert {each.packet.destination for each in every} == {WEB.address}


def test_the_same_seed_is_the_same_traffic() -> None:
    one, same, other = (list(arrivals(Traffic(seed=seed), (WEB,))) for seed in (1, 1, 2))
    assert one == same != other


def test_a_skew_has_a_few_clients_make_most_connections() -> None:
    even, skewed = (
        Counter(each.packet.source for each in arrivals(Traffic(2000, 50, skew=skew), (WEB,))).most_common(1)[0][1] for skew in (0, 2)
    )
    assert even < 100
    assert skewed > 1000


def test_clients_are_shared_out_to_services() -> None:
    """Each client asks one service; one by mark is asked by clients of its family."""
    every = list(arrivals(Traffic(clients=4), (WEB, MarkService(5, 6))))
    assert {(each.service, len(each.packet.source)) for each in every} == {(0, 4), (1, 16)}
