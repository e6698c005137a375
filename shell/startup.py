"""What must hold before anything is started: a configuration that can be run, rights, interfaces, nobody else running.

Every problem is found before any is reported, so that an operator sees all of them at once, each with what to do.
"""

import os
import select
from pathlib import Path

from kaspec.config.diagnostics import INCLUDE_MISSING, MISSING_ARGUMENT, NO_SUCH_INTERFACE, TOO_MUCH
from kaspec.frozen import frozen
from shell import exits, pidfile
from shell.configuration import Loaded, Unreadable
from shell.options import Options

CAPABILITIES = {
    "CAP_NET_ADMIN": (12, "to add and remove virtual addresses"),
    "CAP_NET_RAW": (13, "to send and receive VRRP and gratuitous ARP"),
}
"""What the VRRP child needs: the kernel's bit (linux/capability.h) and what for."""

UNRUNNABLE = {kind.code for kind in (MISSING_ARGUMENT, INCLUDE_MISSING, TOO_MUCH, NO_SUCH_INTERFACE)}
"""Kinds of error with which the daemon does not start, as keepalived does not (a part that cannot be read may be what matters).

With any other error it runs less the part at fault: no router at all would be worse.
"""

ORPHAN_PATIENCE = 2.0
"""Seconds that children of a parent that was killed are given to finish."""


@frozen
class Refusal:
    """Why the daemon does not start: lines to show, and the status to exit with."""

    lines: tuple[str, ...]
    status: int


def is_runnable(loaded: Loaded) -> bool:
    """Tell whether the daemon starts with it."""
    if any(each.code in UNRUNNABLE for each in loaded.diagnostics):
        return False
    return bool(loaded.configuration.routers) or not loaded.has_errors


def missing_capabilities(status: str) -> tuple[str, ...]:
    """Return a line for each capability that is not in ``CapEff`` of ``status``, the text of /proc/self/status."""
    effective = next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:")), 0)
    return tuple(
        f"{name} is missing ({purpose}): run as root, or grant it (systemd: AmbientCapabilities={name})"
        for name, (bit, purpose) in CAPABILITIES.items()
        if not effective >> bit & 1
    )


def already_running(options: Options) -> tuple[str, ...]:
    """Return a line if a pid file of this daemon names a live one."""
    for process, patience in (("keepalived", 0.0), ("vrrp", ORPHAN_PATIENCE), ("checkers", ORPHAN_PATIENCE), ("bfd", ORPHAN_PATIENCE)):
        path = options.pid_file(process)
        pid = pidfile.holder(path)
        if pid is not None and _outlives(pid, patience):
            return (f"daemon is already running: {path} names process {pid}; stop it first, or use other pid files (-p, -r, -c, -b)",)
    return ()


def _outlives(pid: int, patience: float) -> bool:
    """Tell whether a process still lives after so many seconds."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    ended = select.poll()
    ended.register(descriptor, select.POLLIN)
    try:
        return not ended.poll(patience * 1000)
    finally:
        os.close(descriptor)


def check(options: Options, loaded: Loaded | Unreadable) -> Loaded | Refusal:
    """Return the configuration to start with, or why the daemon must not start: all of it, the gravest matter giving the status."""
    problems = [
        (exits.PERMISSION, missing_capabilities(Path("/proc/self/status").read_text())),
        (exits.FATAL, already_running(options)),
    ]
    match loaded:
        case Unreadable(reason):
            problems.append((exits.NO_CONFIG, (reason,)))
        case Loaded() if not is_runnable(loaded):
            problems.append((exits.CONFIG, (*loaded.lines, "The configuration cannot be run: mend the errors above")))
        case Loaded() if not any(lines for _, lines in problems):
            return loaded
    found = [(status, lines) for status, lines in problems if lines]
    return Refusal(tuple(line for _, lines in found for line in lines), found[0][0])
