"""``lvs_sync_daemon``: which instance the kernel's synchronisation daemon goes with."""

from collections.abc import Sequence

from kaspec.config.diagnostics import SYNC_DAEMON_IDLE
from kaspec.config.keywords.global_defs import LVS_SYNC_DAEMON
from kaspec.config.keywords.vrrp_instance import LVS_SYNC_DAEMON_INTERFACE
from kaspec.config.lexer import Report
from kaspec.config.likeness import similar
from kaspec.config.sections import Section
from kaspec.lvs.settings import SyncDaemon


def build_sync_daemon(globally: Section, instances: Sequence[Section], report: Report) -> SyncDaemon | None:
    """Build the daemon: as ``global_defs`` has it, else as the first instance does with the older keyword, whose identifier is 0."""
    given = globally.last(LVS_SYNC_DAEMON)
    if given is None:
        older = ((section, each) for section in instances if (each := section.last(LVS_SYNC_DAEMON_INTERFACE)) is not None)
        return next((SyncDaemon(each.value, section.label, 0) for section, each in older), None)
    names = tuple(section.label for section in instances)
    if given.value.instance is None:
        hint = f"add inst {names[0]}" if names else "add inst and the name of a vrrp_instance"
        report(SYNC_DAEMON_IDLE.at(given.span, "lvs_sync_daemon names no vrrp_instance, so no daemon is started", hint))
    elif given.value.instance not in names:
        message = f"there is no vrrp_instance {given.value.instance}, so lvs_sync_daemon starts no daemon"
        report(SYNC_DAEMON_IDLE.at(given.span, message, similar(given.value.instance, names)))
    return given.value
