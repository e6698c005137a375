"""Whom the configuration tells of changes: scripts, FIFOs and mail, from the text to the model and back.

Fields have their keywords' names, so writing them is one line for all.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import fields

from kaspec.config.keywords import TABLE, Setting
from kaspec.config.keywords import global_defs as globally
from kaspec.config.keywords import vrrp_instance as instance
from kaspec.config.keywords import vrrp_sync_group as group
from kaspec.config.model import TEN_SECONDS, Command, CommandUse, GroupSettings, InitialState, InstanceSettings, Telling
from kaspec.config.sections import Given, Section

_WRITTEN_ELSEWHERE = {"name", "initial_state", "strict_mode"}


def build_telling(section: Section) -> Telling:
    """Build what ``global_defs`` says about scripts and FIFOs."""
    return Telling(
        section.value(globally.SCRIPT_USER, None),
        section.value(globally.ENABLE_SCRIPT_SECURITY, False),
        section.value(globally.USE_SYMLINK_PATHS, False),
        section.value(globally.SET_SUPPLEMENTARY_GROUPS, False),
        section.value(globally.NOTIFY_FIFO, None),
        section.value(globally.NOTIFY_FIFO_SCRIPT, None),
        section.value(globally.VRRP_NOTIFY_FIFO, None),
        section.value(globally.VRRP_NOTIFY_FIFO_SCRIPT, None),
        section.value(globally.VRRP_NOTIFY_PRIORITY_CHANGES, False),
        section.value(globally.FIFO_WRITE_VRRP_STATES_ON_RELOAD, False),
        section.value(globally.UMASK, None),
        section.value(globally.STARTUP_SCRIPT, None),
        section.value(globally.STARTUP_SCRIPT_TIMEOUT, TEN_SECONDS),
        section.value(globally.SHUTDOWN_SCRIPT, None),
        section.value(globally.SHUTDOWN_SCRIPT_TIMEOUT, TEN_SECONDS),
        section.value(globally.LVS_NOTIFY_FIFO, None),
        section.value(globally.LVS_NOTIFY_FIFO_SCRIPT, None),
    )


def build_settings(section: Section, state: InitialState, strict: bool) -> InstanceSettings:
    """Build what a ``vrrp_instance`` says beyond the protocol."""
    deleted = section.last(instance.NOTIFY_DELETED)
    return InstanceSettings(
        section.label,
        state,
        section.value(instance.SMTP_ALERT, None),
        section.value(instance.NOTIFY, None),
        section.value(instance.NOTIFY_MASTER, None),
        section.value(instance.NOTIFY_BACKUP, None),
        section.value(instance.NOTIFY_FAULT, None),
        section.value(instance.NOTIFY_STOP, None),
        deleted is not None and (deleted.value or True),
        section.value(instance.NOTIFY_MASTER_RX_LOWER_PRI, None),
        section.value(instance.NOTIFY_PRIORITY_CHANGES, None),
        section.value(instance.KERNEL_RX_BUF_SIZE, None),
        strict,
    )


def build_group_settings(sections: Iterable[Section]) -> tuple[GroupSettings, ...]:
    """Build whom each ``vrrp_sync_group`` tells."""
    return tuple(
        GroupSettings(
            section.label,
            section.value(group.SMTP_ALERT, None),
            section.value(group.NOTIFY, None),
            section.value(group.NOTIFY_MASTER, None),
            section.value(group.NOTIFY_BACKUP, None),
            section.value(group.NOTIFY_FAULT, None),
            section.value(group.NOTIFY_STOP, None),
            section.value(group.NOTIFY_PRIORITY_CHANGES, None),
        )
        for section in sections
    )


def command_uses(section: Section) -> list[CommandUse]:
    """Return every command of keywords that act, in all blocks; one whose user is a keyword beside it has that user."""
    return _command_uses(section, set())


def _command_uses(section: Section, without: set[int]) -> list[CommandUse]:
    """Return those of a block; it may say the same as one ``without`` any."""
    if id(section.written) in without:
        return []
    uses: list[CommandUse] = []
    user = next((found[-1].value for row, found in section.given.items() if row.name == "user" and found), None)
    for row, found in section.given.items():
        for each in found:
            if isinstance(each, Section):
                uses += _command_uses(each, without)
            elif row.acts and isinstance(each, Given) and isinstance(each.value, Command):
                command: Command = each.value
                if user is not None and command.user is None:
                    command = Command(command.line, user.user, user.group)
                uses.append(CommandUse(command, each.word, row.name))
    if not uses:
        without.add(id(section.written))
    return uses


def write_alerts(scope: str, settings: Telling | InstanceSettings | GroupSettings) -> Iterator[str]:
    """Write every setting that is not its default, in a block of this scope."""
    for field in fields(type(settings)):
        value = getattr(settings, field.name)
        if field.name in _WRITTEN_ELSEWHERE or value == field.default:
            continue
        row = TABLE[scope][field.name]
        assert isinstance(row, Setting), row.name
        yield f"{row.name} {_written(row, value)}".strip()


def _written(row: Setting[Any], value: Any) -> str:
    return row.argument.write(None if row is instance.NOTIFY_DELETED and value is True else value)
