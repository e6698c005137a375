"""IPv4 datagrams as a raw socket gives and takes them (RFC 791)."""

from struct import Struct

from attrs import frozen

from kaspec.address import Address
from kaspec.wire.checksum import checksum

VRRP_PROTOCOL = 112
"""IP protocol number of VRRP (RFC 3768 5.2.4)."""
VRRP_TTL = 255
"""RFC 3768 5.2.3: a receiver must discard anything else, so nothing from beyond a router is ever believed."""
VRRP_TOS = 0xC0
"""Internetwork control, as keepalived and FRR send it."""

_HEADER = Struct("!BBHHHBBH4s4s")


@frozen
class Packet:
    """The parts of an IP datagram that VRRP looks at."""

    source: Address
    destination: Address
    ttl: int
    protocol: int
    payload: bytes


@frozen
class Malformed:
    """Bytes that are not what they should be; ``reason`` says why in a few words."""

    reason: str


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
    return Packet(Address(datagram[12:16]), Address(datagram[16:20]), datagram[8], datagram[9], datagram[header_length:total_length])


def encode_ipv4(packet: Packet, identification: int = 0) -> bytes:
    """Write an IPv4 datagram with VRRP's type of service, no options and no fragmentation flags."""
    length = 20 + len(packet.payload)
    fields = (0x45, VRRP_TOS, length, identification & 0xFFFF, 0, packet.ttl, packet.protocol)
    blank = _HEADER.pack(*fields, 0, packet.source, packet.destination)
    return _HEADER.pack(*fields, checksum(blank), packet.source, packet.destination) + packet.payload
