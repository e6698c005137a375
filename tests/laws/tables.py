"""Whatever the keyword table can say: values for every argument, and sections made of them."""

from typing import Any

from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.config import arguments as form
from kaspec.config import commands, compounds, terms
from kaspec.config.argument import Accepted, Argument, Choices, Numbers, Placed, read_argument
from kaspec.config.keywords import TABLE, Block, Listing, Row, Setting, within
from kaspec.config.lines import (
    ADDRESS_OPTIONS,
    ENCAPSULATIONS,
    HOP_OPTIONS,
    ROUTE_OPTIONS,
    RULE_OPTIONS,
    Chosen,
    Metric,
    Option,
    address_line,
    encapsulation,
    hop,
    route_line,
    rule_line,
)
from kaspec.config.model import Command
from kaspec.config.sections import NOWHERE, Given, Section
from kaspec.config.source import Line
from kaspec.config.tree import Statement
from kaspec.config.values import Prefix
from kaspec.lvs.settings import Forwarding, SyncDaemon, Timeouts
from kaspec.units import SECOND, Interval

ipv4 = st.binary(min_size=4, max_size=4).map(Address)
ipv6 = st.binary(min_size=16, max_size=16).map(Address)
addresses = ipv4 | ipv6
prefixes = st.builds(Prefix, ipv4, st.integers(0, 32)) | st.builds(Prefix, ipv6, st.integers(0, 128))
letters = st.text(st.sampled_from("abyzAZ09-_.é"), min_size=1, max_size=12)
names = letters.map(lambda name: f"n{name}")
"""Names that mean nothing else."""
interfaces = st.sampled_from(("eth0", "bond0.100", "n-1")) | st.text(st.sampled_from("abz09-_"), min_size=1, max_size=11).map(
    lambda name: f"n{name}"
)
words = names | st.text(st.sampled_from("ab9 #!{}'\\|/%&é:;,()[]^*?"), min_size=1, max_size=12).map(lambda text: f"w{text}")
ports = st.integers(1, 65535)
bytes_ = st.integers(0, 255)
seconds = st.integers(0, 86_400).map(lambda count: Interval(count * SECOND))
flags = st.booleans()
owners = st.builds(terms.Owner, names, st.none() | names) | names.map(lambda group: terms.Owner(None, group))
ranges = st.tuples(st.integers(1, 65535), st.integers(1, 65535)).map(lambda pair: (min(pair), max(pair)))
maybe_port = st.none() | st.integers(0, 65535)
scripts = st.text(
    st.characters(codec="utf-8", exclude_characters="$~@\u00a0\ufeff", exclude_categories=("Zs", "Cs", "Cc")) | st.just(" "), min_size=1
)
commands_ = st.builds(Command, scripts.filter(str.strip), st.none(), st.none()) | st.builds(Command, names, names, st.none() | names)


def address_ranges(addresses: st.SearchStrategy[Address]) -> st.SearchStrategy[terms.AddressRange]:
    pairs = st.tuples(addresses, addresses).filter(lambda pair: pair[0] != pair[1])
    return st.builds(lambda pair, port: terms.AddressRange(min(pair), max(pair), port), pairs, maybe_port)


marks = st.builds(terms.FirewallMark, st.integers(0, form.UINT32), st.sampled_from((None, 4, 6)))
endpoints = st.builds(terms.Endpoint, addresses, maybe_port)
networks = st.builds(terms.Network, prefixes, maybe_port)
checksums: st.SearchStrategy[Any] = st.sampled_from((None, "nocsum", "csum", "remcsum"))
plain_tunnels: st.SearchStrategy[Any] = st.sampled_from((None, "ipip", "gre"))
forwardings = st.one_of(
    st.sampled_from((Forwarding("NAT"), Forwarding("DR"))),
    st.builds(Forwarding, st.just("TUN"), plain_tunnels, st.none(), checksums),
    st.builds(Forwarding, st.just("TUN"), st.just("gue"), ports, checksums),
)
groups = st.none() | st.integers(0, 99) | names

# The options of lines.

_numbers_or_names = st.integers(0, 250) | names
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "the name of an interface": interfaces,
    "a label": interfaces,
    "a scope": bytes_,
    "an address, + or -": ipv4 | st.sampled_from(("+", "-")),
    "an address": addresses,
    "seconds or forever": st.integers(0, 99) | st.just("forever"),
    "a track_group": words,
    "a number": st.integers(1, 128),
    "a type of service": _numbers_or_names,
    "a traffic class": _numbers_or_names,
    "a routing table": _numbers_or_names,
    "a prefix": prefixes,
    "a routing protocol": _numbers_or_names,
    "a protocol": _numbers_or_names,
    "a group of interfaces": _numbers_or_names,
    "a time": st.sampled_from(("5", "20ms", "1.5s")),
    "ecn": st.just("ecn"),
    "0 or 1": st.integers(0, 1),
    "low, medium or high": st.sampled_from(("low", "medium", "high")),
    "enabled or disabled": st.sampled_from(("enabled", "disabled")),
    "a realm": st.sampled_from(("5", "5/6", "PQA/0x14")),
    "an algorithm": st.sampled_from(("cubic", "reno")),
    "a mark": st.sampled_from(("5", "0x10/0xff")),
    "users A-B": ranges,
    "ports A-B": ranges,
    "a type of rule": st.sampled_from(("blackhole", "prohibit", "unreachable")),
}


