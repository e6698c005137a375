"""A deployment: what several hosts' configurations come to together, as worlds to explore.

Virtual routers are matched across files as ``kaspec check`` matches them, so that a mismatched virtual_router_id is explored and not
overlooked.  What no file says, such as the addresses of interfaces, is assumed, and said to be.
"""

from collections.abc import Iterator, Sequence

from attrs import field

from kaspec.address import Address, format_address
from kaspec.config.compare import pairs
from kaspec.config.lint.instances import instances
from kaspec.config.reader import Reading
from kaspec.config.sides import Side
from kaspec.explore.world import Host, World, nth_address, without_later_announcements
from kaspec.frozen import define, evolve, frozen
from kaspec.node import Node
from kaspec.tracking import Link
from kaspec.units import Interval
from kaspec.vrrp.authentication import HmacTrailer, IpAuthenticationHeader
from kaspec.vrrp.holdings import interfaces_of
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.sync_group import SyncGroup

Row = tuple[Side | None, ...]
"""A virtual router: its instance in each file, ``None`` where it has none."""


@frozen
class Cluster:
    """Virtual routers that are to be explored together: one, or those of a sync group.

    ``assumed`` is what no file says, in sentences; ``refreshed`` whether every Master announces its addresses again and again.
    """

    rows: tuple[Row, ...]
    world: World
    assumed: tuple[str, ...] = ()
    refreshed: bool = False

    @property
    def title(self) -> str:
        """The names of its virtual routers."""
        names = dict.fromkeys(next(side.router.name for side in row if side) for row in self.rows)
        return ", ".join(names)


@frozen
class Unexplored:
    """Virtual routers that cannot be explored, and why."""

    title: str
    reason: str


@frozen
class Deployment:
    """What the files come to together."""

    clusters: tuple[Cluster, ...]
    unexplored: tuple[Unexplored, ...] = ()


def deploy(readings: Sequence[Reading], names: Sequence[str], delay: Interval) -> Deployment:
    """Match the virtual routers of the hosts called ``names``, and make a world of each lot that must be seen together."""
    clusters, unexplored = list[Cluster](), list[Unexplored]()
    for rows in _lots(_rows(readings), readings):
        found = _Build(readings, names, rows).cluster(delay)
        if isinstance(found, Cluster):
            clusters.append(found)
        else:
            unexplored.append(found)
    return Deployment(tuple(clusters), tuple(unexplored))


def _rows(readings: Sequence[Reading]) -> list[Row]:
    """Match the instances of each file with those of the files before it."""
    rows = list[list[Side | None]]()
    for number, reading in enumerate(readings):
        sides = tuple(Side(next(iter(reading.texts)), instance) for instance in instances(reading))
        known = {next(side for side in row if side): row for row in rows}
        partners = {pair.there: known[pair.here] for pair in pairs(tuple(known), sides)}
        for row in rows:
            row.append(None)
        for side in sides:
            if side in partners:
                partners[side][-1] = side
            else:
                rows.append([*[None] * number, side])
    return [tuple(row) for row in rows]


def _lots(rows: list[Row], readings: Sequence[Reading]) -> Iterator[tuple[Row, ...]]:
    """Put together the virtual routers that a sync group holds together on any host."""
    lot = list(range(len(rows)))
    for host, reading in enumerate(readings):
        for group in reading.configuration.groups:
            inside = [number for number, row in enumerate(rows) if _is_member(row[host], group)]
            joined = {lot[number] for number in inside}
            lot = [min(joined) if each in joined else each for each in lot]
    for each in dict.fromkeys(lot):
        yield tuple(row for row, number in zip(rows, lot, strict=True) if number == each)


def _is_member(side: Side | None, group: SyncGroup) -> bool:
    return side is not None and side.router.name in group.members


