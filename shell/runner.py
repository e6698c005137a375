"""Scripts, without ever waiting for one: a process hands them to another beside it, ``shell.running``, and hears how they ended.

That process is spawned (``vfork`` and ``exec``), not forked off: a copy of a real-time process with a log thread and sockets is not what
scripts should be started from.  It is small, is started when it is first needed, and again if it dies.
"""

import errno
import marshal
import os
import signal
import socket
import sys
import time
from asyncio import AbstractEventLoop, TimerHandle
from collections import deque
from collections.abc import Callable, Mapping

from attrs import field

from kaspec.frozen import define, frozen
from kaspec.security import DEFAULT_UMASK
from kaspec.units import SECOND, Interval
from shell import logs
from shell.launch import CANNOT_EXECUTE, python
from shell.running import LONGEST_PACKET, Order, Report

DESCRIPTOR = 3
"""The runner's end of the socket, in the runner."""
MOST_WAITING = 4096
"""Orders that may wait for the runner to take them; a job beyond ends at once."""
RAN_WELL = 1.0
"""A runner that lived this many seconds is started again at once when it dies, another after as many seconds."""
KILLED = -int(signal.SIGKILL)


@frozen
class Job:
    """A program to run: ``argv`` is its path and its arguments, ``environment`` is added to the daemon's.

    ``timeout`` is how long it may take: then its process group gets SIGTERM, and SIGKILL two seconds later; ``None`` is for ever.
    """

    argv: tuple[str, ...]
    uid: int
    gid: int
    groups: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(factory=dict)
    timeout: Interval | None = None
    title: str = ""
    umask: int = DEFAULT_UMASK


@frozen
class Ended:
    """How a job ended: its exit status, or a signal's number made negative; whether it took too long; why it never ran, if it did not."""

    status: int
    timed_out: bool = False
    trouble: str = ""


@define
class _Process:
    """The runner while it lives, and our end of its socket."""

    pid: int
    pidfd: int
    socket: socket.socket
    started: float


@define(eq=False)
class Runner:
    """The jobs that were handed over, by number.  Nothing here blocks, and ``ended`` is called from the loop, never from ``run``."""

    _loop: AbstractEventLoop
    _process: _Process | None = None
    _again: TimerHandle | None = None
    _count: int = 0
    _jobs: dict[int, Callable[[Ended], None]] = field(factory=dict)
    _unsent: deque[tuple[int, bytes]] = field(factory=deque)

    def start(self) -> None:
        """Have the process ready before the first job comes."""
        if self._process is None and self._again is None:
            self._spawn()

    def run(self, job: Job, ended: Callable[[Ended], None]) -> int:
        """Have a job run; return its number.  ``ended`` hears how it ended, exactly once."""
        self._count += 1
        timeout = None if job.timeout is None else job.timeout / SECOND
        order: Order = (self._count, job.argv, job.uid, job.gid, job.groups, dict(job.environment), job.umask, timeout)
        packet = marshal.dumps(order)
        self._jobs[self._count] = ended
        if len(self._unsent) >= MOST_WAITING or len(packet) > LONGEST_PACKET:
            code = errno.EAGAIN if len(packet) <= LONGEST_PACKET else errno.E2BIG
            self._loop.call_soon(self._end, self._count, Ended(CANNOT_EXECUTE, trouble=os.strerror(code)))
            return self._count
        self._unsent.append((self._count, packet))
        self.start()
        self._flush()
        return self._count

    def kill(self, number: int, at_once: bool = False) -> None:
        """Ask a job to end with SIGTERM, and with SIGKILL two seconds later or ``at_once``; one that ended already is no trouble."""
        if number in self._jobs:
            self._unsent.append((number, marshal.dumps((number, at_once))))
            self._flush()

    def close(self) -> None:
        """Let go: what still runs is asked to end, then killed, and nobody hears of it."""
        if self._again is not None:
            self._again.cancel()
        self._jobs.clear()
        self._unsent.clear()
        if self._process is not None:
            self._loop.remove_reader(self._process.pidfd)
            os.close(self._process.pidfd)
            self._hang_up(self._process)
            self._process = None

    @property
    def pid(self) -> int | None:
        """The runner's process, while it lives."""
        return None if self._process is None else self._process.pid

    def _spawn(self) -> None:
        self._again = None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST_PACKET)
        try:
            pid = os.posix_spawn(
                sys.executable,
                python("shell.running", str(DESCRIPTOR)),
                os.environ,
                file_actions=((os.POSIX_SPAWN_DUP2, theirs.fileno(), DESCRIPTOR),),
                setpgroup=0,
                setsigmask=(),
                setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP},
                scheduler=(os.SCHED_OTHER, os.sched_param(0)),
            )
            self._process = _Process(pid, os.pidfd_open(pid), ours, time.monotonic())
        except OSError as error:
            logs.info(f"The process that runs scripts cannot be started: {error.strerror}; it is tried again in {RAN_WELL:.0f} s")
            ours.close()
            self._again = self._loop.call_later(RAN_WELL, self._spawn)
            return
        finally:
            theirs.close()
        self._loop.add_reader(ours.fileno(), self._listen)
        self._loop.add_reader(self._process.pidfd, self._died)
        self._flush()

    def _flush(self) -> None:
        """Send what the socket takes without blocking."""
        if self._process is None:
            return
        end = self._process.socket
        while self._unsent:
            number, packet = self._unsent[0]
            try:
                end.send(packet)
            except BlockingIOError:
                self._loop.add_writer(end.fileno(), self._flush)
                return
            except OSError as error:
                if error.errno == errno.EMSGSIZE:
                    self._loop.call_soon(self._end, number, Ended(CANNOT_EXECUTE, trouble=os.strerror(errno.E2BIG)))
                else:
                    return  # the runner is gone: its end will be heard of, and what is unsent goes to the next
            self._unsent.popleft()
        self._loop.remove_writer(end.fileno())

    def _listen(self) -> None:
        """Hear which jobs ended."""
        while self._process is not None:
            try:
                packet = self._process.socket.recv(LONGEST_PACKET)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self._loop.remove_reader(self._process.socket.fileno())
                os.kill(self._process.pid, signal.SIGKILL)  # it is ending: it must not go on without us
                return
            report: Report = marshal.loads(packet)
            number, status, timed_out, code = report
            self._end(number, Ended(status, timed_out, os.strerror(code) if code else ""))

    def _end(self, number: int, how: Ended) -> None:
        ended = self._jobs.pop(number, None)
        if ended is not None:
            ended(how)

    def _died(self) -> None:
        """The runner died and the kernel killed what it ran: say so of each, and start another; what it never took, that one will."""
        process = self._process
        assert process is not None, "we listen only to a process"
        self._listen()
        self._loop.remove_reader(process.pidfd)
        os.close(process.pidfd)
        _, status = os.waitpid(process.pid, 0)
        self._hang_up(process)
        self._process = None
        logs.info(f"The process that runs scripts (pid {process.pid}) {_how(status)}: it is started again, what it ran counts as killed")
        waiting = {number for number, _ in self._unsent}
        lost = [number for number in self._jobs if number not in waiting]
        delay = 0.0 if time.monotonic() - process.started >= RAN_WELL else RAN_WELL
        self._again = self._loop.call_later(delay, self._spawn)
        for number in lost:
            self._end(number, Ended(KILLED, trouble="the process that runs scripts died"))

    def _hang_up(self, process: _Process) -> None:
        self._loop.remove_reader(process.socket.fileno())
        self._loop.remove_writer(process.socket.fileno())
        process.socket.close()


def _how(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
