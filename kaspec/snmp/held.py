"""KEEPALIVED-MIB: the addresses, routes and rules that a Master holds, and those that the host always has (instance 0)."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from kaspec.address import Address, family_of
from kaspec.snmp.snapshot import Row, Snapshot, table
from kaspec.snmp.values import Oid, Value, counter64, gauge, integer, octets, text, truth
from kaspec.snmp.view import Cell
from kaspec.vrrp.holdings import MAIN_TABLE, Encapsulation, Network, NextHop, PolicyRule, Route, RouteMetric, Span, VirtualAddress
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Master

_GLOBAL = 14
_SCOPES: Mapping[int, int] = {0: _GLOBAL, 200: 5, 253: 2, 254: 1}
"""The kernel's scopes as RFC 4001's: site, link, interface-local; everything else is global."""
_TYPES: Mapping[str, int] = {
    "unicast": 1, "blackhole": 3, "anycast": 4, "multicast": 5, "broadcast": 6, "unreachable": 7, "prohibit": 8, "throw": 9, "nat": 10,
}  # fmt: skip
_SEVERAL_WAYS = 2
_ACTIONS: Mapping[str, int] = {"table": 1, "goto": 2, "nop": 3, "blackhole": 6, "unreachable": 7, "prohibit": 8}
_PREFERENCES: Mapping[int, int] = {3: 1, 0: 2, 1: 3}
"""RFC 4191's as ``low(1), medium(2), high(3)``."""
_ENCAPSULATIONS: Mapping[str, int] = {"mpls": 1, "ip": 2, "ip6": 4}
_METRICS: Mapping[str, tuple[int, int | None]] = {
    "mtu": (22, 23), "hoplimit": (24, None), "advmss": (25, 26), "rtt": (27, 28), "rttvar": (29, 30), "reordering": (31, 32),
    "window": (33, None), "cwnd": (34, 35), "ssthresh": (36, 37), "rto_min": (38, 39), "initcwnd": (40, None), "initrwnd": (41, None),
}  # fmt: skip
"""The columns of a metric and of whether it is locked, by iproute2's name."""
_CONGESTION_CONTROL, _QUICK_ACK, _NO_COOKIE, _FEATURES = "congctl", "quickack", "fastopen_no_cookie", "features"
T = TypeVar("T")


def held(vrrp: Oid, shown: Snapshot) -> Iterator[Cell]:
    """Yield the objects of every table of what is held."""
    statics = shown.configuration.statics
    addresses = _numbered(shown, statics.addresses, lambda router: router.held_addresses)
    routes = tuple(_numbered(shown, statics.routes, lambda router: router.routes))
    rules = _numbered(shown, statics.rules, lambda router: router.rules)
    yield from table((*vrrp, 6, 1), (_address(shown, *each) for each in addresses))
    yield from table((*vrrp, 7, 1), (_route(shown, *each) for each in routes))
    yield from table((*vrrp, 8, 1), (_rule(*each) for each in rules))
    yield from table((*vrrp, 11, 1), (hop for index, route, _ in routes for hop in _hops(shown, index, route)))


Numbered = tuple[Oid, T, bool]
"""The index of an item, the item, and whether it is held."""


def _numbered(shown: Snapshot, statics: tuple[T, ...], items: Callable[[VirtualRouter], tuple[T, ...]]) -> Iterator[Numbered[T]]:
    """Count items: those that the host always has, then each virtual router's."""
    yield from (((0, place), item, True) for place, item in enumerate(statics, 1))
    for number, (router, state) in enumerate(zip(shown.configuration.routers, shown.state.states, strict=True), 1):
        yield from (((number, place), item, isinstance(state, Master)) for place, item in enumerate(items(router), 1))


def _inet(address: Address | None) -> tuple[Value | None, Value | None]:
    if address is None:
        return None, None
    return integer(1 if family_of(address) == 4 else 2), octets(address)


def _number(value: int | None) -> Value | None:
    return None if value is None else gauge(value)


def _name(name: str | None) -> Value | None:
    return None if name is None else text(name)


def _index(shown: Snapshot, interface: str | None) -> Value | None:
    number = shown.index(interface)
    return None if number is None else integer(number)


def _address(shown: Snapshot, index: Oid, each: VirtualAddress, is_held: bool) -> Row:
    kind, value = _inet(each.address)
    router = shown.configuration.routers[index[0] - 1] if index[0] else None
    broadcast = octets(each.broadcast or bytes(4)) if family_of(each.address) == 4 else None
    return index, {
        2: kind,
        3: value,
        4: broadcast,
        5: gauge(each.prefix_length),
        6: integer(_SCOPES.get(each.scope, _GLOBAL)),
        7: _index(shown, each.interface),
        8: text(each.interface),
        9: _name(each.label),
        10: truth(is_held),
        11: truth(router is not None and index[1] <= len(router.addresses)),
        12: _inet(each.peer)[1],
    }


