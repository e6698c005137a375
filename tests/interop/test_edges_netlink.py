"""Interfaces, addresses and routes of the real kernel: changed in batches, followed by events."""

import asyncio
import errno
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_interface
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.lab.network import Host
from conformance.lab.waiting import wait_until
from kaspec.address import format_address, parse_address
from kaspec.node import LinkChanged
from kaspec.tracking import Link
from kaspec.vrrp.events import HoldingsLost
from kaspec.vrrp.holdings import Route
from kaspec.vrrp.router import VirtualAddress
from shell import netlink, requests
from shell.netlink import Kernel
from shell.requests import BUFFER
from tests.interop.conftest import TwoRouters

OWN = parse_address("192.168.123.101")
PATIENCE = 5.0
MANY = 255
T = TypeVar("T")


def virtual(text: str, interface: str = "eth0", label: str | None = None, scope: int = 0, broadcast: str | None = None) -> VirtualAddress:
    """Return the virtual address ``address/length``."""
    parsed = ip_interface(text)
    brd = parse_address(broadcast) if broadcast else None
    return VirtualAddress(parse_address(str(parsed.ip)), parsed.network.prefixlen, interface, label, scope, brd)


MANY_ADDRESSES = tuple(virtual(f"192.168.123.{number}/24", label=f"eth0:{number}") for number in range(1, MANY) if number != 101)


@pytest.fixture
def kernel(lan: TwoRouters) -> Iterator[Kernel]:
    """Router a's kernel."""
    with lan.a.namespace.entered():
        opened = Kernel()
    yield opened
    opened.close()


def addresses(host: Host, interface: str = "eth0") -> list[str]:
    """Return what the kernel holds, less what IPv6 makes of itself."""
    return [address for address in host.addresses(interface) if not address.startswith("fe80:")]


def is_up(kernel: Kernel, interface: str, up: bool) -> bool:
    """Tell whether the interface is reported up, or down."""
    return kernel.interfaces[interface].link.up == up


class Follower:
    """A loop that follows the kernel; it only runs in ``until``, so in between a test may do as it likes."""

    def __init__(self, kernel: Kernel) -> None:
        self.told: list[LinkChanged] = []
        self.lost: list[HoldingsLost] = []
        self._more = asyncio.Event()
        self._runner = asyncio.Runner()
        self._runner.run(self._subscribe(kernel))

    def until(self, condition: Callable[[], object]) -> None:
        """Let the loop run until the condition holds."""
        self._runner.run(self._until(condition))

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        """Let the loop run a story to its end."""
        return self._runner.run(story)

    def close(self, kernel: Kernel) -> None:
        """End it."""
        self._runner.run(kernel.__aexit__())
        self._runner.close()

    async def _subscribe(self, kernel: Kernel) -> None:
        kernel.subscribe(self._tell)

    def _tell(self, change: LinkChanged | HoldingsLost) -> None:
        if isinstance(change, HoldingsLost):
            self.lost.append(change)
        else:
            self.told.append(change)
        self._more.set()

    async def _until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._more.clear()
                await self._more.wait()


@contextmanager
def following(kernel: Kernel) -> Iterator[Follower]:
    """Follow the kernel until left."""
    follower = Follower(kernel)
    try:
        yield follower
    finally:
        follower.close(kernel)


@pytest.fixture
def follower(kernel: Kernel) -> Iterator[Follower]:
    with following(kernel) as opened:
        yield opened


def test_it_starts_with_every_interface_and_its_addresses_in_the_kernels_order(lan: TwoRouters) -> None:
    for address in ("10.1.0.1/24", "192.168.123.9/24", "10.2.0.1/24", "fd00::1/64"):
        lan.a.set_address("eth0", address)
    lan.lab.plug(lan.a, "eth1", connected=False)

    def looked() -> Kernel:
        with lan.a.namespace.entered():
            started = Kernel()
        started.close()
        return started

    wait_until(lambda: not looked().interfaces["eth1"].link.up, PATIENCE, "the kernel to see that the carrier is gone")
    kernel = looked()
    interface = kernel.interfaces["eth0"]
    assert (interface.index, interface.mac.hex(":")) == (lan.a.index("eth0"), "02:00:00:00:00:01")
    assert [parse_address(each.split("/")[0]) for each in lan.a.addresses("eth0")] == list(interface.link.addresses)
    assert interface.link.addresses[:4] == tuple(map(parse_address, ("192.168.123.101", "10.1.0.1", "10.2.0.1", "192.168.123.9")))
    assert {link.name: link.up for link in kernel.links()} == {"lo": True, "eth0": True, "eth1": False}


