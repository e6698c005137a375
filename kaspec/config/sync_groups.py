"""``vrrp_sync_group``: from what a block gives to the core's ``SyncGroup``, and back."""

from collections.abc import Iterable, Mapping

from kaspec.config import diagnostics as kinds
from kaspec.config.alerts import build_group_settings
from kaspec.config.keywords import vrrp_instance as instance_rows
from kaspec.config.keywords import vrrp_sync_group as rows
from kaspec.config.lexer import Report
from kaspec.config.model import BfdInstance, GroupSettings
from kaspec.config.sections import Section
from kaspec.config.tracks import TrackLists, Weights, build_bfd_tracks, build_trackers, build_tracks
from kaspec.frozen import frozen
from kaspec.vrrp.sync_group import SyncGroup

TRACK_LISTS: TrackLists = (("script", rows.TRACK_SCRIPT), ("file", rows.TRACK_FILE), ("process", rows.TRACK_PROCESS))
_TRACKED = (
    instance_rows.TRACK_INTERFACE,
    instance_rows.TRACK_SCRIPT,
    instance_rows.TRACK_FILE,
    instance_rows.TRACK_PROCESS,
    instance_rows.TRACK_BFD,
)


@frozen
class Group:
    """A ``vrrp_sync_group`` as built: the sync group, and whom it tells."""

    group: SyncGroup
    settings: GroupSettings


def build_groups(
    sections: Iterable[Section], instances: Iterable[Section], weights: Weights, sessions: Iterable[BfdInstance], report: Report
) -> tuple[Group, ...]:
    """Build the groups; the second of two of one name is left out."""
    built: dict[str, Group] = {}
    untold = {section.label: section for section in instances}
    known = {each.session.name: each for each in sessions}
    for section in sections:
        if section.label in built:
            message = f"there is already a vrrp_sync_group {section.label}; this one is left out"
            report(kinds.DUPLICATE_NAME.at(section.span, message))
        elif section.label:
            built[section.label] = _group(section, untold, weights, known, report)
    return tuple(built.values())


def _group(section: Section, untold: dict[str, Section], weights: Weights, sessions: Mapping[str, BfdInstance], report: Report) -> Group:
    members = tuple(dict.fromkeys(name for given in section.entries(rows.GROUP) for name in given.value))
    weighted = section.value(rows.SYNC_GROUP_TRACKING_WEIGHT, False)
    if not weighted:
        for member in [untold.pop(name) for name in members if name in untold]:
            _tell_of_weights(section.label, member, report)
    tracks = build_tracks(section.entries(rows.TRACK_INTERFACE), "", False, report)
    trackers = (
        *build_trackers(TRACK_LISTS, section, weights, False, report),
        *build_bfd_tracks(section.entries(rows.TRACK_BFD), sessions, False, report),
    )
    return Group(SyncGroup(section.label, members, tracks, trackers, weighted), build_group_settings((section,))[0])


def _tell_of_weights(group: str, member: Section, report: Report) -> None:
    """Say what does not count: different priorities in a group may leave each of two routers with a half of it."""
    for given in (given for row in _TRACKED for given in member.entries(row)):
        if given.value.weight:
            message = f"{member.label} is in sync group {group}, where weights of single members do not count; this line is ignored"
            hint = f"track it in vrrp_sync_group {group}, or add sync_group_tracking_weight there if all members have the same weights"
            report(kinds.GROUP_WEIGHT.at(given.span, message, hint))
