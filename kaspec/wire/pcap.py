"""Packet captures in the format that every tool reads: a header, and each Ethernet frame with its instant in microseconds."""

from collections.abc import Iterable
from struct import Struct

from attrs import frozen

from kaspec.units import Instant

_HEADER, _RECORD = Struct("<IHHiIII"), Struct("<IIII")
_MAGIC, _VERSION, _ETHERNET = 0xA1B2C3D4, (2, 4), 1
LONGEST = 65535


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
