"""What text means: the notes' own configurations, and keepalived's defaults and rewrites one by one."""

from pathlib import Path

import pytest
from attrs import evolve

from kaspec.address import parse_address
from kaspec.config import Reading, has_errors, read
from kaspec.config.model import Command, GlobalDefs, InstanceSettings
from kaspec.health.model import TcpCheck
from kaspec.units import SECOND, ZERO, Interval, seconds
from kaspec.vrrp.authentication import NoAuthentication, SimplePassword
from kaspec.vrrp.holdings import Route
from kaspec.vrrp.router import KEEPALIVED, GarpPolicy, InterfaceTrack, VirtualAddress, VirtualRouter
from kaspec.vrrp.sync_group import SyncGroup

NOTES = Path(__file__).parent / "notes"
EMAIL = "[email\u00a0protected]"


def note(name: str) -> Reading:
    reading = read((NOTES / f"{name}.conf").read_text(), name)
    assert not has_errors(reading.diagnostics)
    return reading


def instance(*lines: str, globally: str = "") -> VirtualRouter:
    """Read an instance with these lines added to the least there must be."""
    return whole(*lines, globally=globally).configuration.routers[0]


def whole(*lines: str, globally: str = "") -> Reading:
    least = ("interface eth0", "virtual_router_id 51", "virtual_ipaddress {", "192.0.2.100/24", "}")
    body = "\n".join((*least, *lines))
    return read(f"global_defs {{\n{globally}\n}}\nvrrp_instance V {{\n{body}\n}}\n", "x")


def codes(reading: Reading) -> list[str]:
    return [each.code for each in reading.diagnostics]


def test_the_notes_master() -> None:
    configuration = note("master").configuration
    address = VirtualAddress(parse_address("192.168.123.100"), 24, "eth0", "eth0:100")
    password = SimplePassword(b"1111\0\0\0\0")
    track = InterfaceTrack("eth1")
    assert configuration.routers == (VirtualRouter("VI_1", "eth0", 100, 100, (address,), authentication=password, tracks=(track,)),)
    assert configuration.settings == (InstanceSettings("VI_1", "MASTER"),)
    assert configuration.global_defs == GlobalDefs("LVS-101", (EMAIL,), EMAIL, "192.168.123.103")
    assert configuration.global_defs.smtp_connect_timeout == 30 * SECOND


def test_the_notes_slave() -> None:
    configuration = note("slave").configuration
    address = VirtualAddress(parse_address("192.168.123.111"), 24, "eth0", "eth0:111")
    assert configuration.routers == (VirtualRouter("VI_1", "eth0", 111, 50, (address,), preempt=False),)
    assert configuration.settings[0].initial_state == "BACKUP"
    assert configuration.global_defs.notification_email == ("admindatahunter.org",)


def test_the_notes_short_form() -> None:
    (router,) = note("short").configuration.routers
    assert (router.virtual_router_id, router.priority, router.advertisement_interval) == (30, 100, SECOND)


def test_the_notes_priorities() -> None:
    expected = GlobalDefs(vrrp_no_swap=True, checker_no_swap=True, vrrp_priority=-1, checker_priority=-1)
    assert note("priorities").configuration.global_defs == expected


def test_the_notes_static_addresses_and_routes() -> None:
    configuration = note("static").configuration
    assert configuration.static_addresses == (VirtualAddress(parse_address("192.168.123.101"), 24, "eth0"),)
    assert configuration.static_routes == (Route(parse_address("0.0.0.0"), 0, parse_address("192.168.123.1"), "eth0"),)


@pytest.mark.parametrize("name", ["virtual_server", "definitions"])
def test_what_the_notes_templates_of_virtual_servers_leave_open_is_wrong(name: str) -> None:
    reading = read((NOTES / f"{name}.conf").read_text(), name)
    assert has_errors(reading.diagnostics)
    assert reading.configuration.has_lvs


@pytest.mark.parametrize(
    ("head", "kind", "written", "port", "checked"),
    [
        ("192.0.2.1 80", "NAT", "8080", 8080, 8080),
        ("192.0.2.1 80", "NAT", "", 80, 80),
        ("192.0.2.1 80", "DR", "8080", 80, 8080),
        ("fwmark 1", "NAT", "8080", 8080, 8080),
        ("fwmark 1", "DR", "8080", 0, 8080),
    ],
)
def test_where_a_server_gets_its_packets_and_its_checks(head: str, kind: str, written: str, port: int, checked: int) -> None:
    """Only NAT changes ports, and with a mark there is none; checks go to the port that is written."""
    server = f"real_server 192.0.2.2 {written} {{\n TCP_CHECK {{\n }}\n }}\n"
    (found,) = read(f"virtual_server {head} {{\n lb_kind {kind}\n {server} }}\n", "x").configuration.services[0].servers
    (check,) = found.checks
    assert isinstance(check, TcpCheck)
    assert (found.port, check.target.port) == (port, checked)


