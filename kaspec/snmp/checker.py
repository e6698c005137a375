"""KEEPALIVED-MIB, the part about virtual servers: each table is a function of a snapshot.

Rows are numbered in the configuration's order; a sorry server comes before the real servers, as with keepalived.  What a virtual server
hands down to its checks (intervals, timeouts) is not shown.
"""

from collections.abc import Iterator, Mapping
from typing import assert_never

from kaspec.address import Address
from kaspec.lvs.model import AddressService, GroupService, MarkService, RealServer, ServerGroup, SorryServer, VirtualServer
from kaspec.lvs.services import ServerState, ServiceState, effective_weight
from kaspec.lvs.settings import Forwarding
from kaspec.snmp.counted import server_counters, service_counters
from kaspec.snmp.keepalived import KEEPALIVED, global_cells, inet
from kaspec.snmp.snapshot import CheckSnapshot, Row, scalars, table
from kaspec.snmp.values import Oid, Value, gauge, integer, octets, text, truth
from kaspec.snmp.view import Cell
from kaspec.units import SECOND

CHECK: Oid = (*KEEPALIVED, 3)
_MARK, _ADDRESS, _GROUP = 1, 2, 3
REGULAR, _SORRY = 1, 2
MET, NOT_MET = 1, 2
_REMOVE, _INHIBIT = 1, 2
_PROTOCOLS = {"TCP": 1, "UDP": 2, "SCTP": 3}
_SCHEDULERS = ("rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos")
_OTHER_SCHEDULER = 99
_METHODS = {"NAT": 1, "DR": 2, "TUN": 3}
_TUNNELS = {"ipip": 1, "gue": 2, "gre": 3}
_CHECKSUMS = {"nocsum": 1, "csum": 2, "remcsum": 3}


