"""Laws of the plan: it says everything a reload does, and nothing else happens."""

import json
import re
from collections.abc import Iterable
from typing import Any, TypeVar

from attrs import evolve, fields
from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec.config.model import Configuration, InstanceSettings
from kaspec.node import Node, initial, node_step
from kaspec.plan import Action, Change, Difference, Instance, Plan, plan
from kaspec.reconfiguration import reconfigure
from kaspec.report.plan import plan_json, render_plan
from kaspec.units import SECOND
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.effects import RemoveAddresses
from kaspec.vrrp.events import Reconfigured, Shutdown, Startup
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Master
from tests.laws.settings.configurations import configurations
from tests.laws.settings.instances import instances
from tests.laws.settings.words import commands, names
from tests.laws.strategies import nodes
from tests.laws.test_node import Running, running

T = TypeVar("T")


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[Configuration, Configuration]:
    """Two configurations that have much in common, as before and after an edit."""
    old, other = draw(configurations()), draw(configurations())
    both = tuple(pair for pair in zip(old.routers, old.settings, strict=True) if draw(st.booleans()))
    edited = [_edited(draw, router, settings) for router, settings in both]
    fresh = [pair for pair in zip(other.routers, other.settings, strict=True) if pair[0].virtual_router_id > 2]
    placed = {key(router): (router, settings) for router, settings in (*edited, *fresh)}
    unique = {router.name: (router, settings) for router, settings in placed.values()}
    new = draw(st.sampled_from((old, other)))
    routers = tuple(router for router, _ in unique.values())
    settings = tuple(settings for _, settings in unique.values())
    return old, evolve(new, routers=routers, settings=settings, has_lvs=draw(st.booleans()))


def _edited(draw: st.DrawFn, router: VirtualRouter, settings: InstanceSettings) -> tuple[VirtualRouter, InstanceSettings]:
    match draw(st.sampled_from(("same", "same", "changed", "renamed", "moved", "script"))):
        case "changed":
            other, others = draw(instances(router.virtual_router_id))
            addresses = (*router.addresses[:1], *other.addresses)
            return evolve(other, name=router.name, interface=router.interface, addresses=addresses), evolve(others, name=router.name)
        case "renamed":
            name = f"{draw(names)}+{router.virtual_router_id}"
            return evolve(router, name=name), evolve(settings, name=name)
        case "moved":
            return evolve(router, virtual_router_id=router.virtual_router_id + 100), settings
        case "script":
            return router, evolve(settings, notify=draw(commands))
        case _:
            return router, settings


pairs = neighbours() | st.tuples(configurations(), configurations())


def applied(made: Plan, old: Configuration) -> Configuration:
    """Do what a plan says and nothing else."""
    instances = [_applied(action) for action in made.actions if action.kind != "stop"]
    return evolve(
        old,
        global_defs=_changed(old.global_defs, made.definitions),
        process=_changed(old.process, made.definitions),
        pacing=_changed(old.pacing, made.definitions),
        static_addresses=_joined(old.static_addresses, made.addresses),
        static_routes=_joined(old.static_routes, made.routes),
        static_rules=_joined(old.static_rules, made.rules),
        bfd_instances=_joined(old.bfd_instances, made.sessions),
        scripts=_joined(old.scripts, made.scripts),
        files=_joined(old.files, made.files),
        processes=_joined(old.processes, made.processes),
        services=tuple(action.new for action in made.services if action.new),
        routers=tuple(each.router for each in instances),
        settings=tuple(each.settings for each in instances if each.settings),
        **{change.name: change.new for change in made.others},
    )


def _applied(action: Action) -> Instance:
    if action.old is None or action.old.settings is None:
        return action.instance
    return Instance(_changed(action.old.router, action.changes), _changed(action.old.settings, action.changes))


def _changed(value: Any, changes: Iterable[Change]) -> Any:
    known = {field.name for field in fields(type(value))}
    new = {change.name: change.new for change in changes if change.name in known}
    assert all(getattr(value, change.name) == change.old for change in changes if change.name in known)
    return evolve(value, **new)


def _joined(old: tuple[T, ...], found: Difference[T]) -> tuple[T, ...]:
    return (*(each for each in old if each not in found.lost), *found.gained)


