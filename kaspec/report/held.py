"""Addresses, routes and rules in the words of keepalived 2.2.7's dumps."""

from collections.abc import Iterator

from kaspec.address import Address, family_of, format_address
from kaspec.vrrp.holdings import Encapsulation, Network, NextHop, PolicyRule, Route, RouteMetric, VirtualAddress

_SCOPES = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}
_PREFERENCES = {0: "medium", 1: "high", 3: "low"}
_FRACTIONS = {"rtt": 8, "rttvar": 4, "rto_min": 1}
"""In which parts of a millisecond the kernel counts them."""
_METRICS = ("congctl", "rtt", "rttvar", "rto_min", "features", "mtu", "window", "ssthresh", "cwnd", "advmss", "reordering", "hoplimit",
            "initcwnd", "initrwnd", "quickack", "fastopen_no_cookie")  # fmt: skip
_FLAGS = ("noprefixroute", "home", "mngtmpaddr", "autojoin")


def write_network(network: Network) -> str:
    """Write an address, with its prefix length unless it stands alone."""
    address, length = network
    return format_address(address) if length == 8 * len(address) else f"{format_address(address)}/{length}"


def write_address(virtual: VirtualAddress) -> str:
    """Write an address."""
    return " ".join(_address(virtual))


def _address(virtual: VirtualAddress) -> Iterator[str]:
    if virtual.peer is None:
        yield write_network((virtual.address, virtual.prefix_length))
    else:
        yield f"{format_address(virtual.address)} peer {write_network((virtual.peer, virtual.prefix_length))}"
    if virtual.broadcast is not None:
        yield f"brd {format_address(virtual.broadcast)}"
    yield f"dev {virtual.interface} scope {_SCOPES.get(virtual.scope, virtual.scope)}"
    if virtual.label is not None:
        yield f"label {virtual.label}"
    yield from (flag for flag in _FLAGS if flag in virtual.flags)
    if family_of(virtual.address) == 4:
        return
    if virtual.duplicate_detection:
        yield "-nodad"
    lifetime = virtual.preferred_lifetime
    yield "deprecated" if lifetime == 0 else f"preferred_lft {'forever' if lifetime is None else lifetime}"


def write_route(route: Route) -> str:
    """Write a route."""
    return " ".join((*_target(route), *_way(route), *_rest(route)))


def _target(route: Route) -> Iterator[str]:
    unicast = route.type == "unicast"
    yield route.order if unicast or route.order != "prepend" else "add"
    if not unicast:
        yield route.type
    yield f"{format_address(route.destination)}/{route.prefix_length}"
    if route.origin is not None:
        yield f"from {write_network(route.origin)}"
    if route.source is not None:
        yield f"src {format_address(route.source)}"
    if route.type_of_service:
        yield f"tos {route.type_of_service}"
    if route.encapsulation is not None:
        yield " ".join(_encapsulation(route.encapsulation))


def _via(via: Address) -> str:
    return f"via inet{'6' if family_of(via) == 6 else ''} {format_address(via)}"


def _way(route: Route) -> Iterator[str]:
    if route.via is not None:
        yield _via(route.via)
    if route.interface is not None:
        yield f"dev {route.interface}"
    if route.table is not None:
        yield f"table {route.table}"
    yield f"proto {route.protocol}"
    yield from (f"{name} {value}" for name, value in (("scope", route.scope), ("metric", route.metric)) if value is not None)
    if route.onlink:
        yield "onlink"
    yield from _realm(route.realms)
    if route.expires is not None:
        yield f"expires {route.expires}sec"
    if route.preference is not None:
        yield f"pref {_PREFERENCES[route.preference]}"
    if route.propagates_ttl is not None:
        yield f"ttl-propagate {'enabled' if route.propagates_ttl else 'disabled'}"


def _realm(realms: tuple[int, int] | None) -> Iterator[str]:
    if realms is not None:
        yield f"realm {realms[0]}/{realms[1]}" if realms[0] else f"realm {realms[1]}"


