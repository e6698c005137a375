"""The VRRP message (RFC 3768 5.1): bytes to ``Advertisement`` and back.

Version 3 (RFC 5798, RFC 9568) differs in the unit of the interval, the address size and the pseudo-header; ``Advertisement`` already
holds both, the version 3 codec joins this module.
"""

from functools import lru_cache
from struct import Struct

from attrs import frozen

from kaspec import rules
from kaspec.address import Address
from kaspec.rules import Rule
from kaspec.units import SECOND, Interval
from kaspec.wire.checksum import checksum, is_valid

ADVERTISEMENT = 1
"""The only VRRP packet type (RFC 3768 5.3.2)."""
AUTHENTICATION_BYTES = 8
NO_AUTHENTICATION, SIMPLE_TEXT_PASSWORD, AUTHENTICATION_HEADER = 0, 1, 2
AUTHENTICATION_TYPES = (NO_AUTHENTICATION, SIMPLE_TEXT_PASSWORD, AUTHENTICATION_HEADER)

_HEADER = Struct("!BBBBBBH")
LONGEST_MESSAGE = _HEADER.size + 4 * 255 + AUTHENTICATION_BYTES
"""No version 2 message has more bytes; what follows is not part of it."""


@frozen(cache_hash=True)
class Advertisement:
    """A VRRP advertisement; the field names are the RFC's.

    ``advertisement_interval`` is in microseconds; version 2 can carry whole seconds 0..255 only.  ``authentication_data`` is always eight
    bytes in version 2.
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
def encode(advertisement: Advertisement) -> bytes:
    """Write a version 2 message, checksum included (RFC 3768 5.3): 16 + 4n bytes for n addresses."""
    assert advertisement.version == 2, advertisement
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


def decode(version: int, message: bytes) -> Advertisement | Undecodable:
    """Read a message of ``version`` (2), checking in the order of RFC 3768 7.1: version, completeness, checksum; then the type.

    Bytes after the authentication data are not part of the message and are ignored.
    """
    if not message or message[0] >> 4 != version:
        return Undecodable(rules.VERSION, str(message[0] >> 4) if message else "nothing", str(version))
    complete = _HEADER.size + AUTHENTICATION_BYTES + (4 * message[3] if len(message) > 3 else 0)
    if len(message) < complete:
        return Undecodable(rules.INCOMPLETE, str(len(message)), str(complete))
    if not is_valid(message[:complete]):
        return Undecodable(rules.CHECKSUM, f"0x{message[6]:02x}{message[7]:02x}", "a sum of 0xffff")
    if message[0] & 0x0F != ADVERTISEMENT:
        return Undecodable(rules.TYPE, str(message[0] & 0x0F), str(ADVERTISEMENT))
    _, virtual_router_id, priority, count, authentication_type, whole_seconds, _ = _HEADER.unpack_from(message)
    end = _HEADER.size + 4 * count
    return Advertisement(
        version,
        virtual_router_id,
        priority,
        Interval(whole_seconds * SECOND),
        tuple(Address(message[at : at + 4]) for at in range(_HEADER.size, end, 4)),
        authentication_type,
        message[end:complete],
    )