def test_a_persistence_engine_alone_makes_nothing_persistent_as_in_keepalived() -> None:
    text = "virtual_server 192.0.2.1 5060 {\n persistence_engine sip\n %s\n real_server 192.0.2.2 5060 {\n }\n}\n"
    assert read(text % "", "x").configuration.services[0].persistence is None
    persistence = read(text % "persistence_timeout 30", "x").configuration.services[0].persistence
    assert persistence is not None
    assert persistence.engine == "sip"


def test_of_virtual_servers_with_one_address_and_port_the_first_is_read() -> None:
    server = "virtual_server 192.0.2.1 80 {\n delay_loop 6\n real_server 192.0.2.2 80 {\n weight %s\n }\n}\n"
    reading = read(server % 1 + server % 2, "x")
    assert codes(reading) == []
    (service,) = reading.configuration.services
    assert [each.weight for each in service.servers] == [1]


def test_a_sync_group_is_read_and_is_no_lvs() -> None:
    reading = read("vrrp_sync_group VG_1 {\n group {\n a\n b\n }\n track_interface {\n eth9 weight 5\n }\n}\n", "x")
    assert codes(reading) == []
    assert reading.configuration.groups == (SyncGroup("VG_1", ("a", "b"), (InterfaceTrack("eth9", 5),)),)
    assert not reading.configuration.has_lvs


def test_of_two_groups_of_one_name_the_first_is_read() -> None:
    reading = read("vrrp_sync_group VG_1 {\n group {\n a\n b\n }\n}\n" * 2, "x")
    assert (codes(reading), len(reading.configuration.groups)) == (["K021"], 1)


def test_defaults() -> None:
    assert instance() == VirtualRouter("V", "eth0", 51, 100, (VirtualAddress(parse_address("192.0.2.100"), 24, "eth0"),))


@pytest.mark.parametrize(
    ("lines", "state", "priority"),
    [
        ((), "BACKUP", 100),
        (("state MASTER",), "MASTER", 255),
        (("state BACKUP",), "BACKUP", 100),
        (("state MASTER", "priority 90"), "MASTER", 90),
        (("priority 255",), "MASTER", 255),
        (("state BACKUP", "priority 255"), "BACKUP", 255),
        (("state MASTER", "priority high"), "MASTER", 100),
    ],
)
def test_state_and_priority(lines: tuple[str, ...], state: str, priority: int) -> None:
    configuration = whole(*lines).configuration
    assert (configuration.settings[0].initial_state, configuration.routers[0].priority) == (state, priority)


@pytest.mark.parametrize(
    ("lines", "preempt"),
    [
        (("nopreempt",), False),
        (("nopreempt", "preempt"), True),
        (("preempt", "nopreempt"), False),
        (("nopreempt", "state MASTER", "priority 9"), True),
        (("nopreempt", "priority 255"), True),
    ],
)
def test_nopreempt(lines: tuple[str, ...], preempt: bool) -> None:
    assert instance(*lines).preempt == preempt


@pytest.mark.parametrize(
    ("lines", "delay"),
    [
        (("preempt_delay 2.5",), seconds("2.5")),
        (("preempt_delay 2.5", "nopreempt"), ZERO),
        (("preempt_delay 2.5", "state MASTER", "priority 9"), ZERO),
    ],
)
def test_preempt_delay(lines: tuple[str, ...], delay: Interval) -> None:
    assert instance(*lines).preempt_delay == delay


@pytest.mark.parametrize(("given", "used"), [("1", 1), ("1.4", 1), ("1.5", 2), ("0.01", 1), ("255", 255), ("3.0", 3)])
def test_version_2_advertises_in_whole_seconds(given: str, used: int) -> None:
    reading = whole(f"advert_int {given}")
    assert reading.configuration.routers[0].advertisement_interval == used * SECOND
    assert ("K033" in codes(reading)) == (float(given) != used)


@pytest.mark.parametrize(
    ("password", "data"),
    [
        ("1111", b"1111\0\0\0\0"),
        ("12345678", b"12345678"),
        ("123456789", b"12345678"),
        ('"a b"', b"a b\0\0\0\0\0"),
        ("\udcff", b"\xff" + bytes(7)),
    ],
)
def test_password(password: str, data: bytes) -> None:
    lines = ("authentication {", "auth_type PASS", f"auth_pass {password}", "}")
    assert instance(*lines).authentication == SimplePassword(data)


def test_half_an_authentication_is_none() -> None:
    for line in ("auth_type PASS", "auth_pass 1111", "auth_type AH", 'auth_type PASS\nauth_pass ""'):
        assert instance("authentication {", line, "}").authentication == NoAuthentication()


