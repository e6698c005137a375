"""Laws of simulation: it does what the search allows, by the chances asked for, and the same however it is shared out."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from math import sqrt

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec.explore import Faults, World, explore
from kaspec.explore.moves import Crashes, Starts, Stops
from kaspec.explore.simulation import Case, Chances, Counted, Strike, Tally, summed, sweep
from kaspec.explore.simulation.chain import Chain
from kaspec.explore.simulation.chances import SIMULATED, stream, strikes
from kaspec.explore.simulation.herd import walk_all
from kaspec.explore.simulation.walking import walk
from kaspec.explore.tables import Tables, WorldState
from kaspec.explore.world import CRASH, STOP, down_interval
from kaspec.numbers import MASK, mixed, scatter
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.router import Version
from tests.laws.test_explore import TICK, coarse_worlds, versions, worlds
from tests.unit.explore import BETTER, WAY, WORSE

STEADY = World.of((BETTER, WORSE), WAY, begins="settled")
MINUTE, HOUR, DAY = (Interval(each * SECOND) for each in (60, 3_600, 86_400))
CERTAIN: st.SearchStrategy[float] = st.sampled_from((0.0, 0.05, 0.3, 1.0))
chances = st.builds(
    Chances,
    CERTAIN,
    st.dictionaries(st.sampled_from(SIMULATED), st.sampled_from((Interval(10 * SECOND), MINUTE)), max_size=2),
    st.sampled_from((Interval(5 * SECOND), MINUTE)),
    st.just(SECOND),
)


def counted(case: Case, runs: int, lot: int = 500) -> Counted:
    return summed([each for _, each in sweep([case], runs, lot=lot)])


@settings(max_examples=8, deadline=None)
@given(worlds(), chances, st.integers(0, 2**70), st.integers(1, 8))
def test_many_runs_at_once_are_each_as_by_itself(world: World, chance: Chances, seed: int, runs: int) -> None:
    length = Interval(40 * SECOND)
    chain = Chain.of(evolve(world, begins="settled", delay=WAY), chance)
    struck = [strikes(chance, chain.steps, seed, run, length) for run in range(runs)]
    streams = [stream(seed, run) for run in range(runs)]
    alone = [walk(chain, *drawn, chance.lost_below, length) for drawn in zip(struck, streams, strict=True)]
    assert walk_all(chain, struck, streams, chance.lost_below, length) == summed(alone)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**64), st.integers(1, 8))
def test_who_makes_which_runs_changes_nothing(seed: int, lot: int) -> None:
    case = Case(STEADY, Chances(0.2, {"crash": MINUTE}, grain=SECOND), Interval(10 * MINUTE), seed)
    together = counted(case, 8)
    assert counted(case, 8, lot) == together
    with ThreadPoolExecutor(2) as executor:
        assert summed([each for _, each in sweep([case], 8, executor.map, lot)]) == together
    assert counted(evolve(case, seed=seed + 1), 8) != together


@settings(max_examples=10, deadline=None)
@given(st.sampled_from((0.01, 0.1, 0.5, 0.9)), st.integers(0, 1000))
def test_as_many_are_lost_as_was_asked_for(loss: float, seed: int) -> None:
    found = counted(Case(STEADY, Chances(loss), Interval(5 * MINUTE), seed), 100)
    assert found.arrived > 10_000
    assert abs(found.lost - loss * found.arrived) < 5 * sqrt(loss * (1 - loss) * found.arrived)


def test_no_advertisement_is_lost_by_itself_and_every_one_by_certainty() -> None:
    assert counted(Case(STEADY, Chances(0.0), HOUR), 2) == Counted((Tally(),), 2)
    (tally,) = counted(Case(STEADY, Chances(1.0), HOUR), 1).tallies
    assert tally.without == Counter()
    (lasted,) = tally.twofold
    assert lasted > HOUR - down_interval(WORSE, WORSE.priority, WORSE.advertisement_interval) - SECOND


def test_what_fails_does_so_as_often_as_was_asked_for() -> None:
    chance = Chances(every={"crash": HOUR}, mended=MINUTE)
    steps = Chain.of(STEADY, chance).steps
    found = [strike for run in range(100) for strike in strikes(chance, steps, 7, run, DAY)]
    crashes = sum(isinstance(strike.move, Crashes) for strike in found)
    expected = 100 * 2 * DAY / (HOUR + MINUTE)
    assert abs(crashes - expected) < 5 * sqrt(expected)
    assert all(one.at % chance.grain == 0 for one in found)


@given(st.integers(1, 254), versions, st.integers(1, 5), st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_after_a_crash_there_is_no_master_until_master_down_interval_is_over(
    priority: int, version: Version, whole: int, late: int
) -> None:
    """... since the last advertisement was heard."""
    routers = [evolve(each, version=version, advertisement_interval=Interval(whole * SECOND)) for each in (BETTER, WORSE)]
    owner, backup = evolve(routers[0], priority=255), evolve(routers[1], priority=priority)
    chance = Chances(0.5)
    chain = Chain.of(World.of((owner, backup), WAY, begins="settled"), evolve(chance, every={"crash": HOUR}))
    heard = chain.row(0)
    assert heard.arrives
    waited = Interval(backup.advertisement_interval * late // 100)
    crash = Strike(Instant(heard.lasts + waited), CRASH, Crashes(0))
    found = walk(chain, [crash], 0, 0, Interval(20 * whole * SECOND))
    assert found.tallies[0].without == Counter([down_interval(backup, priority, backup.advertisement_interval) - waited])
    assert found.tallies[0].takeovers == 1
    back = Strike(Instant(crash.at + 10 * whole * SECOND), CRASH, Starts(0))  # an owner is Master as soon as it starts
    (together,) = walk_all(chain, [[crash, back]], [0], 0, Interval(20 * whole * SECOND)).tallies
    assert together.takeovers == 2


def test_two_masters_come_of_losses_as_often_as_three_follow_each_other() -> None:
    """The first of the three is one that follows one that was heard: the Backup waits for them and takes over once."""
    loss = 0.2
    found = counted(Case(STEADY, Chances(loss), HOUR, 3), 240)
    expected = found.arrived * loss**3 * (1 - loss)
    assert abs(found.tallies[0].takeovers / expected - 1) < 0.1


Shape = tuple[object, ...]


def shape(tables: Tables, state: WorldState) -> Shape:
    """Return what a state is, but for how much may still go wrong."""
    conditions, hosts = tables.conditions.values[state[0]], len(tables.world.hosts)
    queues = (tables.queues.values[number] for number in state[1 + hosts :])
    ways = tuple(tuple((tables.datagrams.values[each], left) for each, left in queue) for queue in queues)
    return (conditions.cuts, *(tables.locals.values[number] for number in state[1 : 1 + hosts]), ways)


def states(chain: Chain, struck: list[Strike], losses: list[bool], steps: int) -> Iterator[WorldState]:
    """Walk a chain and return every state it passes."""
    node, now = 0, 0
    for _ in range(steps):
        row = chain.row(node)
        strike = struck[0] if struck and now + row.lasts >= struck[0].at else None
        time = strike.at - now if strike else min(row.lasts, SECOND)
        yield chain.nodes.values[node]
        yield from (state for _, state in chain.passing(node, time))
        now += time
        if strike:
            node = chain.struck(node, Interval(time), strike)
            struck = struck[1:]
            continue
        node = row.lost if row.arrives and losses.pop() else row.heard


@settings(max_examples=10, deadline=None)
@given(coarse_worlds(st.just(Faults())), st.data())
def test_what_is_simulated_is_found_by_the_search(world: World, data: st.DataObject) -> None:
    """Every state that a run passes, at whatever instant a host crashes or is stopped, is one of those of the whole search."""
    fault, host = data.draw(st.sampled_from((CRASH, STOP))), data.draw(st.integers(0, 1))
    at, mended = sorted((data.draw(st.integers(1, 20)), data.draw(st.integers(1, 40))))
    breaks = Crashes(host) if fault == CRASH else Stops(host)
    struck = [Strike(Instant(at * TICK), fault, breaks), Strike(Instant(mended * TICK), fault, Starts(host))]
    chain = Chain.of(evolve(world, begins="settled"), Chances(0.5, {"crash": MINUTE, "stop": MINUTE}, grain=TICK))
    losses = data.draw(st.permutations([True, *[False] * 29]))
    budget = Faults(loss=1, crash=int(fault == CRASH), stop=int(fault == STOP))
    graph = explore(evolve(world, begins="settled", faults=budget, grid=TICK))
    assert graph.complete
    known = {shape(graph.tables, state) for state in graph.states}
    for state in states(chain, struck, losses, steps=30):
        assert shape(chain.steps.tables, state) in known


def test_numbers_are_those_of_splitmix64() -> None:
    """As the authors' program gives them for the seed 1234567."""
    golden, found, state = scatter(0) and 0x9E3779B97F4A7C15, [], 1234567
    for _ in range(3):
        found.append(scatter(state))
        state = (state + golden) & MASK
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert mixed(3) == scatter(2 * golden & MASK)
