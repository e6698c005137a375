"""Flaws of VRRP and of its implementations that are known from errata, issues and code: each is found again, by its shortest way.

Where a flaw is not in our core, a wrong one is made (a mutant), and the same world is shown to be well without it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from conformance.flaws import wrong
from kaspec.address import parse_address
from kaspec.explore import FOREVER, Faults, World
from kaspec.explore.playing import brief
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp import reception
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import Event
from kaspec.vrrp.machine import Step, step
from kaspec.vrrp.router import KEEPALIVED, RFC3768, RFC5798, RFC9568, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import State
from kaspec.vrrp.transmission import transmit
from tests.unit.explore import BETTER, WAY, WORSE, judged, settled, shown

STARTS = ("0.000000 a starts", "0.000000 b starts")
OWNER = evolve(BETTER, priority=255)
LOWEST_AND_HIGHEST = (parse_address("fe80::1"), parse_address("fe80::ffff:ffff:ffff:ffff"))
"""Whoever makes an address of its own, as FRR does, has one between them."""
SAME_ADDRESS = (parse_address("192.0.2.1"), parse_address("192.0.2.1"))


def way_to(world: World, name: str = "T1", kept: str | None = None) -> tuple[str, ...]:
    """Return how a property is violated, move by move; ``kept`` is the file of the trace that is played at real routers."""
    graph, judgement = judged(world, name)
    assert judgement.verdict == "violated"
    return brief(shown(graph, judgement, kept))


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
    """The tie-break is only in Master (keepalived issues 1515, 2323); it heals as soon as they hear each other."""
    equals = World.of((BETTER, BETTER), WAY)
    assert way_to(equals, kept="01-equal-priorities") == (*STARTS, "3.609375 a deadline", "3.609375 b deadline")
    assert lasts(equals) == WAY
    assert holds(World.of((BETTER, WORSE), WAY))


def test_2_without_skew_different_priorities_promote_at_the_same_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole seconds leave nothing of Skew_Time (holo)."""

    stepping(monkeypatch, wrong.whole_seconds)
    worse = World.of((BETTER, WORSE), WAY)
    assert way_to(worse, kept="02-no-skew") == (*STARTS, "3.000000 a deadline", "3.000000 b deadline")


def test_3_one_lost_first_advertisement_makes_two_masters_at_a_cold_start() -> None:
    cold = World.of((BETTER, WORSE), WAY, Faults(loss=1))
    assert way_to(cold, kept="03-first-lost") == (*STARTS, "3.609375 a deadline", "3.609375 a to b lost", "3.804687 b deadline")
    assert lasts(cold) == 2 * WAY  # the answer to the intruder's advertisement ends it


def test_4_two_losses_in_a_row_are_forgiven_and_three_are_not() -> None:
    assert holds(settled(BETTER, WORSE, faults=Faults(loss=2)), "S3")
    assert way_to(settled(BETTER, WORSE, faults=Faults(loss=3)), kept="04-three-losses")[6:] == (
        "5.609375 a deadline",
        "5.609375 a to b lost",
        "6.609375 a deadline",
        "6.609375 a to b lost",
        "7.609375 a deadline",
        "7.609375 a to b lost",
        "8.414062 b deadline",
    )


def test_5_two_owners_discard_each_other_for_ever_without_erratum_8298() -> None:
    literal, mended = (World.of((evolve(OWNER, version=3, profile=profile),) * 2, WAY) for profile in (RFC5798, RFC9568))
    assert way_to(literal, "S1", "05-two-owners")[:4] == (*STARTS, "0.001000 b hears a", "0.001000 a hears b")
    assert (lasts(literal), lasts(mended)) == (FOREVER, WAY)
    assert holds(mended, "L2")


def test_6_different_intervals_split_version_2_for_ever() -> None:
    """RFC 3768 7.1 discards; version 3 learns the Master's interval instead."""
    slower = evolve(WORSE, advertisement_interval=Interval(2 * SECOND))
    assert lasts(World.of((BETTER, slower), WAY)) == FOREVER
    assert way_to(World.of((BETTER, slower), WAY), kept="06-intervals")[-1] == "6.804687 b deadline"
    learning = World.of((evolve(BETTER, version=3), evolve(slower, version=3)), WAY)
    assert holds(learning)
    assert holds(learning, "L2")


def test_7_what_is_blocked_in_one_direction_makes_two_masters_until_it_is_not() -> None:
    """keepalived issues 342, 1528: a firewall that drops protocol 112 on one of them."""
    blocked = settled(BETTER, WORSE, faults=Faults(one_way=1, recovers=False))
    way = way_to(blocked, kept="07-one-way")
    assert way[6:] == (
        "4.609375 a to b cut",
        *(f"{at}.609375 a deadline" for at in (5, 6, 7)),
        "8.414062 b deadline",
    )
    assert holds(settled(BETTER, WORSE, faults=Faults(one_way=1)), "S1")


