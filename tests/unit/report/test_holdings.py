"""What is said of addresses, routes and rules that come, go and are lost."""

from collections.abc import Callable

import pytest
from attrs import evolve

from kaspec.config import read
from kaspec.report.holdings import change_lines, foreign_addresses, gone_lines, holding_words, static_loss_lines
from kaspec.tracking import Link
from kaspec.vrrp.effects import InstallAddresses, InstallRoutes, InstallRules, RemoveAddresses, RemoveRoutes, RemoveRules
from kaspec.vrrp.events import HoldingsLost, Startup
from kaspec.vrrp.holdings import Holding
from kaspec.vrrp.promotion import promotions
from kaspec.vrrp.virtual_interface import KernelSetting
from tests.unit.report.scenes import BACKUP, INIT, MASTER, ROUTER, outcome

TEXT = """
static_ipaddress { 192.0.2.7/24 dev eth0 }
static_routes { 198.51.100.0/24 via 192.0.2.1 dev eth0 }
static_rules { from 10.0.0.0/8 to 10.9.0.0/16 table 7 priority 100 }
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    promote_secondaries
    virtual_ipaddress { 192.0.2.100/24 }
    virtual_ipaddress_excluded {
        192.0.2.101/24 dev eth1
        2001:db8::1/64 dev eth2
    }
}
"""
FOUND = read(TEXT, "x").configuration
(ADDRESS,), (ROUTE,), (RULE,) = FOUND.static_addresses, FOUND.static_routes, FOUND.static_rules
(HOLDER,) = FOUND.routers
STARTS = outcome(INIT, Startup(), HOLDER)


def test_an_item_has_a_name_that_iproute2_would_know() -> None:
    assert [holding_words(each) for each in (ADDRESS, ROUTE, RULE)] == [
        "192.0.2.7/24 dev eth0",
        "route 198.51.100.0/24 via 192.0.2.1 dev eth0",
        "rule 100 from 10.0.0.0/8 to 10.9.0.0/16",
    ]
    assert holding_words(evolve(ROUTE, type="blackhole", via=None, interface=None)) == "route blackhole 198.51.100.0/24"


@pytest.mark.parametrize(
    ("effect", "lines"),
    [
        (InstallAddresses(HOLDER.addresses), ["setting VIPs."]),
        (RemoveAddresses(HOLDER.held_addresses), ["removing VIPs.", "removing E-VIPs."]),
        (InstallAddresses(HOLDER.excluded), ["setting E-VIPs."]),
        (InstallRoutes((ROUTE,)), ["setting Virtual Routes"]),
        (RemoveRules((RULE,)), ["removing Virtual Rules"]),
        (InstallRules(()), []),
    ],
)
def test_what_is_taken_hold_of_is_told_by_kind(effect: InstallAddresses | InstallRoutes | RemoveRules, lines: list[str]) -> None:
    assert list(change_lines(STARTS, effect)) == lines


@pytest.mark.parametrize(("kind", "item"), [(RemoveAddresses, ADDRESS), (RemoveRoutes, ROUTE), (RemoveRules, RULE)])
def test_what_a_configuration_no_longer_has_is_told_by_name(kind: Callable[..., RemoveRoutes], item: Holding) -> None:
    begins = "ip address " if item is ADDRESS else "ip "
    assert list(gone_lines(kind((item,)))) == [f"{begins}{holding_words(item)}, no longer exist"]


def test_a_static_item_that_is_lost_is_told_with_whose_hand_it_was() -> None:
    event = HoldingsLost((ADDRESS, *ROUTER.addresses), "ip (pid 7)")
    assert list(static_loss_lines(FOUND.statics, event, at_once=True)) == [
        "static 192.0.2.7/24 dev eth0 was removed by ip (pid 7): it is put back"
    ]
    (line,) = static_loss_lines(FOUND.statics, evolve(event, by=""), at_once=False)
    assert line == "static 192.0.2.7/24 dev eth0 was removed: it is put back after a pause, for it was removed again and again"


def test_a_virtual_address_is_foreign_only_where_we_are_not_master() -> None:
    (first, _) = ROUTER.addresses
    links = {"eth0": Link("eth0", up=True, addresses=(first.address,))}
    assert foreign_addresses(ROUTER, BACKUP, links) == (first,)
    assert foreign_addresses(ROUTER, MASTER, links) == ()


def test_secondaries_are_promoted_where_ipv4_addresses_are() -> None:
    """Each interface once, and only for those that ask; an IPv6 subnet has no first address."""
    settings = tuple(KernelSetting(f"ipv4/conf/{name}/promote_secondaries", "1") for name in ("eth0", "eth1"))
    assert promotions((HOLDER, HOLDER)) == settings
    assert promotions((evolve(HOLDER, promote_secondaries=False),)) == ()
