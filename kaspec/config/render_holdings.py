"""Addresses, routes and rules back into the lines that they are read from."""

from collections.abc import Iterator

from kaspec.address import Address, format_address
from kaspec.config.routes import PREFERENCES
from kaspec.config.values import SCOPE_NAMES
from kaspec.config.writing import bounds, word
from kaspec.vrrp.holdings import KEEPALIVED_PROTOCOL, Encapsulation, Network, NextHop, PolicyRule, Route, RouteMetric, VirtualAddress

_FOREVER_BY_DEFAULT, _NEVER_BY_DEFAULT = None, 0
_PREFERENCE_NAMES = {number: name for name, number in PREFERENCES.items()}


def render_address(address: VirtualAddress, own: str | None) -> str:
    """Write a line of a list of addresses; ``own`` is the interface that goes without saying."""
    return " ".join((f"{format_address(address.address)}/{address.prefix_length}", *_address_options(address, own)))


def _address_options(address: VirtualAddress, own: str | None) -> Iterator[str]:
    if address.interface != own:
        yield f"dev {word(address.interface)}"
    if address.scope:
        yield f"scope {SCOPE_NAMES.get(address.scope, address.scope)}"
    if address.broadcast is not None:
        yield f"brd {format_address(address.broadcast)}"
    if address.label is not None:
        yield f"label {word(address.label)}"
    if address.peer is not None:
        yield f"peer {format_address(address.peer)}/{address.prefix_length}"
    default = _NEVER_BY_DEFAULT if len(address.address) == 16 and address.prefix_length == 128 else _FOREVER_BY_DEFAULT
    if address.preferred_lifetime != default:
        yield f"preferred_lft {'forever' if address.preferred_lifetime is None else address.preferred_lifetime}"
    yield from sorted(address.flags)
    if address.duplicate_detection:
        yield "-nodad"
    yield from _tracking(address)


def _tracking(holding: VirtualAddress | Route | PolicyRule) -> Iterator[str]:
    if not holding.tracked:
        yield "no_track"
    if holding.track_group is not None:
        yield f"track_group {word(holding.track_group)}"


def render_route(route: Route) -> str:
    """Write a line of a list of routes."""
    return " ".join(_route(route))


def _route(route: Route) -> Iterator[str]:
    if route.type != "unicast":
        yield route.type
    yield _network((route.destination, route.prefix_length))
    for keyword, address in (("via", route.via), ("src", route.source)):
        if address is not None:
            yield f"{keyword} {format_address(address)}"
    if route.interface is not None:
        yield f"dev {word(route.interface)}"
    for name, number in (("metric", route.metric), ("table", route.table), ("scope", route.scope), ("expires", route.expires)):
        if number is not None:
            yield f"{name} {number}"
    if route.origin:
        yield f"from {_network(route.origin)}"
    if route.type_of_service:
        yield f"tos {route.type_of_service}"
    if route.protocol != KEEPALIVED_PROTOCOL:
        yield f"protocol {route.protocol}"
    if route.preference is not None:
        yield f"pref {_PREFERENCE_NAMES[route.preference]}"
    if route.propagates_ttl is not None:
        yield f"ttl-propagate {'enabled' if route.propagates_ttl else 'disabled'}"
    yield from map(_metric, route.metrics)  # first, since an encapsulation's hoplimit is written as the metric is
    yield from _way(route.realms, route.encapsulation, route.onlink)
    if route.order != "prepend":
        yield route.order
    yield from (f"nexthop {' '.join(_hop(hop))}" for hop in route.hops)
    yield from _tracking(route)


def _hop(hop: NextHop) -> Iterator[str]:
    if hop.via is not None:
        yield f"via {format_address(hop.via)}"
    if hop.interface is not None:
        yield f"dev {word(hop.interface)}"
    yield f"weight {hop.weight}"
    yield from _way(hop.realms, hop.encapsulation, hop.onlink)


def _way(realms: tuple[int, int] | None, encapsulation: Encapsulation | None, onlink: bool) -> Iterator[str]:
    if onlink:
        yield "onlink"
    if realms is not None:
        yield f"realms {realms[0]}/{realms[1]}"
    if encapsulation is not None:
        yield " ".join(("encap", *_encapsulation(encapsulation)))


def _encapsulation(encapsulation: Encapsulation) -> Iterator[str]:
    yield encapsulation.kind
    if encapsulation.kind == "mpls":
        yield "/".join(map(str, encapsulation.labels))
    limit, service = ("hoplimit", "tc") if encapsulation.kind == "ip6" else ("ttl", "tos")
    addresses = (("dst", encapsulation.destination), ("src", encapsulation.source))
    numbers = ((limit, encapsulation.hop_limit), (service, encapsulation.traffic_class), ("flags", encapsulation.flags))
    if encapsulation.identifier is not None:
        yield f"id {encapsulation.identifier}"
    yield from (f"{name} {format_address(address)}" for name, address in addresses if address is not None)
    yield from (f"{name} {number}" for name, number in numbers if number is not None)


def _metric(metric: RouteMetric) -> str:
    if metric.name == "features":
        return "features ecn"
    return f"{metric.name} {'lock ' if metric.locked else ''}{metric.value}"


def render_rule(rule: PolicyRule) -> str:
    """Write a line of a list of rules."""
    return " ".join(_rule(rule))


def _rule(rule: PolicyRule) -> Iterator[str]:
    if rule.inverted:
        yield "not"
    yield "inet6" if rule.family == 6 else "inet"
    for name, network in (("from", rule.source), ("to", rule.destination)):
        if network:
            yield f"{name} {_network(network)}"
    if rule.action == "goto" or (rule.action == "table" and rule.target is not None):
        yield f"{rule.action} {rule.target}"
    elif rule.action != "table":
        yield rule.action
    yield f"preference {rule.priority}"
    yield from _selectors(rule)
    yield from _tracking(rule)


def _selectors(rule: PolicyRule) -> Iterator[str]:
    if rule.type_of_service:
        yield f"tos {rule.type_of_service}"
    if rule.mark:
        mark, mask = rule.mark
        yield f"fwmark {mark}{'' if mask is None else f'/{mask}'}"
    if rule.realms:
        yield f"realms {rule.realms[0]}/{rule.realms[1]}"
    protocol = None if rule.protocol == KEEPALIVED_PROTOCOL else rule.protocol
    numbers = (
        ("suppress_prefixlength", rule.suppress_prefix_length),
        ("suppress_ifgroup", rule.suppress_group),
        ("tunnel-id", rule.tunnel),
        ("protocol", protocol),
        ("ipproto", rule.ip_protocol),
    )
    yield from (f"{name} {number}" for name, number in numbers if number is not None)
    yield from (f"{name} {word(device)}" for name, device in (("iif", rule.incoming), ("oif", rule.outgoing)) if device is not None)
    if rule.users:
        yield f"uidrange {rule.users[0]}-{rule.users[1]}"
    yield from (f"{name} {bounds(ports)}" for name, ports in (("sport", rule.source_ports), ("dport", rule.destination_ports)) if ports)
    if rule.any_vrf:
        yield "l3mdev"


def _network(network: Network | tuple[Address, int]) -> str:
    return f"{format_address(network[0])}/{network[1]}"
