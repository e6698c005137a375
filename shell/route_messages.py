"""rtnetlink messages of routes and policy rules, as bytes (rtnetlink(7), fib_rules.h, lwtunnel.h).  Pure, like ``shell.rtnetlink``."""

from collections.abc import Iterator, Mapping
from struct import Struct

from kaspec.address import Address, family_of
from kaspec.vrrp.holdings import MAIN_TABLE, Encapsulation, NextHop, PolicyRule, Route, RouteMetric, RouteType, RuleAction
from shell.rtnetlink import FAMILIES, attribute, message

_ROUTE = Struct("=8BI")
_RULE = Struct("=8BI")
_HOP = Struct("=HBBi")
_NUMBER, _SHORT, _LONG_NETWORK, _SHORT_NETWORK, _PAIR, _SHORT_PAIR = map(Struct, ("=I", "=H", ">Q", ">H", "=II", "=HH"))

NEW_ROUTE, DELETE_ROUTE, NEW_RULE, DELETE_RULE = 24, 25, 32, 33
_REQUEST, _EXCLUSIVE, _CREATE, _APPEND = 0x1, 0x200, 0x400, 0x800
_NESTED = 0x8000
_TABLE_UNSPECIFIED, _TABLE_COMPATIBLE = 0, 252

_TYPES: dict[RouteType, int] = {
    "unicast": 1, "local": 2, "broadcast": 3, "anycast": 4, "multicast": 5,
    "blackhole": 6, "unreachable": 7, "prohibit": 8, "throw": 9, "nat": 10,
}  # fmt: skip
_UNIVERSE, _LINK, _HOST = 0, 253, 254
_SCOPES: dict[RouteType, int] = {"local": _HOST, "nat": _HOST, "broadcast": _LINK, "multicast": _LINK, "anycast": _LINK}
_ORDERS = {"prepend": _CREATE, "add": _CREATE | _EXCLUSIVE, "append": _CREATE | _APPEND}
_HOP_ONLINK = 4
_RTA_DST, _RTA_SRC, _RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY, _RTA_PREFSRC, _RTA_METRICS, _RTA_MULTIPATH = 1, 2, 4, 5, 6, 7, 8, 9
_RTA_FLOW, _RTA_TABLE, _RTA_PREF, _RTA_ENCAP_TYPE, _RTA_ENCAP, _RTA_EXPIRES, _RTA_TTL_PROPAGATE = 11, 15, 20, 21, 22, 23, 26
METRICS = {
    "mtu": 2, "window": 3, "rtt": 4, "rttvar": 5, "ssthresh": 6, "cwnd": 7, "advmss": 8, "reordering": 9, "hoplimit": 10, "initcwnd": 11,
    "features": 12, "rto_min": 13, "initrwnd": 14, "quickack": 15, "congctl": 16, "fastopen_no_cookie": 17,
}  # fmt: skip
_METRIC_LOCK = 1
_ENCAPSULATIONS = {"mpls": 1, "ip": 2, "ip6": 4}
_TUNNEL_ID, _TUNNEL_DST, _TUNNEL_SRC, _TUNNEL_TTL, _TUNNEL_TOS, _TUNNEL_FLAGS = 1, 2, 3, 4, 5, 6
_MPLS_DST, _MPLS_TTL = 1, 2
_BOTTOM_OF_STACK = 1 << 8

_ACTIONS: dict[RuleAction, int] = {"table": 1, "goto": 2, "nop": 3, "blackhole": 6, "unreachable": 7, "prohibit": 8}
_INVERTED = 0x2
_FRA_DST, _FRA_SRC, _FRA_IIFNAME, _FRA_GOTO, _FRA_PRIORITY, _FRA_FWMARK, _FRA_FLOW, _FRA_TUN_ID = 1, 2, 3, 4, 6, 10, 11, 12
_FRA_SUPPRESS_IFGROUP, _FRA_SUPPRESS_PREFIXLEN, _FRA_TABLE, _FRA_FWMASK, _FRA_OIFNAME, _FRA_L3MDEV = 13, 14, 15, 16, 17, 19
_FRA_UID_RANGE, _FRA_PROTOCOL, _FRA_IP_PROTO, _FRA_SPORT_RANGE, _FRA_DPORT_RANGE = 20, 21, 22, 23, 24

