"""Wrong routers: the core, broken on purpose in one way each, as an implementation might get RFC 3768 wrong.

A mutant replaces the functions through which a trace reaches the core.  For every trace that shows a violation there is one which
commits just that violation (``COMMITS``), so no such trace can be green for another reason than that the core does better.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from attrs import evolve

from conformance.mutation.mutant import Mutant
from kaspec import rules
from kaspec.address import Address
from kaspec.node import DatagramReceived, Node, NodeEvent, NodeState, Transition, node_step
from kaspec.rules import Rule
from kaspec.tracking import standing
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp import machine
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.effects import Effect, InstallAddresses, RemoveAddresses, SendAdvertisement, SendGratuitousArp
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, DeadlineReached, Event, Shutdown, Startup
from kaspec.vrrp.intervals import skew_time
from kaspec.vrrp.machine import Step, step
from kaspec.vrrp.reception import Verdict, receive
from kaspec.vrrp.router import Version, VirtualRouter
from kaspec.vrrp.state import Backup, Initialize, Master, State
from kaspec.vrrp.transmission import transmit
from kaspec.wire.checksum import checksum, is_valid
from kaspec.wire.ip import Packet, decode_ipv4, encode_ipv4
from kaspec.wire.vrrp import Advertisement


def stepping(wrong: Callable[[VirtualRouter, State, Event, Instant], Step | None]) -> Mutant:
    """Let ``wrong`` take the step; where it has nothing to say, the core does."""

    def taken(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
        return wrong(router, state, event, now) or step(router, state, event, now)

    return {"kaspec.node.step": taken, "kaspec.settling.step": taken}


def receiving(wrong: Callable[[VirtualRouter, Packet], Verdict | None]) -> Mutant:
    """Let ``wrong`` judge a packet; where it has nothing to say, the core does."""
    return {"kaspec.node.receive": lambda router, packet: wrong(router, packet) or receive(router, packet)}


def transmitting(wrong: Callable[[SendAdvertisement], Packet]) -> Mutant:
    """Let ``wrong`` make the packets."""
    return {"kaspec.trace.observing.transmit": wrong, "kaspec.trace.running.transmit": wrong}


def altered(**changes: Any) -> Mutant:
    """Advertise something else than is configured."""
    return transmitting(lambda effect: transmit(evolve(effect, advertisement=evolve(effect.advertisement, **changes))))


# Reception.


def believing(rule: Rule) -> Mutant:
    """Leave one check out: what it would have discarded is believed."""

    def lenient(router: VirtualRouter, packet: Packet) -> Verdict | None:
        verdict = receive(router, packet)
        if isinstance(verdict, AdvertisementDiscarded) and verdict.rule == rule:
            priority = packet.payload[2]
            heard = Advertisement(router.version, router.virtual_router_id, priority, router.advertisement_interval, ())
            return AdvertisementReceived(heard, packet.source)
        return None

    return receiving(lenient)


def looking_first(rule: Rule, fault: Callable[[VirtualRouter, bytes], bool]) -> Mutant:
    """Look at one fault before all others."""

    def hasty(router: VirtualRouter, packet: Packet) -> Verdict | None:
        return AdvertisementDiscarded(rule, packet.source) if fault(router, packet.payload) else None

    return receiving(hasty)


def _unknown_authentication(_: VirtualRouter, message: bytes) -> bool:
    return message[4:5] > b"\2"


def _another_interval(router: VirtualRouter, message: bytes) -> bool:
    return message[5] * SECOND != router.advertisement_interval


def _password_in_unused_data(router: VirtualRouter, message: bytes) -> bool:
    return not isinstance(router.authentication, SimplePassword) and any(message[-8:])


def _with_pseudo_header(packet: Packet) -> bytes:
    return packet.source + packet.destination + bytes([0, 112]) + len(packet.payload).to_bytes(2, "big")


def _judges_with_pseudo_header(_: VirtualRouter, packet: Packet) -> Verdict | None:
    good = is_valid(_with_pseudo_header(packet) + packet.payload)
    return None if good else AdvertisementDiscarded(rules.CHECKSUM, packet.source)


def _anywhere(host: Node, state: NodeState, event: NodeEvent, now: Instant) -> Transition:
    """Take a VRID for one's own on whatever interface; an unknown one for the first."""
    packet = decode_ipv4(event.datagram) if isinstance(event, DatagramReceived) else None
    if isinstance(packet, Packet) and len(packet.payload) >= 8:
        router = next((each for each in host.routers if each.virtual_router_id == packet.payload[1]), host.routers[0])
        blank = packet.payload[:1] + bytes([router.virtual_router_id]) + packet.payload[2:6] + b"\0\0" + packet.payload[8:]
        mended = blank[:6] + checksum(blank).to_bytes(2, "big") + blank[8:]
        event = DatagramReceived(router.interface, encode_ipv4(evolve(packet, payload=mended)))
    return node_step(host, state, event, now)


