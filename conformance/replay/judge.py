"""The core as judge: could a router that runs it have done just this, at these times?

The judge follows every way the core can have gone: the set of its states that explain all that was seen so far.  What is left open is
when within a tolerance a deadline was served, what of two things within it came first, and when something happened of which only that is
known between which instants it did.  Whenever the device advertises, the core's clock is set by it, so that a busy machine's delays do not
add up: it began its interval anew when the advertisement was seen, or already when that was due, if it was seen later than that.  No state
left means that the core cannot have done that; the answer is then what was to be seen instead.
"""

import sys
from collections.abc import Callable, Iterable, Sequence

from attrs import evolve, frozen

from conformance.replay.acts import Act, Advertised, Announced, Done, Held, Told, acts_of, as_identified, watched_of
from conformance.replay.tolerance import USUAL, Tolerance
from kaspec.address import Address
from kaspec.node import DatagramReceived, DeadlinesReached, Node, NodeEvent, NodeState, Transition, due, initial, next_deadline, node_step
from kaspec.tracking import Link
from kaspec.units import Instant, Interval, in_seconds
from kaspec.vrrp.authentication import IpAuthenticationHeader
from kaspec.vrrp.events import Startup
from kaspec.vrrp.state import Master, rebase, state_name

Core = Callable[[Node, NodeState, NodeEvent, Instant], Transition]
"""The specification as a function: ``kaspec.node.node_step``, or one that is wrong in a way."""
MOST_WAYS = 256


@frozen
class Accepted:
    """The core can have done just that; ``states`` are the words of how it may stand at the end, ``adverts`` how many it sent."""

    states: frozenset[str]
    adverts: int


@frozen
class Refuted:
    """The core cannot have done that: when, what was to be seen, and what was."""

    at: Instant
    expected: str
    seen: str

    def __str__(self) -> str:
        return f"{in_seconds(self.at)}: {self.seen}, where it was to be {self.expected}"


@frozen
class _Owed:
    """Something to be seen until ``by``; once seen, an announcement may be repeated for as long again."""

    act: Act
    by: Instant
    seen: bool = False


_LEFT_BEHIND = _Owed(Held(held=False), Instant(sys.maxsize), seen=True)
"""Whoever starts again after a crash may take off what it had put on."""


@frozen
class _Way:
    """One way in which it may have gone: the core's state, what it still owes, and whether its clock is known by a log only.

    ``happened`` is what has happened so early already that it may happen later.
    """

    state: NodeState
    owed: tuple[_Owed, ...] = ()
    roughly: bool = False
    happened: tuple[Told, ...] = ()


@frozen
class _Chance:
    """An instant at which ``told`` may have happened, the ``last`` of them if it has not by then."""

    at: Instant
    told: Told
    last: bool