@st.composite
def chosen(draw: st.DrawFn, table: tuple[Option, ...], most: int = 4) -> list[Chosen]:
    """Draw some options of a table, each with a value."""
    picked = draw(st.lists(st.sampled_from(table), max_size=most, unique=True)) if table else []
    return [Chosen(option, Placed(option.names[0]), draw(_option_values(option))) for option in picked]


def _option_values(option: Option) -> st.SearchStrategy[Placed[Any] | None]:
    if option.shape == "flag":
        return st.none()
    if option.shape == "encapsulation":
        return st.sampled_from(sorted(ENCAPSULATIONS)).flatmap(encapsulations).map(Placed)
    if option.shape == "hop":
        return chosen(HOP_OPTIONS).filter(len).map(lambda found: Placed(hop(*found)))
    values = prefixes if option.names == ("peer",) else _VALUES[option.what]
    if option.shape == "locked":
        values = st.builds(Metric, values, flags)
    return values.map(Placed)


@st.composite
def encapsulations(draw: st.DrawFn, kind: str) -> Any:
    labels = tuple(draw(st.lists(st.integers(16, 1 << 20), min_size=1, max_size=3)))
    head: tuple[int, ...] | str = labels if kind == "mpls" else "1:2:3:4" if kind == "ila" else ()
    return encapsulation(kind, head, *draw(chosen(ENCAPSULATIONS[kind])))


address_lines = st.builds(lambda prefix, options: address_line(Placed(prefix), *options), prefixes, chosen(ADDRESS_OPTIONS))
route_lines = st.builds(lambda prefix, options: route_line(Placed(prefix), *options), prefixes, chosen(ROUTE_OPTIONS))
rule_lines = chosen(RULE_OPTIONS).filter(len).map(lambda found: rule_line(*found))

# Arguments.


def _tracks(bound: int, name: st.SearchStrategy[str]) -> st.SearchStrategy[terms.TrackLine]:
    plain = name.map(lambda each: terms.TrackLine(Placed(each)))
    return plain | st.builds(
        lambda each, weight, reverse: terms.TrackLine(Placed(each), weight, reverse), name, st.integers(-bound, bound), st.none() | flags
    )


def _tuples(element: st.SearchStrategy[Any], low: int = 1, high: int = 4) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(element, min_size=low, max_size=high).map(tuple)


def _weights(bound: int) -> st.SearchStrategy[terms.Weight]:
    return st.builds(terms.Weight, st.integers(-bound, bound), flags)


