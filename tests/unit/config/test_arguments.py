"""Every form an argument takes: what it means, and what is told where it is wrong."""

from typing import Any

import pytest

from kaspec.address import Address, parse_address
from kaspec.config import arguments as form
from kaspec.config import commands, compounds, terms
from kaspec.config.argument import Accepted, Argument, Placed, Refused, read_argument
from kaspec.config.lines import Metric
from kaspec.config.model import Command
from kaspec.config.values import Prefix
from kaspec.lvs.settings import Forwarding, SyncDaemon, Timeouts
from kaspec.units import SECOND, ZERO, Interval

GUE = Forwarding("TUN", "gue", 6080, "csum")
GATEWAY = parse_address("192.0.2.1")
MAC = bytes.fromhex("02005e0001")


def value(argument: Argument[Any], text: str) -> Any:
    read = read_argument(argument, text)
    assert isinstance(read, Accepted), read
    assert read.end == len(text)
    return read.value


@pytest.mark.parametrize(
    ("argument", "text", "meaning"),
    [
        (form.integer(-1, 99, (99,)), "", 99),
        (form.integer(1, 255), "+5", 5),
        (form.duration(ZERO, Interval(SECOND)), ".25", Interval(250_000)),
        (form.milliseconds(1, 1000), "3.5", Interval(3_500)),
        (form.microseconds(1, 1000), "250", Interval(250)),
        (form.BOOLEAN, "", True),
        (form.BOOLEAN, "off", False),
        (form.FLAG, "", True),
        (form.one_of("TCP", "UDP"), "tcp", "TCP"),
        (form.OPTIONAL_NAME, "", ""),
        (form.WORD, '"a b"', "a b"),
        (form.WORD, r"a\#b", "a#b"),
        (form.ADDRESS, "fe80::1", parse_address("fe80::1")),
        (form.NETMASK, "255.255.0.0", Address(bytes((255, 255, 0, 0)))),
        (form.NETMASK, "64", 64),
        (form.SIZE_POLICY, "mtu", "MTU"),
        (form.UMASK, "IRUSR|IWUSR", 0o600),
        (form.UMASK, "0x3f", 0o77),
        (form.UMASK, "0177", 0o177),
        (compounds.SERVER, "mail.example 2525", terms.Server("mail.example", 2525)),
        (compounds.TRACK_SCRIPT, "chk", terms.TrackLine(Placed("chk"))),
        (compounds.TRACK_SCRIPT, "chk weight -20 reverse", terms.TrackLine(Placed("chk"), -20, True)),
        (compounds.WEIGHT, "5 noreverse", terms.Weight(5)),
        (compounds.PEER, "192.0.2.1 max_ttl 9 min_ttl 5", terms.Peer(GATEWAY, 5, 9)),
        (compounds.VMAC, "", terms.Vmac()),
        (compounds.VMAC, "vrrp.51 02:00:5e:00:01 group 5 netlink_notify_msg", terms.Vmac("vrrp.51", MAC, 5, True)),
        (compounds.VMAC, "name group", terms.Vmac("group")),
        (compounds.IPVLAN, "192.0.2.1/24 vepa ipvl", terms.Ipvlan("vepa", "ipvl", Prefix(GATEWAY, 24))),
        (compounds.HMAC_KEY, "1 file:/etc/key", terms.HmacKey(1, "file:/etc/key")),
        (compounds.REFRESH, "all 100", terms.Refresh(Interval(100 * SECOND), True)),
        (compounds.OWNER, ":wheel", terms.Owner(None, "wheel")),
        (compounds.FIFO, "/run/fifo root wheel", terms.Fifo("/run/fifo", terms.Owner("root", "wheel"))),
        (compounds.INITIAL_FILE, "overwrite -5", terms.InitialFile(-5, True)),
        (compounds.LINK_DELAY, "eth0 1 2.5", terms.LinkDelay("eth0", SECOND, Interval(2_500_000))),
        (compounds.LINK_BEAT, "eth0 MII", terms.LinkBeat("eth0", "MII")),
        (compounds.SERVICE, "192.0.2.1 80", terms.Endpoint(GATEWAY, 80)),
        (compounds.SERVICE, "fwmark 5 inet6", terms.FirewallMark(5, 6)),
        (compounds.SERVICE, "group web", terms.GroupName("web")),
        (compounds.GROUP_ENTRY, "192.0.2.1-9 80", terms.AddressRange(GATEWAY, parse_address("192.0.2.9"), 80)),
        (compounds.GROUP_ENTRY, "fe80::1-fe80::f", terms.AddressRange(parse_address("fe80::1"), parse_address("fe80::f"))),
        (compounds.GROUP_ENTRY, "192.0.2.1/29", terms.Network(Prefix(GATEWAY, 29))),
        (compounds.FORWARDING, "TUN type gue port 6080 csum", GUE),
        (compounds.FORWARDING, "DR", Forwarding("DR")),
        (compounds.STACK, "32 64", terms.Stack(32, 64)),
        (compounds.TIMEOUTS, "udp 5 tcp 6", Timeouts(Interval(6 * SECOND), None, Interval(5 * SECOND))),
        (compounds.SYNC_DAEMON, "eth1 VI_1 id 5", SyncDaemon("eth1", "VI_1", 5)),
        (compounds.SYNC_DAEMON, "eth1 inst id id 5", SyncDaemon("eth1", "id", 5)),
        (compounds.CODES, "200-299 301", ((200, 299), (301, 301))),
        (compounds.PATTERN, "", ()),
        (commands.COMMAND, "'/bin/a b' root wheel", Command("/bin/a b", "root", "wheel")),
        (commands.COMMAND, r'"/bin/c \"d\""', Command('/bin/c "d"')),
        (commands.COMMAND, r'/bin/ec"ho a"\x20\101\x22a\cA', Command("/bin/echo a A*\x01")),
        (commands.OPTIONAL_COMMAND, "", None),
    ],
)
def test_an_argument_means(argument: Argument[Any], text: str, meaning: object) -> None:
    assert value(argument, text) == meaning


