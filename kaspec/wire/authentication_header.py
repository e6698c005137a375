"""The IP Authentication Header around a version 2 message (RFC 2402, HMAC-MD5-96 of RFC 2403), as keepalived speaks it.

Two things are keepalived's own.  The SPI is the sender's IPv4 address, since nobody negotiates one.  And the integrity check value (ICV)
of a multicast packet counts the TTL as it is sent, 255, where RFC 2402 3.3.3.1.1.1 reads it as zero; only a unicast packet's is zero.
"""

import hmac
from struct import Struct

from kaspec.frozen import evolve, frozen
from kaspec.wire.ip import VRRP_PROTOCOL, Malformed, Packet, encode_ipv4

AUTHENTICATION_HEADER_PROTOCOL = 51
"""IP protocol number of the Authentication Header (RFC 2402 2)."""
HEADER_BYTES, ICV_BYTES, KEY_BYTES = 24, 12, 8
LARGEST_SEQUENCE = 0xFFFF_FFFF

_HEADER = Struct("!BBH4sI12s")
_LENGTH = HEADER_BYTES // 4 - 2
"""The header's own length field: 32-bit words, less two (RFC 2402 2.2)."""
_TYPE_OF_SERVICE, _FRAGMENT, _TTL, _CHECKSUM = slice(1, 2), slice(6, 8), slice(8, 9), slice(10, 12)


@frozen
class AuthenticationHeader:
    """The fields that matter: ``spi`` is four bytes, ``sequence`` counts the sender's packets, ``icv`` is twelve bytes."""

    spi: bytes
    sequence: int
    icv: bytes = bytes(ICV_BYTES)


def open_header(payload: bytes) -> tuple[AuthenticationHeader, bytes] | Malformed:
    """Split the payload of an IP datagram of protocol 51 into the header and the VRRP message behind it."""
    if len(payload) < HEADER_BYTES:
        return Malformed(f"an authentication header of {len(payload)} bytes")
    next_header, length, _, spi, sequence, icv = _HEADER.unpack_from(payload)
    if next_header != VRRP_PROTOCOL:
        return Malformed(f"an authentication header before protocol {next_header}")
    if length != _LENGTH:
        return Malformed(f"an authentication header whose length field is {length}")
    return AuthenticationHeader(spi, sequence, icv), payload[HEADER_BYTES:]


def authenticated(packet: Packet, sequence: int, key: bytes) -> Packet:
    """Put a header with the right ICV before a VRRP message; ``key`` is eight bytes.

    The identification is covered too, so it must not be left for the kernel to fill in: it is made of the sequence number, and not 0.
    """
    header = AuthenticationHeader(packet.source, sequence)
    blank = evolve(
        packet,
        protocol=AUTHENTICATION_HEADER_PROTOCOL,
        payload=_write(header) + packet.payload,
        identification=sequence % 0xFFFF + 1,
    )
    return evolve(blank, payload=_write(evolve(header, icv=integrity_check_value(blank, key))) + packet.payload)


def integrity_check_value(packet: Packet, key: bytes) -> bytes:
    """Return the ICV that an authenticated packet should have: HMAC-MD5-96 of the datagram, what may change on its way read as zero."""
    blank = evolve(packet, payload=packet.payload[: HEADER_BYTES - ICV_BYTES] + bytes(ICV_BYTES) + packet.payload[HEADER_BYTES:])
    datagram = bytearray(encode_ipv4(blank))
    mutable = (_TYPE_OF_SERVICE, _FRAGMENT, _CHECKSUM) if packet.is_multicast else (_TYPE_OF_SERVICE, _FRAGMENT, _CHECKSUM, _TTL)
    for place in mutable:
        datagram[place] = bytes(place.stop - place.start)
    return hmac.digest(key, bytes(datagram), "md5")[:ICV_BYTES]


def is_authentic(packet: Packet, header: AuthenticationHeader, key: bytes) -> bool:
    """Tell whether the ICV is right, in a time that says nothing about where it is wrong."""
    return hmac.compare_digest(header.icv, integrity_check_value(packet, key))


def _write(header: AuthenticationHeader) -> bytes:
    return _HEADER.pack(VRRP_PROTOCOL, _LENGTH, 0, header.spi, header.sequence, header.icv)
