"""rtnetlink messages as bytes: links and addresses read, addresses and routes written (rtnetlink(7), netlink(7)).

Pure, and only what this daemon needs: reading 255 addresses takes a tenth of what a general decoder takes, which matters because our own
virtual addresses come back to us as events in the middle of a takeover.  All numbers are in host byte order, addresses in network order.
"""

from collections.abc import Iterator
from functools import lru_cache
from struct import Struct

from attrs import frozen

from kaspec.address import Address, Family, family_of
from kaspec.config.model import Route
from kaspec.vrrp.router import VirtualAddress

LINK_EVENTS, IPV4_ADDRESS_EVENTS, IPV6_ADDRESS_EVENTS, IPV6_SETTING_EVENTS = 0x1, 0x10, 0x100, 1 << 24
"""Multicast groups, as bits of the socket's address."""

_HEADER = Struct("=IHHII")
_LINK = Struct("=BxHiII")
_ADDRESS = Struct("=BBBBI")
_ROUTE = Struct("=8BI")
_ATTRIBUTE = Struct("=HH")
_NUMBER = Struct("=I")
_ERROR = Struct("=i")
_SEQUENCE_AT = 8

_ERROR_MESSAGE, _DONE = 2, 3
_NEW_LINK, _DELETE_LINK, _GET_LINK = 16, 17, 18
_NEW_ADDRESS, _DELETE_ADDRESS, _GET_ADDRESS = 20, 21, 22
_NEW_ROUTE, _DELETE_ROUTE = 24, 25
_NEW_SETTING, _GET_SETTING = 80, 82

_REQUEST, _DUMP, _CREATE, _EXCLUSIVE = 0x1, 0x300, 0x400, 0x200
_DUMP_INTERRUPTED = 0x10
_CAPPED, _EXTENDED = 0x100, 0x200

_FAMILIES: dict[Family, int] = {4: 2, 6: 10}
_IFF_UP, _IFF_RUNNING = 0x1, 0x40
_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_EXT_MASK = 1, 3, 29
_SKIP_STATISTICS = 1 << 3
_IFA_ADDRESS, _IFA_LOCAL, _IFA_LABEL, _IFA_BROADCAST = 1, 2, 3, 4
_IFA_F_SECONDARY, _IFA_F_NODAD = 0x01, 0x02
_IFA_F_OPTIMISTIC, _IFA_F_DADFAILED, _IFA_F_TENTATIVE = 0x04, 0x08, 0x40
_NETCONFA_IFINDEX, _NETCONFA_FORWARDING, _NETCONF_SIZE = 1, 2, 4
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY, _RTA_PREFSRC, _RTA_TABLE = 1, 4, 5, 6, 7, 15
_RT_TABLE_MAIN, _RT_TABLE_COMPAT = 254, 252
_RTN_UNICAST, _RTPROT_KEEPALIVED = 1, 18
_RT_SCOPE_UNIVERSE, _RT_SCOPE_LINK = 0, 253
_MESSAGE_TEXT = 1


@frozen
class LinkReport:
    """An interface as it is now, or was when it went; ``up`` is IFF_UP and IFF_RUNNING."""

    index: int
    name: str
    up: bool
    mac: bytes
    gone: bool


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
    for kind, flags, sequence, start, end in _messages(data):
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


def read_events(data: bytes) -> Iterator[LinkReport | SettingReport | int]:
    """Read events: a link's report, a setting's, or merely the index of an interface whose addresses changed."""
    for kind, _, _, start, end in _messages(data):
        if kind in (_NEW_ADDRESS, _DELETE_ADDRESS):
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
    return message(_GET_SETTING, _REQUEST | _DUMP, bytes((_FAMILIES[6],)).ljust(_NETCONF_SIZE, b"\0"))


@lru_cache(maxsize=8192)
def address_change(install: bool, virtual: VirtualAddress, index: int) -> bytes:
    """Add or delete an address.

    A deletion names no label, so it also takes an address that got another one.  IPv6 addresses come without duplicate detection: they
    move, and must answer at once.
    """
    family = family_of(virtual.address)
    flags = _IFA_F_NODAD if install and family == 6 else 0
    body = _ADDRESS.pack(_FAMILIES[family], virtual.prefix_length, flags, virtual.scope if install else 0, index)
    body += attribute(_IFA_LOCAL, virtual.address) + attribute(_IFA_ADDRESS, virtual.address)
    if install and virtual.label:
        body += attribute(_IFA_LABEL, virtual.label.encode() + b"\0")
    if install and virtual.broadcast:
        body += attribute(_IFA_BROADCAST, virtual.broadcast)
    return _change(install, _NEW_ADDRESS, _DELETE_ADDRESS, body)


