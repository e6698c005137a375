"""What is to be true of any deployment, by name, with a sentence each; and which of them a search can decide.

Safety is S1 to S12, liveness L1 to L6.  Each has a witness: a search that never met what it speaks of has not shown it.
"""

from collections.abc import Callable

import numpy as np

from kaspec.explore import invariants
from kaspec.explore.arrays import Truths
from kaspec.explore.judging import (
    CUT_SHORT,
    Judgement,
    always,
    at_rest,
    for_ever,
    in_every_reaction,
    in_the_end,
    never,
    within,
)
from kaspec.explore.local import PowerChanged, Reloaded
from kaspec.explore.moves import Stops
from kaspec.explore.observing import Observer
from kaspec.explore.search import Graph
from kaspec.explore.stays import rounds
from kaspec.explore.tables import Happening, Register
from kaspec.explore.world import LOSS, Faults, World
from kaspec.frozen import frozen
from kaspec.units import ZERO, Interval
from kaspec.vrrp.intervals import skew_time


@frozen
class Property:
    """A property: its name, what it is called, and what it says.  ``concerns`` tells of which worlds it can be asked."""

    name: str
    title: str
    sentence: str
    judge: Callable[[Observer], Judgement]
    concerns: Callable[[World], bool] = lambda _: True


def judge(graph: Graph, properties: "tuple[Property, ...] | None" = None) -> dict[str, Judgement]:
    """Judge a graph by every property that its world can be asked of, by name."""
    observer = Observer(graph)
    asked = PROPERTIES if properties is None else properties
    return {each.name: each.judge(observer) for each in asked if each.concerns(graph.world)}


# Judges.


def _of_each(observer: Observer, judged: Callable[[int], Judgement]) -> Judgement:
    """Judge each virtual router, and return the worst: violated before undetermined, the longer time before the shorter."""
    order = {"violated": 2, "undetermined": 1, "holds": 0}
    found = ((number, judged(number)) for number in range(len(observer.graph.world.virtual)))
    number, worst = max(found, key=lambda each: (order[each[1].verdict], each[1].worst or 0))
    return Judgement(worst.verdict, worst.path, worst.reason, worst.worst, worst.bound, worst.again, number)


def healing_bound(world: World) -> Interval:
    """How long two Masters may last: the way of an advertisement; after something went wrong, until the next one has come."""
    return world.delay if world.faults == _NO_FAULTS else Interval(world.by_slowest_clock(world.longest_interval) + world.delay)


_NO_FAULTS = Faults()


def _split(observer: Observer) -> Judgement:
    bound = healing_bound(observer.graph.world)
    return _of_each(observer, lambda virtual: _split_of(observer, virtual, bound))


def _split_of(observer: Observer, virtual: int, bound: Interval) -> Judgement:
    judged = within(observer, observer.split(virtual) & observer.whole, bound)
    if judged.verdict == "undetermined" and observer.graph.complete:  # no two Masters at all is as good as it can be
        mastered = observer.masters(virtual).any()
        return Judgement("holds" if mastered else "undetermined", (), judged.reason, judged.worst, bound)
    return judged


def _quiet(observer: Observer) -> Judgement:
    numbers = range(len(observer.graph.world.virtual))
    split = np.logical_or.reduce([observer.split(number) for number in numbers])
    return always(observer, observer.busy | ~split, np.logical_or.reduce([observer.masters(number) > 0 for number in numbers]))


def _steady(observer: Observer) -> Judgement:
    lost = observer.graph.world.faults.loss
    every = [observer.masters(number) for number in range(len(observer.graph.world.virtual))]
    lossy = observer.of_conditions("losses left", lambda conditions: conditions.left[LOSS]) < lost
    return always(observer, np.logical_and.reduce([masters == masters[0] for masters in every]), lossy)


def _without_time(observer: Observer) -> Judgement:
    found = rounds(observer.graph, np.ones(len(observer.graph.states), dtype=np.bool_), at_once=True)
    first = found.first(found.left)
    if first is not None:
        return for_ever(observer, found, first)
    complete = observer.graph.complete
    return Judgement("holds" if complete else "undetermined", reason="" if complete else CUT_SHORT)


def _failover(observer: Observer) -> Judgement:
    world = observer.graph.world
    bound = Interval(world.by_slowest_clock(world.longest_down_interval) + world.delay)
    return _of_each(observer, lambda virtual: within(observer, orphaned(observer, virtual), bound))


