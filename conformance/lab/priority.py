"""Real-time priority, where the system allows it: on a busy machine neither the watcher nor the daemon that is watched comes late."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WATCHER, WATCHED = 10, 11
"""The real-time priority of this process, and the higher one of a daemon under test."""
SHARE = b"-10"
"""The niceness of a session in a host of the lab: ten times an ordinary one's share."""
SWITCH_SECONDS = 0.0001
"""How long a thread may keep others of this process from running: keepalived waits for whoever reads its log."""


@contextmanager
def hurried() -> Iterator[None]:
    """Have the system let every thread of this process, and those it begins, run before other processes, if it may."""
    switching = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    before = {thread: os.sched_getscheduler(thread) for thread in _threads(os.getpid())}
    try:
        _raise(before, WATCHER)
        yield
    finally:
        sys.setswitchinterval(switching)
        for thread, policy in before.items():
            with suppress(ProcessLookupError, PermissionError):
                os.sched_setscheduler(thread, policy, os.sched_param(0))


def hurry(processes: Iterable[int]) -> None:
    """Do the same for daemons that run."""
    for process in processes:
        _raise(_threads(process), WATCHED)


def unhurried() -> None:
    """Be an ordinary process again: for a child between fork and exec, of a process that may be hurried."""
    if os.sched_getscheduler(0) == os.SCHED_RR:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def preferred() -> None:
    """Give this session more of the processors than ordinary ones, where the kernel shares them out by session (autogroup: sched(7)).

    For a child between fork and exec: system calls only.
    """
    with suppress(OSError):
        descriptor = os.open("/proc/self/autogroup", os.O_WRONLY)
        os.write(descriptor, SHARE)
        os.close(descriptor)


def _raise(threads: Iterable[int], priority: int) -> None:
    for thread in threads:
        with suppress(ProcessLookupError, PermissionError):
            os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(priority))


def _threads(process: int) -> list[int]:
    with suppress(OSError):
        return [int(each.name) for each in Path(f"/proc/{process}/task").iterdir()]
    return []
