"""The process that starts and reaps scripts, beside the VRRP process: started by ``shell.runner``, it imports next to nothing.

It takes jobs from a socket, and says there how each ended.  The end of the socket is the end of its owner: whatever still runs is asked to
end, killed if it does not, and the process ends.  All messages are marshalled tuples, one a packet.
"""

import marshal
import os
import resource
import select
import signal
import socket
import time

from shell.launch import CANNOT_EXECUTE, NOT_FOUND, launch, why_not

GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL, as keepalived gives a script that took too long."""
LONGEST_PACKET = 1 << 20
NAME = "kaspec_scripts"

Start = tuple[int, tuple[str, ...], int, int, tuple[int, ...], dict[str, str], int, float | None]
"""A number, arguments, user, group, further groups, environment, umask, seconds."""
Order = Start | tuple[int, bool]
"""Start a script, or end that number: with a request first, or at once."""
Report = tuple[int, int, bool, int]
"""A number, the exit status (a signal's number is negative), whether it took too long, the errno if it never ran."""


class Running:
    """A script that runs: when its patience ends it gets SIGTERM (``asked`` is then set), and then SIGKILL."""

    __slots__ = ("asked", "due", "number", "pid", "pidfd", "timed_out", "trouble")

    def __init__(self, number: int, pid: int, trouble: int, due: float | None) -> None:
        self.number, self.pid, self.trouble, self.due = number, pid, trouble, due
        self.pidfd = os.pidfd_open(pid)
        self.asked = self.timed_out = False

    def press(self, now: float) -> None:
        """Ask it and all it started to end; the second time, make them."""
        _signal_group(self.pid, signal.SIGKILL if self.asked else signal.SIGTERM)
        self.due = None if self.asked else now + GRACE
        self.asked = True

    def reap(self) -> Report:
        """Return how it ended.  What it left behind after it was asked to end is killed while its process group cannot be another's."""
        if self.asked:
            _signal_group(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.pidfd)
        exit_code = os.waitstatus_to_exitcode(status)
        code = why_not(self.trouble) if exit_code in {CANNOT_EXECUTE, NOT_FOUND} else 0
        return self.number, exit_code, self.timed_out, code


class Workshop:
    """Everything that runs, and the socket to the owner."""

    def __init__(self, owner: socket.socket) -> None:
        self._owner = owner
        self._ready = select.poll()
        self._ready.register(owner, select.POLLIN)
        self._running: dict[int, Running] = {}
        self._leaving = False

    def work(self) -> None:
        """Start, reap and end scripts until the owner is gone and nothing runs any more."""
        while self._running or not self._leaving:
            for descriptor, _ in self._ready.poll(self._patience()):
                if descriptor == self._owner.fileno():
                    self._obey()
                else:
                    self._reap(descriptor)
            self._keep_time()

    def _patience(self) -> float | None:
        due = min((each.due for each in self._running.values() if each.due is not None), default=None)
        return None if due is None else max(due - time.monotonic(), 0) * 1000 + 1

    def _obey(self) -> None:
        try:
            packet = self._owner.recv(LONGEST_PACKET)
        except ConnectionResetError:  # it went with reports unheard
            packet = b""
        if not packet:
            self._leave()
            return
        order: Order = marshal.loads(packet)
        if len(order) == 2:
            number, at_once = order
            for each in self._running.values():
                if each.number == number and (at_once or not each.asked):
                    each.asked = each.asked or at_once
                    each.press(time.monotonic())
        else:
            self._start(order)

    def _start(self, order: Start) -> None:
        number, argv, uid, gid, groups, environment, umask, timeout = order
        try:
            pid, trouble = launch(argv, (uid, gid, groups), environment, umask)
        except OSError as error:
            self._report((number, CANNOT_EXECUTE, False, error.errno or 0))
            return
        running = Running(number, pid, trouble, None if timeout is None else time.monotonic() + timeout)
        self._running[running.pidfd] = running
        self._ready.register(running.pidfd, select.POLLIN)

    def _reap(self, descriptor: int) -> None:
        self._ready.unregister(descriptor)
        self._report(self._running.pop(descriptor).reap())

    def _report(self, report: Report) -> None:
        try:
            self._owner.send(marshal.dumps(report))
        except OSError:  # the owner is gone: the socket's end says so too
            return

    def _keep_time(self) -> None:
        now = time.monotonic()
        for each in self._running.values():
            if each.due is not None and each.due <= now:
                each.timed_out = each.timed_out or not (each.asked or self._leaving)
                each.press(now)

    def _leave(self) -> None:
        self._leaving = True
        self._ready.unregister(self._owner)
        for each in self._running.values():
            if not each.asked:
                each.press(time.monotonic())


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def _settle(owner: int) -> None:
    """Be an ordinary process: the owner may be a real-time one, bound to a processor, with descriptors of its own."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):  # our owner hears those, and its end is ours
        signal.signal(number, signal.SIG_IGN)
    os.set_inheritable(owner, False)
    os.closerange(3, owner)
    os.closerange(owner + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    for regain in (_regain_scheduling, _regain_niceness, _regain_processors, _regain_time, _take_name):
        try:
            regain()
        except OSError:  # not allowed to be ordinary: still better than no scripts
            continue


def _regain_scheduling() -> None:
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _regain_niceness() -> None:
    os.setpriority(os.PRIO_PROCESS, 0, 0)


def _regain_processors() -> None:
    os.sched_setaffinity(0, range(os.cpu_count() or 1))


def _regain_time() -> None:
    most = resource.getrlimit(resource.RLIMIT_RTTIME)[1]
    resource.setrlimit(resource.RLIMIT_RTTIME, (most, most))


def _take_name() -> None:
    with open("/proc/self/comm", "w", encoding="ascii") as comm:
        comm.write(NAME)


def main(descriptor: str) -> None:
    """Work for the owner at the other end of an inherited socket."""
    _settle(int(descriptor))
    Workshop(socket.socket(fileno=int(descriptor))).work()
