"""Our messages of routes and rules, beside an implementation that is not ours (pyroute2's)."""

from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from pyroute2.netlink.rtnl.marshal import MarshalRtnl

from kaspec.address import Address, Family, format_address
from kaspec.vrrp.holdings import Encapsulation, NextHop, PolicyRule, Route, RouteMetric, RouteType, RuleAction
from shell.ledger import key_of
from shell.route_events import RouteEvent, read_route_events
from shell.route_messages import METRICS, masked, route_change, rule_change, scope_of

NEW_ROUTE, DELETE_ROUTE, NEW_RULE, DELETE_RULE = 24, 25, 32, 33
INDEXES = {"eth0": 3, "eth1": 4}
ONLINK, INVERTED = 4, 2
UNKNOWN_TO_PYROUTE2 = {"congctl", "fastopen_no_cookie"}
"""Compared with keepalived's on a real kernel (tests/interop/test_holdings.py)."""
marshal: Any = MarshalRtnl

ipv4 = st.binary(min_size=4, max_size=4).map(Address)
ipv6 = st.binary(min_size=16, max_size=16).map(Address)
octets, shorts, numbers = st.integers(0, 255), st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)
devices = st.none() | st.sampled_from(tuple(INDEXES))
realms = st.none() | st.tuples(shorts, shorts)
metrics = st.lists(
    st.builds(RouteMetric, st.sampled_from([name for name in METRICS if name not in UNKNOWN_TO_PYROUTE2]), numbers, st.booleans()),
    max_size=4,
    unique_by=lambda metric: metric.name,
).map(tuple)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def routes(draw: st.DrawFn) -> Route:
    address, bits = draw(st.sampled_from(((ipv4, 32), (ipv6, 128))))
    hops = st.builds(NextHop, maybe(address), devices, st.integers(1, 256), st.booleans(), realms)
    return Route(
        draw(address),
        draw(st.integers(0, bits)),
        draw(maybe(address)),
        draw(devices),
        draw(maybe(address)),
        draw(maybe(numbers)),
        draw(maybe(numbers)),
        draw(maybe(octets)),
        draw(st.sampled_from(get_args(RouteType))),
        draw(st.sampled_from(("prepend", "add", "append"))),
        draw(st.booleans()),
        draw(maybe(st.tuples(address, st.integers(0, bits)))),
        draw(octets),
        draw(octets),
        draw(maybe(numbers)),
        draw(maybe(st.sampled_from((0, 1, 3)))),
        draw(maybe(st.booleans())),
        draw(realms),
        draw(metrics),
        None,
        tuple(draw(st.lists(hops, max_size=2))),
    )


@st.composite
def rules(draw: st.DrawFn) -> PolicyRule:
    families: tuple[tuple[Family, st.SearchStrategy[Address], int], ...] = ((4, ipv4, 32), (6, ipv6, 128))
    family, address, bits = draw(st.sampled_from(families))
    network = maybe(st.tuples(address, st.integers(1, bits)))
    return PolicyRule(
        family,
        draw(numbers),
        draw(st.sampled_from(get_args(RuleAction))),
        draw(st.integers(1, 0xFFFFFFFF)),
        draw(st.booleans()),
        draw(network),
        draw(network),
        draw(octets),
        draw(maybe(st.tuples(numbers, maybe(numbers)))),
        draw(devices),
        draw(devices),
        draw(realms),
        draw(maybe(st.integers(0, 128))),
        draw(maybe(numbers)),
        draw(maybe(st.integers(0, 2**63 - 1))),
        draw(maybe(st.tuples(numbers, numbers))),
        draw(st.booleans()),
        draw(octets),
        draw(maybe(octets)),
        draw(maybe(st.tuples(shorts, shorts))),
        draw(maybe(st.tuples(shorts, shorts))),
    )


def theirs(data: bytes) -> Any:
    """Read a message as pyroute2 does."""
    (message,) = marshal().parse(data)
    return message


def written(address: bytes | None, length: int = 0) -> str | None:
    return None if address is None else format_address(Address(masked(Address(address), length) if length else address))


