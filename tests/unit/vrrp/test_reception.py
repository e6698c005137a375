"""The receive ladder (RFC 3768 7.1) on packets that one host may meet; two faults at a time show the order."""

import tracemalloc

import pytest
from attrs import evolve

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, parse_address
from kaspec.rules import Rule
from kaspec.units import SECOND, Interval
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, Remark
from kaspec.vrrp.machine import advertisement
from kaspec.vrrp.reception import receive
from kaspec.vrrp.router import RFC3768, VirtualRouter
from kaspec.wire.ip import Packet
from kaspec.wire.vrrp import encode
from tests.unit.vrrp.examples import HIGHER, OWNER, STRICT, R

SECRET = evolve(R, authentication=SimplePassword.of("1111"))
ELSEWHERE = parse_address("192.0.2.77")


def packet(router: VirtualRouter = R, priority: int = 200) -> Packet:
    """What a peer configured like ``router`` sends."""
    return Packet(HIGHER, VRRP_GROUP_V4, 255, 112, encode(advertisement(router, priority)))


def with_octet(sent: Packet, at: int, octet: int, sealed: bool = True) -> Packet:
    """The packet with one octet of the message replaced, and the checksum mended unless it is to be wrong."""
    message = sent.payload[:at] + bytes([octet]) + sent.payload[at + 1 :]
    if sealed:
        words = [message[i] << 8 | message[i + 1] for i in range(0, len(message), 2) if i != 6]
        total = sum(words)
        while total > 0xFFFF:
            total = (total & 0xFFFF) + (total >> 16)
        message = message[:6] + (0xFFFF - total).to_bytes(2, "big") + message[8:]
    return evolve(sent, payload=message)


def verdict(router: VirtualRouter, sent: Packet) -> tuple[Rule, str, str]:
    event = receive(router, sent)
    assert isinstance(event, AdvertisementDiscarded)
    return event.rule, event.received, event.expected


def test_a_peers_advertisement_is_received() -> None:
    for router in (R, STRICT, SECRET):
        assert receive(router, packet(router)) == AdvertisementReceived(advertisement(router, 200), HIGHER)


LADDER: dict[Rule, tuple[VirtualRouter, Packet, tuple[str, str]]] = {
    rules.NOT_VRRP: (R, evolve(packet(), protocol=17, ttl=1), ("17", "112")),
    rules.TTL: (R, with_octet(evolve(packet(), ttl=254), 0, 0x31), ("254", "255")),
    rules.VERSION: (R, evolve(packet(), payload=b"\x31" + packet().payload[1:9]), ("3", "2")),
    rules.INCOMPLETE: (R, evolve(packet(), payload=with_octet(packet(), 7, 0, sealed=False).payload[:-1]), ("19", "20")),
    rules.CHECKSUM: (R, with_octet(packet(), 0, 0x22, sealed=False), ("0x5465", "a sum of 0xffff")),
    rules.TYPE: (R, with_octet(with_octet(packet(), 1, 52), 0, 0x22), ("2", "1")),
    rules.VRID: (R, with_octet(with_octet(packet(), 4, 9), 1, 52), ("52", "51")),
    rules.OWNER: (evolve(OWNER, profile=RFC3768), with_octet(packet(), 4, 9), ("200", "no advertisement for the owner")),
    rules.AUTH_TYPE_UNKNOWN: (R, with_octet(with_octet(packet(), 5, 2), 4, 9), ("9", "0")),
    rules.AUTH_TYPE_MISMATCH: (SECRET, with_octet(with_octet(packet(), 5, 2), 4, 0), ("0", "1")),
    rules.PASSWORD: (SECRET, with_octet(packet(evolve(R, authentication=SimplePassword.of("2222"))), 5, 2), ("another password", "ours")),
    rules.ADDRESS_LIST: (STRICT, with_octet(with_octet(packet(), 5, 2), 11, 200), ("192.0.2.200", "192.0.2.100")),
    rules.ADVERTISEMENT_INTERVAL: (R, evolve(with_octet(packet(), 5, 2), destination=ELSEWHERE), ("2", "1")),
    rules.DESTINATION: (R, evolve(packet(), destination=ELSEWHERE), ("192.0.2.77", "224.0.0.18")),
}


