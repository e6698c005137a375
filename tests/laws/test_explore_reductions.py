"""Laws of the reductions: with fewer states the same verdicts, the same longest times, and the same Masters but for the names of equals.

And that these laws are strict enough: reductions that are wrong on purpose do not pass.
"""

from collections.abc import Callable

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec.explore import Faults, Graph, World, explore, judge, reductions
from kaspec.explore.playing import play
from kaspec.explore.reductions import Reductions, Waiting
from kaspec.explore.world import FAULTS, Host, without_later_announcements
from kaspec.units import ZERO, Interval
from kaspec.vrrp.router import KEEPALIVED, RFC3768
from tests.laws.test_explore import COARSE, HALF_AS_FAST, ROUTER, TICK, masters

ORDER, SYMMETRY = Reductions(symmetry=False), Reductions(order=False)
LIMIT = 1_500
NOTHING = Faults()


def trio(priorities: tuple[int, ...], faults: Faults = NOTHING, clones: bool = False) -> World:
    """Three routers on a coarse grid; ``clones`` are at one address."""
    base = evolve(ROUTER, version=3, advertisement_interval=Interval(4 * TICK))
    world = World.of(without_later_announcements([evolve(base, priority=each) for each in priorities]), TICK, faults)
    if clones:
        world = evolve(world, hosts=tuple(evolve(host, links=world.hosts[0].links) for host in world.hosts))
    return evolve(world, rates=HALF_AS_FAST)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two or three routers, some of them alike, and perhaps one thing that goes wrong."""
    faults = draw(st.just(Faults()) | st.sampled_from(FAULTS).map(Faults.once) | st.just(Faults(crash=1, recovers=False)))
    world = trio(tuple(draw(st.lists(st.sampled_from(COARSE), min_size=2, max_size=3))), faults, draw(st.booleans()))
    profile = draw(st.sampled_from((KEEPALIVED, RFC3768)))
    routers = [evolve(host.node.routers[0], profile=profile) for host in world.hosts]
    hosts = tuple(evolve(host, node=evolve(host.node, routers=(router,))) for host, router in zip(world.hosts, routers, strict=True))
    return evolve(world, hosts=hosts, begins=draw(st.sampled_from(("together", "apart", "settled"))), caches=draw(st.booleans()))


def seen(graph: Graph, nameless: bool) -> object:
    """Return what a search comes to: verdicts, longest times and Masters; ``nameless``: how many they are instead of who."""
    verdicts = {name: (each.verdict, each.worst) for name, each in judge(graph).items()}
    who = masters(graph)
    return verdicts, {tuple(bits.bit_count() for bits in each) for each in who} if nameless else who


def agrees(world: World, by: Reductions) -> bool:
    """Tell whether a reduction changes nothing; the whole search is complete."""
    return seen(explore(world), by.symmetry) == seen(explore(world, reductions=by), by.symmetry)


@settings(max_examples=12, deadline=None)
@given(worlds(), st.sampled_from((ORDER, SYMMETRY, Reductions())))
def test_reductions_change_nothing_but_how_long_it_takes(world: World, by: Reductions) -> None:
    whole = explore(world, limit=LIMIT)
    if whole.complete:
        reduced = explore(world, reductions=by)
        assert len(reduced.states) <= len(whole.states)
        assert seen(whole, by.symmetry) == seen(reduced, by.symmetry)
        for judgement in judge(reduced).values():
            if judgement.path:
                play(reduced, judgement.path, judgement.again)


def test_order_and_symmetry_save_states() -> None:
    for world, by in ((trio((128, 64, 64)), ORDER), (trio((64, 64, 64), Faults(loss=1), clones=True), SYMMETRY)):
        assert len(explore(world, reductions=by).states) < len(explore(world).states)


def impatient(_: reductions.Order, due: int, waiting: Waiting) -> bool:
    """Take for urgent whatever may be done, though it may take its time."""
    return not due or bool(waiting)


def deaf(*_: object) -> bool:
    """Take everything for silent, whoever becomes Master."""
    return True


def blind(_: reductions.Symmetry, one: Host, other: Host) -> bool:
    """Take routers for equal that are at different addresses, or of different priorities."""
    return one.node.routers[0].version == other.node.routers[0].version


WRONG = (
    ("Order.is_urgent", impatient, trio((128, 64)), ORDER),
    ("Order._is_silent", deaf, evolve(trio((64, 64, 64)), delay=ZERO), ORDER),
    ("Symmetry.are_equal", blind, trio((64, 64), Faults(crash=1)), SYMMETRY),
    ("Symmetry.are_equal", blind, trio((128, 64), Faults(crash=1)), SYMMETRY),
)


@pytest.mark.parametrize(("part", "wrong", "world", "by"), WRONG)
def test_a_reduction_that_is_wrong_is_found_out(
    part: str, wrong: Callable[..., bool], world: World, by: Reductions, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert agrees(world, by)
    monkeypatch.setattr(f"kaspec.explore.reductions.{part}", wrong)
    try:
        found_out = not agrees(world, by)
    except (KeyError, StopIteration):  # a representative that has no such move
        found_out = True
    assert found_out
