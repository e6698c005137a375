"""Laws of the election, on a virtual network without faults: one Master, the right one, and it stays."""

from itertools import pairwise

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.units import CENTISECOND, SECOND, Instant, Interval, after
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.vrrp.intervals import master_down_interval, skew_time
from kaspec.vrrp.router import KEEPALIVED, RFC3768, VirtualAddress, VirtualRouter
from tests.laws.network import Host, Network
from tests.laws.strategies import VIRTUAL, VIRTUAL_V6, spoken

delivery_delays = st.sampled_from((0, 1, 200, 5_000)).map(Interval)
offsets = st.integers(0, 8_000_000).map(Instant) | st.just(Instant(0))
low_priorities = st.sampled_from((1, 100, 101, 254)) | st.integers(1, 254)
ROUTER = VirtualRouter("VI_1", "eth0", 51, addresses=(VirtualAddress(VIRTUAL[0], 24, "eth0"),), authentication=SimplePassword.of("1111"))
PROFILES = st.sampled_from((KEEPALIVED, RFC3768))


@st.composite
def networks(draw: st.DrawFn, preempt: bool | None = None, owner: bool | None = None) -> Network:
    """Two to six routers of one interval, each starting within eight seconds; at most one owner, exactly one with ``owner``."""
    size = draw(st.integers(2, 6))
    version, family = draw(spoken)
    prefix = b"\xc0\0\2" if family == 4 else b"\xfe\x80" + bytes(13)
    addresses = draw(st.permutations([Address(prefix + bytes([host])) for host in (1, 2, 3, 127, 128, 254)]))
    ranks = draw(st.lists(low_priorities, min_size=size, max_size=size) | low_priorities.map(lambda same: [same] * size))
    if owner or (owner is None and draw(st.integers(0, 3)) == 0):
        ranks[draw(st.integers(0, size - 1))] = 255
    interval = Interval(SECOND * draw(st.integers(1, 3))) if version == 2 else Interval(CENTISECOND * draw(st.integers(10, 300)))
    virtual = VirtualAddress((VIRTUAL if family == 4 else VIRTUAL_V6)[0], 24 if family == 4 else 64, "eth0")
    base = evolve(ROUTER, version=version, family=family, addresses=(virtual,), advertisement_interval=interval, profile=draw(PROFILES))
    hosts = []
    for rank, address in zip(ranks, addresses, strict=False):
        preempts = draw(st.booleans()) if preempt is None else preempt
        hosts.append(Host(evolve(base, priority=rank, preempt=preempts), address))
    network = Network(tuple(hosts), draw(delivery_delays))
    for host in range(size):
        network.schedule(draw(offsets), host, Startup())
    return network


def settling_time(network: Network) -> Interval:
    """Long enough for any election: the last start, the slowest Master_Down_Interval, one advertisement and its way."""
    interval = network.hosts[0].router.advertisement_interval
    return Interval(8 * SECOND + master_down_interval(network.hosts[0].router.version, 1, interval) + interval + 10 * network.delay + 1)


def skew(network: Network, priority: int) -> Interval:
    """Skew_Time of a router of the network; all of them advertise at one interval."""
    router = network.hosts[0].router
    return skew_time(router.version, priority, router.advertisement_interval)


def settle(network: Network) -> int:
    """Run until the election must be over; return the only Master."""
    network.run(Instant(settling_time(network)))
    (master,) = network.masters
    return master


@given(networks())
def test_there_is_one_master_and_it_stays(network: Network) -> None:
    """I1: after a bounded time there is exactly one Master, preempting or not, with equal priorities or not, and then nothing changes."""
    master = settle(network)
    settled = len(network.history)
    network.run(after(network.now, Interval(10 * SECOND)))
    assert len(network.history) > settled
    assert {masters for _, masters in network.history[settled:]} == {frozenset({master})}


@given(networks(preempt=True))
def test_with_preemption_the_highest_priority_wins(network: Network) -> None:
    """I5: where all preempt, the Master has the highest priority.  Among equals the first one stays: a Backup honours its equal."""
    master = settle(network)
    assert network.hosts[master].router.priority == max(host.router.priority for host in network.hosts)


