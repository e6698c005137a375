"""What hearing a packet makes of a possibility, and what may have happened that no packet shows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kaspec import rules
from kaspec.frozen import evolve
from kaspec.judge.possible import ASSUMED, LEFT_OVER, Possibility, Suspect, after_step, bursts, fired, owing, timer
from kaspec.judge.story import Chapter, Story
from kaspec.units import ZERO, Instant, Interval
from kaspec.vrrp.events import AdvertisementReceived, GroupMoved, Heard, StandingChanged, Startup
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.machine import Step, step
from kaspec.vrrp.state import Backup, Initialize, Master, State, rebase, state_name

MOST_POSSIBILITIES = 48
"""More than so many are made fewer."""


def hears(suspect: Suspect, before: Possibility, event: Heard, at: Instant, frame: int) -> Iterator[Possibility]:
    """Let the virtual router hear a packet at ``at``: before or after its timer ends, if that is about now; or not, if it may be lost."""
    if isinstance(before.state, Initialize):
        yield before
        if suspect.router.is_owner and suspect.allowance.hidden:
            yield from _in_time(suspect, _started_first(suspect, before, at), event, at, frame)
        return
    if suspect.allowance.loss and isinstance(event, AdvertisementReceived):
        chapter = Chapter("missed", rules.UNCHANGED, state_name(before.state), before.state.standing.priority, at, at, frame)
        yield evolve(before, story=before.story.told(chapter), cost=before.cost + ASSUMED)
    yield from _in_time(suspect, before, event, at, frame)
    due = timer(before.state)
    if due is not None and due - suspect.allowance.late <= at:
        ended = _ended_first(suspect, before, due, at)
        if ended is not None:
            yield from _in_time(suspect, ended, event, at, frame)
    yield from (each for begun in _announced_first(suspect, before, at) for each in _in_time(suspect, begun, event, at, frame))


def _announced_first(suspect: Suspect, before: Possibility, at: Instant) -> Iterator[Possibility]:
    """Let a burst of announcements begin about now, so that it is on the wire only after the packet heard."""
    state, late = before.state, suspect.allowance.late
    if isinstance(state, Master) and state.announce_at is not None and state.announce_at - late <= at:
        first = max(state.announce_at, Instant(at - late))
        for exact, taken, cause in bursts(suspect, before, first):
            begun = after_step(suspect, exact, taken, cause, first, said=())
            fresh = tuple(owing(suspect, taken.effects, Instant(at + late)))
            yield evolve(begun, owed=(*begun.owed, *fresh), announce_slack=Interval(begun.announce_slack + late))


def _ended_first(suspect: Suspect, before: Possibility, due: Instant, at: Instant) -> Possibility | None:
    """Let the timer end about now, so that what it says is on the wire only after the packet heard."""
    late = suspect.allowance.late
    first = max(due, Instant(at - late))  # had it ended before that, we would have seen it
    ended = fired(suspect, before, first)
    if ended is None:
        return None
    exact, taken = ended
    latest = min(Instant(at + late), Instant(due + before.slack + late))
    spread = evolve(after_step(suspect, exact, taken, "timer", first), slack=Interval(max(latest - first, 0)))
    fresh = tuple(owing(suspect, taken.effects, latest))
    return evolve(spread, owed=(*exact.owed, *fresh))


def _started_first(suspect: Suspect, before: Possibility, at: Instant) -> Possibility:
    """Let an address owner start about now, so that what it says is on the wire only after the packet heard."""
    since = Instant(at - suspect.allowance.late)
    taken = step(suspect.router, before.state, Startup(), since)
    started = after_step(suspect, before, taken, "starts", at, since=since, said=())
    return evolve(started, slack=suspect.allowance.late, owed=tuple(owing(suspect, taken.effects, at)))


def _in_time(suspect: Suspect, before: Possibility, event: Heard, at: Instant, frame: int) -> Iterator[Possibility]:
    """Take the event in every state that the possibility stands for: those from which the same rule leads on stay one possibility."""
    for first, last in _pieces(suspect, before, event, at):
        taken = step(suspect.router, rebase(before.state, first), event, at)
        end = taken if first == last else step(suspect.router, rebase(before.state, last), event, at)
        slack = ZERO if taken.state == end.state else _spread(taken.state, end.state)
        if taken.state == before.state and not taken.effects:
            yield before if first == ZERO and last == before.slack else evolve(before, slack=slack)
            continue
        yield evolve(after_step(suspect, before, taken, "heard", at, frame), slack=slack)
        if "any-advert-rearms" in suspect.departures and isinstance(taken.state, Master):
            rearmed = evolve(taken, state=evolve(taken.state, adver_at=Instant(at + suspect.router.advertisement_interval)))
            yield evolve(after_step(suspect, before, rearmed, "heard", at, frame), slack=ZERO)


def _pieces(suspect: Suspect, before: Possibility, event: Heard, at: Instant) -> Iterator[tuple[Interval, Interval]]:
    """Divide the slack where another rule begins to lead on: a deadline that lies before ``at``, or after."""
    first, last = ZERO, before.slack
    while True:
        rule = _taken(suspect, before, first, event, at).rule
        if first == last or _taken(suspect, before, last, event, at).rule == rule:
            yield first, last
            return
        low, high = first, last
        while high - low > 1:
            middle = Interval((low + high) // 2)
            low, high = (middle, high) if _taken(suspect, before, middle, event, at).rule == rule else (low, middle)
        yield first, low
        first = high


def _taken(suspect: Suspect, before: Possibility, by: Interval, event: Heard, at: Instant) -> Step:
    return step(suspect.router, rebase(before.state, by), event, at)


def _spread(first: State, last: State) -> Interval:
    """Return by how much the instants of two states of one kind differ at most."""
    shared = (name for name in _instants(first) if name in _instants(last))
    return Interval(max((abs(getattr(last, name) - getattr(first, name)) for name in shared), default=0))


def imagined(suspect: Suspect, possibilities: Sequence[Possibility], since: Instant, now: Instant) -> list[Possibility]:
    """Add what may have happened since ``since`` that no packet shows."""
    found = list(possibilities)
    if suspect.allowance.hidden:
        found += _crashed(suspect, possibilities, since)
        found += [start for each in list(found) for start in _started(suspect, each, since, now)]
    if len(suspect.standings) > 1:
        found += [changed for each in list(found) for changed in _restanding(suspect, each, since, now)]
    if suspect.grouped:
        found += [_yielded(suspect, each, since, now) for each in possibilities if isinstance(each.state, Master)]
    return settled(found)


def _crashed(suspect: Suspect, possibilities: Sequence[Possibility], since: Instant) -> Iterator[Possibility]:
    running = [each for each in possibilities if not isinstance(each.state, Initialize)]
    if running:
        least = min(running, key=lambda each: each.cost)
        last = least.story.last
        chapter = Chapter("crashes", rules.NOT_STARTED, "INIT", suspect.standings[0].priority, since, since, last.frame, since=since)
        yield Possibility(Initialize(suspect.standings[0]), least.story.told(chapter), cost=least.cost + ASSUMED)


def _started(suspect: Suspect, before: Possibility, since: Instant, now: Instant) -> Iterator[Possibility]:
    """Let it have started at any moment; an address owner is Master at once then, which the wire shows."""
    if suspect.router.is_owner or not isinstance(before.state, Initialize):
        return
    for standing in suspect.standings:
        taken = step(suspect.router, Initialize(standing), Startup(), since)
        started = after_step(suspect, before, taken, "starts", now, since=since)
        yield evolve(started, slack=Interval(now - since))


def _restanding(suspect: Suspect, before: Possibility, since: Instant, now: Instant) -> Iterator[Possibility]:
    """Let tracking have come to another priority: when, makes no difference to a Backup's deadline."""
    if not isinstance(before.state, Backup | Master):
        return
    for standing in suspect.standings:
        if standing != before.state.standing:
            taken = step(suspect.router, before.state, StandingChanged(standing), now)
            yield after_step(suspect, before, taken, "tracking", now, since=since)


