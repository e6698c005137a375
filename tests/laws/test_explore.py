"""Laws of the checker: its tables are the core, its leaps leave nothing out, and what it leaves away changes no verdict."""

from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec.config.model import Configuration
from kaspec.explore import Faults, Graph, World, explore, judge
from kaspec.explore.moves import Passes, duration
from kaspec.explore.observing import Observer
from kaspec.explore.playing import play, trace
from kaspec.explore.world import FAULTS, Beginning, Setup, without_later_announcements
from kaspec.node import Node
from kaspec.trace import Trace, parse
from kaspec.trace import run as run_trace
from kaspec.trackers.tracked import Script
from kaspec.units import CENTISECOND, SECOND, ZERO, Interval
from kaspec.vrrp.router import KEEPALIVED, RFC3768, TrackerTrack, Version, VirtualAddress, VirtualRouter
from tests.laws.strategies import VIRTUAL

ROUTER = VirtualRouter("VI_1", "eth0", 51, addresses=(VirtualAddress(VIRTUAL[0], 24, "eth0"),))
TICK = CENTISECOND
"""Of version 3 at 4 cs with priorities 64, 128 and 192: Skew_Time is 3, 2 and 1 of it."""
COARSE = (64, 128, 192)
HALF_AS_FAST = (500,)
"""A rate at which a clock meets its deadlines on a grid."""
versions: st.SearchStrategy[Version] = st.sampled_from((2, 3))
beginnings: st.SearchStrategy[Beginning] = st.sampled_from(("together", "apart", "settled"))
budgets = st.builds(Faults, loss=st.integers(0, 1), crash=st.integers(0, 1), stop=st.integers(0, 1), recovers=st.booleans())
budgets |= st.sampled_from(FAULTS).map(Faults.once)


