"""The VRRP message: bytes to ``Advertisement`` and back, version 2 (RFC 3768 5.1) and version 3 (RFC 5798, RFC 9568 5.1).

Version 3 counts in centiseconds, has no authentication data, takes either family, and its checksum covers a pseudo-header too.  For IPv4
the RFCs were read in two ways there (RFC 5798 5.2.8, RFC 9568 5.2.8), so the form is a value.
"""

from functools import lru_cache
from struct import Struct

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, Address
from kaspec.frozen import frozen
from kaspec.rules import Rule
from kaspec.units import CENTISECOND, SECOND, Interval
from kaspec.wire.checksum import CHECKSUM_FORMS, ChecksumForm, checksum, is_valid
from kaspec.wire.ip import VRRP_PROTOCOL, pseudo_header

ADVERTISEMENT = 1
"""The only VRRP packet type (RFC 3768 5.3.2)."""
AUTHENTICATION_BYTES = 8
NO_AUTHENTICATION, SIMPLE_TEXT_PASSWORD, AUTHENTICATION_HEADER = 0, 1, 2
AUTHENTICATION_TYPES = (NO_AUTHENTICATION, SIMPLE_TEXT_PASSWORD, AUTHENTICATION_HEADER)
Ends = tuple[Address, Address]
"""The source and the destination of the datagram around a message."""
NOWHERE: Ends = (Address(bytes(4)), Address(bytes(4)))
"""For version 2, whose message does not depend on them."""

_HEADER = Struct("!BBBBBBH")
_HEADER_3 = Struct("!BBBBHH")
LONGEST_MESSAGE = _HEADER.size + 16 * 255 + AUTHENTICATION_BYTES
"""No message has more bytes; what follows is not part of it."""


@frozen(cache_hash=True)
class Advertisement:
    """A VRRP advertisement; the field names are the RFC's.

    ``advertisement_interval`` is in microseconds; version 2 can carry whole seconds 0..255 only, version 3 centiseconds 0..4095.
    ``authentication_data`` is always eight bytes in version 2; in version 3, which has none, zero.
    """

    version: int
    virtual_router_id: int
    priority: int
    advertisement_interval: Interval
    addresses: tuple[Address, ...]
    authentication_type: int = NO_AUTHENTICATION
    authentication_data: bytes = bytes(AUTHENTICATION_BYTES)


@frozen
class Undecodable:
    """Bytes that are no advertisement: the rule that was broken, what stood there and what should have."""

    rule: Rule
    received: str
    expected: str


@lru_cache(maxsize=4096)
def encode(advertisement: Advertisement, ends: Ends = NOWHERE, form: ChecksumForm = "pseudo-header") -> bytes:
    """Write a message, checksum included: 16 + 4n bytes for n addresses in version 2, 8 + 4n or 8 + 16n in version 3."""
    if advertisement.version == 2:
        return _encode_2(advertisement)
    return _encode_3(advertisement, ends, form)


def _encode_2(advertisement: Advertisement) -> bytes:
    """RFC 3768 5.3."""
    whole_seconds, rest = divmod(advertisement.advertisement_interval, SECOND)
    assert rest == 0, f"version 2 carries whole seconds, not {advertisement.advertisement_interval} us"
    body = b"".join(advertisement.addresses) + advertisement.authentication_data
    fields = (
        advertisement.version << 4 | ADVERTISEMENT,
        advertisement.virtual_router_id,
        advertisement.priority,
        len(advertisement.addresses),
        advertisement.authentication_type,
        whole_seconds,
    )
    return _HEADER.pack(*fields, checksum(_HEADER.pack(*fields, 0) + body)) + body


def _encode_3(advertisement: Advertisement, ends: Ends, form: ChecksumForm) -> bytes:
    """RFC 9568 5.2; the four reserved bits are zero."""
    assert advertisement.version == 3, advertisement
    centiseconds, rest = divmod(advertisement.advertisement_interval, CENTISECOND)
    assert rest == 0, f"version 3 carries centiseconds, not {advertisement.advertisement_interval} us"
    assert centiseconds <= 0x0FFF, f"version 3 carries at most 40.95 s, not {advertisement.advertisement_interval} us"
    body = b"".join(advertisement.addresses)
    fields = (
        advertisement.version << 4 | ADVERTISEMENT,
        advertisement.virtual_router_id,
        advertisement.priority,
        len(advertisement.addresses),
        centiseconds,
    )
    blank = _HEADER_3.pack(*fields, 0) + body
    return _HEADER_3.pack(*fields, right_checksum(blank, ends, form)) + body


