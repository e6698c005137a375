"""Reception: a datagram becomes ``AdvertisementReceived`` or ``AdvertisementDiscarded``, by the ladder of RFC 3768 7.1.

Adverts repeat byte for byte, so the verdict is memoised: the usual packet costs one look-up.
"""

from functools import lru_cache
from typing import assert_never

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, Address, format_address
from kaspec.rules import Rule
from kaspec.units import SECOND
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, Remark
from kaspec.vrrp.router import OWNER_PRIORITY, NoAuthentication, SimplePassword, Version, VirtualRouter
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet
from kaspec.wire.vrrp import (
    AUTHENTICATION_TYPES,
    LONGEST_MESSAGE,
    NO_AUTHENTICATION,
    SIMPLE_TEXT_PASSWORD,
    Advertisement,
    Undecodable,
    decode,
)

Verdict = AdvertisementReceived | AdvertisementDiscarded


def receive(router: VirtualRouter, packet: Packet) -> Verdict:
    """Judge a packet that came in on the router's interface.

    Only what can be part of a message is looked at, and remembered: packets of 64 kB must not fill the memory.
    """
    return _judge(router, packet.source, packet.destination, packet.ttl, packet.protocol, packet.payload[:LONGEST_MESSAGE])


@lru_cache(maxsize=8192)
def _judge(router: VirtualRouter, source: Address, destination: Address, ttl: int, protocol: int, message: bytes) -> Verdict:
    advertisement = _read(router.version, ttl, protocol, message)
    if isinstance(advertisement, Undecodable):
        return AdvertisementDiscarded(advertisement.rule, source, advertisement.received, advertisement.expected)
    failed = (
        _check_virtual_router(router, advertisement)
        or _check_authentication(router, advertisement)
        or _check_addresses(router, advertisement)
        or _check_interval(router, advertisement)
        or _check_destination(router, destination)
    )
    if failed:
        return AdvertisementDiscarded(failed.rule, source, failed.received, failed.expected)
    return AdvertisementReceived(advertisement, source, _remarks(router, advertisement))


def stray(version: Version, packet: Packet) -> Rule:
    """Return why a packet that no virtual router of the interface claims is discarded: an earlier fault, else its VRID."""
    advertisement = _read(version, packet.ttl, packet.protocol, packet.payload[:LONGEST_MESSAGE])
    return advertisement.rule if isinstance(advertisement, Undecodable) else rules.VRID


def _read(version: Version, ttl: int, protocol: int, message: bytes) -> Advertisement | Undecodable:
    """Take the steps of RFC 3768 7.1 that come before the VRID."""
    if protocol != VRRP_PROTOCOL:
        return Undecodable(rules.NOT_VRRP, str(protocol), str(VRRP_PROTOCOL))
    if ttl != VRRP_TTL:
        return Undecodable(rules.TTL, str(ttl), str(VRRP_TTL))
    return decode(version, message)


def _failed(rule: Rule, received: object, expected: object) -> Remark:
    return Remark(rule, str(received), str(expected))


def _check_virtual_router(router: VirtualRouter, advertisement: Advertisement) -> Remark | None:
    """RFC 3768 7.1: the VRID is configured here, and the local router is not the owner."""
    if advertisement.virtual_router_id != router.virtual_router_id:
        return _failed(rules.VRID, advertisement.virtual_router_id, router.virtual_router_id)
    if router.is_owner and router.profile.owner_discards:
        return _failed(rules.OWNER, advertisement.priority, "no advertisement for the owner")
    return None


def _check_authentication(router: VirtualRouter, advertisement: Advertisement) -> Remark | None:
    """RFC 3768 5.3.6 and RFC 2338 5.3.6.2: the type is known, is ours, and the password is right."""
    ours = SIMPLE_TEXT_PASSWORD if isinstance(router.authentication, SimplePassword) else NO_AUTHENTICATION
    if advertisement.authentication_type not in AUTHENTICATION_TYPES:
        return _failed(rules.AUTH_TYPE_UNKNOWN, advertisement.authentication_type, ours)
    if advertisement.authentication_type != ours:
        return _failed(rules.AUTH_TYPE_MISMATCH, advertisement.authentication_type, ours)
    match router.authentication:
        case NoAuthentication():
            return None
        case SimplePassword(data):
            return None if data == advertisement.authentication_data else _failed(rules.PASSWORD, "another password", "ours")
        case _:
            assert_never(router.authentication)


def _check_addresses(router: VirtualRouter, advertisement: Advertisement) -> Remark | None:
    """RFC 3768 7.1: the address list is ours (the order does not matter); what a mismatch does is the profile's choice."""
    policy = router.profile.address_list
    if policy == "report" or not _lists_differ(router, advertisement):
        return None
    if policy == "drop-unless-owner" and advertisement.priority == OWNER_PRIORITY:
        return None
    return _failed(rules.ADDRESS_LIST, _list(advertisement.addresses), _list(_own_addresses(router)))


def _check_interval(router: VirtualRouter, advertisement: Advertisement) -> Remark | None:
    """RFC 3768 7.1: version 2 needs equal intervals."""
    received, ours = advertisement.advertisement_interval, router.advertisement_interval
    if router.version == 2 and received != ours:
        return _failed(rules.ADVERTISEMENT_INTERVAL, received // SECOND, ours // SECOND)
    return None


def _check_destination(router: VirtualRouter, destination: Address) -> Remark | None:
    if router.profile.checks_destination and destination != VRRP_GROUP_V4:
        return _failed(rules.DESTINATION, format_address(destination), format_address(VRRP_GROUP_V4))
    return None


def _remarks(router: VirtualRouter, advertisement: Advertisement) -> tuple[Remark, ...]:
    """RFC 3768 7.1: an accepted packet whose address list differs is worth a log line."""
    if not _lists_differ(router, advertisement):
        return ()
    return (_failed(rules.ADDRESS_LIST_REPORTED, _list(advertisement.addresses), _list(_own_addresses(router))),)


def _own_addresses(router: VirtualRouter) -> tuple[Address, ...]:
    return tuple(virtual.address for virtual in router.addresses)


def _lists_differ(router: VirtualRouter, advertisement: Advertisement) -> bool:
    return sorted(advertisement.addresses) != sorted(_own_addresses(router))


def _list(addresses: tuple[Address, ...]) -> str:
    return " ".join(map(format_address, addresses)) or "none"
