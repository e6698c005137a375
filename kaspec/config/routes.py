"""Lines of ``static_routes`` and ``virtual_routes`` into routes."""

from collections.abc import Iterable, Iterator
from typing import cast

from kaspec.address import Address, family_of
from kaspec.config import lines as words
from kaspec.config.diagnostics import KEYWORD_INACTIVE, MALFORMED
from kaspec.config.lexer import Report
from kaspec.config.lines import Metric, Options, RouteLine
from kaspec.config.names import File, Names
from kaspec.config.sections import Given
from kaspec.config.values import DEFAULT_ROUTES, Prefix
from kaspec.expression import expression
from kaspec.vrrp.holdings import KEEPALIVED_PROTOCOL, Encapsulation, NextHop, Order, Route, RouteMetric, RouteType

PREFERENCES = {"medium": 0, "high": 1, "low": 3}
"""Router preferences (RFC 4191 2.1)."""
METRICS = (
    "mtu", "window", "rtt", "rttvar", "ssthresh", "cwnd", "advmss", "reordering", "hoplimit", "initcwnd", "features", "rto_min", "initrwnd",
    "quickack", "congctl", "fastopen_no_cookie",
)  # fmt: skip
"""The metrics of a route, in the kernel's order."""
_TYPES: tuple[RouteType, ...] = (
    "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw"
)  # fmt: skip
_NOWHERE: frozenset[RouteType] = frozenset(("blackhole", "unreachable", "prohibit", "throw"))
_ORDERS: tuple[Order, ...] = ("prepend", "add", "append")
_TIME = expression(r"([0-9.]+)(s|secs?|ms|msecs?)?")
_SCALE = {"rtt": 8, "rttvar": 4}
"""The kernel counts these in fractions of a millisecond; a number without a unit is the kernel's own."""


