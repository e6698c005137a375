"""rtnetlink messages as bytes: links and addresses read, addresses written (rtnetlink(7), netlink(7)).

Pure, and only what this daemon needs: reading 255 addresses takes a tenth of what a general decoder takes, which matters because our own
virtual addresses come back to us as events in the middle of a takeover.  All numbers are in host byte order, addresses in network order.
"""

from collections.abc import Iterator
from functools import lru_cache
from struct import Struct

from kaspec.address import Address, Family, family_of
from kaspec.frozen import frozen
from kaspec.vrrp.holdings import AddressFlag, VirtualAddress

LINK_EVENTS, IPV4_ADDRESS_EVENTS, IPV6_ADDRESS_EVENTS, IPV6_SETTING_EVENTS = 0x1, 0x10, 0x100, 1 << 24
"""Multicast groups, as bits of the socket's address."""

_HEADER = Struct("=IHHII")
_LINK = Struct("=BxHiII")
_ADDRESS = Struct("=BBBBI")
_ATTRIBUTE = Struct("=HH")
_NUMBER = Struct("=I")
_ERROR = Struct("=i")
_SEQUENCE_AT = 8

_ERROR_MESSAGE, _DONE = 2, 3
_NEW_LINK, _DELETE_LINK, _GET_LINK = 16, 17, 18
_NEW_ADDRESS, _DELETE_ADDRESS, _GET_ADDRESS = 20, 21, 22
_NEW_SETTING, _GET_SETTING = 80, 82

_REQUEST, _DUMP, _CREATE, _EXCLUSIVE = 0x1, 0x300, 0x400, 0x200
_DUMP_INTERRUPTED = 0x10
_CAPPED, _EXTENDED = 0x100, 0x200

FAMILIES: dict[Family, int] = {4: 2, 6: 10}
_IFF_UP, _IFF_RUNNING, _IFF_NOARP = 0x1, 0x40, 0x80
_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_EXT_MASK = 1, 3, 29
_SKIP_STATISTICS = 1 << 3
_IFA_ADDRESS, _IFA_LOCAL, _IFA_LABEL, _IFA_BROADCAST, _IFA_CACHEINFO, _IFA_FLAGS = 1, 2, 3, 4, 6, 8
_IFA_F: dict[AddressFlag, int] = {"home": 0x10, "mngtmpaddr": 0x100, "noprefixroute": 0x200, "autojoin": 0x400}
_LIFETIMES = Struct("=IIII")
_FOREVER = 0xFFFFFFFF
_IFA_F_SECONDARY, _IFA_F_NODAD = 0x01, 0x02
_IFA_F_OPTIMISTIC, _IFA_F_DADFAILED, _IFA_F_TENTATIVE = 0x04, 0x08, 0x40
_NETCONFA_IFINDEX, _NETCONFA_FORWARDING, _NETCONF_SIZE = 1, 2, 4
_MESSAGE_TEXT = 1


@frozen
class LinkReport:
    """An interface as it is now, or was when it went; ``up`` is IFF_UP and IFF_RUNNING, ``resolves`` that it is not IFF_NOARP."""

    index: int
    name: str
    up: bool
    mac: bytes
    gone: bool
    resolves: bool = True


@frozen
class AddressReport:
    """An address of the interface ``index``; ``body`` is the message itself, fit to be sent back to have the address again.

    One that is not ``usable`` may be another host's: its duplicate detection is under way or has found it (RFC 4862 5.4).
    """

    index: int
    address: Address
    prefix_length: int
    secondary: bool
    body: bytes
    usable: bool = True

    @property
    def subnet(self) -> int:
        """The subnet as a number; see ``subnet_of``."""
        return subnet_of(self.address, self.prefix_length)


@frozen
class SettingReport:
    """Whether the interface ``index`` forwards IPv6 packets (``net.ipv6.conf.*.forwarding``)."""

    index: int
    forwards: bool


@frozen
class AddressGone:
    """An address of the interface ``index`` was removed, at the request of the netlink port ``port`` (0: by the kernel)."""

    index: int
    address: Address
    prefix_length: int
    port: int


@frozen
class Refusal:
    """The kernel did not do the request with that sequence number; ``words`` are its own, if it has any."""

    sequence: int
    code: int
    words: str


@frozen
class EndOfDump:
    """All of a dump has been read; ``consistent`` unless something changed in the meantime."""

    consistent: bool


Report = LinkReport | AddressReport | SettingReport | Refusal | EndOfDump