ANYWHERE: Mutant = {"kaspec.trace.running.core.node_step": _anywhere}


# Transmission.


def _checksum_with_pseudo_header(effect: SendAdvertisement) -> Packet:
    packet = transmit(effect)
    blank = packet.payload[:6] + b"\0\0" + packet.payload[8:]
    return evolve(packet, payload=blank[:6] + checksum(_with_pseudo_header(packet) + blank).to_bytes(2, "big") + blank[8:])


def _no_checksum(effect: SendAdvertisement) -> Packet:
    packet = transmit(effect)
    return evolve(packet, payload=packet.payload[:7] + bytes([packet.payload[7] ^ 1]) + packet.payload[8:])


def _from_the_virtual_address(effect: SendAdvertisement) -> Packet:
    return evolve(transmit(effect), source=effect.advertisement.addresses[0])


def _first_address_only(effect: SendAdvertisement) -> Packet:
    return transmit(evolve(effect, advertisement=evolve(effect.advertisement, addresses=effect.advertisement.addresses[:1])))


def _padded_with_blanks(effect: SendAdvertisement) -> Packet:
    data = effect.advertisement.authentication_data.replace(b"\0", b" ")
    return transmit(evolve(effect, advertisement=evolve(effect.advertisement, authentication_data=data)))


# Timers.


