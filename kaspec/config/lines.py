"""The lines of addresses, routes and rules, and the tables of their options.

An ``Option`` is a word that may follow in any order, as in ``ip address add``.  A line keeps what it gives in the table's order and of an
option given twice the last, so lines that mean the same are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar, cast

from attrs import field

from kaspec.address import Address
from kaspec.config import values, writing
from kaspec.config.argument import Placed
from kaspec.config.values import Prefix
from kaspec.frozen import frozen

L = TypeVar("L", bound="Options")
UINT32 = 0xFFFFFFFF
Shape = Literal["flag", "word", "locked", "gateway", "encapsulation", "hop"]
"""How an option's argument is built: none, one word, ``[lock] WORD``, ``[inet|inet6|to] ADDRESS``, or as the class says."""


@frozen(eq=False)
class Option:
    """An option of a line: its names, its shape, how its word is read, what that is, how it is written, and whether it acts."""

    names: tuple[str, ...]
    shape: Shape = "flag"
    read: Callable[[str], Any] = str
    what: str = ""
    write: Callable[[Any], str] = str
    acts: bool = True
    repeats: bool = False


@frozen
class Chosen:
    """An option that a line gives: its word, and its value if it has one (else ``None``)."""

    option: Option
    word: Placed[str] = field(eq=False)
    value: Placed[Any] | None

    def written(self) -> str:
        """Write the option."""
        name = self.option.names[0]
        return name if self.value is None else f"{name} {self.option.write(self.value.value)}"


@frozen
class Options:
    """What a line gives, in the order of its table."""

    given: tuple[Chosen, ...] = ()

    def placed(self, name: str) -> Placed[Any] | None:
        """Return the value of the option of that (first) name, with its place; of a flag its word."""
        for each in self.given:  # asked so often that a generator would be half of what reading a line takes
            if each.option.names[0] == name:
                return each.value or each.word
        return None

    def value(self, name: str) -> Any:
        """Return the value of the option of that (first) name, or ``None``; a flag's value is its word."""
        found = self.placed(name)
        return None if found is None else found.value

    @property
    def inactive(self) -> tuple[Placed[str], ...]:
        """The options that this release reads without effect."""
        return tuple(each.word for each in self.given if not each.option.acts)

    @property
    def interface(self) -> Placed[str] | None:
        """The interface that ``dev`` names."""
        return self.placed("dev")

    def written(self) -> str:
        """Write the options."""
        return " ".join(each.written() for each in self.given)


def _ordered(table: tuple[Option, ...], chosen: Iterable[Chosen]) -> tuple[Chosen, ...]:
    found: dict[Option, list[Chosen]] = {}
    for each in chosen:
        found[each.option] = [*found.get(each.option, ()), each] if each.option.repeats else [each]
    return tuple(each for option in table for each in found.get(option, ()))


@frozen
class AddressLine(Options):
    """``ADDRESS[/LENGTH] [option ...]``."""

    prefix: Placed[Prefix] = field(kw_only=True)

    @property
    def label(self) -> Placed[str] | None:
        """The address's label."""
        return self.placed("label")

    @property
    def scope(self) -> int:
        """The kernel's number of the address's scope."""
        return cast("int", self.value("scope") or 0)

    @property
    def broadcast(self) -> Address | str | None:
        """The broadcast address; ``+`` and ``-`` have it computed."""
        return cast("Address | str | None", self.value("broadcast"))


@frozen
class RouteLine(Options):
    """``DESTINATION [option ...]``; a route with an option in ``inactive`` would not be the route that was meant."""

    destination: Placed[Prefix] | None = field(kw_only=True, default=None)

    @property
    def via(self) -> Address | None:
        """The gateway."""
        return cast("Address | None", self.value("via"))

    @property
    def source(self) -> Address | None:
        """The source address that the route prefers."""
        return cast("Address | None", self.value("src"))

    @property
    def metric(self) -> int | None:
        """The route's metric."""
        return cast("int | None", self.value("metric"))

    @property
    def table(self) -> int | str | None:
        """The routing table: its number, or its name if only the machine knows that."""
        return cast("int | str | None", self.value("table"))

    @property
    def scope(self) -> int | None:
        """The kernel's number of the route's scope."""
        return cast("int | None", self.value("scope"))

    @property
    def hops(self) -> tuple[Options, ...]:
        """The next hops of a multipath route."""
        return tuple(each.value.value for each in self.given if each.option is NEXTHOP and each.value)


@frozen
class RuleLine(Options):
    """A policy rule: options only."""


