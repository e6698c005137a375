"""Whom the configuration tells, as keepalived's ``.data`` has it: FIFOs, scripts with their users, mail."""

from collections.abc import Iterator, Mapping

from kaspec.config.model import Command, Configuration, GroupSettings, InstanceSettings, Permit
from kaspec.security import DEFAULT_UMASK

_SPECIFIC = (
    ("notify_deleted", "Deleted"),
    ("notify_backup", "Backup"),
    ("notify_master", "Master"),
    ("notify_fault", "Fault"),
    ("notify_stop", "Stop"),
    ("notify", "Generic"),
    ("notify_master_rx_lower_pri", "Master rx lower pri"),
)


def fifo_lines(configuration: Configuration) -> Iterator[str]:
    """Write the FIFOs and what goes to them."""
    telling = configuration.global_defs.telling
    for name, fifo, script in (
        ("Global", telling.notify_fifo, telling.notify_fifo_script),
        ("VRRP", telling.vrrp_notify_fifo, telling.vrrp_notify_fifo_script),
    ):
        if fifo is not None:
            uid, gid = configuration.owners.get(fifo, (0, 0))
            yield f" {name} notify fifo = {fifo.path}, uid:gid {uid}:{gid}"
            if script is not None:
                yield f" {name} notify fifo script = {command_words(script, configuration.permits, fifo.path)}"
    yield f" FIFO write vrrp states on reload = {_truth(telling.fifo_write_vrrp_states_on_reload)}"
    yield f" VRRP notify priority changes = {_truth(telling.vrrp_notify_priority_changes)}"


def security_lines(configuration: Configuration) -> Iterator[str]:
    """Say whether script security is on."""
    yield f" Script security {'enabled' if configuration.global_defs.telling.enable_script_security else 'disabled'}"


def umask_lines(configuration: Configuration) -> Iterator[str]:
    """Write the mask that scripts get."""
    umask = configuration.global_defs.telling.umask
    yield f" umask = 0{DEFAULT_UMASK if umask is None else umask:o}"


def settings_lines(configuration: Configuration, settings: InstanceSettings | GroupSettings) -> Iterator[str]:
    """Write whom an instance or a group tells."""
    defs = configuration.global_defs
    mails = next((each for each in (settings.smtp_alert, defs.smtp_alert_vrrp, defs.smtp_alert) if each is not None), False)
    yield f"   Using smtp notification = {'yes' if mails else 'no'}"
    if isinstance(settings, InstanceSettings):
        if settings.strict_mode:
            yield "   Enforcing strict VRRP compliance"
        yield f"   Notify deleted = {'Deleted' if settings.notify_deleted else 'Fault'}"
    for name, word in _SPECIFIC:
        command = getattr(settings, name, None)
        if isinstance(command, Command):
            yield f"   {word} state transition script = {command_words(command, configuration.permits)}"
    if isinstance(settings, InstanceSettings):
        own = settings.notify_priority_changes
        yield f"   Notify priority changes = {_truth(defs.telling.vrrp_notify_priority_changes if own is None else own)}"


def command_words(command: Command, permits: Mapping[Command, Permit], *more: str) -> str:
    """Write a command as it is run, or that it is not."""
    permit = permits.get(command)
    if permit is None:
        return f"'{command.line}' (not run: it may not)"
    words = " ".join(f"'{word}'" for word in (*permit.argv, *more))
    return f"{words}, uid:gid {permit.uid}:{permit.gid}"


def _truth(setting: bool) -> str:
    return "true" if setting else "false"
