"""Which version and family an instance speaks, by what is written, and what that makes of its other settings."""

import pytest

from kaspec.address import parse_address
from kaspec.config import Reading, read
from kaspec.units import SECOND, seconds
from kaspec.vrrp.authentication import NoAuthentication
from kaspec.vrrp.holdings import Route
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from tests.unit.config.test_reader import codes, instance, whole

LINK_LOCAL, GLOBAL = (parse_address(text) for text in ("fe80::100", "2001:db8::100"))


def six(*lines: str, globally: str = "") -> Reading:
    least = ("interface eth0", "virtual_router_id 51", "virtual_ipaddress {", "fe80::100", "2001:db8::100/64", "}")
    return read(f"global_defs {{\n{globally}\n}}\nvrrp_instance V {{\n{chr(10).join((*least, *lines))}\n}}\n", "x")


def router_of(reading: Reading) -> VirtualRouter:
    (router,) = reading.configuration.routers
    return router


def test_ipv6_addresses_make_it_version_3() -> None:
    router = router_of(six())
    assert (router.version, router.family) == (3, 6)
    assert router.addresses == (VirtualAddress(LINK_LOCAL, 128, "eth0", preferred_lifetime=0), VirtualAddress(GLOBAL, 64, "eth0"))
    assert codes(six()) == []


def test_a_version_2_that_is_written_is_told_and_raised() -> None:
    assert codes(six("version 2")) == ["K044"]
    assert router_of(six("version 2")).version == 3
    assert codes(six(globally="vrrp_version 2")) == []


def test_the_version_is_the_instance_s_else_the_global_one() -> None:
    assert instance().version == 2
    assert instance("version 3").version == 3
    assert instance(globally="vrrp_version 3").version == 3
    assert instance("version 2", globally="vrrp_version 3").version == 2


@pytest.mark.parametrize(
    ("version", "written", "used"),
    [
        (2, "0.5", "1"),
        (2, "255", "255"),
        (3, "0.01", "0.01"),
        (3, "0.015", "0.02"),
        (3, "0.999", "1"),
        (3, "40.95", "40.95"),
        (3, "255", "40.95"),
    ],
)
def test_the_interval_is_what_a_packet_can_carry(version: int, written: str, used: str) -> None:
    reading = whole(f"version {version}", f"advert_int {written}")
    assert router_of(reading).advertisement_interval == seconds(used)
    assert codes(reading) == (["K033"] if written != used else [])


def test_without_advert_int_it_is_a_second() -> None:
    assert instance("version 3").advertisement_interval == SECOND


def test_addresses_of_the_other_family_are_left_out() -> None:
    reading = whole("virtual_ipaddress {", "fe80::1", "}")
    assert codes(reading) == ["K045"]
    assert len(router_of(reading).addresses) == 1


def test_native_ipv6_decides() -> None:
    reading = whole("native_ipv6")
    assert codes(reading) == ["K045", "K020"] or codes(reading) == ["K020", "K045"]
    assert reading.configuration.routers == ()
    assert router_of(six("native_ipv6")).family == 6


def test_a_source_of_the_other_family_is_ignored() -> None:
    assert router_of(six("mcast_src_ip 192.0.2.1")).source is None
    assert codes(six("mcast_src_ip 192.0.2.1")) == ["K045"]
    assert router_of(six("mcast_src_ip fe80::1")).source == parse_address("fe80::1")


def test_version_3_has_no_authentication() -> None:
    reading = whole("version 3", "authentication {", "auth_type PASS", "auth_pass secret", "}")
    assert router_of(reading).authentication == NoAuthentication()
    assert codes(reading) == ["K046"]


def test_version_3_needs_an_address() -> None:
    reading = read("vrrp_instance V {\ninterface eth0\nvirtual_router_id 51\nversion 3\n}", "x")
    assert codes(reading) == ["K020"]
    assert reading.configuration.routers == ()


def test_the_form_of_checksum() -> None:
    assert instance("version 3").checksum_form == "pseudo-header"
    assert instance("v3_checksum_as_v2").checksum_form == "message"
    assert instance(globally="v3_checksum_as_v2").checksum_form == "message"
    assert instance("v3_checksum_as_v2 false", globally="v3_checksum_as_v2").checksum_form == "pseudo-header"
    assert instance("old_unicast_checksum").checksum_form == "multicast-group"
    assert instance("old_unicast_checksum never").checksum_form == "pseudo-header"


def test_one_virtual_router_id_for_each_family() -> None:
    both = "vrrp_instance {} {{\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {{\n{}\n}}\n}}\n"
    assert codes(read(both.format("A", "192.0.2.1") + both.format("B", "fe80::1"), "x")) == []


def test_ipv6_routes() -> None:
    reading = read("static_routes {\n2001:db8::/32 via fe80::1 dev eth0\ndefault via fe80::1 dev eth0\n}", "x")
    gateway = parse_address("fe80::1")
    assert reading.configuration.static_routes == (
        Route(parse_address("2001:db8::"), 32, gateway, "eth0"),
        Route(parse_address("::"), 0, gateway, "eth0"),
    )
    assert codes(read("static_routes {\n10.0.0.0/8 via fe80::1 dev eth0\n}", "x")) == ["K014"]
