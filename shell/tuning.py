"""What the operating system can do for a process that must not be late: nice value and locked memory."""

import ctypes
import os

from kaspec.config.model import GlobalDefs
from shell.problem import Problem

_MCL_CURRENT, _MCL_FUTURE = 1, 2
_UNTOUCHED = GlobalDefs()


def tune(settings: GlobalDefs, before: GlobalDefs = _UNTOUCHED) -> tuple[Problem, ...]:
    """Apply ``vrrp_priority`` and ``vrrp_no_swap`` if they differ from what they were; return what was refused.

    The daemon runs on all the same.
    """
    problems = []
    if settings.vrrp_priority != before.vrrp_priority:
        try:
            os.setpriority(os.PRIO_PROCESS, 0, settings.vrrp_priority)
        except OSError as error:
            hint = "it needs CAP_SYS_NICE or a higher RLIMIT_NICE"
            problems.append(Problem(f"set vrrp_priority {settings.vrrp_priority}", error.errno or 0, hint))
    if settings.vrrp_no_swap != before.vrrp_no_swap:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) if settings.vrrp_no_swap else libc.munlockall():
            hint = "it needs CAP_IPC_LOCK or a higher RLIMIT_MEMLOCK"
            problems.append(Problem("lock the process's memory (vrrp_no_swap)", ctypes.get_errno(), hint))
    return tuple(problems)
