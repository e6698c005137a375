"""Messages that make virtual interfaces, read by pyroute2."""

from struct import pack
from typing import Any

import pytest
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from kaspec.vrrp.virtual_interface import VirtualInterface, virtual_mac
from shell.link_messages import link_creation, link_raising, link_removal, link_silencing


def decoded(message: bytes) -> Any:
    """Return the message as pyroute2 reads it."""
    read: Any = ifinfmsg(message)  # type: ignore[no-untyped-call]
    read.decode()
    return read


@pytest.mark.parametrize(("mode", "number"), [("private", "private"), ("vepa", "vepa"), ("bridge", "bridge")])
def test_a_macvlan(mode: Any, number: str) -> None:
    made = decoded(link_creation(VirtualInterface("vrrp.51", "eth0", mac=virtual_mac(4, 51), mode=mode, group=7), 3))
    information = made.get_attr("IFLA_LINKINFO")
    assert {name: made.get_attr(f"IFLA_{name}") for name in ("IFNAME", "LINK", "ADDRESS", "GROUP")} == {
        "IFNAME": "vrrp.51",
        "LINK": 3,
        "ADDRESS": "00:00:5e:00:01:33",
        "GROUP": 7,
    }
    assert information.get_attr("IFLA_INFO_KIND") == "macvlan"
    assert information.get_attr("IFLA_INFO_DATA").get_attr("IFLA_MACVLAN_MODE") == number


@pytest.mark.parametrize(("mode", "flags"), [("bridge", 0), ("private", 1), ("vepa", 2)])
def test_an_ipvlan_has_the_mac_address_of_its_base(mode: Any, flags: int) -> None:
    made = decoded(link_creation(VirtualInterface("ipvlan.9", "eth0", "ipvlan", mode=mode), 3))
    information = made.get_attr("IFLA_LINKINFO")
    assert made.get_attr("IFLA_ADDRESS") is None
    assert information.get_attr("IFLA_INFO_KIND") == "ipvlan"
    data = information.get_attr("IFLA_INFO_DATA")
    assert data.get_attr("IFLA_IPVLAN_MODE") == 0
    assert pack("=HHH", 6, 2, flags) in link_creation(VirtualInterface("ipvlan.9", "eth0", "ipvlan", mode=mode), 3), "IFLA_IPVLAN_FLAGS"


def test_one_is_kept_from_addresses_raised_and_removed() -> None:
    silenced, raised, removed = (decoded(make(9)) for make in (link_silencing, link_raising, link_removal))
    assert [each["index"] for each in (silenced, raised, removed)] == [9, 9, 9]
    assert silenced.get_attr("IFLA_AF_SPEC").get_attr("AF_INET6").get_attr("IFLA_INET6_ADDR_GEN_MODE") == 1
    assert (raised["flags"], raised["change"], raised["header"]["type"]) == (1, 1, 16)
    assert removed["header"]["type"] == 17