def _in_centiseconds(version: Version, priority: int, interval: Interval, adverts: int = 3) -> Interval:
    return Interval(adverts * interval + skew_time(version, priority, interval) // 10_000 * 10_000)


def _share_of_the_interval(_: Version, priority: int, interval: Interval, adverts: int = 3) -> Interval:
    return Interval(adverts * interval + (256 - priority) * interval // 256)


def timing(wrong: Callable[..., Interval]) -> Mutant:
    """Compute Master_Down_Interval another way."""
    return {"kaspec.vrrp.acts.master_down_interval": wrong}


# The state machine.


def ignoring(state: type[State], *events: type[Event]) -> Mutant:
    """Do nothing at all about some events in some state."""
    return stepping(lambda _, at, event, __: Step(at, (), rules.UNCHANGED) if isinstance(at, state) and isinstance(event, events) else None)


def without(effect: type[Effect], before: type[State], after: type[State]) -> Mutant:
    """Leave an effect out of a transition."""

    def forgetful(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
        taken = step(router, state, event, now)
        if isinstance(state, before) and isinstance(taken.state, after):
            return evolve(taken, effects=tuple(each for each in taken.effects if not isinstance(each, effect)))
        return None

    return stepping(forgetful)


def saying(priority: int | None, before: type[State], after: type[State], only: type[Event]) -> Mutant:
    """Send an advertisement that is not called for, with one's own or another priority."""

    def talkative(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
        taken, stands = step(router, state, event, now), state.standing
        if isinstance(state, before) and isinstance(taken.state, after) and isinstance(event, only) and stands.address:
            said = machine.advertisement(router, stands.priority if priority is None else priority)
            return evolve(taken, effects=(SendAdvertisement(said, stands.address), *taken.effects))
        return None

    return stepping(talkative)


def hearing(state: type[State], another: Callable[[State, AdvertisementReceived], AdvertisementReceived | None]) -> Mutant:
    """Hear something else than was said; ``None`` for nothing at all."""

    def mishears(router: VirtualRouter, at: State, event: Event, now: Instant) -> Step | None:
        if not (isinstance(at, state) and isinstance(event, AdvertisementReceived)):
            return None
        heard = another(at, event)
        return step(router, at, heard, now) if heard else Step(at, (), rules.UNCHANGED)

    return stepping(mishears)


def _as_priority(priority: int, when: Callable[[State, int], bool]) -> Callable[[State, AdvertisementReceived], AdvertisementReceived]:
    def heard(state: State, event: AdvertisementReceived) -> AdvertisementReceived:
        said = event.advertisement
        return evolve(event, advertisement=evolve(said, priority=priority)) if when(state, said.priority) else event

    return heard


def _tie(state: State, event: AdvertisementReceived) -> bool:
    return event.advertisement.priority == state.standing.priority


def _deciding_ties_by(key: Callable[[Address], Any]) -> Mutant:
    low, high = Address(bytes(4)), Address(b"\xff" * 4)

    def heard(state: State, event: AdvertisementReceived) -> AdvertisementReceived:
        own = state.standing.address or low
        return evolve(event, source=high if key(event.source) > key(own) else low) if _tie(state, event) else event

    return hearing(Master, heard)


def configured(only: type[Event] | tuple[type[Event], ...], **changes: Any) -> Mutant:
    """Act as if configured otherwise."""
    return stepping(lambda router, at, event, now: step(evolve(router, **changes), at, event, now) if isinstance(event, only) else None)


def _backwards(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
    taken = step(router, state, event, now)
    return evolve(taken, effects=taken.effects[::-1])


def _waits_three_intervals(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
    if not (isinstance(state, Master) and isinstance(event, DeadlineReached)):
        return None
    taken = step(router, state, event, now)
    assert isinstance(taken.state, Master)
    return evolve(taken, state=evolve(taken.state, adver_at=Instant(now + 3 * router.advertisement_interval)))


def _forgets_to_restart(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
    return (
        evolve(step(router, state, event, now), state=state)
        if isinstance(state, Master) and isinstance(event, AdvertisementReceived)
        else None
    )


def _owner_by_tracking(*arguments: Any) -> Any:
    stands = standing(*arguments)
    return evolve(stands, priority=255) if stands.priority == 254 else stands


def _discard_rearms(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
    return step(evolve(router, profile=evolve(router.profile, discard_rearms_master=True)), state, event, now)


def _drops_every_other_list(router: VirtualRouter, packet: Packet) -> Verdict:
    return receive(evolve(router, profile=evolve(router.profile, address_list="drop")), packet)


NO_GOODBYE_HEARD = hearing(Backup, _as_priority(255, lambda _, said: said == 0))
GOODBYE_IS_LOW = hearing(Backup, lambda _, event: event if event.advertisement.priority else None)
NOT_INSTALLED = without(InstallAddresses, Initialize | Backup, Master)  # type: ignore[arg-type]
OWNER_WAITS = configured(Startup, priority=254)
AUTHENTICATION_FIRST = looking_first(rules.AUTH_TYPE_UNKNOWN, _unknown_authentication)
INTERVAL_FIRST = looking_first(rules.ADVERTISEMENT_INTERVAL, _another_interval)

COMMITS: dict[str, Mutant] = {
    "5.1-golden-bytes": transmitting(_checksum_with_pseudo_header),
    "5.1-golden-bytes-heard": receiving(_judges_with_pseudo_header),
    "5.2.1-source": transmitting(_from_the_virtual_address),
    "5.2.2-group": transmitting(lambda effect: evolve(transmit(effect), destination=Address(bytes([224, 0, 0, 1])))),
    "5.2.3-receive-ttl": believing(rules.TTL),
    "5.2.3-transmit-ttl": transmitting(lambda effect: evolve(transmit(effect), ttl=254)),
    "5.2.4-protocol": believing(rules.NOT_VRRP),
    "5.3.10-authentication-data-ignored": looking_first(rules.PASSWORD, _password_in_unused_data),
    "5.3.2-type": believing(rules.TYPE),
    "5.3.4-backup-range": {"kaspec.node.standing": _owner_by_tracking},
    "5.3.4-default-priority": altered(priority=255),
    "5.3.4-owner-priority": altered(priority=254),
    "5.3.4-priority-zero-means-leaving": NO_GOODBYE_HEARD,
    "5.3.6-authentication": believing(rules.AUTH_TYPE_MISMATCH),
    "5.3.6-unknown-authentication": believing(rules.AUTH_TYPE_UNKNOWN),
    "5.3.9-addresses": transmitting(_first_address_only),
    "6.1-owner-always-preempts": OWNER_WAITS,
    "6.1-vector-1": timing(_in_centiseconds),
    "6.1-vector-2": timing(_share_of_the_interval),
    "6.1-vector-3": timing(_in_centiseconds),
    "6.4.1-backup-starts": configured(Startup, priority=255),
    "6.4.1-owner-starts": OWNER_WAITS,
    "6.4.2-equal-priority": hearing(Backup, lambda state, event: None if _tie(state, event) else event),
    "6.4.2-higher-priority": ignoring(Backup, AdvertisementReceived),
    "6.4.2-holds-no-address": without(RemoveAddresses, Master, Backup),
    "6.4.2-lower-priority": configured(AdvertisementReceived, preempt=False),
    "6.4.2-master-down": stepping(_backwards),
    "6.4.2-master-down-announces": without(SendGratuitousArp, Backup, Master),
    "6.4.2-master-down-in-time": ignoring(Backup, DeadlineReached),
    "6.4.2-no-preempt": configured(AdvertisementReceived, preempt=True),
    "6.4.2-priority-zero": NO_GOODBYE_HEARD,
    "6.4.2-priority-zero-ignored": GOODBYE_IS_LOW,
    "6.4.2-shutdown": saying(0, Backup, Initialize, Shutdown),
    "6.4.3-adver-timer": without(SendAdvertisement, Master, Master),
    "6.4.3-adver-timer-restarts": stepping(_waits_three_intervals),
    "6.4.3-higher-priority": ignoring(Master, AdvertisementReceived),
    "6.4.3-higher-priority-silently": saying(0, Master, Backup, AdvertisementReceived),
    "6.4.3-holds-the-addresses": NOT_INSTALLED,
    "6.4.3-lower-priority": saying(None, Master, Master, AdvertisementReceived),
    "6.4.3-owner-accepts": NOT_INSTALLED,
    "6.4.3-priority-zero": ignoring(Master, AdvertisementReceived),
    "6.4.3-priority-zero-restarts": stepping(_forgets_to_restart),
    "6.4.3-shutdown": without(SendAdvertisement, Master, Initialize),
    "6.4.3-tie-higher-address": hearing(Master, lambda state, event: None if _tie(state, event) else event),
    "6.4.3-tie-is-in-network-order": _deciding_ties_by(lambda address: address[::-1]),
    "6.4.3-tie-is-unsigned": _deciding_ties_by(partial(int.from_bytes, byteorder="big", signed=True)),
    "6.4.3-tie-lower-address": _deciding_ties_by(lambda address: -address[3]),
    "7.1-addresses": believing(rules.ADDRESS_LIST),
    "7.1-addresses-of-the-owner": receiving(_drops_every_other_list),
    "7.1-checksum": believing(rules.CHECKSUM),
    "7.1-discarded-means-nothing-happens": stepping(_discard_rearms),
    "7.1-interval": believing(rules.ADVERTISEMENT_INTERVAL),
    "7.1-length": believing(rules.INCOMPLETE),
    "7.1-order-addresses-before-interval": INTERVAL_FIRST,
    "7.1-order-authentication-before-interval": INTERVAL_FIRST,
    "7.1-order-checksum-before-authentication": AUTHENTICATION_FIRST,
    "7.1-order-checksum-before-owner": looking_first(rules.OWNER, lambda router, _: router.is_owner),
    "7.1-order-checksum-before-vrid": {"kaspec.node.stray": lambda _version, _packet: rules.VRID},
    "7.1-order-length-before-checksum": looking_first(rules.CHECKSUM, lambda _, message: not is_valid(message)),
    "7.1-order-owner-before-authentication": AUTHENTICATION_FIRST,
    "7.1-order-ttl-before-version": looking_first(rules.VERSION, lambda _, message: message[0] >> 4 != 2),
    "7.1-order-version-before-length": looking_first(rules.INCOMPLETE, lambda _, message: len(message) < 16 + 4 * message[3]),
    "7.1-owner": believing(rules.OWNER),
    "7.1-version": believing(rules.VERSION),
    "7.1-vrid": ANYWHERE,
    "7.2-checksum": transmitting(_no_checksum),
    "7.2-interval": altered(advertisement_interval=SECOND),
    "rfc2338-5.3.6.2-eight-bytes": looking_first(rules.PASSWORD, lambda _, message: message[4] == 1),
    "rfc2338-5.3.6.2-padding": transmitting(_padded_with_blanks),
    "rfc2338-5.3.6.2-password": believing(rules.PASSWORD),
}
"""The mutant that commits the violation a trace shows, by the beginning of the trace's name (the longest counts)."""