@frozen
class Encapsulation(Options):
    """What a route wraps packets in: ``kind`` is ``ip``, ``ip6``, ``mpls`` (with ``labels``) or ``ila`` (with ``locator``)."""

    kind: str = field(kw_only=True)
    labels: tuple[int, ...] = field(kw_only=True, default=())
    locator: str = field(kw_only=True, default="")


@frozen
class Metric:
    """A route's metric; a ``locked`` one the kernel never adapts."""

    amount: int | str
    locked: bool = False


def address_line(prefix: Placed[Prefix], *chosen: Chosen) -> AddressLine:
    """Put an address line together."""
    return AddressLine(_ordered(ADDRESS_OPTIONS, chosen), prefix=prefix)


def route_line(*parts: Placed[Prefix] | Chosen) -> RouteLine:
    """Put a route line together."""
    destinations = [part for part in parts if isinstance(part, Placed)]
    chosen = _ordered(ROUTE_OPTIONS, (part for part in parts if isinstance(part, Chosen)))
    return RouteLine(chosen, destination=destinations[-1] if destinations else None)


def rule_line(*chosen: Chosen) -> RuleLine:
    """Put a rule line together."""
    return RuleLine(_ordered(RULE_OPTIONS, chosen))


def hop(*chosen: Chosen) -> Options:
    """Put a next hop together."""
    return Options(_ordered(HOP_OPTIONS, chosen))


def encapsulation(kind: str, head: tuple[int, ...] | str, *chosen: Chosen) -> Encapsulation:
    """Put an encapsulation together."""
    given = _ordered(ENCAPSULATIONS[kind], chosen)
    return Encapsulation(given, kind=kind, locator=head) if isinstance(head, str) else Encapsulation(given, kind=kind, labels=head)


def write_address_line(line: AddressLine) -> str:
    """Write an address line."""
    return f"{writing.prefix(line.prefix.value)} {line.written()}".rstrip()


def write_route_line(line: RouteLine) -> str:
    """Write a route line."""
    destination = writing.prefix(line.destination.value) if line.destination else ""
    return f"{destination} {line.written()}".strip()


def _write_encapsulation(value: Encapsulation) -> str:
    head = "/".join(map(str, value.labels)) or value.locator
    return " ".join(part for part in (value.kind, head, value.written()) if part)


def _write_metric(value: Metric) -> str:
    return f"lock {value.amount}" if value.locked else str(value.amount)


# The options.


def _flags(names: str, acts: bool = True) -> Iterable[Option]:
    return (Option((name,), acts=acts) for name in names.split())


def _one(names: str, read: Callable[[str], Any], what: str = "a number", write: Callable[[Any], str] = str, acts: bool = True) -> Option:
    return Option(tuple(names.split()), "word", read, what, write, acts)


def _locked(names: str, read: Callable[[str], Any], what: str = "a number") -> Iterable[Option]:
    return (Option((name,), "locked", read, what, _write_metric) for name in names.split())


_NUMBER, _BYTE = values.integer(0, UINT32), values.integer(0, 255)
_TIME = values.matching(r"[0-9]{1,9}(?:\.[0-9]{1,3})?(?:s|secs?|ms|msecs?)?", "a time", "such as 20, 20ms or 1s")
_REALM = values.matching(r"[\w.-]+(?:/[\w.-]+)?", "a realm", "write REALM or SOURCE/DESTINATION")
_TOS = values.named({}, 255, "type of service")
_MARK = r"(?:0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10})(?:/(?:0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10}))?"
_SWITCH = values.choice({"0": 0, "1": 1})
_INTERFACE = "the name of an interface"
_GROUP = _one("track_group", str, "a track_group", writing.word)
_SCOPE = _one("scope", values.scope, "a scope", str)
_DEV = _one("dev oif", values.interface, _INTERFACE, writing.word)
_VIA = Option(("via", "gw"), "gateway", values.address, "an address", writing.address)
_REALMS = _one("realms", _REALM, "a realm", writing.word)
_TYPES = "blackhole unreachable prohibit local broadcast throw anycast multicast"

ADDRESS_OPTIONS: tuple[Option, ...] = (
    _one("dev", values.interface, _INTERFACE, writing.word),
    _one("label", values.label, "a label", writing.word),
    _SCOPE,
    _one("broadcast brd", values.broadcast, "an address, + or -", writing.either),
    _one("peer", values.prefix, "an address", writing.prefix),
    _one("preferred_lft", values.preferred_lifetime, "seconds or forever"),
    _GROUP,
    *_flags("home mngtmpaddr noprefixroute autojoin -nodad no_track"),
    Option(("use_vmac",)),
)
"""The options of an address line."""

