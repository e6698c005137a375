"""Transmission (RFC 3768 7.2, RFC 9568 7.2): the IP datagram that a ``SendAdvertisement`` stands for."""

from functools import lru_cache

from kaspec.address import family_of, vrrp_group
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet
from kaspec.wire.vrrp import encode


@lru_cache(maxsize=4096)
def transmit(effect: SendAdvertisement) -> Packet:
    """Return the packet: from the primary address to the VRRP group, protocol 112, TTL 255 (RFC 3768 5.2, RFC 9568 5.1)."""
    destination = vrrp_group(family_of(effect.source))
    message = encode(effect.advertisement, (effect.source, destination), effect.form)
    return Packet(effect.source, destination, VRRP_TTL, VRRP_PROTOCOL, message)
