"""What a virtual router may be doing at a moment: a state of the core, how exactly its instants are known, and what it owes the wire.

The judge keeps a set of these.  Each is moved by the core's own ``step``; nothing here knows a rule of VRRP.  What is unknown about when
something happened is one number, since translating time commutes with ``step``.
"""

from collections.abc import Iterable, Iterator

from attrs import field

from kaspec import rules
from kaspec.address import Address
from kaspec.frozen import evolve, frozen
from kaspec.judge.allowance import USUAL, Allowance, Departure
from kaspec.judge.matching import is_said
from kaspec.judge.story import Cause, Chapter, Story
from kaspec.rules import Rule
from kaspec.units import ZERO, Instant, Interval
from kaspec.vrrp.effects import Effect, SendAdvertisement, SendGratuitousArp, SendUnsolicitedNeighborAdvertisement
from kaspec.vrrp.events import DeadlineReached, GroupMoved, Shutdown, Startup
from kaspec.vrrp.machine import Step, step
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Initialize, Master, Standing, State, rebase, state_name
from kaspec.wire.ip import Packet

ASSUMED, COINCIDENCE, LEFT_OVER = 10, 2, 1
"""What a story costs: for each thing that no packet shows; for a timer that happens to end as the capture begins; for each thing seen that
is left over from before it."""


@frozen(eq=False)
class Suspect:
    """A virtual router of a host that is judged.

    ``standings`` are all that tracking can make of it, the usual one first; ``grouped``: a sync group may move it.  ``announced`` are the
    addresses whose announcements the capture would show, and ``pace`` how far apart they are; ``heard`` the destinations it shows.
    """

    name: str
    router: VirtualRouter
    address: Address
    standings: tuple[Standing, ...]
    grouped: bool = False
    announced: frozenset[Address] = frozenset()
    pace: Interval = ZERO
    departures: frozenset[Departure] = frozenset()
    allowance: Allowance = USUAL
    keyless: bool = False


@frozen
class Owed:
    """What has been sent and is not yet on the wire: an advertisement, or ``count`` announcements of an address, until ``until``."""

    what: SendAdvertisement | Address
    until: Instant
    count: int = 1


@frozen
class Possibility:
    """What may be: ``state``, or the same with every instant later by at most ``slack``; and what is ``owed``.

    Announcements may be later still, by ``announce_slack``: of a Master whose advertisements tell where its timer stands, but not they.
    Until ``unsaid_until`` announcements may be seen whose cause was before the capture.  ``cost`` counts what ``story`` assumes.
    """

    state: State
    story: Story = field(eq=False)
    slack: Interval = ZERO
    announce_slack: Interval = ZERO
    owed: tuple[Owed, ...] = ()
    unsaid_until: Instant | None = None
    cost: int = field(default=0, eq=False)


def timer(state: State) -> Instant | None:
    """Return when the state speaks of its own accord, announcements aside."""
    match state:
        case Backup():
            return state.master_down_at
        case Master():
            return state.adver_at
        case _:
            return None


def after_step(suspect: Suspect, before: Possibility, taken: Step, cause: Cause, at: Instant, frame: int = 0, since: Instant | None = None,
               said: tuple[Effect, ...] | None = None) -> Possibility:  # fmt: skip
    """Return what is possible after a step of the core: its effects are owed, but for what has been said."""
    chapter = Chapter(cause, taken.rule, state_name(taken.state), taken.state.standing.priority, at, at, frame, 1, since)
    owed = (*before.owed, *owing(suspect, taken.effects if said is None else said, at))
    unsaid = before.unsaid_until if isinstance(taken.state, Master) == isinstance(before.state, Master) else None
    cost = before.cost + ASSUMED * chapter.is_hidden
    announce_slack = before.announce_slack if isinstance(taken.state, Master) else ZERO
    return Possibility(taken.state, before.story.told(chapter), before.slack, announce_slack, owed, unsaid, cost)


