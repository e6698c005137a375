"""Our rtnetlink messages, beside an implementation that is not ours (pyroute2's)."""

from struct import pack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg
from pyroute2.netlink.rtnl.marshal import MarshalRtnl

from kaspec.address import Address, format_address
from kaspec.vrrp.router import VirtualAddress
from shell.rtnetlink import (
    AddressReport,
    LinkReport,
    SettingReport,
    address_again,
    address_change,
    attribute,
    numbered,
    read,
    read_events,
    subnet_of,
)
from shell.rtnetlink import message as netlink_message

NEW_LINK, DELETE_LINK, NEW_ADDRESS, DELETE_ADDRESS = 16, 17, 20, 21
AF_BRIDGE = 7
UP, RUNNING, NOARP = 0x1, 0x40, 0x80

marshal: Any = MarshalRtnl
address_message: Any = ifaddrmsg
link_message: Any = ifinfmsg
indexes = st.integers(1, 2**31 - 1)
names = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-@", min_size=1, max_size=15)
ipv4 = st.binary(min_size=4, max_size=4).map(Address)
ipv6 = st.binary(min_size=16, max_size=16).map(Address)
labels = st.none() | names
virtual_addresses = st.one_of(
    st.builds(VirtualAddress, ipv4, st.integers(0, 32), st.just("eth0"), labels, st.integers(0, 255), st.none() | ipv4),
    st.builds(VirtualAddress, ipv6, st.integers(0, 128), st.just("eth0"), st.none(), st.integers(0, 255)),
)


def theirs(data: bytes) -> list[Any]:
    """Read messages as pyroute2 does."""
    return list(marshal().parse(data))


def encoded(message: Any, kind: int) -> bytes:
    """Write a message as pyroute2 does."""
    message["header"]["type"] = kind
    message.encode()
    return bytes(message.data)


@given(st.booleans(), virtual_addresses, indexes)
def test_an_address_change_says_what_was_meant(install: bool, virtual: VirtualAddress, index: int) -> None:
    (message,) = theirs(address_change(install, virtual, index))
    assert message["header"]["type"] == (NEW_ADDRESS if install else DELETE_ADDRESS)
    assert (message["family"], message["prefixlen"], message["index"]) == (
        2 if len(virtual.address) == 4 else 10,
        virtual.prefix_length,
        index,
    )
    assert message.get_attr("IFA_LOCAL") == message.get_attr("IFA_ADDRESS") == format_address(virtual.address)
    if install:
        assert (message["scope"], message.get_attr("IFA_LABEL")) == (virtual.scope, virtual.label)
        assert message.get_attr("IFA_BROADCAST") == (format_address(virtual.broadcast) if virtual.broadcast else None)


@given(st.lists(st.tuples(st.booleans(), virtual_addresses, indexes), max_size=20))
def test_a_batch_is_its_messages_with_their_places(changes: list[tuple[bool, VirtualAddress, int]]) -> None:
    batch = numbered([address_change(*change) for change in changes])
    messages = theirs(batch)
    assert [message["header"]["sequence_number"] for message in messages] == list(range(len(changes)))
    assert [message["index"] for message in messages] == [index for _, _, index in changes]


ends = st.one_of(st.tuples(ipv4, st.none() | ipv4), st.tuples(ipv6, st.none() | ipv6))


@given(ends, st.integers(0, 32), st.booleans(), indexes)
def test_an_address_is_read_as_the_kernel_means_it(ends: tuple[Address, Address | None], length: int, secondary: bool, index: int) -> None:
    """A point-to-point link's IFA_ADDRESS is the other end's; else IPv4 gives the address twice and IPv6 once."""
    own, other_end = ends
    message = address_message()
    message["family"] = 2 if len(own) == 4 else 10
    message["prefixlen"], message["flags"], message["index"] = length, int(secondary), index
    local = [("IFA_LOCAL", format_address(own))] if other_end or len(own) == 4 else []
    message["attrs"] = [("IFA_ADDRESS", format_address(other_end or own)), *local, ("IFA_LABEL", "eth0:1")]
    data = encoded(message, NEW_ADDRESS)
    (report,) = read(data)
    assert isinstance(report, AddressReport)
    assert (report.index, report.address, report.prefix_length, report.secondary) == (index, own, length, secondary)
    assert list(read_events(data)) == [index]
    assert address_again(report).endswith(report.body)
    assert report.body == data[16:]


@given(names, st.integers(0, 2**32 - 1), st.binary(min_size=6, max_size=6), indexes, st.booleans())
def test_a_link_is_read_as_the_kernel_means_it(name: str, flags: int, mac: bytes, index: int, gone: bool) -> None:
    message = link_message()
    message["index"], message["flags"] = index, flags
    message["attrs"] = [("IFLA_MTU", 1500), ("IFLA_IFNAME", name), ("IFLA_ADDRESS", mac.hex(":"))]
    data = encoded(message, DELETE_LINK if gone else NEW_LINK)
    expected = LinkReport(index, name, bool(flags & UP and flags & RUNNING), mac, gone, not flags & NOARP)
    assert list(read(data)) == list(read_events(data)) == [expected]


def test_a_port_that_leaves_its_bridge_is_no_link_that_goes() -> None:
    message = link_message()
    message["family"], message["index"] = AF_BRIDGE, 3
    message["attrs"] = [("IFLA_IFNAME", "eth0")]
    data = encoded(message, DELETE_LINK)
    assert list(read(data)) == list(read_events(data)) == []


@given(ipv4, ipv4, st.integers(0, 32), st.integers(0, 32))
def test_addresses_are_of_one_subnet_if_their_first_bits_and_lengths_are_equal(
    one: Address, other: Address, length: int, another: int
) -> None:
    def bits(address: Address, length: int) -> str:
        return "".join(f"{byte:08b}" for byte in address)[:length]

    assert (subnet_of(one, length) == subnet_of(other, another)) == (bits(one, length) == bits(other, another))


@pytest.mark.parametrize(
    ("flags", "usable"),
    [(0x00, True), (0x80, True), (0x40, False), (0xC0, False), (0x44, True), (0x48, False), (0x08, False), (0x82, True)],
)
def test_an_address_under_duplicate_detection_is_not_usable_unless_optimistic(flags: int, usable: bool) -> None:
    message = address_message()
    message["family"], message["prefixlen"], message["flags"], message["index"] = 10, 64, flags, 2
    message["attrs"] = [("IFA_ADDRESS", "fe80::1")]
    (report,) = read(encoded(message, NEW_ADDRESS))
    assert isinstance(report, AddressReport)
    assert report.usable == usable


@pytest.mark.parametrize(("family", "index", "told"), [(10, 3, True), (10, -1, False), (2, 3, False)])
def test_forwarding_is_read_of_an_interface_and_of_ipv6(family: int, index: int, told: bool) -> None:
    attributes = attribute(1, pack("=i", index)) + attribute(2, pack("=i", 1))
    data = netlink_message(80, 0, bytes((family, 0, 0, 0)) + attributes)
    expected = [SettingReport(index, forwards=True)] if told else []
    assert list(read(data)) == list(read_events(data)) == expected
    assert list(read(netlink_message(80, 0, bytes((10, 0, 0, 0)) + attribute(1, pack("=i", 3))))) == []