@pytest.mark.parametrize(
    ("argument", "text", "message", "marked"),
    [
        (form.integer(1, 255), "256", "256 is outside 1..255", "256"),
        (form.integer(1, 255), "0x1f", "'0x1f' is not a whole number", "0x1f"),
        (form.duration(ZERO, Interval(SECOND)), "1.0000001", "1.0000001 is finer than a microsecond", "1.0000001"),
        (form.duration(ZERO, Interval(SECOND)), "1e3", "'1e3' is not a number of seconds", "1e3"),
        (form.milliseconds(1, 1000), "3.3125", "'3.3125' is not a number of milliseconds", "3.3125"),
        (form.BOOLEAN, "maybe", "'maybe' is neither true nor false", "maybe"),
        (form.choice({"PASS": 1, "AH": 2}), "pass", "'pass' is not one of PASS, AH", "pass"),
        (form.one_of("TCP", "UDP"), "tpc", "'tpc' is not one of TCP, UDP", "tpc"),
        (form.INTERFACE, "sixteen-letters-", "'sixteen-letters-' cannot be the name of an interface", "sixteen-letters-"),
        (form.ADDRESS, "fe80::1%eth0", "'fe80::1%eth0' names an interface", "fe80::1%eth0"),
        (form.IPV6, "192.0.2.1", "'192.0.2.1' is not an IPv6 address", "192.0.2.1"),
        (form.GROUP4, "192.0.2.7", "'192.0.2.7' is not a multicast group", "192.0.2.7"),
        (form.NETMASK, "255.0.255.0", "'255.0.255.0' is not a netmask", "255.0.255.0"),
        (form.DIGEST, "abc", "'abc' is not an MD5 sum", "abc"),
        (form.UMASK, "IRUSR|IZUSR", "'IZUSR' is no permission", "IRUSR|IZUSR"),
        (compounds.TRACK_SCRIPT, "chk weigth 5", "'weigth' stands where weight should", "weigth"),
        (compounds.TRACK_SCRIPT, "chk weight 300", "300 is outside -253..253", "300"),
        (compounds.PEER, "192.0.2.1 min_ttl", "a TTL is missing", ""),
        (compounds.SERVICE, "fwmark x", "'x' is not a whole number", "x"),
        (compounds.SERVICE, "192.0.2.1 70000", "70000 is outside 0..65535", "70000"),
        (compounds.GROUP_ENTRY, "192.0.2.9-1 80", "the range 192.0.2.9-1 does not end after its beginning", "192.0.2.9-1"),
        (compounds.FORWARDING, "nat", "'nat' stands where NAT, DR or TUN should", "nat"),
        (compounds.FORWARDING, "TUN type gue", "port is missing", ""),
        (compounds.CODES, "200 99", "99 is outside 100..599", "99"),
        (compounds.CODES, "500-400", "500-400 runs backwards", "500-400"),
        (compounds.STACK, "6", "a number of bytes is missing", ""),
        (compounds.TIMEOUTS, "icmp 5", "'icmp' stands where tcp, tcpfin or udp should", "icmp"),
        (compounds.ADDRESS_LINE, "192.0.2.1/24 lable eth0:1", "'lable' stands where an option of an address should", "lable"),
        (compounds.ROUTE_LINE, "default via 192.0.2.1 mtu lock x", "'x' is not a whole number", "x"),
        (compounds.ROUTE_LINE, "default nexthop weight 300", "300 is outside 1..256", "300"),
        (compounds.RULE_LINE, "from all pref 5", "'pref' stands where an option of a rule should", "pref"),
        (commands.COMMAND, "'/bin/a b", "this quote is never closed", "'/bin/a b"),
        (commands.COMMAND, '""', "a command is missing", '""'),
    ],
)
def test_what_is_wrong_with_an_argument_is_told_where_it_stands(argument: Argument[Any], text: str, message: str, marked: str) -> None:
    read = read_argument(argument, text)
    assert isinstance(read, Refused), read
    assert (read.message, text[read.start : read.end]) == (message, marked)


