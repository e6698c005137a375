"""Flaws of VRRP and of its implementations that are known from errata, issues and code: each is found again, by its shortest way.

The whole way is in ``flaws``, and a search as simple as can be finds none shorter (``pinned``); each test says why there is none.
Deadlines are met to the microsecond and nothing is under way for longer than ``WAY``: what can be chosen is who is first, how soon
something arrives, and what goes wrong when.  Of several ways as short the one is found whose moves come first: deadlines in the order of
the hosts, arrivals, then what goes wrong, and last of all that time passes.

Where a flaw is not in our core, a wrong one is made (a mutant), and the same world is shown to be well without it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from conformance.flaws import wrong
from kaspec.address import parse_address
from kaspec.explore import Faults, World, search
from kaspec.explore.wide import survey, two_masters
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp import reception
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import Event
from kaspec.vrrp.machine import Step, step
from kaspec.vrrp.router import KEEPALIVED, RFC3768, RFC5798, RFC9568, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import State
from kaspec.vrrp.transmission import transmit
from tests.unit.explore import BETTER, WAY, WORSE, judged, settled
from tests.unit.explore.pinning import comes_back_at_once, misled_for_ever, pinned, two_masters_for_ever

OWNER = evolve(BETTER, priority=255)
LOWEST_AND_HIGHEST = (parse_address("fe80::1"), parse_address("fe80::ffff:ffff:ffff:ffff"))
"""Whoever makes an address of its own, as FRR does, has one between them."""
SAME_ADDRESS = (parse_address("192.0.2.1"), parse_address("192.0.2.1"))


def holds(world: World, name: str = "T1") -> bool:
    return judged(world, name)[1].verdict == "holds"


def lasts(world: World) -> Interval | None:
    """Return how long two Masters last at worst."""
    return judged(world, "S1")[1].worst


def stepping(monkeypatch: pytest.MonkeyPatch, wrong: Callable[[VirtualRouter, State, Event, Instant], Step | None]) -> None:
    """Let ``wrong`` take steps; where it has nothing to say, the core does."""

    def taken(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
        return wrong(router, state, event, now) or step(router, state, event, now)

    monkeypatch.setattr("kaspec.node.step", taken)
    monkeypatch.setattr("kaspec.settling.step", taken)


def test_1_equal_priorities_promote_at_the_same_instant() -> None:
    """The tie-break is only in Master (keepalived issues 1515, 2323); it heals as soon as they hear each other.

    Both wait for the same time, so the first time that passes ends with both deadlines; two Masters take no less than both of them.
    """
    equals = World.of((BETTER, BETTER), WAY)
    pinned(equals, "T1", "01-equal-priorities")
    assert lasts(equals) == WAY
    assert holds(World.of((BETTER, WORSE), WAY))


def test_2_without_skew_different_priorities_promote_at_the_same_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole seconds leave nothing of Skew_Time (holo).  The way is that of equals, at 3 s: none is shorter, as there."""
    stepping(monkeypatch, wrong.whole_seconds)
    pinned(World.of((BETTER, WORSE), WAY), "T1", "02-no-skew")


def test_3_one_lost_first_advertisement_makes_two_masters_at_a_cold_start() -> None:
    """Only what a says keeps b waiting, and a says it once before b's deadline: that one is lost, and time passes until then."""
    cold = World.of((BETTER, WORSE), WAY, Faults(loss=1))
    pinned(cold, "T1", "03-first-lost")
    assert lasts(cold) == 2 * WAY  # the answer to the intruder's advertisement ends it


def test_4_two_losses_in_a_row_are_forgiven_and_three_are_not() -> None:
    """b waits for three intervals and Skew_Time since it heard a: in that time a speaks three times, each of which must be lost."""
    assert holds(settled(BETTER, WORSE, faults=Faults(loss=2)), "S3")
    pinned(settled(BETTER, WORSE, faults=Faults(loss=3)), "T1", "04-three-losses")


def test_5_two_owners_discard_each_other_for_ever_without_erratum_8298() -> None:
    """Owners do not wait: both are Master once both are started.  Each round after it is what an interval must bring: both are heard, in
    vain, and both speak again.
    """
    literal, mended = (World.of((evolve(OWNER, version=3, profile=profile),) * 2, WAY) for profile in (RFC5798, RFC9568))
    pinned(literal, "S1", "05-two-owners", two_masters_for_ever)
    assert lasts(mended) == WAY
    assert holds(mended, "L2")