def _route(shown: Snapshot, index: Oid, each: Route, is_held: bool) -> Row:
    kind, destination = _inet(each.destination)
    origin, origin_length = each.origin or (None, None)
    return index, {
        2: kind,
        3: destination,
        4: gauge(each.prefix_length),
        5: _inet(each.via)[1],
        7: _inet(each.source)[1],
        8: gauge(each.metric or 0),
        9: integer(_SCOPES.get(each.scope or 0, _GLOBAL)),
        10: integer(_SEVERAL_WAYS if each.hops else _TYPES.get(each.type, 1)),
        11: _index(shown, each.interface),
        12: _name(each.interface),
        13: gauge(MAIN_TABLE if each.table is None else each.table),
        14: truth(is_held),
        15: _inet(origin)[1],
        16: _number(origin_length),
        17: _number(each.type_of_service or None),
        18: integer(each.protocol + 1),
        21: None if each.expires is None else integer(each.expires),
        43: None if each.preference is None else integer(_PREFERENCES.get(each.preference, 2)),
        **_metrics(each.metrics),
        **_realms(each.realms, 44),
        **_encapsulation(each.encapsulation, 46),
    }


def _metrics(metrics: tuple[RouteMetric, ...]) -> dict[int, Value | None]:
    given = {each.name: each for each in metrics}
    found: dict[int, Value | None] = {19: truth(_FEATURES in given), 20: truth(_QUICK_ACK in given and bool(given[_QUICK_ACK].value))}
    for name, (column, lock) in _METRICS.items():
        if (each := given.get(name)) is not None and isinstance(each.value, int):
            found[column] = gauge(each.value)
            if lock is not None:
                found[lock] = truth(each.locked)
    if _CONGESTION_CONTROL in given:
        found[42] = text(str(given[_CONGESTION_CONTROL].value))
    if _NO_COOKIE in given:
        found[55] = truth(bool(given[_NO_COOKIE].value))
    return found


def _realms(realms: Span | None, column: int) -> dict[int, Value | None]:
    """Return the realm to and the realm from, where they are given (0 is none)."""
    source, destination = realms or (0, 0)
    return {column: _number(destination or None), column + 1: _number(source or None)}


def _encapsulation(each: Encapsulation | None, column: int) -> dict[int, Value | None]:
    if each is None:
        return {}
    columns = (
        integer(_ENCAPSULATIONS[each.kind]),
        text("/".join(map(str, each.labels))) if each.labels else None,
        None if each.identifier is None else counter64(each.identifier),
        _inet(each.destination)[1],
        _inet(each.source)[1],
        _number(each.traffic_class),
        _number(each.hop_limit),
        _number(each.flags),
    )
    return dict(enumerate(columns, column))


def _hops(shown: Snapshot, index: Oid, route: Route) -> Iterator[Row]:
    for place, hop in enumerate(route.hops, 1):
        yield (*index, place), _hop(shown, route, hop)


def _hop(shown: Snapshot, route: Route, hop: NextHop) -> Mapping[int, Value | None]:
    kind, via = _inet(hop.via)
    return {
        2: kind or integer(1 if family_of(route.destination) == 4 else 2),
        3: via,
        4: _index(shown, hop.interface),
        5: _name(hop.interface),
        6: gauge(hop.weight) if hop.weight != 1 else None,
        7: truth(hop.onlink),
        **_realms(hop.realms, 8),
        **_encapsulation(hop.encapsulation, 10),
    }


def _network(network: Network | None, family: int) -> tuple[Value | None, Value | None, Value | None]:
    """Return the type, the address and the length of its network part."""
    if network is None:
        return None, None, None
    address, length = network
    return integer(1 if family == 4 else 2), octets(address), gauge(length)


def _rule(index: Oid, each: PolicyRule, is_held: bool) -> Row:
    """Columns 2 to 5 are from when a rule had one address; they show whichever there is."""
    destination, source = _network(each.destination, each.family), _network(each.source, each.family)
    routes = each.action == "table"
    mark, mask = each.mark or (None, None)
    return index, {
        2: text("from" if each.source is not None or each.destination is None else "to"),
        **dict(enumerate(source if each.source else destination, 3)),
        6: _number(each.target) if routes else None,
        7: truth(is_held),
        8: truth(each.inverted),
        **dict(enumerate(destination, 9)),
        **dict(enumerate(source, 12)),
        15: gauge(each.type_of_service),
        16: _number(mark),
        17: _number(mask),
        **_realms(each.realms, 18),
        20: _name(each.incoming),
        21: _name(each.outgoing),
        22: _number(each.target) if each.action == "goto" else None,
        23: integer(_ACTIONS[each.action]),
        24: _number(each.target) if routes else None,
        25: gauge(each.priority),
        26: _number(each.suppress_prefix_length),
        27: None if each.suppress_group is None else text(str(each.suppress_group)),
        28: None if each.tunnel is None else gauge(each.tunnel >> 32),
        29: None if each.tunnel is None else gauge(each.tunnel & 0xFFFF_FFFF),
        30: _number(each.users[0]) if each.users else None,
        31: _number(each.users[1]) if each.users else None,
        32: truth(True) if each.any_vrf else None,
        34: _number(each.ip_protocol),
        35: _number(each.source_ports[0]) if each.source_ports else None,
        36: _number(each.source_ports[1]) if each.source_ports else None,
        37: _number(each.destination_ports[0]) if each.destination_ports else None,
        38: _number(each.destination_ports[1]) if each.destination_ports else None,
    }