def resealed(message: bytes, ends: Ends, trailer: bytes) -> bytes:
    """Put a trailer behind a complete message: in IPv6 the checksum, which is the kernel's own there, covers it too."""
    if len(ends[0]) == 4:
        return message + trailer
    blank = message[:6] + bytes(2) + message[8:] + trailer
    return blank[:6] + checksum(_covered(blank, ends, "pseudo-header")).to_bytes(2) + blank[8:]


def right_checksum(blank: bytes, ends: Ends, form: ChecksumForm) -> int:
    """Return the checksum of a version 3 message whose checksum field is zero, in that form."""
    return checksum(_covered(blank, ends, form))


def complete_length(version: int, message: bytes, address_size: int) -> int:
    """Return how many bytes a message must have, by its own count of addresses; what is behind is not part of it."""
    count = message[3] if len(message) > 3 else 0
    return _HEADER.size + 4 * count + AUTHENTICATION_BYTES if version == 2 else _HEADER_3.size + address_size * count


def decode(version: int, message: bytes, ends: Ends = NOWHERE, trailer: int = 0) -> Advertisement | Undecodable:
    """Read a message of ``version``, checking in the order of RFC 3768 7.1: version, completeness, checksum; then the type.

    In version 3 for IPv4 any form of checksum is right.  Bytes after the message are not part of it and are ignored, but that in IPv6
    the checksum may cover so many bytes of ``trailer`` too.
    """
    if not message or message[0] >> 4 != version:
        return Undecodable(rules.VERSION, str(message[0] >> 4) if message else "nothing", str(version))
    complete = complete_length(version, message, len(ends[0]))
    if len(message) < complete:
        return Undecodable(rules.INCOMPLETE, str(len(message)), str(complete))
    whole, message = message[: complete + trailer], message[:complete]
    if not (is_valid(message) if version == 2 else checksum_form(message, ends) or (trailer and checksum_form(whole, ends))):
        return Undecodable(rules.CHECKSUM, f"0x{message[6]:02x}{message[7]:02x}", "a sum of 0xffff")
    if message[0] & 0x0F != ADVERTISEMENT:
        return Undecodable(rules.TYPE, str(message[0] & 0x0F), str(ADVERTISEMENT))
    return _decode_2(message) if version == 2 else _decode_3(message, len(ends[0]))


def checksum_form(message: bytes, ends: Ends) -> ChecksumForm | None:
    """Return which form of checksum a complete version 3 message has; ``None`` if it is wrong in either."""
    forms = CHECKSUM_FORMS if len(ends[0]) == 4 else CHECKSUM_FORMS[:1]
    return next((form for form in forms if is_valid(_covered(message, ends, form))), None)


def _covered(message: bytes, ends: Ends, form: ChecksumForm) -> bytes:
    if form == "message":
        return message
    source, destination = ends
    towards = VRRP_GROUP_V4 if form == "multicast-group" and len(source) == 4 else destination
    return pseudo_header(source, towards, VRRP_PROTOCOL, len(message)) + message


def _decode_2(message: bytes) -> Advertisement:
    _, virtual_router_id, priority, count, authentication_type, whole_seconds, _ = _HEADER.unpack_from(message)
    end = _HEADER.size + 4 * count
    addresses = _addresses(message[_HEADER.size : end], 4)
    return Advertisement(2, virtual_router_id, priority, Interval(whole_seconds * SECOND), addresses, authentication_type, message[end:])


def _decode_3(message: bytes, address_size: int) -> Advertisement:
    _, virtual_router_id, priority, _, reserved_and_interval, _ = _HEADER_3.unpack_from(message)
    interval = Interval((reserved_and_interval & 0x0FFF) * CENTISECOND)  # the reserved bits are ignored (RFC 9568 5.2.6)
    return Advertisement(3, virtual_router_id, priority, interval, _addresses(message[_HEADER_3.size :], address_size))


def _addresses(body: bytes, size: int) -> tuple[Address, ...]:
    return tuple(Address(body[at : at + size]) for at in range(0, len(body), size))