def _rest(route: Route) -> Iterator[str]:
    yield from (_metric(metric) for name in _METRICS for metric in route.metrics if metric.name == name)
    yield from (" ".join(_hop(hop)) for hop in route.hops)
    if not route.tracked or route.interface is None:
        yield "no_track"


def _metric(metric: RouteMetric) -> str:
    if metric.name == "features":
        return "features ecn"
    lock = "lock " if metric.locked else ""
    if metric.name in _FRACTIONS and isinstance(metric.value, int):
        whole, rest = divmod(metric.value // _FRACTIONS[metric.name], 1000)
        return f"{metric.name} {lock}{f'{1000 * whole + rest}ms' if rest else f'{whole}s'}"
    return f"{metric.name} {lock}{metric.value}"


def _hop(hop: NextHop) -> Iterator[str]:
    yield "nexthop"
    if hop.via is not None:
        yield _via(hop.via)
    if hop.interface is not None:
        yield f"dev {hop.interface}"
    yield f"weight {hop.weight}"
    if hop.onlink:
        yield "onlink"
    yield from _realm(hop.realms)
    if hop.encapsulation is not None:
        yield " ".join(_encapsulation(hop.encapsulation))


def _encapsulation(wrapped: Encapsulation) -> Iterator[str]:
    yield f"encap {wrapped.kind}"
    if wrapped.labels:
        yield "/".join(map(str, wrapped.labels))
    limit, service = ("hoplimit", "tc") if wrapped.kind == "ip6" else ("ttl", "tos")
    if wrapped.identifier is not None:
        yield f"id {wrapped.identifier}"
    ends = (("dst", wrapped.destination), ("src", wrapped.source))
    yield from (f"{name} {format_address(address)}" for name, address in ends if address is not None)
    numbers = ((service, wrapped.traffic_class), (limit, wrapped.hop_limit), ("flags", wrapped.flags))
    yield from (f"{name} {number}" for name, number in numbers if number is not None)


def write_rule(rule: PolicyRule) -> str:
    """Write a policy rule."""
    return " ".join((*_selectors(rule), *_action(rule)))


def _selectors(rule: PolicyRule) -> Iterator[str]:
    if rule.inverted:
        yield "not"
    yield f"from {write_network(rule.source) if rule.source else 'all'}"
    if rule.destination is not None:
        yield f"to {write_network(rule.destination)}"
    yield f"priority {rule.priority} tos 0x{rule.type_of_service:x}"
    if rule.mark is not None:
        mark, mask = rule.mark
        yield f"fwmark 0x{mark:x}{'' if mask is None else f'/0x{mask:x}'}"
    numbers = (
        ("iif", rule.incoming),
        ("oif", rule.outgoing),
        ("suppress_prefixlength", rule.suppress_prefix_length),
        ("suppress_ifgroup", rule.suppress_group),
        ("tunnel-id", rule.tunnel),
    )
    yield from (f"{name} {value}" for name, value in numbers if value is not None)
    if rule.users is not None:
        yield f"uidrange {rule.users[0]}-{rule.users[1]}"
    if rule.any_vrf:
        yield "l3mdev"
    yield f"protocol {rule.protocol}"


def _action(rule: PolicyRule) -> Iterator[str]:
    if rule.ip_protocol is not None:
        yield f"ipproto {rule.ip_protocol}"
    ports = (("sport", rule.source_ports), ("dport", rule.destination_ports))
    yield from (f"{name} {first}" if first == last else f"{name} {first}-{last}" for name, pair in ports if pair for first, last in (pair,))
    if rule.realms is not None:
        yield f"realms {rule.realms[0]}/{rule.realms[1]}"
    match rule.action:
        case "table":
            yield f"lookup {rule.target or 0}"
        case "goto":
            yield f"goto {rule.target}"
        case "nop":
            yield "nop"
        case _:
            yield f"type {rule.action}"