@define
class _Build:
    """A world in the making."""

    readings: Sequence[Reading]
    names: Sequence[str]
    rows: tuple[Row, ...]
    assumed: dict[str, None] = field(factory=dict)

    def cluster(self, delay: Interval) -> Cluster | Unexplored:
        """Make the world."""
        title = ", ".join(dict.fromkeys(next(side.router.name for side in row if side) for row in self.rows))
        sides = [side for row in self.rows for side in row if side]
        if any(isinstance(side.router.authentication, HmacTrailer) for side in sides):
            return Unexplored(title, "auth_hmac goes by the wall clock, which is not explored yet")
        if len({host for row in self.rows for host, side in enumerate(row) if side}) < 2:
            return Unexplored(title, "it is in one file only, so there is nobody to take over")
        present = [host for host in range(len(self.readings)) if any(row[host] for row in self.rows)]
        wires = self._wires()
        hosts = tuple(self._host(host, wires) for host in present)
        virtual = tuple(tuple(self._place(hosts[number], row[host]) for number, host in enumerate(present)) for row in self.rows)
        refreshed = all(side.router.garp.refresh for side in sides)
        return Cluster(self.rows, World(hosts, virtual, delay), tuple(self.assumed), refreshed)

    def _wires(self) -> dict[tuple[int, str], str]:
        """Return the broadcast domain of each host's interfaces: those of one virtual router are on one."""
        found: dict[tuple[int, str], str] = {}
        for number, row in enumerate(self.rows):
            ends = [(host, side.router.port) for host, side in enumerate(row) if side]
            known = [found[end] for end in ends if end in found]
            name = known[0] if known else f"lan{number}"
            found |= {end: name for end, wire in found.items() if wire in known}
            found |= dict.fromkeys(ends, name)
        return found

    def _host(self, host: int, wires: dict[tuple[int, str], str]) -> Host:
        configuration = self.readings[host].configuration
        wanted = {side.router.name for row in self.rows if (side := row[host])}
        routers = tuple(each for each in without_later_announcements(configuration.routers) if each.name in wanted)
        if any(isinstance(each.authentication, IpAuthenticationHeader) for each in routers):
            self.assumed["nothing that was heard before is sent again, so the numbers of auth_type AH are left out"] = None
        groups = tuple(group for group in configuration.groups if wanted & set(group.members))
        names = self.names
        links = self._links(host, routers, groups)
        mine = {port: wire for (number, port), wire in wires.items() if number == host}
        definitions = evolve(configuration, static_addresses=(), static_routes=(), static_rules=(), services=(), server_groups=())
        return Host(names[host], Node(routers, groups), links, mine, definitions)

    def _links(self, host: int, routers: tuple[VirtualRouter, ...], groups: tuple[SyncGroup, ...]) -> tuple[Link, ...]:
        """Return every interface that the routers have to do with, all of them up."""
        addresses: dict[str, list[Address]] = {router.interface: [] for router in routers if router.interface}
        for router in routers:
            if router.interface:
                found = self._address(host, router)
                addresses[router.interface] += [found] if found not in addresses[router.interface] else []
            tracked = (track.interface for tracks in (router.tracks, *(group.tracks for group in groups)) for track in tracks)
            made = (each.name for each in router.virtual_interfaces)
            holding = (name for each in router.holdings for name in interfaces_of(each))
            for name in (*tracked, *made, *holding, *router.needed_interfaces):
                addresses.setdefault(name, [])
        return tuple(Link(name, up=True, addresses=tuple(there)) for name, there in addresses.items())

    def _address(self, host: int, router: VirtualRouter) -> Address:
        """Return the address a router sends from: as configured, as its peers have it, or one for documentation."""
        if router.source is not None:
            return router.source
        others = [side.router for row in self.rows for number, side in enumerate(row) if side and number != host]
        taken = {other.source for other in others}
        peers = {peer.address for other in others for peer in other.peers} - taken - {peer.address for peer in router.peers}
        if len(peers) == 1:
            return min(peers)
        address = nth_address(router, host + 1)
        told = f"no file says at which address {self.names[host]} is on {router.interface}: {format_address(address)} is assumed"
        self.assumed[told] = None
        return address

    @staticmethod
    def _place(host: Host, side: Side | None) -> int | None:
        names = [router.name for router in host.node.routers]
        return names.index(side.router.name) if side else None
