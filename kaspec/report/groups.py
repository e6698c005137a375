"""Sync groups in the words of keepalived 2.2.7's ``.data``."""

from collections.abc import Iterator

from kaspec.config.model import Configuration
from kaspec.frozen import evolve
from kaspec.groups import Team, state_of
from kaspec.node import Node, NodeState
from kaspec.report.told import settings_lines
from kaspec.report.trackers import instance_dump
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Initialize


def group_dump(configuration: Configuration, node: Node, state: NodeState) -> Iterator[str]:
    """Write the section of the sync groups, if there are any."""
    settings = {each.name: each for each in configuration.group_settings}
    if node.cast.groups:
        yield "------< VRRP Sync groups >------"
    for team in node.cast.groups:
        yield from _group(node, team, state)
        if team.group.name in settings:
            yield from settings_lines(configuration, settings[team.group.name])
        yield from _tracked(team)


def _group(node: Node, team: Team, state: NodeState) -> Iterator[str]:
    states = team.of(state.states)
    faulty = sum(any(reason.kind != "group" for reason in each.standing.faults) for each in states)
    waiting = sum(isinstance(each, Initialize) and bool(each.standing.pending) for each in states)
    yield f" VRRP Sync Group = {team.group.name}, {state_of(states)}"
    yield f"   Num member fault {faulty}, num member init {waiting}"
    yield "   VRRP member instances :"
    yield from (f"     {router.name}" for router in team.of(node.routers))


def _tracked(team: Team) -> Iterator[str]:
    if team.group.tracks:
        yield "   Tracked interfaces :"
    yield from (f"     {track.interface} weight {track.weight}{' reverse' if track.reverse else ''}" for track in team.group.tracks)
    yield from instance_dump(evolve(VirtualRouter("", "", 1), trackers=team.group.trackers))