def announcing_until(suspect: Suspect, each: Possibility) -> Instant | None:
    """Return until when a burst of announcements that is to come must have begun."""
    if not isinstance(each.state, Master) or each.state.announce_at is None:
        return None
    return Instant(each.state.announce_at + each.slack + each.announce_slack + suspect.allowance.late)


def owing(suspect: Suspect, effects: Iterable[Effect], at: Instant) -> Iterator[Owed]:
    """Return what is to be seen on the wire of effects that came about at ``at``."""
    until = Instant(at + suspect.allowance.late)
    for effect in effects:
        match effect:
            case SendAdvertisement():
                yield Owed(effect, until)
            case SendGratuitousArp(addresses, repeat) | SendUnsolicitedNeighborAdvertisement(addresses, repeat):
                shown = [each.address for each in addresses if each.address in suspect.announced]
                paced = Instant(until + suspect.pace * repeat * len(shown))
                yield from (Owed(address, paced, repeat) for address in shown if repeat)
            case _:
                pass


def fired(suspect: Suspect, before: Possibility, at: Instant) -> tuple[Possibility, Step] | None:
    """Let the timer end at ``at``, if it can: the state that does, and the step it takes."""
    due = timer(before.state)
    if due is None or not due - suspect.allowance.early <= at <= due + before.slack + suspect.allowance.late:
        return None
    state = rebase(before.state, Interval(min(max(at - due, 0), before.slack)))
    by_chance, announce_slack = 0, before.announce_slack
    match state:
        case Master():
            assert isinstance(before.state, Master), before.state
            state = evolve(state, adver_at=at, announce_at=before.state.announce_at)
            announce_slack = Interval(announce_slack + before.slack)
        case Backup():
            state = evolve(state, master_down_at=min(at, state.master_down_at))
            by_chance = COINCIDENCE if before.slack and before.story.last.cause == "begins" else 0
        case _:
            pass
    exact = evolve(before, state=state, slack=ZERO, announce_slack=announce_slack, cost=before.cost + by_chance)
    return exact, step(suspect.router, state, DeadlineReached(), at)


def says(suspect: Suspect, before: Possibility, plain: Packet, at: Instant, frame: int) -> Iterator[Possibility]:
    """Let the virtual router send an advertisement, ``plain`` as it is without a seal, in every way in which it can."""
    for place, each in enumerate(before.owed):
        if isinstance(each.what, SendAdvertisement) and is_said(each.what, plain):
            yield evolve(before, owed=before.owed[:place] + before.owed[place + 1 :])
            break
    for exact, taken, cause in _unprompted(suspect, before, at):
        for place, effect in enumerate(taken.effects):
            if isinstance(effect, SendAdvertisement) and is_said(effect, plain):
                rest = taken.effects[:place] + taken.effects[place + 1 :]
                yield after_step(suspect, exact, taken, cause, at, frame, said=rest)
                break


def _unprompted(suspect: Suspect, before: Possibility, at: Instant) -> Iterator[tuple[Possibility, Step, Cause]]:
    """Return everything that makes a virtual router send without having heard anything."""
    router, state = suspect.router, before.state
    if (ended := fired(suspect, before, at)) is not None:
        yield *ended, "timer"
    if isinstance(state, Master):
        yield before, step(router, state, Shutdown(), at), "stops"
    if isinstance(state, Initialize) and router.is_owner and suspect.allowance.hidden:
        yield before, step(router, state, Startup(), at), "starts"
    if suspect.grouped and isinstance(state, Backup):
        yield evolve(before, slack=ZERO), step(router, state, GroupMoved("MASTER"), at), "group"