def test_6_different_intervals_split_version_2_for_ever() -> None:
    """RFC 3768 7.1 discards; version 3 learns the Master's interval instead.

    b waits for three of its own intervals and Skew_Time; meanwhile a speaks four times, and each time b must hear it, in vain.  The round
    that follows is what b's interval must bring: a speaks twice in it, b once.
    """
    slower = evolve(WORSE, advertisement_interval=Interval(2 * SECOND))
    deaf = World.of((BETTER, slower), WAY)
    pinned(deaf, "T1", "06-intervals")
    pinned(deaf, "S1", "06-for-ever", two_masters_for_ever, traced=False)
    learning = World.of((evolve(BETTER, version=3), evolve(slower, version=3)), WAY)
    assert holds(learning)
    assert holds(learning, "L2")


def test_7_what_is_blocked_in_one_direction_makes_two_masters_until_it_is_not() -> None:
    """keepalived issues 342, 1528: a firewall that drops protocol 112 on one of them.

    Nothing that a says is under way after the cut: b's deadline comes after three of a's, and nobody hears anything between.
    """
    blocked = settled(BETTER, WORSE, faults=Faults(one_way=1, recovers=False))
    pinned(blocked, "T1", "07-one-way", two_masters_for_ever)
    assert holds(settled(BETTER, WORSE, faults=Faults(one_way=1)), "S1")