@given(networks())
def test_of_equals_that_start_together_the_highest_address_wins(network: Network) -> None:
    """RFC 3768 6.4.3: equal routers that become Master at the same instant settle by the address, as unsigned bytes in network order."""
    rank = min(network.hosts[0].router.priority, 254)
    equal = Network(tuple(evolve(host, router=evolve(host.router, priority=rank)) for host in network.hosts), Interval(network.delay + 1))
    for host in range(len(equal.hosts)):
        equal.schedule(Instant(0), host, Startup())
    master = settle(equal)
    assert equal.hosts[master].address == max(host.address for host in equal.hosts)


@given(networks(preempt=False, owner=False), st.data())
def test_without_preemption_nobody_takes_over_from_a_master(network: Network, data: st.DataObject) -> None:
    """I6: a router that starts while there is a Master stays Backup, whatever its priority."""
    late = data.draw(st.integers(0, len(network.hosts) - 1))
    early = [entry for entry in network.queue if entry[2] != late]
    network.queue[:] = sorted(early)
    master = settle(network)
    network.schedule(network.now, late, Startup())
    network.run(after(network.now, settling_time(network)))
    assert network.masters == {master}


@given(networks(preempt=True, owner=True))
def test_an_owner_is_master_at_once(network: Network) -> None:
    """RFC 3768 6.4.1: from its start on an owner is Master without a break."""
    owner = next(index for index, host in enumerate(network.hosts) if host.router.is_owner)
    started = next(at for at, _, host, _ in network.queue if host == owner)
    settle(network)
    assert all(owner in masters for at, masters in network.history if at > started)


@given(networks())
def test_a_master_that_stops_hands_over_in_skew_time(network: Network) -> None:
    """RFC 3768 5.3.4: after priority 0 the best Backup is Master in its Skew_Time, plus the way of the packet; and nobody before it."""
    master = settle(network)
    stopped = network.now
    network.run(after(stopped, Interval(2 * network.delay)))
    network.take(master, Shutdown())
    stopped, settled = network.now, len(network.history)
    best = max(host.router.priority for index, host in enumerate(network.hosts) if index != master)
    network.run(after(stopped, Interval(4 * SECOND + network.delay)))
    at, masters = next((at, masters) for at, masters in network.history[settled:] if masters)
    assert at == stopped + network.delay + skew(network, best)
    assert all(network.hosts[index].router.priority == best for index in masters)


@given(networks())
def test_a_master_that_fails_hands_over_in_skew_time(network: Network) -> None:
    """keepalived: a Master that enters FAULT says priority 0, so that the best Backup follows as after a stop."""
    master = settle(network)
    network.run(after(network.now, Interval(2 * network.delay)))
    network.unplug(network.now, master)
    settled, failed = len(network.history), network.now
    best = max(host.router.priority for index, host in enumerate(network.hosts) if index != master)
    network.run(after(failed, Interval(4 * SECOND + network.delay)))
    at = next(at for at, masters in network.history[settled:] if masters)
    assert at == failed + network.delay + skew(network, best)


@given(networks(preempt=True))
def test_a_master_that_crashes_is_replaced_in_time(network: Network) -> None:
    """After the last advertisement the best Backup is Master in its Master_Down_Interval, plus the way of the packet."""
    master = settle(network)
    last = max(at for at, sender, _ in network.sent if sender == master)
    network.run(after(last, Interval(2 * network.delay)))
    crashed = Network(tuple(host for index, host in enumerate(network.hosts) if index != master), network.delay)
    crashed.states = [state for index, state in enumerate(network.states) if index != master]
    crashed.now = network.now
    best = max(host.router.priority for host in crashed.hosts)
    interval = network.hosts[0].router.advertisement_interval
    down = after(last, Interval(network.delay + master_down_interval(network.hosts[0].router.version, best, interval)))
    crashed.run(Instant(down - 1))
    assert not crashed.masters
    crashed.run(down)
    assert crashed.masters


@given(networks())
def test_a_steady_master_keeps_its_beat(network: Network) -> None:
    """A settled Master advertises exactly every Advertisement_Interval, and nobody else says anything."""
    master = settle(network)
    begin = len(network.sent)
    network.run(after(network.now, Interval(10 * SECOND)))
    beats = network.sent[begin:]
    interval = network.hosts[0].router.advertisement_interval
    assert {sender for _, sender, _ in beats} == {master}
    assert {later[0] - earlier[0] for earlier, later in pairwise(beats)} == {interval}