def test_a_misspelt_option_is_recognised_and_the_form_is_shown_otherwise() -> None:
    lable, zork = (read_argument(compounds.ADDRESS_LINE, f"192.0.2.1/24 {word}") for word in ("lable", "zork"))
    assert isinstance(lable, Refused)
    assert isinstance(zork, Refused)
    assert (lable.hint, zork.hint) == ("did you mean 'label'?", f"the form is: {compounds.ADDRESS_LINE.form}")


def test_an_address_line_keeps_every_option_whatever_its_name_and_order() -> None:
    line = value(compounds.ADDRESS_LINE, "fe80::1/64 brd + dev eth1 -nodad preferred_lft forever peer 192.0.2.1/32 dev eth2")
    assert line == value(compounds.ADDRESS_LINE, "fe80::1/64 peer 192.0.2.1 preferred_lft forever dev eth2 broadcast + -nodad")
    assert (line.interface.value, line.broadcast, line.value("preferred_lft"), line.value("-nodad")) == ("eth2", "+", "forever", "-nodad")
    assert line.inactive == ()


def test_a_route_has_hops_encapsulations_and_locked_metrics() -> None:
    text = "192.0.2.0/24 table small mtu lock 1400 encap mpls 100/200 ttl 5 nexthop via inet 192.0.2.1 weight 2 nexthop dev eth1 onlink"
    line = value(compounds.ROUTE_LINE, text)
    first, second = line.hops
    assert (line.table, line.value("mtu")) == ("small", Metric(1400, True))
    assert (line.value("encap").labels, line.value("encap").value("ttl")) == ((100, 200), 5)
    assert (first.value("via"), first.value("weight"), second.interface.value) == (GATEWAY, 2, "eth1")


def test_a_rule_has_every_option() -> None:
    text = "not from 192.0.2.0/24 to any fwmark 0x10/0xff lookup 5 order 7 sport 10-20 uidrange 5-9 suppress_ifgroup default dev eth0"
    line = value(compounds.RULE_LINE, text)
    assert (line.value("table"), line.value("preference"), line.value("sport")) == (5, 7, (10, 20))
    assert (line.value("fwmark"), line.value("to").length, line.value("suppress_ifgroup")) == ("0x10/0xff", 0, "default")