def test_8_equal_priority_and_address_make_a_storm_if_the_rfc_is_read_literally(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9568 6.4.3 sends at once in reply to whatever does not win; keepalived and the core know their own address.

    With room for one advertisement on each way.  Both become Master at once and speak; b's answer replaces what it had said, so that the
    round, in which each answers the other, begins with one advertisement on the way: after the first was heard, and not sooner.
    """
    clones = evolve(World.of((evolve(BETTER, version=3, profile=RFC9568),) * 2, WAY, addresses=SAME_ADDRESS), single=True)
    assert holds(clones, "S8")
    stepping(monkeypatch, wrong.literal)
    pinned(clones, "S8", "08-storm", comes_back_at_once)


def test_9_an_interval_of_zero_makes_a_backup_take_over_at_every_advertisement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Erratum 8301: it must be discarded; then the two are as deaf to each other as with any mistake, but nobody flaps.

    Who has learnt an interval of zero waits for three times nothing: the first advertisement that b hears makes it Master at that instant,
    and without one it would have to wait, one more move.  Where it is discarded, that is the way.
    """

    def wrapped(effect: SendAdvertisement) -> Any:
        said = evolve(effect.advertisement, advertisement_interval=Interval(0)) if effect.advertisement.priority == 100 else None
        return transmit(evolve(effect, advertisement=said) if said else effect)

    monkeypatch.setattr("kaspec.explore.tables.transmit", wrapped)
    world = evolve(World.of((evolve(BETTER, version=3), evolve(WORSE, version=3)), WAY), single=True)
    pinned(world, "T1", "09-discarded", traced=False)
    assert holds(world, "L4")
    monkeypatch.setattr("kaspec.vrrp.reception._check_interval", lambda *_: None)
    reception._judge.cache_clear()
    pinned(world, "T1", "09-interval-zero")
    assert not holds(world, "L4")
    reception._judge.cache_clear()


def test_10_after_a_healed_split_the_network_still_looks_for_the_loser() -> None:
    """keepalived issue 166.  The RFC never announces again; keepalived does if it heard the other, which one last word makes sure.

    b must become Master, so that it announces the addresses, and yield unheard: the split is as long as b waits, and heals before b says
    anything that a could hear; a's next word silences b.  With the one after it the round begins, in which nothing changes any more.
    """
    faults = Faults(cut=1)

    def world(profile: Any) -> World:
        routers = (evolve(each, profile=profile) for each in (BETTER, WORSE))
        return evolve(settled(*routers, faults=faults), caches=True)

    assert not holds(world(RFC3768), "S5-caches")
    pinned(world(KEEPALIVED), "S5-caches", "10-unheard", misled_for_ever)
    assert holds(world(evolve(KEEPALIVED, name="last word", answers_higher_priority=True)), "S5-caches")


def test_11_without_the_address_comparison_equals_stay_both_master(monkeypatch: pytest.MonkeyPatch) -> None:
    """keepalived before 1.2.22 compared no IPv6 addresses (issues 342, 580).

    Equals are both Master after their first deadlines, as above; the round is what an interval must bring.
    """
    six = evolve(BETTER, version=3, family=6, profile=RFC5798, addresses=(VirtualAddress(parse_address("fe80::100"), 64, "eth0"),))
    world = World.of((six, six), WAY, addresses=LOWEST_AND_HIGHEST)
    assert (lasts(world), holds(world, "L2")) == (WAY, True)
    stepping(monkeypatch, wrong.blind)
    pinned(world, "S1", "11-ipv6-tie", two_masters_for_ever)


def test_12_a_rogue_owner_yields_and_equals_that_do_not_preempt_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """keepalived issues 1884, 2323: both settle by the address, after a split too; not so by RFC 3768, or without the address.

    Owners are both Master once both are started, equals after their first deadlines; the round is what an interval must bring.
    """
    rogue = World.of((OWNER, OWNER, WORSE), WAY)
    assert lasts(rogue) == WAY
    assert holds(rogue, "L2")
    steady = evolve(BETTER, preempt=False)
    parted = World.of((steady, steady), WAY, Faults(cut=1))
    assert all(holds(parted, name) for name in ("S1", "L2", "L4"))
    literal = World.of((evolve(OWNER, profile=RFC3768),) * 2, WAY)
    pinned(literal, "S1", "12-rogue-owner", two_masters_for_ever)
    stepping(monkeypatch, wrong.blind)
    silent = World.of((evolve(steady, profile=RFC3768),) * 2, WAY)  # who answers would be answered, without end
    pinned(silent, "S1", "12-nopreempt", two_masters_for_ever)


def test_13_who_only_believes_one_form_of_checksum_is_deaf_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9568 5.2.8 leaves the pseudo-header out of IPv4's, RFC 5798 and keepalived do not; the core hears both.

    Nothing needs to go wrong: a speaks once before b's deadline, must be heard before time passes, and is discarded.
    """
    new, old = evolve(BETTER, version=3, checksum_form="message"), evolve(WORSE, version=3)
    world = World.of((new, old), WAY)
    assert (holds(world), holds(world, "L2")) == (True, True)
    monkeypatch.setattr("kaspec.node.receive", wrong.strict)
    pinned(world, "S1", "13-checksum", two_masters_for_ever)


def test_keepalived_lets_any_packet_of_the_id_postpone_its_advertisement() -> None:
    """A third router with another password keeps a silent Master silent: two Masters for ever.  Ours takes no notice of it.

    c discards a as a discards c, so it is Master after its own deadline, and speaks before a is to speak again, each time; b heard a once
    and discards c.  So b's deadline comes as soon as it can, and nothing has to go wrong.  The round is what an interval must bring.
    """

    def world(rearms: bool) -> World:
        profile = evolve(RFC3768, name="rearming", discard_rearms_master=rearms)
        best = evolve(BETTER, profile=profile)
        stranger = evolve(WORSE, priority=90, profile=RFC3768, authentication=SimplePassword.of("other"))
        three = World.of((best, evolve(WORSE, profile=RFC3768), stranger), Interval(0))
        return evolve(three, virtual=((0, 0, None),))

    assert lasts(world(rearms=False)) == 0
    pinned(world(rearms=True), "S1", "14-any-packet", two_masters_for_ever, traced=False)


FOUND_AGAIN = (
    World.of((BETTER, BETTER), WAY),
    World.of((BETTER, WORSE), WAY, Faults(loss=1)),
    settled(BETTER, WORSE, faults=Faults(loss=3)),
    World.of((BETTER, evolve(WORSE, advertisement_interval=Interval(2 * SECOND))), WAY),
    settled(BETTER, WORSE, faults=Faults(one_way=1, recovers=False)),
)
"""Worlds of above in which two Masters are found as the core is."""


@pytest.mark.parametrize("world", FOUND_AGAIN)
def test_the_way_is_the_same_however_it_is_searched(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One state after the other, or many together; a survey, which goes back from the least of several states, finds one as short."""
    one_by_one, judgement = judged(world, "T1")
    monkeypatch.setattr(search, "WORTH_ARRAYS", 1)
    together, judgement_too = judged(world, "T1")
    ways = [[str(graph.move(number)) for number in each.path] for graph, each in ((one_by_one, judgement), (together, judgement_too))]
    assert ways[0] == ways[1]
    surveyed = [survey(world, two_masters) for _ in range(2)]
    told = [[str(each.steps.tables.moves.values[number]) for number in each.path or ()] for each in surveyed]
    assert told[0] == told[1]
    assert len(told[0]) == len(ways[0])
