"""Whole configurations."""

from collections.abc import Mapping

from attrs import evolve
from hypothesis import strategies as st

from kaspec.config import Configuration
from kaspec.config.model import GroupSettings
from kaspec.vrrp.holdings import Statics, interfaces_of
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.sync_group import SyncGroup
from tests.laws.processes import link_delays, pacings, process_settings
from tests.laws.services import lvs_settings, server_groups, services
from tests.laws.settings.definitions import global_defs
from tests.laws.settings.holdings import FAMILIES, addresses, policy_rules, routes, some_of
from tests.laws.settings.instances import instances
from tests.laws.settings.trackers import definitions, interface_tracks, trackers
from tests.laws.settings.words import choices, commands, words

_TRACK_GROUPS = ("lan", "a b", "dmz")
_group = st.none() | st.sampled_from(_TRACK_GROUPS)
_static_addresses, _static_routes, _static_rules = (
    some_of(kind(family, _group) for family in FAMILIES) for kind in (addresses, routes, policy_rules)
)
statics = st.builds(Statics, _static_addresses, _static_routes, _static_rules)


def needing(router: VirtualRouter, held: Statics, members: Mapping[str, list[str]]) -> VirtualRouter:
    """Return the virtual router with the interfaces of the static items whose groups it is in."""
    items = [item for item in held.items if item.tracked and item.track_group is not None]
    mine = {name for item in items if router.name in members.get(item.track_group or "", ()) for name in interfaces_of(item)}
    every = dict.fromkeys(name for item in items for name in interfaces_of(item))
    return evolve(router, needs=tuple(name for name in every if name in mine))


def group_settings(name: str) -> st.SearchStrategy[GroupSettings]:
    """Whom a group of that name tells of its state."""
    script = st.none() | commands
    return st.builds(GroupSettings, st.just(name), choices, script, script, script, script, script, choices)


_group_tracks = st.lists(interface_tracks, max_size=2, unique_by=lambda each: each.interface).map(tuple)


def sync_groups(routers: tuple[VirtualRouter, ...]) -> st.SearchStrategy[list[SyncGroup]]:
    """Groups of these virtual routers, and of some that are not there."""
    someone = st.sampled_from([router.name for router in routers]) | words if routers else words
    members = st.lists(someone, max_size=3, unique=True).map(tuple)
    group = st.builds(SyncGroup, words, members, _group_tracks, tracking_weight=st.booleans())
    return st.lists(group, max_size=2, unique_by=lambda each: each.name)


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    """Draw a configuration that says all it can say."""
    drawn = [draw(instances(identifier)) for identifier in range(1, draw(st.integers(0, 3)) + 1)]
    defined, held = draw(definitions), draw(statics)
    balanced = draw(server_groups())
    virtual = draw(services(balanced))
    names = [router.name for router, _ in drawn]
    members = {group: [name for name in names if draw(st.booleans())] for group in _TRACK_GROUPS} if held.items else {}
    routers = tuple(evolve(needing(router, held, members), trackers=draw(trackers(defined, router.is_owner))) for router, _ in drawn)
    groups = tuple(evolve(group, trackers=draw(trackers(defined))) for group in draw(sync_groups(routers)))
    return Configuration(
        draw(global_defs),
        held.addresses,
        held.routes,
        held.rules,
        routers,
        tuple(settings for _, settings in drawn),
        bfd_instances=defined.sessions,
        groups=groups,
        group_settings=tuple(draw(group_settings(group.name)) for group in groups),
        scripts=defined.scripts,
        files=defined.files,
        processes=defined.processes,
        process=draw(process_settings),
        pacing=draw(pacings),
        link_delays=draw(link_delays),
        lvs=draw(lvs_settings),
        server_groups=balanced,
        services=virtual,
        has_lvs=bool(virtual or balanced),
    )
