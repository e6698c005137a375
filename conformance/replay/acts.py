"""What a router can be seen to do from outside: packets of its own making, and the address it holds."""

from collections.abc import Iterable, Iterator

from attrs import evolve, frozen

from conformance.lab.capture import Frame
from kaspec.address import Address, format_address
from kaspec.node import DatagramReceived, Node, NodeEvent, Transition
from kaspec.units import Instant
from kaspec.vrrp.effects import (
    InstallAddresses,
    RemoveAddresses,
    SendAdvertisement,
    SendGratuitousArp,
    SendUnsolicitedNeighborAdvertisement,
)
from kaspec.vrrp.holdings import VirtualAddress
from kaspec.vrrp.state import Master
from kaspec.vrrp.transmission import transmit
from kaspec.wire.arp import GratuitousArp, decode_gratuitous_arp
from kaspec.wire.authentication_header import AUTHENTICATION_HEADER_PROTOCOL, authenticated, is_authentic, open_header
from kaspec.wire.ip import VRRP_PROTOCOL, Malformed, Packet, decode_ip
from kaspec.wire.ndisc import UnsolicitedNeighborAdvertisement, decode_unsolicited_neighbor_advertisement

_IP = {b"\x08\x00", b"\x86\xdd"}


@frozen
class Advertised:
    """It sent this advertisement."""

    packet: Packet

    def __str__(self) -> str:
        priority = self.packet.payload[2:3].hex()
        return f"an advertisement of priority {int(priority or '0', 16)} from {format_address(self.packet.source)}"


@frozen
class Announced:
    """It announced the address, by gratuitous ARP or a neighbour advertisement."""

    address: Address

    def __str__(self) -> str:
        return f"an announcement of {format_address(self.address)}"


@frozen
class Held:
    """It put its first virtual address on, or took it off."""

    held: bool

    def __str__(self) -> str:
        return f"its address {'put on' if self.held else 'taken off'}"


Act = Advertised | Announced | Held


@frozen
class Told:
    """Something happened to the device, at ``at`` or as early as ``since``, if that is given; ``event`` is ``None`` if it crashed."""

    at: Instant
    event: NodeEvent | None
    since: Instant | None = None


@frozen
class Done:
    """The device did something."""

    at: Instant
    act: Act


def acts_of(transition: Transition, watched: Address | None) -> Iterator[Act]:
    """Return what is seen from outside if the core makes this of an event and an address is watched: nothing crosses a pulled cable."""
    for outcome in transition.steps:
        link = transition.state.links.get(outcome.router.interface)
        plugged = link is None or link.up
        for effect in outcome.step.effects:
            match effect:
                case SendAdvertisement() if plugged:
                    yield Advertised(transmit(effect))
                case SendGratuitousArp(addresses, repeat) | SendUnsolicitedNeighborAdvertisement(addresses, repeat) if plugged:
                    yield from (Announced(virtual.address) for virtual in addresses if repeat)
                case InstallAddresses(addresses) if _among(watched, addresses) and not isinstance(outcome.before, Master):
                    yield Held(held=True)
                case RemoveAddresses(addresses) if _among(watched, addresses) and isinstance(outcome.before, Master):
                    yield Held(held=False)
                case _:
                    pass


def _among(watched: Address | None, addresses: Iterable[VirtualAddress]) -> bool:
    return any(each.address == watched for each in addresses)


def watched_of(node: Node) -> Address | None:
    """Return the virtual address of a node that is watched: the first that is held."""
    return next((each.address for router in node.routers for each in router.held_addresses), None)


def seen_in(frame: Frame, interface: str, neighbours: str) -> Told | Done | None:
    """Return what a frame on the LAN of an interface tells: one from a neighbour, whose hardware address begins so, was heard."""
    heard = frame.source_mac.startswith(neighbours)
    if frame.data[12:14] in _IP:
        packet = decode_ip(frame.data[14:])
        if isinstance(packet, Packet) and packet.protocol in {VRRP_PROTOCOL, AUTHENTICATION_HEADER_PROTOCOL}:
            return Told(frame.at, DatagramReceived(interface, frame.data[14:])) if heard else Done(frame.at, Advertised(packet))
    if heard:
        return None
    for decoder in (decode_gratuitous_arp, decode_unsolicited_neighbor_advertisement):
        announced = decoder(frame.data)
        if isinstance(announced, GratuitousArp | UnsolicitedNeighborAdvertisement):
            return Done(frame.at, Announced(announced.address))
        assert isinstance(announced, Malformed)
    return None


def as_identified(done: Done, keys: Iterable[bytes]) -> Done:
    """Return what was done as the core identifies it: an IPv4 identification is the sender's choice, but an ICV covers it (RFC 2402).

    Only an authentic packet, by one of the keys, is changed.
    """
    if not isinstance(done.act, Advertised) or done.act.packet.protocol != AUTHENTICATION_HEADER_PROTOCOL:
        return done
    packet = done.act.packet
    opened = open_header(packet.payload)
    if isinstance(opened, Malformed) or opened[0].spi != packet.source:
        return done
    header, message = opened
    inner = evolve(packet, protocol=VRRP_PROTOCOL, payload=message)
    found = (authenticated(inner, header.sequence, key) for key in keys if is_authentic(packet, header, key))
    return evolve(done, act=Advertised(next(found, packet)))


def advertised_in(frame: Frame, neighbours: str) -> Packet | None:
    """Return the advertisement in a frame on a LAN, if it is one of the device's."""
    seen = seen_in(frame, "", neighbours)
    return seen.act.packet if isinstance(seen, Done) and isinstance(seen.act, Advertised) else None
