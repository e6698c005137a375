"""Whole configurations.

Strategies are made once: to make one costs more than to draw from it.
"""

from collections.abc import Mapping

from attrs import evolve
from hypothesis import strategies as st

from kaspec.config import Configuration
from kaspec.config.model import GlobalDefs, GroupSettings
from kaspec.lvs.settings import LvsSettings
from kaspec.pacing import Pacing
from kaspec.process import ProcessSettings
from kaspec.vrrp.holdings import Statics, interfaces_of
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.sync_group import SyncGroup
from tests.laws.processes import link_delays, pacings, process_settings
from tests.laws.services import lvs_settings, server_groups, services
from tests.laws.settings.definitions import global_defs
from tests.laws.settings.holdings import FAMILIES, addresses, policy_rules, routes, some_of
from tests.laws.settings.instances import instances
from tests.laws.settings.trackers import NOTHING_DEFINED, definitions, interface_tracks, trackers
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


_script = st.none() | commands
_group_settings = st.builds(GroupSettings, st.just(""), choices, _script, _script, _script, _script, _script, choices)
"""Whom a group tells of its state."""
_group_tracks = st.lists(interface_tracks, max_size=2, unique_by=lambda each: each.interface).map(tuple)
_members = st.lists(st.integers(0, 2) | words, max_size=3)
_groups = st.lists(
    st.tuples(st.builds(SyncGroup, words, st.just(()), _group_tracks, tracking_weight=st.booleans()), _members),
    max_size=2,
    unique_by=lambda each: each[0].name,
)


def _sync_groups(draw: st.DrawFn, routers: tuple[VirtualRouter, ...]) -> list[SyncGroup]:
    """Groups of these virtual routers, and of some that are not there."""
    names = dict(enumerate(router.name for router in routers))
    return [
        evolve(group, members=tuple(dict.fromkeys(names.get(each, "gone") if isinstance(each, int) else each for each in members)))
        for group, members in draw(_groups)
    ]


_definitions = st.just(NOTHING_DEFINED) | definitions
_global_defs = st.just(GlobalDefs()) | global_defs
_process = st.just(ProcessSettings()) | process_settings
_pacing = st.just(Pacing()) | pacings
_lvs = st.just(LvsSettings()) | lvs_settings


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    """Draw a configuration that may say all it can say; half of what stands for itself is left as it is by default."""
    drawn = [draw(instances(identifier)) for identifier in range(1, draw(st.integers(0, 3)) + 1)]
    defined, held = draw(_definitions), draw(statics)
    balanced = draw(server_groups())
    virtual = draw(services(balanced))
    names = [router.name for router, _ in drawn]
    members = {group: [name for name in names if draw(st.booleans())] for group in _TRACK_GROUPS} if held.items else {}
    routers = tuple(evolve(needing(router, held, members), trackers=draw(trackers(defined, router.is_owner))) for router, _ in drawn)
    groups = tuple(evolve(group, trackers=draw(trackers(defined))) for group in _sync_groups(draw, routers))
    return Configuration(
        draw(_global_defs),
        held.addresses,
        held.routes,
        held.rules,
        routers,
        tuple(settings for _, settings in drawn),
        bfd_instances=defined.sessions,
        groups=groups,
        group_settings=tuple(evolve(draw(_group_settings), name=group.name) for group in groups),
        scripts=defined.scripts,
        files=defined.files,
        processes=defined.processes,
        process=draw(_process),
        pacing=draw(_pacing),
        link_delays=draw(link_delays),
        lvs=draw(_lvs),
        server_groups=balanced,
        services=virtual,
        has_lvs=bool(virtual or balanced),
    )
