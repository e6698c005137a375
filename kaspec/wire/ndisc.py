"""Unsolicited neighbour advertisements (RFC 4861 4.4, RFC 9568 6.4.1): tell hosts and switches where an IPv6 address now lives."""

from struct import Struct

from kaspec.address import ALL_NODES_V6, Address
from kaspec.frozen import frozen
from kaspec.wire.checksum import checksum, is_valid
from kaspec.wire.ip import Malformed, Packet, decode_ipv6, encode_ipv6, pseudo_header

ALL_NODES_MAC = bytes.fromhex("333300000001")
ICMPV6 = 58
HOP_LIMIT = 255
"""RFC 4861 7.1.2: anything else is not believed."""

_ETHERNET = Struct("!6s6sH")
_ETHERTYPE_IPV6 = 0x86DD
_ADVERTISEMENT = Struct("!BBHI16sBB6s")
_NEIGHBOR_ADVERTISEMENT = 136
_ROUTER, _OVERRIDE = 1 << 31, 1 << 29
_TARGET_LINK_LAYER_ADDRESS, _OPTION_UNITS = 2, 1


@frozen
class UnsolicitedNeighborAdvertisement:
    """``address`` is now at ``mac`` (6 bytes); ``router`` is the R flag.  O is set, S is not."""

    address: Address
    mac: bytes
    router: bool = True


def encode_unsolicited_neighbor_advertisement(announcement: UnsolicitedNeighborAdvertisement) -> bytes:
    """Write the 86-byte Ethernet frame: from the address to all nodes, hop limit 255, the target's link-layer address as option."""
    address, mac = announcement.address, announcement.mac
    flags = _OVERRIDE | (_ROUTER if announcement.router else 0)
    tail = (flags, address, _TARGET_LINK_LAYER_ADDRESS, _OPTION_UNITS, mac)
    covered = pseudo_header(address, ALL_NODES_V6, ICMPV6, _ADVERTISEMENT.size)
    summed = checksum(covered + _ADVERTISEMENT.pack(_NEIGHBOR_ADVERTISEMENT, 0, 0, *tail))
    message = _ADVERTISEMENT.pack(_NEIGHBOR_ADVERTISEMENT, 0, summed, *tail)
    return _ETHERNET.pack(ALL_NODES_MAC, mac, _ETHERTYPE_IPV6) + encode_ipv6(Packet(address, ALL_NODES_V6, HOP_LIMIT, ICMPV6, message))


def decode_unsolicited_neighbor_advertisement(frame: bytes) -> UnsolicitedNeighborAdvertisement | Malformed:
    """Read an Ethernet frame; anything but an unsolicited neighbour advertisement to all nodes is ``Malformed``."""
    if len(frame) < _ETHERNET.size or _ETHERNET.unpack_from(frame)[2] != _ETHERTYPE_IPV6:
        return Malformed("not IPv6 over Ethernet")
    packet = decode_ipv6(frame[_ETHERNET.size :])
    if isinstance(packet, Malformed):
        return packet
    if packet.protocol != ICMPV6 or packet.destination != ALL_NODES_V6 or len(packet.payload) < _ADVERTISEMENT.size:
        return Malformed("no neighbour advertisement to all nodes")
    if not is_valid(pseudo_header(packet.source, packet.destination, ICMPV6, len(packet.payload)) + packet.payload):
        return Malformed("the checksum is wrong")
    kind, _, _, flags, target, option, _, mac = _ADVERTISEMENT.unpack_from(packet.payload)
    if kind != _NEIGHBOR_ADVERTISEMENT or option != _TARGET_LINK_LAYER_ADDRESS or packet.ttl != HOP_LIMIT:
        return Malformed("not an unsolicited neighbour advertisement")
    return UnsolicitedNeighborAdvertisement(Address(target), mac, bool(flags & _ROUTER))