Attribute = tuple[int, bytes]


def route_change(install: bool, route: Route, indexes: Mapping[str, int]) -> bytes:
    """Add or delete a route; ``indexes`` has those of the interfaces that it names."""
    family, table = family_of(route.destination), MAIN_TABLE if route.table is None else route.table
    body = _ROUTE.pack(
        FAMILIES[family],
        route.prefix_length,
        route.origin[1] if route.origin else 0,
        route.type_of_service,
        table if table < 256 else _TABLE_COMPATIBLE,
        route.protocol,
        scope_of(route),
        _TYPES[route.type],
        _HOP_ONLINK if route.onlink else 0,
    )
    body += _joined(_route_attributes(route, table, indexes))
    return message(NEW_ROUTE, _REQUEST | _ORDERS[route.order], body) if install else message(DELETE_ROUTE, _REQUEST, body)


def scope_of(route: Route) -> int:
    """Return a route's scope, by default as iproute2 has it: the link if there is no gateway, for IPv6 always global."""
    if route.scope is not None:
        return route.scope
    if family_of(route.destination) == 6:
        return _UNIVERSE
    near = route.type == "unicast" and route.via is None and not route.hops
    return _LINK if near else _SCOPES.get(route.type, _UNIVERSE)


def masked(address: Address, length: int) -> bytes:
    """Return the network that an address is in: the kernel refuses a route whose destination has host bits."""
    hosts = 8 * len(address) - length
    return (int.from_bytes(address) >> hosts << hosts).to_bytes(len(address))


def _route_attributes(route: Route, table: int, indexes: Mapping[str, int]) -> Iterator[Attribute]:
    yield _RTA_DST, masked(route.destination, route.prefix_length)
    yield _RTA_TABLE, _NUMBER.pack(table)
    if route.origin:
        yield _RTA_SRC, masked(*route.origin)
    if route.via is not None:
        yield _RTA_GATEWAY, route.via
    if route.interface is not None:
        yield _RTA_OIF, _NUMBER.pack(indexes[route.interface])
    if route.source is not None:
        yield _RTA_PREFSRC, route.source
    for kind, number in ((_RTA_PRIORITY, route.metric), (_RTA_EXPIRES, route.expires)):
        if number is not None:
            yield kind, _NUMBER.pack(number)
    if route.realms:
        yield _RTA_FLOW, _realms(route.realms)
    if route.metrics:
        yield _RTA_METRICS, _joined(_metrics(route.metrics))
    if route.preference is not None:
        yield _RTA_PREF, bytes((route.preference,))
    if route.propagates_ttl is not None:
        yield _RTA_TTL_PROPAGATE, bytes((route.propagates_ttl,))
    if route.encapsulation:
        yield from _encapsulated(route.encapsulation)
    if route.hops:
        yield _RTA_MULTIPATH, b"".join(_hop(hop, indexes) for hop in route.hops)


def _hop(hop: NextHop, indexes: Mapping[str, int]) -> bytes:
    attributes: list[Attribute] = [] if hop.via is None else [(_RTA_GATEWAY, hop.via)]
    if hop.realms:
        attributes.append((_RTA_FLOW, _realms(hop.realms)))
    if hop.encapsulation:
        attributes += _encapsulated(hop.encapsulation)
    body, index = _joined(attributes), 0 if hop.interface is None else indexes[hop.interface]
    return _HOP.pack(_HOP.size + len(body), _HOP_ONLINK if hop.onlink else 0, hop.weight - 1, index) + body


def _metrics(metrics: tuple[RouteMetric, ...]) -> Iterator[Attribute]:
    locked = sum(1 << METRICS[metric.name] for metric in metrics if metric.locked)
    if locked:
        yield _METRIC_LOCK, _NUMBER.pack(locked)
    for metric in metrics:
        value = metric.value.encode() + b"\0" if isinstance(metric.value, str) else _NUMBER.pack(metric.value)
        yield METRICS[metric.name], value


def _encapsulated(encapsulation: Encapsulation) -> Iterator[Attribute]:
    kind = encapsulation.kind
    attributes = _mpls(encapsulation) if kind == "mpls" else _tunnel(encapsulation)
    yield _RTA_ENCAP_TYPE, _SHORT.pack(_ENCAPSULATIONS[kind])
    yield _RTA_ENCAP | _NESTED, _joined(attributes)


