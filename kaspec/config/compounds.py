"""The vocabulary of the keyword table: the arguments of several words, whose grammars are read when one is first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from kaspec.config import terms, values, writing
from kaspec.config.argument import Accepted, Argument, Refused
from kaspec.config.arguments import INT32
from kaspec.config.lines import (
    ADDRESS_OPTIONS,
    ROUTE_OPTIONS,
    RULE_OPTIONS,
    AddressLine,
    Option,
    Options,
    RouteLine,
    RuleLine,
    write_address_line,
    write_route_line,
)
from kaspec.config.plain import (
    MANY,
    Brief,
    address_briefly,
    briefly,
    group_entry_briefly,
    is_plain,
    route_briefly,
    rule_briefly,
    tracked_briefly,
)
from kaspec.config.values import Unfit
from kaspec.lvs.settings import Forwarding, SyncDaemon, Timeouts

if TYPE_CHECKING:
    from pyparsing import ParserElement

T = TypeVar("T")


def phrase(
    build: Callable[[Any], ParserElement],
    form: str,
    write: Callable[[T], str],
    example: str,
    brief: Brief[T] | None = None,
    absent: tuple[T, ...] = (),
    known: tuple[str, ...] = (),
) -> Argument[T]:
    """Several words, by the grammar that ``build`` picks from ``kaspec.config.phrases``.

    ``brief`` reads the most common forms as the grammar would, without it: to import it takes as long as to check a file of usual size.
    """

    def grammar() -> ParserElement:
        from kaspec.config import phrases

        return build(phrases)

    def take(text: str) -> Accepted[T] | Refused:
        if brief and is_plain(text):
            try:
                return Accepted(brief(text), len(text))
            except Unfit:
                pass  # another form, or the grammar tells it better
        from kaspec.config.grammar import parse

        return parse(grammar, form, known, text)

    return Argument(form, take, write, example, absent)


def _names(table: tuple[Option, ...]) -> tuple[str, ...]:
    return tuple(name for option in table for name in option.names)


def words(
    low: int, high: int | None, read: Callable[[str], T], form: str, what: str, write: Callable[[T], str], example: str
) -> Argument[tuple[T, ...]]:
    """Several words of one kind, ``low`` to ``high``: a tuple."""
    return phrase(
        lambda phrases: phrases.words(low, read, what, high),
        form,
        lambda found: " ".join(map(write, found)),
        example,
        briefly(lambda *found: tuple(map(read, found)), high or MANY),
        ((),) if low == 0 else (),
    )


def track(name: Callable[[str], str], form: str, what: str, bound: int) -> Argument[terms.TrackLine]:
    """A tracked thing and its weight."""
    return phrase(
        lambda phrases: phrases.track_lines(name, what, bound),
        f"{form} [weight -{bound}..{bound} [reverse{'' if form == 'IF' else '|noreverse'}]]",
        terms.write_track,
        f"{'eth1' if form == 'IF' else form} weight -20",
        tracked_briefly(name, values.integer(-bound, bound)),
        known=("weight", "reverse"),
    )


def weight(bound: int) -> Argument[terms.Weight]:
    """A weight that may be reversed."""
    amount = values.integer(-bound, bound)
    return phrase(
        lambda phrases: phrases.weights(bound),
        f"-{bound}..{bound} [reverse]",
        terms.write_weight,
        "-20",
        briefly(lambda word: terms.Weight(amount(word))),
    )


REGEX_OPTIONS = [
    "allow_empty_class",
    "alt_bsux",
    "auto_callout",
    "caseless",
    "dollar_endonly",
    "dotall",
    "dupnames",
    "extended",
    "firstline",
    "match_unset_backref",
    "multiline",
    "never_ucp",
    "never_utf",
    "no_auto_capture",
    "no_auto_possess",
    "no_dotstar_anchor",
    "no_start_optimize",
    "ucp",
    "ungreedy",
    "utf",
    "never_backslash_c",
    "alt_circumflex",
    "alt_verbnames",
    "use_offset_limit",
]
WORDS = words(1, None, str, "WORD ...", "a word", writing.word, "admin@example.com")
NAMES = words(1, None, str, "NAME ...", "a name", writing.word, "VI_1")
INTERFACES = words(1, None, values.interface, "IF ...", "the name of an interface", writing.word, "eth0 eth1")
PROCESS = words(1, None, str, "NAME [PARAMETER ...]", "the name of a process", writing.word, "nginx")
OPTIONS = words(1, None, values.choice({name: name for name in REGEX_OPTIONS}), "OPTION ...", "an option of PCRE2", str, "caseless")
CPUS = words(1, None, values.integer(0, 1023), "CPU ...", "the number of a CPU", str, "0 1")
CHAINS = words(0, 2, str, "[IN [OUT]]", "the name of a chain", writing.word, "VRRP_IN VRRP_OUT")
SETS = words(0, 6, str, "[SET [SET6 [IF6 [IGMP [MLD [ND]]]]]]", "the name of a set", writing.word, "keepalived")
CODES = words(1, None, values.span(100, 599), "N[-M] ...", "a status code or a range of them", writing.bounds, "200-299 301")
HEX = words(1, None, values.matching(r"[0-9A-Fa-f]+", "hexadecimal"), "HEX ...", "hexadecimal digits", str, "0a0b")
PATTERN = words(0, None, values.matching(r"[0-9A-Fa-fxX]+", "hexadecimal"), "[HEX ...]", "hexadecimal digits or x", str, "0axx")
INCLUDE_CHECKS = words(
    1,
    None,
    values.matching(r"[+-]?(?:read|match|wildcard_match|brace_match)|[+-]", "a check of an include"),
    "[+|-]read|match|wildcard_match|brace_match ...",
    "read, match, wildcard_match or brace_match",
    str,
    "read match",
)
TRACK_INTERFACE = track(values.interface, "IF", "the name of an interface", 253)
REFRESH: Argument[terms.Refresh] = phrase(lambda phrases: phrases.refreshes(86_400), "[all] 0..86400 s", terms.write_refresh, "all 100")
TRACK_SCRIPT = track(str, "NAME", "the name of a vrrp_script", 253)
TRACK_FILE = track(str, "NAME", "the name of a track_file", 254)
TRACK_PROCESS = track(str, "NAME", "the name of a vrrp_track_process", 254)
TRACK_BFD = track(str, "NAME", "the name of a bfd_instance", 253)
WEIGHT, WEIGHT_OF_FILE, WEIGHT_OF_SERVER = weight(253), weight(254), weight(INT32)
SERVER: Argument[terms.Server] = phrase(
    lambda phrases: phrases.servers(), "IP|NAME [PORT]", terms.write_server, "192.0.2.25 25", briefly(terms.Server)
)
PEER: Argument[terms.Peer] = phrase(
    lambda phrases: phrases.peers(),
    "IP [min_ttl N] [max_ttl N]",
    terms.write_peer,
    "192.0.2.2",
    briefly(lambda word: terms.Peer(values.address(word))),
    known=("min_ttl", "max_ttl"),
)
VMAC: Argument[terms.Vmac] = phrase(
    lambda phrases: phrases.vmacs(),
    "[[name] NAME] [MAC] [group G] [netlink_notify_msg]",
    terms.write_vmac,
    "vrrp.51",
    absent=(terms.Vmac(),),
)
IPVLAN: Argument[terms.Ipvlan] = phrase(
    lambda phrases: phrases.ipvlans(),
    "[bridge|private|vepa] [[name] NAME] [IP] [group G]",
    terms.write_ipvlan,
    "bridge ipvl.51 192.0.2.51/24",
    absent=(terms.Ipvlan(),),
)
HMAC_KEY: Argument[terms.HmacKey] = phrase(
    lambda phrases: phrases.keys(), "1..255 SECRET|hex:...|file:PATH", terms.write_key, "1 file:/etc/keepalived/hmac.key"
)
OWNER: Argument[terms.Owner] = phrase(
    lambda phrases: phrases.owners(),
    "USER [GROUP]",
    terms.write_owner,
    "keepalived_script",
    briefly(lambda word: terms.Owner(None, word[1:]) if word.startswith(":") else terms.Owner(word)),
)
FIFO: Argument[terms.Fifo] = phrase(
    lambda phrases: phrases.fifos(), "PATH [USER [GROUP]]", terms.write_fifo, "/run/keepalived.fifo", briefly(terms.Fifo)
)
INITIAL_FILE: Argument[terms.InitialFile] = phrase(
    lambda phrases: phrases.initial_files(),
    "[VALUE] [overwrite]",
    terms.write_initial_file,
    "0 overwrite",
    absent=(terms.InitialFile(),),
)
LINK_DELAY: Argument[terms.LinkDelay] = phrase(lambda phrases: phrases.link_delays(), "IF DOWN [UP]", terms.write_link_delay, "eth0 0.5 1")
LINK_BEAT: Argument[terms.LinkBeat] = phrase(
    lambda phrases: phrases.link_beats(),
    "IF [MII|ETHTOOL|IOCTL]",
    terms.write_link_beat,
    "eth0 ETHTOOL",
    briefly(lambda word: terms.LinkBeat(values.interface(word))),
)


def _endpoint(address: str, port: str | None = None) -> terms.Endpoint:
    return terms.Endpoint(values.address(address), None if port is None else _SERVICE_PORT(port))


_SERVICE_PORT = values.integer(0, 65535)
ENDPOINT: Argument[terms.Endpoint] = phrase(
    lambda phrases: phrases.endpoints(),
    "IP [PORT]",
    terms.write_service,
    "192.0.2.10 80",
    briefly(_endpoint, 2),
)
SERVICE: Argument[terms.Service] = phrase(
    lambda phrases: phrases.services(),
    "IP [PORT] | fwmark N | group NAME",
    terms.write_service,
    "192.0.2.100 80",
    briefly(_endpoint, 2),
    known=("fwmark", "group"),
)
GROUP_ENTRY: Argument[terms.GroupEntry] = phrase(
    lambda phrases: phrases.group_entries(),
    "IP[-END|/LEN] [PORT] | fwmark N [inet|inet6]",
    terms.write_service,
    "192.0.2.100-120 80",
    group_entry_briefly,
    known=("fwmark",),
)
_METHODS: tuple[Literal["NAT", "DR", "TUN"], ...] = ("NAT", "DR", "TUN")
FORWARDING: Argument[Forwarding] = phrase(
    lambda phrases: phrases.forwardings(),
    "NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]",
    terms.write_forwarding,
    "DR",
    briefly(values.choice({method: Forwarding(method) for method in _METHODS})),
    known=("NAT", "DR", "TUN", "type"),
)
STACK: Argument[terms.Stack] = phrase(lambda phrases: phrases.stacks(), "START MAX", terms.write_stack, "32768 524288")
TIMEOUTS: Argument[Timeouts] = phrase(
    lambda phrases: phrases.timeouts(), "[tcp N] [tcpfin N] [udp N]", terms.write_timeouts, "tcp 900 tcpfin 120 udp 300"
)
SYNC_DAEMON: Argument[SyncDaemon] = phrase(
    lambda phrases: phrases.sync_daemons(),
    "IF [inst] INSTANCE [id 0..255] [maxlen 1..65507] [port N] [ttl 1..255] [group IP]",
    terms.write_sync_daemon,
    "eth1 inst VI_1 id 51",
    briefly(lambda word: SyncDaemon(values.interface(word))),
)


def _line(
    build: str, form: str, write: Callable[[T], str], example: str, table: tuple[Option, ...], brief: Brief[T] | None = None
) -> Argument[T]:
    def grammar(_: Any) -> ParserElement:
        from kaspec.config import grammar as grammars

        element: ParserElement = getattr(grammars, build)()
        return element

    return phrase(grammar, form, write, example, brief, known=_names(table))


ADDRESS_LINE: Argument[AddressLine] = _line(
    "address_lines",
    "ADDR[/LEN] [dev IF] [scope S] [label L] [broadcast A|+|-]",
    write_address_line,
    "192.0.2.100/24 dev eth0",
    ADDRESS_OPTIONS,
    address_briefly,
)
ROUTE_LINE: Argument[RouteLine] = _line(
    "route_lines",
    "DEST [via GW] [dev IF] [src A] [metric N] [table T] [scope S]",
    write_route_line,
    "198.51.100.0/24 via 192.0.2.1 dev eth0",
    ROUTE_OPTIONS,
    route_briefly,
)
RULE_LINE: Argument[RuleLine] = _line(
    "rule_lines",
    "[from PREFIX] [to PREFIX] table T preference N [option ...]",
    Options.written,
    "from 192.0.2.0/24 table 100 preference 100",
    RULE_OPTIONS,
    rule_briefly,
)
