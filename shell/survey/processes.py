"""Processes that move addresses."""

import os
from pathlib import Path

from kaspec.doctor.machine import Process
from kaspec.doctor.software import NAMES


def look_at_processes() -> tuple[Process, ...]:
    """Return the processes with names that ``kaspec.doctor`` asks about, less ourselves."""
    found = []
    for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            name = (entry / "comm").read_text(errors="replace").strip()
            if name.startswith(NAMES) and int(entry.name) != os.getpid() and _is_daemon(name, entry):
                found.append(Process(int(entry.name), name, _is_here(entry)))
        except OSError:
            continue
    return tuple(found)


def _is_daemon(name: str, entry: Path) -> bool:
    """Any ``kaspec`` command has our name; only ``kaspec run`` is a daemon."""
    return name != "kaspec" or b"\0run\0" in (entry / "cmdline").read_bytes()


def _is_here(entry: Path) -> bool | None:
    try:
        return os.stat(entry / "ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino
    except PermissionError:
        return None