def _mpls(encapsulation: Encapsulation) -> Iterator[Attribute]:
    last = len(encapsulation.labels) - 1
    entries = (label << 12 | (_BOTTOM_OF_STACK if place == last else 0) for place, label in enumerate(encapsulation.labels))
    yield _MPLS_DST, b"".join(entry.to_bytes(4) for entry in entries)
    if encapsulation.hop_limit is not None:
        yield _MPLS_TTL, bytes((encapsulation.hop_limit,))


def _tunnel(encapsulation: Encapsulation) -> Iterator[Attribute]:
    """Write the fields of the outer header; IPv4's and IPv6's have the same numbers."""
    if encapsulation.identifier is not None:
        yield _TUNNEL_ID, _LONG_NETWORK.pack(encapsulation.identifier)
    for kind, address in ((_TUNNEL_DST, encapsulation.destination), (_TUNNEL_SRC, encapsulation.source)):
        if address is not None:
            yield kind, address
    for kind, octet in ((_TUNNEL_TTL, encapsulation.hop_limit), (_TUNNEL_TOS, encapsulation.traffic_class)):
        if octet is not None:
            yield kind, bytes((octet,))
    if encapsulation.flags is not None:
        yield _TUNNEL_FLAGS, _SHORT_NETWORK.pack(encapsulation.flags)


def rule_change(install: bool, rule: PolicyRule) -> bytes:
    """Add or delete a rule."""
    table = rule.target or _TABLE_UNSPECIFIED if rule.action == "table" else _TABLE_UNSPECIFIED
    body = _RULE.pack(
        FAMILIES[rule.family],
        rule.destination[1] if rule.destination else 0,
        rule.source[1] if rule.source else 0,
        rule.type_of_service,
        table if table < 256 else _TABLE_COMPATIBLE,
        0,
        0,
        _ACTIONS[rule.action],
        _INVERTED if rule.inverted else 0,
    )
    body += _joined(_rule_attributes(rule, table))
    return message(NEW_RULE, _REQUEST | _CREATE | _EXCLUSIVE, body) if install else message(DELETE_RULE, _REQUEST, body)


def _rule_attributes(rule: PolicyRule, table: int) -> Iterator[Attribute]:
    for kind, network in ((_FRA_DST, rule.destination), (_FRA_SRC, rule.source)):
        if network:
            yield kind, masked(*network)
    for kind, name in ((_FRA_IIFNAME, rule.incoming), (_FRA_OIFNAME, rule.outgoing)):
        if name is not None:
            yield kind, name.encode() + b"\0"
    mark, mask = rule.mark or (None, None)
    numbers = (
        (_FRA_PRIORITY, rule.priority),
        (_FRA_GOTO, rule.target if rule.action == "goto" else None),
        (_FRA_TABLE, table or None),
        (_FRA_FWMARK, mark),
        (_FRA_FWMASK, mask),
        (_FRA_SUPPRESS_PREFIXLEN, rule.suppress_prefix_length),
        (_FRA_SUPPRESS_IFGROUP, rule.suppress_group),
    )
    yield from ((kind, _NUMBER.pack(number)) for kind, number in numbers if number is not None)
    if rule.realms:
        yield _FRA_FLOW, _realms(rule.realms)
    if rule.tunnel is not None:
        yield _FRA_TUN_ID, _LONG_NETWORK.pack(rule.tunnel)
    if rule.users:
        yield _FRA_UID_RANGE, _PAIR.pack(*rule.users)
    for kind, ports in ((_FRA_SPORT_RANGE, rule.source_ports), (_FRA_DPORT_RANGE, rule.destination_ports)):
        if ports:
            yield kind, _SHORT_PAIR.pack(*ports)
    octets = ((_FRA_L3MDEV, 1 if rule.any_vrf else None), (_FRA_PROTOCOL, rule.protocol), (_FRA_IP_PROTO, rule.ip_protocol))
    yield from ((kind, bytes((octet,))) for kind, octet in octets if octet is not None)


def _realms(realms: tuple[int, int]) -> bytes:
    source, destination = realms
    return _NUMBER.pack(source << 16 | destination)


def _joined(attributes: Iterator[Attribute] | list[Attribute]) -> bytes:
    return b"".join(attribute(kind, value) for kind, value in attributes)
