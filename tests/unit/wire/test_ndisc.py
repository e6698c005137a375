"""Unsolicited neighbour advertisements, in the form of keepalived's."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec.address import Address, parse_address
from kaspec.wire.ip import Malformed
from kaspec.wire.ndisc import (
    UnsolicitedNeighborAdvertisement,
    decode_unsolicited_neighbor_advertisement,
    encode_unsolicited_neighbor_advertisement,
)

MAC = bytes.fromhex("020000000001")
announcements = st.builds(
    UnsolicitedNeighborAdvertisement,
    st.binary(min_size=16, max_size=16).map(Address),
    st.binary(min_size=6, max_size=6),
    st.booleans(),
)


@given(announcements)
def test_decode_undoes_encode(announcement: UnsolicitedNeighborAdvertisement) -> None:
    assert decode_unsolicited_neighbor_advertisement(encode_unsolicited_neighbor_advertisement(announcement)) == announcement


@given(announcements, st.integers(0, 85), st.integers(1, 255))
def test_a_changed_byte_is_never_read_as_the_same_announcement(
    announcement: UnsolicitedNeighborAdvertisement, place: int, change: int
) -> None:
    frame = bytearray(encode_unsolicited_neighbor_advertisement(announcement))
    frame[place] ^= change
    found = decode_unsolicited_neighbor_advertisement(bytes(frame))
    assert isinstance(found, Malformed) or found != announcement or place < 12 or 15 <= place < 18


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_malformed(frame: bytes) -> None:
    assert isinstance(decode_unsolicited_neighbor_advertisement(frame), Malformed | UnsolicitedNeighborAdvertisement)


def test_scapy_reads_it_as_it_is_meant() -> None:
    """R, O, not S; from the address to all nodes with hop limit 255; its own checksum is the one scapy would compute."""
    from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6NDOptDstLLAddr, IPv6
    from scapy.layers.l2 import Ether

    address = parse_address("2001:db8::100")
    frame = Ether(encode_unsolicited_neighbor_advertisement(UnsolicitedNeighborAdvertisement(address, MAC)))
    packet, message = frame[IPv6], frame[ICMPv6ND_NA]
    assert (frame.dst, frame.src) == ("33:33:00:00:00:01", "02:00:00:00:00:01")
    assert (packet.src, packet.dst, packet.hlim) == ("2001:db8::100", "ff02::1", 255)
    assert (message.R, message.S, message.O, message.tgt) == (1, 0, 1, "2001:db8::100")
    assert frame[ICMPv6NDOptDstLLAddr].lladdr == "02:00:00:00:00:01"
    given_sum = message.cksum
    del message.cksum
    assert Ether(bytes(frame))[ICMPv6ND_NA].cksum == given_sum