class Unbuildable(Exception):  # noqa: N818 - a verdict on a line, not a failure
    """A line that makes no route or rule: which option (``None``: all of it), what is wrong, what to do."""

    def __init__(self, option: str | None, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.option, self.message, self.hint = option, message, hint


def build_routes(lines: Iterable[Given[RouteLine]], names: Names, report: Report) -> tuple[Route, ...]:
    """Build the routes of a list; one that cannot be is left out."""
    return tuple(route for given in lines if (route := _build(given, names, report)))


def _build(given: Given[RouteLine], names: Names, report: Report) -> Route | None:
    line = given.value
    for word in (*line.inactive, *(word for hop in line.hops for word in hop.inactive)):
        report(KEYWORD_INACTIVE.at(given.at(word), f"{word.value} is not active in this release, so this route is left out"))
    try:
        route = _route(given, names)
    except Unbuildable as bad:
        placed = line.placed(bad.option) if bad.option else line.destination
        report(MALFORMED.at(given.at(placed) if placed else given.span, bad.message, bad.hint))
        return None
    return None if line.inactive or any(hop.inactive for hop in line.hops) else route


def _route(given: Given[RouteLine], names: Names) -> Route:
    line = given.value
    hops = tuple(_hop(hop, names) for hop in line.hops)
    destination = _destination(given, hops)
    type_: RouteType = next((each for each in _TYPES if line.value(each)), "unicast")
    metrics = tuple(_metrics(line))
    origin = cast("Prefix | None", line.value("from"))
    route = Route(
        destination.address,
        destination.length,
        line.via,
        line.interface.value if line.interface else None,
        line.source,
        line.metric,
        number_of(line, "table", names, "rt_tables", "routing table"),
        line.scope,
        type_,
        next((each for each in _ORDERS if line.value(each)), "prepend"),
        line.value("onlink") is not None,
        (origin.address, origin.length) if origin else None,
        number_of(line, "tos", names, "rt_dsfield", "type of service") or 0,
        _protocol(line, names),
        _seconds(line, "expires"),
        PREFERENCES.get(line.value("pref")),
        None if line.value("ttl-propagate") is None else line.value("ttl-propagate") == "enabled",
        realms_of(line, names),
        metrics,
        encapsulation_of(line, names),
        hops,
        line.value("no_track") is None,
        line.value("track_group"),
    )
    if type_ not in _NOWHERE and not hops and route.via is None and route.interface is None:
        raise Unbuildable(None, "this route has neither a gateway nor an interface", "add via ADDRESS or dev INTERFACE")
    return route


def _destination(given: Given[RouteLine], hops: tuple[NextHop, ...]) -> Prefix:
    """Return where the route leads; ``default`` is of the family of what stands beside it."""
    line = given.value
    if line.destination is None:
        raise Unbuildable(None, "this route leads nowhere", "begin it with a destination such as 192.0.2.0/24 or default")
    destination = line.destination.value
    beside = [each for each in (line.source, line.via, *(hop.via for hop in hops)) if each is not None]
    if given.written(line.destination) in DEFAULT_ROUTES:
        ipv6 = line.value("inet6") is not None or (bool(beside) and len(beside[0]) == 16)
        return Prefix(Address(bytes(16 if ipv6 else 4)), 0)
    if any(family_of(each) != family_of(destination.address) for each in beside):
        raise Unbuildable(None, "this route mixes IPv4 and IPv6 addresses", "a route leads through one family")
    return destination


def _hop(hop: Options, names: Names) -> NextHop:
    interface = hop.interface.value if hop.interface else None
    onlink = hop.value("onlink") is not None
    return NextHop(hop.value("via"), interface, hop.value("weight") or 1, onlink, realms_of(hop, names), encapsulation_of(hop, names))


def number_of(line: Options, option: str, names: Names, file: File, what: str) -> int | None:
    """Return the number that an option gives, or names; raises ``Unbuildable`` if there is no such name."""
    value = line.value(option)
    number = names.number(file, value)
    if number is None and value is not None:
        raise Unbuildable(option, f"'{value}' is not a known {what}", f"write the number, or add the name to {file}")
    return number


def _protocol(line: Options, names: Names) -> int:
    number = number_of(line, "protocol", names, "rt_protos", "routing protocol")
    return KEEPALIVED_PROTOCOL if number is None else number


def realms_of(line: Options, names: Names) -> tuple[int, int] | None:
    """Return the realms, (from, to), that a line gives: ``TO`` or ``FROM/TO``."""
    given = line.value("realms")
    if given is None:
        return None
    source, slash, destination = given.rpartition("/")
    numbers = [names.number("rt_realms", int(each) if each.isdecimal() else each) for each in (source if slash else "0", destination)]
    if None in numbers or any(number > 0xFFFF for number in numbers if number is not None):
        raise Unbuildable("realms", f"'{given}' is not a known realm", "write its number, or add the name to rt_realms")
    return cast("int", numbers[0]), cast("int", numbers[1])


def encapsulation_of(line: Options, names: Names) -> Encapsulation | None:
    """Return what a line has packets wrapped in."""
    given = line.value("encap")
    if given is None:
        return None
    if given.kind == "ila":
        raise Unbuildable("encap", "encap ila is not active in this release, so this route is left out")
    if given.kind == "mpls":
        return Encapsulation("mpls", given.labels, hop_limit=given.value("ttl"))
    limit, service = ("ttl", "tos") if given.kind == "ip" else ("hoplimit", "tc")
    return Encapsulation(
        given.kind,
        (),
        given.value("id"),
        given.value("dst"),
        given.value("src"),
        given.value(limit),
        number_of(given, service, names, "rt_dsfield", "type of service"),
        given.value("flags"),
    )


def _metrics(line: Options) -> Iterator[RouteMetric]:
    for name in METRICS:
        given = line.value(name)
        if isinstance(given, Metric):
            yield RouteMetric(name, _amount(name, given.amount), given.locked)
        elif given is not None:
            yield RouteMetric(name, 1 if name == "features" else given)


def _amount(name: str, amount: int | str) -> int | str:
    if isinstance(amount, int) or name == "congctl":
        return amount
    match = _TIME.fullmatch(amount)
    assert match is not None, amount
    number, unit = float(match[1]), match[2]
    if unit is None:
        return int(number)
    return int(number * (1000 if unit[0] == "s" else 1) * _SCALE.get(name, 1))


def _seconds(line: Options, name: str) -> int | None:
    given = line.value(name)
    match = _TIME.fullmatch(given) if given is not None else None
    if match is None:
        return None
    return int(float(match[1]) / (1000 if match[2] and match[2][0] == "m" else 1))


assert set(METRICS) <= {name for option in words.ROUTE_OPTIONS for name in option.names}