@st.composite
def coarse_worlds(draw: st.DrawFn, faults: st.SearchStrategy[Faults] = budgets) -> World:
    """Two routers whose every interval is a multiple of ``TICK``."""
    base = evolve(ROUTER, version=3, advertisement_interval=Interval(4 * TICK), profile=draw(st.sampled_from((KEEPALIVED, RFC3768))))
    routers = [evolve(base, priority=draw(st.sampled_from(COARSE)), preempt=draw(st.booleans())) for _ in range(2)]
    delay = draw(st.sampled_from((ZERO, TICK)))
    return evolve(World.of(without_later_announcements(routers), delay, draw(faults)), rates=HALF_AS_FAST)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two routers of either version with whatever may go wrong."""
    version = draw(versions)
    interval = Interval(SECOND * draw(st.integers(1, 2))) if version == 2 else Interval(CENTISECOND * draw(st.integers(10, 200)))
    base = evolve(ROUTER, version=version, advertisement_interval=interval, profile=draw(st.sampled_from((KEEPALIVED, RFC3768))))
    routers = [evolve(base, priority=draw(st.sampled_from((1, 50, 100, 254, 255))), preempt=draw(st.booleans())) for _ in range(2)]
    faults = draw(
        st.sampled_from((Faults(), Faults(loss=1), Faults(crash=1), Faults(stop=1), Faults(cut=1), Faults(carrier=1)))
        | st.sampled_from(FAULTS).map(Faults.once)
    )
    begins = draw(beginnings)
    return World.of(without_later_announcements(routers), draw(st.sampled_from((ZERO, Interval(1_000)))), faults, begins)


def masters(graph: Graph) -> frozenset[tuple[int, ...]]:
    """Return every set of Masters that comes up."""
    observer = Observer(graph)
    return frozenset(observer.seen(state).masters for state in range(len(graph.states)))


@st.composite
def tracking_worlds(draw: st.DrawFn) -> World:
    """Two routers that track a script, which may be found bad and good again."""
    base = evolve(ROUTER, version=draw(versions), advertisement_interval=SECOND, preempt_delay=Interval(SECOND * draw(st.integers(0, 5))))
    tracked = (TrackerTrack("script", "chk", draw(st.sampled_from((-150, -30, 30)))),)
    routers = [evolve(base, priority=draw(st.sampled_from((50, 100, 200))), trackers=tracked) for _ in range(2)]
    world = World.of(without_later_announcements(routers), Interval(1_000), Faults(tracked=1), draw(beginnings))
    scripts = Configuration(scripts=(Script("chk", "/bin/true"),))
    return evolve(world, hosts=tuple(evolve(host, definitions=scripts) for host in world.hosts))


@st.composite
def reloading_worlds(draw: st.DrawFn) -> World:
    """Two routers of which one is reloaded, with another priority, interval, address, virtual_router_id, version or name, or gone."""
    base = evolve(ROUTER, version=draw(versions), advertisement_interval=SECOND)
    routers = without_later_announcements([evolve(base, priority=draw(st.sampled_from((50, 100, 255)))) for _ in range(2)])
    changes: dict[str, st.SearchStrategy[Any]] = {
        "priority": st.sampled_from((1, 100, 255)),
        "preempt": st.booleans(),
        "advertisement_interval": st.just(Interval(2 * SECOND)),
        "virtual_router_id": st.just(52),
        "version": versions,
        "name": st.just("VI_9"),
        "addresses": st.just((VirtualAddress(VIRTUAL[1], 24, "eth0"),)),
        "trackers": st.just((TrackerTrack("script", "chk", -60),)),
    }
    names = draw(st.lists(st.sampled_from(sorted(changes)), max_size=2, unique=True))
    values: dict[str, Any] = {name: draw(changes[name]) for name in names}
    changed = (evolve(routers[0], **values),)
    setup = Setup(Node(draw(st.sampled_from((changed, ())))), Configuration(scripts=(Script("chk", "/bin/true"),)))
    world = World.of(routers, Interval(1_000), Faults(reload=1, crash=draw(st.integers(0, 1))), draw(beginnings))
    return evolve(world, hosts=(evolve(world.hosts[0], reloads=(setup,)), world.hosts[1]))


@given(tracking_worlds())
def test_time_never_runs_backwards(world: World) -> None:
    """A change of priority may put a deadline into the past: then it is due, and no more."""
    graph = explore(world, limit=3_000)
    assert all(duration(move) > 0 for move in graph.tables.moves.values if isinstance(move, Passes))


@settings(max_examples=40)
@given(worlds() | tracking_worlds() | reloading_worlds(), st.data())
def test_every_run_of_a_search_is_one_of_the_core(world: World, data: st.DataObject) -> None:
    """Played again by the clock, without tables, the core is in the states that the search saw; and its trace holds."""
    graph = explore(world, limit=5_000)
    path = graph.path(data.draw(st.integers(0, len(graph.states) - 1)))
    run = play(graph, path)
    text = trace(run)
    if run.apart:
        assert text is None
        return
    assert text is not None
    read = parse(text, "run")
    assert isinstance(read, Trace), read
    assert run_trace(read).differences == ()


@settings(max_examples=15, deadline=None)
@given(coarse_worlds())
def test_leaps_leave_nothing_out(world: World) -> None:
    """Where time moves tick by tick the same Masters come up, and every verdict and every longest time is the same."""
    leaping, ticking = explore(world), explore(evolve(world, grid=TICK))
    assert leaping.complete
    assert ticking.complete
    assert masters(leaping) == masters(ticking)
    leapt, ticked = judge(leaping), judge(ticking)
    assert {name: (each.verdict, each.worst) for name, each in leapt.items()} == {
        name: (each.verdict, each.worst) for name, each in ticked.items()
    }


@settings(max_examples=10, deadline=None)
@given(coarse_worlds(st.sampled_from((Faults(), Faults(loss=1), Faults(crash=1)))))
def test_later_announcements_change_no_verdict(world: World) -> None:
    """With the timers of gratuitous ARP there are more states, and nothing else to say."""
    garp = evolve(ROUTER.garp, delay=Interval(10 * TICK), lower_priority_delay=Interval(10 * TICK))
    hosts = (
        evolve(host, node=evolve(host.node, routers=tuple(evolve(each, garp=garp) for each in host.node.routers))) for host in world.hosts
    )
    announcing = evolve(world, hosts=tuple(hosts))
    few, many = explore(world), explore(announcing)
    assert masters(few) == masters(many)
    assert {name: (each.verdict, each.worst) for name, each in judge(few).items()} == {
        name: (each.verdict, each.worst) for name, each in judge(many).items()
    }


@settings(max_examples=20, deadline=None)
@given(worlds() | coarse_worlds(), st.integers(1, 300))
def test_what_a_part_refutes_the_whole_refutes(world: World, limit: int) -> None:
    """A search that was ended never calls anything violated that is not, and nothing held."""
    whole, part = (explore(world, limit=each) for each in (20_000, limit))
    if whole.complete and not part.complete:
        verdicts = {name: each.verdict for name, each in judge(whole).items()}
        for name, judgement in judge(part).items():
            assert judgement.verdict != "holds"
            assert judgement.verdict == "undetermined" or verdicts[name] == "violated"
