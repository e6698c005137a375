"""Whether a packet is the one that the core would have sent."""

from functools import lru_cache
from typing import TYPE_CHECKING

from kaspec.frozen import evolve
from kaspec.vrrp.authentication import HmacTrailer, IpAuthenticationHeader
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.transmission import transmit
from kaspec.wire.authentication_header import AUTHENTICATION_HEADER_PROTOCOL, is_authentic, open_header
from kaspec.wire.hmac_trailer import TRAILER_BYTES, is_signed, open_trailer
from kaspec.wire.ip import VRRP_PROTOCOL, Malformed, Packet

if TYPE_CHECKING:
    from kaspec.judge.possible import Suspect

_CHECKSUM = slice(6, 8)


def opened(suspect: "Suspect", packet: Packet) -> Packet | None:
    """Return a packet as it is without its seal; ``None`` if it should have one and has none that is right.

    The sequence number is left out.  Of a message with a trailer, whose checksum covers that too, the checksum is zero.
    """
    match suspect.router.authentication:
        case IpAuthenticationHeader(key):
            found = open_header(packet.payload)
            if packet.protocol != AUTHENTICATION_HEADER_PROTOCOL or isinstance(found, Malformed):
                return None
            header, message = found
            authentic = suspect.keyless or is_authentic(packet, header, key)
            return evolve(packet, protocol=VRRP_PROTOCOL, payload=message) if authentic else None
        case HmacTrailer() as keys:
            message, trailer = packet.payload[:-TRAILER_BYTES], open_trailer(packet.payload[-TRAILER_BYTES:])
            if isinstance(trailer, Malformed) or (signing := keys.key(trailer.key_id)) is None:
                return packet if keys.mode == "receive-only" else None
            signed = is_signed(message, packet.source, trailer, signing.data)
            return evolve(packet, payload=_without_checksum(message)) if signed else None
        case _:
            return packet


@lru_cache(maxsize=8192)
def is_said(effect: SendAdvertisement, plain: Packet) -> bool:
    """Tell whether a packet without its seal is the effect on the wire."""
    ours = transmit(evolve(effect, seal=None))
    return plain in {ours, evolve(ours, payload=_without_checksum(ours.payload))}


def _without_checksum(message: bytes) -> bytes:
    return message[: _CHECKSUM.start] + bytes(2) + message[_CHECKSUM.stop :]