def test_8_equal_priority_and_address_make_a_storm_if_the_rfc_is_read_literally(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9568 6.4.3 sends at once in reply to whatever does not win; keepalived and the core know their own address."""
    clones = evolve(World.of((evolve(BETTER, version=3, profile=RFC9568),) * 2, WAY, addresses=SAME_ADDRESS), single=True)
    assert holds(clones, "S8")
    stepping(monkeypatch, wrong.literal)
    *_, last = way_to(clones, "S8", "08-storm")
    assert last.startswith("3.609375")


def test_9_an_interval_of_zero_makes_a_backup_take_over_at_every_advertisement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Erratum 8301: it must be discarded; then the two are as deaf to each other as with any mistake, but nobody flaps."""

    def wrapped(effect: SendAdvertisement) -> Any:
        said = evolve(effect.advertisement, advertisement_interval=Interval(0)) if effect.advertisement.priority == 100 else None
        return transmit(evolve(effect, advertisement=said) if said else effect)

    monkeypatch.setattr("kaspec.explore.tables.transmit", wrapped)
    world = evolve(World.of((evolve(BETTER, version=3), evolve(WORSE, version=3)), WAY), single=True)
    assert way_to(world)[-1] == "3.804687 b deadline"
    assert holds(world, "L4")
    monkeypatch.setattr("kaspec.vrrp.reception._check_interval", lambda *_: None)
    reception._judge.cache_clear()
    assert way_to(world, kept="09-interval-zero") == (*STARTS, "3.609375 a deadline", "3.609375 b hears a", "3.609375 b deadline")
    assert not holds(world, "L4")
    reception._judge.cache_clear()


def test_10_after_a_healed_split_the_network_still_looks_for_the_loser() -> None:
    """keepalived issue 166.  The RFC never announces again; keepalived does if it heard the other, which one last word makes sure."""
    faults = Faults(cut=1)

    def world(profile: Any) -> World:
        routers = (evolve(each, profile=profile) for each in (BETTER, WORSE))
        return evolve(settled(*routers, faults=faults), caches=True)

    assert not holds(world(RFC3768), "S5-caches")
    unheard = way_to(world(KEEPALIVED), "S5-caches", "10-unheard")
    assert "8.414062 b deadline" in unheard
    assert unheard[unheard.index("8.414062 b deadline") + 1] == "8.414062 a and b heal"
    assert holds(world(evolve(KEEPALIVED, name="last word", answers_higher_priority=True)), "S5-caches")


def test_11_without_the_address_comparison_equals_stay_both_master(monkeypatch: pytest.MonkeyPatch) -> None:
    """keepalived before 1.2.22 compared no IPv6 addresses (issues 342, 580)."""
    six = evolve(BETTER, version=3, family=6, profile=RFC5798, addresses=(VirtualAddress(parse_address("fe80::100"), 64, "eth0"),))
    world = World.of((six, six), WAY, addresses=LOWEST_AND_HIGHEST)
    assert (lasts(world), holds(world, "L2")) == (WAY, True)
    stepping(monkeypatch, wrong.blind)
    graph, judgement = judged(world, "S1")
    assert (judgement.verdict, judgement.worst) == ("violated", FOREVER)
    assert brief(shown(graph, judgement, "11-ipv6-tie"))[:4] == (*STARTS, "3.609375 a deadline", "3.609375 b deadline")


def test_12_a_rogue_owner_yields_and_equals_that_do_not_preempt_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """keepalived issues 1884, 2323: both settle by the address, after a split too; not so by RFC 3768, or without the address."""
    rogue = World.of((OWNER, OWNER, WORSE), WAY)
    assert lasts(rogue) == WAY
    assert holds(rogue, "L2")
    steady = evolve(BETTER, preempt=False)
    parted = World.of((steady, steady), WAY, Faults(cut=1))
    assert all(holds(parted, name) for name in ("S1", "L2", "L4"))
    literal = World.of((evolve(OWNER, profile=RFC3768),) * 2, WAY)
    assert way_to(literal, "S1", "12-rogue-owner")[:2] == STARTS
    stepping(monkeypatch, wrong.blind)
    silent = World.of((evolve(steady, profile=RFC3768),) * 2, WAY)  # who answers would be answered, without end
    assert way_to(silent, "S1", "12-nopreempt")[:2] == STARTS


def test_13_who_only_believes_one_form_of_checksum_is_deaf_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9568 5.2.8 leaves the pseudo-header out of IPv4's, RFC 5798 and keepalived do not; the core hears both."""
    new, old = evolve(BETTER, version=3, checksum_form="message"), evolve(WORSE, version=3)
    world = World.of((new, old), WAY)
    assert (holds(world), holds(world, "L2")) == (True, True)
    monkeypatch.setattr("kaspec.node.receive", wrong.strict)
    graph, judgement = judged(world, "S1")
    assert (judgement.verdict, judgement.worst) == ("violated", FOREVER)
    assert brief(shown(graph, judgement, "13-checksum"))[-1][9:] in {"a deadline", "b deadline"}


def test_keepalived_lets_any_packet_of_the_id_postpone_its_advertisement() -> None:
    """A third router with another password keeps a silent Master silent: two Masters for ever.  Ours takes no notice of it."""

    def world(rearms: bool) -> World:
        profile = evolve(RFC3768, name="rearming", discard_rearms_master=rearms)
        best = evolve(BETTER, profile=profile)
        stranger = evolve(WORSE, priority=90, profile=RFC3768, authentication=SimplePassword.of("other"))
        three = World.of((best, evolve(WORSE, profile=RFC3768), stranger), Interval(0))
        return evolve(three, virtual=((0, 0, None),))

    assert lasts(world(rearms=False)) == 0
    assert lasts(world(rearms=True)) == FOREVER
