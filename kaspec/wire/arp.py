"""Gratuitous ARP (RFC 826, RFC 3768 6.4.1): tells hosts and switches where an address now lives."""

from struct import Struct

from kaspec.address import Address
from kaspec.frozen import frozen
from kaspec.wire.ip import Malformed

BROADCAST_MAC = b"\xff" * 6
_FRAME = Struct("!6s6sHHHBBH6s4s6s4s")
_ETHERTYPE_ARP = 0x0806
_ARP_ETHERNET_IPV4 = (1, 0x0800, 6, 4)
_REQUEST = 1


@frozen
class GratuitousArp:
    """An ARP request whose sender and target are both ``address``, broadcast from ``mac`` (6 bytes)."""

    address: Address
    mac: bytes


def encode_gratuitous_arp(announcement: GratuitousArp) -> bytes:
    """Write the 42-byte Ethernet frame that keepalived sends: a broadcast request, target hardware address all ones."""
    address, mac = announcement.address, announcement.mac
    return _FRAME.pack(BROADCAST_MAC, mac, _ETHERTYPE_ARP, *_ARP_ETHERNET_IPV4, _REQUEST, mac, address, BROADCAST_MAC, address)


def decode_gratuitous_arp(frame: bytes) -> GratuitousArp | Malformed:
    """Read an Ethernet frame; anything but a gratuitous ARP request for IPv4 over Ethernet is ``Malformed``."""
    if len(frame) < _FRAME.size:
        return Malformed("shorter than an ARP frame")
    _, _, ethertype, hardware, protocol, hlen, plen, operation, sender_mac, sender, _, target = _FRAME.unpack_from(frame)
    if ethertype != _ETHERTYPE_ARP or (hardware, protocol, hlen, plen) != _ARP_ETHERNET_IPV4:
        return Malformed("not ARP for IPv4 over Ethernet")
    if operation != _REQUEST or sender != target:
        return Malformed("not gratuitous")
    return GratuitousArp(Address(sender), sender_mac)
