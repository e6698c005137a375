"""Whether a packet is the one that the core would have sent."""

from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import evolve

from kaspec.vrrp.authentication import HmacTrailer, IpAuthenticationHeader
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.transmission import transmit
from kaspec.wire.authentication_header import AUTHENTICATION_HEADER_PROTOCOL, is_authentic, open_header
from kaspec.wire.hmac_trailer import TRAILER_BYTES, is_signed, open_trailer
from kaspec.wire.ip import VRRP_PROTOCOL, Malformed, Packet

if TYPE_CHECKING:
    from kaspec.judge.possible import Suspect

_CHECKSUM = slice(6, 8)


def is_said(suspect: "Suspect", effect: SendAdvertisement, packet: Packet) -> bool:
    """Tell whether ``packet`` is the effect on the wire; with keys, whether it is sealed by them, whatever its sequence number."""
    match suspect.router.authentication:
        case IpAuthenticationHeader(key):
            opened = open_header(packet.payload)
            if packet.protocol != AUTHENTICATION_HEADER_PROTOCOL or isinstance(opened, Malformed):
                return False
            authentic = suspect.keyless or is_authentic(packet, opened[0], key)
            return authentic and _is_plain(effect, evolve(packet, protocol=VRRP_PROTOCOL, payload=opened[1]))
        case HmacTrailer() as keys:
            message, trailer = packet.payload[:-TRAILER_BYTES], open_trailer(packet.payload[-TRAILER_BYTES:])
            if isinstance(trailer, Malformed) or (signing := keys.key(trailer.key_id)) is None:
                return keys.mode == "receive-only" and _is_plain(effect, packet)
            ours = transmit(evolve(effect, seal=None))
            same = _without_checksum(ours.payload) == _without_checksum(message)
            return same and ours.destination == packet.destination and is_signed(message, packet.source, trailer, signing.data)
        case _:
            return _is_plain(effect, packet)


@lru_cache(maxsize=8192)
def _is_plain(effect: SendAdvertisement, packet: Packet) -> bool:
    return transmit(evolve(effect, seal=None)) == packet


def _without_checksum(message: bytes) -> bytes:
    return message[: _CHECKSUM.start] + message[_CHECKSUM.stop :]
