"""What a frame shows, whatever it was captured on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.judge.sightings import ETHERNET, LINUX_COOKED, LINUX_COOKED_2, RAW, Advert, Announcement, Sighting, key, sighting
from kaspec.wire.arp import GratuitousArp, encode_gratuitous_arp
from kaspec.wire.ip import VRRP_TTL, Packet, encode_ipv4
from kaspec.wire.ndisc import UnsolicitedNeighborAdvertisement, encode_unsolicited_neighbor_advertisement

MAC = bytes.fromhex("02000000000a")
PACKET = Packet(Address(b"\xc0\0\2\1"), Address(b"\xe0\0\0\x12"), VRRP_TTL, 112, b"\x21\x33\x64\0\0\1\0\0" + bytes(8))
IP = encode_ipv4(PACKET, 7)
ETHERNET_HEAD = bytes.fromhex("01005e000012") + MAC
VIRTUAL, VIRTUAL_V6 = Address(b"\xc0\0\2\x64"), Address(b"\xfe\x80" + bytes(13) + b"\x64")


@pytest.mark.parametrize(
    ("link_type", "frame", "shown"),
    [
        (ETHERNET, ETHERNET_HEAD + b"\x08\0" + IP, Advert(PACKET, 0, MAC)),
        (ETHERNET, ETHERNET_HEAD + b"\x08\0" + IP + bytes(9), Advert(PACKET, 0, MAC)),
        (ETHERNET, ETHERNET_HEAD + b"\x81\0\x20\x05\x08\0" + IP, Advert(PACKET, 5, MAC)),
        (ETHERNET, ETHERNET_HEAD + b"\x88\xa8\0\x07\x81\0\0\x05\x08\0" + IP, Advert(PACKET, 5, MAC)),
        (RAW, IP, Advert(PACKET)),
        (228, IP, Advert(PACKET)),
        (LINUX_COOKED, b"\0\4\0\1\0\6" + MAC + b"\0\0\x08\0" + IP, Advert(PACKET, 0, MAC)),
        (LINUX_COOKED_2, b"\x08\0\0\0\0\0\0\2\0\1\4\6" + MAC + b"\0\0" + IP, Advert(PACKET, 0, MAC)),
        (ETHERNET, encode_gratuitous_arp(GratuitousArp(VIRTUAL, MAC)), Announcement(VIRTUAL, 0, MAC)),
        (
            ETHERNET,
            encode_unsolicited_neighbor_advertisement(UnsolicitedNeighborAdvertisement(VIRTUAL_V6, MAC)),
            Announcement(VIRTUAL_V6, 0, MAC),
        ),
    ],
)
def test_each_link_type(link_type: int, frame: bytes, shown: Sighting) -> None:
    assert sighting(link_type, frame) == shown
    assert key(link_type, frame) is not None


def test_an_arp_request_that_asks_announces_nothing() -> None:
    asking = bytearray(encode_gratuitous_arp(GratuitousArp(VIRTUAL, MAC)))
    asking[-1] += 1

    assert sighting(ETHERNET, bytes(asking)) is None


def test_frames_that_differ_in_the_identification_alone_are_one_thing() -> None:
    one, other, changed = (ETHERNET_HEAD + b"\x08\0" + each for each in (IP, encode_ipv4(PACKET, 8), encode_ipv4(PACKET, 7)[:-1] + b"\1"))

    assert key(ETHERNET, one) == key(ETHERNET, other)
    assert key(ETHERNET, one) != key(ETHERNET, changed)


@given(st.sampled_from((ETHERNET, RAW, LINUX_COOKED, LINUX_COOKED_2, 12, 77)), st.binary(max_size=120))
def test_any_bytes_show_something_or_nothing(link_type: int, frame: bytes) -> None:
    key(link_type, frame)
    sighting(link_type, frame)
