"""The Internet checksum (RFC 1071), and what it covers in version 3."""

from typing import Literal

ChecksumForm = Literal["pseudo-header", "message", "multicast-group"]
"""What a version 3 checksum covers: the message and a pseudo-header (always, in IPv6), or in IPv4 the message only (RFC 9568), or what
keepalived up to 1.3.5 sends in unicast: the message and a pseudo-header to the multicast group."""
CHECKSUM_FORMS: tuple[ChecksumForm, ...] = ("pseudo-header", "message", "multicast-group")


def ones_complement_sum(data: bytes) -> int:
    """Return the 16-bit one's complement sum of big-endian words; an odd last byte is padded with zero.

    Since 2**16 is 1 modulo 65535, the end-around-carry sum is the whole number modulo 65535 (with 65535 standing for a
    non-zero multiple), which Python computes in one step.
    """
    number = int.from_bytes(data if len(data) % 2 == 0 else data + b"\0", "big")
    return number % 0xFFFF or (0xFFFF if number else 0)


def checksum(data: bytes) -> int:
    """Return the checksum of ``data`` whose checksum field is zero: the complement of the sum."""
    return 0xFFFF - ones_complement_sum(data)


def is_valid(data: bytes) -> bool:
    """Tell whether ``data``, checksum field included, sums to all ones."""
    return ones_complement_sum(data) == 0xFFFF
