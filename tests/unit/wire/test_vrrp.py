"""Version 2 messages, byte for byte as real routers send them (captures of keepalived 2.2.7 and FRR 8.4.4)."""

import pytest

from kaspec import rules
from kaspec.address import Address, parse_address
from kaspec.units import SECOND, Interval
from kaspec.wire.ip import Packet, decode_ipv4, encode_ipv4
from kaspec.wire.vrrp import Advertisement, Undecodable, decode, encode

VIPS = (parse_address("10.99.0.100"), parse_address("10.99.0.101"))


def advert(virtual_router_id: int, priority: int, authentication_type: int = 0, data: bytes = bytes(8)) -> Advertisement:
    return Advertisement(2, virtual_router_id, priority, SECOND, VIPS, authentication_type, data)


GOLDEN = {
    "keepalived, priority 150": ("213396020001333a0a6300640a6300650000000000000000", advert(51, 150)),
    "keepalived, priority 100": ("213364020001653a0a6300640a6300650000000000000000", advert(51, 100)),
    "keepalived, stops": ("213300020001c93a0a6300640a6300650000000000000000", advert(51, 0)),
    "keepalived, PASS": ("21339602010128200a6300640a6300657333637233740000", advert(51, 150, 1, b"s3cr3t\0\0")),
    "keepalived, PASS, backup": ("2133640201015a200a6300640a6300657333637233740000", advert(51, 100, 1, b"s3cr3t\0\0")),
    "keepalived, PASS, stops": ("213300020101be200a6300640a6300657333637233740000", advert(51, 0, 1, b"s3cr3t\0\0")),
    "keepalived, AH": ("213396020201313a0a6300640a6300650000000000000000", advert(51, 150, 2)),
    "FRR": ("21059602000133680a6300640a6300650000000000000000", advert(5, 150)),
}


@pytest.mark.parametrize(("message", "advertisement"), GOLDEN.values(), ids=GOLDEN)
def test_golden_messages(message: str, advertisement: Advertisement) -> None:
    """RFC 3768 5.1, 5.3: 0x21, VRID, priority, count, authentication type, interval, checksum, addresses, data."""
    assert decode(2, bytes.fromhex(message)) == advertisement
    assert encode(advertisement).hex() == message


DATAGRAMS = {
    "keepalived, priority 150": ("45c0002c00010000ff70d02a0a630001e0000012", "10.99.0.1", 1),
    "keepalived, sixth": ("45c0002c00060000ff70d0250a630001e0000012", "10.99.0.1", 6),
    "keepalived, backup": ("45c0002c00010000ff70d0290a630002e0000012", "10.99.0.2", 1),
}


@pytest.mark.parametrize(("header", "source", "identification"), DATAGRAMS.values(), ids=DATAGRAMS)
def test_golden_headers(header: str, source: str, identification: int) -> None:
    """keepalived's own IP header: TOS 0xc0, its own identification, no flags, TTL 255, protocol 112, the group."""
    packet = Packet(parse_address(source), parse_address("224.0.0.18"), 255, 112, encode(advert(51, 150)))
    assert encode_ipv4(packet, identification)[:20].hex() == header
    assert decode_ipv4(bytes.fromhex(header) + packet.payload) == packet


def test_frrs_header_is_read_too() -> None:
    """FRR sets DF and another identification."""
    packet = decode_ipv4(bytes.fromhex("45c0002c92264000ff70fe040a630001e00000122105960200013368") + bytes(16))
    assert isinstance(packet, Packet)
    assert (packet.ttl, packet.protocol, len(packet.payload)) == (255, 112, 24)


REJECTED = {
    "interval of 100 in a version 3 message": ("3105640200646a0c0a6300640a630065", rules.VERSION),
    "count 0 and no data": ("2105640000017af90000000000000000", None),
    "count too large": ("2105640300016567" + "0a6300640a6300650000000000000000", rules.INCOMPLETE),
    "wrong checksum": ("2105640200016569" + "0a6300640a6300650000000000000000", rules.CHECKSUM),
    "type 2": ("22339602000132" + "3a0a6300640a6300650000000000000000", rules.TYPE),
    "authentication data missing": ("21056402000165680a6300640a630065", rules.INCOMPLETE),
    "header cut": ("213396020001", rules.INCOMPLETE),
    "three bytes": ("213396", rules.INCOMPLETE),
    "nothing": ("", rules.VERSION),
}


@pytest.mark.parametrize(("message", "rule"), REJECTED.values(), ids=REJECTED)
def test_what_is_wrong_has_a_rule(message: str, rule: str | None) -> None:
    decoded = decode(2, bytes.fromhex(message))
    assert (decoded.rule if isinstance(decoded, Undecodable) else None) == rule


def test_the_broken_rule_says_what_stood_there() -> None:
    """A log line can name what came and what was expected."""
    message = bytes.fromhex(GOLDEN["keepalived, priority 150"][0])
    assert decode(2, b"\x31" + message[1:]) == Undecodable(rules.VERSION, "3", "2")
    assert decode(2, message[:-1]) == Undecodable(rules.INCOMPLETE, "23", "24")
    assert decode(2, message[:7] + b"\x3b" + message[8:]) == Undecodable(rules.CHECKSUM, "0x333b", "a sum of 0xffff")
    assert decode(2, bytes.fromhex(REJECTED["type 2"][0])) == Undecodable(rules.TYPE, "2", "1")


def test_a_sum_of_zero_may_be_written_as_all_ones() -> None:
    """RFC 1071: zero has two forms; both are valid, and 0x0000 is written."""
    advertisement = Advertisement(2, 1, 1, SECOND, (), 0, b"\xdd\xfd\0\0\0\0\0\0")
    message = encode(advertisement)
    assert message[6:8] == b"\0\0"
    assert decode(2, message[:6] + b"\xff\xff" + message[8:]) == advertisement


@pytest.mark.parametrize(
    "wrong",
    [
        Advertisement(4, 1, 1, SECOND, ()),
        Advertisement(2, 1, 1, Interval(500_000), ()),
        Advertisement(3, 1, 1, Interval(15_000), ()),
        Advertisement(3, 1, 1, Interval(41 * SECOND), ()),
    ],
)
def test_what_a_version_cannot_carry_is_a_defect(wrong: Advertisement) -> None:
    """Only configuration that was not checked could ask for this: the assertion stays on."""
    with pytest.raises(AssertionError):
        encode(wrong)


def test_addresses_are_four_bytes_each() -> None:
    decoded = decode(2, encode(advert(51, 150)))
    assert isinstance(decoded, Advertisement)
    assert decoded.addresses == (Address(b"\x0ac\0d"), Address(b"\x0ac\0e"))
