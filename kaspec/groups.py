"""Sync groups: virtual routers of one host that are Master together or not at all (keepalived ``vrrp_sync_group``).

Three sentences are the whole of it.  *A fault of one is a fault of all*: each member's standing carries the reason why another is at fault.
*Master only if all want it*: a Backup whose Master_Down_Timer expires waits until every other member is Master or waits too.  *One Backup,
all Backup*: when a member yields, the others give up with it, and say nothing, since the better router is Master of all of them.

A group has no state of its own: its members', which agree after every event, are its state.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Literal, TypeVar, assert_never

from kaspec import rules
from kaspec.frozen import evolve, frozen
from kaspec.rules import Rule
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, Reason, Standing, State, StateName
from kaspec.vrrp.sync_group import SyncGroup

Move = Literal["MASTER", "BACKUP"]
"""Where a group can take its members; into FAULT and out of it they go by their standing."""
T = TypeVar("T")


@frozen
class GroupOutcome:
    """The sync group of that name and ``members`` came to another state, in the words of scripts and FIFOs."""

    group: str
    state: Literal["MASTER", "BACKUP", "FAULT", "STOP"]
    rule: Rule
    members: tuple[str, ...]


@frozen
class Team:
    """A sync group among the virtual routers of a node: the places of its members, in the group's order.

    ``starts`` tells whether it may start as Master: only if every member owns its addresses.
    """

    group: SyncGroup
    places: tuple[int, ...]
    starts: bool

    def of(self, values: Sequence[T]) -> tuple[T, ...]:
        """Pick the members' from what the whole node has, place by place."""
        return tuple(values[place] for place in self.places)


def teams(routers: Sequence[VirtualRouter], groups: Iterable[SyncGroup]) -> tuple[Team, ...]:
    """Return every group that has a member.  A name that nobody has is left out; of two groups of one name or member the first has it."""
    places = {router.name: place for place, router in enumerate(routers)}
    found = list[Team]()
    for group in groups:
        if group.name in {team.group.name for team in found}:
            continue
        members = tuple(place for name in dict.fromkeys(group.members) if (place := places.pop(name, None)) is not None)
        if members:
            found.append(Team(group, members, all(routers[place].is_owner for place in members)))
    return tuple(found)


def tracking(router: VirtualRouter, group: SyncGroup) -> VirtualRouter:
    """Return what a member tracks, for itself and for its group.

    Where weights do not count, what has one is not tracked at all, as with keepalived's scripts.
    """
    weights = group.tracking_weight
    tracks = tuple(track for track in router.tracks if weights or not track.weight)
    trackers = tuple(track for track in router.trackers if weights or not track.weight)
    return evolve(router, tracks=(*tracks, *group.tracks), trackers=(*trackers, *group.trackers))


def share(standings: Sequence[Standing], names: Sequence[str]) -> tuple[Standing, ...]:
    """Give every member the others' faults, whoever failed being the reason, and let it wait for what they wait for."""
    failed = sorted(name for name, standing in zip(names, standings, strict=True) if standing.faults)
    pending = tuple(sorted({tracker for standing in standings for tracker in standing.pending}))
    if not failed and not pending:
        return tuple(standings)
    shared = (tuple(Reason("group", other) for other in failed if other != name) for name in names)
    return tuple(
        evolve(standing, faults=(*standing.faults, *reasons), pending=pending) for standing, reasons in zip(standings, shared, strict=True)
    )


def state_of(states: Iterable[State]) -> StateName:
    """Return the state of a group: that of all members that have started; while they differ, what is furthest from Master."""
    kinds = {type(state) for state in states}
    furthest: Mapping[type, StateName] = {Fault: "FAULT", Backup: "BACKUP", Master: "MASTER"}
    return next((name for kind, name in furthest.items() if kind in kinds), "INIT")


def wants_master(state: State) -> bool:
    """Tell whether a member is Master, or would be if it were alone."""
    return isinstance(state, Master) or (isinstance(state, Backup) and state.waiting)


def move(states: Mapping[int, State], joining: Set[int] = frozenset()) -> Move | None:
    """Decide where the members of a group go that do not agree, or that have waited for each other; ``None`` if they stay.

    Members that are only now ``joining`` the others have no wish yet: they follow.  One that is still in Initialize keeps the others from
    becoming Master, but takes it from nobody.
    """
    started = {place: state for place, state in states.items() if not isinstance(state, Initialize)}
    settled = [state for place, state in started.items() if place not in joining]
    if not settled or any(isinstance(state, Fault) for state in started.values()):
        return None
    backups, masters = (any(isinstance(state, kind) for state in started.values()) for kind in (Backup, Master))
    if all(map(wants_master, settled)):
        return "MASTER" if backups and (masters or len(started) == len(states)) else None
    return "BACKUP" if masters else None


def outcome_of(group: SyncGroup, before: StateName, after: StateName) -> GroupOutcome | None:
    """Return what a group came to, or ``None`` if nothing that anybody is told."""
    if before == after:
        return None
    match after:
        case "MASTER":
            return GroupOutcome(group.name, after, rules.GROUP_MASTER, group.members)
        case "BACKUP":
            rule = rules.GROUP_STARTS if before == "INIT" else rules.GROUP_BACKUP
            return GroupOutcome(group.name, after, rule, group.members)
        case "FAULT":
            return GroupOutcome(group.name, after, rules.GROUP_FAULT, group.members)
        case "INIT":
            return stopped(group)
        case _:
            assert_never(after)


def stopped(group: SyncGroup) -> GroupOutcome:
    """Return what is told of a group that stops."""
    return GroupOutcome(group.name, "STOP", rules.GROUP_STOPS, group.members)
