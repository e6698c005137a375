"""Everything that crosses a LAN, stamped by the kernel, by a packet socket on its bridge."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, field, frozen

from conformance.lab.listening import listening
from conformance.lab.network import Host, Lab, Lan
from conformance.lab.stamping import stamp, stamping
from kaspec.address import Address
from kaspec.units import Instant
from kaspec.wire.authentication_header import AUTHENTICATION_HEADER_PROTOCOL, open_header
from kaspec.wire.hmac_trailer import TRAILER_BYTES
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, decode_ip
from kaspec.wire.vrrp import Advertisement, decode

ETH_P_ALL = 0x0003
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_MR_PROMISC = 263, 1, 1
_ETHERTYPE_IPV4, _ETHERTYPE_IPV6 = b"\x08\x00", b"\x86\xdd"
RECEIVE_BUFFER = 8 << 20


@frozen
class Frame:
    """An Ethernet frame and when the kernel saw it."""

    at: Instant
    data: bytes

    @property
    def source_mac(self) -> str:
        """The sender's hardware address."""
        return self.data[6:12].hex(":")


@frozen
class Advert:
    """A decoded VRRP advertisement on the LAN."""

    at: Instant
    source: Address
    advertisement: Advertisement


@define(eq=False)
class Capture:
    """The frames seen so far, in order, and the advertisements among them."""

    frames: list[Frame] = field(factory=list)
    adverts: list[Advert] = field(factory=list)

    def write(self, file: Path) -> None:
        """Write a packet capture file with nanosecond stamps."""
        from scapy.utils import PcapWriter

        with PcapWriter(str(file), linktype=1, nano=True, sync=False) as pcap:
            pcap.write_header(None)
            for frame in self.frames:
                whole, fraction = divmod(frame.at, 1_000_000)
                pcap.write_packet(frame.data, sec=whole, usec=fraction * 1000)

    def _read(self, tap: socket.socket) -> None:
        data, ancillary, _, _ = tap.recvmsg(65535, 64)
        frame = Frame(stamp(ancillary), data)
        self.frames.append(frame)
        if advert := advert_of(frame):
            self.adverts.append(advert)


def advert_of(frame: Frame) -> Advert | None:
    """Return the advertisement in a frame, of the version that its first byte says, if there is one."""
    if frame.data[12:14] not in (_ETHERTYPE_IPV4, _ETHERTYPE_IPV6):
        return None
    packet = decode_ip(frame.data[14:])
    if not isinstance(packet, Packet):
        return None
    message = message_of(packet)
    version = 3 if message[:1] == b"\x31" else 2
    advertisement = decode(version, message, (packet.source, packet.destination), TRAILER_BYTES)
    return Advert(frame.at, packet.source, advertisement) if isinstance(advertisement, Advertisement) else None


def message_of(packet: Packet) -> bytes:
    """Return the VRRP message of a packet, be it in an authentication header or not; empty if it is of another protocol."""
    if packet.protocol == VRRP_PROTOCOL:
        return packet.payload
    opened = open_header(packet.payload) if packet.protocol == AUTHENTICATION_HEADER_PROTOCOL else None
    return opened[1] if isinstance(opened, tuple) else b""


@contextmanager
def capturing(lab: Lab, lan: Lan) -> Iterator[Capture]:
    """Record a LAN until left."""
    tap = packet_socket(lab.switch, lan.bridge)
    promiscuous(tap, lab.switch.index(lan.bridge))
    with recording(tap) as capture:
        yield capture


@contextmanager
def recording(tap: socket.socket) -> Iterator[Capture]:
    """Record what comes by a packet socket until left, and close it."""
    capture = Capture()
    with listening({tap: capture._read}):
        yield capture


def packet_socket(host: Host, interface: str, protocol: int = ETH_P_ALL) -> socket.socket:
    """Open a packet socket on an interface, with the kernel's time stamps."""
    return stamped(host.socket(socket.AF_PACKET, socket.SOCK_RAW), interface, protocol)


def stamped(tap: socket.socket, interface: str, protocol: int = ETH_P_ALL) -> socket.socket:
    """Bind a packet socket to an interface, with the kernel's time stamps."""
    stamping(tap)
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    tap.bind((interface, protocol))
    return tap


def promiscuous(tap: socket.socket, index: int) -> None:
    """Have a packet socket see everything that comes by the interface, whomever it is for."""
    tap.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, struct.pack("iHH8s", index, PACKET_MR_PROMISC, 0, b""))
