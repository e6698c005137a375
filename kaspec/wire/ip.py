"""IPv4 and IPv6 datagrams, header first (RFC 791, RFC 8200), and the pseudo-header that checksums cover."""

from struct import Struct

from attrs import field

from kaspec.address import Address, is_multicast
from kaspec.frozen import frozen
from kaspec.wire.checksum import checksum

VRRP_PROTOCOL = 112
"""IP protocol number of VRRP (RFC 3768 5.2.4)."""
VRRP_TTL = 255
"""RFC 3768 5.2.3: a receiver must discard anything else, so nothing from beyond a router is ever believed."""
VRRP_TOS = 0xC0
"""Internetwork control, as keepalived and FRR send it."""

_HEADER = Struct("!BBHHHBBH4s4s")
_HEADER_V6 = Struct("!IHBB16s16s")
_PSEUDO_HEADER, _PSEUDO_HEADER_V6 = Struct("!4s4sBBH"), Struct("!16s16sI3xB")


@frozen
class Packet:
    """The parts of an IP datagram that VRRP looks at; in IPv6 ``ttl`` is the hop limit and ``protocol`` the next header.

    ``identification`` is IPv4's, which only an authentication header takes notice of; 0 leaves it to the kernel.
    """

    source: Address
    destination: Address
    ttl: int
    protocol: int
    payload: bytes
    identification: int = field(default=0, eq=False)

    @property
    def is_multicast(self) -> bool:
        """Whether it is sent to a group."""
        return is_multicast(self.destination)


@frozen
class Malformed:
    """Bytes that are not what they should be; ``reason`` says why in a few words."""

    reason: str


def decode_ip(datagram: bytes) -> Packet | Malformed:
    """Read a datagram of either family: any bytes give a ``Packet`` or ``Malformed``."""
    return decode_ipv6(datagram) if datagram and datagram[0] >> 4 == 6 else decode_ipv4(datagram)


def decode_ipv4(datagram: bytes) -> Packet | Malformed:
    """Read an IPv4 datagram: any bytes give a ``Packet`` or ``Malformed``.

    What follows the header's total length is link-layer padding and is cut off.
    """
    if len(datagram) < 20 or datagram[0] >> 4 != 4:
        return Malformed("no IPv4 header")
    header_length = (datagram[0] & 0x0F) * 4
    total_length = datagram[2] << 8 | datagram[3]
    if not 20 <= header_length <= total_length <= len(datagram):
        return Malformed("IPv4 lengths do not fit the datagram")
    source, destination, identification = Address(datagram[12:16]), Address(datagram[16:20]), datagram[4] << 8 | datagram[5]
    return Packet(source, destination, datagram[8], datagram[9], datagram[header_length:total_length], identification)


def encode_ipv4(packet: Packet, identification: int = 0) -> bytes:
    """Write an IPv4 datagram with VRRP's type of service, no options and no fragmentation flags.

    ``identification`` is used if the packet has none.
    """
    length = 20 + len(packet.payload)
    fields = (0x45, VRRP_TOS, length, packet.identification or identification & 0xFFFF, 0, packet.ttl, packet.protocol)
    blank = _HEADER.pack(*fields, 0, packet.source, packet.destination)
    return _HEADER.pack(*fields, checksum(blank), packet.source, packet.destination) + packet.payload


def decode_ipv6(datagram: bytes) -> Packet | Malformed:
    """Read an IPv6 datagram; what follows its payload length is cut off.

    An extension header stays what the next header is: VRRP has none (RFC 9568 5.1.2.4).
    """
    if len(datagram) < _HEADER_V6.size or datagram[0] >> 4 != 6:
        return Malformed("no IPv6 header")
    _, length, protocol, hop_limit, source, destination = _HEADER_V6.unpack_from(datagram)
    payload = datagram[_HEADER_V6.size : _HEADER_V6.size + length]
    if len(payload) < length:
        return Malformed("the IPv6 length does not fit the datagram")
    return Packet(Address(source), Address(destination), hop_limit, protocol, payload)


def encode_ip(packet: Packet, identification: int = 0) -> bytes:
    """Write a datagram of the family of its addresses."""
    return encode_ipv4(packet, identification) if len(packet.source) == 4 else encode_ipv6(packet)


def encode_ipv6(packet: Packet) -> bytes:
    """Write an IPv6 datagram with VRRP's traffic class, no flow label and no extension headers."""
    fields = (6 << 28 | VRRP_TOS << 20, len(packet.payload), packet.protocol, packet.ttl, packet.source, packet.destination)
    return _HEADER_V6.pack(*fields) + packet.payload


def pseudo_header(source: Address, destination: Address, protocol: int, length: int) -> bytes:
    """Return what a checksum covers beside the message of ``length`` bytes: RFC 793 3.1 for IPv4, RFC 8200 8.1 for IPv6."""
    if len(source) == 4:
        return _PSEUDO_HEADER.pack(source, destination, 0, protocol, length)
    return _PSEUDO_HEADER_V6.pack(source, destination, length, protocol)
