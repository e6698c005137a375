"""Laws of reception: the verdict on a packet is the first broken rung of the ladder of RFC 3768 7.1, whatever else is broken."""

from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, Address, parse_address
from kaspec.rules import Rule
from kaspec.units import SECOND
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived
from kaspec.vrrp.machine import advertisement
from kaspec.vrrp.reception import receive, stray
from kaspec.vrrp.router import RFC3768, VirtualRouter
from kaspec.wire.ip import Packet
from kaspec.wire.vrrp import decode, encode
from tests.laws.strategies import RECEPTION_RULES, hosts, octets, routers
from tests.laws.test_wire import sealed

ELSEWHERE = parse_address("192.0.2.77")
FAULTS = [rule for rule in RECEPTION_RULES if rule != rules.OWNER]


@frozen
class Broken:
    """A packet for ``router`` and the rungs of the ladder that it must fail, in order."""

    router: VirtualRouter
    packet: Packet
    rungs: tuple[Rule, ...]
    address_list: bool


def bytes_of(router: VirtualRouter, priority: int, faults: frozenset[Rule]) -> bytes:
    """The router's own message with faults worked in, from the layout of RFC 3768 5.1 alone."""
    password = router.authentication.data if isinstance(router.authentication, SimplePassword) else bytes(8)
    authentication = 1 if isinstance(router.authentication, SimplePassword) else 0
    if rules.AUTH_TYPE_MISMATCH in faults:
        authentication = 1 - authentication
    if rules.AUTH_TYPE_UNKNOWN in faults:
        authentication = 9
    if rules.PASSWORD in faults:
        password = bytes([password[0] ^ 1]) + password[1:]
    addresses = [virtual.address for virtual in router.addresses] + ([ELSEWHERE] if rules.ADDRESS_LIST in faults else [])
    first = (3 if rules.VERSION in faults else 2) << 4 | (2 if rules.TYPE in faults else 1)
    virtual_router_id = router.virtual_router_id + (rules.VRID in faults)
    interval = (router.advertisement_interval // SECOND + (rules.ADVERTISEMENT_INTERVAL in faults)) % 256
    head = bytes([first, virtual_router_id, priority, len(addresses), authentication, interval, 0, 0])
    message = bytearray(sealed(head + b"".join(addresses) + password))
    message[7] ^= rules.CHECKSUM in faults
    return bytes(message[: len(message) - (rules.INCOMPLETE in faults)])


@st.composite
def broken_packets(draw: st.DrawFn) -> Broken:
    router, priority = draw(routers(2)), draw(octets)
    faults = draw(st.frozensets(st.sampled_from(FAULTS), max_size=3))
    packet = Packet(
        draw(hosts),
        ELSEWHERE if rules.DESTINATION in faults else VRRP_GROUP_V4,
        254 if rules.TTL in faults else 255,
        6 if rules.NOT_VRRP in faults else 112,
        bytes_of(router, priority, faults),
    )
    strict = router.profile == RFC3768
    forgiven = {
        rules.ADDRESS_LIST: not strict or priority == 255,
        rules.DESTINATION: strict,
        rules.PASSWORD: not isinstance(router.authentication, SimplePassword),
        rules.AUTH_TYPE_MISMATCH: rules.AUTH_TYPE_UNKNOWN in faults,
    }
    failed = {fault for fault in faults if not forgiven.get(fault, False)} | ({rules.OWNER} if strict and router.is_owner else set())
    return Broken(router, packet, tuple(rung for rung in RECEPTION_RULES if rung in failed), rules.ADDRESS_LIST in faults)


@settings(max_examples=300)
@given(broken_packets())
def test_a_stray_breaks_the_first_rung_up_to_the_vrid(broken: Broken) -> None:
    """A packet for nobody here is discarded by the first rule about the packet itself that it breaks, else by its VRID."""
    early = RECEPTION_RULES[: RECEPTION_RULES.index(rules.VRID)]

    assert stray(2, broken.packet) == next((rung for rung in broken.rungs if rung in early), rules.VRID)


@settings(max_examples=300)
@given(broken_packets())
def test_the_verdict_is_the_first_broken_rung(broken: Broken) -> None:
    """However many faults a packet has, it is discarded by the first rule of the ladder that it breaks; without any it is taken."""
    verdict = receive(broken.router, broken.packet)
    assert verdict.source == broken.packet.source
    if broken.rungs:
        assert isinstance(verdict, AdvertisementDiscarded)
        assert verdict.rule == broken.rungs[0]
    else:
        assert isinstance(verdict, AdvertisementReceived)
        assert verdict.advertisement == decode(2, broken.packet.payload)
        assert [remark.rule for remark in verdict.remarks] == ([rules.ADDRESS_LIST_REPORTED] if broken.address_list else [])


@given(routers(2), octets, hosts, st.data())
def test_the_order_of_the_address_list_does_not_matter(router: VirtualRouter, priority: int, source: Address, data: st.DataObject) -> None:
    """The same addresses in another order are the same list: no discard and no remark in any profile."""
    router = evolve(router, priority=min(router.priority, 254))
    ours = advertisement(router, priority)
    shuffled = evolve(ours, addresses=tuple(data.draw(st.permutations(ours.addresses))))
    verdict = receive(router, Packet(source, VRRP_GROUP_V4, 255, 112, encode(shuffled)))
    assert verdict == AdvertisementReceived(shuffled, source)


@given(broken_packets(), st.binary(max_size=8))
def test_a_verdict_is_not_swayed_by_earlier_ones(broken: Broken, padding: bytes) -> None:
    """Memory of earlier packets never shows: judged twice, padded or not, the verdict is the same; what is cut stays incomplete."""
    once = receive(broken.router, broken.packet)
    assert receive(broken.router, evolve(broken.packet)) == once
    if rules.INCOMPLETE not in broken.rungs:
        assert receive(broken.router, evolve(broken.packet, payload=broken.packet.payload + padding)) == once
