"""Reception: a datagram becomes ``AdvertisementReceived`` or ``AdvertisementDiscarded``, by the ladder of RFC 3768 7.1.

Adverts repeat byte for byte, so the verdict is memoised: the usual packet costs one look-up.
"""

from collections.abc import Iterator
from functools import lru_cache
from hmac import compare_digest
from typing import assert_never

from kaspec import rules
from kaspec.address import Address, family_of, format_address, is_link_local, is_multicast
from kaspec.frozen import frozen
from kaspec.rules import Rule
from kaspec.units import SECOND, Instant, in_seconds
from kaspec.vrrp.association import BLANK, Association, verify
from kaspec.vrrp.authentication import HmacTrailer, IpAuthenticationHeader, Keyed, NoAuthentication, SimplePassword
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, Remark
from kaspec.vrrp.router import OWNER_PRIORITY, Version, VirtualRouter
from kaspec.wire.authentication_header import AUTHENTICATION_HEADER_PROTOCOL, HEADER_BYTES, open_header
from kaspec.wire.checksum import ChecksumForm
from kaspec.wire.hmac_trailer import TRAILER_BYTES
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Malformed, Packet
from kaspec.wire.vrrp import (
    AUTHENTICATION_HEADER,
    AUTHENTICATION_TYPES,
    LONGEST_MESSAGE,
    NO_AUTHENTICATION,
    SIMPLE_TEXT_PASSWORD,
    Advertisement,
    Undecodable,
    checksum_form,
    complete_length,
    decode,
)

Verdict = AdvertisementReceived | AdvertisementDiscarded
_EVERYTHING_OF_USE = LONGEST_MESSAGE + TRAILER_BYTES


@frozen
class _Heard:
    """A message that got as far as its authentication: what it says, the bytes of it, and what stands behind it."""

    advertisement: Advertisement
    message: bytes
    behind: bytes


def receive(router: VirtualRouter, packet: Packet) -> Verdict:
    """Judge a packet that came in on the router's interface; with keys, as the first one heard.

    Only what can be part of a message is looked at, and remembered: packets of 64 kB must not fill the memory.
    """
    if isinstance(router.authentication, Keyed):
        return admit(router, packet, BLANK, Instant(0))[0]
    return _judge(router, packet.source, packet.destination, packet.ttl, packet.protocol, packet.payload[:_EVERYTHING_OF_USE])


def admit(router: VirtualRouter, packet: Packet, association: Association, wall: Instant) -> tuple[Verdict, Association]:
    """Judge a packet for a router with keys, and remember what authentic packets said; ``wall`` is now, in microseconds since 1970."""
    heard, keys = _hear(router, packet), router.authentication
    if isinstance(heard, AdvertisementDiscarded):
        return heard, association
    assert isinstance(keys, Keyed), keys
    association, failed = verify(router, keys, association, packet, heard.behind, wall)
    if failed is None:
        return _conclude(router, packet, heard), association
    if isinstance(keys, HmacTrailer) and keys.mode != "enforce":
        return _conclude(router, packet, heard, failed), association
    return _discarded(failed, packet), association


@lru_cache(maxsize=8192)
def _judge(router: VirtualRouter, source: Address, destination: Address, ttl: int, protocol: int, payload: bytes) -> Verdict:
    packet = Packet(source, destination, ttl, protocol, payload)
    heard = _hear(router, packet)
    return heard if isinstance(heard, AdvertisementDiscarded) else _conclude(router, packet, heard)


def _hear(router: VirtualRouter, packet: Packet) -> _Heard | AdvertisementDiscarded:
    """Take the ladder up to the authentication that needs no memory."""
    heard = _read(router.version, packet, bool(router.peers))
    if isinstance(heard, Undecodable):
        return AdvertisementDiscarded(heard.rule, packet.source, heard.received, heard.expected)
    failed = _check_virtual_router(router, heard.advertisement) or _check_authentication(router, packet.protocol, heard.advertisement)
    return _discarded(failed, packet) if failed else heard


def _conclude(router: VirtualRouter, packet: Packet, heard: _Heard, *remarks: Remark) -> Verdict:
    """Take the ladder from where a packet is authentic."""
    advertisement = heard.advertisement
    failed = (
        _check_addresses(router, advertisement)
        or _check_interval(router, advertisement)
        or _check_destination(router, packet.destination)
        or _check_peer(router, packet)
    )
    if failed:
        return _discarded(failed, packet)
    form = checksum_form(heard.message, (packet.source, packet.destination)) if router.version == 3 else None
    return AdvertisementReceived(advertisement, packet.source, (*remarks, *_remarks(router, advertisement, form)))


def _discarded(failed: Remark, packet: Packet) -> AdvertisementDiscarded:
    return AdvertisementDiscarded(failed.rule, packet.source, failed.received, failed.expected)


