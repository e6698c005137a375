"""The dump of the state."""

from attrs import evolve
from hypothesis import given

from kaspec.address import parse_address
from kaspec.config.model import Configuration, GlobalDefs
from kaspec.node import Node, NodeState, initial
from kaspec.report.data import WallClock, render_data
from kaspec.report.journal import BLANK, Journal
from kaspec.tracking import Link
from kaspec.units import SECOND, ZERO, Instant, Interval
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.router import GarpPolicy, InterfaceTrack, VirtualAddress
from kaspec.vrrp.state import State
from tests.laws.strategies import instants, nodes, worlds
from tests.unit.report.scenes import FAULT, INIT, LATE_BACKUP, MASTER, NOW, OURS, ROUTER, WAITING, heard

SUNDAY = 1795373538365082
CLOCK = WallClock(NOW, SUNDAY, ZERO)
SECRET = evolve(
    ROUTER,
    authentication=SimplePassword.of("s3cr3t"),
    tracks=(InterfaceTrack("eth1"), InterfaceTrack("eth2", -20, reverse=True)),
    preempt_delay=Interval(2 * SECOND),
)


def dump(state: State, journal: Journal = BLANK) -> list[str]:
    """The lines about one virtual router."""
    text = render_data(Configuration(routers=(SECRET,)), NodeState((state,)), {SECRET.identity: journal}, CLOCK)
    return text.partition("------< VRRP Topology >------\n")[2].splitlines()


def test_an_instant_is_written_as_keepalived_writes_it() -> None:
    assert CLOCK.write(NOW) == "1795373538.365082 (Sun Nov 22 18:52:18.365082 2026)"
    east = WallClock(NOW, SUNDAY, Interval(2 * 3600 * SECOND))
    assert east.write(Instant(NOW - 12 * 24 * 3600 * SECOND)) == "1794336738.365082 (Tue Nov 10 20:52:18.365082 2026)"
    assert CLOCK.write(Instant(NOW - 20 * 24 * 3600 * SECOND)).endswith("(Mon Nov  2 18:52:18.365082 2026)")


def test_a_backup_tells_whom_it_follows_since_when_and_until_when() -> None:
    lines = dump(LATE_BACKUP, Journal(heard(200), NOW, Instant(NOW - SECOND)))
    assert lines[:11] == [
        " VRRP Instance = VI_1",
        "   VRRP Version = 2",
        "   State = BACKUP",
        "   Master router = 192.0.2.1",
        "   Master priority = 200",
        "   Wantstate = BACKUP",
        "   Number of interface and track script faults = 0",
        "   Number of track scripts init = 0",
        "   Last transition = 1795373537.365082 (Sun Nov 22 18:52:17.365082 2026)",
        "   Read timeout = 1795373539.365082 (Sun Nov 22 18:52:19.365082 2026)",
        "   Master down timer = 3609375 usecs",
    ]
    assert not [line for line in dump(LATE_BACKUP) if "Master router" in line]


def test_a_fault_tells_why_and_since_when() -> None:
    lines = dump(FAULT, Journal(since=NOW))
    assert lines[2:10] == [
        "   State = FAULT",
        "   Wantstate = FAULT",
        "   Number of interface and track script faults = 2",
        "   Fault = interface eth1 down",
        "   Fault = no IPv4 address for interface eth0",
        "   Number of track scripts init = 0",
        "   Last transition = 1795373538.365082 (Sun Nov 22 18:52:18.365082 2026)",
        "   Read timeout = DISABLED",
    ]


def test_one_that_waits_tells_for_what() -> None:
    lines = dump(WAITING)
    assert lines[2] == "   State = INIT"
    assert lines[5:7] == ["   Number of track scripts init = 1", "   Waiting for = script chk"]


def test_a_master_shows_its_addresses_as_set() -> None:
    held = ["     192.0.2.100/24 dev eth0 scope global label eth0:100 set", "     192.0.2.101/24 dev eth0 scope global set"]
    lines = dump(MASTER)
    at = lines.index("   Virtual IP (2):")
    assert lines[at + 1 : at + 3] == held
    assert lines[at + 3 :] == ["   Tracked interfaces :", "     eth1 weight 0", "     eth2 weight -20 reverse"]
    assert held[0].removesuffix(" set") in dump(INIT)


def test_what_is_configured_is_shown_but_never_a_password() -> None:
    text = "\n".join(dump(MASTER))
    assert "s3cr3t" not in text
    for line in (
        "Password = ********",
        "Preempt delay = 2 secs",
        "Advert interval = 1 sec",
        "Virtual Router ID = 51",
        "Using src_ip = 192.0.2.2",
    ):
        assert f"   {line}\n" in text
    quick = evolve(ROUTER, version=3, advertisement_interval=Interval(SECOND // 4))
    text = render_data(Configuration(routers=(quick,)), NodeState((INIT,)), {}, CLOCK)
    assert "   Advert interval = 250 milli-sec\n" in text
    assert "Authentication" not in text


def test_global_definitions_are_those_that_are_known() -> None:
    given = GlobalDefs("LVS-101", ("a@b.c",), "d@e.f", "192.0.2.25", smtp_alert=True, smtp_alert_vrrp=False, garp=GarpPolicy(delay=None))
    static = VirtualAddress(OURS, 24, "eth0", scope=253, broadcast=parse_address("192.0.2.255"))
    text = render_data(Configuration(given, static_addresses=(static,)), NodeState(), {}, CLOCK)
    assert text.startswith("------< Global definitions >------\n Router ID = LVS-101\n Smtp server = 192.0.2.25\n Smtp server port = 25\n")
    assert (
        " Email notification from = d@e.f\n Email notification to:\n   a@b.c\n Default smtp_alert = on\n Default smtp_alert_vrrp = off\n"
        in text
    )
    assert " Gratuitous ARP delay = 0\n" in text
    assert text.endswith("------< Static Addresses >------\n     192.0.2.2/24 brd 192.0.2.255 dev eth0 scope link\n")
    assert "Router ID" not in render_data(Configuration(), NodeState(), {}, CLOCK)


def test_interfaces_tell_who_depends_on_them() -> None:
    links = {"eth1": Link("eth1", False), "eth0": Link("eth0", True, (OURS, parse_address("fe80::1"), parse_address("192.0.2.3")))}
    text = render_data(Configuration(routers=(SECRET,)), NodeState((MASTER,), links), {}, CLOCK)
    assert text.partition("------< Interfaces >------\n")[2] == (
        " Name = eth0\n   IPv4 address = 192.0.2.2\n   IPv6 address = fe80::1\n   State = UP, RUNNING\n"
        "   Tracking VRRP instances :\n     VI_1, weight 0\n"
        " Name = eth1\n   IPv4 address = (none)\n   IPv6 address = (none)\n   State = not UP or not RUNNING\n"
        "   Tracking VRRP instances :\n     VI_1, weight 0\n"
    )


@given(nodes(), worlds, instants)
def test_any_node_can_be_dumped(node: Node, links: list[Link], now: Instant) -> None:
    text = render_data(Configuration(routers=node.routers), initial(node, links), {}, WallClock(now, SUNDAY, ZERO))
    assert text.count(" VRRP Instance = ") == len(node.routers)
    assert text.endswith("\n")
