"""Laws of the schedulers: whom they may choose, what each promises, and that the bookkeeping around them adds up."""

from collections import Counter
from functools import reduce
from itertools import product
from math import gcd

from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.lvs.schedulers.choices import better_of, distribution
from kaspec.lvs.schedulers.hashing import SourceHash, deal_by_weight
from kaspec.lvs.schedulers.locality import Locality
from kaspec.lvs.schedulers.maglev import SLOTS, Maglev, populate
from kaspec.lvs.schedulers.persistence import Persistence
from kaspec.lvs.schedulers.pool import Pool, add, connect, edit
from kaspec.lvs.schedulers.scheduling import SchedulerName, rearranged, schedule, start
from kaspec.lvs.schedulers.server import Flag, Key, Packet, Server, Servers, find
from kaspec.units import SECOND, Instant, Interval
from tests.laws.pools import CLIENTS, KEYS, History, at, flags, histories, names, packets, servers, weights

NEVER_REFUSING: tuple[SchedulerName, ...] = ("rr", "wrr", "lc", "wlc", "sed", "nq", "fo", "lblcr", "twos")
LATER = Instant(10**12)
positive = st.integers(1, 8)
one_packet = Packet("tcp", CLIENTS[0], 1024, CLIENTS[1], 80)


@given(histories(), packets)
def test_only_servers_of_the_pool_are_chosen_and_none_without_weight(history: History, packet: Packet) -> None:
    """Total: any scheduler, after any history, answers; lblc alone may go on with a server that is overloaded."""
    pool = history.pool
    state, chosen = schedule(pool.state, pool.servers, at(packet, LATER))
    assert type(state) is type(pool.state)
    if chosen is not None:
        assert chosen in pool.servers
        assert chosen.weight > 0
        assert not chosen.overloaded or (isinstance(state, Locality) and not state.replicated)


@given(histories(st.sampled_from(NEVER_REFUSING), persistent=False), packets)
def test_somebody_is_chosen_whenever_somebody_is_available(history: History, packet: Packet) -> None:
    """For all but the hashing schedulers and ovf, nobody means that nobody is available."""
    chosen = schedule(history.pool.state, history.pool.servers, packet)[1]
    assert (chosen is None) == (not any(server.available for server in history.pool.servers))


@given(names, flags, servers(), servers(), packets)
def test_choosing_does_not_depend_on_anything_but_its_arguments(
    name: SchedulerName, flagged: frozenset[Flag], before: Servers, after: Servers, packet: Packet
) -> None:
    """A state is a value: the same question has the same answer."""
    state = start(name, before, flagged)
    assert schedule(state, before, packet) == schedule(state, before, packet)
    assert rearranged(state, before, after) == rearranged(state, before, after)


@given(servers(least=1, weight=positive))
def test_rr_goes_around(members: Servers) -> None:
    """As many connections as servers are available reach each of them once."""
    available = [server.key for server in members if server.available]
    state, chosen = start("rr", members), []
    for _ in available:
        state, server = schedule(state, members, one_packet)
        chosen.append(server and server.key)
    assert Counter(chosen) == Counter(available)


