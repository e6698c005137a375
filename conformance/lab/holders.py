"""Who holds an address: told by each host's kernel, the moment it changes."""

import itertools
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from attrs import define, field, frozen

from conformance.lab.listening import listening
from conformance.lab.network import Host
from conformance.lab.stamping import stamp
from conformance.lab.waiting import wall_clock
from kaspec.address import Address, format_address, parse_address
from kaspec.units import Instant, Interval

RTM_NEWADDR, RTM_DELADDR = 20, 21
RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR = 0x10, 0x100
IFA_ADDRESS, IFA_LOCAL = 1, 2
_MESSAGE = struct.Struct("=IHHII")
_ADDRESS = struct.Struct("=BBBBI")
_ATTRIBUTE = struct.Struct("=HH")


@frozen
class Change:
    """A host got the watched address, or lost it."""

    at: Instant
    host: str
    held: bool


@define(eq=False)
class Holders:
    """The history of one address on some hosts, in order; the first entries are who held it when the watch began."""

    address: str
    changes: list[Change] = field(factory=list)

    def now(self) -> frozenset[str]:
        """Return the names of the hosts that hold the address."""
        return _holding(self.changes)

    def overlaps(self) -> list[tuple[Instant, Interval]]:
        """Return every time span during which more than one host held it: when it began and how long it lasted (so far)."""
        found = []
        for count, (change, following) in enumerate(itertools.pairwise([*self.changes, Change(wall_clock(), "", False)]), 1):
            if len(_holding(self.changes[:count])) > 1:
                found.append((change.at, Interval(following.at - change.at)))
        return found


@frozen(eq=False)
class _Reader:
    holders: Holders
    host: str
    watched: Address

    def __call__(self, netlink: socket.socket) -> None:
        data, ancillary, *_ = netlink.recvmsg(65535, 64)
        for kind, address in _address_messages(data):
            if address == self.watched:
                self.note(kind == RTM_NEWADDR, stamp(ancillary))

    def note(self, held: bool, at: Instant) -> None:
        if (self.host in self.holders.now()) != held:
            self.holders.changes.append(Change(at, self.host, held))


@contextmanager
def watching(hosts: Iterable[Host], address: str) -> Iterator[Holders]:
    """Watch who among the hosts holds the address, until left."""
    holders = Holders(address)
    readers = {}
    for host in hosts:
        netlink = host.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        netlink.bind((0, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
        reader = _Reader(holders, host.name, parse_address(address))
        readers[host.keeper.stamped(netlink)] = reader
        reader.note(host.holds(format_address(reader.watched)), wall_clock())
    with listening(readers):
        yield holders


def _holding(changes: Iterable[Change]) -> frozenset[str]:
    held = {change.host: change.held for change in changes}
    return frozenset(host for host, holds in held.items() if holds)


def _address_messages(data: bytes) -> Iterator[tuple[int, Address]]:
    """Read rtnetlink messages: the kind and the local address of each about an address (rtnetlink(7))."""
    while len(data) >= _MESSAGE.size:
        length, kind, *_ = _MESSAGE.unpack_from(data)
        if kind in (RTM_NEWADDR, RTM_DELADDR):
            attributes = dict(_attributes(data[_MESSAGE.size + _ADDRESS.size : length]))
            yield kind, Address(attributes.get(IFA_LOCAL) or attributes[IFA_ADDRESS])
        data = data[(length + 3) & ~3 :]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data)
        yield kind, data[_ATTRIBUTE.size : length]
        data = data[(length + 3) & ~3 :]