def read(data: bytes) -> Iterator[Report]:
    """Read what one recv(2) returned; messages of other kinds are passed over."""
    for kind, flags, sequence, start, end in messages(data):
        if kind in (_NEW_ADDRESS, _DELETE_ADDRESS):
            yield _read_address(data, start, end)
        elif kind in (_NEW_LINK, _DELETE_LINK):
            if data[start] == 0:  # a bridge port that leaves its bridge is "deleted" too, in the family of bridges
                yield _read_link(data, start, end, kind == _DELETE_LINK)
        elif kind == _NEW_SETTING:
            yield from _read_setting(data, start, end)
        elif kind == _ERROR_MESSAGE:
            yield _read_refusal(data, start, end, flags, sequence)
        elif kind == _DONE:
            yield EndOfDump(not flags & _DUMP_INTERRUPTED)


def read_events(data: bytes, ours: int = 0) -> Iterator[LinkReport | SettingReport | AddressGone | int]:
    """Read events: a link's report, a setting's, an address gone, or merely the index of an interface whose addresses changed.

    What goes at the request of the port ``ours`` is no news.
    """
    for kind, _, _, start, end in messages(data):
        if kind == _DELETE_ADDRESS and (port := _NUMBER.unpack_from(data, start - 4)[0]) != ours:
            gone = _read_address(data, start, end)
            yield AddressGone(gone.index, gone.address, gone.prefix_length, port)
        elif kind in (_NEW_ADDRESS, _DELETE_ADDRESS):
            yield _NUMBER.unpack_from(data, start + 4)[0]
        elif kind in (_NEW_LINK, _DELETE_LINK) and data[start] == 0:
            yield _read_link(data, start, end, kind == _DELETE_LINK)
        elif kind == _NEW_SETTING:
            yield from _read_setting(data, start, end)


def subnet_of(address: Address, prefix_length: int) -> int:
    """Return a number that is the same for addresses of one subnet, and differs between prefix lengths (a marker bit leads)."""
    return (1 << 8 * len(address) | int.from_bytes(address, "big")) >> 8 * len(address) - prefix_length


def links_wanted() -> bytes:
    """Ask for all interfaces, without their statistics."""
    body = _LINK.pack(0, 0, 0, 0, 0) + attribute(_IFLA_EXT_MASK, _NUMBER.pack(_SKIP_STATISTICS))
    return message(_GET_LINK, _REQUEST | _DUMP, body)


def addresses_wanted(index: int = 0) -> bytes:
    """Ask for the addresses of an interface (0: of all), IPv4 first, in the kernel's order."""
    return message(_GET_ADDRESS, _REQUEST | _DUMP, _ADDRESS.pack(0, 0, 0, 0, index))


def settings_wanted() -> bytes:
    """Ask for the IPv6 settings of all interfaces."""
    return message(_GET_SETTING, _REQUEST | _DUMP, bytes((FAMILIES[6],)).ljust(_NETCONF_SIZE, b"\0"))


@lru_cache(maxsize=8192)
def address_change(install: bool, virtual: VirtualAddress, index: int) -> bytes:
    """Add or delete an address.

    A deletion names no label, so it also takes an address that got another one.  IPv6 addresses come without duplicate detection unless it
    is asked for: they move, and must answer at once.
    """
    family = family_of(virtual.address)
    flags = _flags_of(virtual) if install else 0
    body = _ADDRESS.pack(FAMILIES[family], virtual.prefix_length, flags & 0xFF, virtual.scope if install else 0, index)
    body += attribute(_IFA_LOCAL, virtual.address) + attribute(_IFA_ADDRESS, virtual.peer or virtual.address)
    if install and virtual.label:
        body += attribute(_IFA_LABEL, virtual.label.encode() + b"\0")
    if install and virtual.broadcast:
        body += attribute(_IFA_BROADCAST, virtual.broadcast)
    if flags > 0xFF:
        body += attribute(_IFA_FLAGS, _NUMBER.pack(flags))
    if install and virtual.preferred_lifetime is not None:
        body += attribute(_IFA_CACHEINFO, _LIFETIMES.pack(virtual.preferred_lifetime, _FOREVER, 0, 0))
    return _change(install, _NEW_ADDRESS, _DELETE_ADDRESS, body)


def _flags_of(virtual: VirtualAddress) -> int:
    at_once = family_of(virtual.address) == 6 and not virtual.duplicate_detection
    return sum(_IFA_F[flag] for flag in virtual.flags) | (_IFA_F_NODAD if at_once else 0)