_codes = st.tuples(st.integers(100, 599), st.integers(100, 599)).map(lambda pair: (min(pair), max(pair)))
VALUES: dict[Argument[Any], st.SearchStrategy[Any]] = {
    form.INTERFACE: interfaces,
    form.ADDRESS: addresses,
    form.IPV4: ipv4,
    form.IPV6: ipv6,
    form.GROUP4: ipv4.map(lambda each: Address(bytes((224 | each[0] & 15,)) + each[1:])),
    form.GROUP6: ipv6.map(lambda each: Address(b"\xff" + each[1:])),
    form.NETMASK: st.integers(1, 128) | st.integers(1, 32).map(lambda bits: Address((((1 << bits) - 1) << (32 - bits)).to_bytes(4))),
    form.SIZE_POLICY: st.sampled_from(("MTU", "ADVERT")) | st.integers(1, form.INT32),
    form.DIGEST: st.text("0123456789abcdefABCDEF", min_size=32, max_size=32),
    form.UMASK: st.integers(0, 0o777),
    commands.COMMAND: commands_,
    commands.LONE_COMMAND: st.builds(Command, scripts.filter(str.strip)),
    commands.OPTIONAL_COMMAND: st.none() | commands_,
    commands.TEXT: scripts.filter(str.strip),
    compounds.WORDS: _tuples(words),
    compounds.NAMES: _tuples(names),
    compounds.PROCESS: _tuples(words),
    compounds.INTERFACES: _tuples(interfaces),
    compounds.OPTIONS: _tuples(st.sampled_from(("caseless", "utf"))),
    compounds.CPUS: _tuples(st.integers(0, 1023)),
    compounds.CHAINS: _tuples(names, 0, 2),
    compounds.SETS: _tuples(names, 0, 6),
    compounds.CODES: _tuples(_codes),
    compounds.HEX: _tuples(st.text("0123456789abcdef", min_size=1)),
    compounds.PATTERN: _tuples(st.text("0123456789abcdefxX", min_size=1), 0),
    compounds.INCLUDE_CHECKS: _tuples(st.sampled_from(("+", "-match", "read", "+brace_match"))),
    compounds.TRACK_INTERFACE: _tracks(253, interfaces),
    compounds.TRACK_SCRIPT: _tracks(253, words),
    compounds.TRACK_FILE: _tracks(254, words),
    compounds.TRACK_PROCESS: _tracks(254, words),
    compounds.TRACK_BFD: _tracks(253, words),
    compounds.WEIGHT: _weights(253),
    compounds.WEIGHT_OF_FILE: _weights(254),
    compounds.WEIGHT_OF_SERVER: _weights(form.INT32),
    compounds.REFRESH: st.builds(terms.Refresh, seconds, flags),
    compounds.SERVER: st.builds(terms.Server, words, st.none() | ports),
    compounds.PEER: st.builds(terms.Peer, addresses, st.none() | bytes_, st.none() | bytes_),
    compounds.VMAC: st.builds(
        terms.Vmac, st.none() | interfaces | st.just("group"), st.none() | st.binary(min_size=5, max_size=6), groups, flags
    ),
    compounds.IPVLAN: st.builds(
        terms.Ipvlan,
        st.sampled_from((None, "bridge", "private", "vepa")),
        st.none() | interfaces | st.just("vepa"),
        st.none() | prefixes,
        groups,
    ),
    compounds.HMAC_KEY: st.builds(terms.HmacKey, st.integers(1, 255), words),
    compounds.OWNER: owners,
    compounds.FIFO: st.builds(terms.Fifo, words, st.none() | owners),
    compounds.INITIAL_FILE: st.builds(terms.InitialFile, st.integers(-5, 5), flags),
    compounds.LINK_DELAY: st.builds(
        terms.LinkDelay, interfaces, st.integers(0, 255 * SECOND).map(Interval), st.none() | st.integers(0, 255 * SECOND).map(Interval)
    ),
    compounds.LINK_BEAT: st.builds(terms.LinkBeat, interfaces, st.sampled_from((None, "MII", "ETHTOOL", "IOCTL"))),
    compounds.ENDPOINT: endpoints,
    compounds.SERVICE: endpoints | marks | words.map(terms.GroupName),
    compounds.GROUP_ENTRY: endpoints | marks | networks | address_ranges(ipv4) | address_ranges(ipv6),
    compounds.FORWARDING: forwardings,
    compounds.STACK: st.builds(terms.Stack, ports, ports),
    compounds.TIMEOUTS: st.builds(Timeouts, st.none() | seconds, st.none() | seconds, seconds),
    compounds.SYNC_DAEMON: st.builds(
        SyncDaemon,
        interfaces,
        st.none() | words,
        st.none() | bytes_,
        st.none() | ports.filter(lambda longest: longest <= 65507),
        st.none() | ports,
        st.none() | st.integers(1, 255),
        st.none() | addresses,
    ),
    compounds.ADDRESS_LINE: address_lines,
    compounds.ROUTE_LINE: route_lines,
    compounds.RULE_LINE: rule_lines,
}
"""What the arguments can say that are neither numbers, nor choices, nor words of any characters."""


def values(argument: Argument[Any]) -> st.SearchStrategy[Any]:
    """Return what the argument can say."""
    match argument.domain:
        case Numbers(low, high, step):
            return st.integers(low // step, high // step).map(lambda count: count * step) | st.sampled_from((low, high))
        case Choices(known):
            return st.sampled_from(known)
        case None:
            if (found := VALUES.get(argument)) is not None:
                return found
            return words.filter(lambda text: isinstance(read_argument(argument, argument.write(text)), Accepted))


NO_STATEMENT = Statement(Line("", 0, ""), ())


@st.composite
def sections(draw: st.DrawFn, scope: str, most: int = 4, label: str = "", key: Any = None) -> Section:
    """Draw a block of that scope."""
    picked: list[Row] = draw(st.lists(st.sampled_from(tuple(TABLE[scope].values())), max_size=most, unique=True))
    given: dict[Row, list[Any]] = {}
    for order, row in enumerate(picked):
        match row:
            case Setting():
                times = draw(st.integers(1, 3)) if row.repeats else 1
                given[row] = [_given(draw(values(row.argument)), order) for _ in range(times)]
            case Listing():
                given[row] = [_given(draw(values(row.entry)), line) for line in range(draw(st.integers(0, 3)))]
            case Block():
                given[row] = [draw(blocks(row, within(scope, row.name))) for _ in range(draw(st.integers(1, 2)))]
    return Section(label, NOWHERE, given, key)


@st.composite
def blocks(draw: st.DrawFn, row: Block[Any], scope: str) -> Section:
    """Draw a block with its label."""
    if row.label is None:
        return draw(sections(scope))
    key = draw(values(row.label))
    return draw(sections(scope, label=key if isinstance(key, str) else row.label.write(key), key=key))


def _given(value: Any, order: int) -> Given[Any]:
    return Given(value, NO_STATEMENT, 0, order)
