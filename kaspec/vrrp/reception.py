"""Reception: a datagram becomes ``AdvertisementReceived`` or ``AdvertisementDiscarded``, by the ladder of RFC 3768 7.1.

Adverts repeat byte for byte, so the verdict is memoised: the usual packet costs one look-up.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import assert_never

from kaspec import rules
from kaspec.address import Address, family_of, format_address, is_link_local, vrrp_group
from kaspec.rules import Rule
from kaspec.units import SECOND, in_seconds
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, Remark
from kaspec.vrrp.router import OWNER_PRIORITY, NoAuthentication, SimplePassword, Version, VirtualRouter
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet
from kaspec.wire.vrrp import (
    AUTHENTICATION_TYPES,
    LONGEST_MESSAGE,
    NO_AUTHENTICATION,
    SIMPLE_TEXT_PASSWORD,
    Advertisement,
    ChecksumForm,
    Ends,
    Undecodable,
    checksum_form,
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
    advertisement = _read(router.version, ttl, protocol, message, (source, destination))
    if isinstance(advertisement, Undecodable):
        return AdvertisementDiscarded(advertisement.rule, source, advertisement.received, advertisement.expected)
    failed = (
        _check_virtual_router(router, advertisement)
        or (_check_authentication(router, advertisement) if router.version == 2 else None)
        or _check_addresses(router, advertisement)
        or _check_interval(router, advertisement)
        or _check_destination(router, destination)
    )
    if failed:
        return AdvertisementDiscarded(failed.rule, source, failed.received, failed.expected)
    form = checksum_form(message, (source, destination)) if router.version == 3 else None
    return AdvertisementReceived(advertisement, source, tuple(_remarks(router, advertisement, form)))


def stray(version: Version, packet: Packet) -> Rule:
    """Return why a packet that no virtual router of the interface claims is discarded: an earlier fault, else its VRID."""
    ends = packet.source, packet.destination
    advertisement = _read(version, packet.ttl, packet.protocol, packet.payload[:LONGEST_MESSAGE], ends)
    return advertisement.rule if isinstance(advertisement, Undecodable) else rules.VRID


def _read(version: Version, ttl: int, protocol: int, message: bytes, ends: Ends) -> Advertisement | Undecodable:
    """Take the steps of RFC 3768 7.1 that come before the VRID."""
    if protocol != VRRP_PROTOCOL:
        return Undecodable(rules.NOT_VRRP, str(protocol), str(VRRP_PROTOCOL))
    if ttl != VRRP_TTL:
        return Undecodable(rules.TTL, str(ttl), str(VRRP_TTL))
    return decode(version, message, ends)


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
    """RFC 3768 7.1: the address list is ours (the order does not matter); what a mismatch does is the profile's choice.

    RFC 9568 7.1 (errata 8299, 8300): there is an address, and in IPv6 the first is link-local.
    """
    if router.version == 3 and not advertisement.addresses:
        return _failed(rules.COUNT_ZERO, 0, "at least 1")
    if router.profile.first_link_local == "drop" and (first := _first_not_link_local(advertisement)):
        return _failed(rules.FIRST_LINK_LOCAL, first, "a link-local address first")
    policy = router.profile.address_list
    if policy == "report" or not _lists_differ(router, advertisement):
        return None
    if policy == "drop-unless-owner" and advertisement.priority == OWNER_PRIORITY:
        return None
    return _failed(rules.ADDRESS_LIST, _list(advertisement.addresses), _list(_own_addresses(router)))


def _check_interval(router: VirtualRouter, advertisement: Advertisement) -> Remark | None:
    """RFC 3768 7.1: version 2 needs equal intervals.  RFC 9568 7.1: version 3 learns any but 0 (erratum 8301)."""
    received, ours = advertisement.advertisement_interval, router.advertisement_interval
    if router.version == 2 and received != ours:
        return _failed(rules.ADVERTISEMENT_INTERVAL, received // SECOND, ours // SECOND)
    if router.version == 3 and not received:
        return _failed(rules.INTERVAL_ZERO, 0, "1..4095 centiseconds")
    return None


def _check_destination(router: VirtualRouter, destination: Address) -> Remark | None:
    group = vrrp_group(router.family)
    if router.profile.checks_destination and destination != group:
        return _failed(rules.DESTINATION, format_address(destination), format_address(group))
    return None


def _remarks(router: VirtualRouter, advertisement: Advertisement, form: ChecksumForm | None) -> Iterator[Remark]:
    """RFC 3768 7.1, RFC 9568 7.1: an accepted packet with another address list, interval or form of checksum is worth a log line."""
    if form not in {None, router.checksum_form} and router.family == 4:
        yield _failed(rules.CHECKSUM_FORM, form, router.checksum_form)
    if first := _first_not_link_local(advertisement):
        yield _failed(rules.FIRST_LINK_LOCAL_REPORTED, first, "a link-local address first")
    if _lists_differ(router, advertisement):
        yield _failed(rules.ADDRESS_LIST_REPORTED, _list(advertisement.addresses), _list(_own_addresses(router)))
    received, ours = advertisement.advertisement_interval, router.advertisement_interval
    if received != ours:
        yield _failed(rules.INTERVAL_LEARNT, in_seconds(received), in_seconds(ours))


def _first_not_link_local(advertisement: Advertisement) -> str:
    """Return the first address of an IPv6 list if it is not link-local."""
    first = advertisement.addresses[:1]
    return format_address(first[0]) if first and family_of(first[0]) == 6 and not is_link_local(first[0]) else ""


def _own_addresses(router: VirtualRouter) -> tuple[Address, ...]:
    return tuple(virtual.address for virtual in router.addresses)


def _lists_differ(router: VirtualRouter, advertisement: Advertisement) -> bool:
    return sorted(advertisement.addresses) != sorted(_own_addresses(router))


def _list(addresses: tuple[Address, ...]) -> str:
    return " ".join(map(format_address, addresses)) or "none"
