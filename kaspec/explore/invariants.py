"""What is true of a single host, whatever the others do: of its states between events, and of what it makes of one."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np

from kaspec.explore.arrays import Numbers, Truths
from kaspec.explore.local import Local, Reloaded
from kaspec.explore.observing import Observer
from kaspec.explore.tables import Happening
from kaspec.explore.world import Host, down_interval
from kaspec.frozen import frozen
from kaspec.groups import GroupOutcome, Team, state_of
from kaspec.node import Node, Outcome, Transition
from kaspec.vrrp.effects import (
    InstallAddresses,
    Notify,
    RemoveAddresses,
    SendAdvertisement,
    SendGratuitousArp,
    SendUnsolicitedNeighborAdvertisement,
)
from kaspec.vrrp.events import HoldingsLost
from kaspec.vrrp.holdings import VirtualAddress
from kaspec.vrrp.router import OWNER_PRIORITY, VirtualRouter
from kaspec.vrrp.state import Backup, Initialize, Master, State, state_name


@frozen
class Invariant:
    """``good`` of every running host's state, and ``about``: whether the state is one that it speaks of."""

    good: Callable[[Host, Local], bool]
    about: Callable[[Host, Local], bool]


@frozen
class ReactionRule:
    """``good`` of everything that a host makes of anything, and ``witness``: whether it speaks of that."""

    good: Callable[[Happening], bool]
    witness: Callable[[Happening], bool]


def holds(observer: Observer, invariant: Invariant) -> Truths:
    """Return where it holds of each host."""
    return np.logical_and.reduce(_of_hosts(observer, ("good", invariant), invariant.good, of_others=True))


def speaks(observer: Observer, invariant: Invariant) -> Truths:
    """Return where it speaks of some host."""
    return np.logical_or.reduce(_of_hosts(observer, ("about", invariant), invariant.about, of_others=False))


def _of_hosts(observer: Observer, what: object, said: Callable[[Host, Local], bool], of_others: bool) -> list[Numbers]:
    """Return of each host in each state what is said of it if it runs."""
    hosts, locals_ = observer.graph.world.hosts, observer.graph.tables.locals.values

    def look(host: int, number: int) -> bool:
        return said(hosts[host], locals_[number]) if locals_[number].power == "on" else of_others

    return observer.of_hosts(what, look)


def _pairs(host: Host, local: Local) -> Iterator[tuple[VirtualRouter, State]]:
    return zip(host.node_of(local.setup).routers, local.states, strict=True)


def _in_time(router: VirtualRouter, state: State) -> bool:
    match state:
        case Backup(standing, down_at, interval):
            return down_at <= down_interval(router, standing.priority, interval)
        case Master(_, adver_at):
            return adver_at <= router.advertisement_interval
        case _:
            return True


TIMERS = Invariant(
    lambda host, local: all(_in_time(router, state) for router, state in _pairs(host, local)),
    lambda host, local: any(isinstance(state, Backup | Master) for _, state in _pairs(host, local)),
)
"""S4."""


def _agrees(host: Host, local: Local) -> bool:
    teams = host.node_of(local.setup).cast.groups
    kinds = ({type(state) for state in team.of(local.states) if not isinstance(state, Initialize)} for team in teams)
    return all(len(each) <= 1 for each in kinds)


GROUPS = Invariant(_agrees, lambda host, local: bool(host.node_of(local.setup).cast.groups))
"""S7."""


def _in_range(router: VirtualRouter, state: State) -> bool:
    priority = state.standing.priority
    return priority == OWNER_PRIORITY if router.is_owner else 1 <= priority < OWNER_PRIORITY


PRIORITIES = Invariant(lambda host, local: all(_in_range(*pair) for pair in _pairs(host, local)), lambda *_: True)
"""S11."""


def _stands(host: Host, local: Local) -> bool:
    found = host.node_of(local.setup).standings({link.name: link for link in local.links}, dict(local.findings))
    return all(state.standing == standing for state, standing in zip(local.states, found, strict=True))


TRACKING = Invariant(_stands, lambda *_: True)
"""L5."""


def _entering(happening: Happening) -> Iterator[Outcome]:
    return (each for each in happening.reaction.transition.steps if not _was(each) and _is(each))


def _leaving(happening: Happening) -> Iterator[Outcome]:
    return (each for each in happening.reaction.transition.steps if _was(each) and not _is(each))


