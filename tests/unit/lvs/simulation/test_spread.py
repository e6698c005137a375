"""Spreads: what a scheduler makes of traffic."""

from attrs import evolve

from kaspec.address import parse_address
from kaspec.lvs.model import AddressService, MarkService, Persistence, RealServer, VirtualServer
from kaspec.lvs.simulation.spread import Spread, pool_of, simulate
from kaspec.lvs.simulation.traffic import Traffic, parse_traffic

WEB = AddressService(parse_address("192.0.2.1"), 80, "TCP")
SERVERS = tuple(RealServer(parse_address(f"10.0.0.{number}"), 80, weight=weight) for number, weight in ((1, 3), (2, 2), (3, 1)))
VIRTUAL = VirtualServer(WEB, (WEB,), SERVERS, scheduler="wrr")


def traffic(text: str) -> Traffic:
    """What the words say."""
    parsed = parse_traffic(text)
    assert isinstance(parsed, Traffic)
    return parsed


def connections(spread: Spread) -> list[int]:
    """How many each server had."""
    return [share.connections for share in spread.shares]


def test_wrr_spreads_by_weight() -> None:
    spread = simulate(VIRTUAL, "wrr", traffic("connections=600"))
    assert connections(spread) == [300, 200, 100]
    assert (spread.taken, spread.refused) == (600, 0)


def test_a_server_that_fails_gets_nothing_until_it_is_back() -> None:
    """6 s of 100 a second, half of them without the heaviest server."""
    spread = simulate(VIRTUAL, "rr", traffic("connections=600 fail=10.0.0.1:80@2 return=10.0.0.1:80@5"))
    assert connections(spread)[0] == 100
    inhibited = evolve(VIRTUAL, servers=tuple(evolve(server, inhibit_on_failure=True) for server in SERVERS))
    assert connections(simulate(inhibited, "rr", traffic("connections=600 fail=10.0.0.1:80@2 return=10.0.0.1:80@5")))[0] == 100


def test_without_any_server_connections_are_refused() -> None:
    one = evolve(VIRTUAL, servers=SERVERS[:1])
    spread = simulate(one, "wlc", traffic("connections=100 rate=10 fail=10.0.0.1:80@5"))
    assert (spread.taken, spread.refused) == (50, 50)


def test_thresholds_refuse_as_well() -> None:
    full = evolve(VIRTUAL, servers=tuple(evolve(server, upper_threshold=2) for server in SERVERS))
    spread = simulate(full, "rr", traffic("connections=100 lasting=1000"))
    assert (connections(spread), spread.refused) == ([2, 2, 2], 94)
    assert [share.most for share in spread.shares] == [2, 2, 2]


def test_persistence_keeps_clients_together() -> None:
    kept = evolve(VIRTUAL, persistence=Persistence())
    assert simulate(VIRTUAL, "rr", Traffic()).moved > 0
    assert simulate(kept, "rr", Traffic()).moved == 0
    networks = evolve(VIRTUAL, persistence=Persistence(granularity=8))
    assert sorted(connections(simulate(networks, "rr", Traffic()))) == [0, 0, 1000]


def test_the_kernel_has_the_servers_newest_first_and_the_flags_by_their_meaning() -> None:
    pool = pool_of(evolve(VIRTUAL, flags=("flag-1",)), WEB, "sh")
    assert [server.key.address[-1] for server in pool.servers] == [3, 2, 1]
    assert pool.state == pool_of(evolve(VIRTUAL, flags=("flag-1",)), WEB, "sh").state != pool_of(VIRTUAL, WEB, "sh").state
    assert pool_of(VIRTUAL, MarkService(1), "rr").by_mark


def test_datagrams_scheduled_one_by_one_are_never_open() -> None:
    udp = AddressService(WEB.address, 53, "UDP")
    spread = simulate(VirtualServer(udp, (udp,), SERVERS, one_packet=True), "rr", traffic("connections=30"))
    assert connections(spread) == [10, 10, 10]
    assert all(not any(share.open_at) for share in spread.shares)


def test_each_service_of_a_group_has_its_own_turns() -> None:
    """Two services: each begins with the newest server."""
    other = AddressService(parse_address("192.0.2.2"), 80, "TCP")
    both = evolve(VIRTUAL, services=(WEB, other))
    assert sum(connections(simulate(both, "fo", Traffic()))) == 1000
    assert connections(simulate(both, "fo", Traffic())) == [1000, 0, 0]
