"""What sequence numbers are remembered of, so that nothing heard once counts twice: the memory of a virtual router that has keys.

RFC 2402 calls it a security association.  It stands beside the states of RFC 3768, not in them: a packet that is authentic moves it
whatever the state machine makes of the packet, one that is not never does.

The authentication header has one number for a virtual router, said or heard, as keepalived has: every router counts on from the greatest,
so that a new Master is believed by those who heard the old one.  (keepalived skips one more after a losing advertisement, which no one
can tell.)  The trailer of ``auth_hmac`` has one number for every sender, made from the clock, so that a restarted sender is believed too.
"""

from collections.abc import Iterable, Iterator
from typing import assert_never

from kaspec import rules
from kaspec.address import Address, format_address
from kaspec.frozen import evolve, frozen
from kaspec.rules import Rule
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.authentication import HmacTrailer, IpAuthenticationHeader, Keyed
from kaspec.vrrp.effects import Effect, HeaderSeal, SendAdvertisement, TrailerSeal
from kaspec.vrrp.events import Remark
from kaspec.vrrp.router import VirtualRouter
from kaspec.wire.authentication_header import LARGEST_SEQUENCE, is_authentic, open_header
from kaspec.wire.hmac_trailer import SEQUENCE_MODULUS, Trailer, clock_sequence, follows, is_signed, open_trailer, seconds_between
from kaspec.wire.ip import Malformed, Packet

MOST_SENDERS = 4
"""How many senders are remembered, the latest heard; of a router that unicasts, at least all its peers."""


@frozen
class Association:
    """``sequence`` is the last number said (authentication header: said or heard, the greatest).

    ``senders`` have a number each, the latest heard last (``auth_hmac`` only).
    """

    sequence: int = 0
    senders: tuple[tuple[Address, int], ...] = ()


BLANK = Association()
"""Nothing has been said or heard."""


def verify(
    router: VirtualRouter, keys: Keyed, association: Association, packet: Packet, trailer: bytes, wall: Instant
) -> tuple[Association, Remark | None]:
    """Tell whether a packet is authentic and heard for the first time, and remember it if so.

    ``trailer`` is what stands behind the message; ``wall`` is now, in microseconds since 1970.
    """
    match keys:
        case IpAuthenticationHeader(key):
            return _verify_header(association, packet, key)
        case HmacTrailer():
            return _verify_trailer(router, keys, association, packet, trailer, wall)
        case _:
            assert_never(keys)


def _verify_header(association: Association, packet: Packet, key: bytes) -> tuple[Association, Remark | None]:
    """RFC 2338 5.3.6.3: the ICV first, since nothing else is to be believed before; then keepalived's SPI; then the number."""
    opened = open_header(packet.payload)
    assert not isinstance(opened, Malformed), "reception has opened it"
    header, _ = opened
    if not is_authentic(packet, header, key):
        return association, _failed(rules.HEADER_INTEGRITY, "another value", "ours")
    if header.spi != packet.source:
        return association, _failed(rules.HEADER_SPI, format_address(Address(header.spi)), format_address(packet.source))
    if header.sequence <= association.sequence:
        return association, _failed(rules.HEADER_SEQUENCE, header.sequence, f"more than {association.sequence}")
    return evolve(association, sequence=header.sequence), None


def _verify_trailer(
    router: VirtualRouter, keys: HmacTrailer, association: Association, packet: Packet, data: bytes, wall: Instant
) -> tuple[Association, Remark | None]:
    """keepalived's order: what costs no digest first; the number last, since only what is authentic may move it."""
    trailer = open_trailer(data) if data else None
    if trailer is None:
        return association, _failed(rules.TRAILER_MISSING, "no trailer", "a signed advertisement")
    if isinstance(trailer, Malformed):
        return association, _failed(rules.TRAILER_MALFORMED, trailer.reason, "a trailer of 28 bytes")
    now = clock_sequence(wall) >> 32
    if keys.anti_replay == "time" and not _within(keys, trailer.seconds, now):
        return association, _failed(
            rules.TRAILER_STALE, f"{seconds_between(trailer.seconds, now)}", f"at most {keys.time_window // SECOND}"
        )
    key = keys.key(trailer.key_id)
    if key is None:
        return association, _failed(rules.TRAILER_KEY, trailer.key_id, " ".join(str(each.key_id) for each in keys.keys))
    if not is_signed(packet.payload[: -len(data)], packet.source, trailer, key.data):
        return association, _failed(rules.TRAILER_CODE, "another code", "ours")
    return _heard(router, keys, association, packet.source, trailer, now)