def orphaned(observer: Observer, virtual: int) -> Truths:
    """Return where nobody is Master of a virtual router, though somebody could be."""
    return (observer.masters(virtual) == 0) & (observer.able(virtual) > 0) & observer.started


def _election(observer: Observer) -> Judgement:
    def judged(virtual: int) -> Judgement:
        return in_the_end(observer, observer.whole & (observer.able(virtual) > 0), observer.right(virtual))

    return _of_each(observer, judged)


def _farewell(observer: Observer) -> Judgement:
    return _of_each(observer, lambda virtual: _farewell_of(observer, virtual))


def _farewell_of(observer: Observer, virtual: int) -> Judgement:
    """After the only Master stops, the others' Skew_Time and the way of its last word must do."""
    graph, world = observer.graph, observer.graph.world
    moves, masters = graph.moves, observer.masters(virtual)
    since: Truths = np.zeros(len(graph.states), dtype=np.bool_)
    for number, move in enumerate(graph.tables.moves.values):
        if isinstance(move, Stops):
            stopping = (moves.by == number) & (masters[moves.before] == 1 << move.host) & observer.whole[moves.before]
            since[moves.after[stopping]] = True
    skews = [
        skew_time(router.version, 1 if router.tracks or router.trackers else router.priority, world.longest_interval)
        for number, host in enumerate(world.hosts)
        for setup, configured in enumerate(host.setups)
        for place in (world.place(virtual, number, setup),)
        if place is not None
        for router in (configured.node.routers[place],)
    ]
    bound = Interval(world.by_slowest_clock(max(skews, default=ZERO)) + world.delay)
    return within(observer, orphaned(observer, virtual), bound, since)


def _rest(observer: Observer) -> Judgement:
    """No two states that lead to one another differ in who is what."""
    numbers = range(len(observer.graph.world.virtual))
    return at_rest(observer, observer.whole, [look(number) for number in numbers for look in (observer.masters, observer.able)])


def _caches(observer: Observer) -> Judgement:
    """In the end the switches and hosts know the Master, if there is one."""

    def good(virtual: int) -> Truths:
        cached = observer.of_conditions(("cached", virtual), lambda conditions: 1 << conditions.caches[virtual] + 1) >> 1
        masters = observer.masters(virtual)
        return (masters == 0) | observer.split(virtual) | (masters == cached)

    return in_the_end(observer, observer.whole, np.logical_and.reduce([good(each) for each in range(len(observer.graph.world.virtual))]))


def _grouped(observer: Observer) -> Judgement:
    """In the end the Masters of a sync group's members are on one host."""
    graph = observer.graph
    casts = Register[tuple[tuple[int, ...], ...]]()

    def cast(host: int, local: int) -> int:
        """Number the virtual routers of each sync group of a host."""
        setup, numbers = graph.tables.locals.values[local].setup, range(len(graph.world.virtual))
        teams = graph.world.hosts[host].node_of(setup).cast.groups
        return casts.of(tuple(tuple(each for each in numbers if graph.world.place(each, host, setup) in team.places) for team in teams))

    columns = observer.of_hosts("cast", cast)
    good: Truths = np.ones(len(graph.states), dtype=np.bool_)
    for number, teams in enumerate(casts.values):
        concerned = np.logical_or.reduce([column == number for column in columns])
        for first, *rest in filter(None, teams):
            good &= ~concerned | np.logical_and.reduce([observer.masters(first) == observer.masters(each) for each in (first, *rest)])
    return in_the_end(observer, observer.whole, good)


def _invariant(invariant: invariants.Invariant) -> Callable[[Observer], Judgement]:
    return lambda observer: always(observer, invariants.holds(observer, invariant), invariants.speaks(observer, invariant))


def _reactions(rule: invariants.ReactionRule) -> Callable[[Observer], Judgement]:
    return lambda observer: in_every_reaction(observer, rule.good, rule.witness)


def _has_groups(world: World) -> bool:
    return any(setup.node.groups for host in world.hosts for setup in host.setups)


def _told(observer: Observer) -> Judgement:
    hosts = observer.graph.world.hosts

    def good(happening: Happening) -> bool:
        reaction = happening.reaction
        if reaction.event == PowerChanged("crash") or isinstance(reaction.event, Reloaded):
            return True  # a crash is told by nobody; a new configuration has other groups
        node = hosts[happening.host].node_of(reaction.before.setup)
        return invariants.tells(node, reaction.before.states, reaction.transition)

    return in_every_reaction(observer, good, lambda happening: bool(happening.reaction.transition.steps))


