"""Addresses, routes and policy rules with every option that they can have."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from hypothesis import strategies as st

from kaspec.address import Family
from kaspec.config.routes import METRICS, PREFERENCES
from kaspec.vrrp.holdings import (
    KEEPALIVED_PROTOCOL,
    AddressFlag,
    Encapsulation,
    Network,
    NextHop,
    Order,
    PolicyRule,
    Route,
    RouteMetric,
    RouteType,
    RuleAction,
    VirtualAddress,
)
from tests.laws.settings.words import BITS, hosts, interfaces, ipv4_hosts, ipv6_hosts, names, octets

_LARGEST = 0xFFFFFFFF
numbers = st.integers(0, _LARGEST)
_flags: dict[Family, st.SearchStrategy[frozenset[AddressFlag]]] = {
    4: st.frozensets(st.sampled_from(("noprefixroute", "autojoin"))),
    6: st.frozensets(st.sampled_from(get_args(AddressFlag))),
}
NO_GROUP: st.SearchStrategy[str | None] = st.none()
lifetimes = st.none() | numbers


def addresses(family: Family, group: st.SearchStrategy[str | None] = NO_GROUP) -> st.SearchStrategy[VirtualAddress]:
    """Any address; only a static one goes with a ``group``."""
    rare: Mapping[str, st.SearchStrategy[Any]] = {
        "peer": hosts[family],
        "flags": _flags[family],
        "tracked": st.booleans(),
        "track_group": group,
    }
    own: dict[Family, Mapping[str, st.SearchStrategy[Any]]] = {
        4: {"label": names, "scope": octets, "broadcast": ipv4_hosts},
        6: {"duplicate_detection": st.booleans(), "preferred_lifetime": lifetimes},
    }
    required: dict[str, st.SearchStrategy[Any]] = {
        "address": hosts[family],
        "prefix_length": st.integers(0, BITS[family]),
        "interface": interfaces,
    }
    return st.fixed_dictionaries(required, optional={**rare, **own[family]}).map(_address)


def _address(given: Mapping[str, Any]) -> VirtualAddress:
    """Build an address: without a word about it, one of IPv6 that is its own network is not preferred."""
    alone = len(given["address"]) == 16 and given["prefix_length"] == 128
    return VirtualAddress(**{"preferred_lifetime": 0 if alone else None, **given})


def networks(family: Family, shortest: int = 0) -> st.SearchStrategy[Network]:
    """Any prefix that has at least ``shortest`` bits."""
    return st.tuples(hosts[family], st.integers(shortest, BITS[family]))


realms = st.tuples(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
_ends = ipv4_hosts | ipv6_hosts
_tunnels: dict[str, st.SearchStrategy[Any]] = {
    "identifier": st.integers(0, (1 << 63) - 1),
    "destination": _ends,
    "source": _ends,
    "hop_limit": octets,
    "traffic_class": octets,
    "flags": st.integers(0, 65535),
}
_labels = st.lists(st.integers(0, 9_999_999), min_size=1, max_size=3).map(tuple)
_kinds: dict[str, st.SearchStrategy[Any]] = {"kind": st.sampled_from(("ip", "ip6"))}
encapsulations = st.fixed_dictionaries(_kinds, optional=_tunnels).map(lambda given: Encapsulation(**given)) | st.builds(
    Encapsulation, st.just("mpls"), _labels, hop_limit=st.none() | octets
)
"""Tunnels and stacks of labels."""

_RANGES: Mapping[str, st.SearchStrategy[int | str]] = {
    **dict.fromkeys(("rtt", "rttvar", "rto_min"), st.integers(0, 999_999_999)),
    **dict.fromkeys(("quickack", "fastopen_no_cookie"), st.integers(0, 1)),
    "hoplimit": octets,
    "features": st.just(1),
    "congctl": st.sampled_from(("cubic", "bbr", "10.x-y")),
}
_LOCKABLE = ("mtu", "advmss", "reordering", "cwnd", "ssthresh", "rtt", "rttvar", "rto_min", "congctl")


def _metric(name: str) -> st.SearchStrategy[RouteMetric]:
    locked = st.booleans() if name in _LOCKABLE else st.just(False)
    return st.builds(RouteMetric, st.just(name), _RANGES.get(name, numbers), locked)


_metric_of = {name: _metric(name) for name in METRICS}
metrics = (
    st.lists(st.sampled_from(METRICS), max_size=3, unique=True)
    .flatmap(lambda chosen: st.tuples(*(_metric_of[name] for name in METRICS if name in chosen)))
    .map(tuple)
)
"""Some of a route's metrics, in the kernel's order."""


def ways(family: Family) -> Mapping[str, st.SearchStrategy[Any]]:
    """How a route, or one way of it, may lead."""
    return {"onlink": st.booleans(), "realms": realms, "encapsulation": encapsulations, "via": hosts[family]}


def hops(family: Family) -> st.SearchStrategy[NextHop]:
    """One way of several."""
    required: dict[str, st.SearchStrategy[Any]] = {"interface": interfaces, "weight": st.integers(1, 256)}
    return st.fixed_dictionaries(required, optional=ways(family)).map(lambda found: NextHop(**found))


_types: st.SearchStrategy[RouteType] = st.sampled_from([each for each in get_args(RouteType) if each != "nat"])
_orders: st.SearchStrategy[Order] = st.sampled_from(get_args(Order))


def routes(family: Family, group: st.SearchStrategy[str | None] = NO_GROUP) -> st.SearchStrategy[Route]:
    """Any route; it is a static one that goes with a ``group``."""
    options: dict[str, st.SearchStrategy[Any]] = {
        "source": hosts[family],
        "metric": numbers,
        "table": numbers,
        "scope": octets,
        "type": _types,
        "order": _orders,
        "origin": networks(family),
        "type_of_service": octets,
        "protocol": octets,
        "expires": st.integers(0, 999_999_999),
        "preference": st.sampled_from(tuple(PREFERENCES.values())),
        "propagates_ttl": st.booleans(),
        "metrics": metrics,
        "tracked": st.booleans(),
        "track_group": group,
    }
    required: dict[str, st.SearchStrategy[Any]] = {"destination": hosts[family], "prefix_length": st.integers(0, BITS[family])}
    one = st.fixed_dictionaries({**required, "interface": interfaces}, optional={**options, **ways(family)})
    several = st.lists(hops(family), min_size=1, max_size=3).map(tuple)
    return (one | st.fixed_dictionaries({**required, "hops": several}, optional=options)).map(lambda given: Route(**given))


def _spans(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda pair: (min(pair), max(pair)))


_targets: dict[RuleAction, st.SearchStrategy[int | None]] = {"table": numbers, "goto": numbers}
_actions: st.SearchStrategy[RuleAction] = st.sampled_from(get_args(RuleAction))
actions = _actions.flatmap(lambda action: st.tuples(st.just(action), _targets.get(action, st.none())))
"""What a rule does, and with which table or rule."""


def policy_rules(family: Family, group: st.SearchStrategy[str | None] = NO_GROUP) -> st.SearchStrategy[PolicyRule]:
    """Any rule; it is a static one that goes with a ``group``."""
    options: dict[str, st.SearchStrategy[Any]] = {
        "inverted": st.booleans(),
        "source": networks(family, 1),
        "destination": networks(family, 1),
        "type_of_service": octets,
        "mark": st.tuples(numbers, st.none() | numbers),
        "incoming": interfaces,
        "outgoing": interfaces,
        "realms": realms,
        "suppress_prefix_length": st.integers(0, 128),
        "suppress_group": numbers,
        "tunnel": st.integers(0, (1 << 63) - 1),
        "users": _spans(0, _LARGEST),
        "any_vrf": st.booleans(),
        "protocol": octets | st.just(KEEPALIVED_PROTOCOL),
        "ip_protocol": octets,
        "source_ports": _spans(1, 65535),
        "destination_ports": _spans(1, 65535),
        "tracked": st.booleans(),
        "track_group": group,
    }
    required: dict[str, st.SearchStrategy[Any]] = {"family": st.just(family), "priority": numbers, "led": actions}
    return st.fixed_dictionaries(required, optional=options).map(_rule)


def _rule(given: Mapping[str, Any]) -> PolicyRule:
    """Build a rule: one for any VRF finds its table by itself."""
    action, target = given["led"]
    target = None if action == "table" and given.get("any_vrf") and target % 2 else target
    return PolicyRule(action=action, target=target, **{name: value for name, value in given.items() if name != "led"})


def some_of(kinds: Iterable[st.SearchStrategy[Any]], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    """A few of several kinds."""
    return st.lists(st.one_of(*kinds), max_size=most).map(tuple)


FAMILIES: tuple[Family, ...] = (4, 6)
held_routes = some_of(map(routes, FAMILIES))
held_rules = some_of(map(policy_rules, FAMILIES))
held_addresses = some_of(map(addresses, FAMILIES))
