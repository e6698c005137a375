"""What a frame shows of VRRP: an advertisement, or the announcement of an address; everything else is passed over.

Frames repeat but for the IPv4 identification, so they are told apart by everything else, and decoded once.
"""

from kaspec.address import ALL_NODES_V6, Address
from kaspec.frozen import frozen
from kaspec.vrrp.router import Version
from kaspec.wire.authentication_header import AUTHENTICATION_HEADER_PROTOCOL, HEADER_BYTES
from kaspec.wire.ip import VRRP_PROTOCOL, Malformed, Packet, decode_ip
from kaspec.wire.ndisc import ICMPV6
from kaspec.wire.vrrp import Advertisement, Undecodable, decode

ETHERNET, RAW, LINUX_COOKED, LINUX_COOKED_2 = 1, 101, 113, 276
LINK_TYPES = {ETHERNET: "Ethernet", RAW: "raw IP", LINUX_COOKED: "Linux cooked", LINUX_COOKED_2: "Linux cooked v2"}
_RAW_TOO = {12: RAW, 14: RAW, 228: RAW, 229: RAW}
_IPV4, _IPV6, _ARP, _TAGS = b"\x08\x00", b"\x86\xdd", b"\x08\x06", {b"\x81\x00", b"\x88\xa8"}
_NEIGHBOR_ADVERTISEMENT, _OVERRIDE, _SOLICITED = 136, 0x20, 0x40


@frozen
class Advert:
    """An IP datagram of VRRP, or one with an authentication header; ``lan`` is the VLAN, 0 without a tag."""

    packet: Packet
    lan: int = 0
    mac: bytes = b""


@frozen
class Announcement:
    """A gratuitous ARP, or an unsolicited neighbour advertisement: ``address`` is now at ``mac``."""

    address: Address
    lan: int = 0
    mac: bytes = b""


Sighting = Advert | Announcement


@frozen
class _Layer:
    """Where the network layer of a frame begins, and what the link layer said."""

    ethertype: bytes
    place: int
    mac: bytes = b""
    lan: int = 0


def key(link_type: int, frame: bytes) -> bytes | None:
    """Return what tells a frame from others, ``None`` if it has nothing to do with VRRP; the usual frame at the least cost."""
    if link_type != ETHERNET or frame[12:14] in _TAGS:
        layer = _layer(link_type, frame)
        if layer is None:
            return None
        ethertype, place = layer.ethertype, layer.place
    else:
        ethertype, place = frame[12:14], 14
    if ethertype == _IPV4 and len(frame) > place + 19:
        if frame[place + 9] == VRRP_PROTOCOL:
            return frame[: place + 4] + frame[place + 6 : place + 10] + frame[place + 12 :]
        return frame if frame[place + 9] == AUTHENTICATION_HEADER_PROTOCOL else None
    if ethertype == _IPV6 and len(frame) > place + 40:
        advertised = frame[place + 6] == ICMPV6 and frame[place + 40] == _NEIGHBOR_ADVERTISEMENT
        return frame if advertised or frame[place + 6] in {VRRP_PROTOCOL, AUTHENTICATION_HEADER_PROTOCOL} else None
    return frame if ethertype == _ARP else None


def sighting(link_type: int, frame: bytes) -> Sighting | None:
    """Return what a frame shows; any bytes show something or nothing."""
    layer = _layer(link_type, frame)
    if layer is None:
        return None
    if layer.ethertype == _ARP:
        return _gratuitous(frame[layer.place :], layer)
    packet = decode_ip(frame[layer.place :])
    if isinstance(packet, Malformed):
        return None
    if packet.protocol == ICMPV6:
        return _unsolicited(packet, layer)
    return Advert(packet, layer.lan, layer.mac) if packet.protocol in {VRRP_PROTOCOL, AUTHENTICATION_HEADER_PROTOCOL} else None


def read_advert(packet: Packet) -> Advertisement | None:
    """Read an advertisement of either version, in an authentication header or not; ``None`` if it is none."""
    payload = packet.payload[HEADER_BYTES:] if packet.protocol == AUTHENTICATION_HEADER_PROTOCOL else packet.payload
    if not payload:
        return None
    version: Version = 3 if payload[0] >> 4 == 3 else 2
    found = decode(version, payload, (packet.source, packet.destination))
    return None if isinstance(found, Undecodable) else found


def _layer(link_type: int, frame: bytes) -> _Layer | None:
    match _RAW_TOO.get(link_type, link_type):
        case 1 if len(frame) >= 14:
            place, lan = 12, 0
            while frame[place : place + 2] in _TAGS and len(frame) >= place + 6:
                lan = (frame[place + 2] & 0x0F) << 8 | frame[place + 3]
                place += 4
            return _Layer(frame[place : place + 2], place + 2, frame[6:12], lan)
        case 101 if frame:
            return _Layer(_IPV6 if frame[0] >> 4 == 6 else _IPV4, 0)
        case 113 if len(frame) >= 16:
            return _Layer(frame[14:16], 16, frame[6:12])
        case 276 if len(frame) >= 20:
            return _Layer(frame[0:2], 20, frame[12:18])
        case _:
            return None


def _gratuitous(arp: bytes, layer: _Layer) -> Announcement | None:
    """RFC 5227 3: of sender and target the same address; as a request, or as an answer that nobody asked for."""
    if len(arp) < 28 or arp[:6] != b"\x00\x01\x08\x00\x06\x04" or arp[14:18] != arp[24:28]:
        return None
    return Announcement(Address(arp[14:18]), layer.lan, arp[8:14])


def _unsolicited(packet: Packet, layer: _Layer) -> Announcement | None:
    message = packet.payload
    if len(message) < 24 or packet.destination != ALL_NODES_V6 or message[4] & _SOLICITED or not message[4] & _OVERRIDE:
        return None
    mac = message[26:32] if len(message) >= 32 and message[24] == 2 else layer.mac
    return Announcement(Address(message[8:24]), layer.lan, mac)
