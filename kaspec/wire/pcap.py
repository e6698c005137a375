"""Packet captures: written as pcap, which every tool reads; read as pcap in either byte order, with micro- or nanoseconds, or as pcapng.

A file is read where it lies: nothing is copied but the frames.  What ends in the middle of a frame, as the file of a tcpdump that was
killed does, is read up to there.
"""

from collections.abc import Iterable, Iterator
from struct import Struct, error

from kaspec.frozen import frozen
from kaspec.units import Instant
from kaspec.wire.ip import Malformed

Captured = tuple[Instant, int, bytes]
"""When a frame was seen, in microseconds since 1970; its link type (https://www.tcpdump.org/linktypes.html); its bytes."""

_HEADER, _RECORD = Struct("<IHHiIII"), Struct("<IIII")
_MAGIC, _VERSION, _ETHERNET = 0xA1B2C3D4, (2, 4), 1
LONGEST = 65535
_NANOSECONDS = 0xA1B23C4D
_SECTION, _BYTE_ORDER = 0x0A0D0D0A, 0x1A2B3C4D
_INTERFACE, _PACKET, _ENHANCED_PACKET = 1, 2, 6
_RESOLUTION, _OFFSET = 9, 14
_COMPRESSED = {b"\x1f\x8b": "gzip", b"(\xb5": "zstd", b"BZ": "bzip2", b"\xfd7": "xz"}


@frozen
class Frame:
    """An Ethernet frame, checksum left out, and when it was sent."""

    at: Instant
    data: bytes


def encode_pcap(frames: Iterable[Frame]) -> bytes:
    """Write a capture; instants count from 1970, so one that begins at 0 does too."""
    parts = [_HEADER.pack(_MAGIC, *_VERSION, 0, 0, LONGEST, _ETHERNET)]
    for frame in frames:
        whole, fraction = divmod(frame.at, 1_000_000)
        parts += [_RECORD.pack(whole, fraction, len(frame.data), len(frame.data)), frame.data]
    return b"".join(parts)


@frozen
class Interface:
    """An interface of a pcapng section: its link type, how many ticks a second has, and from which second its clock counts."""

    link_type: int
    ticks: int = 1_000_000
    offset: int = 0


def decode_captured(data: bytes) -> Iterator[Captured] | Malformed:
    """Read the frames of a capture file of either kind, in the file's order."""
    if (packed := _COMPRESSED.get(data[:2])) is not None:
        return Malformed(f"it is compressed with {packed}: unpack it first")
    for order in "<>":
        word = Struct(f"{order}I")
        if len(data) < 24:
            break
        magic, second = word.unpack_from(data)[0], word.unpack_from(data, 8)[0]
        if magic in {_MAGIC, _NANOSECONDS}:
            return _classic(data, order, 1000 if magic == _NANOSECONDS else 1)
        if magic == _SECTION and second == _BYTE_ORDER:
            return _next_generation(data, order)
    return Malformed("it is neither pcap nor pcapng")


def _classic(data: bytes, order: str, divisor: int) -> Iterator[Captured]:
    link_type = Struct(f"{order}I").unpack_from(data, 20)[0] & 0xFFFF
    header = Struct(f"{order}IIII")
    read, place, end = header.unpack_from, 24, len(data) - header.size
    while place <= end:
        seconds, fraction, length, _ = read(data, place)
        place += 16
        if place + length > len(data):
            return
        yield Instant(seconds * 1_000_000 + fraction // divisor), link_type, data[place : place + length]
        place += length


def _next_generation(data: bytes, order: str) -> Iterator[Captured]:
    """Read pcapng (draft-ietf-opsawg-pcapng); blocks of no use here are passed over, as are packets without a time."""
    interfaces, place = list[Interface](), 0
    while place + 12 <= len(data):
        if data[place : place + 4] == b"\x0a\x0d\x0d\x0a":  # a section may have another byte order than the last
            order = "<" if data[place + 8 : place + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            interfaces = []
        kind, length = Struct(f"{order}II").unpack_from(data, place)
        if length < 12 or place + length > len(data):
            return
        body = data[place + 8 : place + length - 4]
        try:
            if kind == _INTERFACE:
                interfaces.append(_interface(body, order))
            elif kind in {_ENHANCED_PACKET, _PACKET}:
                yield from _packet(body, interfaces, Struct(f"{order}IIIII" if kind == _ENHANCED_PACKET else f"{order}HHIIII"))
        except error:  # a block too short for what it says it is
            return
        place += length


def _packet(body: bytes, interfaces: list[Interface], header: Struct) -> Iterator[Captured]:
    number, *_, high, low, length, _ = header.unpack_from(body)
    if number >= len(interfaces):
        return
    interface = interfaces[number]
    at = (high << 32 | low) * 1_000_000 // interface.ticks + interface.offset * 1_000_000
    yield Instant(at), interface.link_type, body[header.size : header.size + length]


def _interface(body: bytes, order: str) -> Interface:
    link_type = Struct(f"{order}H").unpack_from(body)[0]
    ticks, offset, place, head = 1_000_000, 0, 8, Struct(f"{order}HH")
    while place + 4 <= len(body):
        code, length = head.unpack_from(body, place)
        value = body[place + 4 : place + 4 + length]
        if code == _RESOLUTION and value:
            ticks = 2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
        elif code == _OFFSET and len(value) == 8:
            offset = Struct(f"{order}q").unpack(value)[0]
        place += 4 + (length + 3) // 4 * 4
    return Interface(link_type, ticks, offset)
