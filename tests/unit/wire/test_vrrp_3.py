"""Version 3 messages, against bytes captured from keepalived 2.2.7 and FRR 8.4.4 (facts: vrrp-rfc-matrix 3)."""

import pytest
from attrs import evolve

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, VRRP_GROUP_V6, Address, parse_address
from kaspec.units import SECOND, Interval
from kaspec.wire.vrrp import Advertisement, Undecodable, checksum_form, decode, encode

FOUR = (parse_address("10.99.0.1"), VRRP_GROUP_V4)
SIX = (parse_address("fe80::ff:fe00:1"), VRRP_GROUP_V6)
ADDRESSES_4 = tuple(map(parse_address, ("10.99.0.100", "10.99.0.101")))
ADDRESSES_6 = tuple(map(parse_address, ("fe80::100", "fd99::100")))
V4 = Advertisement(3, 51, 150, SECOND, ADDRESSES_4)
V4_FAST = evolve(V4, advertisement_interval=Interval(100_000))
V6 = Advertisement(3, 51, 150, SECOND, ADDRESSES_6)
FRR_V4 = evolve(V4, virtual_router_id=5)

KEEPALIVED_4 = bytes.fromhex("3133 9602 0064 37e0 0a630064 0a630065")
GOLDEN = {
    "keepalived, IPv4": (V4, FOUR, KEEPALIVED_4),
    "keepalived, IPv4, 100 ms": (V4_FAST, FOUR, bytes.fromhex("3133 9602 000a 383a 0a630064 0a630065")),
    "keepalived, IPv6": (V6, SIX, bytes.fromhex("3133 9602 0064 3d1c") + b"".join(ADDRESSES_6)),
    "FRR, IPv4": (FRR_V4, FOUR, bytes.fromhex("3105 9602 0064 380e 0a630064 0a630065")),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_captured_bytes_are_written_and_read(name: str) -> None:
    advertisement, ends, message = GOLDEN[name]
    assert encode(advertisement, ends) == message
    assert decode(3, message, ends) == advertisement
    assert checksum_form(message, ends) == "pseudo-header"


def test_frr_advertises_ipv6_without_a_link_local_address() -> None:
    """FRR 8.4.4: only the configured address, from the link-local one of its macvlan."""
    ends = (parse_address("fe80::13a3:4722:d3e7:6f1a"), VRRP_GROUP_V6)
    message = bytes.fromhex("3105 9601 0064 9e15") + parse_address("fd99::100")
    assert decode(3, message, ends) == Advertisement(3, 5, 150, SECOND, (parse_address("fd99::100"),))


def test_the_form_of_rfc_9568_covers_the_message_only() -> None:
    message = encode(V4, FOUR, "message")
    assert message == bytes.fromhex("3133 9602 0064 22d7 0a630064 0a630065")
    assert checksum_form(message, FOUR) == "message"
    assert decode(3, message, FOUR) == V4


def test_in_ipv6_a_checksum_without_pseudo_header_is_wrong() -> None:
    message = encode(V6, SIX)[:6] + bytes.fromhex("3a4b") + b"".join(ADDRESSES_6)
    assert isinstance(found := decode(3, message, SIX), Undecodable)
    assert found.rule == rules.CHECKSUM


def test_a_checksum_for_other_ends_is_wrong() -> None:
    elsewhere = (parse_address("10.99.0.2"), VRRP_GROUP_V4)
    assert isinstance(found := decode(3, KEEPALIVED_4, elsewhere), Undecodable)
    assert found.rule == rules.CHECKSUM


def test_the_reserved_bits_are_ignored() -> None:
    """RFC 9568 5.2.6: FRR 8.4.4 takes them for part of the interval."""
    message = bytearray(encode(V4, FOUR, "message"))
    message[4] |= 0xF0
    sum_of_rest = 0x22D7 - 0xF000
    message[6:8] = (sum_of_rest % 0xFFFF).to_bytes(2, "big")
    assert decode(3, bytes(message), FOUR) == V4


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        (b"", rules.VERSION),
        (b"\x21" + KEEPALIVED_4[1:], rules.VERSION),
        (KEEPALIVED_4[:7], rules.INCOMPLETE),
        (KEEPALIVED_4[:-1], rules.INCOMPLETE),
        (KEEPALIVED_4[:6] + b"\x37\xe1" + KEEPALIVED_4[8:], rules.CHECKSUM),
        (b"\x32\x33\x96\x02\x00\x64\x36\xe0" + KEEPALIVED_4[8:], rules.TYPE),
    ],
)
def test_the_first_fault_is_named(message: bytes, rule: str) -> None:
    assert isinstance(found := decode(3, message, FOUR), Undecodable)
    assert found.rule == rule


def test_what_follows_the_message_is_not_part_of_it() -> None:
    assert decode(3, KEEPALIVED_4 + bytes(10), FOUR) == V4


def test_an_ipv4_count_is_of_four_bytes_and_an_ipv6_count_of_sixteen() -> None:
    assert len(encode(V4, FOUR)) == 8 + 2 * 4
    assert len(encode(V6, SIX)) == 8 + 2 * 16
    assert decode(3, encode(Advertisement(3, 1, 1, SECOND, ()), SIX), SIX) == Advertisement(3, 1, 1, SECOND, ())
    assert isinstance(decode(3, encode(V4, FOUR), (Address(bytes(16)), VRRP_GROUP_V6)), Undecodable)