def _was(outcome: Outcome) -> bool:
    return isinstance(outcome.before, Master)


def _is(outcome: Outcome) -> bool:
    return isinstance(outcome.step.state, Master)


def _installs(outcome: Outcome) -> bool:
    """Put on everything, and announce it after that."""
    effects = outcome.step.effects
    installed = [place for place, effect in enumerate(effects) if isinstance(effect, InstallAddresses)]
    announced = [place for place, each in enumerate(effects) if isinstance(each, SendGratuitousArp | SendUnsolicitedNeighborAdvertisement)]
    if not outcome.router.held_addresses:
        return True
    return bool(installed) and bool(announced) and max(installed) < min(announced)


def _restores(outcome: Outcome) -> bool:
    """Who is Master and stays it puts on again what was taken away, or knows that it must wait with that."""
    state, lost = outcome.step.state, outcome.event
    if not isinstance(lost, HoldingsLost) or not isinstance(state, Master):
        return True
    waiting = {loss.holding for loss in state.losses if loss.missing}
    installed = {each for effect in outcome.step.effects if isinstance(effect, InstallAddresses) for each in effect.addresses}
    return set(lost.holdings) & set(outcome.router.held_addresses) <= waiting | installed


INSTALLED = ReactionRule(
    lambda happening: all(map(_installs, _entering(happening))) and all(map(_restores, happening.reaction.transition.steps)),
    lambda happening: any(True for _ in _entering(happening)),
)
"""S5."""


def _removes(outcome: Outcome, spared: frozenset[VirtualAddress]) -> bool:
    removed = {address for effect in outcome.step.effects if isinstance(effect, RemoveAddresses) for address in effect.addresses}
    return removed >= set(outcome.router.held_addresses) - spared


def _moved(happening: Happening) -> frozenset[VirtualAddress]:
    """Return what a reload leaves where it is, for another virtual router of the host is Master of it now."""
    if not isinstance(happening.reaction.event, Reloaded):
        return frozenset()
    masters = (each.router for each in happening.reaction.transition.steps if _is(each))
    return frozenset(address for router in masters for address in router.held_addresses)


def _puts_on(outcome: Outcome) -> bool:
    return any(isinstance(effect, InstallAddresses) for effect in outcome.step.effects)


REMOVED = ReactionRule(
    lambda happening: (
        all(_removes(each, _moved(happening)) for each in _leaving(happening))
        and all(_is(each) for each in happening.reaction.transition.steps if _puts_on(each))
    ),
    lambda happening: any(_is(each) for each in happening.reaction.transition.steps),
)
"""S10."""


def _says_goodbye(outcome: Outcome) -> bool:
    return any(isinstance(effect, SendAdvertisement) and not effect.advertisement.priority for effect in outcome.step.effects)


FAREWELLS = ReactionRule(
    lambda happening: all(_was(each) and not _is(each) for each in happening.reaction.transition.steps if _says_goodbye(each)),
    lambda happening: any(_is(each) for each in happening.reaction.transition.steps),
)
"""S6."""


def tells(node: Node, before: Sequence[State], transition: Transition) -> bool:
    """Tell whether all are told, when it is done, who entered which state, sync groups included, and nothing else (S12)."""
    return all(map(_says_so, transition.steps)) and all(_tells_of(team, before, transition) for team in node.cast.groups)


def _says_so(outcome: Outcome) -> bool:
    after = _word(outcome.step.state)
    wanted = [Notify(after)] if after and after != _word(outcome.before) else []
    effects = outcome.step.effects
    told = [effect for effect in effects if isinstance(effect, Notify)]
    return told == wanted and (not told or effects[-1] == told[0])


def _word(state: State) -> Literal["MASTER", "BACKUP", "FAULT", "STOP"] | None:
    """Return what is said of who enters a state: of one that only waits to be Backup, nothing."""
    name = state_name(state)
    return name if name != "INIT" else None if isinstance(state, Initialize) and state.started else "STOP"


def _tells_of(team: Team, before: Sequence[State], transition: Transition) -> bool:
    was, now = (state_of(team.of(states)) for states in (before, transition.state.states))
    told = [each.state for each in transition.outcomes if isinstance(each, GroupOutcome) and each.group == team.group.name]
    return told == ([] if was == now else ["STOP" if now == "INIT" else now])


TOTAL = ReactionRule(lambda happening: not happening.reaction.failure, lambda _: True)
"""S9."""