def test_garp_follows_the_instance_then_the_global_setting_then_the_default() -> None:
    globally = "vrrp_garp_master_delay 7\nvrrp_garp_master_repeat 2\nvrrp_garp_lower_prio_repeat 0"
    policy = instance("garp_master_delay 9", "garp_master_refresh 60", globally=globally).garp
    assert policy == GarpPolicy(2, Interval(9 * SECOND), Interval(60 * SECOND), 1, 0, Interval(7 * SECOND))
    assert instance(globally="vrrp_garp_lower_prio_delay 3").garp == GarpPolicy(lower_priority_delay=Interval(3 * SECOND))
    assert instance(globally="vrrp_min_garp").garp == GarpPolicy(1, None, None, 1, 1, None)
    assert instance("garp_master_delay 0").garp == GarpPolicy(delay=None)


def test_settings_an_instance_inherits() -> None:
    router = instance(globally="vrrp_lower_prio_no_advert\nvrrp_down_timer_adverts 5")
    assert (router.profile.answers_lower_priority, router.down_timer_adverts) == (False, 5)
    router = instance("lower_prio_no_advert false", "down_timer_adverts 4", globally="vrrp_lower_prio_no_advert\nvrrp_down_timer_adverts 5")
    assert (router.profile, router.down_timer_adverts) == (KEEPALIVED, 4)


def test_address_options() -> None:
    lines = ("virtual_ipaddress {", "192.0.2.7/24 brd + scope link dev eth1 label eth1:7", "192.0.2.8/24 broadcast -", "192.0.2.9", "}")
    full = VirtualAddress(parse_address("192.0.2.7"), 24, "eth1", "eth1:7", 253, parse_address("192.0.2.255"))
    low = VirtualAddress(parse_address("192.0.2.8"), 24, "eth0", broadcast=parse_address("192.0.2.0"))
    assert instance(*lines).addresses[1:] == (full, low, VirtualAddress(parse_address("192.0.2.9"), 32, "eth0"))


def test_a_broadcast_of_ones_own() -> None:
    addresses = instance("virtual_ipaddress {", "192.0.2.7/24 brd 192.0.2.127", "}").addresses
    assert addresses[1].broadcast == parse_address("192.0.2.127")


def test_route_options() -> None:
    lines = (
        "default via 192.0.2.1 metric 5 table main\n"
        "src 192.0.2.9 unicast 198.51.100.0/24 dev eth0 scope link\n"
        "to 203.0.113.0/24 gw 192.0.2.1"
    )
    routes = read(f"static_routes {{\n{lines}\n}}", "x").configuration.static_routes
    gateway, source = parse_address("192.0.2.1"), parse_address("192.0.2.9")
    assert routes == (
        Route(parse_address("0.0.0.0"), 0, gateway, metric=5, table=254),
        Route(parse_address("198.51.100.0"), 24, interface="eth0", source=source, scope=253),
        Route(parse_address("203.0.113.0"), 24, gateway),
    )


def test_tracked_interfaces() -> None:
    tracks = instance("track_interface {", "eth0", "eth1 weight -5 reverse", "eth2 weight 7 noreverse", "eth1", "eth3", "}").tracks
    assert tracks == (InterfaceTrack("eth1", -5, True), InterfaceTrack("eth2", 7), InterfaceTrack("eth3"))


def test_an_owner_tracks_interfaces_only_as_faults() -> None:
    assert instance("priority 255", "track_interface {", "eth1 weight 5", "eth2", "}").tracks == (InterfaceTrack("eth2"),)


def test_commands() -> None:
    reading = whole("notify_master '/bin/a b' root wheel", 'notify "/bin/c \\"d\\""', "notify_stop /bin/e f")
    (settings,) = reading.configuration.settings
    assert settings.notify_master == Command("/bin/a b", "root", "wheel")
    assert settings.notify == Command('/bin/c "d"')
    assert settings.notify_stop == Command("/bin/e", "f")
    assert codes(reading) == []


def test_other_instance_settings() -> None:
    router = instance("dont_track_primary", "mcast_src_ip 192.0.2.1", "version 2")
    assert router == evolve(instance(), dont_track_primary=True, source=parse_address("192.0.2.1"))


def test_later_global_definitions_win_and_lists_add_up() -> None:
    text = "global_defs {\nrouter_id a\nnotification_email {\na b\n}\n}\nglobal_defs {\nrouter_id c\nnotification_email {\nd\n}\n}"
    assert read(text, "x").configuration.global_defs == GlobalDefs("c", ("a", "b", "d"))


def test_static_addresses_without_dev_go_to_the_default_interface() -> None:
    text = "static_ipaddress {\n192.0.2.1\n}\nglobal_defs {\ndefault_interface eth9\n}"
    assert read(text, "x").configuration.static_addresses[0].interface == "eth9"


def test_lines_for_one_configuration_id() -> None:
    text = "global_defs {\n@high router_id a\n@^high router_id b\n@ router_id c\n}"
    assert read(text, "x", "high").configuration.global_defs.router_id == "a"
    assert read(text, "x", "low").configuration.global_defs.router_id == "b"
