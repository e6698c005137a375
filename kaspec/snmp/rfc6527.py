"""VRRPV3-MIB (RFC 6527): every virtual router, by the number of its interface, its VRID and its family.

Those of version 2 are shown too, as keepalived does.
"""

from collections.abc import Iterable, Iterator

from kaspec import rules
from kaspec.report.stats import statistics
from kaspec.snmp.rfc2787 import counted, hardware_address, master_address, status
from kaspec.snmp.snapshot import HUNDREDTH, Row, Snapshot, scalars, table
from kaspec.snmp.values import Oid, Value, counter, counter64, gauge, integer, octets, ticks, truth
from kaspec.snmp.view import Cell
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Master, State

VRRPV3_MIB: Oid = (1, 3, 6, 1, 2, 1, 207)
OPERATIONS, STATISTICS = (*VRRPV3_MIB, 1, 1), (*VRRPV3_MIB, 1, 2)
_ACTIVE = 1
_NOT_MASTER, _PRIORITY, _NO_RESPONSE = 0, 1, 3
_MILLISECOND = 1_000

Shown = tuple[Oid, VirtualRouter, State]


def vrrpv3_cells(shown: Snapshot) -> Iterator[Cell]:
    """Yield every object."""
    rows = tuple(_routers(shown))
    yield from table((*OPERATIONS, 1, 1), (_operation(shown, *each) for each in rows))
    yield from table((*OPERATIONS, 2, 1), _associated(rows))
    checksums, versions = (counter64(counted(shown, rule, (2, 3))) for rule in (rules.CHECKSUM, rules.VERSION))
    yield from scalars(STATISTICS, {(1,): checksums, (2,): versions, (3,): counter64(0), (4,): ticks(0)})
    yield from table((*STATISTICS, 5, 1), (_statistics(shown, *each) for each in rows))


def index_of(shown: Snapshot, router: VirtualRouter) -> Oid | None:
    """Return the index of a virtual router: the interface's number, the VRID, ``ipv4(1)`` or ``ipv6(2)``."""
    number = shown.index(router.interface)
    return None if number is None else (number, router.virtual_router_id, 1 if router.family == 4 else 2)


def _routers(shown: Snapshot) -> Iterator[Shown]:
    met = set[Oid]()
    for router, state in zip(shown.configuration.routers, shown.state.states, strict=True):
        index = index_of(shown, router)
        if index is not None and index not in met:
            met.add(index)
            yield index, router, state


def reason(router: VirtualRouter, state: State) -> Value:
    """Return why it is Master: an owner by its priority, everybody else because nobody better was heard."""
    if not isinstance(state, Master):
        return integer(_NOT_MASTER)
    return integer(_PRIORITY if router.is_owner else _NO_RESPONSE)


def _operation(shown: Snapshot, index: Oid, router: VirtualRouter, state: State) -> Row:
    master, primary = master_address(shown, router, state), state.standing.address
    nowhere = bytes(4 if router.family == 4 else 16)
    return index, {
        3: octets(bytes(master or nowhere)),
        4: octets(bytes(primary or nowhere)),
        5: hardware_address(shown, router),
        6: integer(status(state)),
        7: gauge(state.standing.priority),
        8: integer(len(router.addresses)),
        9: integer(router.advertisement_interval // HUNDREDTH),
        10: truth(router.preempt),
        11: truth(router.accept),
        12: ticks(shown.up_for(router) // HUNDREDTH),
        13: integer(_ACTIVE),
    }


def _associated(rows: Iterable[Shown]) -> Iterator[Row]:
    for index, router, _ in rows:
        yield from (((*index, *virtual.address), {2: integer(_ACTIVE)}) for virtual in router.addresses)


def _statistics(shown: Snapshot, index: Oid, router: VirtualRouter, state: State) -> Row:
    of = statistics(router, shown.counts)
    return index, {
        1: counter(of.became_master),
        2: reason(router, state),
        3: counter64(of.advertisements_received),
        4: counter64(of.interval_errors),
        5: counter64(of.ttl_errors),
        6: integer(0),
        7: counter64(of.priority_zero_received),
        8: counter64(of.priority_zero_sent),
        9: counter64(of.invalid_type),
        10: counter64(of.address_list_errors),
        11: counter64(of.length_errors),
        12: ticks(0),
        13: gauge(router.advertisement_interval // _MILLISECOND),
    }
