"""Gratuitous ARP, byte for byte as keepalived sends it (capture of 2.2.7)."""

import pytest

from kaspec.address import parse_address
from kaspec.wire.arp import GratuitousArp, decode_gratuitous_arp, encode_gratuitous_arp
from kaspec.wire.ip import Malformed

KEEPALIVED = bytes.fromhex("ffffffffffff020000000001080600010800060400010200000000010a630064ffffffffffff0a630064")
FRR = bytes.fromhex("ffffffffffff00005e0001050806000108000604000100005e0001050a630064ffffffffffff0a630064")
VIP = parse_address("10.99.0.100")


@pytest.mark.parametrize(("frame", "mac"), [(KEEPALIVED, "020000000001"), (FRR, "00005e000105")], ids=["keepalived", "FRR"])
def test_golden_frames(frame: bytes, mac: str) -> None:
    """A request whose sender and target are the virtual address, target hardware address all ones (RFC 3768 erratum, D-16)."""
    announcement = GratuitousArp(VIP, bytes.fromhex(mac))
    assert encode_gratuitous_arp(announcement) == frame
    assert decode_gratuitous_arp(frame) == announcement


@pytest.mark.parametrize(
    ("at", "octet", "reason"),
    [
        (13, 0x00, "not ARP"),
        (15, 6, "not ARP"),
        (17, 1, "not ARP"),
        (18, 8, "not ARP"),
        (19, 16, "not ARP"),
        (21, 2, "gratuitous"),
        (41, 1, "gratuitous"),
    ],
)
def test_what_is_not_gratuitous_arp(at: int, octet: int, reason: str) -> None:
    frame = bytearray(KEEPALIVED)
    frame[at] = octet
    decoded = decode_gratuitous_arp(bytes(frame))
    assert isinstance(decoded, Malformed)
    assert reason in decoded.reason
    assert isinstance(decode_gratuitous_arp(KEEPALIVED[:41]), Malformed)
