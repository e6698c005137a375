"""What an operator should know of a deployment that violates nothing: how it behaves, by what was found in the scenes."""

from collections.abc import Iterator

from kaspec.explore.moves import TrackedFlips
from kaspec.explore.observing import Observer, hosts_of
from kaspec.explore.search import Graph
from kaspec.explore.stays import components
from kaspec.explore.world import World
from kaspec.units import Interval, in_seconds


def shortly(interval: Interval) -> str:
    """Write an interval in seconds, to the millisecond above."""
    return f"{in_seconds(Interval(-(-interval // 1000) * 1000))[:-3]} s"


def remarks(graph: Graph) -> tuple[str, ...]:
    """Return what there is to say of a complete search, in sentences."""
    observer = Observer(graph)
    return tuple(dict.fromkeys((*_deaf(observer), *_homes(observer), *_flapping(observer))))


def _deaf(observer: Observer) -> Iterator[str]:
    """Two that do not hear each other are both Master."""
    world, graph = observer.graph.world, observer.graph
    if not (world.faults.cut or world.faults.one_way):
        return
    found = components(graph, lambda state: bool(observer.conditions(state).cuts))
    if any(masters.bit_count() > 1 for state in found.recurrent() for masters in observer.seen(state).masters):
        what = "do not hear each other" if world.faults.cut else "hear each other in one direction only"
        yield (
            f"As long as hosts {what}, two of them are Master, whatever is configured: let IP protocol 112 pass in both directions, "
            "and see with kaspec doctor FILE on each host that the firewall does."
        )


def _homes(observer: Observer) -> Iterator[str]:
    """With all hosts up, more than one may be the Master for good."""
    graph, names = observer.graph, [host.name for host in observer.graph.world.hosts]
    found = components(graph, lambda state: observer.is_whole(state) and _all_able(observer, state))
    for number, _ in enumerate(graph.world.virtual):
        homes = {observer.seen(state).masters[number] for state in found.recurrent()}
        hosts = sorted({host for masters in homes for host in hosts_of(masters)})
        if len(hosts) > 1 and not any(router.trackers or router.tracks for router in graph.world.routers):
            told = " or ".join(names[host] for host in hosts)
            reason = _why_it_stays(graph.world, number)
            yield f"{_name(graph.world, number)} may stay at {told} when all is well again, depending on what went before: {reason}."


def _all_able(observer: Observer, state: int) -> bool:
    world = observer.graph.world
    everyone = [sum((place is not None) << host for host, place in enumerate(row)) for row in world.virtual]
    return list(observer.seen(state).able) == everyone


def _why_it_stays(world: World, number: int) -> str:
    priorities = {world.hosts[host].node.routers[place].priority for host, place in enumerate(world.virtual[number]) if place is not None}
    return "their priorities are equal" if len(priorities) == 1 else "nopreempt leaves it where it is"


def _name(world: World, number: int) -> str:
    return next(world.hosts[host].node.routers[place].name for host, place in enumerate(world.virtual[number]) if place is not None)


def _flapping(observer: Observer) -> Iterator[str]:
    """What is tracked takes the addresses away, and brings them back as soon as it is good again."""
    graph = observer.graph
    if not graph.world.faults.tracked:
        return
    recurrent = list(components(graph, lambda state: observer.is_whole(state) and _all_able(observer, state)).recurrent())
    for move in (each for each in graph.tables.moves.values if isinstance(each, TrackedFlips) and not each.good):
        kind, name = move.tracker
        bad, good = (_masters(observer, recurrent, move, is_good) for is_good in (False, True))
        if bad and good and bad.isdisjoint(good):
            yield (
                f"Whenever {kind} {name} of {graph.world.hosts[move.host].name} fails and is good again the addresses move twice: "
                "rise and fall of the script, preempt_delay or nopreempt keep them from following every change."
            )


def _masters(observer: Observer, states: list[int], move: TrackedFlips, is_good: bool) -> set[tuple[int, ...]]:
    """Return who is Master for good while something tracked is good, or bad, and everything else is good."""
    graph = observer.graph
    found = set()
    for state in states:
        locals_ = [graph.tables.locals.values[number] for number in graph.states[state][1 : graph.steps.first_queue]]
        bad = [(host, tracker) for host, local in enumerate(locals_) for tracker, finding in local.findings if not finding.good]
        if bad == ([] if is_good else [(move.host, move.tracker)]):
            found.add(observer.seen(state).masters)
    return found