def test_255_addresses_come_and_go_in_one_batch_each(lan: TwoRouters, kernel: Kernel) -> None:
    assert kernel.apply((True, each) for each in MANY_ADDRESSES) == ()
    assert len(addresses(lan.a)) == len(MANY_ADDRESSES) + 1
    labels = {
        each.get_attr("IFA_LOCAL"): each.get_attr("IFA_LABEL") for each in lan.a.netlink.get_addr(index=lan.a.index("eth0"), family=2)
    }
    assert labels["192.168.123.100"] == "eth0:100"
    assert kernel.apply((False, each) for each in MANY_ADDRESSES) == ()
    assert addresses(lan.a) == ["192.168.123.101/24"]


def test_a_batch_beyond_one_system_call_is_split(lan: TwoRouters, kernel: Kernel) -> None:
    many = [virtual(f"10.{number >> 8}.{number & 255}.1/32") for number in range(2 * requests.BATCH_BYTES // 40)]
    assert kernel.apply((True, each) for each in many) == ()
    assert len(addresses(lan.a)) == len(many) + 1
    assert kernel.apply((False, each) for each in many) == ()
    assert len(addresses(lan.a)) == 1


def test_label_scope_and_broadcast_are_as_configured(lan: TwoRouters, kernel: Kernel) -> None:
    assert (
        kernel.apply([(True, virtual("10.9.0.1/24", label="eth0:vip", scope=253, broadcast="10.9.0.255")), (True, virtual("10.8.0.1/24"))])
        == ()
    )
    found = {each.get_attr("IFA_LOCAL"): each for each in lan.a.netlink.get_addr(index=lan.a.index("eth0"), family=2)}
    one, other = found["10.9.0.1"], found["10.8.0.1"]
    assert (one.get_attr("IFA_LABEL"), one["scope"], one.get_attr("IFA_BROADCAST")) == ("eth0:vip", 253, "10.9.0.255")
    assert (other.get_attr("IFA_LABEL"), other["scope"], other.get_attr("IFA_BROADCAST")) == ("eth0", 0, None)


def test_an_ipv6_address_is_usable_at_once(lan: TwoRouters, kernel: Kernel) -> None:
    with lan.a.namespace.entered():
        Path("/proc/sys/net/ipv6/conf/eth0/accept_dad").write_text("1\n")
    assert kernel.apply([(True, virtual("fd00::100/64"))]) == ()
    (found,) = (each for each in lan.a.netlink.get_addr(family=10) if each.get_attr("IFA_ADDRESS") == "fd00::100")
    tentative = 0x40
    assert not found.get_attr("IFA_FLAGS") & tentative
    assert kernel.apply([(False, virtual("fd00::100/64"))]) == ()
    assert addresses(lan.a) == ["192.168.123.101/24"]


@pytest.mark.parametrize("family", ["10.9.0.1/24", "fd00::100/64"])
def test_already_there_and_already_gone_are_fine(kernel: Kernel, family: str) -> None:
    for install in (True, True, False, False):
        assert kernel.apply([(install, virtual(family))]) == ()


def test_an_address_is_removed_whatever_label_it_has(lan: TwoRouters, kernel: Kernel) -> None:
    kernel.apply([(True, virtual("10.9.0.1/24", label="eth0:old"))])
    assert kernel.apply([(False, virtual("10.9.0.1/24", label="eth0:new"))]) == ()
    assert addresses(lan.a) == ["192.168.123.101/24"]


def test_what_the_kernel_refuses_is_told_and_the_rest_of_the_batch_is_done(lan: TwoRouters, kernel: Kernel) -> None:
    wrong = virtual("10.9.0.2/24", label="eth0:far-too-long-a-label")
    missing = virtual("10.9.0.3/24", interface="eth7")
    changes = [(True, virtual("10.9.0.1/24")), (True, wrong), (True, missing), (False, missing), (True, virtual("10.9.0.4/24"))]
    problems = kernel.apply(changes)
    assert {(problem.what, problem.code) for problem in problems} == {
        ("cannot set 10.9.0.2/24 dev eth0", errno.ERANGE),
        ("cannot set 10.9.0.3/24 dev eth7", errno.ENODEV),
    }
    assert all(problem.hint for problem in problems)
    assert addresses(lan.a)[1:] == ["10.9.0.1/24", "10.9.0.4/24"]


def test_an_interface_gone_behind_our_back_is_a_problem_to_add_to_and_none_to_remove_from(lan: TwoRouters, kernel: Kernel) -> None:
    lan.a.netlink.link("del", index=lan.a.index("eth1"))
    assert [problem.code for problem in kernel.apply([(True, virtual("10.9.0.1/24", "eth1"))])] == [errno.ENODEV]
    assert kernel.apply([(False, virtual("10.9.0.1/24", "eth1"))]) == ()


SUBNETS = [f"10.{subnet}.0.{host}/{length}" for subnet in (1, 2) for length in (16, 24) for host in (1, 2, 3)]


@pytest.mark.parametrize("promote_secondaries", [False, True])
def test_removing_addresses_takes_no_other_along(lan: TwoRouters, kernel: Kernel, promote_secondaries: bool) -> None:
    """By default the kernel deletes a subnet's secondary addresses with its primary one."""
    with lan.a.namespace.entered():
        Path("/proc/sys/net/ipv4/conf/eth0/promote_secondaries").write_text(f"{promote_secondaries:d}\n")

    @settings(max_examples=40)
    @given(st.permutations(SUBNETS), st.lists(st.tuples(st.booleans(), st.sampled_from(SUBNETS))))
    def the_last_word_on_each_address_counts(installed: list[str], changed: list[tuple[bool, str]]) -> None:
        assert kernel.apply([(True, virtual(each, label="eth0:x")) for each in installed]) == ()
        assert kernel.apply([(install, virtual(each, label="eth0:y")) for install, each in changed]) == ()
        wanted = dict.fromkeys(installed, True) | {each: install for install, each in changed}
        assert set(addresses(lan.a)) == {"192.168.123.101/24", *(each for each, install in wanted.items() if install)}
        assert kernel.apply([(False, virtual(each)) for each in SUBNETS]) == ()
        assert addresses(lan.a) == ["192.168.123.101/24"]

    the_last_word_on_each_address_counts()


def test_what_an_operator_added_is_put_back_with_all_it_had(lan: TwoRouters, kernel: Kernel) -> None:
    kernel.apply([(True, virtual("10.1.0.1/24"))])
    lan.a.netlink.addr("add", index=lan.a.index("eth0"), address="10.1.0.2", prefixlen=24, label="eth0:mine", preferred=3000, valid=4000)
    assert kernel.apply([(False, virtual("10.1.0.1/24"))]) == ()
    (found,) = (each for each in lan.a.netlink.get_addr(family=2) if each.get_attr("IFA_LOCAL") == "10.1.0.2")
    assert (found.get_attr("IFA_LABEL"), found.get_attr("IFA_CACHEINFO")["ifa_valid"] in range(3990, 4001)) == ("eth0:mine", True)


def test_routes_come_and_go(lan: TwoRouters, kernel: Kernel) -> None:
    net, gateway = parse_address("10.50.0.0"), parse_address("192.168.123.1")
    kernel.apply([(True, virtual("fd00::1/64"))])
    routes = [
        Route(net, 16, gateway, "eth0", OWN, metric=5),
        Route(net, 24, None, "eth0"),
        Route(net, 25, gateway, table=1000),
        Route(parse_address("0.0.0.0"), 0, gateway, "eth0"),
        Route(parse_address("fd01::"), 64, parse_address("fd00::2"), "eth0"),
    ]

    def ours() -> set[tuple[str | None, int, str | None, int | None]]:
        keepalived = 18
        found = [each for each in lan.a.netlink.get_routes() if each["proto"] == keepalived]
        return {(each.get_attr("RTA_DST"), each["dst_len"], each.get_attr("RTA_GATEWAY"), each.get_attr("RTA_TABLE")) for each in found}

    for _ in range(2):
        assert kernel.apply([(True, route) for route in routes]) == ()
        assert ours() == {
            ("10.50.0.0", 16, "192.168.123.1", 254),
            ("10.50.0.0", 24, None, 254),
            ("10.50.0.0", 25, "192.168.123.1", 1000),
            (None, 0, "192.168.123.1", 254),
            ("fd01::", 64, "fd00::2", 254),
        }
    for _ in range(2):
        assert kernel.apply([(False, route) for route in routes]) == ()
        assert ours() == set()


def test_a_route_that_cannot_be_says_why(kernel: Kernel) -> None:
    net, elsewhere = parse_address("10.50.0.0"), parse_address("203.0.113.1")
    problems = kernel.apply(
        [(True, Route(net, 16, elsewhere)), (True, Route(net, 16, None, "eth7")), (False, Route(net, 16, None, "eth7"))]
    )
    assert {(problem.what, problem.code) for problem in problems} == {
        ("cannot set route 10.50.0.0/16 via 203.0.113.1", errno.ENETUNREACH),
        ("cannot set route 10.50.0.0/16 dev eth7", errno.ENODEV),
    }


def test_a_takeovers_own_addresses_are_told_at_intervals_not_one_by_one(kernel: Kernel, follower: Follower) -> None:
    async def take_over() -> float:
        began = time.monotonic()
        for each in MANY_ADDRESSES:
            kernel.apply([(True, each)])
            await asyncio.sleep(0)
        return time.monotonic() - began

    seconds = follower.run(take_over())
    everything = {OWN, *(each.address for each in MANY_ADDRESSES)}
    follower.until(lambda: everything <= set(kernel.interfaces["eth0"].link.addresses))
    told = [change for change in follower.told if change.name == "eth0"]
    assert 1 <= len(told) <= seconds / netlink.ADDRESS_SPACING + 2


def test_carrier_lost_and_found_and_set_down(lan: TwoRouters, kernel: Kernel, follower: Follower) -> None:
    for connected in (False, True):
        lan.lab.plug(lan.a, "eth0", connected)
        follower.until(partial(is_up, kernel, "eth0", connected))
    for up in (False, True):
        lan.a.set_link("eth0", up)
        follower.until(partial(is_up, kernel, "eth0", up))
    assert OWN in kernel.interfaces["eth0"].link.addresses


def test_the_last_address_taken_and_given_back(lan: TwoRouters, follower: Follower) -> None:
    for present in (False, True):
        lan.a.set_address("eth0", "192.168.123.101/24", present)
        follower.until(lambda: len(follower.told) == present + 1)  # noqa: B023
    assert [OWN in change.link.addresses for change in follower.told if change.link] == [False, True]


def test_an_interface_deleted_and_another_that_takes_its_name(lan: TwoRouters, kernel: Kernel, follower: Follower) -> None:
    lan.a.netlink.link("del", index=lan.a.index("eth1"))
    lan.a.netlink.link("add", ifname="eth1", kind="veth", peer="eth9")
    follower.until(lambda: "eth9" in kernel.interfaces)
    of_eth1 = [change for change in follower.told if change.name == "eth1"]
    assert of_eth1 == [LinkChanged("eth1", None), LinkChanged("eth1", Link("eth1", False))]
    assert kernel.interfaces["eth1"].index == lan.a.index("eth1")
    lan.a.netlink.link("del", index=lan.a.index("eth1"))
    follower.until(lambda: "eth9" not in kernel.interfaces)
    assert {change.name for change in follower.told if change.link is None} == {"eth1", "eth9"}
    assert "eth1" not in kernel.interfaces


def test_a_renamed_interface_is_gone_and_there(lan: TwoRouters, kernel: Kernel, follower: Follower) -> None:
    lan.a.set_link("eth1", up=False)
    follower.until(lambda: not kernel.interfaces["eth1"].link.up)
    follower.told.clear()
    lan.a.netlink.link("set", index=lan.a.index("eth1"), ifname="wan0")
    follower.until(lambda: "wan0" in kernel.interfaces)
    assert follower.told == [LinkChanged("eth1", None), LinkChanged("wan0", Link("wan0", False))]
    assert kernel.interfaces["wan0"].index == lan.a.index("wan0")


def test_nothing_is_told_when_nothing_changed(lan: TwoRouters, kernel: Kernel, follower: Follower) -> None:
    for size in (1400, 1500):
        lan.a.netlink.link("set", index=lan.a.index("eth0"), mtu=size)
    lan.a.set_link("eth1", up=False)
    follower.until(lambda: not kernel.interfaces["eth1"].link.up)
    assert {change.name for change in follower.told} == {"eth1"}


def test_a_port_that_leaves_a_bridge_is_not_gone(lan: TwoRouters) -> None:
    switch, port = lan.lab.switch, "a-eth1"
    with switch.namespace.entered():
        kernel = Kernel()
    with following(kernel) as follower:
        switch.netlink.link("set", index=switch.index(port), master=0)
        switch.set_link(port, up=False)
        follower.until(lambda: not kernel.interfaces[port].link.up)
        assert LinkChanged(port, None) not in follower.told


def test_after_an_overrun_it_knows_what_it_missed(lan: TwoRouters) -> None:
    tiny = 2304
    with lan.a.namespace.entered():
        kernel = Kernel(((tiny, True), (BUFFER, True)))
    with following(kernel) as follower:
        for each in MANY_ADDRESSES:
            lan.a.set_address("eth0", f"{format_address(each.address)}/24")
        lan.lab.plug(lan.a, "eth1", connected=False)
        everything = {OWN, *(each.address for each in MANY_ADDRESSES)}
        follower.until(lambda: not kernel.interfaces["eth1"].link.up and everything <= set(kernel.interfaces["eth0"].link.addresses))
        lan.lab.plug(lan.a, "eth1", connected=True)
        follower.until(lambda: kernel.interfaces["eth1"].link.up)


def test_an_address_that_may_be_another_host_s_is_not_there_yet(lan: TwoRouters, kernel: Kernel, follower: Follower) -> None:
    """Duplicate detection takes a second; then the address is reported as any other."""
    taken, free = "fd00::1", "fd00::2"
    with lan.a.namespace.entered():
        Path("/proc/sys/net/ipv6/conf/eth0/accept_dad").write_text("1")
    lan.b.set_address("eth0", f"{taken}/64")
    for address in (taken, free):
        lan.a.netlink.addr("add", index=lan.a.index("eth0"), address=address, prefixlen=64)
    follower.until(lambda: parse_address(free) in kernel.interfaces["eth0"].link.addresses)
    heard = [change.link.addresses for change in follower.told if change.link]
    assert not any(parse_address(taken) in each for each in heard)


def test_whether_an_interface_forwards_ipv6_is_known_at_once(lan: TwoRouters, kernel: Kernel, follower: Follower) -> None:
    assert not kernel.interfaces["eth0"].forwards
    for setting, value in (("eth0", "1"), ("eth0", "0"), ("all", "1")):
        with lan.a.namespace.entered():
            Path(f"/proc/sys/net/ipv6/conf/{setting}/forwarding").write_text(value)
        follower.until(lambda: kernel.interfaces["eth0"].forwards == (value == "1"))  # noqa: B023
    with lan.a.namespace.entered():
        later = Kernel()
    assert later.interfaces["eth0"].forwards
    later.close()
