"""What may be counted on: time and delivery always, mending where granted, faults never; and nothing holds for want of an occasion."""

from attrs import evolve

from kaspec.explore import Faults, World, explore
from kaspec.explore.fairness import Fair
from kaspec.explore.judging import VACUOUS, Judgement, leads_to
from kaspec.explore.moves import Crashes, Heals, Loses, Passes, Starts
from kaspec.explore.observing import Observer
from kaspec.explore.playing import brief, play
from kaspec.units import Interval
from tests.unit.explore import BETTER, WAY, WORSE

RESTARTS = Fair(lambda move: isinstance(move, Starts))
HEALING = Fair(lambda move: isinstance(move, Heals))
CRASHED = Observer(explore(World.of((BETTER, WORSE), WAY, Faults(crash=2))))
CUT = Observer(explore(World.of((BETTER, WORSE), WAY, Faults(cut=1))))


def mastered(observer: Observer, state: int) -> bool:
    return any(observer.seen(state).masters)


def revived(*granted: Fair) -> Judgement:
    """All hosts dead leads to a Master, if hosts may be counted on to start again."""
    return leads_to(
        CRASHED,
        lambda state: CRASHED.is_started(state) and not any(CRASHED.seen(state).able),
        lambda state: mastered(CRASHED, state),
        granted=granted,
    )


def test_who_died_stays_dead_unless_it_is_granted_that_hosts_start_again() -> None:
    assert revived().verdict == "violated"
    assert revived(RESTARTS).verdict == "holds"
    assert revived(evolve(RESTARTS, strong=True)).verdict == "holds"


def test_faults_are_never_fair() -> None:
    """Somebody's crash cannot be counted on, whatever is granted."""

    def dies(*granted: Fair) -> Judgement:
        return leads_to(CRASHED, CRASHED.is_started, lambda state: any(CRASHED.conditions(state).left[1:2]) is False, granted=granted)

    assert dies(Fair(lambda move: isinstance(move, Crashes | Loses))).verdict == "violated"


def test_what_is_granted_to_one_class_is_not_granted_to_another() -> None:
    def healed(*granted: Fair) -> Judgement:
        return leads_to(CUT, lambda state: bool(CUT.conditions(state).cuts), lambda state: not CUT.conditions(state).cuts, granted=granted)

    unfair = healed(RESTARTS)
    assert unfair.verdict == "violated"
    assert healed(HEALING).verdict == "holds"
    shown = play(CUT.graph, unfair.path, unfair.again)
    assert any(line.endswith("cut") for line in brief(shown))
    assert not any(isinstance(each.move, Heals) for each in shown.played)
    assert any(isinstance(CUT.graph.move(number), Passes) for number in unfair.path[-unfair.again :])


def test_strong_fairness_is_more_than_weak() -> None:
    """Every advertisement may take its time, and none has to: that one does can be counted on only by strong fairness."""
    observer = Observer(explore(World.of((BETTER, WORSE), WAY)))
    graph = observer.graph
    dawdles = {number for number, move in enumerate(graph.tables.moves.values) if move == Passes(WAY)}
    late = {to for state in range(len(graph.states)) for move, to in graph.edges(state) if move in dawdles}
    assert late

    def one_is_late(strong: bool) -> Judgement:
        granted = Fair(lambda move: move == Passes(WAY), strong)
        return leads_to(observer, lambda state: mastered(observer, state) and state not in late, late.__contains__, granted=[granted])

    assert one_is_late(strong=False).verdict == "violated"
    assert one_is_late(strong=True).verdict == "holds"


def test_a_response_is_in_time_or_not() -> None:
    def taken_over(bound: Interval) -> Judgement:
        return leads_to(CRASHED, lambda state: CRASHED.seen(state) == ((0,), (0b10,)), lambda state: mastered(CRASHED, state), bound)

    worst = taken_over(Interval(10_000_000)).worst
    assert worst is not None
    assert taken_over(worst).verdict == "holds"
    assert taken_over(Interval(worst - 1)).verdict == "violated"


def test_a_cause_that_never_comes_up_shows_nothing() -> None:
    told = leads_to(CUT, lambda _: False, lambda _: False)
    assert (told.verdict, told.reason) == ("undetermined", VACUOUS)
    assert leads_to(CUT, lambda _: False, lambda _: False, granted=[HEALING]).reason == VACUOUS
