"""Persistence: templates, how long they last, and for whom."""

import pytest
from attrs import evolve

from kaspec.address import Address, parse_address
from kaspec.lvs.schedulers.persistence import LATER, Persistence, Template, lasting, network, released, template_key, used
from kaspec.lvs.schedulers.pool import Pool, add, close, connect, edit, expire, remove
from kaspec.lvs.schedulers.server import Packet, Server
from kaspec.units import SECOND, Instant, Interval
from tests.unit.lvs.schedulers.sequences import CLIENT, key, packet, written

TEN = Interval(10 * SECOND)
NEIGHBOUR, STRANGER = parse_address("192.0.2.200"), parse_address("198.51.100.77")


def later(moment: int, source: Address = CLIENT, port: int = 2000) -> Packet:
    """A packet after so many seconds."""
    return evolve(packet(), source=source, source_port=port, at=Instant(moment * SECOND))


def pool_of_two(prefix_length: int = 24) -> Pool:
    """Two servers, one client's network each for ten seconds."""
    return add(add(Pool.of("rr", persistence=Persistence(TEN, prefix_length)), Server(key(1))), Server(key(2)))


def sequence(pool: Pool, *packets: Packet) -> str:
    """Who gets each."""
    told = []
    for each in packets:
        pool, connection = connect(pool, each)
        told.append(written(connection))
    return " ".join(told)


@pytest.mark.parametrize(
    ("length", "expected"), [(32, "192.0.2.1"), (24, "192.0.2.0"), (9, "192.0.0.0"), (0, "0.0.0.0"), (128, "192.0.2.1")]
)
def test_a_network_is_the_first_bits(length: int, expected: str) -> None:
    assert network(parse_address("192.0.2.1"), length) == parse_address(expected)


def test_a_network_stays_and_a_stranger_is_scheduled() -> None:
    assert sequence(pool_of_two(), later(0), later(1, NEIGHBOUR), later(2, STRANGER), later(3)) == "2 2 1 2"
    assert sequence(pool_of_two(32), later(0), later(1, NEIGHBOUR), later(2)) == "2 1 2"


def test_each_use_makes_it_last_anew_and_a_service_by_mark_has_one_for_all_addresses() -> None:
    assert sequence(pool_of_two(), later(0), later(9), later(18), later(27)) == "2 2 2 2"
    elsewhere = evolve(later(1), destination=STRANGER, destination_port=443)
    assert sequence(pool_of_two(), later(0), elsewhere) == "2 1"
    assert sequence(evolve(pool_of_two(), by_mark=True), later(0), elsewhere) == "2 2"
    assert template_key(Persistence(TEN), later(0), 80, by_mark=True).destination is None


def test_a_template_without_connections_is_gone_when_its_time_is_over() -> None:
    template = Template(key(1), Instant(100), TEN)
    assert lasting(template, Instant(99)) == template
    assert lasting(template, Instant(100)) is None


def test_one_with_connections_is_kept_by_the_minute() -> None:
    """As seen: after a timeout of 2 s with a connection open, ipvsadm -Lnc shows 00:59."""
    template = Template(key(1), Instant(100), TEN, connections=1)
    assert lasting(template, Instant(100)) == Template(key(1), Instant(100 + LATER), LATER, 1)
    assert lasting(template, Instant(100 + LATER)) == Template(key(1), Instant(100 + 2 * LATER), LATER, 1)
    assert used(template, Instant(50)).ends_at == 50 + TEN
    assert released(used(template, Instant(50))).connections == 1


def test_a_client_without_connections_is_scheduled_again() -> None:
    pool, first = connect(pool_of_two(), later(0))
    assert first is not None
    pool, closed = close(pool, first)
    gone = expire(pool, closed)
    assert sequence(gone, later(11)) == "1"
    assert sequence(pool, later(11)) == "2"


def test_a_removed_server_loses_its_clients_and_a_quiescent_one_keeps_them() -> None:
    """Unless quiescent templates expire (``expire_quiescent_template``)."""
    pool, _ = connect(pool_of_two(), later(0))
    assert sequence(remove(pool, key(2)), later(1)) == "1"
    quiescent = edit(pool, key(2), weight=0)
    assert sequence(quiescent, later(1)) == "2"
    assert sequence(evolve(quiescent, expire_quiescent=True), later(1)) == "1"


def test_single_datagrams_keep_to_the_template() -> None:
    pool = evolve(pool_of_two(), one_packet=True)
    one, other = (evolve(later(moment), protocol="udp") for moment in (0, 5))
    assert sequence(pool, one, other) == "2 2"