@pytest.mark.parametrize(("rule", "case"), LADDER.items(), ids=LADDER)
def test_the_first_of_two_faults_is_named(rule: Rule, case: tuple[VirtualRouter, Packet, tuple[str, str]]) -> None:
    """Each packet is also wrong in what a later rung looks at; the verdict says what came and what should have."""
    router, sent, (received, expected) = case
    assert verdict(router, sent) == (rule, received, expected)


def test_authentication_header_is_known_but_not_ours() -> None:
    """Type 2 is a known type (RFC 2338 5.3.6.3)."""
    assert verdict(R, with_octet(packet(), 4, 2))[0] == rules.AUTH_TYPE_MISMATCH


def test_authentication_data_is_ignored_without_authentication() -> None:
    """V2-5.3.10-01."""
    assert isinstance(receive(R, with_octet(packet(), 19, 0x41)), AdvertisementReceived)


def test_a_password_is_eight_bytes() -> None:
    """keepalived: longer ones are cut, shorter ones filled with zeros (V2A-5.3.6.2-02)."""
    assert SimplePassword.of("s3cr3t").data == b"s3cr3t\0\0"
    assert SimplePassword.of("123456789").data == b"12345678"
    assert SimplePassword.of("").data == bytes(8)
    assert SimplePassword.of("ü" * 5).data == "ü".encode() * 4
    assert "1111" not in repr(SECRET)


@pytest.mark.parametrize("place", range(8))
def test_every_byte_of_the_password_counts(place: int) -> None:
    """V2A-5.3.6.2-03: one byte changed, anywhere in the eight, is another password."""
    sent = packet(SECRET)
    at = len(sent.payload) - 8 + place
    assert verdict(SECRET, with_octet(sent, at, sent.payload[at] ^ 1)) == (rules.PASSWORD, "another password", "ours")


def test_an_interval_of_zero_is_another_interval() -> None:
    """V2-7.1-14."""
    assert verdict(R, with_octet(packet(), 5, 0)) == (rules.ADVERTISEMENT_INTERVAL, "0", "1")


def test_another_address_list_is_the_profile_s_affair() -> None:
    """keepalived reports and uses it; RFC 3768 drops it unless the sender is the owner; keepalived before 2.3.3 drops it always."""
    remark = Remark(rules.ADDRESS_LIST_REPORTED, "192.0.2.200", "192.0.2.100")
    before = evolve(R, profile=evolve(R.profile, address_list="drop"))
    for priority in (200, 255):
        other = with_octet(packet(priority=priority), 11, 200)
        reported = receive(R, other)
        assert isinstance(reported, AdvertisementReceived)
        assert reported.remarks == (remark,)
        assert verdict(before, other)[0] == rules.ADDRESS_LIST
    owner = receive(STRICT, with_octet(packet(priority=255), 11, 200))
    assert isinstance(owner, AdvertisementReceived)
    assert owner.remarks == (remark,)


def test_an_empty_address_list_says_none() -> None:
    assert verdict(STRICT, packet(evolve(R, addresses=())))[1:] == ("none", "192.0.2.100")


def test_the_owner_of_the_rfc_is_deaf_and_keepalived_s_is_not() -> None:
    assert isinstance(receive(OWNER, packet(priority=255)), AdvertisementReceived)


def test_version_3_has_no_interval_to_disagree_about() -> None:
    """V3: the interval is learnt, not compared (the version 3 codec comes with the rest of version 3)."""
    slow = evolve(R, advertisement_interval=Interval(2 * SECOND))
    assert verdict(R, packet(slow))[0] == rules.ADVERTISEMENT_INTERVAL
    third = evolve(R, version=3)
    assert isinstance(receive(third, with_octet(packet(slow), 0, 0x31)), AdvertisementReceived)


def test_huge_packets_cost_no_memory() -> None:
    """Verdicts are remembered, but not what follows the message: 200 packets of 60 kB leave next to nothing behind."""
    sent = packet()
    receive(R, sent)
    tracemalloc.start()
    try:
        for number in range(200):
            receive(R, evolve(sent, payload=sent.payload + number.to_bytes(2, "big") + bytes(60_000)))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
