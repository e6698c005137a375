"""The trailer of ``auth_hmac`` against the wire images of its draft, and against HMAC-SHA256 computed by hand."""

import hashlib

import pytest

from kaspec.address import Address, parse_address
from kaspec.wire.hmac_trailer import (
    TRAILER_BYTES,
    Trailer,
    clock_sequence,
    follows,
    is_signed,
    open_trailer,
    seconds_between,
    signed,
)
from kaspec.wire.ip import Malformed
from kaspec.wire.vrrp import Advertisement, decode, resealed

KEY = bytes(range(32))
SEQUENCE = 0x6800_0000_8000_0000
IMAGES = {
    "198.51.100.10": "3133c80100644402c00002640101000068000000800000001b84bc4e8e43892dc6d98448f8ee2265",
    "fe80::10": "3133c8010064a2e9fe800000000000000000000000000100010100006800000080000000c8c56146ebfd66ee10ec4d8186461b78",
}
"""By source address: VRID 51, priority 200, one address, key number 1; the IPv6 one is sent to fe80::20."""


def parts(source: str) -> tuple[Address, bytes, bytes]:
    image = bytes.fromhex(IMAGES[source])
    return parse_address(source), image[:-TRAILER_BYTES], image[-TRAILER_BYTES:]


@pytest.mark.parametrize("source", IMAGES)
def test_the_draft_s_images_are_read_and_written(source: str) -> None:
    address, message, data = parts(source)
    trailer = open_trailer(data)
    assert isinstance(trailer, Trailer)
    assert (trailer.key_id, trailer.sequence, trailer.seconds) == (1, SEQUENCE, 0x6800_0000)
    assert is_signed(message, address, trailer, KEY)
    assert signed(message, address, 1, SEQUENCE, KEY) == data


@pytest.mark.parametrize("source", IMAGES)
def test_the_code_is_an_hmac_over_who_and_what(source: str) -> None:
    """RFC 2104 by its own text: pseudo header, the message without its checksum, the trailer without its code."""
    address, message, data = parts(source)
    who = bytes([6 if ":" in source else 4, 3, 51, 0]) + address.ljust(16, b"\0")
    what = message[:6] + bytes(2) + message[8:] + data[:12] + bytes(16)
    inner, outer = (bytes(octet ^ pad for octet in KEY.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    assert data[12:] == hashlib.sha256(outer + hashlib.sha256(inner + who + what).digest()).digest()[:16]


@pytest.mark.parametrize("source", IMAGES)
def test_every_octet_but_the_checksum_counts(source: str) -> None:
    address, message, data = parts(source)
    for place in range(len(message)):
        changed = bytearray(message)
        changed[place] ^= 0x10
        trailer = open_trailer(data)
        assert isinstance(trailer, Trailer)
        assert is_signed(bytes(changed), address, trailer, KEY) == (place in {6, 7})
    for place in (1, *range(4, TRAILER_BYTES)):
        changed = bytearray(data)
        changed[place] ^= 1
        trailer = open_trailer(bytes(changed))
        assert isinstance(trailer, Trailer)
        assert not is_signed(message, address, trailer, KEY)


def test_the_checksum_of_ipv6_covers_the_trailer() -> None:
    """There it is the kernel's, which knows of no trailer."""
    source, message, data = parts("fe80::10")
    ends = source, parse_address("fe80::20")
    assert resealed(message, ends, data) == message + data
    assert isinstance(decode(3, message + data, ends, TRAILER_BYTES), Advertisement)
    assert not isinstance(decode(3, message + data, ends), Advertisement)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes(27), "27 bytes behind the message"),
        (b"\2\1\0\0" + bytes(24), "scheme 2, reserved bits 0"),
        (b"\1\1\0\1" + bytes(24), "scheme 1, reserved bits 1"),
    ],
)
def test_what_is_no_trailer_says_why(data: bytes, reason: str) -> None:
    assert open_trailer(data) == Malformed(reason)


def test_the_clock_is_seconds_and_fractions_and_leaves_room_to_count() -> None:
    assert clock_sequence(0x6800_0000 * 1_000_000 + 500_000) == SEQUENCE
    assert clock_sequence(999_999) == 0xFFFF_0000
    assert clock_sequence((1 << 32) * 1_000_000) == 0


def test_sequence_numbers_follow_each_other_around_the_end() -> None:
    last = (1 << 64) - 1
    assert follows(0, last)
    assert not follows(last, 0)
    assert not follows(7, 7)
    assert seconds_between(0xFFFF_FFFF, 1) == 2
    assert seconds_between(1, 0xFFFF_FFFF) == -2