def checker_cells(shown: CheckSnapshot, with_global: bool) -> Iterator[Cell]:
    """Yield every object; ``with_global`` those about the whole of keepalived too, if the VRRP process does not tell them."""
    if with_global:
        yield from global_cells(shown)
    yield from table((*CHECK, 1, 1), (((number,), {2: text(group.name)}) for number, group in _groups(shown)))
    yield from table((*CHECK, 2, 1), _members(shown))
    yield from table((*CHECK, 3, 1), _services(shown))
    yield from table((*CHECK, 4, 1), _servers(shown))
    yield from scalars((*CHECK, 6), _synchronisation(shown))
    timeouts = shown.configuration.lvs.lvs_timeouts
    if timeouts is not None:
        given = enumerate((timeouts.tcp, timeouts.tcpfin, timeouts.udp), 1)
        yield from scalars((*CHECK, 7), {(number,): None if each is None else integer(each // SECOND) for number, each in given})


def _groups(shown: CheckSnapshot) -> Iterator[tuple[int, ServerGroup]]:
    yield from enumerate(shown.configuration.server_groups, 1)


def _members(shown: CheckSnapshot) -> Iterator[Row]:
    """Marks come before addresses, as in keepalived's walk; a range is written out."""
    for number, group in _groups(shown):
        for place, entry in enumerate(sorted(group.entries, key=lambda each: not isinstance(each, MarkService)), 1):
            if isinstance(entry, MarkService):
                yield (number, place), {2: integer(_MARK), 3: gauge(entry.mark)}
            else:
                kind, address = inet(entry[0])
                yield (number, place), {2: integer(_ADDRESS), 4: kind, 5: address, 8: gauge(entry[1])}


def _services(shown: CheckSnapshot) -> Iterator[Row]:
    for number, virtual in enumerate(shown.configuration.services, 1):
        state = shown.directed.states.get(virtual.key)
        if state is not None:
            own = {**key_columns(virtual), **_scheduling(virtual), **_persistence(virtual), **_condition(shown, virtual, state)}
            yield (number,), {**own, **service_counters(shown, virtual)}


def key_columns(virtual: VirtualServer) -> Mapping[int, Value | None]:
    """What a virtual server is known by."""
    match virtual.key:
        case AddressService(address, port, protocol):
            kind, octet = inet(address)
            return {2: integer(_ADDRESS), 5: kind, 6: octet, 7: gauge(port), 8: integer(_PROTOCOLS[protocol])}
        case MarkService(mark, family):
            return {2: integer(_MARK), 4: gauge(mark), 5: integer(1 if family == 4 else 2)}
        case GroupService(name, protocol):
            kind = integer(1 if virtual.family == 4 else 2)
            return {2: integer(_GROUP), 3: text(name), 5: kind, 8: integer(_PROTOCOLS[protocol])}
        case _:
            assert_never(virtual.key)


def _scheduling(virtual: VirtualServer) -> Mapping[int, Value | None]:
    """How it schedules: the flags of ``sh`` and ``mh`` are the same bits to keepalived."""
    known = virtual.scheduler in _SCHEDULERS
    first, second, third = (truth(flag in virtual.flags) for flag in ("flag-1", "flag-2", "flag-3"))
    tunnel = _tunnel(virtual.forwarding)
    return {
        9: integer(_SCHEDULERS.index(virtual.scheduler) + 1 if known else _OTHER_SCHEDULER),
        10: integer(_METHODS[virtual.forwarding.method]),
        37: truth(virtual.one_packet),
        52: truth(False),
        53: first,
        54: second,
        55: third,
        62: first,
        63: second,
        **{68 + place: value for place, value in enumerate(tunnel)},
    }


def _tunnel(forwarding: Forwarding) -> tuple[Value | None, Value | None, Value | None]:
    if forwarding.method != "TUN":
        return None, None, None
    kind = integer(_TUNNELS[forwarding.tunnel or "ipip"])
    if forwarding.tunnel in {None, "ipip"}:
        return kind, None, None
    port = None if forwarding.port is None else gauge(forwarding.port)
    return kind, port, integer(_CHECKSUMS[forwarding.checksum or "nocsum"])


def _persistence(virtual: VirtualServer) -> Mapping[int, Value | None]:
    persistence = virtual.persistence
    length = persistence.granularity if persistence is not None else None
    if virtual.family == 4:
        mask = (0xFFFFFFFF << 32 - (32 if length is None else length)) & 0xFFFFFFFF
        granularity = {15: octets(bytes(Address(mask.to_bytes(4))))}
    else:
        granularity = {51: gauge(128 if length is None else length)}
    timeout = None if persistence is None else gauge(persistence.timeout // SECOND)
    return {13: truth(persistence is not None), 14: timeout, **granularity}


def _condition(shown: CheckSnapshot, virtual: VirtualServer, state: ServiceState) -> Mapping[int, Value | None]:
    return {
        11: integer(1),
        17: truth(virtual.ha_suspend),
        18: truth(virtual.alpha),
        19: truth(virtual.omega),
        20: gauge(len(virtual.servers)),
        21: gauge(sum(each.is_up for each in state.servers)),
        22: gauge(virtual.quorum),
        23: integer(MET if state.has_quorum else NOT_MET),
        24: shown.words(virtual.quorum_up),
        25: shown.words(virtual.quorum_down),
        26: gauge(virtual.hysteresis),
        61: truth(shown.mails(virtual.smtp_alert, False)),
    }


def _servers(shown: CheckSnapshot) -> Iterator[Row]:
    for number, virtual in enumerate(shown.configuration.services, 1):
        state = shown.directed.states.get(virtual.key)
        if state is None:
            continue
        if virtual.sorry_server is not None:
            yield (number, 1), {**_sorry(virtual.sorry_server), **server_counters(shown, virtual, virtual.sorry_server)}
        for row, (server, each) in enumerate(zip(virtual.servers, state.servers, strict=True), first_row(virtual)):
            counters = server_counters(shown, virtual, server)
            yield (number, row), {**place_columns(server, REGULAR), **_server(shown, server, each), **counters}


def first_row(virtual: VirtualServer) -> int:
    """Return the number of the first real server: a sorry server comes before it."""
    return 1 if virtual.sorry_server is None else 2


def place_columns(server: RealServer | SorryServer, sort: int) -> dict[int, Value | None]:
    """Where a server is, and how it is reached."""
    kind, address = inet(server.address)
    tunnel = dict(enumerate(_tunnel(server.forwarding), 52))
    return {2: integer(sort), 3: kind, 4: address, 5: gauge(server.port), 40: integer(_METHODS[server.forwarding.method]), **tunnel}


def _sorry(server: SorryServer) -> Mapping[int, Value | None]:
    return {**place_columns(server, _SORRY), 42: truth(False), 47: truth(False)}


def _server(shown: CheckSnapshot, server: RealServer, state: ServerState) -> Mapping[int, Value | None]:
    return {
        6: truth(state.is_up),
        7: integer(effective_weight(server, state)),
        8: gauge(server.upper_threshold) if server.upper_threshold else None,
        9: gauge(server.lower_threshold) if server.lower_threshold else None,
        10: integer(_INHIBIT if server.inhibit_on_failure else _REMOVE),
        11: shown.words(server.notify_up),
        12: shown.words(server.notify_down),
        13: gauge(state.succeeds.count(False)),
        42: truth(server.alpha),
        47: truth(shown.mails(server.smtp_alert, True)),
    }


def _synchronisation(shown: CheckSnapshot) -> Mapping[Oid, Value | None]:
    daemon = shown.configuration.lvs.lvs_sync_daemon
    if daemon is None:
        return {(1,): truth(False)}
    numbers = {router.name: router.virtual_router_id for router in shown.configuration.routers}
    identifier = numbers.get(daemon.instance or "", 0) if daemon.identifier is None else daemon.identifier
    kind, group = inet(daemon.group) if daemon.group is not None else (None, None)
    return {
        (1,): truth(True),
        (2,): text(daemon.interface),
        (3,): text(daemon.instance),
        (4,): integer(identifier),
        (5,): integer(daemon.longest or 0),
        (6,): integer(daemon.port or 0),
        (7,): integer(daemon.ttl or 0),
        (8,): kind,
        (9,): group,
    }
