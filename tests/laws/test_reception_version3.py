"""Laws of reception in version 3: the first broken rung of RFC 9568 7.1 decides, in either family, and a discarded packet moves nothing."""

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import Address, Family, parse_address, vrrp_group
from kaspec.rules import Rule
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived
from kaspec.vrrp.machine import step
from kaspec.vrrp.reception import receive
from kaspec.vrrp.router import KEEPALIVED, RFC5798, RFC9568, Profile, VirtualAddress, VirtualRouter
from kaspec.wire.checksum import ChecksumForm, checksum
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, pseudo_header
from tests.laws.strategies import Situation, situations

LADDER: tuple[Rule, ...] = (
    rules.NOT_VRRP,
    rules.TTL,
    rules.VERSION,
    rules.INCOMPLETE,
    rules.CHECKSUM,
    rules.TYPE,
    rules.VRID,
    rules.OWNER,
    rules.COUNT_ZERO,
    rules.FIRST_LINK_LOCAL,
    rules.INTERVAL_ZERO,
    rules.DESTINATION,
)
FAULTS = [rule for rule in LADDER if rule != rules.OWNER]
OURS: dict[Family, tuple[Address, ...]] = {
    4: tuple(map(parse_address, ("192.0.2.100", "192.0.2.101"))),
    6: tuple(map(parse_address, ("fe80::100", "2001:db8::100"))),
}
PEER: dict[Family, Address] = {4: parse_address("192.0.2.1"), 6: parse_address("fe80::1")}
ELSEWHERE: dict[Family, Address] = {4: parse_address("192.0.2.77"), 6: parse_address("fe80::77")}
families: st.SearchStrategy[Family] = st.sampled_from((4, 6))
profiles: st.SearchStrategy[Profile] = st.sampled_from((KEEPALIVED, RFC5798, RFC9568))


@frozen
class Broken:
    """A packet for ``router`` and the rungs of the ladder that it must fail, in order."""

    router: VirtualRouter
    packet: Packet
    rungs: tuple[Rule, ...]
    form: ChecksumForm


def message(family: Family, faults: frozenset[Rule], interval: int, form: ChecksumForm, ends: tuple[Address, Address]) -> bytes:
    """A version 3 message with faults worked in, from the layout of RFC 9568 5.1 alone."""
    addresses = () if rules.COUNT_ZERO in faults else OURS[family]
    if rules.FIRST_LINK_LOCAL in faults:
        addresses = addresses[::-1]
    first = (2 if rules.VERSION in faults else 3) << 4 | (2 if rules.TYPE in faults else 1)
    centiseconds = 0 if rules.INTERVAL_ZERO in faults else interval
    head = bytes([first, 51 + (rules.VRID in faults), 150, len(addresses)]) + centiseconds.to_bytes(2, "big")
    body = b"".join(addresses)
    blank = head + b"\0\0" + body
    covered = blank if form == "message" else pseudo_header(*ends, VRRP_PROTOCOL, len(blank)) + blank
    summed = checksum(covered) ^ (rules.CHECKSUM in faults)
    whole = head + summed.to_bytes(2, "big") + body
    return whole[: len(whole) - (rules.INCOMPLETE in faults)]


@st.composite
def broken_packets(draw: st.DrawFn) -> Broken:
    family, profile, faults = draw(families), draw(profiles), draw(st.frozensets(st.sampled_from(FAULTS), max_size=3))
    form: ChecksumForm = draw(st.sampled_from(("pseudo-header", "message"))) if family == 4 else "pseudo-header"
    virtual = tuple(VirtualAddress(address, 64, "eth0") for address in OURS[family])
    priority = draw(st.sampled_from((100, 255)))
    router = VirtualRouter("VI_1", "eth0", 51, priority, virtual, 3, family, profile=profile)
    ends = PEER[family], ELSEWHERE[family] if rules.DESTINATION in faults else vrrp_group(family)
    payload = message(family, faults, draw(st.integers(1, 4095)), form, ends)
    packet = Packet(*ends, 254 if rules.TTL in faults else 255, 6 if rules.NOT_VRRP in faults else VRRP_PROTOCOL, payload)
    forgiven = {
        rules.FIRST_LINK_LOCAL: family == 4 or profile != RFC9568 or rules.COUNT_ZERO in faults,
        rules.DESTINATION: profile != KEEPALIVED,
    }
    failed = {fault for fault in faults if not forgiven.get(fault, False)}
    if router.is_owner and profile == RFC5798:
        failed.add(rules.OWNER)
    return Broken(router, packet, tuple(rung for rung in LADDER if rung in failed), form)


@settings(max_examples=400)
@given(broken_packets())
def test_the_verdict_is_the_first_broken_rung(broken: Broken) -> None:
    verdict = receive(broken.router, broken.packet)
    if broken.rungs:
        assert isinstance(verdict, AdvertisementDiscarded)
        assert verdict.rule == broken.rungs[0]
    else:
        assert isinstance(verdict, AdvertisementReceived)
        told = {remark.rule for remark in verdict.remarks}
        assert (rules.CHECKSUM_FORM in told) == (broken.form != broken.router.checksum_form)


@given(broken_packets(), situations)
def test_a_discarded_packet_moves_no_timer_and_no_state(broken: Broken, situation: Situation) -> None:
    """In any state of any router: what fails a check might as well not have come."""
    verdict = receive(broken.router, broken.packet)
    if isinstance(verdict, AdvertisementDiscarded):
        taken = step(situation.router, situation.state, verdict, situation.now)
        assert (taken.state, taken.effects) == (situation.state, ())


@given(families, st.integers(1, 4095), st.integers(0, 15))
def test_reserved_bits_are_never_part_of_the_interval(family: Family, interval: int, reserved: int) -> None:
    """RFC 9568 5.2.6."""
    ends = PEER[family], vrrp_group(family)
    plain = message(family, frozenset(), interval, "pseudo-header", ends)
    blank = plain[:4] + bytes([plain[4] | reserved << 4]) + plain[5:6] + b"\0\0" + plain[8:]
    marked = blank[:6] + checksum(pseudo_header(*ends, VRRP_PROTOCOL, len(blank)) + blank).to_bytes(2, "big") + blank[8:]
    virtual = tuple(VirtualAddress(address, 64, "eth0") for address in OURS[family])
    router = VirtualRouter("VI_1", "eth0", 51, addresses=virtual, version=3, family=family)
    verdict = receive(router, Packet(*ends, 255, VRRP_PROTOCOL, marked))
    assert verdict == receive(router, Packet(*ends, 255, VRRP_PROTOCOL, plain))
    assert isinstance(verdict, AdvertisementReceived)
    assert verdict.advertisement.advertisement_interval == interval * 10_000
