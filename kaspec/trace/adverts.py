"""Advertisements as a trace names them: what differs from the virtual router's own, to a packet and back.

The layout is that of the virtual router's version, whatever a packet says of itself.

``build`` and ``describe`` are inverse on packets: ``build(router, source, describe(router, source, packet)) == packet`` for every packet.
"""

from struct import Struct
from typing import TypeVar

from attrs import asdict

from kaspec.address import Address, family_of, vrrp_group
from kaspec.frozen import evolve
from kaspec.trace.language import AdvertFields
from kaspec.units import CENTISECOND, SECOND
from kaspec.vrrp.machine import advertisement
from kaspec.vrrp.router import VirtualRouter
from kaspec.wire.checksum import CHECKSUM_FORMS, ChecksumForm, checksum
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet
from kaspec.wire.vrrp import ADVERTISEMENT, AUTHENTICATION_BYTES, right_checksum

_HEADER, _HEADER_3 = Struct("!BBBBBBH"), Struct("!BBBBHH")
_TWELVE_BITS = 0x0FFF
_Value = TypeVar("_Value")


def usual(router: VirtualRouter, source: Address | None) -> AdvertFields:
    """Return what the virtual router itself sends by its configuration (RFC 3768 7.2), every field that its version has.

    ``source`` is its address.
    """
    own = advertisement(router, router.priority)
    common = AdvertFields(
        source=source or Address(bytes(4 if router.family == 4 else 16)),
        destination=router.multicast_group,
        ttl=VRRP_TTL,
        protocol=VRRP_PROTOCOL,
        version=own.version,
        type=ADVERTISEMENT,
        vrid=own.virtual_router_id,
        priority=own.priority,
        addresses=own.addresses,
    )
    if router.version == 3:
        return evolve(common, reserved=0, interval=min(own.advertisement_interval // CENTISECOND, _TWELVE_BITS))
    seconds = min(own.advertisement_interval // SECOND, 255)
    return evolve(common, auth_type=own.authentication_type, interval=seconds, auth_data=own.authentication_data)


def overlay(base: AdvertFields, said: AdvertFields) -> AdvertFields:
    """Return ``base`` with every field that ``said`` names."""
    return evolve(base, **{name: value for name, value in asdict(said, recurse=False).items() if value is not None})


def build(router: VirtualRouter, source: Address | None, said: AdvertFields) -> Packet:
    """Make the packet that ``said`` names, as seen from a virtual router whose own address is ``source``."""
    full = overlay(usual(router, source), said)
    if said.destination is None:
        full = evolve(full, destination=_group(router, _given(full.source)))
    write = _message_2 if router.version == 2 else _message_3
    message = full.message if full.message is not None else write(full, router.checksum_form)
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
    dissect = _dissect_2 if router.version == 2 else _dissect_3
    own, heard = evolve(usual(router, source), destination=_group(router, packet.source)), dissect(packet, router.checksum_form)
    named = {name: value for name, value in asdict(heard, recurse=False).items() if value != getattr(own, name)}
    return AdvertFields(**named)


def _group(router: VirtualRouter, source: Address) -> Address:
    """Return where a packet from ``source`` goes if nothing else is said: of the other family, to that one's group."""
    return router.multicast_group if family_of(source) == router.family else vrrp_group(family_of(source))


def _dissect_2(packet: Packet, form: ChecksumForm) -> AdvertFields:  # noqa: ARG001
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
        addresses=_addresses(message[_HEADER.size : end], 4),
        auth_data=message[end:complete],
        checksum=None if carried == right else carried,
        trailing=message[complete:] or None,
    )


def _dissect_3(packet: Packet, form: ChecksumForm) -> AdvertFields:
    """Read every field there is, by the layout of RFC 9568 5.1; a checksum that is right in another form than ours is named by that."""
    outside = AdvertFields(packet.source, packet.destination, packet.ttl, packet.protocol)
    message, size = packet.payload, len(packet.source)
    if len(message) < _HEADER_3.size:
        return evolve(outside, message=message)
    first, vrid, priority, count, word, carried = _HEADER_3.unpack_from(message)
    complete = _HEADER_3.size + size * count
    if len(message) < complete:
        return evolve(outside, message=message)
    blank = message[:6] + b"\0\0" + message[8:complete]
    sums = {each: right_checksum(blank, (packet.source, packet.destination), each) for each in (form, *CHECKSUM_FORMS)}
    others = (each for each, right in sums.items() if carried == right)
    return evolve(
        outside,
        version=first >> 4,
        type=first & 0x0F,
        vrid=vrid,
        priority=priority,
        interval=word & _TWELVE_BITS,
        reserved=word >> 12,
        addresses=_addresses(message[_HEADER_3.size : complete], size),
        checksum=None if carried == sums[form] else next(others, carried),
        trailing=message[complete:] or None,
    )


def _addresses(body: bytes, size: int) -> tuple[Address, ...]:
    return tuple(Address(body[at : at + size]) for at in range(0, len(body), size))


def _message_2(full: AdvertFields, form: ChecksumForm) -> bytes:  # noqa: ARG001
    """Write a version 2 message, right or wrong as the fields say; a form of checksum, which version 3 has, is no matter here."""
    addresses = _given(full.addresses)
    fields = (
        _given(full.version) << 4 | _given(full.type),
        _given(full.vrid),
        _given(full.priority),
        len(addresses) & 0xFF if full.count is None else full.count,
        _given(full.auth_type),
        _given(full.interval) & 0xFF,
    )
    body = b"".join(addresses) + _given(full.auth_data)
    right = checksum(_HEADER.pack(*fields, 0) + body)
    carried = right ^ 1 if full.checksum == "wrong" else full.checksum if isinstance(full.checksum, int) else right
    return _HEADER.pack(*fields, carried) + body


def _message_3(full: AdvertFields, form: ChecksumForm) -> bytes:
    """Write a version 3 message, right or wrong as the fields say."""
    addresses = _given(full.addresses)
    fields = (
        _given(full.version) << 4 | _given(full.type),
        _given(full.vrid),
        _given(full.priority),
        len(addresses) & 0xFF if full.count is None else full.count,
        _given(full.reserved) << 12 | _given(full.interval),
    )
    body, ends, said = b"".join(addresses), (_given(full.source), _given(full.destination)), full.checksum
    if isinstance(said, int):
        return _HEADER_3.pack(*fields, said) + body
    right = right_checksum(_HEADER_3.pack(*fields, 0) + body, ends, form if said is None or said == "wrong" else said)
    return _HEADER_3.pack(*fields, right ^ (said == "wrong")) + body


def _given(value: _Value | None) -> _Value:
    assert value is not None, "usual() names every field"
    return value
