"""lblc and lblcr: what was asked of a server before is asked of it again, if it is not too busy (``ip_vs_lblc.c``, ``ip_vs_lblcr.c``).

Made for caches: the destination address counts, so a service by firewall mark or with several addresses.
"""

from types import MappingProxyType

from attrs import field

from kaspec.address import Address
from kaspec.frozen import evolve, frozen
from kaspec.lvs.schedulers.least import least_by_weight
from kaspec.lvs.schedulers.server import Key, Packet, Server, Servers, find
from kaspec.units import SECOND, Instant, Interval

EXPIRATION = Interval(24 * 3600 * SECOND)
"""``net.ipv4.vs.lblc_expiration`` and ``lblcr_expiration``: how long an entry lasts unused, and a set unchanged."""


@frozen
class Entry:
    """Who serves a destination (lblc: one; lblcr: a set, the newest first), when it was last asked, and when it last grew."""

    members: tuple[Key, ...]
    used_at: Instant
    grew_at: Instant


@frozen
class Locality:
    """lblc, or with ``replicated`` lblcr: the entries by destination address."""

    replicated: bool
    entries: MappingProxyType[Address, Entry] = field(default=MappingProxyType({}), hash=False)


def by_locality(state: Locality, servers: Servers, packet: Packet) -> tuple[Locality, Server | None]:
    """Choose who served this destination before, if it is not overloaded; else the least busy of all, which serves it from now on."""
    entry = state.entries.get(packet.destination)
    if entry is None:
        chosen = least_by_weight(servers)
        new = Entry((chosen.key,), packet.at, packet.at) if chosen else None
        return (_with(state, packet, new) if new else state), chosen
    entry = evolve(entry, used_at=packet.at)
    cached = _cached(state, entry, servers)
    entry = _trimmed(entry, servers, packet.at)
    if cached is not None and not _too_busy(cached, servers):
        return _with(state, packet, entry), cached
    chosen = least_by_weight(servers)
    if chosen is not None:
        entry = _joined(state, entry, chosen, packet.at)
    return _with(state, packet, entry), chosen


def swept(state: Locality, now: Instant, expiration: Interval = EXPIRATION) -> Locality:
    """Return the state without what has not been asked for all this time: the kernel's full check, every half an hour.

    (Above 16384 entries the kernel gives up idle ones sooner, in the order of its buckets.)
    """
    return evolve(state, entries=MappingProxyType({to: entry for to, entry in state.entries.items() if entry.used_at + expiration > now}))


def _cached(state: Locality, entry: Entry, servers: Servers) -> Server | None:
    """Return who is to serve it: lblc's server even if it is flagged overloaded; the least busy of lblcr's set."""
    members = [server for key in entry.members if (server := find(servers, key)) is not None]
    if state.replicated:
        return least_by_weight(members)
    return next((server for server in members if server.weight > 0), None)


def _trimmed(entry: Entry, servers: Servers, now: Instant) -> Entry:
    """Take the busiest server out of a set that has not grown for a day (lblcr)."""
    if len(entry.members) < 2 or now <= entry.grew_at + EXPIRATION:
        return entry
    members = [server for key in entry.members if (server := find(servers, key)) is not None and server.weight > 0]
    busiest: Server | None = None
    for server in members:
        if busiest is None or busiest.overhead * server.weight < server.overhead * busiest.weight:
            busiest = server
    if busiest is None:
        return entry
    return evolve(entry, members=tuple(key for key in entry.members if key != busiest.key), grew_at=now)


def _joined(state: Locality, entry: Entry, server: Server, now: Instant) -> Entry:
    """Put the server into the entry: in place of the old one (lblc), or at the head of the set (lblcr)."""
    if not state.replicated:
        return Entry((server.key,), now, now)
    if server.key in entry.members:
        return entry
    return Entry((server.key, *entry.members), now, now)


def _too_busy(server: Server, servers: Servers) -> bool:
    """More active connections than weight, while another has less than half as many as its weight."""
    return server.active > server.weight and any(other.active * 2 < other.weight for other in servers)


def _with(state: Locality, packet: Packet, entry: Entry) -> Locality:
    return evolve(state, entries=MappingProxyType(state.entries | {packet.destination: entry}))
