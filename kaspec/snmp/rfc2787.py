"""VRRP-MIB (RFC 2787): the virtual routers of version 2, by the number of their interface and their VRID.

The first of several virtual routers of one VRID on an interface is shown: the MIB has room for one.
"""

from collections.abc import Iterable, Iterator

from kaspec import rules
from kaspec.address import Address
from kaspec.report.stats import Statistics, statistics
from kaspec.rules import Rule
from kaspec.snmp.snapshot import HUNDREDTH, Row, Snapshot, scalars, table
from kaspec.snmp.values import Oid, Syntax, Value, counter, integer, octets, ticks, truth
from kaspec.snmp.view import Cell
from kaspec.units import SECOND
from kaspec.vrrp.authentication import IpAuthenticationHeader, NoAuthentication
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, State

VRRP_MIB: Oid = (1, 3, 6, 1, 2, 1, 68)
OPERATIONS, STATISTICS = (*VRRP_MIB, 1), (*VRRP_MIB, 2)
_INITIALIZE, _BACKUP, _MASTER = 1, 2, 3
_ACTIVE = 1
_IP = 1
NOWHERE = Address(bytes(4))

Shown = tuple[Oid, VirtualRouter, State]


def vrrp_cells(shown: Snapshot) -> Iterator[Cell]:
    """Yield every object."""
    rows = tuple(_routers(shown))
    yield from scalars(OPERATIONS, {(1,): integer(2), (2,): truth(shown.configuration.global_defs.snmp.enable_traps)})
    yield from table((*OPERATIONS, 3, 1), (_operation(shown, *each) for each in rows))
    yield from table((*OPERATIONS, 4, 1), _associated(rows))
    checksums, versions = (counter(counted(shown, rule, (2,))) for rule in (rules.CHECKSUM, rules.VERSION))
    yield from scalars(STATISTICS, {(1,): checksums, (2,): versions, (3,): counter(0)})
    yield from table((*STATISTICS, 4, 1), _statistics(shown, rows))


def counted(shown: Snapshot, rule: Rule, versions: Iterable[int]) -> int:
    """Return how many advertisements of these versions were discarded by a rule."""
    concerned = {router.identity for router in shown.configuration.routers if router.version in versions}
    return sum(count for (who, _, followed), count in shown.counts.items() if followed == rule and who in concerned)


def status(state: State) -> int:
    """Return ``initialize(1), backup(2), master(3)``."""
    match state:
        case Initialize() | Fault():
            return _INITIALIZE
        case Backup():
            return _BACKUP
        case Master():
            return _MASTER


def _routers(shown: Snapshot) -> Iterator[Shown]:
    met = set[Oid]()
    for router, state in zip(shown.configuration.routers, shown.state.states, strict=True):
        number = shown.index(router.interface)
        if router.version == 2 and number is not None and (number, router.virtual_router_id) not in met:
            met.add((number, router.virtual_router_id))
            yield (number, router.virtual_router_id), router, state


def master_address(shown: Snapshot, router: VirtualRouter, state: State) -> Address | None:
    """Return the source address of the Master: our own, or that of whom we follow."""
    if isinstance(state, Master):
        return state.standing.address
    following = shown.journal(router).following
    return following.source if isinstance(state, Backup) and following else None


def hardware_address(shown: Snapshot, router: VirtualRouter) -> Value | None:
    """Return the address on the link that the virtual addresses are at: the virtual one if it is used, else the interface's."""
    if router.virtual_interface is not None and router.virtual_interface.mac:
        return octets(router.virtual_interface.mac)
    face = shown.faces.get(router.interface)
    return octets(face.mac) if face else None


def _operation(shown: Snapshot, index: Oid, router: VirtualRouter, state: State) -> Row:
    since = shown.journal(router).up_since
    return index, {
        2: hardware_address(shown, router),
        3: integer(status(state)),
        4: integer(1),
        5: integer(state.standing.priority),
        6: integer(len(router.addresses)),
        7: Value(Syntax.IP_ADDRESS, bytes(master_address(shown, router, state) or NOWHERE)),
        8: Value(Syntax.IP_ADDRESS, bytes(state.standing.address or NOWHERE)),
        9: integer(_authentication(router)),
        11: integer(router.advertisement_interval // SECOND),
        12: truth(router.preempt),
        13: ticks(0 if since is None else (since - shown.started) // HUNDREDTH),
        14: integer(_IP),
        15: integer(_ACTIVE),
    }


def _authentication(router: VirtualRouter) -> int:
    """Return ``noAuthentication(1), simpleTextPassword(2), ipAuthenticationHeader(3)``."""
    match router.authentication:
        case NoAuthentication():
            return 1
        case IpAuthenticationHeader():
            return 3
        case _:
            return 2


def _associated(rows: Iterable[Shown]) -> Iterator[Row]:
    for index, router, _ in rows:
        yield from (((*index, *virtual.address), {2: integer(_ACTIVE)}) for virtual in router.addresses)


def _statistics(shown: Snapshot, rows: Iterable[Shown]) -> Iterator[Row]:
    for index, router, _ in rows:
        yield index, {number: counter(value) for number, value in enumerate(_numbers(statistics(router, shown.counts)), 1)}


def _numbers(of: Statistics) -> tuple[int, ...]:
    return (
        of.became_master,
        of.advertisements_received,
        of.interval_errors,
        of.authentication_failure,
        of.ttl_errors,
        of.priority_zero_received,
        of.priority_zero_sent,
        of.invalid_type,
        of.address_list_errors,
        of.invalid_authentication_type,
        of.authentication_type_mismatch,
        of.length_errors,
    )
