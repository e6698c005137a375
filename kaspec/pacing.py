"""Pacing: announcements of addresses leave an interface, or a group of interfaces, no closer together than a configured interval.

keepalived ``vrrp_garp_interval``, ``vrrp_gna_interval`` and ``garp_group``.  A queue is a value beside the node's state: what is to be
announced goes in, what is due comes out, what is given up is withdrawn.  Nothing waits for it, and it holds no address twice, so it cannot
grow beyond the addresses there are.
"""

from collections.abc import Iterable, Mapping, Set

from attrs import field

from kaspec.address import Address, Family, family_of
from kaspec.frozen import evolve, frozen
from kaspec.units import ZERO, Instant, Interval, after

Target = tuple[str, Address]
"""An interface, and the address announced on it."""
LaneName = tuple[str | int, Family]
"""An interface or the number of a group, and what is announced: gratuitous ARP, or neighbour advertisements."""


@frozen
class GarpGroup:
    """A ``garp_group``: interfaces that share one pace, such as those of one physical link; ``None`` is as globally."""

    interfaces: tuple[str, ...]
    garp_interval: Interval | None = None
    gna_interval: Interval | None = None


@frozen
class Pacing:
    """How far apart announcements are; 0 is back to back."""

    garp_interval: Interval = ZERO
    gna_interval: Interval = ZERO
    groups: tuple[GarpGroup, ...] = ()

    def lane(self, target: Target) -> tuple[LaneName, Interval]:
        """Return which announcements a target's are paced with, and how."""
        interface, family = target[0], family_of(target[1])
        globally = self.garp_interval if family == 4 else self.gna_interval
        for number, group in enumerate(self.groups):
            if interface in group.interfaces:
                own = group.garp_interval if family == 4 else group.gna_interval
                return (number, family), globally if own is None else own
        return (interface, family), globally


@frozen
class Lane:
    """What waits: how often each target is still to be announced, whose turn it is first.  Nothing may leave before ``ready_at``."""

    interval: Interval
    ready_at: Instant
    waiting: tuple[tuple[Target, int], ...] = ()


@frozen
class Queue:
    """The lanes; one with nothing in it remembers when it may be used again."""

    lanes: Mapping[LaneName, Lane] = field(factory=dict)


def announce(pacing: Pacing, queue: Queue, targets: Iterable[tuple[Target, int]], now: Instant) -> tuple[Queue, tuple[Target, ...]]:
    """Put targets in, each to be announced so many times; return what leaves at once, round after round.

    A target that waits already is not announced more often than the larger of both counts.
    """
    lanes, at_once = dict(queue.lanes), list[tuple[Target, int]]()
    for target, repeat in targets:
        name, interval = pacing.lane(target)
        if not interval:
            at_once.append((target, repeat))
            continue
        lane = evolve(lanes.get(name, Lane(interval, now)), interval=interval)
        counts = dict(lane.waiting)
        counts[target] = max(counts.get(target, 0), repeat)
        lanes[name] = evolve(lane, waiting=tuple(counts.items()))
    rounds = range(max((repeat for _, repeat in at_once), default=0))
    leaving = tuple(target for turn in rounds for target, repeat in at_once if turn < repeat)
    paced, due = take_due(Queue(lanes), now)
    return paced, leaving + due


def take_due(queue: Queue, now: Instant) -> tuple[Queue, tuple[Target, ...]]:
    """Take out what may leave now: one announcement a lane, after which the lane rests for its interval."""
    lanes, due = dict(queue.lanes), list[Target]()
    for name, lane in queue.lanes.items():
        if lane.waiting and lane.ready_at <= now:
            (target, count), *others = lane.waiting
            again = ((target, count - 1),) if count > 1 else ()
            lanes[name] = Lane(lane.interval, after(now, lane.interval), (*others, *again))
            due.append(target)
    return (Queue(lanes), tuple(due)) if due else (queue, ())


def withdraw(queue: Queue, gone: Set[Target]) -> Queue:
    """Forget what is no longer held: its announcement would take traffic away from whoever has it now."""
    if not any(target in gone for lane in queue.lanes.values() for target, _ in lane.waiting):
        return queue
    return Queue(
        {
            name: evolve(lane, waiting=tuple((target, count) for target, count in lane.waiting if target not in gone))
            for name, lane in queue.lanes.items()
        }
    )


def next_due(queue: Queue) -> Instant | None:
    """Return when something may leave, ``None`` if nothing waits."""
    return min((lane.ready_at for lane in queue.lanes.values() if lane.waiting), default=None)
