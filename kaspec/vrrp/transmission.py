"""Transmission (RFC 3768 7.2, RFC 9568 7.2): the IP datagram that a ``SendAdvertisement`` stands for."""

from functools import lru_cache

from kaspec.address import family_of, vrrp_group
from kaspec.frozen import evolve
from kaspec.vrrp.effects import HeaderSeal, SendAdvertisement, TrailerSeal
from kaspec.wire.authentication_header import authenticated
from kaspec.wire.hmac_trailer import signed
from kaspec.wire.ip import VRRP_PROTOCOL, Packet
from kaspec.wire.vrrp import encode, resealed


def transmit(effect: SendAdvertisement) -> Packet:
    """Return the packet: from the primary address to the group, protocol 112, TTL 255 (RFC 3768 5.2, RFC 9568 5.1), or to the peer.

    With a seal it is in an authentication header, or has a trailer; such a packet is never sent twice.
    """
    match effect.seal:
        case None:
            return _plain(effect)
        case HeaderSeal(sequence, key):
            return authenticated(_plain(evolve(effect, seal=None)), sequence, key)
        case TrailerSeal(sequence, key_id, key):
            packet = _plain(evolve(effect, seal=None))
            trailer = signed(packet.payload, packet.source, key_id, sequence, key)
            return evolve(packet, payload=resealed(packet.payload, (packet.source, packet.destination), trailer))


@lru_cache(maxsize=4096)
def _plain(effect: SendAdvertisement) -> Packet:
    destination = vrrp_group(family_of(effect.source)) if effect.destination is None else effect.destination
    message = encode(effect.advertisement, (effect.source, destination), effect.form)
    return Packet(effect.source, destination, effect.ttl, VRRP_PROTOCOL, message)
