"""A run as a packet capture has it: every advertisement and every announcement of addresses, with its instant.

What was sent is there, on whatever LAN, and whether or not it arrived.  Hosts have the hardware addresses 02:00:00:00:00:01 and upwards,
interfaces made for a virtual router their own.
"""

from collections.abc import Iterator

from kaspec.address import Address, family_of, is_multicast
from kaspec.explore.local import goes_out
from kaspec.explore.playing import Run
from kaspec.explore.world import World
from kaspec.node import NodeState
from kaspec.settling import Outcome
from kaspec.vrrp.effects import SendAdvertisement, SendGratuitousArp, SendUnsolicitedNeighborAdvertisement
from kaspec.vrrp.transmission import transmit
from kaspec.wire.arp import GratuitousArp, encode_gratuitous_arp
from kaspec.wire.ip import encode_ip
from kaspec.wire.ndisc import UnsolicitedNeighborAdvertisement, encode_unsolicited_neighbor_advertisement
from kaspec.wire.pcap import Frame

_OURS = bytes.fromhex("020000000000")
_ETHERTYPES = {4: b"\x08\x00", 6: b"\x86\xdd"}


def frames(run: Run) -> tuple[Frame, ...]:
    """Return what was sent in a run, in order."""
    return tuple(
        Frame(played.at, data)
        for played in run.played
        if played.host is not None
        for _, transition in played.done
        for outcome in transition.steps
        for data in _sent(run.world, played.host, outcome, transition.state)
    )


def _sent(world: World, host: int, outcome: Outcome, state: NodeState) -> Iterator[bytes]:
    for effect in outcome.step.effects:
        match effect:
            case SendAdvertisement() if goes_out(state, outcome.router.port):
                packet = transmit(effect)
                there = _hardware_address_of(world, packet.destination)
                kind = _ETHERTYPES[family_of(packet.source)]
                yield there + _hardware_address(world, host, outcome.router.port) + kind + encode_ip(packet)
            case SendGratuitousArp(addresses, repeat):
                for each in (each for each in addresses if goes_out(state, each.interface)):
                    yield from [encode_gratuitous_arp(GratuitousArp(each.address, _hardware_address(world, host, each.interface)))] * repeat
            case SendUnsolicitedNeighborAdvertisement(addresses, repeat):
                for each in (each for each in addresses if goes_out(state, each.interface)):
                    told = UnsolicitedNeighborAdvertisement(each.address, _hardware_address(world, host, each.interface))
                    yield from [encode_unsolicited_neighbor_advertisement(told)] * repeat
            case _:
                pass


def _hardware_address(world: World, host: int, interface: str) -> bytes:
    """Return the address that an interface of a host sends from."""
    made = (each for router in world.hosts[host].node.routers for each in router.virtual_interfaces if each.name == interface)
    return next((each.mac for each in made if each.mac), _OURS[:5] + bytes([host + 1]))


def _hardware_address_of(world: World, destination: Address) -> bytes:
    """Return where a packet goes: its group's address (RFC 1112 6.4, RFC 2464 7), or that of the host that has the address."""
    if is_multicast(destination):
        low = bytes([destination[-3] & 0x7F, *destination[-2:]])
        return b"\x01\x00\x5e" + low if family_of(destination) == 4 else b"\x33\x33" + destination[-4:]
    ends = ((host, link.name) for host, there in enumerate(world.hosts) for link in there.links if destination in link.addresses)
    return next((_hardware_address(world, *end) for end in ends), b"\xff" * 6)
