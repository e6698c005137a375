"""What the operating system can do for a process that must not be late: priority, real-time scheduling, processors, locked memory.

All of it belongs to threads in Linux, so each thread gets it: the loop waits for the log's thread when that has the interpreter.
"""

import ctypes
import os
import resource
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Literal

from kaspec.config.model import Configuration
from kaspec.frozen import frozen
from kaspec.process import ProcessSettings
from kaspec.units import SECOND, Interval
from shell import logs
from shell.problem import Problem

Process = Literal["vrrp", "checker", "bfd"]

_MCL_CURRENT, _MCL_FUTURE = 1, 2
_UNTOUCHED = Configuration()
_NICE, _MEMORY = "it needs CAP_SYS_NICE or a higher RLIMIT_NICE", "it needs CAP_IPC_LOCK or a higher RLIMIT_MEMLOCK"
_REALTIME = "it needs CAP_SYS_NICE or RLIMIT_RTPRIO, and in a container a share of real time (cpu.rt_runtime_us)"
RUN_LIMIT = SECOND
"""How long a real-time process may keep the processor unless its ``rlimit_rttime`` says otherwise.

keepalived has 10 ms, which a takeover of many virtual routers would reach here.
"""


@frozen
class _Tuning:
    """What one process is to be given."""

    priority: int
    no_swap: bool
    rt_priority: int
    rlimit_rttime: Interval | None
    cpu_affinity: tuple[int, ...]

    @classmethod
    def of(cls, process: Process, configuration: Configuration) -> "_Tuning":
        settings = configuration.process
        place = settings if process == "bfd" else configuration.global_defs
        own = (getattr(settings, f"{process}_{name}") for name in ("rt_priority", "rlimit_rttime", "cpu_affinity"))
        return cls(getattr(place, f"{process}_priority"), getattr(place, f"{process}_no_swap"), *own)


def tune(process: Process, wanted: Configuration, before: Configuration = _UNTOUCHED) -> tuple[Problem, ...]:
    """Apply what differs from what it was; return what was refused.  The daemon runs on all the same."""
    return tuple(_tune(process, _Tuning.of(process, wanted), _Tuning.of(process, before)))


def raise_priority(settings: ProcessSettings) -> int:
    """Run at a real-time priority higher by one, up to ``max_auto_priority``; return it, 0 if it is as high as it may be."""
    current = os.sched_getparam(0).sched_priority if os.sched_getscheduler(0) == os.SCHED_RR else 0
    if current >= settings.max_auto_priority:
        return 0
    limit = settings.vrrp_rlimit_rttime or RUN_LIMIT
    return 0 if tuple(_run_in_real_time("vrrp", current + 1, limit)) else current + 1


def _tune(process: Process, new: _Tuning, old: _Tuning) -> Iterator[Problem]:
    if new.priority != old.priority:
        what = f"set {process}_priority {new.priority}"
        yield from _for_each_thread(lambda thread: os.setpriority(os.PRIO_PROCESS, thread, new.priority), what, _NICE)
    if new.cpu_affinity != old.cpu_affinity:
        processors = new.cpu_affinity or range(os.cpu_count() or 1)
        what = f"set {process}_cpu_affinity {' '.join(map(str, processors))}"
        yield from _for_each_thread(lambda thread: os.sched_setaffinity(thread, processors), what, "are there such processors?")
    if new.no_swap != old.no_swap:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) if new.no_swap else libc.munlockall():
            yield Problem(f"lock the process's memory ({process}_no_swap)", ctypes.get_errno(), _MEMORY)
    if (new.rt_priority, new.rlimit_rttime) != (old.rt_priority, old.rlimit_rttime):
        yield from _run_in_real_time(process, new.rt_priority, new.rlimit_rttime or RUN_LIMIT)


def _run_in_real_time(process: Process, priority: int, limit: Interval) -> Iterator[Problem]:
    """Be scheduled by SCHED_RR, with ``limit`` as RLIMIT_RTTIME; priority 0 is the ordinary scheduling."""
    signal.signal(signal.SIGXCPU, _step_down)
    _, most = resource.getrlimit(resource.RLIMIT_RTTIME)
    allowed = limit if most == resource.RLIM_INFINITY else min(limit, most)
    resource.setrlimit(resource.RLIMIT_RTTIME, (allowed if priority else most, most))
    scheduler = os.SCHED_RR if priority else os.SCHED_OTHER
    what = f"set {process}_rt_priority {priority}"
    yield from _for_each_thread(lambda thread: os.sched_setscheduler(thread, scheduler, os.sched_param(priority)), what, _REALTIME)


def _step_down(_number: int, _frame: FrameType | None) -> None:
    """RLIMIT_RTTIME was reached: the host needs its processor, so go on as an ordinary process rather than be killed."""
    tuple(_for_each_thread(lambda thread: os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0)), "", ""))
    logs.info("This process kept a processor for longer than its rlimit_rttime: it goes on without its real-time priority")


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
