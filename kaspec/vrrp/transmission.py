"""Transmission (RFC 3768 7.2): the IP datagram that a ``SendAdvertisement`` stands for."""

from functools import lru_cache

from kaspec.address import VRRP_GROUP_V4
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet
from kaspec.wire.vrrp import encode


@lru_cache(maxsize=4096)
def transmit(effect: SendAdvertisement) -> Packet:
    """Return the packet: from the primary address to the VRRP group, protocol 112, TTL 255 (RFC 3768 5.2)."""
    return Packet(effect.source, VRRP_GROUP_V4, VRRP_TTL, VRRP_PROTOCOL, encode(effect.advertisement))