@given(histories(st.just("wrr"), persistent=False), st.integers(0, 30))
def test_wrr_gives_each_exactly_its_weight_in_a_cycle(history: History, skipped: int) -> None:
    """Wherever a cycle begins, each server has its weight's share of it (weights by their common divisor)."""
    members = tuple(evolve(server, overloaded=False) for server in history.pool.servers)
    step = reduce(gcd, (server.weight for server in members), 0)
    assume(step > 0)
    state = history.pool.state
    for _ in range(skipped):
        state, _ = schedule(state, members, one_packet)
    chosen: Counter[Key | None] = Counter()
    for _ in range(sum(server.weight for server in members) // step):
        state, server = schedule(state, members, one_packet)
        chosen[_key(server)] += 1
    assert chosen == Counter({server.key: server.weight // step for server in members})


def _key(server: Server | None) -> Key | None:
    return None if server is None else server.key


@given(servers(), st.sampled_from(("lc", "wlc", "sed")))
def test_nobody_is_strictly_less_busy_than_the_chosen(members: Servers, name: SchedulerName) -> None:
    """The least overhead (lc), per weight (wlc), or expected active connections per weight (sed); the newest of equals."""
    chosen = schedule(start(name), members, one_packet)[1]
    for other in members:
        if chosen is None or not other.available:
            continue
        mine, its = _load(name, chosen, other), _load(name, other, chosen)
        assert mine < its or (mine == its and members.index(chosen) <= members.index(other))


def _load(name: SchedulerName, server: Server, beside: Server) -> int:
    """The load of a server, multiplied out with the other's weight."""
    if name == "lc":
        return server.overhead
    return (server.overhead if name == "wlc" else server.active + 1) * beside.weight


@given(servers())
def test_nq_never_lets_an_idle_server_wait(members: Servers) -> None:
    chosen = schedule(start("nq"), members, one_packet)[1]
    if any(server.available and server.active == 0 for server in members):
        assert chosen is not None
        assert chosen.active == 0


@given(servers())
def test_fo_prefers_and_ovf_overflows(members: Servers) -> None:
    """fo takes the highest weight there is; ovf the highest of those that are not full, and nobody if all are."""
    preferred = schedule(start("fo"), members, one_packet)[1]
    assert preferred is None or preferred.weight == max(server.weight for server in members if server.available)
    overflowing = schedule(start("ovf"), members, one_packet)[1]
    room = [server for server in members if server.available and server.active <= server.weight]
    assert (overflowing is None) == (not room)
    assert overflowing is None or overflowing.weight == max(server.weight for server in room)


@given(servers(), servers(), packets, st.integers(1024, 65535), st.sampled_from(("sh", "mh")), st.booleans())
def test_the_same_source_has_the_same_server(
    members: Servers, loads: Servers, packet: Packet, port: int, name: SchedulerName, falls_back: bool
) -> None:
    """Whatever port it comes from, whatever it asks for, and however busy the servers are (if not overloaded)."""
    state = start(name, members, frozenset({"fallback"} if falls_back else ()))
    busy = tuple(evolve(server, active=(find(loads, server.key) or server).active) for server in members)
    again = Packet("udp", packet.source, port, CLIENTS[0], 443)
    one, other = schedule(state, members, packet)[1], schedule(state, busy, again)[1]
    assert (one and one.key) == (other and other.key)


@given(servers(), packets, packets)
def test_the_same_destination_has_the_same_server(members: Servers, packet: Packet, other: Packet) -> None:
    state = start("dh", members)
    again = evolve(other, destination=packet.destination)
    assert schedule(state, members, packet) == schedule(state, members, again)


@given(servers(least=1), packets)
def test_with_fallback_a_source_finds_whoever_is_available(members: Servers, packet: Packet) -> None:
    state = start("sh", members, frozenset({"fallback"}))
    assert (schedule(state, members, packet)[1] is None) == (not any(server.available for server in members))


@given(servers(least=1, weight=positive))
def test_sh_has_buckets_by_weight(members: Servers) -> None:
    """No server's share of the buckets is off by more than one of its rows."""
    buckets = Counter(deal_by_weight(SourceHash(), members).buckets)
    total = sum(server.weight for server in members)
    assert all(abs(buckets[server.key] - 256 * server.weight / total) <= server.weight for server in members)


@given(st.integers(2, len(KEYS)), st.data())
def test_mh_moves_about_one_in_n_when_one_of_n_is_removed(count: int, data: st.DataObject) -> None:
    """Slots are shared evenly to within one; those of the rest hardly move (Maglev gives up a little of that for the even share)."""
    members = tuple(Server(key) for key in KEYS[:count])
    gone = data.draw(st.sampled_from(members))
    before = populate(Maglev(), members).slots
    after = populate(Maglev(), tuple(server for server in members if server is not gone)).slots
    shares = Counter(before).values()
    assert max(shares) - min(shares) <= 1
    moved = sum(one != other for one, other in zip(before, after, strict=True))
    assert SLOTS / count - 1 < moved < SLOTS / count * 1.5
    assert gone.key not in after


@given(servers(least=1, weight=positive), st.data())
def test_mh_keeps_the_slots_of_a_server_made_quiescent(members: Servers, data: st.DataObject) -> None:
    pool = Pool.of("mh")
    for server in reversed(members):
        pool = add(pool, Server(server.key, server.weight))
    assert edit(pool, data.draw(st.sampled_from(members)).key, weight=0).state == pool.state


@given(servers())
def test_the_distribution_of_twos_is_that_of_all_its_draws(members: Servers) -> None:
    """It adds up to one, and is what every pair of numbers from 0 to the sum of the weights comes to."""
    likely = distribution(members)
    available = tuple(server for server in members if server.available)
    assert sum(likely.values()) == (1 if available else 0)
    if available:
        numbers = range(sum(server.weight for server in available) + 1)
        drawn = Counter(better_of(available, *pair).key for pair in product(numbers, repeat=2))
        assert {key: share * len(numbers) ** 2 for key, share in likely.items() if share} == dict(drawn)


def test_twos_draws_as_it_is_distributed() -> None:
    """Of 20 000 draws each server has its share to within two in a hundred."""
    members = tuple(Server(key, weight, active=load) for key, weight, load in zip(KEYS, (1, 5, 3), (1, 9, 2), strict=False))
    state, chosen = start("twos"), Counter[Key | None]()
    for _ in range(20_000):
        state, server = schedule(state, members, one_packet)
        chosen[_key(server)] += 1
    assert all(abs(chosen[key] / 20_000 - share) < 0.02 for key, share in distribution(members).items())


@given(histories())
def test_connections_are_counted_and_nothing_else(history: History) -> None:
    """What servers count, those removed included, are the connections that have not run out."""
    counted = Counter({server.key: server.total for server in (*history.pool.servers, *history.pool.removed) if server.total})
    active = Counter({server.key: server.active for server in (*history.pool.servers, *history.pool.removed) if server.active})
    assert counted == Counter(connection.server for connection in history.connections)
    assert active == Counter(connection.server for connection in history.connections if connection.active)


@given(
    names.filter(lambda name: name != "lblc"), st.lists(st.tuples(weights, st.integers(1, 5)), max_size=5), st.lists(packets, max_size=40)
)
def test_no_server_has_more_connections_than_its_upper_threshold(
    name: SchedulerName, settings: list[tuple[int, int]], asked: list[Packet]
) -> None:
    """(lblc goes on with the server it knows, flagged or not, as the kernel's does.)"""
    assume(name != "lblc")
    pool = Pool.of(name)
    for key, (weight, upper) in zip(KEYS, settings, strict=False):
        pool = add(pool, Server(key, weight, upper=upper))
    for packet in asked:
        pool, _ = connect(pool, packet)
    assert all(server.total <= server.upper for server in pool.servers)


@given(names, st.lists(weights, min_size=1, max_size=5), st.lists(packets, min_size=2, max_size=30), st.data())
def test_a_client_stays_with_its_server(name: SchedulerName, given_weights: list[int], asked: list[Packet], data: st.DataObject) -> None:
    """Within the timeout of a persistent service, a client's network has one server, also when that one is made quiescent."""
    pool = Pool.of(name, persistence=Persistence(Interval(300 * SECOND), 24))
    for key, weight in zip(KEYS, given_weights, strict=False):
        pool = add(pool, Server(key, weight))
    served: dict[tuple[str, Address], Key] = {}
    for packet in asked:
        pool, connection = connect(pool, packet)
        if connection is None:
            continue
        assert served.setdefault((packet.protocol, packet.destination), connection.server) == connection.server
        if data.draw(st.booleans()):
            pool = edit(pool, connection.server, weight=0)