def _yielded(suspect: Suspect, before: Possibility, since: Instant, now: Instant) -> Possibility:
    taken = step(suspect.router, before.state, GroupMoved("BACKUP"), since)
    return evolve(after_step(suspect, before, taken, "group", now, since=since), slack=Interval(now - since))


def settled(possibilities: Iterable[Possibility]) -> list[Possibility]:
    """Keep of each possibility the story that assumes least, and make one of those that differ only in when.

    Where there are still very many, those that differ only in instants become one that stands for all instants between: what is allowed
    is allowed still, and a little more.
    """
    least: dict[Possibility, Possibility] = {}
    for each in possibilities:
        known = least.get(each)
        if known is None or each.cost < known.cost:
            least[each] = each
    exact = [each for each in least.values() if not (each.slack and isinstance(each.state, Backup))]
    found = exact + _joined([each for each in least.values() if each.slack and isinstance(each.state, Backup)])
    return found if len(found) <= MOST_POSSIBILITIES else _hulls(found)


def _joined(spread: list[Possibility]) -> list[Possibility]:
    """Join possibilities of the same shape whose times overlap."""
    found = list[Possibility]()
    for each in sorted(spread, key=lambda one: timer(one.state) or 0):
        for place, other in enumerate(found):
            by = Interval((timer(each.state) or 0) - (timer(other.state) or 0))
            if by <= other.slack + 1 and each.owed == other.owed and rebase(other.state, by) == each.state:
                cheaper = min(other, each, key=lambda one: one.cost)
                slack = Interval(max(other.slack, by + each.slack))
                found[place] = evolve(other, slack=slack, story=cheaper.story, cost=cheaper.cost)
                break
        else:
            found.append(each)
    return found


