"""Advertisements as a trace names them: what differs from the virtual router's own, to a packet and back.

``build`` and ``describe`` are inverse on packets: ``build(router, source, describe(router, source, packet)) == packet`` for every packet.
"""

from struct import Struct
from typing import TypeVar

from attrs import asdict, evolve

from kaspec.address import VRRP_GROUP_V4, Address
from kaspec.trace.language import AdvertFields
from kaspec.units import SECOND
from kaspec.vrrp.machine import advertisement
from kaspec.vrrp.router import VirtualRouter
from kaspec.wire.checksum import checksum
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet
from kaspec.wire.vrrp import ADVERTISEMENT, AUTHENTICATION_BYTES

_HEADER = Struct("!BBBBBBH")
_Value = TypeVar("_Value")


def usual(router: VirtualRouter, source: Address | None) -> AdvertFields:
    """Return what the virtual router itself sends by its configuration (RFC 3768 7.2), every field of it; ``source`` is its address."""
    own = advertisement(router, router.priority)
    return AdvertFields(
        source=source or Address(bytes(4)),
        destination=VRRP_GROUP_V4,
        ttl=VRRP_TTL,
        protocol=VRRP_PROTOCOL,
        version=own.version,
        type=ADVERTISEMENT,
        vrid=own.virtual_router_id,
        priority=own.priority,
        auth_type=own.authentication_type,
        interval=min(own.advertisement_interval // SECOND, 255),
        addresses=own.addresses,
        auth_data=own.authentication_data,
    )


def overlay(base: AdvertFields, said: AdvertFields) -> AdvertFields:
    """Return ``base`` with every field that ``said`` names."""
    return evolve(base, **{name: value for name, value in asdict(said, recurse=False).items() if value is not None})


def build(router: VirtualRouter, source: Address | None, said: AdvertFields) -> Packet:
    """Make the packet that ``said`` names, as seen from a virtual router whose own address is ``source``."""
    full = overlay(usual(router, source), said)
    message = full.message if full.message is not None else _message(full)
    if full.truncated:
        message = message[: -full.truncated]
    return Packet(
        _given(full.source),
        _given(full.destination),
        _given(full.ttl),
        _given(full.protocol),
        message + (full.trailing or b""),
    )


def describe(router: VirtualRouter, source: Address | None, packet: Packet) -> AdvertFields:
    """Name what differs between a packet and the virtual router's own advertisement; bytes that fit no layout are named as a whole."""
    own, heard = usual(router, source), _dissect(packet)
    return AdvertFields(**{name: value for name, value in asdict(heard, recurse=False).items() if value != getattr(own, name)})


def _dissect(packet: Packet) -> AdvertFields:
    """Read every field there is, by the layout of RFC 3768 5.1, whatever the version says; never fails."""
    outside = AdvertFields(packet.source, packet.destination, packet.ttl, packet.protocol)
    message = packet.payload
    if len(message) < _HEADER.size:
        return evolve(outside, message=message)
    first, vrid, priority, count, auth_type, interval, carried = _HEADER.unpack_from(message)
    end = _HEADER.size + 4 * count
    complete = end + AUTHENTICATION_BYTES
    if len(message) < complete:
        return evolve(outside, message=message)
    right = checksum(message[:6] + b"\0\0" + message[8:complete])
    return evolve(
        outside,
        version=first >> 4,
        type=first & 0x0F,
        vrid=vrid,
        priority=priority,
        auth_type=auth_type,
        interval=interval,
        addresses=tuple(Address(message[at : at + 4]) for at in range(_HEADER.size, end, 4)),
        auth_data=message[end:complete],
        checksum=None if carried == right else carried,
        trailing=message[complete:] or None,
    )


def _message(full: AdvertFields) -> bytes:
    """Write a version 2 message, right or wrong as the fields say."""
    addresses = _given(full.addresses)
    fields = (
        _given(full.version) << 4 | _given(full.type),
        _given(full.vrid),
        _given(full.priority),
        len(addresses) & 0xFF if full.count is None else full.count,
        _given(full.auth_type),
        _given(full.interval),
    )
    body = b"".join(addresses) + _given(full.auth_data)
    right = checksum(_HEADER.pack(*fields, 0) + body)
    carried = right ^ 1 if full.checksum == "wrong" else right if full.checksum is None else full.checksum
    return _HEADER.pack(*fields, carried) + body


def _given(value: _Value | None) -> _Value:
    assert value is not None, "usual() names every field"
    return value
