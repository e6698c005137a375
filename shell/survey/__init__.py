"""What this machine is like, as facts for ``kaspec.doctor``: gathered, not judged; what cannot be looked at is told so, never raised."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path

from kaspec.doctor.firewall import Unseen
from kaspec.doctor.machine import File, Machine
from kaspec.doctor.wanted import Wanted
from shell import pidfile
from shell.options import Options
from shell.startup import CAPABILITIES
from shell.survey.network import look_at_interfaces
from shell.survey.processes import look_at_processes
from shell.survey.rules import look_at_rules
from shell.syscalls import STA_UNSYNC, clock_status


def survey(wanted: Wanted, resolve: bool = False) -> Machine:
    """Look at this machine; only with ``resolve`` are host names looked up, which may ask the network."""
    return Machine(
        kernel=platform.release(),
        root=os.geteuid() == 0,
        capabilities=_capabilities(),
        interfaces=look_at_interfaces(),
        sysctls=_sysctls(wanted.sysctls),
        rules=look_at_rules(),
        ip_vs=_ip_vs(),
        processes=look_at_processes(),
        pid_files=_pid_files(),
        files={path: _file(path) for path in wanted.files},
        users={name: _user(name) for name in wanted.users},
        synchronised=_synchronised(),
        names={name: _has_address(name) for name in wanted.names} if resolve else {},
    )


def _capabilities() -> frozenset[str]:
    status = Path("/proc/self/status").read_text()
    effective = next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:")), 0)
    return frozenset(name for name, (bit, _) in CAPABILITIES.items() if effective >> bit & 1)


def _sysctls(names: tuple[str, ...]) -> Mapping[str, str]:
    found = {}
    for name in names:
        path = "/".join(part.replace("/", ".") for part in name.split("."))
        try:
            found[name] = Path("/proc/sys", path).read_text().strip()
        except OSError:
            continue
    return found


def _synchronised() -> bool | None:
    try:
        return clock_status() & STA_UNSYNC == 0
    except OSError:
        return None


def _ip_vs() -> bool | None:
    if Path("/proc/net/ip_vs").exists():
        return True
    modules = Path("/lib/modules", platform.release())
    try:
        if "/ip_vs.ko" in (modules / "modules.builtin").read_text(errors="replace"):
            return True
        return None if "/ip_vs.ko" in (modules / "modules.dep").read_text(errors="replace") else False
    except OSError:
        return False


def _pid_files() -> Mapping[str, int]:
    paths = [Options().pid_file(process) for process in ("keepalived", "vrrp", "checkers")]
    return {str(path): pid for path in paths if (pid := pidfile.holder(path)) is not None}


def _file(path: str) -> File | Unseen | None:
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        return Unseen(getattr(error, "strerror", None) or str(error), isinstance(error, PermissionError))
    return File(status.st_mode, status.st_uid, status.st_gid)


def _user(name: str) -> int | None:
    import pwd

    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _has_address(name: str) -> bool:
    import socket

    try:
        return bool(socket.getaddrinfo(name, None))
    except (OSError, UnicodeError):
        return False
