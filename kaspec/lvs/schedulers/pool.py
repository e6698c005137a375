"""A service's servers with what the kernel does around their scheduler: order, counting, thresholds, persistence.

A pool is told what happens to its service and its connections, in order; ``connect`` says who gets the next one::

    pool = Pool.of("wrr")
    pool = add(pool, Server(one, weight=2))
    pool, connection = connect(pool, packet)

A TCP connection is active from its first packet (``tcp_state_active_table``: SYN_RECV, ESTABLISHED) until a FIN or RST makes it inactive;
UDP never becomes active.  A server that is removed keeps its connections, and has them still when it is added again.
"""

from types import MappingProxyType
from typing import Self

from attrs import field

from kaspec.frozen import evolve, frozen
from kaspec.lvs.schedulers.persistence import Persistence, Template, TemplateKey, lasting, released, template_key, used
from kaspec.lvs.schedulers.scheduling import SchedulerName, State, rearranged, schedule, start
from kaspec.lvs.schedulers.server import Flag, Key, Packet, Server, Servers, find
from kaspec.lvs.schedulers.thresholds import after_beginning, after_ending, edited


@frozen
class Pool:
    """A service as the kernel holds it; ``port`` 0 is all ports, ``by_mark`` a service by firewall mark.

    ``removed`` are servers that were taken out and may still have connections.  ``expire_quiescent`` is the kernel's
    ``net.ipv4.vs.expire_quiescent_template``: a template whose server has weight 0 counts no more.
    """

    state: State
    servers: Servers = ()
    removed: Servers = ()
    persistence: Persistence | None = None
    templates: MappingProxyType[TemplateKey, Template] = field(default=MappingProxyType({}), hash=False)
    port: int = 0
    by_mark: bool = False
    one_packet: bool = False
    expire_quiescent: bool = False

    @classmethod
    def of(cls, name: SchedulerName, flags: frozenset[Flag] = frozenset(), seed: int = 0, persistence: Persistence | None = None) -> Self:
        """Return the pool of a new service, without servers."""
        return cls(start(name, (), flags, seed), persistence=persistence)


@frozen
class Connection:
    """A connection that was given to a server; hand it back to ``close`` and ``expire``."""

    server: Key
    template: TemplateKey | None
    active: bool


def add(pool: Pool, server: Server) -> Pool:
    """Put a server at the head of the list.

    One that was removed before comes back with its connections, under the new settings.
    """
    remembered = find(pool.removed, server.key)
    if remembered is not None:
        restored = edited(remembered, server.weight, server.upper, server.lower)
        server = evolve(restored, last_weight=server.weight)
    removed = tuple(each for each in pool.removed if each.key != server.key)
    return _arranged(evolve(pool, removed=removed), (server, *pool.servers))


def remove(pool: Pool, key: Key) -> Pool:
    """Take a server out; its connections live on."""
    server = find(pool.servers, key)
    if server is None:
        return pool
    left = tuple(each for each in pool.servers if each.key != key)
    return _arranged(evolve(pool, removed=(server, *pool.removed)), left)


def edit(pool: Pool, key: Key, weight: int, upper: int = 0, lower: int = 0) -> Pool:
    """Give a server other settings, in its place."""
    changed = tuple(edited(each, weight, upper, lower) if each.key == key else each for each in pool.servers)
    return _arranged(pool, changed)


def connect(pool: Pool, packet: Packet) -> tuple[Pool, Connection | None]:
    """Give a new connection to a server, or to nobody (the client hears ICMP port unreachable), and count it.

    With ``one_packet`` a datagram's connection begins and ends at once; a template made for it stays.
    """
    pool, server, key = _chosen(pool, packet)
    if server is None:
        return pool, None
    at_once = pool.one_packet and packet.protocol == "udp"
    if key is not None:
        pool = _with_template(pool, key, used(pool.templates[key], packet.at, lasting=not at_once))
    begun = after_beginning(evolve(server, inactive=server.inactive + 1))
    if at_once:
        return _with(pool, after_ending(evolve(begun, inactive=server.inactive))), Connection(server.key, None, active=False)
    active = packet.protocol == "tcp"
    if active:
        begun = evolve(begun, active=server.active + 1, inactive=server.inactive)
    return _with(pool, begun), Connection(server.key, key, active)


def close(pool: Pool, connection: Connection) -> tuple[Pool, Connection]:
    """A connection was closed by a FIN or RST: it is inactive from now on, until it expires."""
    server = _known(pool, connection.server)
    if not connection.active or server is None:
        return pool, connection
    counted = evolve(server, active=server.active - 1, inactive=server.inactive + 1)
    return _with(pool, counted), evolve(connection, active=False)


def expire(pool: Pool, connection: Connection) -> Pool:
    """A connection's entry ran out: it does not count any more."""
    server = _known(pool, connection.server)
    if server is not None:
        left = evolve(server, active=server.active - connection.active, inactive=server.inactive - (not connection.active))
        pool = _with(pool, after_ending(left))
    if connection.template is None or connection.template not in pool.templates:
        return pool
    return _with_template(pool, connection.template, released(pool.templates[connection.template]))


def _chosen(pool: Pool, packet: Packet) -> tuple[Pool, Server | None, TemplateKey | None]:
    """Ask the template if there is a valid one, else the scheduler, which makes a new one."""
    if pool.persistence is None:
        state, server = schedule(pool.state, pool.servers, packet)
        return evolve(pool, state=state), server, None
    key = template_key(pool.persistence, packet, pool.port, pool.by_mark)
    template = lasting(pool.templates[key], packet.at) if key in pool.templates else None
    server = find(pool.servers, template.server) if template else None
    if template is not None and server is not None and (server.weight > 0 or not pool.expire_quiescent):
        return _with_template(pool, key, template), server, key
    timeout = pool.persistence.timeout
    state, server = schedule(pool.state, pool.servers, packet)
    pool = evolve(pool, state=state)
    if server is None:
        return pool, None, None
    server = after_beginning(server)
    return _with_template(_with(pool, server), key, Template(server.key, packet.at, timeout)), server, key


def _arranged(pool: Pool, servers: Servers) -> Pool:
    """Return the pool with its list changed, and its scheduler told."""
    return evolve(pool, servers=servers, state=rearranged(pool.state, pool.servers, servers))


def _known(pool: Pool, key: Key) -> Server | None:
    return find(pool.servers, key) or find(pool.removed, key)


def _with_template(pool: Pool, key: TemplateKey, template: Template) -> Pool:
    return evolve(pool, templates=MappingProxyType(pool.templates | {key: template}))


def _with(pool: Pool, server: Server) -> Pool:
    """Return the pool with this server's counts in place of the old."""
    servers, removed = (tuple(server if each.key == server.key else each for each in part) for part in (pool.servers, pool.removed))
    return evolve(pool, servers=servers, removed=removed)
