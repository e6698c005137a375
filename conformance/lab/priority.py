"""Priority, where the system allows it: on a busy machine neither the watcher nor the daemon that is watched comes late."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WATCHED = 11
"""The real-time priority of a daemon under test that must not come late at all."""
SHARE = -10
"""The niceness of a session that watches, or is in a host of the lab: ten times an ordinary one's share."""
SWITCH_SECONDS = 0.0001
"""How long a thread may keep others of this process from running: keepalived waits for whoever reads its log."""
_AUTOGROUP = "/proc/self/autogroup"


@contextmanager
def hurried() -> Iterator[None]:
    """Have the system give this process's session as much of the processors as the daemons', if it may.

    No real-time priority: whoever judges what was seen works hard, and would keep the daemons of others from running at all.
    """
    switching, share = sys.getswitchinterval(), _share()
    sys.setswitchinterval(SWITCH_SECONDS)
    preferred()
    try:
        yield
    finally:
        sys.setswitchinterval(switching)
        preferred(share)


def _share() -> int:
    """Return the niceness of this process's session."""
    with suppress(OSError):
        found = re.search(r"nice (-?\d+)", Path(_AUTOGROUP).read_text())
        return int(found.group(1)) if found else 0
    return 0


def hurry(processes: Iterable[int]) -> None:
    """Have the system let daemons that run go before all that is not real-time, if it may."""
    for thread in (thread for process in processes for thread in _threads(process)):
        with suppress(ProcessLookupError, PermissionError):
            os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(WATCHED))


def preferred(niceness: int = SHARE) -> None:
    """Give this session such a share of the processors, where the kernel shares them out by session (autogroup: sched(7)).

    For a child between fork and exec too: system calls only.
    """
    with suppress(OSError):
        descriptor = os.open(_AUTOGROUP, os.O_WRONLY)
        os.write(descriptor, b"%d" % niceness)
        os.close(descriptor)


def _threads(process: int) -> list[int]:
    with suppress(OSError):
        return [int(each.name) for each in Path(f"/proc/{process}/task").iterdir()]
    return []