@frozen
class Judge:
    """A core with the node that it runs on these interfaces; ``moves_addresses``: what it holds is looked at.

    ``counts_announcements``: a Master that announces its addresses oftener than the core does is not excused.
    """

    core: Core
    node: Node
    links: tuple[Link, ...]
    moves_addresses: bool = True
    counts_announcements: bool = True
    tolerance: Tolerance = USUAL

    def judge(self, story: Iterable[Told | Done], until: Instant) -> Accepted | Refuted:
        """Follow a story, in order, up to an instant."""
        ways: Sequence[_Way] = [_Way(initial(self.node, self.links))]
        adverts = 0
        for each in _with_chances(tuple(story), self.tolerance.late):
            if isinstance(each, Done) and isinstance(each.act, Held) and not self.moves_addresses:
                continue
            found = [self._done(way, each) if isinstance(each, Done) else self._perhaps(way, each) for way in ways]
            if isinstance(refuted := _left(found), Refuted):
                return refuted
            ways = refuted
            adverts += isinstance(each, Done) and isinstance(each.act, Advertised)
        ended = [kept if isinstance(kept := self._pass(way, until), Refuted) else [kept] for way in ways]
        if isinstance(left := _left(ended), Refuted):
            return left
        return Accepted(frozenset(state_name(state) for way in left for state in way.state.states), adverts)

    def _perhaps(self, way: _Way, chance: _Chance) -> list[_Way] | Refuted:
        """Let something happen that has not, and, if there are more chances, also not."""
        if chance.told in way.happened:
            return [evolve(way, happened=tuple(each for each in way.happened if not chance.last or each != chance.told))]
        now = self._told(way, Told(chance.at, chance.told.event))
        if chance.last:
            return now
        happened = [] if isinstance(now, Refuted) else [evolve(each, happened=(*way.happened, chance.told)) for each in now]
        return [way, *happened]

    def _told(self, way: _Way, told: Told) -> list[_Way] | Refuted:
        now = self._pass(way, told.at)
        if isinstance(now, Refuted):
            return now
        if told.event is None:
            return [_Way(initial(self.node, self.links), (_LEFT_BEHIND,))]
        at = next_deadline(now.state)
        before = [now]
        if at is not None and at <= told.at + self._early(now):
            before.append(self._serve(now, Instant(min(at, told.at))))
        return [self._take(each, told.event, told.at) for each in before]

    def _take(self, way: _Way, event: NodeEvent, at: Instant) -> _Way:
        if isinstance(event, Startup):  # what a crash left behind is put away by now
            way = evolve(way, owed=tuple(evolve(each, by=min(each.by, Instant(at + self.tolerance.moved))) for each in way.owed))
        transition = self.core(self.node, way.state, event, at)
        moved = next_deadline(transition.state) != next_deadline(way.state) and isinstance(event, DatagramReceived)
        after = self._after(way, transition, at)
        return evolve(after, roughly=isinstance(event, Startup) or (way.roughly and not moved))

    def _done(self, way: _Way, seen: Done) -> list[_Way] | Refuted:
        done = as_identified(seen, self._keys)
        now = self._pass(way, done.at)
        if isinstance(now, Refuted):
            return now
        if isinstance(done.act, Announced) and done.act.address not in self._virtual:
            return [now]
        found = [paid] if (paid := _paid(now, done)) else []
        served = [now]
        for _ in self.node.routers:  # each may do something then, but none twice
            if found:
                break
            served = [each for way in served for each in self._served(way, done.at)]
            found = [evolve(paid, roughly=False) for each in served if (paid := _paid(each, done))]
        if not found and isinstance(done.act, Announced) and not self.counts_announcements and _is_master(now):
            return [now]
        return found or Refuted(done.at, self._awaited(now), str(done.act))

    def _pass(self, way: _Way, until: Instant) -> _Way | Refuted:
        """Let time pass: what is overdue by then must have been done."""
        while (at := next_deadline(way.state)) is not None and at + self.tolerance.late < until:
            way = self._serve(way, at)
            if unpaid := next((each for each in way.owed if not each.seen and each.by < until), None):
                return Refuted(unpaid.by, str(unpaid.act), "nothing")
        if unpaid := next((each for each in way.owed if not each.seen and each.by < until), None):
            return Refuted(unpaid.by, str(unpaid.act), "nothing")
        return evolve(way, owed=tuple(each for each in way.owed if each.by >= until))

    def _served(self, way: _Way, seen: Instant) -> list[_Way]:
        """Serve the next deadline if that explains what is seen at an instant: then, or when it was due, if that is earlier."""
        at = next_deadline(way.state)
        if at is None or at > seen + self._early(way):
            return []
        return [self._serve(way, when) for when in dict.fromkeys((seen, min(at, seen)))]

    def _serve(self, way: _Way, now: Instant) -> _Way:
        """Serve the next deadline at an instant; if that is early, the core's clock goes before ours."""
        state, at = way.state, next_deadline(way.state)
        assert at is not None
        if at > now:
            state = evolve(state, states=tuple(rebase(each, Interval(now - at)) for each in state.states))
        return self._after(way, self.core(self.node, state, DeadlinesReached(due(state, now)), now), now)

    def _after(self, way: _Way, transition: Transition, at: Instant) -> _Way:
        acts = acts_of(transition, watched_of(self.node) if self.moves_addresses else None)
        owed = (_Owed(act, Instant(at + (self.tolerance.moved if isinstance(act, Held) else self.tolerance.late))) for act in acts)
        return evolve(way, state=transition.state, owed=(*way.owed, *owed))

    def _early(self, way: _Way) -> Interval:
        return self.tolerance.began if way.roughly else self.tolerance.early

    def _awaited(self, way: _Way) -> str:
        awaited = [str(each.act) for each in way.owed if not each.seen]
        at = next_deadline(way.state)
        words = "/".join(state_name(each) for each in way.state.states)
        return " and ".join(awaited) or f"nothing ({words}{'' if at is None else f', whose next deadline is at {in_seconds(at)}'})"

    @property
    def _keys(self) -> list[bytes]:
        headers = (router.authentication for router in self.node.routers)
        return [each.key for each in headers if isinstance(each, IpAuthenticationHeader)]

    @property
    def _virtual(self) -> frozenset[Address]:
        return self.node.virtual_addresses


def right_core(node: Node, state: NodeState, event: NodeEvent, now: Instant) -> Transition:
    """Be the specification itself."""
    return node_step(node, state, event, now)


def _with_chances(story: Sequence[Told | Done], step: Interval) -> list[Done | _Chance]:
    """Return a story in which what is told has its chances: before all that is seen while it may happen, and no further apart than a step.

    What waits from one of them waits, give or take the tolerance, from any instant up to the next.
    """
    told: list[tuple[Instant, Done | _Chance]] = []
    for each in story:
        if isinstance(each, Done):
            told.append((each.at, each))
            continue
        since = each.at if each.since is None else min(each.since, each.at)
        between = {Instant(at) for at in range(since, each.at, step)} | {other.at for other in story if since <= other.at < each.at}
        told += [(at, _Chance(at, each, last=False)) for at in sorted(between)] + [(each.at, _Chance(each.at, each, last=True))]
    return [each for _, each in sorted(told, key=lambda each: (each[0], isinstance(each[1], Done)))]


def _is_master(way: _Way) -> bool:
    return any(isinstance(state, Master) for state in way.state.states)


def _paid(way: _Way, done: Done) -> _Way | None:
    """Return how it goes on if what was done was owed; an announcement more is part of a burst."""
    for place, owed in enumerate(way.owed):
        if owed.act == done.act and not owed.seen:
            paid = (evolve(owed, seen=True),) if isinstance(owed.act, Announced) else ()
            return evolve(way, owed=(*way.owed[:place], *paid, *way.owed[place + 1 :]))
    return way if any(owed.act == done.act for owed in way.owed) else None


def _left(found: Sequence[list[_Way] | Refuted]) -> list[_Way] | Refuted:
    """Return the ways left, each once; if there are none, the last of the reasons."""
    ways = [way for each in found if not isinstance(each, Refuted) for way in each]
    if not ways:
        return max((each for each in found if isinstance(each, Refuted)), key=lambda each: each.at)
    different: list[_Way] = []
    for way in ways:
        if way not in different:
            different.append(way)
    return different[:MOST_WAYS]