def virtual_router_id(packet: Packet) -> int | None:
    """Return the VRID of a packet, be it in an authentication header or not; ``None`` if it is too short to have one."""
    place = HEADER_BYTES + 1 if packet.protocol == AUTHENTICATION_HEADER_PROTOCOL else 1
    return packet.payload[place] if len(packet.payload) > place else None


def stray(version: Version, packet: Packet) -> Rule:
    """Return why a packet that no virtual router of the interface claims is discarded: an earlier fault, else its VRID."""
    heard = _read(version, packet, unicast=False)
    return heard.rule if isinstance(heard, Undecodable) else rules.VRID


def _read(version: Version, packet: Packet, unicast: bool) -> _Heard | Undecodable:
    """Take the steps of RFC 3768 7.1 that come before the VRID; a unicast packet may come from beyond a router."""
    payload = packet.payload[:_EVERYTHING_OF_USE]
    if packet.protocol == AUTHENTICATION_HEADER_PROTOCOL:
        opened = open_header(packet.payload)
        if isinstance(opened, Malformed):
            return Undecodable(rules.HEADER_MALFORMED, opened.reason, "an authentication header before VRRP")
        payload = opened[1]
    elif packet.protocol != VRRP_PROTOCOL:
        return Undecodable(rules.NOT_VRRP, str(packet.protocol), str(VRRP_PROTOCOL))
    if packet.ttl != VRRP_TTL and not unicast:
        return Undecodable(rules.TTL, str(packet.ttl), str(VRRP_TTL))
    ends = packet.source, packet.destination
    complete = complete_length(version, payload, len(packet.source))
    signed = len(packet.source) == 16 and len(payload) - complete == TRAILER_BYTES
    advertisement = decode(version, payload, ends, TRAILER_BYTES if signed else 0)
    if isinstance(advertisement, Undecodable):
        return advertisement
    return _Heard(advertisement, payload[:complete], payload[complete:])


def _failed(rule: Rule, received: object, expected: object) -> Remark:
    return Remark(rule, str(received), str(expected))


def _check_virtual_router(router: VirtualRouter, advertisement: Advertisement) -> Remark | None:
    """RFC 3768 7.1: the VRID is configured here, and the local router is not the owner."""
    if advertisement.virtual_router_id != router.virtual_router_id:
        return _failed(rules.VRID, advertisement.virtual_router_id, router.virtual_router_id)
    if router.is_owner and router.profile.owner_discards:
        return _failed(rules.OWNER, advertisement.priority, "no advertisement for the owner")
    return None


def _check_authentication(router: VirtualRouter, protocol: int, advertisement: Advertisement) -> Remark | None:
    """RFC 3768 5.3.6 and RFC 2338 5.3.6: the type is known and ours, the header is there if it is to be, the password is right."""
    ours, keys = _authentication_type(router), router.authentication
    if router.version == 2 and advertisement.authentication_type not in AUTHENTICATION_TYPES:
        return _failed(rules.AUTH_TYPE_UNKNOWN, advertisement.authentication_type, ours)
    if router.version == 2 and advertisement.authentication_type != ours:
        return _failed(rules.AUTH_TYPE_MISMATCH, advertisement.authentication_type, ours)
    in_header = protocol == AUTHENTICATION_HEADER_PROTOCOL
    if in_header != isinstance(keys, IpAuthenticationHeader):
        rule = rules.HEADER_UNEXPECTED if in_header else rules.HEADER_MISSING
        return _failed(rule, *("a header" if present else "no header" for present in (in_header, not in_header)))
    if router.version == 2 and isinstance(keys, SimplePassword) and not compare_digest(keys.data, advertisement.authentication_data):
        return _failed(rules.PASSWORD, "another password", "ours")
    return None


def _authentication_type(router: VirtualRouter) -> int:
    match router.authentication:
        case SimplePassword():
            return SIMPLE_TEXT_PASSWORD
        case IpAuthenticationHeader():
            return AUTHENTICATION_HEADER
        case NoAuthentication() | HmacTrailer():
            return NO_AUTHENTICATION
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
    if not router.profile.checks_destination:
        return None
    if router.peers:
        return _failed(rules.DESTINATION, format_address(destination), "a unicast packet") if is_multicast(destination) else None
    group = router.multicast_group
    return None if destination == group else _failed(rules.DESTINATION, format_address(destination), format_address(group))


def _check_peer(router: VirtualRouter, packet: Packet) -> Remark | None:
    """keepalived: the sender is a unicast_peer, and not farther or nearer than it should be."""
    if not (router.peers and router.checks_peers):
        return None
    peer = next((peer for peer in router.peers if peer.address == packet.source), None)
    if peer is None:
        return _failed(rules.PEER_UNKNOWN, format_address(packet.source), " ".join(format_address(each.address) for each in router.peers))
    if not peer.min_ttl <= packet.ttl <= peer.max_ttl:
        return _failed(rules.PEER_TTL, packet.ttl, f"{peer.min_ttl} - {peer.max_ttl}")
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
