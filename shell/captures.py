"""Packet captures of others (pcap and pcapng, whatever the link), read with scapy."""

import io
import logging
from typing import Any

from kaspec.units import Instant
from kaspec.wire.pcap import Frame

MAGICS = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")
"""How captures begin."""


def is_capture(data: bytes) -> bool:
    """Tell a capture from anything else."""
    return data[:4] in MAGICS


def read_capture(data: bytes) -> tuple[Frame, ...] | str:
    """Return the IP datagrams of a capture with their instants, or why it cannot be read."""
    from scapy.error import Scapy_Exception
    from scapy.layers.inet import IP
    from scapy.layers.inet6 import IPv6
    from scapy.utils import PcapReader

    logging.getLogger("scapy").setLevel(logging.ERROR)  # it has opinions about what it reads
    opened: Any = PcapReader
    try:
        with opened(io.BytesIO(data)) as reader:
            return tuple(
                Frame(Instant(int(packet.time * 1_000_000)), bytes(packet[layer]))
                for packet in reader
                for layer in (IP, IPv6)
                if packet.haslayer(layer)
            )
    except (Scapy_Exception, EOFError, ValueError) as error:
        return f"this is no capture that can be read: {error}"
