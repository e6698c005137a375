"""The lines of lists: addresses, routes, tracked interfaces, and the other arguments of several words.

An ``Option`` is a word that may follow in any order, as in ``ip address add``; the tables below list every option keepalived has, so that
one which is not active yet is known from one which does not exist.
"""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen

from kaspec.address import Address
from kaspec.config import values
from kaspec.config.argument import Placed
from kaspec.config.values import Prefix


@frozen(eq=False)
class Option:
    """An option of a line: its names, how its argument is read (``None``: it has none), what that is, and whether it acts."""

    names: tuple[str, ...]
    read: Callable[[str], Any] | None
    what: str = ""
    active: bool = True


@frozen
class Chosen:
    """An option that a line gives: its word, and its value if it has one."""

    option: Option
    word: Placed[str]
    value: Placed[Any] | None


@frozen
class AddressLine:
    """``ADDRESS[/LENGTH] [option ...]``."""

    prefix: Placed[Prefix]
    interface: Placed[str] | None = None
    label: Placed[str] | None = None
    scope: int = 0
    broadcast: Address | str | None = None
    inactive: tuple[Placed[str], ...] = ()


@frozen
class RouteLine:
    """``DESTINATION [option ...]``; a route with an option in ``inactive`` would not be the route that was meant."""

    destination: Placed[Prefix] | None = None
    via: Address | None = None
    interface: Placed[str] | None = None
    source: Address | None = None
    metric: int | None = None
    table: int | None = None
    scope: int | None = None
    inactive: tuple[Placed[str], ...] = ()


@frozen
class TrackLine:
    """``INTERFACE [weight N [reverse]]``."""

    interface: Placed[str]
    weight: int = 0
    reverse: bool = False


@frozen
class Server:
    """``HOST [PORT]``."""

    host: str
    port: int | None = None


def _later(names: str, arguments: int = 0) -> Iterable[Option]:
    read = str if arguments else None
    return (Option((name,), read, "a value", active=False) for name in names.split())


ADDRESS_OPTIONS: tuple[Option, ...] = (
    Option(("dev",), values.interface, "the name of an interface"),
    Option(("label",), values.label, "a label"),
    Option(("scope",), values.scope, "a scope"),
    Option(("broadcast", "brd"), values.broadcast, "an address, + or -"),
    *_later("peer preferred_lft track_group", 1),
    *_later("home mngtmpaddr noprefixroute autojoin -nodad no_track use_vmac"),
)
"""The options of an address line."""

ROUTE_OPTIONS: tuple[Option, ...] = (
    Option(("via", "gw"), values.address, "an address"),
    Option(("dev", "oif"), values.interface, "the name of an interface"),
    Option(("src",), values.address, "an address"),
    Option(("metric", "priority", "preference"), values.integer(0, 0xFFFFFFFF), "a number"),
    Option(("table",), values.table, "a routing table"),
    Option(("scope",), values.scope, "a scope"),
    *_later("from as tos dsfield protocol vrf track_group encap expires hoplimit advmss rtt rttvar reordering window cwnd ssthresh", 1),
    *_later("realms rto_min initcwnd initrwnd features quickack congctl pref ttl-propagate fastopen_no_cookie or", 1),
    Option(("mtu",), str, "a number", active=False),
    *_later("inet inet6 onlink no_track add prepend append nexthop nexthops"),
    *_later("blackhole unreachable prohibit local broadcast throw nat anycast multicast"),
)
"""The options of a route line, and the types of route that may lead it."""


def address_line(prefix: Placed[Prefix], *chosen: Chosen) -> AddressLine:
    """Put an address line together; of an option given twice the last counts."""
    given = {each.option.names[0]: each.value for each in chosen}
    return AddressLine(
        prefix,
        given.get("dev"),
        given.get("label"),
        _value(given.get("scope")) or 0,
        _value(given.get("broadcast")),
        tuple(each.word for each in chosen if not each.option.active),
    )


def route_line(*parts: Placed[Prefix] | Chosen) -> RouteLine:
    """Put a route line together."""
    chosen = [part for part in parts if isinstance(part, Chosen)]
    destinations = [part for part in parts if isinstance(part, Placed)]
    given = {each.option.names[0]: each.value for each in chosen}
    return RouteLine(
        destinations[-1] if destinations else None,
        _value(given.get("via")),
        given.get("dev"),
        _value(given.get("src")),
        _value(given.get("metric")),
        _value(given.get("table")),
        _value(given.get("scope")),
        tuple(each.word for each in chosen if not each.option.active),
    )


def _value(placed: Placed[Any] | None) -> Any:
    return None if placed is None else placed.value