def _hulls(found: list[Possibility]) -> list[Possibility]:
    alike = defaultdict[tuple[object, ...], list[Possibility]](list)
    for each in found:
        alike[_timeless(each.state), each.owed, each.unsaid_until].append(each)
    return [_hull(each) for each in alike.values()]


def _hull(alike: Sequence[Possibility]) -> Possibility:
    """Return the possibility that stands for all of these, which differ only in instants."""
    cheapest = min(alike, key=lambda one: one.cost)
    first: dict[str, Any] = {name: min(getattr(each.state, name) for each in alike) for name in _instants(cheapest.state)}
    slack = max((getattr(each.state, name) + each.slack - first[name] for each in alike for name in first), default=0)
    longest = Interval(max(each.announce_slack for each in alike))
    return evolve(cheapest, state=evolve(cheapest.state, **first), slack=Interval(slack), announce_slack=longest)


def _timeless(state: State) -> State:
    without: dict[str, Any] = dict.fromkeys(_instants(state), Instant(0))
    return evolve(state, **without)


def _instants(state: State) -> tuple[str, ...]:
    """Return the fields that are instants."""
    names = ("master_down_at", "preempt_at", "adver_at", "announce_at", "extra_at")
    return tuple(name for name in names if getattr(state, name, None) is not None)


def beginnings(suspect: Suspect, at: Instant, learnt: Iterable[Interval]) -> list[Possibility]:
    """Return everything that may be when a capture begins; in version 3 a Backup has learnt an interval, one of ``learnt``."""
    router, late = suspect.router, suspect.allowance.late
    policy, found = router.garp, list[Possibility]()
    told = [each for each in (policy.delay, policy.refresh, policy.lower_priority_delay) if each is not None]
    unsaid = Instant(at + max(told, default=ZERO) + late) if suspect.announced else None

    def begin(state: State, slack: Interval, cost: int) -> Possibility:
        chapter = Chapter("begins", rules.UNCHANGED, state_name(state), state.standing.priority, at, at)
        return Possibility(state, Story(chapter), slack, ZERO, (), unsaid if isinstance(state, Master) else None, cost)

    for number, standing in enumerate(suspect.standings):
        cost = ASSUMED * min(number, 1)
        for interval in dict.fromkeys((router.advertisement_interval, *learnt)):
            longest = master_down_interval(router.version, standing.priority, interval, router.down_timer_adverts)
            preempting = (None, Instant(at + router.preempt_delay)) if router.preempt_delay else (None,)
            found += [begin(Backup(standing, at, interval, each), Interval(longest + late), cost) for each in preempting]
        found.append(begin(Master(standing, at), Interval(router.advertisement_interval + late), cost + LEFT_OVER))
    found.append(begin(Initialize(suspect.standings[0]), ZERO, 0))
    return found
