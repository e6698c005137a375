"""A run: the connections of some traffic, given out by a scheduler to the servers of a virtual server."""

from collections import Counter
from collections.abc import Iterator
from heapq import heappop, heappush

from attrs import field

from kaspec.frozen import define, evolve, frozen
from kaspec.lvs.model import AddressService, RealServer, Service, VirtualServer
from kaspec.lvs.schedulers.persistence import Persistence
from kaspec.lvs.schedulers.pool import Connection, Pool, add, close, connect, edit, expire, remove
from kaspec.lvs.schedulers.scheduling import SchedulerName
from kaspec.lvs.schedulers.server import Flag, Key, Server, find
from kaspec.lvs.simulation.traffic import Arrival, Traffic, Turn, arrivals
from kaspec.units import SECOND, Instant, Interval

SAMPLES = 60
"""How many points of time a run is looked at."""
LINGERING = Interval(120 * SECOND)
"""How long the kernel lists a closed TCP connection (TIME_WAIT): it counts as inactive."""


@frozen
class Share:
    """What one server had: connections, clients, the most connections open at once, and those open at each sample."""

    server: Key
    weight: int
    connections: int
    clients: int
    most: int
    open_at: tuple[int, ...]


@frozen
class Spread:
    """What a scheduler made of the traffic; ``refused`` found no server, ``moved`` clients had more than one."""

    scheduler: SchedulerName
    shares: tuple[Share, ...]
    refused: int
    moved: int
    length: Interval

    @property
    def taken(self) -> int:
        """How many connections found a server."""
        return sum(share.connections for share in self.shares)


@define
class _Run:
    """A simulation on its way: a pool for each service, what is to end, and what was counted."""

    virtual: VirtualServer
    pools: list[Pool]
    ending: list[tuple[Instant, int, bool, int, Connection]] = field(factory=list)
    open: Counter[Key] = field(factory=Counter)
    most: Counter[Key] = field(factory=Counter)
    served: Counter[Key] = field(factory=Counter)
    clients: dict[bytes, set[Key]] = field(factory=dict)
    refused: int = 0
    number: int = 0

    def take(self, arrival: Arrival) -> None:
        """Give out a connection."""
        pool, connection = connect(self.pools[arrival.service], arrival.packet)
        self.pools[arrival.service] = pool
        if connection is None:
            self.refused += 1
            return
        server = connection.server
        self.served[server] += 1
        self.open[server] += 1
        self.most[server] = max(self.most[server], self.open[server])
        self.clients.setdefault(arrival.packet.source, set()).add(server)
        if pool.one_packet and arrival.packet.protocol == "udp":
            self.open[server] -= 1
            return
        self.number += 1
        heappush(self.ending, (arrival.ends_at, self.number, False, arrival.service, connection))

    def pass_to(self, now: Instant) -> None:
        """Close what is over by ``now``, and forget what was closed long enough before."""
        while self.ending and self.ending[0][0] <= now:
            at, number, closed, service, connection = heappop(self.ending)
            if closed:
                self.pools[service] = expire(self.pools[service], connection)
                continue
            self.open[connection.server] -= 1
            self.pools[service], connection = close(self.pools[service], connection)
            heappush(self.ending, (Instant(at + LINGERING), number, True, service, connection))

    def turn(self, turn: Turn) -> None:
        """Let a server fail (removed, or made quiescent if it is inhibited) or come back."""
        real = next((each for each in self.virtual.servers if each.key == (turn.server.address, turn.server.port)), None)
        if real is None:
            return
        self.pools = [_turned(pool, real, turn) for pool in self.pools]


def simulate(virtual: VirtualServer, scheduler: SchedulerName, traffic: Traffic) -> Spread:
    """Run the traffic against the virtual server under a scheduler, its own or another; every server is up unless the traffic says."""
    run = _Run(virtual, [pool_of(virtual, service, scheduler, traffic.seed) for service in virtual.services])
    keys = [Key(real.address, real.port) for real in virtual.servers]
    samples: list[Counter[Key]] = []
    turns = list(traffic.turns)
    instants = _instants(traffic)
    sample_at = next(instants)
    for arrival in arrivals(traffic, virtual.services):
        now = arrival.packet.at
        while turns and turns[0].at <= now:
            run.pass_to(turns[0].at)
            run.turn(turns.pop(0))
        while sample_at <= now:
            run.pass_to(sample_at)
            samples.append(+run.open)
            sample_at = next(instants)
        run.pass_to(now)
        run.take(arrival)
    samples.append(+run.open)
    return Spread(scheduler, tuple(_share(run, key, samples) for key in keys), run.refused, _moved(run), traffic.length)


def pool_of(virtual: VirtualServer, service: Service, scheduler: SchedulerName, seed: int = 0) -> Pool:
    """Return what the kernel has when a service of the virtual server was set up: its servers in the order of the configuration."""
    kept = virtual.persistence
    length = (kept.granularity if kept and kept.granularity is not None else None) or (32 if service.family == 4 else 128)
    pool = Pool.of(scheduler, _flags(virtual, scheduler), seed, Persistence(kept.timeout, length) if kept else None)
    by_mark = not isinstance(service, AddressService)
    pool = evolve(pool, one_packet=virtual.one_packet, by_mark=by_mark, port=service.port if isinstance(service, AddressService) else 0)
    for real in virtual.servers:
        pool = add(pool, Server(Key(real.address, real.port), real.weight, upper=real.upper_threshold, lower=real.lower_threshold))
    return pool


def _turned(pool: Pool, real: RealServer, turn: Turn) -> Pool:
    present = find(pool.servers, turn.server) is not None
    if turn.back and not present:
        return add(pool, Server(turn.server, real.weight, upper=real.upper_threshold, lower=real.lower_threshold))
    if turn.back or real.inhibit_on_failure:
        return edit(pool, turn.server, real.weight if turn.back else 0, real.upper_threshold, real.lower_threshold)
    return remove(pool, turn.server)


def _flags(virtual: VirtualServer, scheduler: SchedulerName) -> frozenset[Flag]:
    if scheduler not in ("sh", "mh"):
        return frozenset()
    named: tuple[tuple[str, Flag], ...] = (("flag-1", "fallback"), ("flag-2", "port"))
    return frozenset(flag for number, flag in named if number in virtual.flags)


def _instants(traffic: Traffic) -> Iterator[Instant]:
    """Yield the instants to look at, and ever later ones."""
    number = 1
    while True:
        yield Instant(traffic.length * number // SAMPLES)
        number += 1


def _share(run: _Run, key: Key, samples: list[Counter[Key]]) -> Share:
    weight = next(real.weight for real in run.virtual.servers if (real.address, real.port) == (key.address, key.port))
    clients = sum(key in servers for servers in run.clients.values())
    return Share(key, weight, run.served[key], clients, run.most[key], tuple(sample[key] for sample in samples))


def _moved(run: _Run) -> int:
    return sum(len(servers) > 1 for servers in run.clients.values())
