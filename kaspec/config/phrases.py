"""The grammars of the arguments that are neither one word nor a line of options (see ``kaspec.config.grammar``)."""

from collections.abc import Callable
from typing import Any

import pyparsing as pp

from kaspec.config import terms, values
from kaspec.config.grammar import ended, keyed, literal, looks, one, placed
from kaspec.config.plain import addresses_of, entry
from kaspec.lvs.settings import Forwarding, SyncDaemon, Timeouts
from kaspec.units import SECOND, Interval

_NAME = one(values.interface, "the name of an interface")
_PORT = one(values.integer(1, 65535), "a port")
_MAC = r"(?:[0-9A-Fa-f]{1,2}[:-]){4,5}[0-9A-Fa-f]{1,2}(?![^ \t])"
_FAMILY = literal(("inet", "inet6")).add_parse_action(lambda found: 4 if found[0] == "inet" else 6)


def _made(element: pp.ParserElement, build: Callable[..., Any]) -> pp.ParserElement:
    return element.add_parse_action(lambda found: [build(*found)])


def _keys(build: Callable[..., Any], *head: str) -> Callable[..., Any]:
    """Give what stands first by the names ``head``, and pairs by their own."""

    def made(*found: Any) -> Any:
        pairs: dict[str, Any] = dict(each for each in found if isinstance(each, tuple))
        return build(**dict(zip(head, (each for each in found if not isinstance(each, tuple)), strict=False)), **pairs)

    return made


def words(low: int, read: Callable[[str], Any], what: str, high: int | None = None) -> pp.ParserElement:
    """Match ``low`` to ``high`` words: a tuple."""
    return pp.Group(one(read, what)[low, high]).add_parse_action(lambda found: [tuple(found[0])])


def servers() -> pp.ParserElement:
    """Match ``HOST [PORT]``."""
    return _made(one(str, "an address or a host name") + pp.Optional(_PORT), terms.Server)


def _reversal() -> pp.ParserElement:
    return pp.Optional(literal(("reverse", "noreverse")).add_parse_action(lambda found: found[0] == "reverse"))


def track_lines(name: Callable[[str], str], what: str, bound: int) -> pp.ParserElement:
    """Match ``NAME [weight N [reverse|noreverse]]``."""
    weight = literal(("weight",)).suppress() - one(values.integer(-bound, bound), "a weight")
    return _made(ended(placed(one(name, what)) + pp.Optional(weight + _reversal()), "weight"), terms.TrackLine)


def weights(bound: int) -> pp.ParserElement:
    """Match ``N [reverse|noreverse]``."""
    return _made(one(values.integer(-bound, bound), "a weight") + _reversal(), terms.Weight)


def peers() -> pp.ParserElement:
    """Match ``ADDRESS [min_ttl N] [max_ttl N]``."""
    ttl = one(values.integer(0, 255), "a TTL")
    line = one(values.address, "an address") + keyed(min_ttl=ttl, max_ttl=ttl)
    return _made(ended(line, "min_ttl or max_ttl"), _keys(terms.Peer, "address"))


def _mac(word: str) -> bytes:
    return bytes(int(octet, 16) for octet in word.replace("-", ":").split(":"))


def _tagged(name: str, element: pp.ParserElement) -> pp.ParserElement:
    return element.copy().add_parse_action(lambda found: [(name, found[-1])])


def vmacs() -> pp.ParserElement:
    """Match ``[[name] NAME] [MAC] [group G] [netlink_notify_msg]`` in any order."""
    group = literal(("group",)) - one(values.named({}, 0xFFFFFFFF, "group of interfaces"), "a group of interfaces")
    parts = (
        _tagged("netlink_notify", literal(("netlink_notify_msg",)).add_parse_action(lambda: [True])),
        _tagged("group", group),
        _tagged("address", looks(_MAC, one(_mac, "a MAC address"))),
        _tagged("name", pp.Optional(literal(("name",))) + _NAME),
    )
    return _made(pp.ZeroOrMore(pp.MatchFirst(parts)), _keys(terms.Vmac))


def ipvlans() -> pp.ParserElement:
    """Match ``[bridge|private|vepa] [[name] NAME] [ADDRESS] [group G]`` in any order."""
    group = literal(("group",)) - one(values.named({}, 0xFFFFFFFF, "group of interfaces"), "a group of interfaces")
    parts = (
        _tagged("mode", literal(("bridge", "private", "vepa"))),
        _tagged("group", group),
        _tagged("address", looks(r"[0-9]+\.[0-9]+\.|[0-9A-Fa-f]*:", one(values.prefix, "an address"))),
        _tagged("name", pp.Optional(literal(("name",))) + _NAME),
    )
    return _made(pp.ZeroOrMore(pp.MatchFirst(parts)), _keys(terms.Ipvlan))


def keys() -> pp.ParserElement:
    """Match ``ID SECRET``."""
    return _made(one(values.integer(1, 255), "the number of a key") + one(str, "a secret"), terms.HmacKey)


def refreshes(longest: int) -> pp.ParserElement:
    """Match ``[all] SECONDS``."""
    everywhere = pp.Optional(literal(("all",)))
    line = everywhere + one(values.whole_seconds(0, longest), "a number of seconds")
    return _made(line, lambda *found: terms.Refresh(found[-1], len(found) > 1))