def announces(suspect: Suspect, before: Possibility, address: Address, at: Instant, frame: int) -> Iterator[Possibility]:
    """Let the virtual router announce ``address`` once, in every way in which it can."""
    for place, each in enumerate(before.owed):
        if each.what == address:
            left = (evolve(each, count=each.count - 1),) if each.count > 1 else ()
            yield evolve(before, owed=(*before.owed[:place], *left, *before.owed[place + 1 :]))
            return
    if before.unsaid_until is not None and at <= before.unsaid_until:
        again = suspect.router.garp.refresh
        later = before.unsaid_until if again is None else max(before.unsaid_until, Instant(at + again + suspect.allowance.late))
        yield evolve(before, unsaid_until=later, cost=before.cost + LEFT_OVER)
        return
    for exact, taken, cause in (*bursts(suspect, before, at), *_unsent(suspect, before, at)):
        after = after_step(suspect, exact, taken, cause, at, frame)
        if any(each.what == address for each in after.owed):
            yield from announces(suspect, after, address, at, frame)


def bursts(suspect: Suspect, before: Possibility, at: Instant) -> Iterator[tuple[Possibility, Step, Cause]]:
    """Let a burst of announcements begin that is due, or one that an advertisement goes before which the capture has behind it."""
    state = before.state
    if isinstance(state, Master) and state.announce_at is not None:
        until = announcing_until(suspect, before)
        if until is not None and state.announce_at - suspect.allowance.early <= at <= until:
            waiting = evolve(state, announce_at=min(at, state.announce_at), adver_at=Instant(at + 1))
            taken = step(suspect.router, waiting, DeadlineReached(), at)
            assert isinstance(taken.state, Master), taken.state
            again = None if taken.state.announce_at is None else Instant(taken.state.announce_at - before.slack)
            after = evolve(taken.state, adver_at=state.adver_at, announce_at=again)
            yield evolve(before, announce_slack=before.slack), evolve(taken, state=after), "timer"
    elif (ended := fired(suspect, before, at)) is not None and isinstance(state, Backup):
        yield *ended, "timer"


def _unsent(suspect: Suspect, before: Possibility, at: Instant) -> Iterator[tuple[Possibility, Step, Cause]]:
    """FRR's IPv6 Master: it announces its addresses, but has no address yet to advertise from."""
    if "first-advert-late" not in suspect.departures or suspect.router.family == 4 or not isinstance(before.state, Backup):
        return
    if (ended := fired(suspect, before, at)) is not None:
        exact, taken = ended
        silent = tuple(effect for effect in taken.effects if not isinstance(effect, SendAdvertisement))
        yield exact, evolve(taken, effects=silent), "unsent"


def expired(suspect: Suspect, before: Possibility, now: Instant) -> Possibility | None:
    """Return what is left of a possibility that nothing has been seen of until ``now``, ``None`` if something should have been."""
    if any(each.until < now for each in before.owed):
        return None
    if before.unsaid_until is not None and before.unsaid_until < now:
        before = evolve(before, unsaid_until=None)
    state, late = before.state, suspect.allowance.late
    announcing = announcing_until(suspect, before)
    if announcing is not None and announcing < now:
        return None
    due = timer(state)
    if due is None or due + late >= now or (suspect.grouped and isinstance(state, Backup)):
        return before
    past = Interval(now - late - due)
    return None if past > before.slack else evolve(before, state=rebase(state, past), slack=Interval(before.slack - past))


def silence_ends(suspect: Suspect, before: Possibility) -> Instant | None:
    """Return until when nothing need be seen of it; ``None`` for ever."""
    late, state = suspect.allowance.late, before.state
    ends = [each.until for each in before.owed]
    due = timer(state)
    if due is not None and not (suspect.grouped and isinstance(state, Backup)):
        ends.append(Instant(due + before.slack + late))
    announcing = announcing_until(suspect, before)
    if announcing is not None:
        ends.append(announcing)
    return min(ends, default=None)


def rule_of_timer(state: State) -> Rule:
    """Return by which rule the state speaks of its own accord."""
    return rules.MASTER_DOWN if isinstance(state, Backup) else rules.ADVER_TIMER
