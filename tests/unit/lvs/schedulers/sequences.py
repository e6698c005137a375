"""Choices written as on paper: servers 1, 2, 3 were added in this order, ``-`` is nobody."""

from collections.abc import Sequence

from kaspec.address import Address, parse_address
from kaspec.lvs.schedulers.pool import Connection, Pool, add, connect
from kaspec.lvs.schedulers.scheduling import SchedulerName
from kaspec.lvs.schedulers.server import Flag, Key, Packet, Protocol, Server

CLIENT, VIRTUAL = parse_address("192.0.2.1"), parse_address("198.51.100.1")


def key(number: int) -> Key:
    """The server of this number."""
    return Key(Address(bytes([10, 0, 0, number])), 80)


def packet(number: int = 0, protocol: Protocol = "tcp", source: Address = CLIENT, destination: Address = VIRTUAL) -> Packet:
    """The first packet of the connection of this number."""
    return Packet(protocol, source, 1024 + number, destination, 80)


def pool_of(name: SchedulerName, weights: Sequence[int], flags: frozenset[Flag] = frozenset(), upper: int = 0) -> Pool:
    """A new service to which servers with these weights were added one after the other."""
    pool = Pool.of(name, flags)
    for number, weight in enumerate(weights, 1):
        pool = add(pool, Server(key(number), weight, upper=upper))
    return pool


def written(connection: Connection | None) -> str:
    """The number of who got it."""
    return "-" if connection is None else str(connection.server.address[-1])


def take(pool: Pool, count: int, protocol: Protocol = "tcp") -> tuple[Pool, str]:
    """Open that many connections, none of which ends; tell who got them."""
    told = []
    for number in range(count):
        pool, connection = connect(pool, packet(number, protocol))
        told.append(written(connection))
    return pool, " ".join(told)