def owners() -> pp.ParserElement:
    """Match ``USER [GROUP]`` or ``:GROUP``."""
    line = one(str, "a user") + pp.Optional(one(str, "a group"))
    return _made(line, owner)


def owner(user: str, group: str | None = None) -> terms.Owner:
    """Put an owner together."""
    return terms.Owner(None, user[1:]) if user.startswith(":") and group is None else terms.Owner(user, group)


def fifos() -> pp.ParserElement:
    """Match ``PATH [USER [GROUP]]``."""
    return _made(one(str, "a path") + pp.Optional(owners()), terms.Fifo)


def _initial_value(word: str) -> int:
    """Read the number that a file begins with; keepalived takes one with a plus sign for an option."""
    if word.startswith("+"):
        raise values.Unfit(f"'{word}' begins with a plus sign")
    return values.integer(-(1 << 31), (1 << 31) - 1)(word)


def initial_files() -> pp.ParserElement:
    """Match ``[VALUE] [overwrite]``."""
    parts = (
        _tagged("overwrite", literal(("overwrite",)).add_parse_action(lambda: [True])),
        _tagged("value", one(_initial_value, "a number without a plus sign")),
    )
    return _made(pp.ZeroOrMore(pp.MatchFirst(parts)), _keys(terms.InitialFile))


_DELAY = one(values.duration(Interval(0), Interval(255 * SECOND)), "a number of seconds")


def link_delays() -> pp.ParserElement:
    """Match ``IF DOWN [UP]``."""
    return _made(ended(_NAME + _DELAY + pp.Optional(_DELAY), "the end of the line"), terms.LinkDelay)


def link_beats() -> pp.ParserElement:
    """Match ``IF [METHOD]``."""
    return _made(ended(_NAME + pp.Optional(literal(("MII", "ETHTOOL", "IOCTL"))), "MII, ETHTOOL or IOCTL"), terms.LinkBeat)


def _marks() -> pp.ParserElement:
    return literal(("fwmark",)).suppress() - one(values.integer(0, 0xFFFFFFFF), "a mark") + pp.Optional(_FAMILY)


def endpoints() -> pp.ParserElement:
    """Match ``ADDRESS [PORT]``."""
    return _made(one(values.address, "an address") + pp.Optional(one(values.integer(0, 65535), "a port")), terms.Endpoint)


def services() -> pp.ParserElement:
    """Match ``ADDRESS [PORT]``, ``fwmark N`` or ``group NAME``."""
    group = literal(("group",)).suppress() - one(str, "the name of a virtual_server_group")
    return (_made(_marks(), terms.FirewallMark) | _made(group, terms.GroupName) | endpoints()).set_name("an address, fwmark or group")


def group_entries() -> pp.ParserElement:
    """Match ``ADDRESS[-END|/LENGTH] [PORT]`` or ``fwmark N [inet|inet6]``."""
    addresses = one(addresses_of, "an address") + pp.Optional(one(values.integer(0, 65535), "a port"))
    return ended(_made(_marks(), terms.FirewallMark) | _made(addresses, entry), "the end of the line")


def forwardings() -> pp.ParserElement:
    """Match ``NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]``."""
    gue = literal(("gue",)) - literal(("port",)).suppress() - _tagged("port", _PORT)
    kind = literal(("type",)).suppress() - _tagged_first("tunnel", gue | literal(("ipip", "gre")))
    checksum = _tagged("checksum", literal(("nocsum", "csum", "remcsum")))
    tunnel = _tagged("method", literal(("TUN",))) + pp.Optional(kind) + pp.Optional(checksum)
    plain = _tagged("method", literal(("NAT", "DR")))
    return _made((tunnel | plain).set_name("NAT, DR or TUN"), _keys(Forwarding))


def _tagged_first(name: str, element: pp.ParserElement) -> pp.ParserElement:
    return element.add_parse_action(lambda found: [(name, found[0]), *found[1:]])


def stacks() -> pp.ParserElement:
    """Match ``START MAX``."""
    size = one(values.integer(1, 0xFFFFFFFF), "a number of bytes")
    return _made(size + size, terms.Stack)


def timeouts() -> pp.ParserElement:
    """Match ``[tcp N] [tcpfin N] [udp N]``, at least one."""
    limit = one(values.whole_seconds(0, 31 * 86_400), "a number of seconds")
    line = looks(r"tcp|udp", keyed(tcp=limit, tcpfin=limit, udp=limit), "tcp, tcpfin or udp")
    return _made(line, _keys(Timeouts))


def sync_daemons() -> pp.ParserElement:
    """Match ``IF [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]``."""
    settings = {
        "id": one(values.integer(0, 255), "a number of 0..255"),
        "maxlen": one(values.integer(1, 65507), "a number of 1..65507"),
        "port": _PORT,
        "ttl": one(values.integer(1, 255), "a TTL"),
        "group": one(values.address, "a multicast address"),
        "inst": one(str, "the name of a vrrp_instance"),
    }
    instance = ~literal(settings) + _tagged("inst", one(str, "the name of a vrrp_instance"))
    return _made(_NAME + pp.Optional(instance) + keyed(**settings), _sync_daemon)


def _sync_daemon(interface: str, *pairs: tuple[str, Any]) -> SyncDaemon:
    names = {"id": "identifier", "maxlen": "longest", "inst": "instance"}
    return SyncDaemon(interface, **{names.get(name, name): value for name, value in pairs})
