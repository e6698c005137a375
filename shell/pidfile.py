"""Pid files: who runs, and never somebody else's file removed."""

import os
from pathlib import Path

from shell.files import write_atomically

NAMES = (b"keepalived", b"kaspec")
READABLE = 0o644


def write(path: Path, pid: int) -> None:
    """Write a pid file in one go, replacing a stale one; raises ``OSError``."""
    write_atomically(path, f"{pid}\n", READABLE)


def read(path: Path) -> int | None:
    """Return the pid in a file; ``None`` if there is no such file or no pid in it."""
    try:
        pid = int(path.read_bytes()[:32])
    except (OSError, ValueError):
        return None
    return pid if pid > 0 else None


def holder(path: Path) -> int | None:
    """Return the pid of the running keepalived or kaspec that wrote this file; ``None`` if the file is stale or missing.

    A pid may have been given to another program since, so the program's name counts too.
    """
    pid = read(path)
    if pid is None or pid == os.getpid():
        return None
    try:
        name = Path(f"/proc/{pid}/comm").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return None
    return pid if name.startswith(NAMES) and state not in {b"Z", b"X"} else None


def remove(path: Path, pid: int) -> None:
    """Remove the file if it still names ``pid``; one that cannot be removed stays, stale."""
    if read(path) == pid:
        try:
            path.unlink()
        except OSError:
            return
