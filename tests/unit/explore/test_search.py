"""The plain search: where it begins, and when it ends."""

from attrs import evolve

from kaspec.explore import Faults, Progress, World, explore, judge
from kaspec.explore.judging import sometimes, within
from kaspec.explore.observing import Observer
from kaspec.explore.playing import brief, play
from kaspec.explore.search import PATIENCE
from kaspec.tracking import Link
from kaspec.units import SECOND, Interval
from tests.unit.explore import BETTER, WAY, WORSE, settled


def test_a_world_in_which_nothing_ever_happens_is_explored_all_the_same() -> None:
    """Without an address every router is in FAULT, and waits for nothing."""
    world = World.of((BETTER, WORSE), WAY)
    deaf = tuple(evolve(host, links=(Link("eth0", up=True),)) for host in world.hosts)
    for begins in ("together", "settled"):
        graph = explore(evolve(world, hosts=deaf, begins=begins))
        assert graph.complete
        assert len(graph.states) <= 3


def test_routers_that_never_settle_are_given_up_in_time() -> None:
    """Two Masters for ever whose intervals have no common multiple within reach."""
    odd = evolve(BETTER, advertisement_interval=Interval(251 * SECOND))
    graph = explore(settled(odd, evolve(WORSE, advertisement_interval=Interval(241 * SECOND)), faults=Faults()))
    assert len(graph.walk) <= PATIENCE


def test_a_search_that_is_ended_says_so_of_everything_it_did_not_refute() -> None:
    graph = explore(World.of((BETTER, WORSE), WAY, Faults(crash=1)), limit=20)
    assert not graph.complete
    verdicts = {judgement.verdict for judgement in judge(graph).values()}
    assert verdicts == {"undetermined"}


def test_progress_is_told_and_a_no_ends_the_search() -> None:
    told = list[int]()

    def keep_going(progress: Progress) -> bool:
        told.append(progress.states)
        return False

    graph = explore(World.of((BETTER, WORSE), WAY), keep_going=keep_going)
    assert told == [1]
    assert not graph.complete


def test_one_can_ask_what_one_likes() -> None:
    """Somebody sometimes stands in, and then somebody is Master in the end: properties of one's own, from the same parts."""
    observer = Observer(explore(World.of((BETTER, WORSE), WAY, Faults(crash=1, recovers=False))))
    stands_in = sometimes(observer, lambda state: observer.seen(state).masters == (0b10,))
    assert stands_in.verdict == "holds"
    assert brief(play(observer.graph, stands_in.path))[2:] == ("0.000000 a crashes", "3.804687 b deadline")
    assert sometimes(observer, lambda state: observer.seen(state).masters == (0b100,)).verdict == "violated"
    orphaned = within(observer, lambda state: observer.seen(state) == ((0,), (0b11,)), Interval(1))
    assert orphaned.verdict == "violated"