def _heard(
    router: VirtualRouter, keys: HmacTrailer, association: Association, source: Address, trailer: Trailer, now: int
) -> tuple[Association, Remark | None]:
    """Remember the number of a sender, if it has grown; one out of the window orders nothing any more (its clock was set)."""
    last = dict(association.senders).get(source)
    outlived = last is not None and keys.anti_replay == "time" and not _within(keys, last >> 32, now)
    if last is not None and not outlived and not follows(trailer.sequence, last):
        return association, _failed(rules.TRAILER_REPLAY, trailer.sequence, f"more than {last}")
    others = tuple(each for each in association.senders if each[0] != source)
    most = max(MOST_SENDERS, len(router.peers))
    return evolve(association, senders=(*others, (source, trailer.sequence))[-most:]), None


def seal(
    router: VirtualRouter, association: Association, effects: Iterable[Effect], wall: Instant
) -> tuple[Association, tuple[Effect, ...]]:
    """Put on every advertisement what makes it authentic, and remember the numbers used; nothing without keys."""
    match router.authentication:
        case IpAuthenticationHeader(key):
            sealed = tuple(_with_headers(association, effects, key))
        case HmacTrailer() as keys:
            sealed = tuple(_with_trailers(association, effects, keys, wall))
        case _:
            return association, tuple(effects)
    said = next((effect.seal.sequence for effect in reversed(sealed) if isinstance(effect, SendAdvertisement) and effect.seal), None)
    return (association if said is None else evolve(association, sequence=said)), sealed


def _with_headers(association: Association, effects: Iterable[Effect], key: bytes) -> Iterator[Effect]:
    """Every packet has a number of its own.  The greatest is never passed: by the shortest interval that takes 136 years."""
    sequence = association.sequence
    for effect in effects:
        if isinstance(effect, SendAdvertisement):
            sequence = min(sequence + 1, LARGEST_SEQUENCE)
            yield evolve(effect, seal=HeaderSeal(sequence, key))
        else:
            yield effect


def _with_trailers(association: Association, effects: Iterable[Effect], keys: HmacTrailer, wall: Instant) -> Iterator[Effect]:
    """Copies of an advertisement to several peers have the same number; each peer hears one of them."""
    key = None if keys.mode == "receive-only" else keys.key(keys.active_key)
    sequence, addressed = association.sequence, set[Address | None]()
    for effect in effects:
        if key is None or not isinstance(effect, SendAdvertisement):
            yield effect
            continue
        if not addressed or effect.destination in addressed:
            sequence, addressed = _next_sequence(keys, sequence, wall), set()
        addressed.add(effect.destination)
        yield evolve(effect, seal=TrailerSeal(sequence, key.key_id, key.data))


def _next_sequence(keys: HmacTrailer, last: int, wall: Instant) -> int:
    """Return the clock's number, or one more than the last if the clock has not passed that.

    If the last is beyond every receiver's window, the clock was set back: count from it again (not if "monotonic": growth is all there is).
    """
    clock = clock_sequence(wall)
    if follows(clock, last) or not last:
        return clock
    ahead = seconds_between(clock >> 32, last >> 32)
    if keys.anti_replay == "time" and ahead * SECOND > keys.time_window:
        return clock
    return (last + 1) % SEQUENCE_MODULUS


def _within(keys: HmacTrailer, seconds: int, now: int) -> bool:
    return Interval(abs(seconds_between(seconds, now)) * SECOND) <= keys.time_window


def _failed(rule: Rule, received: object, expected: object) -> Remark:
    return Remark(rule, str(received), str(expected))
