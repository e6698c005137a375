"""What scripts, FIFOs and mail are told: from what a node did to whom it is told and in which words.

``kaspec.notices`` says what there is to tell of a transition, ``deliver`` makes of each notice the scripts with their arguments, the line
for the FIFOs and the mail, in keepalived's words.  Nothing here starts or sends anything.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, assert_never

from attrs import field

from kaspec.config.model import Command, Configuration, GlobalDefs, GroupSettings, InstanceSettings, Permit
from kaspec.frozen import evolve, frozen
from kaspec.turns import Kind, Task

StateWord = Literal["MASTER", "BACKUP", "FAULT", "STOP", "DELETED"]
Word = StateWord | Literal["MASTER_PRIORITY", "BACKUP_PRIORITY", "MASTER_RX_LOWER_PRI"]
"""What has happened to a subject, in keepalived's words."""
Subject = tuple[Literal["INSTANCE", "GROUP"], str]
"""A virtual router or a sync group, by its name."""
_LAST = ("STOP", "DELETED")


@frozen
class Notice:
    """Something to tell of a subject: its ``priority`` is the effective one (0 for a group), ``reason`` says why in a sentence.

    ``again`` marks a state that is told once more after a reload, to FIFOs only.
    """

    subject: Subject
    word: Word
    priority: int = 0
    reason: str = ""
    again: bool = False


@frozen
class Script:
    """A program to run for a notice, with all its arguments, and what is added to its environment."""

    permit: Permit
    arguments: tuple[str, ...]
    environment: Mapping[str, str]

    @property
    def argv(self) -> tuple[str, ...]:
        """The path and every argument."""
        return (*self.permit.argv, *self.arguments)


@frozen
class Mail:
    """A mail to all whom ``notification_email`` names."""

    subject: str
    body: str


@frozen
class Delivery:
    """What a notice comes to: the scripts' task, the line for FIFOs, and a mail."""

    task: Task[Script]
    line: bytes | None = None
    mail: Mail | None = None


@frozen
class Audience:
    """Whom to tell: the definitions, what each subject has to say, and which commands may run.

    ``host`` is this machine's name, which stands for a ``router_id`` that is not given; ``group_of`` has the members of sync groups,
    ``named`` every command of the configuration, whether it may run or not.
    """

    defs: GlobalDefs = GlobalDefs()
    instances: Mapping[str, InstanceSettings] = field(factory=dict)
    groups: Mapping[str, GroupSettings] = field(factory=dict)
    permits: Mapping[Command, Permit] = field(factory=dict)
    host: str = "localhost"
    group_of: Mapping[str, GroupSettings] = field(factory=dict)
    named: frozenset[Command] = frozenset()

    @classmethod
    def of(cls, configuration: Configuration, host: str) -> "Audience":
        """Return whom a configuration tells."""
        instances = {each.name: each for each in configuration.settings}
        groups = {each.name: each for each in configuration.group_settings}
        members = {name: groups[each.name] for each in configuration.groups for name in each.members if each.name in groups}
        named = frozenset(use.command for use in configuration.command_uses)
        return cls(configuration.global_defs, instances, groups, configuration.permits, host, members, named)

    def succeeding(self, before: "Audience") -> "Audience":
        """Return the audience after a reload: what is gone still has its last word to say.

        A command that the new configuration names too has its new permit, or none.
        """
        instances, groups = {**before.instances, **self.instances}, {**before.groups, **self.groups}
        permits = {command: permit for command, permit in before.permits.items() if command not in self.named}
        return evolve(self, instances=instances, groups=groups, permits={**permits, **self.permits})

    @cached_property
    def mails(self) -> bool:
        """Whether there is anybody to mail to, and a server to do it."""
        return bool(self.defs.notification_email and self.defs.smtp_server)


@frozen
class Memory:
    """What was told so far: how many notices, and by subject the latest state, and the latest by mail."""

    count: int = 0
    told: Mapping[Subject, Word] = field(factory=dict)
    mailed: Mapping[Subject, Word] = field(factory=dict)


def deliver(audience: Audience, memory: Memory, notice: Notice, at: int) -> tuple[Memory, Delivery]:
    """Return what a notice comes to, ``at`` microseconds since 1970, and what is to be remembered."""
    settings = (audience.instances if notice.subject[0] == "INSTANCE" else audience.groups).get(notice.subject[1])
    seen = _seen(notice, settings)
    previous = memory.told.get(notice.subject, "INIT")
    remembered = evolve(memory, count=memory.count + 1)
    if not _is_remark(notice.word):
        told = {subject: word for subject, word in memory.told.items() if subject != notice.subject}
        remembered = evolve(remembered, told=told if notice.word in _LAST else {**told, notice.subject: notice.word})
    environment = _environment(notice, seen, previous, remembered.count, at)
    scripts = tuple(_scripts(audience, notice, seen, settings, environment))
    mail = _mail(audience, memory, notice, settings)
    if mail is not None:
        remembered = evolve(remembered, mailed={**remembered.mailed, notice.subject: notice.word})
    return remembered, Delivery(Task(seen, _kind(notice), scripts), _line(audience, notice, seen), mail)


def fifo_line(subject: Subject, word: Word, priority: int) -> bytes:
    """Write the line that FIFOs get: ``INSTANCE "VI_1" MASTER 150``."""
    return f'{subject[0]} "{subject[1]}" {word} {priority}\n'.encode(errors="surrogateescape")