def address_again(report: AddressReport) -> bytes:
    """Add an address as it was reported."""
    return _change(True, _NEW_ADDRESS, _DELETE_ADDRESS, report.body)


def route_change(install: bool, route: Route, index: int | None) -> bytes:
    """Add or delete a unicast route; ``index`` is that of its interface."""
    family = family_of(route.destination)
    table = _RT_TABLE_MAIN if route.table is None else route.table
    near = route.via is None and family == 4
    scope = route.scope if route.scope is not None else (_RT_SCOPE_LINK if near else _RT_SCOPE_UNIVERSE)
    fields = (
        _FAMILIES[family],
        route.prefix_length,
        0,
        0,
        table if table < 256 else _RT_TABLE_COMPAT,
        _RTPROT_KEEPALIVED,
        scope,
        _RTN_UNICAST,
    )
    attributes = [(_RTA_DST, route.destination), (_RTA_TABLE, _NUMBER.pack(table))]
    attributes += [(kind, address) for kind, address in ((_RTA_GATEWAY, route.via), (_RTA_PREFSRC, route.source)) if address is not None]
    attributes += [(kind, _NUMBER.pack(value)) for kind, value in ((_RTA_OIF, index), (_RTA_PRIORITY, route.metric)) if value is not None]
    body = _ROUTE.pack(*fields, 0) + b"".join(attribute(kind, value) for kind, value in attributes)
    return _change(install, _NEW_ROUTE, _DELETE_ROUTE, body)


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


def attribute(kind: int, value: bytes) -> bytes:
    """Write an attribute, filled up to four bytes."""
    length = _ATTRIBUTE.size + len(value)
    return _ATTRIBUTE.pack(length, kind) + value + bytes(-length % 4)


def _messages(data: bytes) -> Iterator[tuple[int, int, int, int, int]]:
    """Walk the messages: kind, flags, sequence number, and where the body starts and ends."""
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, flags, sequence, _ = _HEADER.unpack_from(data, at)
        if not _HEADER.size <= length <= len(data) - at:
            return
        yield kind, flags, sequence, at + _HEADER.size, at + length
        at += length + 3 & ~3


def _attributes(data: bytes, at: int, end: int) -> dict[int, bytes]:
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
    attributes = _attributes(data, start + _LINK.size, end)
    name = attributes.get(_IFLA_IFNAME, b"").rstrip(b"\0").decode(errors="surrogateescape")
    up = flags & (_IFF_UP | _IFF_RUNNING) == _IFF_UP | _IFF_RUNNING
    return LinkReport(index, name, up, attributes.get(_IFLA_ADDRESS, b""), gone)


def _read_address(data: bytes, start: int, end: int) -> AddressReport:
    """IFA_LOCAL is the interface's own address where IFA_ADDRESS is the other end's of a point-to-point link."""
    _, prefix_length, flags, _, index = _ADDRESS.unpack_from(data, start)
    attributes = _attributes(data, start + _ADDRESS.size, end)
    address = attributes.get(_IFA_LOCAL) or attributes.get(_IFA_ADDRESS, b"")
    return AddressReport(index, Address(address), prefix_length, bool(flags & _IFA_F_SECONDARY), data[start:end], _is_usable(flags))


def _is_usable(flags: int) -> bool:
    return not flags & _IFA_F_DADFAILED and flags & (_IFA_F_TENTATIVE | _IFA_F_OPTIMISTIC) != _IFA_F_TENTATIVE


def _read_setting(data: bytes, start: int, end: int) -> Iterator[SettingReport]:
    """A change of something else says nothing of forwarding; the pseudo-interfaces "all" and "default" have negative numbers."""
    attributes = _attributes(data, start + _NETCONF_SIZE, end)
    if data[start] == _FAMILIES[6] and {_NETCONFA_IFINDEX, _NETCONFA_FORWARDING} <= attributes.keys():
        (index,), (forwards,) = (_ERROR.unpack_from(attributes[kind]) for kind in (_NETCONFA_IFINDEX, _NETCONFA_FORWARDING))
        if index > 0:
            yield SettingReport(index, forwards != 0)


def _read_refusal(data: bytes, start: int, end: int, flags: int, sequence: int) -> Refusal:
    (code,) = _ERROR.unpack_from(data, start)
    words = b""
    if flags & _EXTENDED:
        echoed = _HEADER.size if flags & _CAPPED else _NUMBER.unpack_from(data, start + 4)[0]
        words = _attributes(data, start + 4 + echoed, end).get(_MESSAGE_TEXT, b"").rstrip(b"\0")
    return Refusal(sequence, -code, words.decode(errors="replace"))
