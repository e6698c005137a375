"""rtnetlink's notifications about routes and rules, read as far as it takes to know which one it is (rtnetlink(7)).  Pure."""

from collections.abc import Iterator, Mapping
from struct import Struct

from kaspec.frozen import frozen
from shell.route_messages import DELETE_ROUTE, DELETE_RULE, NEW_ROUTE, NEW_RULE
from shell.rtnetlink import FAMILIES, attributes, message, messages

ROUTE_EVENTS = 0x40 | 0x80 | 0x400 | 1 << 18
"""Multicast groups: IPv4 routes and rules, IPv6 routes and rules."""

_BODY = Struct("=8BI")
_NUMBER = Struct("=I")
_REQUEST, _DUMP = 0x1, 0x300
_GET_ROUTE, _GET_RULE = 26, 34
_RTA_DST, _RTA_PRIORITY, _RTA_TABLE = 1, 6, 15
_FRA_DST, _FRA_SRC, _FRA_PRIORITY = 1, 2, 6

Key = tuple[str | int | bytes, ...]
"""How the kernel names an address, a route or a rule in a notification."""


def route_key(family: int, table: int, network: bytes, prefix_length: int, service: int, metric: int) -> Key:
    """Return the name of a route."""
    return "route", family, table, network, prefix_length, service, metric


def rule_key(family: int, priority: int, source: bytes, destination: bytes) -> Key:
    """Return the name of a rule."""
    return "rule", family, priority, source, destination


@frozen
class RouteEvent:
    """A route or a rule that came or is ``gone``, by its name in the ledger, at the request of the netlink port ``port``."""

    key: Key
    gone: bool
    port: int


def read_route_events(data: bytes) -> Iterator[RouteEvent]:
    """Read what one recv(2) returned: routes and rules; messages of other kinds are passed over."""
    for kind, _, _, start, end in messages(data):
        port = _NUMBER.unpack_from(data, start - 4)[0]
        if kind in (NEW_ROUTE, DELETE_ROUTE):
            yield RouteEvent(_read_route(data, start, end), kind == DELETE_ROUTE, port)
        elif kind in (NEW_RULE, DELETE_RULE):
            yield RouteEvent(_read_rule(data, start, end), kind == DELETE_RULE, port)


def routes_wanted() -> bytes:
    """Ask for all routes, of every family and table."""
    return message(_GET_ROUTE, _REQUEST | _DUMP, _BODY.pack(0, 0, 0, 0, 0, 0, 0, 0, 0))


def rules_wanted() -> bytes:
    """Ask for all rules, of every family."""
    return message(_GET_RULE, _REQUEST | _DUMP, _BODY.pack(0, 0, 0, 0, 0, 0, 0, 0, 0))


def _read_route(data: bytes, start: int, end: int) -> Key:
    family, length, _, service, table, _, _, _, _ = _BODY.unpack_from(data, start)
    found = attributes(data, start + _BODY.size, end)
    network = found.get(_RTA_DST, bytes(4 if family == FAMILIES[4] else 16))
    return route_key(family, _number(found, _RTA_TABLE, table), network, length, service, _number(found, _RTA_PRIORITY, 0))


def _read_rule(data: bytes, start: int, end: int) -> Key:
    family = data[start]
    found = attributes(data, start + _BODY.size, end)
    return rule_key(family, _number(found, _FRA_PRIORITY, 0), found.get(_FRA_SRC, b""), found.get(_FRA_DST, b""))


def _number(found: Mapping[int, bytes], kind: int, default: int) -> int:
    return int(_NUMBER.unpack(found[kind])[0]) if kind in found else default
