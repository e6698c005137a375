"""Laws of the search by whole levels: it finds as many states and moves as the plain one, and ways as short."""

import pytest
from attrs import evolve
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from kaspec.explore import NO_TWO_MASTERS, Faults, Graph, World, explore, judge, search
from kaspec.explore.arrays import TooWideError
from kaspec.explore.playing import play
from kaspec.explore.tables import Memory
from kaspec.explore.wide import survey, two_masters
from kaspec.explore.world import without_later_announcements
from kaspec.units import Interval
from kaspec.vrrp.router import TrackerTrack
from tests.laws.test_explore import COARSE, HALF_AS_FAST, ROUTER, TICK, coarse_worlds, reloading_worlds, worlds

LIMIT = 5_000
KINDS = st.sampled_from(
    ("loss", "crash", "stop", "cut", "one_way", "carrier", "tracked", "duplication", "reordering", "removal", "pause", "drift", "reload")
)


@st.composite
def any_worlds(draw: st.DrawFn) -> World:
    """Two or three routers with a tracked script, two kinds of faults, leaping or ticking, and whatever else a world can be."""
    base = evolve(ROUTER, version=3, advertisement_interval=Interval(4 * TICK), trackers=(TrackerTrack("script", "chk", -100),))
    size = draw(st.integers(2, 3))
    routers = without_later_announcements([evolve(base, priority=draw(st.sampled_from(COARSE))) for _ in range(size)])
    kinds = draw(st.lists(KINDS, min_size=1, max_size=2 if size == 2 else 1))
    world = World.of(
        routers, draw(st.sampled_from((Interval(0), TICK))), Faults.once(*kinds), draw(st.sampled_from(("together", "settled")))
    )
    grid = draw(st.sampled_from((None, TICK)))
    return evolve(world, grid=grid, single=draw(st.booleans()), caches=draw(st.booleans()), rates=HALF_AS_FAST)


def agree(world: World) -> None:
    plain = explore(world, limit=LIMIT)
    if plain.complete:
        try:
            wide = survey(world)
        except TooWideError:
            reject()  # a word is too small for its states, which it says
        assert (wide.states, wide.transitions, wide.complete) == (len(plain.states), plain.transitions, True)


@settings(max_examples=20, deadline=None)
@given(any_worlds())
def test_both_searches_count_the_same(world: World) -> None:
    agree(world)


@settings(max_examples=20, deadline=None)
@given(worlds() | coarse_worlds() | reloading_worlds())
def test_both_searches_count_the_same_however_hosts_start(world: World) -> None:
    agree(world)


@settings(max_examples=20, deadline=None)
@given(coarse_worlds())
def test_both_searches_find_a_shortest_way(world: World) -> None:
    """The numbers of moves differ, since each search meets them in its own order; how many it takes does not."""
    plain = judge(explore(world), (NO_TWO_MASTERS,))["T1"]
    wide = survey(world, two_masters)
    assert (wide.path is None) == (plain.verdict != "violated")
    if wide.path is not None:
        assert len(wide.path) == len(plain.path)
        assert not wide.complete


def test_what_outgrows_its_word_is_laid_out_anew() -> None:
    """Three routers at the microsecond: hundreds of local states, where the first layout has room for a few."""
    routers = without_later_announcements([evolve(ROUTER, priority=priority) for priority in (100, 50, 20)])
    agree(World.of(routers, Interval(1_000), Faults(loss=1)))


def told(graph: Graph) -> list[object]:
    """Return all that a search found, in its order, by values: the numbers of these are as they were met."""
    tables, first = graph.tables, graph.steps.first_queue
    states = [
        (
            tables.conditions.values[state[0]],
            *(tables.locals.values[number] for number in state[1:first]),
            *(tuple((tables.datagrams.values[each], left) for each, left in tables.queues.values[number]) for number in state[first:]),
        )
        for state in graph.states
    ]
    moves = [graph.move(number) for number in graph.by]
    return [states, moves, *map(list, (graph.parents, graph.offsets, graph.targets)), len(tables.happenings)]


@settings(max_examples=15, deadline=None)
@given(any_worlds() | worlds() | coarse_worlds() | reloading_worlds(), st.sampled_from((1, 7)))
def test_states_looked_at_together_are_those_looked_at_one_by_one(world: World, together: int) -> None:
    """State by state and move by move, in the same order; whether or not others have asked about the hosts before."""
    memory = Memory()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "WORTH_ARRAYS", LIMIT)
        plain = explore(world, limit=LIMIT)
        patch.setattr(search, "WORTH_ARRAYS", together)
        arrays = explore(world, limit=LIMIT, memory=memory)
        if plain.complete:
            assert told(arrays) == told(plain)
            calmer = evolve(world, faults=Faults())
            assert told(explore(calmer, memory=memory)) == told(explore(calmer))


def test_a_way_that_a_survey_found_can_be_played() -> None:
    routers = without_later_announcements([evolve(ROUTER, priority=priority) for priority in (100, 50)])
    world = World.of(routers, Interval(1_000), Faults(loss=1))
    found = survey(world, two_masters)
    assert found.path is not None
    graph = evolve(explore(world, limit=1), steps=found.steps)
    assert [type(each.move).__name__ for each in play(graph, found.path).played] == ["Starts", "Starts", "Reaches", "Loses", "Reaches"]