@given(st.booleans(), routes())
def test_a_route_says_what_was_meant(install: bool, route: Route) -> None:
    message = theirs(route_change(install, route, INDEXES))
    assert message["header"]["type"] == (NEW_ROUTE if install else DELETE_ROUTE)
    assert (message["dst_len"], message["src_len"]) == (route.prefix_length, route.origin[1] if route.origin else 0)
    assert (message["tos"], message["proto"], message["scope"]) == (route.type_of_service, route.protocol, scope_of(route))
    assert message["flags"] == (ONLINK if route.onlink else 0)
    assert message.get_attr("RTA_DST") == format_address(Address(masked(route.destination, route.prefix_length)))
    for name, address in (("RTA_GATEWAY", route.via), ("RTA_PREFSRC", route.source)):
        assert message.get_attr(name) == written(address)
    for name, number in (("RTA_PRIORITY", route.metric), ("RTA_PREF", route.preference)):
        assert message.get_attr(name) == number
    expires = message.get_attr("RTA_EXPIRES")  # which pyroute2 leaves in hexadecimal
    assert (None if expires is None else int.from_bytes(bytes.fromhex(expires.replace(":", "")), "little")) == route.expires
    assert message.get_attr("RTA_OIF") == (INDEXES[route.interface] if route.interface else None)
    assert message.get_attr("RTA_TABLE") == (254 if route.table is None else route.table)
    assert message.get_attr("RTA_FLOW") == (route.realms[0] << 16 | route.realms[1] if route.realms else None)
    found = message.get_attr("RTA_METRICS")
    for metric in route.metrics:
        assert dict(found["attrs"])[f"RTAX_{metric.name.upper()}"] == metric.value
    assert bool(found and found.get_attr("RTAX_LOCK")) == any(metric.locked for metric in route.metrics)
    hops = message.get_attr("RTA_MULTIPATH") or ()
    assert [(each["hops"] + 1, each["flags"], each["oif"], each.get_attr("RTA_GATEWAY")) for each in hops] == [
        (hop.weight, ONLINK if hop.onlink else 0, INDEXES.get(hop.interface or "", 0), written(hop.via)) for hop in route.hops
    ]


@given(st.lists(st.integers(0, 2**20 - 1), min_size=1, max_size=3), maybe(octets))
def test_labels_are_stacked(labels: list[int], ttl: int | None) -> None:
    route = Route(Address(bytes(4)), 0, interface="eth0", encapsulation=Encapsulation("mpls", tuple(labels), hop_limit=ttl))
    message = theirs(route_change(True, route, INDEXES))
    assert [each["label"] for each in message.get_attr("RTA_ENCAP").get_attr("MPLS_IPTUNNEL_DST")] == labels
    assert message.get_attr("RTA_ENCAP").get_attr("MPLS_IPTUNNEL_TTL") == ttl


@given(st.booleans(), rules())
def test_a_rule_says_what_was_meant(install: bool, rule: PolicyRule) -> None:
    message = theirs(rule_change(install, rule))
    assert message["header"]["type"] == (NEW_RULE if install else DELETE_RULE)
    assert (message["tos"], bool(message["flags"] & INVERTED)) == (rule.type_of_service, rule.inverted)
    for name, network in (("FRA_SRC", rule.source), ("FRA_DST", rule.destination)):
        assert message.get_attr(name) == (written(*network) if network else None)
    mark, mask = rule.mark or (None, None)
    wanted = {
        "FRA_PRIORITY": rule.priority,
        "FRA_IIFNAME": rule.incoming,
        "FRA_OIFNAME": rule.outgoing,
        "FRA_FWMARK": mark,
        "FRA_FWMASK": mask,
        "FRA_TABLE": rule.target if rule.action == "table" else None,
        "FRA_GOTO": rule.target if rule.action == "goto" else None,
        "FRA_FLOW": rule.realms[0] << 16 | rule.realms[1] if rule.realms else None,
        "FRA_SUPPRESS_PREFIXLEN": rule.suppress_prefix_length,
        "FRA_SUPPRESS_IFGROUP": rule.suppress_group,
        "FRA_TUN_ID": rule.tunnel,
        "FRA_PROTOCOL": rule.protocol,
        "FRA_IP_PROTO": rule.ip_protocol,
    }
    assert {name: message.get_attr(name) for name in wanted} == wanted
    for name, span in (("FRA_SPORT_RANGE", rule.source_ports), ("FRA_DPORT_RANGE", rule.destination_ports), ("FRA_UID_RANGE", rule.users)):
        assert message.get_attr(name) == (f"{span[0]}:{span[1]}" if span else None)


@given(routes(), st.integers(1, 2**31 - 1))
def test_what_the_kernel_would_tell_of_a_route_is_known_in_the_ledger(route: Route, port: int) -> None:
    data = bytearray(route_change(False, route, INDEXES))
    data[12:16] = port.to_bytes(4, "little")
    (event,) = read_route_events(bytes(data))
    assert (event.gone, event.port) == (True, port)
    ours, told = key_of(route, INDEXES), event.key
    assert ours is not None
    assert ours[:5] == told[:5]
    assert ours[6] == (told[6] or (1024 if len(route.destination) == 16 else 0))


@given(rules())
def test_what_the_kernel_would_tell_of_a_rule_is_known_in_the_ledger(rule: PolicyRule) -> None:
    assert list(read_route_events(rule_change(True, rule))) == [RouteEvent(key_of(rule, {}) or (), False, 0)]
