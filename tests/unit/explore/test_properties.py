"""Each property can fail: the core is broken in one way, and the property that speaks of it is violated; unbroken, it holds."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import evolve, frozen

from kaspec import rules
from kaspec.explore import BY_NAME, Faults, World, explore
from kaspec.explore.observing import Observer
from kaspec.explore.world import Host
from kaspec.node import Node
from kaspec.rules import Rule
from kaspec.tracking import Link, standing
from kaspec.units import SECOND, Instant, Interval, after
from kaspec.vrrp.acts import Step, advertise
from kaspec.vrrp.effects import InstallAddresses, Notify, RemoveAddresses
from kaspec.vrrp.events import AdvertisementReceived, Event
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.machine import step
from kaspec.vrrp.router import RFC5798, TrackerTrack, Version, VirtualRouter
from kaspec.vrrp.state import Backup, State
from kaspec.vrrp.sync_group import SyncGroup
from tests.unit.explore import BETTER, WAY, WORSE, judged, settled

Mutant = Mapping[str, Callable[..., Any]]


def changing(wrong: Callable[[Step, VirtualRouter, State, Instant], Step], *of: Rule) -> Mutant:
    """Change the steps that are taken by some rules."""

    def taken(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
        right = step(router, state, event, now)
        return wrong(right, router, state, now) if right.rule in of else right

    return {"kaspec.node.step": taken, "kaspec.settling.step": taken}


def lacking(kind: type, *of: Rule) -> Mutant:
    """Leave effects of a kind out."""
    return changing(lambda right, *_: evolve(right, effects=tuple(each for each in right.effects if not isinstance(each, kind))), *of)


def ignoring(*of: Rule) -> Mutant:
    """Do nothing at all."""
    return changing(lambda right, _, state, __: Step(state, (), right.rule), *of)


def waiting(by: Interval) -> Mutant:
    """Wait longer, or shorter, than Master_Down_Interval."""

    def wrong(version: Version, priority: int, interval: Interval, adverts: int = 3) -> Interval:
        return Interval(master_down_interval(version, priority, interval, adverts) + by)

    return {"kaspec.vrrp.acts.master_down_interval": wrong}


def raising() -> Mutant:
    def taken(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
        assert not (isinstance(state, Backup) and isinstance(event, AdvertisementReceived)), "a mistake"
        return step(router, state, event, now)

    return {"kaspec.node.step": taken}


def grouped(*ranks: tuple[int, int]) -> World:
    """Two hosts, each with two virtual routers in a sync group, on two LANs."""
    hosts = []
    for name, priorities, there in zip("ab", ranks, World.of((BETTER, BETTER)).hosts, strict=True):
        routers = tuple(_member(place, rank) for place, rank in enumerate(priorities, start=1))
        links = tuple(Link(f"eth{place}", up=True, addresses=there.links[0].addresses) for place in (1, 2))
        hosts.append(Host(name, Node(routers, (SyncGroup("G", ("VI_1", "VI_2")),)), links, {"eth1": "left", "eth2": "right"}))
    return World(tuple(hosts), ((0, 0), (1, 1)), WAY)


def _member(place: int, rank: int) -> VirtualRouter:
    addresses = tuple(evolve(each, interface=f"eth{place}") for each in BETTER.addresses)
    return evolve(BETTER, name=f"VI_{place}", interface=f"eth{place}", priority=rank, virtual_router_id=place, addresses=addresses)


def _expiring(right: Step, now: Instant, seconds: int) -> Step:
    """Let Master_Down_Timer run for so long from now."""
    assert isinstance(right.state, Backup)
    return evolve(right, state=evolve(right.state, master_down_at=after(now, Interval(seconds * SECOND))))


TRACKING = evolve(BETTER, trackers=(TrackerTrack("script", "chk", -60),))
PAIR = World.of((BETTER, WORSE), WAY)
CRASHING, STOPPING = (evolve(PAIR, faults=Faults.once(kind)) for kind in ("crash", "stop"))
MIXED = grouped((100, 50), (50, 100))


@frozen
class Broken:
    """A property, a world in which it holds, and a mutant that violates it there."""

    name: str
    world: World
    mutant: Mutant


BROKEN = (
    Broken("S1", PAIR, ignoring(rules.BACKUP_REFRESHED, rules.MASTER_YIELDS)),
    Broken("S2", PAIR, ignoring(rules.BACKUP_REFRESHED, rules.MASTER_YIELDS)),
    Broken("S3", settled(BETTER, WORSE, faults=Faults(loss=2)), waiting(Interval(-SECOND))),
    Broken("S4", PAIR, waiting(Interval(1))),
    Broken("S5", PAIR, lacking(InstallAddresses, rules.MASTER_DOWN)),
    Broken("S5", evolve(PAIR, faults=Faults(removal=1)), lacking(InstallAddresses, rules.HOLDINGS_RESTORED)),
    Broken(
        "S6",
        STOPPING,
        changing(
            lambda right, router, state, _: evolve(right, effects=advertise(router, evolve(state.standing, priority=0))), rules.BACKUP_STOPS
        ),
    ),
    Broken("S7", MIXED, {"kaspec.settling.move": lambda *_: None}),
    Broken("S9", PAIR, raising()),
    Broken("S10", evolve(PAIR, begins="apart"), lacking(RemoveAddresses, rules.MASTER_YIELDS)),
    Broken("S11", PAIR, {"kaspec.node.standing": lambda *given: evolve(standing(*given), priority=0)}),
    Broken("S12", PAIR, lacking(Notify, rules.MASTER_DOWN)),
    Broken("L1", CRASHING, waiting(Interval(SECOND))),
    Broken("L2", evolve(PAIR, begins="apart"), changing(lambda right, _, __, now: _expiring(right, now, 4), rules.BACKUP_LOWER)),
    Broken("L3", STOPPING, ignoring(rules.BACKUP_PRIORITY_ZERO)),
    Broken("L4", PAIR, changing(lambda right, _, __, now: _expiring(right, now, 0), rules.BACKUP_REFRESHED)),
    Broken("L5", World.of((TRACKING, WORSE), WAY, Faults(tracked=1)), ignoring(rules.PRIORITY_CHANGED)),
    Broken("L6", MIXED, {"kaspec.settling.move": lambda *_: None}),
)
ELSEWHERE = {"S5-caches", "S8"}
"""Violated in ``test_flaws``."""


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_property_fails_where_what_it_speaks_of_is_broken(broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(broken.world, broken.name)[1].verdict == "holds"
    for name, wrong in broken.mutant.items():
        monkeypatch.setattr(name, wrong)
    graph = explore(evolve(broken.world, single=True), limit=2_000)  # some make storms, or wander about for long
    assert BY_NAME[broken.name].judge(Observer(graph)).verdict == "violated"


def test_every_property_is_broken_once() -> None:
    assert {broken.name for broken in BROKEN} | ELSEWHERE == set(BY_NAME)


def test_owners_by_the_letter_of_rfc_5798_are_both_master_in_silence() -> None:
    owner = evolve(BETTER, priority=255, version=3, profile=RFC5798)
    assert judged(World.of((owner, owner), WAY), "S2")[1].verdict == "violated"
