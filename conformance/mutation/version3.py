"""Wrong routers of version 3: what an implementation might get wrong that version 2 has not, or has otherwise."""

from collections.abc import Callable
from typing import Any

from attrs import evolve

from conformance.mutation.mutant import Mutant
from conformance.mutation.version2 import altered, believing, hearing, ignoring, receiving, transmitting, without
from kaspec import rules
from kaspec.address import Address, family_of, parse_address
from kaspec.node import DatagramReceived, Node, NodeEvent, NodeState, Transition, node_step
from kaspec.units import CENTISECOND, SECOND, Interval
from kaspec.vrrp.effects import SendAdvertisement, SendUnsolicitedNeighborAdvertisement
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived
from kaspec.vrrp.intervals import skew_time
from kaspec.vrrp.reception import Verdict, receive
from kaspec.vrrp.router import Version, VirtualRouter
from kaspec.vrrp.state import Backup, Master, State
from kaspec.vrrp.transmission import transmit
from kaspec.wire.checksum import checksum, is_valid
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, decode_ip, encode_ip, pseudo_header

OTHERS: dict[int, Address] = {4: parse_address("fe80::100"), 6: parse_address("192.0.2.100")}


def resummed(packet: Packet, message: bytes) -> Packet:
    """Return the packet with another message, whose checksum covers a pseudo-header too."""
    blank = message[:6] + b"\0\0" + message[8:]
    summed = checksum(pseudo_header(packet.source, packet.destination, VRRP_PROTOCOL, len(blank)) + blank)
    return evolve(packet, payload=blank[:6] + summed.to_bytes(2, "big") + blank[8:])


def _reserved_bits_set(effect: SendAdvertisement) -> Packet:
    packet = transmit(effect)
    return resummed(packet, packet.payload[:4] + bytes([packet.payload[4] | 0x30]) + packet.payload[5:])


def _reads_sixteen_bits(router: VirtualRouter, packet: Packet) -> Verdict:
    verdict = receive(router, packet)
    if not isinstance(verdict, AdvertisementReceived):
        return verdict
    interval = Interval(int.from_bytes(packet.payload[4:6], "big") * CENTISECOND)
    return evolve(verdict, advertisement=evolve(verdict.advertisement, advertisement_interval=interval))


def _other_form(effect: SendAdvertisement) -> Packet:
    return transmit(evolve(effect, form="message" if effect.form == "pseudo-header" else "pseudo-header"))


def _misses_the_pseudo_header(_: VirtualRouter, packet: Packet) -> Verdict | None:
    covered = pseudo_header(packet.source, packet.destination, VRRP_PROTOCOL, len(packet.payload)) + packet.payload
    return None if is_valid(covered) else AdvertisementDiscarded(rules.CHECKSUM, packet.source)


def _listing(change: Callable[[tuple[Address, ...]], tuple[Address, ...]]) -> Mutant:
    """Advertise another list of addresses."""

    def wrong(effect: SendAdvertisement) -> Packet:
        said = effect.advertisement
        return transmit(evolve(effect, advertisement=evolve(said, addresses=change(said.addresses))))

    return transmitting(wrong)


def _own_interval(_: State, event: AdvertisementReceived) -> AdvertisementReceived:
    return evolve(event, advertisement=evolve(event.advertisement, advertisement_interval=SECOND))


def _skew_of_its_own(version: Version, priority: int, interval: Interval, adverts: int = 3) -> Interval:
    return Interval(adverts * interval + skew_time(version, priority, SECOND))


def _anywhere(host: Node, state: NodeState, event: NodeEvent, now: Any) -> Transition:
    """Take every VRID for one's own."""
    packet = decode_ip(event.datagram) if isinstance(event, DatagramReceived) else None
    if isinstance(event, DatagramReceived) and isinstance(packet, Packet):
        ours = packet.payload[:1] + bytes([host.routers[0].virtual_router_id]) + packet.payload[2:]
        event = evolve(event, datagram=encode_ip(resummed(packet, ours)))
    return node_step(host, state, event, now)