def _is_faultless(world: World) -> bool:
    return world.faults == _NO_FAULTS and world.begins == "together"


def _is_steady(world: World) -> bool:
    least = min(router.down_timer_adverts for router in world.routers)
    return world.begins == "settled" and world.faults == Faults(loss=world.faults.loss) and 0 < world.faults.loss < least


PROPERTIES: tuple[Property, ...] = (
    Property(
        "S1",
        "no lasting double Master",
        "Two routers are never both Master for longer than it takes them to hear each other: the way of one advertisement, or, after "
        "something went wrong, until the next one has come.",
        _split,
    ),
    Property(
        "S2",
        "no silent double Master",
        "While nothing goes wrong, two routers are both Master only while an advertisement is on its way between them.",
        _quiet,
        _is_faultless,
    ),
    Property(
        "S3", "losses are forgiven", "From a steady Master one lost advertisement less than it takes moves nobody.", _steady, _is_steady
    ),
    Property(
        "S4",
        "timers are in range",
        "A Backup waits for at most Master_Down_Interval, a Master advertises at least every interval.",
        _invariant(invariants.TIMERS),
    ),
    Property(
        "S5",
        "a Master holds its addresses",
        "Who becomes Master puts the addresses on and announces them at once; what is taken away from it, it puts on again.",
        _reactions(invariants.INSTALLED),
    ),
    Property(
        "S5-caches",
        "the network finds the Master",
        "Once all is quiet, who announced the addresses last is the Master.",
        _caches,
        lambda world: world.caches,
    ),
    Property("S6", "good-byes are meant", "Priority 0 is only sent by a Master that gives up.", _reactions(invariants.FAREWELLS)),
    Property(
        "S7",
        "a sync group agrees",
        "On one host the members of a sync group are in one state after every event.",
        _invariant(invariants.GROUPS),
        _has_groups,
    ),
    Property(
        "S8", "no storm", "Nothing goes on for ever without time passing: no two routers answer each other without end.", _without_time
    ),
    Property("S9", "nothing raises", "Every state takes every event.", _reactions(invariants.TOTAL)),
    Property(
        "S10",
        "only a Master holds addresses",
        "Who ceases to be Master takes the addresses away, and nobody else puts them on: a Backup neither answers for them nor forwards.",
        _reactions(invariants.REMOVED),
    ),
    Property(
        "S11",
        "priorities are in range",
        "The effective priority is within 1..254, and 255 for an owner.",
        _invariant(invariants.PRIORITIES),
    ),
    Property(
        "S12",
        "all are told",
        "Who enters a state says so, when all else is done, and of a sync group all are told where it has come to; nothing else is said.",
        _told,
    ),
    Property(
        "L1",
        "failover in time",
        "While any router is able, the addresses have a Master within Master_Down_Interval and the way of one advertisement.",
        _failover,
    ),
    Property(
        "L2",
        "one Master, the right one",
        "Once nothing goes wrong any more there is exactly one Master, and no router that preempts has a higher priority.",
        _election,
    ),
    Property(
        "L3",
        "handover in Skew_Time",
        "When a Master is stopped, a Backup follows within its Skew_Time and the way of one advertisement.",
        _farewell,
        lambda world: bool(world.faults.stop) and len(world.hosts) > 1,
    ),
    Property("L4", "rest", "Once nothing goes wrong any more, nobody changes state ever again.", _rest),
    Property(
        "L5",
        "what is tracked counts",
        "What is found of interfaces, scripts, files, processes and BFD sessions is in the priority, or a fault, at once.",
        _invariant(invariants.TRACKING),
        lambda world: any(router.tracks or router.trackers or router.interface for router in world.routers),
    ),
    Property(
        "L6",
        "a sync group comes together",
        "Once nothing goes wrong any more, the Masters of a sync group's members are on one host.",
        _grouped,
        _has_groups,
    ),
)
"""Every property, by the names of the literature's list."""

BY_NAME = {each.name: each for each in PROPERTIES}

NO_TWO_MASTERS = Property(
    "T1",
    "never two Masters",
    "There are never two Masters, not even for a moment: more than VRRP promises; its counterexamples are the ways that lead there.",
    lambda observer: _of_each(observer, lambda virtual: never(observer, observer.split(virtual), observer.masters(virtual) > 0)),
)
"""Not one of the list, for it does not hold in general."""