_TUNNEL = (
    _one("id", values.integer(0, (1 << 63) - 1)),
    *(_one(name, values.address, "an address", writing.address) for name in ("dst", "src")),
)
ENCAPSULATIONS: dict[str, tuple[Option, ...]] = {
    "ip": (*_TUNNEL, _one("ttl hoplimit", _BYTE), _one("tos tc", _TOS, "a type of service"), _one("flags", values.number(0, 65535))),
    "ip6": (*_TUNNEL, _one("hoplimit ttl", _BYTE), _one("tc tos", _TOS, "a traffic class"), _one("flags", values.number(0, 65535))),
    "mpls": (_one("ttl", _BYTE),),
    "ila": (),
}
"""The options of each encapsulation."""
ENCAP = Option(("encap",), "encapsulation", write=_write_encapsulation)
"""``encap``: wrap packets."""
HOP_OPTIONS: tuple[Option, ...] = (_VIA, _DEV, _one("weight", values.integer(1, 256)), Option(("onlink",)), _REALMS, ENCAP)
"""The options of a next hop."""
NEXTHOP = Option(("nexthop", "nexthops"), "hop", write=Options.written, acts=True, repeats=True)
"""``nexthop``: one way of several."""

ROUTE_OPTIONS: tuple[Option, ...] = (
    _VIA,
    _DEV,
    _one("src", values.address, "an address", writing.address),
    _one("metric priority preference", _NUMBER),
    _one("table", values.table, "a routing table", writing.either),
    _SCOPE,
    Option(("unicast",)),
    *_flags(f"{_TYPES} inet inet6 onlink no_track add prepend append"),
    *_flags("nat", acts=False),
    _one("from", values.destination, "a prefix", writing.prefix),
    Option(("as",), "gateway", values.address, "an address", writing.address, acts=False),
    Option(("or",), "gateway", values.address, "an address", writing.address, acts=False),
    _one("tos dsfield", _TOS, "a type of service", writing.either),
    _one("protocol", values.named({}, 255, "routing protocol"), "a routing protocol", writing.either),
    _one("vrf", values.interface, _INTERFACE, writing.word, acts=False),
    _GROUP,
    _one("expires", _TIME, "a time"),
    *_locked("mtu advmss reordering cwnd ssthresh", _NUMBER),
    *_locked("rtt rttvar rto_min", _TIME, "a time"),
    *_locked("congctl", values.matching(r"[\w.-]+", "an algorithm"), "an algorithm"),
    *(_one(name, _NUMBER) for name in ("window", "initcwnd", "initrwnd")),
    _one("hoplimit", _BYTE),
    _REALMS,
    _one("features", values.choice({"ecn": "ecn"}), "ecn"),
    *(_one(name, _SWITCH, "0 or 1") for name in ("quickack", "fastopen_no_cookie")),
    _one("pref", values.choice({"low": "low", "medium": "medium", "high": "high"}), "low, medium or high"),
    _one("ttl-propagate", values.choice({"enabled": "enabled", "disabled": "disabled"}), "enabled or disabled"),
    ENCAP,
    NEXTHOP,
)
"""The options of a route line, and the types of route that may lead it."""

RULE_OPTIONS: tuple[Option, ...] = (
    *_flags("not inet inet6"),
    *(_one(name, values.destination, "a prefix", writing.prefix) for name in ("from", "to")),
    _one("table lookup", values.table, "a routing table", writing.either),
    _one("preference order priority", _NUMBER),
    _one("goto", _NUMBER),
    _one("type", values.choice({name: name for name in ("blackhole", "prohibit", "unreachable")}), "a type of rule"),
    *_flags("blackhole prohibit unreachable nop l3mdev no_track"),
    _one("tos dsfield", _TOS, "a type of service", writing.either),
    _one("fwmark", values.matching(_MARK, "a mark", "write MARK or MARK/MASK"), "a mark"),
    _REALMS,
    _one("suppress_prefixlength suppress_prefixlen", values.integer(0, 128)),
    _one("suppress_ifgroup", values.named({}, UINT32, "group of interfaces"), "a group of interfaces", writing.either),
    *(_one(name, values.interface, _INTERFACE, writing.word) for name in ("dev iif", "oif")),
    _one("tunnel-id", values.integer(0, (1 << 63) - 1)),
    _one("uidrange", values.span(0, UINT32), "users A-B", lambda pair: f"{pair[0]}-{pair[1]}"),
    _one("protocol", values.named({}, 255, "routing protocol"), "a routing protocol", writing.either),
    _one("ipproto ip_proto", values.named({}, 255, "protocol"), "a protocol", writing.either),
    *(_one(name, values.span(1, 65535), "ports A-B", lambda pair: f"{pair[0]}-{pair[1]}") for name in ("sport", "dport")),
    _GROUP,
)
"""The options of a rule line."""
