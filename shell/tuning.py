"""What the operating system can do for a process that must not be late: priority, real-time scheduling, processors, locked memory.

All of it belongs to threads in Linux, so each thread gets it: the loop waits for the log's thread when that has the interpreter.
"""

import ctypes
import os
import resource
import signal
from collections.abc import Callable, Iterator
from types import FrameType

from kaspec.config.model import Configuration
from kaspec.process import ProcessSettings
from kaspec.units import SECOND, Interval
from shell import logs
from shell.problem import Problem

_MCL_CURRENT, _MCL_FUTURE = 1, 2
_UNTOUCHED = Configuration()
_NICE, _MEMORY = "it needs CAP_SYS_NICE or a higher RLIMIT_NICE", "it needs CAP_IPC_LOCK or a higher RLIMIT_MEMLOCK"
_REALTIME = "it needs CAP_SYS_NICE or RLIMIT_RTPRIO, and in a container a share of real time (cpu.rt_runtime_us)"
RUN_LIMIT = SECOND
"""How long a real-time process may keep the processor unless ``vrrp_rlimit_rttime`` says otherwise.

keepalived has 10 ms, which a takeover of many virtual routers would reach here.
"""


def tune(wanted: Configuration, before: Configuration = _UNTOUCHED) -> tuple[Problem, ...]:
    """Apply what differs from what it was; return what was refused.  The daemon runs on all the same."""
    return tuple(_tune(wanted, before))


def raise_priority(settings: ProcessSettings) -> int:
    """Run at a real-time priority higher by one, up to ``max_auto_priority``; return it, 0 if it is as high as it may be."""
    current = os.sched_getparam(0).sched_priority if os.sched_getscheduler(0) == os.SCHED_RR else 0
    if current >= settings.max_auto_priority:
        return 0
    return 0 if tuple(_run_in_real_time(current + 1, _limit(settings))) else current + 1


def _tune(wanted: Configuration, before: Configuration) -> Iterator[Problem]:
    new, old = wanted.global_defs, before.global_defs
    process, was = wanted.process, before.process
    if new.vrrp_priority != old.vrrp_priority:
        what = f"set vrrp_priority {new.vrrp_priority}"
        yield from _for_each_thread(lambda thread: os.setpriority(os.PRIO_PROCESS, thread, new.vrrp_priority), what, _NICE)
    if process.vrrp_cpu_affinity != was.vrrp_cpu_affinity:
        processors = process.vrrp_cpu_affinity or range(os.cpu_count() or 1)
        what = f"set vrrp_cpu_affinity {' '.join(map(str, processors))}"
        yield from _for_each_thread(lambda thread: os.sched_setaffinity(thread, processors), what, "are there such processors?")
    if new.vrrp_no_swap != old.vrrp_no_swap:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) if new.vrrp_no_swap else libc.munlockall():
            yield Problem("lock the process's memory (vrrp_no_swap)", ctypes.get_errno(), _MEMORY)
    if (process.vrrp_rt_priority, process.vrrp_rlimit_rttime) != (was.vrrp_rt_priority, was.vrrp_rlimit_rttime):
        yield from _run_in_real_time(process.vrrp_rt_priority, _limit(process))


def _limit(settings: ProcessSettings) -> Interval:
    return settings.vrrp_rlimit_rttime or RUN_LIMIT


def _run_in_real_time(priority: int, limit: Interval) -> Iterator[Problem]:
    """Be scheduled by SCHED_RR, with ``limit`` as RLIMIT_RTTIME; priority 0 is the ordinary scheduling."""
    signal.signal(signal.SIGXCPU, _step_down)
    _, most = resource.getrlimit(resource.RLIMIT_RTTIME)
    allowed = limit if most == resource.RLIM_INFINITY else min(limit, most)
    resource.setrlimit(resource.RLIMIT_RTTIME, (allowed if priority else most, most))
    scheduler = os.SCHED_RR if priority else os.SCHED_OTHER
    what = f"set vrrp_rt_priority {priority}"
    yield from _for_each_thread(lambda thread: os.sched_setscheduler(thread, scheduler, os.sched_param(priority)), what, _REALTIME)


def _step_down(_number: int, _frame: FrameType | None) -> None:
    """RLIMIT_RTTIME was reached: the host needs its processor, so go on as an ordinary process rather than be killed."""
    tuple(_for_each_thread(lambda thread: os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0)), "", ""))
    logs.info("The VRRP process kept a processor for longer than vrrp_rlimit_rttime: it goes on without its real-time priority")


def _for_each_thread(ask: Callable[[int], None], what: str, hint: str) -> Iterator[Problem]:
    """Ask for every thread; one problem is enough, and a thread that has ended is none."""
    for thread in map(int, os.listdir("/proc/self/task")):
        try:
            ask(thread)
        except ProcessLookupError:
            continue
        except OSError as error:
            yield Problem(what, error.errno or 0, hint)
            return