def address_again(report: AddressReport) -> bytes:
    """Add an address as it was reported."""
    return _change(True, _NEW_ADDRESS, _DELETE_ADDRESS, report.body)


def numbered(messages: list[bytes]) -> bytes:
    """Make one batch: each message with its place in it as sequence number."""
    batch, at = bytearray(b"".join(messages)), 0
    for place, message in enumerate(messages):
        _NUMBER.pack_into(batch, at + _SEQUENCE_AT, place)
        at += len(message)
    return bytes(batch)


def _change(install: bool, new: int, delete: int, body: bytes) -> bytes:
    return message(new, _REQUEST | _CREATE | _EXCLUSIVE, body) if install else message(delete, _REQUEST, body)


def message(kind: int, flags: int, body: bytes) -> bytes:
    """Write a message without a sequence number."""
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, 0, 0) + body


_FILLING = b"", bytes(3), bytes(2), bytes(1)
"""What fills an attribute up, by how much it has more than a multiple of four."""


def attribute(kind: int, value: bytes) -> bytes:
    """Write an attribute, filled up to four bytes."""
    length = _ATTRIBUTE.size + len(value)
    return _ATTRIBUTE.pack(length, kind) + value + _FILLING[length & 3]


def messages(data: bytes) -> Iterator[tuple[int, int, int, int, int]]:
    """Walk messages: kind, flags, sequence number, and where the body starts and ends."""
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, flags, sequence, _ = _HEADER.unpack_from(data, at)
        if not _HEADER.size <= length <= len(data) - at:
            return
        yield kind, flags, sequence, at + _HEADER.size, at + length
        at += length + 3 & ~3


def attributes(data: bytes, at: int, end: int) -> dict[int, bytes]:
    """Read the attributes that stand from ``at`` to ``end``, by kind."""
    found = {}
    while at + _ATTRIBUTE.size <= end:
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if not _ATTRIBUTE.size <= length <= end - at:
            break
        found[kind] = data[at + _ATTRIBUTE.size : at + length]
        at += length + 3 & ~3
    return found


def _read_link(data: bytes, start: int, end: int, gone: bool) -> LinkReport:
    _, _, index, flags, _ = _LINK.unpack_from(data, start)
    found = attributes(data, start + _LINK.size, end)
    name = found.get(_IFLA_IFNAME, b"").rstrip(b"\0").decode(errors="surrogateescape")
    up = flags & (_IFF_UP | _IFF_RUNNING) == _IFF_UP | _IFF_RUNNING
    return LinkReport(index, name, up, found.get(_IFLA_ADDRESS, b""), gone, not flags & _IFF_NOARP)


def _read_address(data: bytes, start: int, end: int) -> AddressReport:
    """IFA_LOCAL is the interface's own address where IFA_ADDRESS is the other end's of a point-to-point link."""
    _, prefix_length, flags, _, index = _ADDRESS.unpack_from(data, start)
    found = attributes(data, start + _ADDRESS.size, end)
    address = found.get(_IFA_LOCAL) or found.get(_IFA_ADDRESS, b"")
    return AddressReport(index, Address(address), prefix_length, bool(flags & _IFA_F_SECONDARY), data[start:end], _is_usable(flags))


def _is_usable(flags: int) -> bool:
    return not flags & _IFA_F_DADFAILED and flags & (_IFA_F_TENTATIVE | _IFA_F_OPTIMISTIC) != _IFA_F_TENTATIVE


def _read_setting(data: bytes, start: int, end: int) -> Iterator[SettingReport]:
    """A change of something else says nothing of forwarding; the pseudo-interfaces "all" and "default" have negative numbers."""
    found = attributes(data, start + _NETCONF_SIZE, end)
    if data[start] == FAMILIES[6] and {_NETCONFA_IFINDEX, _NETCONFA_FORWARDING} <= found.keys():
        (index,), (forwards,) = (_ERROR.unpack_from(found[kind]) for kind in (_NETCONFA_IFINDEX, _NETCONFA_FORWARDING))
        if index > 0:
            yield SettingReport(index, forwards != 0)


def _read_refusal(data: bytes, start: int, end: int, flags: int, sequence: int) -> Refusal:
    (code,) = _ERROR.unpack_from(data, start)
    words = b""
    if flags & _EXTENDED:
        echoed = _HEADER.size if flags & _CAPPED else _NUMBER.unpack_from(data, start + 4)[0]
        words = attributes(data, start + 4 + echoed, end).get(_MESSAGE_TEXT, b"").rstrip(b"\0")
    return Refusal(sequence, -code, words.decode(errors="replace"))
