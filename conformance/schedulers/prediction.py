"""What the pure functions say of a case: who gets each of its connections."""

from typing import assert_never

from attrs import evolve

from conformance.schedulers.case import VIRTUAL_PORT, Added, Asked, Case, Change, Edited, Removed, source_address
from kaspec.lvs.schedulers.pool import Connection, Pool, add, close, connect, edit, expire, remove
from kaspec.lvs.schedulers.server import Key, Packet, Server, find


def predict(case: Case) -> list[Key | None]:
    """Return the server of each connection, in order; ``None`` where nobody is to take it."""
    pool = Pool.of(case.scheduler, case.flags, persistence=case.persistence)
    pool = evolve(
        pool,
        port=0 if case.by_mark else VIRTUAL_PORT,
        by_mark=case.by_mark,
        one_packet=case.one_packet,
        expire_quiescent=case.expire_quiescent,
    )
    connections: list[Connection | None] = []
    for phase in case.phases:
        for change in phase.changes:
            pool = changed(pool, case, change)
        for asked in phase.asked:
            pool, connection = connect(pool, packet(case, asked))
            connections.append(connection)
        for number in (*phase.closed, *phase.ended):
            connection = connections[number]
            if connection is not None and find(pool.servers, connection.server) is not None:
                pool, closed = close(pool, connection)
                connections[number] = closed
                pool = expire(pool, closed) if number in phase.ended else pool
    return [None if connection is None else connection.server for connection in connections]


def changed(pool: Pool, case: Case, change: Change) -> Pool:
    """Return the pool after a change of its servers."""
    match change:
        case Added():
            return add(pool, Server(case.key(change.number), change.weight, upper=change.upper, lower=change.lower))
        case Edited():
            return edit(pool, case.key(change.number), change.weight, change.upper, change.lower)
        case Removed():
            return remove(pool, case.key(change.number))
        case _:
            assert_never(change)


def packet(case: Case, asked: Asked) -> Packet:
    """Return the first packet of a connection."""
    return Packet(case.protocol, source_address(asked.source), asked.port, case.virtual(asked.virtual), VIRTUAL_PORT)
