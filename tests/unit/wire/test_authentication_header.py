"""The authentication header against packets that keepalived 2.2.7 sent, captured, and against HMAC-MD5 computed by hand."""

import hashlib

import pytest
from attrs import evolve

from kaspec.address import parse_address
from kaspec.wire.authentication_header import AuthenticationHeader, authenticated, integrity_check_value, is_authentic, open_header
from kaspec.wire.ip import Malformed, Packet, decode_ipv4, encode_ipv4
from kaspec.wire.vrrp import Advertisement, decode

KEY = b"ahkey123"
CAPTURED = bytes.fromhex(
    "45c0004400010000ff33d04f0a630001e0000012"
    "700400000a63000100000001e7ab1b8b30b9bb2df49a03b3"
    "213396020201313a0a6300640a6300650000000000000000"
)
"""The first advertisement of keepalived 2.2.7 at 10.99.0.1: VRID 51, priority 150, two addresses, sequence number 1."""


def packet() -> Packet:
    found = decode_ipv4(CAPTURED)
    assert isinstance(found, Packet)
    return found


def opened(found: Packet) -> tuple[AuthenticationHeader, bytes]:
    parts = open_header(found.payload)
    assert not isinstance(parts, Malformed)
    return parts


def hmac_md5(key: bytes, data: bytes) -> bytes:
    """RFC 2104, by its own text."""
    inner, outer = (bytes(octet ^ pad for octet in key.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    return hashlib.md5(outer + hashlib.md5(inner + data).digest()).digest()


def test_what_keepalived_sent_is_authentic() -> None:
    header, message = opened(packet())
    assert (header.spi, header.sequence) == (bytes([10, 99, 0, 1]), 1)
    assert is_authentic(packet(), header, KEY)
    advertisement = decode(2, message)
    assert isinstance(advertisement, Advertisement)
    assert (advertisement.virtual_router_id, advertisement.priority, advertisement.authentication_type) == (51, 150, 2)


def test_we_write_the_same_bytes() -> None:
    """But for the identification, which is the sender's own affair, and then the value that covers it."""
    _, message = opened(packet())
    ours = authenticated(Packet(parse_address("10.99.0.1"), parse_address("224.0.0.18"), 255, 112, message), 1, KEY)
    assert ours.identification == 2
    assert evolve(ours, identification=1).payload[:12] == packet().payload[:12]
    assert integrity_check_value(evolve(ours, identification=1), KEY) == opened(packet())[0].icv
    assert is_authentic(ours, opened(ours)[0], KEY)


UNCOVERED = {1: "type of service", 6: "fragment", 7: "fragment", 10: "checksum", 11: "checksum"}


@pytest.mark.parametrize("place", sorted(set(range(1, 68)) - {2, 3, 9, 20, 21}))
def test_every_octet_counts_but_those_that_may_change_on_their_way(place: int) -> None:
    """The TTL counts too, as keepalived has it.  (Lengths and protocols are not tried: with another one it is another packet.)"""
    changed = bytearray(CAPTURED)
    changed[place] ^= 1
    found = decode_ipv4(bytes(changed))
    assert isinstance(found, Packet)
    assert is_authentic(found, opened(found)[0], KEY) == (place in UNCOVERED)


def test_the_ttl_of_a_unicast_packet_does_not_count() -> None:
    """It changes at every router (RFC 2402 3.3.3.1.1.1)."""
    plain = Packet(parse_address("10.99.0.1"), parse_address("10.99.0.2"), 255, 112, opened(packet())[1])
    sent = authenticated(plain, 7, KEY)
    assert is_authentic(evolve(sent, ttl=250), opened(sent)[0], KEY)
    multicast = authenticated(evolve(plain, destination=parse_address("224.0.0.18")), 7, KEY)
    assert not is_authentic(evolve(multicast, ttl=250), opened(multicast)[0], KEY)


def test_the_value_is_the_hmac_of_what_is_left() -> None:
    """Computed here from the octets themselves."""
    sent = authenticated(Packet(parse_address("10.99.0.1"), parse_address("10.99.0.2"), 64, 112, opened(packet())[1]), 0xFFFF, KEY)
    datagram = bytearray(encode_ipv4(sent))
    for place in (1, 6, 7, 8, 10, 11, *range(32, 44)):
        datagram[place] = 0
    assert opened(sent)[0].icv == hmac_md5(KEY, bytes(datagram))[:12]
    assert sent.identification == 1


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (packet().payload[:23], "an authentication header of 23 bytes"),
        (b"\x11" + packet().payload[1:], "an authentication header before protocol 17"),
        (b"\x70\x05" + packet().payload[2:], "an authentication header whose length field is 5"),
    ],
)
def test_what_is_no_header_says_why(payload: bytes, reason: str) -> None:
    assert open_header(payload) == Malformed(reason)
