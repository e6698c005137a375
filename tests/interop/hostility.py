"""Packets that no router should heed.

None of them is a valid advert of the seed configuration, by construction: what keeps its checksum right has another password, TTL, VRID,
version, type, authentication type, interval or destination, or is too short; the one bit that is flipped breaks the checksum.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from random import Random

from conformance.demo.configuration import VIRTUAL_ADDRESS
from conformance.lab.inject import VRRP_GROUP_MAC
from kaspec.address import VRRP_GROUP_V4, Address, parse_address
from kaspec.wire.checksum import checksum
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet, encode_ipv4

VRID, PASSWORD, INTERVAL = 100, b"1111\0\0\0\0", 1
ROUTERS = (parse_address("192.168.123.101"), parse_address("192.168.123.102"))
OBSERVER = parse_address("192.168.123.1")
ETHERNET = bytes.fromhex(VRRP_GROUP_MAC.replace(":", "") + "020000000003" + "0800")


def mended(message: bytes) -> bytes:
    """Put the right checksum into a message (RFC 3768 5.3.8)."""
    blank = message[:6] + bytes(2) + message[8:]
    return blank[:6] + checksum(blank).to_bytes(2, "big") + blank[8:]


def advert(
    priority: int,
    *,
    version_and_type: int = 0x21,
    vrid: int = VRID,
    authentication_type: int = 1,
    interval: int = INTERVAL,
    password: bytes = PASSWORD,
    addresses: bytes = parse_address(VIRTUAL_ADDRESS),
) -> bytes:
    """Write an advert of the seed configuration, but for what is given."""
    header = struct.pack("!BBBBBBH", version_and_type, vrid, priority, len(addresses) // 4, authentication_type, interval, 0)
    return mended(header + addresses + password)


def _other(random: Random, than: int, low: int = 0, high: int = 255) -> int:
    return random.choice([value for value in range(low, high + 1) if value != than])


def _noise(random: Random) -> bytes:
    noise = random.randbytes(random.randrange(100)).replace(b"1111", b"2222")
    return noise[:1] + bytes([VRID]) + noise[2:] if len(noise) > 1 and random.random() < 0.8 else noise


def _truncated(random: Random) -> bytes:
    whole = advert(random.randrange(256))
    return whole[: random.randrange(len(whole))]


def _truncated_and_mended(random: Random) -> bytes:
    return mended(advert(random.randrange(256))[: random.randrange(8, 20)])


def _one_bit_flipped(random: Random) -> bytes:
    message = bytearray(advert(random.randrange(256)))
    bit = random.randrange(8 * len(message))
    message[bit // 8] ^= 1 << bit % 8
    return bytes(message)


def _bits_flipped_and_mended(random: Random) -> bytes:
    message = bytearray(advert(random.randrange(256), password=b"2222\0\0\0\0"))
    for bit in random.sample(range(8 * (len(message) - len(PASSWORD))), random.randrange(1, 20)):
        message[bit // 8] ^= 1 << bit % 8
    return mended(bytes(message))


def _wrong_password(random: Random) -> bytes:
    password = b"\x32" + random.randbytes(7)
    return advert(random.randrange(256), password=password, addresses=random.randbytes(4 * random.choice([0, 1, 2, 20, 255])))


def _version_3(random: Random) -> bytes:
    return mended(struct.pack("!BBBBHH", 0x31, VRID, random.randrange(256), 1, 100, 0) + parse_address(VIRTUAL_ADDRESS) + PASSWORD)


def _carp(random: Random) -> bytes:
    """OpenBSD's CARP, which shares protocol 112: advskew, length 7, demotion, advbase, checksum, counter, digest."""
    return mended(struct.pack("!BBBBBBH", 0x21, VRID, random.randrange(256), 7, 0, 1, 0) + random.randbytes(28))


MESSAGES: Mapping[str, Callable[[Random], bytes]] = {
    "noise": _noise,
    "truncated": _truncated,
    "truncated and mended": _truncated_and_mended,
    "one bit flipped": _one_bit_flipped,
    "bits flipped and mended": _bits_flipped_and_mended,
    "password": _wrong_password,
    "vrid": lambda random: advert(random.randrange(256), vrid=_other(random, VRID)),
    "version": lambda random: advert(random.randrange(256), version_and_type=_other(random, 2, high=15) << 4 | 1),
    "version 3": _version_3,
    "type": lambda random: advert(random.randrange(256), version_and_type=0x20 | _other(random, 1, high=15)),
    "authentication type": lambda random: advert(random.randrange(256), authentication_type=random.choice([0, 2, _other(random, 1)])),
    "interval": lambda random: advert(random.randrange(256), interval=_other(random, INTERVAL)),
    "carp": _carp,
}
"""What goes to the group with TTL 255."""


def frame_of(message: bytes, source: Address = OBSERVER, destination: Address = VRRP_GROUP_V4, ttl: int = VRRP_TTL) -> bytes:
    """Return the Ethernet frame of a VRRP message."""
    return ETHERNET + encode_ipv4(Packet(source, destination, ttl, VRRP_PROTOCOL, message))


def hostile_frames(seed: int, count: int) -> Iterator[bytes]:
    """Return so many Ethernet frames, every kind as often as any other, in an order that the seed decides."""
    random = Random(seed)
    kinds = (*MESSAGES, "ttl", "destination")
    for _ in range(count):
        kind = random.choice(kinds)
        source = Address(b"\xc0\xa8\x7b" + bytes([random.randrange(2, 100)]))
        message = MESSAGES[kind](random) if kind in MESSAGES else advert(random.randrange(256))
        ttl = random.randrange(1, 255) if kind == "ttl" else VRRP_TTL
        destination = random.choice(ROUTERS) if kind == "destination" else VRRP_GROUP_V4
        yield frame_of(message, source, destination, ttl)