def _is_remark(word: Word) -> bool:
    return word in {"MASTER_PRIORITY", "BACKUP_PRIORITY", "MASTER_RX_LOWER_PRI"}


def _kind(notice: Notice) -> Kind:
    if notice.word in _LAST:
        return "last"
    return "remark" if _is_remark(notice.word) or notice.again else "state"


def _seen(notice: Notice, settings: InstanceSettings | GroupSettings | None) -> Word:
    """Return the word that scripts and FIFOs see: what is deleted is at fault unless ``notify_deleted``."""
    said = isinstance(settings, InstanceSettings) and bool(settings.notify_deleted)
    return "FAULT" if notice.word == "DELETED" and not said else notice.word


def _scripts(
    audience: Audience, notice: Notice, seen: Word, settings: InstanceSettings | GroupSettings | None, environment: Mapping[str, str]
) -> Iterator[Script]:
    """The specific script, then the generic one."""
    if settings is None or notice.again:
        return
    specific = _specific(seen, settings)
    if specific is not None and (permit := audience.permits.get(specific)):
        yield Script(permit, (), environment)
    if settings.notify is not None and not _is_remark(notice.word) and (permit := audience.permits.get(settings.notify)):
        yield Script(permit, (*notice.subject, seen, str(notice.priority)), environment)


def _specific(word: Word, settings: InstanceSettings | GroupSettings) -> Command | None:
    match word:
        case "MASTER":
            return settings.notify_master
        case "BACKUP":
            return settings.notify_backup
        case "FAULT":
            return settings.notify_fault
        case "STOP":
            return settings.notify_stop
        case "DELETED":
            deleted = settings.notify_deleted if isinstance(settings, InstanceSettings) else False
            return deleted if isinstance(deleted, Command) else None
        case "MASTER_RX_LOWER_PRI":
            return settings.notify_master_rx_lower_pri if isinstance(settings, InstanceSettings) else None
        case "MASTER_PRIORITY" | "BACKUP_PRIORITY":
            return None
        case _:
            assert_never(word)


def _environment(notice: Notice, seen: Word, previous: str, event: int, at: int) -> Mapping[str, str]:
    """The documented environment (docs/notifications.md)."""
    return {
        "KASPEC_EVENT": str(event),
        "KASPEC_TIME": f"{at // 1_000_000}.{at % 1_000_000:06d}",
        f"KASPEC_{notice.subject[0]}": notice.subject[1],
        "KASPEC_STATE": seen,
        "KASPEC_PREVIOUS_STATE": previous,
        "KASPEC_PRIORITY": str(notice.priority),
        "KASPEC_REASON": notice.reason,
    }


def _line(audience: Audience, notice: Notice, seen: Word) -> bytes | None:
    if notice.word in {"MASTER_PRIORITY", "BACKUP_PRIORITY"} and not _wants_priorities(audience, notice.subject[1]):
        return None
    if notice.again and not audience.defs.telling.fifo_write_vrrp_states_on_reload:
        return None
    return fifo_line(notice.subject, seen, notice.priority)


def _wants_priorities(audience: Audience, name: str) -> bool:
    """Tell whether FIFOs hear of an instance's priority: by itself, else by its group, else by the global setting."""
    nearest = (audience.instances.get(name), audience.group_of.get(name))
    chosen = (each.notify_priority_changes for each in nearest if each is not None)
    return next((choice for choice in chosen if choice is not None), audience.defs.telling.vrrp_notify_priority_changes)


_INSTANCE_MAILS: Mapping[str, tuple[str, str]] = {
    "MASTER": ("Entering MASTER state", "=> VRRP Instance is now owning VRRP VIPs <="),
    "BACKUP": ("Entering BACKUP state", "=> VRRP Instance is no longer owning VRRP VIPs <="),
    "FAULT": ("Entering FAULT state", "=> VRRP Instance is no longer owning VRRP VIPs <="),
    "STOP": ("Stopping", "=> VRRP Instance stopping <="),
    "DELETED": ("Deleted", "=> VRRP Deleted at reload <="),
}
_GROUP_MAILS: Mapping[str, tuple[str, str]] = {
    state: (f"Entering {state} state", f"=> All VRRP group instances are now in {state} state <=")
    for state in ("MASTER", "BACKUP", "FAULT")
}


def _mail(audience: Audience, memory: Memory, notice: Notice, settings: InstanceSettings | GroupSettings | None) -> Mail | None:
    """A mail, if the subject's alerts are on, and its state by mail is another; the setting nearest to the subject counts."""
    defs = audience.defs
    chosen = (settings.smtp_alert if settings else None, defs.smtp_alert_vrrp, defs.smtp_alert)
    wanted = next((choice for choice in chosen if choice is not None), False)
    words = (_INSTANCE_MAILS if notice.subject[0] == "INSTANCE" else _GROUP_MAILS).get(notice.word)
    if not wanted or not audience.mails or notice.again or words is None or memory.mailed.get(notice.subject) == notice.word:
        return None
    if notice.word == "FAULT" and defs.no_email_faults:
        return None
    kind = "Instance" if notice.subject[0] == "INSTANCE" else "Group"
    return Mail(f"[{defs.router_id or audience.host}] VRRP {kind} {notice.subject[1]} - {words[0]}", words[1])
