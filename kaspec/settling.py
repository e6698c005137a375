"""One event after another, and what follows from each until nothing follows any more (design: "Composition settles").

Virtual routers that belong to no sync group just step.  Members of a group that concern the same event step one after the other, then the
group settles: one decision, for it leaves all of them in one state, and nothing a group does changes what is tracked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kaspec import rules
from kaspec.frozen import evolve, frozen
from kaspec.groups import GroupOutcome, Team, move, outcome_of, state_of, teams, wants_master
from kaspec.units import Instant
from kaspec.vrrp.events import DeadlineReached, Event, GroupMoved, Reconfigured, StandingChanged, Startup
from kaspec.vrrp.machine import Step, step
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Initialize, Master, State, StateName, state_name
from kaspec.vrrp.sync_group import SyncGroup


@frozen
class Outcome:
    """What one virtual router made of an event: ``before`` it, the event itself, and the ``Step`` taken.

    ``place`` is its place in the node, ``None`` for one that a new configuration removed.
    """

    place: int | None
    router: VirtualRouter
    before: State
    event: Event
    step: Step


@frozen
class Settled:
    """The states of all virtual routers, and what happened on the way, in order."""

    states: tuple[State, ...]
    outcomes: tuple[Outcome | GroupOutcome, ...]


@frozen
class Cast:
    """Who takes part: the virtual routers, their sync groups, and by place the group that one belongs to."""

    routers: tuple[VirtualRouter, ...]
    groups: tuple[Team, ...]
    teams: Mapping[int, Team]

    @classmethod
    def of(cls, routers: tuple[VirtualRouter, ...], groups: Iterable[SyncGroup]) -> "Cast":
        """Find the groups' members."""
        found = teams(routers, groups)
        return cls(routers, found, {place: team for team in found for place in team.places})


_Given = tuple[int, Event]
_Block = tuple[Team | None, list[_Given]]


def settle(
    cast: Cast,
    states: Sequence[State],
    events: Sequence[_Given],
    now: Instant,
    was: Mapping[str, StateName] | None = None,
) -> Settled:
    """Give events to the virtual routers at their places, and let every group concerned settle.

    With ``was``, what the groups were before (by name, "INIT" if not there), every group settles, events or not.
    """
    after, outcomes = list(states), list[Outcome | GroupOutcome]()
    for team, block in _blocks(cast, states, events, every_team=was is not None):
        if team is None:
            outcomes += (_step(cast, after, place, event, now) for place, event in block)
            continue
        before = state_of(team.of(after)) if was is None else was.get(team.group.name, "INIT")
        outcomes += [_step(cast, after, place, event, now) for place, event in _as_members(cast, states, team, block, now)]
        outcomes += _agree(cast, states, after, team, now)
        if changed := outcome_of(team.group, before, state_of(team.of(after))):
            outcomes.append(changed)
    return Settled(tuple(after), tuple(sorted(outcomes, key=_comes_later)))


def _blocks(cast: Cast, states: Sequence[State], events: Sequence[_Given], every_team: bool) -> Iterator[_Block]:
    """Bring the events of each group together, to where the first of them was; whoever has a fault of its own is first there."""
    done = set[str]()
    for place, event in events:
        team = cast.teams.get(place)
        if team is None:
            yield None, [(place, event)]
        elif team.group.name not in done:
            done.add(team.group.name)
            members = [(at, each) for at, each in events if cast.teams.get(at) is team]
            yield team, sorted(members, key=lambda member: not _is_at_fault_itself(states[member[0]], member[1]))
    if every_team:
        yield from ((team, []) for team in cast.groups if team.group.name not in done)


def _is_at_fault_itself(state: State, event: Event) -> bool:
    standings = [state.standing, *([event.standing] if isinstance(event, StandingChanged | Reconfigured) else [])]
    return any(reason.kind != "group" for standing in standings for reason in standing.faults)


def _as_members(cast: Cast, states: Sequence[State], team: Team, block: Sequence[_Given], now: Instant) -> Iterator[_Given]:
    """Say in the events whom the group holds back: owners from starting as such, a Backup from being Master before all want to."""
    expiring = {place for place, event in block if isinstance(event, DeadlineReached) and _is_expiring(states[place], now)}
    reluctant = expiring and any(place not in expiring and not wants_master(states[place]) for place in team.places)
    for place, event in block:
        match event:
            case DeadlineReached() if place in expiring and reluctant:
                yield place, evolve(event, held=True)
            case Startup() | StandingChanged() | Reconfigured() if cast.routers[place].is_owner and not team.starts:
                yield place, evolve(event, held=True)
            case _:
                yield place, event


def _is_expiring(state: State, now: Instant) -> bool:
    return isinstance(state, Backup) and state.master_down_at <= now


def _step(cast: Cast, states: list[State], place: int, event: Event, now: Instant) -> Outcome:
    router, before = cast.routers[place], states[place]
    taken = step(router, before, event, now)
    states[place] = taken.state
    return Outcome(place, router, before, event, taken)


def _agree(cast: Cast, before: Sequence[State], states: list[State], team: Team, now: Instant) -> Iterator[Outcome]:
    """Move the members that are not where the group goes; those that only now left Initialize join the others."""
    joining = {place for place in team.places if isinstance(before[place], Initialize)}
    where = move({place: states[place] for place in team.places}, joining)
    if where is not None:
        for place in team.places:
            if isinstance(states[place], Backup | Master) and state_name(states[place]) != where:
                yield _step(cast, states, place, GroupMoved(where), now)


def _comes_later(outcome: Outcome | GroupOutcome) -> bool:
    """keepalived tells of groups that start as Backup before anything else."""
    return not (isinstance(outcome, GroupOutcome) and outcome.rule == rules.GROUP_STARTS)