wholes = settings(max_examples=settings().max_examples // 3)
"""Whole configurations are large: drawing one takes longer than all else."""


def unordered(configuration: Configuration) -> tuple[object, ...]:
    lists = ("static_addresses", "static_routes", "static_rules", "bfd_instances", "scripts", "files", "processes", "services")
    nothing: dict[str, Any] = dict.fromkeys(lists, ())
    return evolve(configuration, **nothing), *(set(getattr(configuration, each)) for each in lists)


@wholes
@given(pairs)
def test_a_plan_says_everything(pair: tuple[Configuration, Configuration]) -> None:
    """The old configuration, changed as the plan says, is the new one."""
    old, new = pair
    assert unordered(applied(plan(old, new), old)) == unordered(new)


@wholes
@given(configurations())
def test_nothing_is_planned_between_a_configuration_and_itself(configuration: Configuration) -> None:
    made = plan(configuration, evolve(configuration))
    assert made.is_empty
    assert not made.interrupts
    assert [action.kind for action in made.actions] == ["keep"] * len(configuration.routers)


@wholes
@given(pairs)
def test_an_empty_plan_means_the_same_configuration(pair: tuple[Configuration, Configuration]) -> None:
    old, new = pair
    assert plan(old, new).is_empty == (unordered(_sorted(old)) == unordered(_sorted(new)))


def _sorted(configuration: Configuration) -> Configuration:
    return evolve(
        configuration,
        routers=tuple(sorted(configuration.routers, key=lambda each: each.name)),
        settings=tuple(sorted(configuration.settings, key=lambda each: each.name)),
    )


@wholes
@given(pairs)
def test_the_way_back_undoes_the_plan(pair: tuple[Configuration, Configuration]) -> None:
    there, back = plan(*pair), plan(*reversed(pair))
    assert (there.addresses.gained, there.routes.lost, there.rules.lost) == (back.addresses.lost, back.routes.gained, back.rules.gained)
    opposite = {"start": "stop", "stop": "start"}
    kinds = sorted((action.instance.router.virtual_router_id, opposite.get(action.kind, action.kind)) for action in back.actions
                   if action.kind != "restart")  # fmt: skip
    assert sorted((each.instance.router.virtual_router_id, each.kind) for each in there.actions if each.kind != "restart") == kinds


@wholes
@given(pairs)
def test_every_plan_is_in_words_of_the_file_and_shows_no_password(pair: tuple[Configuration, Configuration]) -> None:
    old, new = (evolve(each, routers=tuple(evolve(router, authentication=_SECRETS[place]) for router in each.routers))
                for place, each in enumerate(pair))  # fmt: skip
    made = plan(old, new)
    text = "\n".join(render_plan(made)) + json.dumps(plan_json(made))
    assert "s3cr3t" not in text
    assert not re.search(r"\b[A-Z][A-Za-z]+\([a-z_]+=", text), "a value as the program has it"
    assert len(render_plan(made, kept=False)) <= len(render_plan(made))


_SECRETS = SimplePassword.of("s3cr3t-1"), SimplePassword.of("s3cr3t-2")


def configured(node: Node) -> Configuration:
    return Configuration(routers=node.routers, settings=tuple(InstanceSettings(router.name, "BACKUP") for router in node.routers))


def key(router: VirtualRouter) -> tuple[str, int, int]:
    return router.interface, router.family, router.virtual_router_id


@st.composite
def successors(draw: st.DrawFn, node: Node) -> Node:
    """A node that shares some routers with another, some of them changed."""
    fresh = draw(nodes()).routers
    shared = [evolve(router, advertisement_interval=SECOND) if draw(st.booleans()) else router for router in node.routers]
    chosen = {key(router): router for router in (*fresh, *shared) if draw(st.booleans())}
    return Node(tuple(evolve(router, name=f"VI_{place}") if router in fresh else router for place, router in enumerate(chosen.values())))


@given(running(), st.data())
def test_a_reload_does_what_the_plan_says_and_nothing_else(run: Running, data: st.DataObject) -> None:
    new = data.draw(successors(run.node))
    made = plan(configured(run.node), configured(new))
    result = reconfigure(run.node, new, run.state, run.now)
    by_kind = {kind: {action.instance.router for action in made.actions if action.kind == kind} for kind in ("start", "stop", "keep")}
    moved = [action for action in made.actions if action.kind == "restart"]
    stopped = {outcome.router for outcome in result.steps if isinstance(outcome.event, Shutdown)}
    started = {outcome.router for outcome in result.steps if isinstance(outcome.event, Startup)}
    assert stopped == by_kind["stop"] | {action.old.router for action in moved if action.old}
    assert started == by_kind["start"] | {action.new.router for action in moved if action.new}
    changed = {action.new.router for action in made.actions if action.kind == "change" and action.new}
    was = {key(router): place for place, router in enumerate(run.node.routers)}
    asked = {outcome.router for outcome in result.steps if isinstance(outcome.event, Reconfigured)}
    assert asked <= changed
    assert {new.routers[outcome.place] for outcome in result.steps if outcome.place is not None} >= {
        router for router in changed if isinstance(run.state.states[was[key(router)]], Backup | Master)
    }
    virtual = run.node.virtual_addresses == new.virtual_addresses
    for router, state in zip(new.routers, result.state.states, strict=True):
        if router in by_kind["keep"] and virtual:
            assert state is run.state.states[was[key(router)]]


@given(running(), st.data())
def test_after_a_reload_a_node_is_as_one_that_starts_so(run: Running, data: st.DataObject) -> None:
    """The same virtual routers, of the same standing in the world; those that did not run before are in the very state of a start."""
    new = data.draw(successors(run.node))
    result = reconfigure(run.node, new, run.state, run.now)
    fresh = node_step(new, initial(new, run.state.links.values(), result.state.findings), Startup(), run.now).state
    assert [state.standing for state in result.state.states] == [state.standing for state in fresh.states]
    for router, state, started in zip(new.routers, result.state.states, fresh.states, strict=True):
        assert key(router) in {key(each) for each in run.node.routers} or state == started


@given(running(), st.data())
def test_a_master_loses_only_what_the_plan_called_an_outage(run: Running, data: st.DataObject) -> None:
    """No address is taken away without warning; what tracking takes away is a risk that was named, or was there before."""
    new = data.draw(successors(run.node))
    warned = {
        each.router
        for action in plan(configured(run.node), configured(new)).actions
        if any(consequence.grade == "outage" for consequence in action.consequences)
        for each in (action.old, action.new)
        if each
    }
    for outcome in reconfigure(run.node, new, run.state, run.now).steps:
        lost = [effect for effect in outcome.step.effects if isinstance(effect, RemoveAddresses) and effect.addresses]
        if isinstance(outcome.before, Master) and lost and not isinstance(outcome.step.state, Fault):
            assert outcome.router in warned
