"""What the blocks come to that most files have none of, each kind built by a module of its own.

Such a module is imported when the text has such a block, and not before: with the values they make, they take longer to import than a file
of the usual size takes to check.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kaspec.config.keywords import top
from kaspec.config.lexer import Report
from kaspec.config.model import BfdInstance
from kaspec.config.sections import Section
from kaspec.config.tracks import Weights
from kaspec.lvs.settings import LvsSettings

if TYPE_CHECKING:
    from kaspec.config.sync_groups import Group
    from kaspec.link_delay import LinkDelay
    from kaspec.lvs.model import ServerGroup, VirtualServer
    from kaspec.trackers.tracked import Script, TrackedFile, TrackedProcess

Trackers = tuple["tuple[Script, ...]", "tuple[TrackedFile, ...]", "tuple[TrackedProcess, ...]"]
_TRACKERS = (top.VRRP_SCRIPT, top.TRACK_FILE, top.VRRP_TRACK_FILE, top.VRRP_TRACK_PROCESS)
_LVS = (top.VIRTUAL_SERVER, top.VIRTUAL_SERVER_GROUP)


def bfd_instances(section: Section, report: Report) -> tuple[BfdInstance, ...]:
    """Return what every ``bfd_instance`` comes to."""
    blocks = section.sections(top.BFD_INSTANCE)
    if not blocks:
        return ()
    from kaspec.config.bfd import build_bfd_instances

    return build_bfd_instances(blocks, report)


def trackers(section: Section, report: Report) -> Trackers:
    """Return what every ``vrrp_script``, ``track_file`` and ``vrrp_track_process`` comes to."""
    if not any(section.sections(row) for row in _TRACKERS):
        return (), (), ()
    from kaspec.config.trackers import build_files, build_processes, build_scripts

    return build_scripts(section, report), build_files(section, report), build_processes(section, report)


def sync_groups(section: Section, weights: Weights, sessions: Sequence[BfdInstance], report: Report) -> "tuple[Group, ...]":
    """Return what every ``vrrp_sync_group`` comes to."""
    blocks = section.sections(top.VRRP_SYNC_GROUP)
    if not blocks:
        return ()
    from kaspec.config.sync_groups import build_groups

    return build_groups(blocks, section.sections(top.VRRP_INSTANCE), weights, sessions, report)


def virtual_servers(
    section: Section, settings: LvsSettings, weights: Weights, report: Report
) -> "tuple[tuple[ServerGroup, ...], tuple[VirtualServer, ...]]":
    """Return what every ``virtual_server_group`` and ``virtual_server`` comes to."""
    if not any(section.sections(row) for row in _LVS):
        return (), ()
    from kaspec.config.checks import Surroundings
    from kaspec.config.services import build_server_groups, build_services

    file_weights = {name: weight for (kind, name), weight in weights.items() if kind == "file"}
    surroundings = Surroundings(settings.checker_log_all_failures, settings.credentials, file_weights)
    groups = build_server_groups(section.sections(top.VIRTUAL_SERVER_GROUP), report)
    return groups, build_services(section.sections(top.VIRTUAL_SERVER), groups, surroundings, report)


def link_delays(section: Section) -> "tuple[LinkDelay, ...]":
    """Return what the lines of ``interface_up_down_delays`` come to."""
    if not section.entries(top.INTERFACE_UP_DOWN_DELAYS):
        return ()
    from kaspec.config.debounce import build_link_delays

    return build_link_delays(section)
