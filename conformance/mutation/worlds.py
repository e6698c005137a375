"""Small worlds in which every property holds that can be asked of them, so that one violated there tells of a broken rule."""

from collections.abc import Iterable, Mapping
from functools import cache

from attrs import evolve

from kaspec.address import parse_address
from kaspec.explore import BY_NAME, Faults, Verdict, World, explore
from kaspec.explore.observing import Observer
from kaspec.explore.world import Host, without_later_announcements
from kaspec.node import Node
from kaspec.tracking import Link
from kaspec.units import SECOND, Interval
from kaspec.vrrp.router import KEEPALIVED, RFC5798, RFC9568, TrackerTrack, VirtualAddress, VirtualRouter
from kaspec.vrrp.sync_group import SyncGroup

ENOUGH = 2_000
"""How many states of a broken world are looked at: some mutants make storms, or wander about for long."""
WAY = Interval(1_000)

_BASE = VirtualRouter("VI_1", "eth0", 51, addresses=(VirtualAddress(parse_address("192.0.2.100"), 24, "eth0"),))
_BETTER, _WORSE = without_later_announcements([_BASE, evolve(_BASE, priority=50)])


def _pair(faults: Faults = Faults(), begins: str = "together", **changes: object) -> World:  # noqa: B008  (a frozen value)
    return World.of([evolve(each, **changes) for each in (_BETTER, _WORSE)], WAY, faults, begins)  # type: ignore[arg-type]


def _equals(*routers: VirtualRouter) -> World:
    return World.of(routers, WAY)


def _grouped(*ranks: tuple[int, int], faults: Faults = Faults()) -> World:  # noqa: B008
    """Two hosts, each with two virtual routers in a sync group, on two LANs."""
    hosts = []
    for name, priorities, there in zip("ab", ranks, _pair().hosts, strict=True):
        routers = tuple(_member(place, rank) for place, rank in enumerate(priorities, start=1))
        links = tuple(Link(f"eth{place}", up=True, addresses=there.links[0].addresses) for place in (1, 2))
        hosts.append(Host(name, Node(routers, (SyncGroup("G", ("VI_1", "VI_2")),)), links, {"eth1": "left", "eth2": "right"}))
    return World(tuple(hosts), ((0, 0), (1, 1)), WAY, faults)


def _member(place: int, rank: int) -> VirtualRouter:
    addresses = tuple(evolve(each, interface=f"eth{place}") for each in _BETTER.addresses)
    return evolve(_BETTER, name=f"VI_{place}", interface=f"eth{place}", priority=rank, virtual_router_id=place, addresses=addresses)


_OWNER = evolve(_BETTER, priority=255)
_SIX = evolve(_BETTER, version=3, family=6, profile=RFC5798, addresses=(VirtualAddress(parse_address("fe80::100"), 64, "eth0"),))
_LAST_WORD = evolve(KEEPALIVED, name="last word", answers_higher_priority=True)
_FAULT, _WEIGHT = TrackerTrack("script", "chk", 0), TrackerTrack("script", "chk", -60)
_HERE = (parse_address("192.0.2.1"), parse_address("192.0.2.1"))

WORLDS: Mapping[str, World] = {
    "pair": _pair(),
    "apart": _pair(begins="apart"),
    "losses": _pair(Faults(loss=2), "settled"),
    "crash": _pair(Faults.once("crash")),
    "stop": _pair(Faults.once("stop")),
    "cut": _pair(Faults.once("cut")),
    "one way": _pair(Faults.once("one_way")),
    "carrier": _pair(Faults.once("carrier")),
    "caches": evolve(_pair(Faults.once("cut"), "settled", profile=_LAST_WORD), caches=True),
    "nopreempt": _pair(Faults.once("crash"), preempt=False),
    "preempt_delay": _pair(Faults.once("crash"), preempt_delay=Interval(2 * SECOND)),
    "version 3": _pair(Faults.once("stop"), version=3),
    "rfc9568": _pair(Faults.once("cut"), version=3, profile=RFC9568),
    "ipv6": World.of((_SIX, evolve(_SIX, priority=50)), WAY, Faults.once("stop")),
    "ipv6 equals": _equals(_SIX, _SIX),
    "equals": _equals(_BETTER, _BETTER),
    "owner": World.of((_OWNER, _WORSE), WAY, Faults.once("stop")),
    "two owners": _equals(_OWNER, _OWNER),
    "clones": World.of((_BETTER, _BETTER), WAY, addresses=_HERE),
    "script": World.of((evolve(_BETTER, trackers=(_FAULT,)), _WORSE), WAY, Faults.once("tracked")),
    "owner's script": World.of((evolve(_OWNER, trackers=(_FAULT,)), _WORSE), WAY, Faults.once("tracked")),
    "weight": World.of((evolve(_BETTER, trackers=(_WEIGHT,)), _WORSE), WAY, Faults.once("tracked")),
    "group": _grouped((100, 100), (50, 50)),
    "group of owners": _grouped((255, 255), (50, 50)),
    "uneven group": _grouped((100, 60), (50, 40)),
    "group's stop": _grouped((100, 60), (50, 40), faults=Faults.once("stop")),
    "group's carrier": _grouped((100, 60), (50, 40), faults=Faults.once("carrier")),
}
"""By a name that says what is in it or goes wrong there."""


@cache
def asked_of(name: str) -> tuple[str, ...]:
    """Return the properties that hold in a world of the right core."""
    return tuple(each for each, verdict in verdicts(name, BY_NAME).items() if verdict == "holds")


def verdicts(name: str, asked: Iterable[str]) -> dict[str, Verdict]:
    """Explore a world of the core as it is now, and judge it by those properties that it can be asked of."""
    world = WORLDS[name]
    observer = Observer(explore(evolve(world, single=True), limit=ENOUGH))
    return {each: BY_NAME[each].judge(observer).verdict for each in asked if BY_NAME[each].concerns(world)}
