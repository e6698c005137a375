"""Laws of keys: what one node seals another believes once and never again, and what is not authentic moves nothing at all."""

from collections.abc import Iterator

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import Address, parse_address
from kaspec.node import (
    ClockSet,
    DatagramReceived,
    DeadlinesReached,
    Node,
    NodeEvent,
    NodeState,
    Transition,
    due,
    initial,
    next_deadline,
    node_step,
)
from kaspec.rules import Rule
from kaspec.tracking import Link
from kaspec.units import SECOND, Instant, Interval, after
from kaspec.vrrp.association import MOST_SENDERS
from kaspec.vrrp.authentication import AntiReplay, Authentication, HmacKey, HmacTrailer, IpAuthenticationHeader, Mode
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.vrrp.router import Peer, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup
from kaspec.vrrp.transmission import transmit
from kaspec.wire.ip import encode_ip

EPOCH = Interval(1_795_368_127 * SECOND)
A, B = parse_address("192.0.2.1"), parse_address("192.0.2.2")
KEYS = (HmacKey(1, bytes(range(32))), HmacKey(2, bytes(range(1, 65))))
HEADER, TRAILER = IpAuthenticationHeader.of("secret42"), HmacTrailer(KEYS, 1)
VIPS = (VirtualAddress(parse_address("192.0.2.100"), 24, "eth0"),)
ROUTER = VirtualRouter("VI_1", "eth0", 51, addresses=VIPS)

keys: st.SearchStrategy[Authentication] = st.sampled_from((HEADER, TRAILER, evolve(TRAILER, anti_replay="monotonic")))


def node(authentication: Authentication, priority: int = 100, peers: tuple[Address, ...] = ()) -> Node:
    return Node((evolve(ROUTER, priority=priority, authentication=authentication, peers=tuple(map(Peer, peers))),))


def begun(of: Node, address: Address, epoch: Interval = EPOCH) -> NodeState:
    """The node has started, and knows the time."""
    state = node_step(of, initial(of, (Link("eth0", True, (address,)),)), ClockSet(epoch), Instant(0)).state
    return node_step(of, state, Startup(), Instant(0)).state


def datagrams(transition: Transition) -> list[bytes]:
    return [
        encode_ip(transmit(effect))
        for outcome in transition.steps
        for effect in outcome.step.effects
        if isinstance(effect, SendAdvertisement)
    ]


def said(of: Node, state: NodeState, times: int) -> Iterator[tuple[NodeState, list[bytes], Instant]]:
    """Let a node's deadlines come, so many times."""
    for _ in range(times):
        now = next_deadline(state)
        assert now is not None
        transition = node_step(of, state, DeadlinesReached(due(state, now)), now)
        state = transition.state
        yield state, datagrams(transition), now


def takes(of: Node, state: NodeState, datagram: bytes, now: Instant) -> Transition:
    return node_step(of, state, DatagramReceived("eth0", datagram), now)


def rule_of(transition: Transition) -> Rule:
    return transition.steps[0].step.rule if transition.steps else transition.unclaimed.rule if transition.unclaimed else Rule("")


def first_advertisement(authentication: Authentication, peers: tuple[Address, ...] = ()) -> tuple[bytes, Instant]:
    """What a router of priority 200 says when it becomes Master, and when."""
    sender = node(authentication, 200, peers)
    return next((sent[0], now) for _, sent, now in said(sender, begun(sender, A), 1))


@given(keys, st.integers(2, 12), st.booleans())
def test_what_a_node_seals_another_believes_once(authentication: Authentication, times: int, unicast: bool) -> None:
    """Every advertisement refreshes the Backup; heard again, now or later, it is discarded and moves nothing."""
    sender, hearer = node(authentication, 200, (B,) if unicast else ()), node(authentication, 100, (A,) if unicast else ())
    state, heard = begun(hearer, B), list[bytes]()
    for _, sent, now in said(sender, begun(sender, A), times):
        for datagram in sent:
            transition = takes(hearer, state, datagram, now)
            assert rule_of(transition) == rules.BACKUP_REFRESHED
            state = transition.state
            heard.append(datagram)
        for old in heard:
            again = takes(hearer, state, old, now)
            assert rule_of(again) in {rules.HEADER_SEQUENCE, rules.TRAILER_REPLAY, rules.TRAILER_STALE}
            assert again.state == state


