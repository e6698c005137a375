"""What an operator should know of a deployment that violates nothing: how it behaves, by what was found in the scenes."""

from collections.abc import Iterator

import numpy as np

from kaspec.explore.arrays import Truths
from kaspec.explore.moves import TrackedFlips
from kaspec.explore.observing import Observer, hosts_of
from kaspec.explore.search import Graph
from kaspec.explore.stays import rounds
from kaspec.explore.world import World
from kaspec.frozen import frozen
from kaspec.tracking import Tracker
from kaspec.units import Interval, in_seconds

Bad = tuple[int, Tracker]
"""What is found bad, and on which host."""


@frozen
class Remark:
    """A sentence, without its full stop, and which settings of which hosts it is about: of one virtual router, or of all."""

    text: str
    setting: str = ""
    hosts: tuple[int, ...] = ()
    virtual: int | None = None


def shortly(interval: Interval) -> str:
    """Write an interval in seconds, to the millisecond above."""
    return f"{in_seconds(Interval(-(-interval // 1000) * 1000))[:-3]} s"


def remarks(graph: Graph) -> tuple[Remark, ...]:
    """Return what there is to say of a complete search."""
    observer = Observer(graph)
    return (*_deaf(observer), *_homes(observer), *_flapping(observer))


def _deaf(observer: Observer) -> Iterator[Remark]:
    """Two that do not hear each other are both Master."""
    world = observer.graph.world
    if not (world.faults.cut or world.faults.one_way):
        return
    found = rounds(observer.graph, observer.cut)
    if any(found.comes_back(observer.split(number)) for number in range(len(world.virtual))):
        yield Remark(
            "As long as one host does not hear another, be it in one direction only, two of them are Master, whatever is configured: "
            "let IP protocol 112 pass in both directions, and see with kaspec doctor FILE on each host that the firewall does"
        )


def _homes(observer: Observer) -> Iterator[Remark]:
    """With all hosts up, more than one may be the Master for good."""
    graph, names = observer.graph, [host.name for host in observer.graph.world.hosts]
    found = rounds(graph, observer.whole & _well(observer))
    for number, _ in enumerate(graph.world.virtual):
        masters = observer.masters(number)
        homes = [each for each in np.unique(masters[found.left]).tolist() if found.comes_back(masters == each)]
        hosts = sorted({host for masters in homes for host in hosts_of(masters)})
        if len(hosts) > 1:
            told = " or ".join(names[host] for host in hosts)
            reason, setting, where = _why_it_stays(graph.world, number)
            text = f"{_name(graph.world, number)} may stay at {told} when all is well again, depending on what went before: {reason}"
            yield Remark(text, setting, where, number)


def _well(observer: Observer, but: Bad | None = None) -> Truths:
    """Return where all hosts take part and all that they track is good, ``but`` for one thing on one host, which is bad."""
    world, locals_ = observer.graph.world, observer.graph.tables.locals.values
    excused = 0 if but is None else 1 << but[0]
    everyone = [sum((place is not None) << host for host, place in enumerate(row)) for row in world.virtual]
    takes_part = [(observer.able(number) | (excused & all_)) == all_ for number, all_ in enumerate(everyone)]

    def is_so(host: int, local: int) -> bool:
        """Tell whether just that is found bad on a host."""
        bad = [tracker for tracker, finding in locals_[local].findings if not finding.good]
        return bad == ([but[1]] if but and but[0] == host else [])

    return np.logical_and.reduce([*takes_part, *observer.of_hosts(("well", but), is_so)])


def _why_it_stays(world: World, number: int) -> tuple[str, str, tuple[int, ...]]:
    """Return why, by which setting, and on which hosts."""
    routers = {host: world.hosts[host].node.routers[place] for host, place in enumerate(world.virtual[number]) if place is not None}
    if len({router.priority for router in routers.values()}) == 1:
        return "their priorities are equal", "priority", tuple(routers)
    return "nopreempt leaves it where it is", "nopreempt", tuple(host for host, router in routers.items() if not router.preempt)


def _name(world: World, number: int) -> str:
    return next(world.hosts[host].node.routers[place].name for host, place in enumerate(world.virtual[number]) if place is not None)


def _flapping(observer: Observer) -> Iterator[Remark]:
    """What is tracked takes the addresses away, and brings them back as soon as it is good again."""
    graph = observer.graph
    if not graph.world.faults.tracked:
        return
    everybody = [observer.masters(number) for number in range(len(graph.world.virtual))]
    recurrent: Truths = np.zeros(len(graph.states), dtype=np.bool_)
    recurrent[rounds(graph, observer.whole).recurrent()] = True
    for move in (each for each in graph.tables.moves.values if isinstance(each, TrackedFlips) and not each.good):
        kind, name = move.tracker
        bad, good = (
            set(zip(*(masters[recurrent & _well(observer, but)].tolist() for masters in everybody), strict=True))
            for but in ((move.host, move.tracker), None)
        )
        if bad and good and bad.isdisjoint(good):
            yield Remark(
                f"Whenever {kind} {name} of {graph.world.hosts[move.host].name} fails and is good again the addresses move twice: "
                "rise and fall of the script, preempt_delay or nopreempt keep them from following every change",
                f"track_{kind}",
                (move.host,),
            )