def _halves(address: Address) -> tuple[int, int]:
    """Read an IPv6 address as two signed numbers."""
    high, low = (int.from_bytes(address[at : at + 8], "big", signed=True) for at in (0, 8))
    return high, low


def _signed(state: State, event: AdvertisementReceived) -> AdvertisementReceived:
    own = state.standing.address
    assert own is not None
    if event.advertisement.priority != state.standing.priority:
        return event
    lowest, highest = Address(bytes(16)), Address(b"\xff" * 16)
    return evolve(event, source=highest if _halves(event.source) > _halves(own) else lowest)


def _no_owner(router: VirtualRouter, packet: Packet) -> Verdict:
    return receive(evolve(router, profile=evolve(router.profile, owner_discards=False)), packet)


EVERY_VRID: Mutant = {"kaspec.trace.running.core.node_step": _anywhere}
OTHER_FORM = transmitting(_other_form)
SORTED = _listing(lambda addresses: tuple(sorted(addresses)))
BOTH_FAMILIES = _listing(lambda addresses: (*addresses, OTHERS[family_of(addresses[0])]))
SKEW_OF_ITS_OWN: Mutant = {"kaspec.vrrp.acts.master_down_interval": _skew_of_its_own}

COMMITS: dict[str, Mutant] = {
    "5.1.1.3-receive-ttl": believing(rules.TTL),
    "5.1.1.3-transmit-ttl": transmitting(lambda effect: evolve(transmit(effect), ttl=254)),
    "5.1.2.3-receive-ttl": believing(rules.TTL),
    "5.1.2.3-transmit-ttl": transmitting(lambda effect: evolve(transmit(effect), ttl=254)),
    "5.2.1-source-ipv6": transmitting(
        lambda effect: resummed(packet := evolve(transmit(effect), source=effect.advertisement.addresses[0]), packet.payload)
    ),
    "5.2.1-source": transmitting(
        lambda effect: resummed(packet := evolve(transmit(effect), source=effect.advertisement.addresses[0]), packet.payload)
    ),
    "5.2.2-group": transmitting(
        lambda effect: resummed(packet := evolve(transmit(effect), destination=_every_host(effect.source)), packet.payload)
    ),
    "5.2.2-type": believing(rules.TYPE),
    "5.2.4-default-priority": altered(priority=255),
    "5.2.4-owner-priority": altered(priority=254),
    "5.2.5-count": believing(rules.COUNT_ZERO),
    "5.2.6-reserved-received": receiving(_reads_sixteen_bits),
    "5.2.6-reserved-sent": transmitting(_reserved_bits_set),
    "5.2.8-checksum-received": receiving(_misses_the_pseudo_header),
    "5.2.8-checksum-received-ipv6": believing(rules.CHECKSUM),
    "5.2.8-checksum-sent": OTHER_FORM,
    "5.2.9-families": BOTH_FAMILIES,
    "5.2.9-first-link-local-sent": SORTED,
    "6.4.2-learns-the-interval": hearing(Backup, _own_interval),
    "6.4.2-master-down-announces-ipv6": without(SendUnsolicitedNeighborAdvertisement, Backup, Master),
    "6.4.2-skew-of-the-learnt-interval": SKEW_OF_ITS_OWN,
    "6.4.3-lower-priority-answered": ignoring(Master, AdvertisementReceived),
    "6.4.3-tie-is-unsigned-ipv6": hearing(Master, _signed),
    "7.1-first-link-local": believing(rules.FIRST_LINK_LOCAL),
    "7.1-interval-zero": believing(rules.INTERVAL_ZERO),
    "7.1-owner": receiving(_no_owner),
    "7.1-type": believing(rules.TYPE),
    "7.1-vrid": EVERY_VRID,
}
"""Beside the mutants of version 2, whose traces' names the traces of version 3 share where both are got wrong alike."""


def _every_host(source: Address) -> Address:
    return parse_address("224.0.0.1" if family_of(source) == 4 else "ff02::1")
