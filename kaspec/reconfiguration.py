"""A new configuration: what is gone stops, what is new starts, what is the same is not touched; then the sync groups settle.

Which virtual router has which fate, ``kaspec.succession`` decides.
"""

from typing import assert_never

from kaspec.frozen import evolve
from kaspec.groups import GroupOutcome, state_of, stopped
from kaspec.node import Node, NodeState, Outcome, Transition, sealed
from kaspec.rules import UNCHANGED
from kaspec.settling import settle
from kaspec.succession import Added, Changed, Kept, Moved, Removed, succession
from kaspec.units import Instant
from kaspec.vrrp.authentication import Keyed
from kaspec.vrrp.effects import Effect, RemoveAddresses, RemoveRoutes, RemoveRules
from kaspec.vrrp.events import Event, Reconfigured, Shutdown, StandingChanged, Startup
from kaspec.vrrp.holdings import Holding
from kaspec.vrrp.machine import step
from kaspec.vrrp.state import Initialize, Master, Standing, State


def reconfigure(old: Node, new: Node, state: NodeState, now: Instant) -> Transition:
    """Replace the configuration.  Findings stay, for all that is still tracked.

    A member that starts in a group that is Master joins it at once: to take the group down for it would interrupt what serves.
    """
    findings = {tracker: finding for tracker, finding in state.findings.items() if tracker in new.tracked}
    fates = succession(old.routers, new.routers)
    outcomes: list[Outcome | GroupOutcome] = []
    for place in sorted(fate.old for fate in fates if isinstance(fate, Removed | Moved)):
        router, before = old.routers[place], state.states[place]
        outcomes.append(Outcome(None, router, before, Shutdown(), step(router, before, Shutdown(), now)))
    staying = [fate for fate in fates if not isinstance(fate, Removed)]
    begun = [_inherited(fate, old, state, fresh) for fate, fresh in zip(staying, new.standings(state.links, findings), strict=True)]
    events = [(place, event) for place, (_, event) in enumerate(begun)]
    was = {team.group.name: state_of(team.of(state.states)) for team in old.cast.groups}
    names = {team.group.name for team in new.cast.groups}
    ended = [stopped(group) for group in old.groups if was.get(group.name, "INIT") != "INIT" and group.name not in names]
    settled = settle(new.cast, [each for each, _ in begun], events, now, was)
    outcomes += (each for each in (*ended, *settled.outcomes) if isinstance(each, GroupOutcome) or each.step.rule != UNCHANGED)
    masters = (router for router, each in zip(new.routers, settled.states, strict=True) if isinstance(each, Master))
    held = frozenset(holding for router in masters for holding in router.holdings)
    after = evolve(state, states=settled.states, findings=findings)
    done = sealed(Transition(after, tuple(_sparing(each, held) for each in outcomes)), now)
    keyed = {router.identity for router in new.routers if isinstance(router.authentication, Keyed)}
    associations = {identity: kept for identity, kept in done.state.associations.items() if identity in keyed}
    return evolve(done, state=evolve(done.state, associations=associations))


def _inherited(fate: Kept | Changed | Moved | Added, old: Node, state: NodeState, fresh: Standing) -> tuple[State, Event]:
    """Return the state a virtual router begins the new configuration in, and the event that brings it there."""
    match fate:
        case Kept(was):
            return state.states[was], StandingChanged(fresh)
        case Changed(was):
            return state.states[was], Reconfigured(old.routers[was], fresh)
        case Moved() | Added():
            return Initialize(fresh), Startup()
        case _:
            assert_never(fate)


def _sparing(outcome: Outcome | GroupOutcome, held: frozenset[Holding]) -> Outcome | GroupOutcome:
    """Take nothing away that a Master of the new configuration holds: it moved from one virtual router to another."""
    if isinstance(outcome, GroupOutcome):
        return outcome
    effects = tuple(_spared(effect, held) for effect in outcome.step.effects)
    return evolve(outcome, step=evolve(outcome.step, effects=effects))


def _spared(effect: Effect, held: frozenset[Holding]) -> Effect:
    match effect:
        case RemoveAddresses(addresses):
            return RemoveAddresses(tuple(each for each in addresses if each not in held))
        case RemoveRoutes(routes):
            return RemoveRoutes(tuple(each for each in routes if each not in held))
        case RemoveRules(rules):
            return RemoveRules(tuple(each for each in rules if each not in held))
        case _:
            return effect