@given(keys, st.data())
def test_what_is_not_authentic_moves_nothing(authentication: Authentication, data: st.DataObject) -> None:
    """An octet changed anywhere that counts: no timer and no number moves, whatever the state; nothing is sent.

    A trailer covers nothing of IP's header but the source address; an authentication header, all that does not change on its way.
    """
    datagram, now = first_advertisement(authentication)
    hearer = node(authentication, data.draw(st.sampled_from((100, 255))))
    state = begun(hearer, B)
    around = (12, 13, 14, 15) if isinstance(authentication, HmacTrailer) else (4, 5, 8, 12, 13, 14, 15)
    place = data.draw(st.sampled_from((*around, *range(20, len(datagram)))))
    changed = datagram[:place] + bytes([datagram[place] ^ data.draw(st.integers(1, 255))]) + datagram[place + 1 :]
    transition = takes(hearer, state, changed, now)
    assert transition.state == state
    assert datagrams(transition) == []


@given(keys, st.lists(st.sampled_from(("deadline", "shutdown", "startup", "clock back", "clock on")), min_size=1, max_size=12))
def test_no_number_is_used_twice(authentication: Authentication, happenings: list[str]) -> None:
    """Whatever happens to a node, the numbers it seals with grow, but that a clock set far back is followed ("time" only)."""
    of = node(authentication, 255)
    state, now, epoch, used = begun(of, A), Instant(0), EPOCH, list[int]()
    for what in happenings:
        now = after(now, Interval(SECOND // 3))
        event: NodeEvent = Startup() if what == "startup" else Shutdown() if what == "shutdown" else DeadlinesReached((0,))
        if what.startswith("clock"):
            epoch = Interval(epoch + (-2 if what == "clock back" else 2) * SECOND)
            event = ClockSet(epoch)
        transition = node_step(of, state, event, now)
        state = transition.state
        used += [effect.seal.sequence for outcome in transition.steps for effect in outcome.step.effects
                 if isinstance(effect, SendAdvertisement) and effect.seal]  # fmt: skip
    if not (isinstance(authentication, HmacTrailer) and authentication.anti_replay == "time" and happenings.count("clock back") > 2):
        assert used == sorted(set(used))


def test_a_new_master_is_believed_by_those_who_heard_the_old_one() -> None:
    """The authentication header's number is one for all routers: who takes over counts on from what it heard."""
    old, new, third = node(HEADER, 200), node(HEADER, 150), node(HEADER, 100)
    heir, witness = begun(new, B), begun(third, parse_address("192.0.2.3"))
    for _, sent, now in said(old, begun(old, A), 5):
        heir, witness = takes(new, heir, sent[0], now).state, takes(third, witness, sent[0], now).state
    taken, sent, now = next(said(new, heir, 1))
    assert rule_of(takes(third, witness, sent[0], now)) == rules.BACKUP_REFRESHED
    assert next(iter(taken.associations.values())).sequence == 6


def test_a_packet_without_what_it_should_have_is_discarded() -> None:
    plain, header, trailer = (first_advertisement(each)[0] for each in (ROUTER.authentication, HEADER, TRAILER))
    now = Instant(4 * SECOND)
    for authentication, datagram, rule in (
        (HEADER, plain, rules.AUTH_TYPE_MISMATCH),
        (HEADER, trailer, rules.AUTH_TYPE_MISMATCH),
        (TRAILER, plain, rules.TRAILER_MISSING),
        (TRAILER, header, rules.AUTH_TYPE_MISMATCH),
        (ROUTER.authentication, header, rules.AUTH_TYPE_MISMATCH),
    ):
        hearer = node(authentication)
        state = begun(hearer, B)
        transition = takes(hearer, state, datagram, now)
        assert (rule_of(transition), transition.state) == (rule, state)


@given(st.integers(-20, 20), st.sampled_from((1, 5, 300)))
def test_a_packet_is_believed_within_the_window(ahead: int, window: int) -> None:
    """Clocks may differ by the window, in whole seconds, either way; in "monotonic" they may differ by anything."""
    datagram, now = first_advertisement(TRAILER)
    ways: tuple[tuple[AntiReplay, bool], ...] = (("time", abs(ahead) <= window), ("monotonic", True))
    for anti_replay, believed in ways:
        hearer = node(evolve(TRAILER, time_window=Interval(window * SECOND), anti_replay=anti_replay))
        state = begun(hearer, B, Interval(EPOCH + ahead * SECOND))
        assert rule_of(takes(hearer, state, datagram, now)) == (rules.BACKUP_REFRESHED if believed else rules.TRAILER_STALE)


@given(st.sampled_from(("enforce", "permissive", "receive-only")), st.sampled_from(("enforce", "permissive", "receive-only")))
def test_signing_is_rolled_out_without_a_gap(here: Mode, there: Mode) -> None:
    """Only who enforces refuses, and only who does not sign is refused."""
    datagram, now = first_advertisement(evolve(TRAILER, mode=there))
    hearer = node(evolve(TRAILER, mode=here))
    transition = takes(hearer, begun(hearer, B), datagram, now)
    refused = here == "enforce" and there == "receive-only"
    assert rule_of(transition) == (rules.TRAILER_MISSING if refused else rules.BACKUP_REFRESHED)


def test_one_key_replaces_another_without_a_gap() -> None:
    """First both know the new key, then both sign with it, then the old one goes."""
    old, both, switched, new = (HmacTrailer(known, active) for known, active in (
        (KEYS[:1], 1), (KEYS, 1), (KEYS, 2), (KEYS[1:], 2)))  # fmt: skip
    steps = [(old, old), (both, old), (both, both), (switched, both), (switched, switched), (new, switched), (new, new)]
    for mine, theirs in (*steps, *(pair[::-1] for pair in steps)):
        datagram, now = first_advertisement(theirs)
        hearer = node(mine)
        assert rule_of(takes(hearer, begun(hearer, B), datagram, now)) == rules.BACKUP_REFRESHED
    datagram, now = first_advertisement(new)
    hearer = node(old)
    assert rule_of(takes(hearer, begun(hearer, B), datagram, now)) == rules.TRAILER_KEY


def test_copies_to_several_peers_have_one_number_with_a_trailer_and_many_in_a_header() -> None:
    peers = (B, parse_address("192.0.2.3"))
    for authentication, numbers in ((HEADER, [1, 2]), (TRAILER, None)):
        of = node(authentication, 255, peers)
        taken = node_step(of, initial(of, (Link("eth0", True, (A,)),)), Startup(), Instant(SECOND))
        sent = [effect for effect in taken.steps[0].step.effects if isinstance(effect, SendAdvertisement)]
        assert [effect.destination for effect in sent] == list(peers)
        found = [effect.seal.sequence for effect in sent if effect.seal]
        assert found == (numbers or [found[0]] * 2)


def test_the_senders_remembered_are_the_latest() -> None:
    """A fifth sender of a multicast router takes the place of the one heard longest ago."""
    hearer = node(TRAILER, 1)
    state = begun(hearer, B)
    for number in range(10, 10 + MOST_SENDERS + 1):
        sender = node(TRAILER, 200)
        _, sent, now = next(said(sender, begun(sender, parse_address(f"192.0.2.{number}")), 1))
        state = takes(hearer, state, sent[0], now).state
    remembered = [address for address, _ in next(iter(state.associations.values())).senders]
    assert remembered == [parse_address(f"192.0.2.{number}") for number in range(11, 11 + MOST_SENDERS)]


def test_a_permissive_router_uses_and_reports_what_does_not_verify() -> None:
    datagram, now = first_advertisement(HmacTrailer((HmacKey(1, bytes(32)),), 1))
    hearer = node(evolve(TRAILER, mode="permissive"))
    transition = takes(hearer, begun(hearer, B), datagram, now)
    outcome = transition.steps[0]
    assert isinstance(outcome.step.state, Backup)
    assert [remark.rule for remark in getattr(outcome.event, "remarks", ())] == [rules.TRAILER_CODE]
