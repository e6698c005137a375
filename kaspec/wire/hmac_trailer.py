"""The trailer of keepalived's ``auth_hmac``: HMAC-SHA256, cut to 128 bits, behind a VRRP message of either version and family.

Its 28 bytes are: scheme 1, number of the key, two zero bytes, then the sequence number of 64 bits (seconds since 1970, 1/65536ths of a
second, a counter) and the code.  The code covers a pseudo header of 20 bytes (family, version, VRID, 0, source address), the message with
its checksum read as zero, and the trailer with the code read as zero; so a copy to each unicast peer is the same.
"""

import hmac
from struct import Struct

from kaspec.address import Address, family_of
from kaspec.frozen import frozen
from kaspec.wire.ip import Malformed

TRAILER_BYTES, CODE_BYTES = 28, 16
SHA256_SCHEME = 1
SEQUENCE_MODULUS = 1 << 64

_TRAILER = Struct("!BBHQ16s")
_PSEUDO_HEADER = Struct("!BBBx16s")
_CHECKSUM = slice(6, 8)


@frozen
class Trailer:
    """What stands behind the message: which key, which sequence number, and the code made with both."""

    key_id: int
    sequence: int
    code: bytes = bytes(CODE_BYTES)

    @property
    def seconds(self) -> int:
        """When it was signed, by the sender's clock: seconds since 1970, modulo 2**32."""
        return self.sequence >> 32


def open_trailer(data: bytes) -> Trailer | Malformed:
    """Read a trailer; any bytes give a ``Trailer`` or ``Malformed``."""
    if len(data) != TRAILER_BYTES:
        return Malformed(f"{len(data)} bytes behind the message")
    scheme, key_id, reserved, sequence, code = _TRAILER.unpack(data)
    if scheme != SHA256_SCHEME or reserved:
        return Malformed(f"scheme {scheme}, reserved bits {reserved}")
    return Trailer(key_id, sequence, code)


def signed(message: bytes, source: Address, key_id: int, sequence: int, key: bytes) -> bytes:
    """Return the trailer of a complete VRRP message."""
    return _write(Trailer(key_id, sequence, authentication_code(message, source, Trailer(key_id, sequence), key)))


def authentication_code(message: bytes, source: Address, trailer: Trailer, key: bytes) -> bytes:
    """Return the code that a trailer should have: 16 bytes."""
    pseudo_header = _PSEUDO_HEADER.pack(family_of(source), message[0] >> 4, message[1], source)
    zeroed = message[: _CHECKSUM.start] + bytes(2) + message[_CHECKSUM.stop :]
    return hmac.digest(key, pseudo_header + zeroed + _write(Trailer(trailer.key_id, trailer.sequence)), "sha256")[:CODE_BYTES]


def is_signed(message: bytes, source: Address, trailer: Trailer, key: bytes) -> bool:
    """Tell whether the code is right, in a time that says nothing about where it is wrong."""
    return hmac.compare_digest(trailer.code, authentication_code(message, source, trailer, key))


def clock_sequence(microseconds: int) -> int:
    """Return the sequence number of an instant, in microseconds since 1970; its counter is 0."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return (seconds << 32 | (rest << 16) // 1_000_000 << 16) % SEQUENCE_MODULUS


def follows(later: int, earlier: int) -> bool:
    """Tell whether one sequence number comes after another, though they wrap around (RFC 1982)."""
    return 0 < (later - earlier) % SEQUENCE_MODULUS < SEQUENCE_MODULUS // 2


def seconds_between(one: int, other: int) -> int:
    """Return how many seconds, modulo 2**32, lie from one instant to another; negative if it comes before."""
    distance = (other - one) % (1 << 32)
    return distance - (1 << 32) if distance >= 1 << 31 else distance


def _write(trailer: Trailer) -> bytes:
    return _TRAILER.pack(SHA256_SCHEME, trailer.key_id, 0, trailer.sequence, trailer.code)
