"""Logging that never holds up whoever logs.

A line is put on a bounded queue and written by one thread per process to the console, syslog and files.  A place that takes no lines (a
stopped terminal, a full disk, no syslog daemon) costs the lines meant for it and nothing else; how many were lost is said there once it
takes lines again.  What other libraries log through ``logging`` comes out here too.
"""

import atexit
import logging
import os
import select
import socket
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from attrs import Factory, field

from kaspec.frozen import define
from shell.options import Options

CAPACITY = 8192
"""Lines that may wait; further ones are lost and counted."""
PATIENCE = 1.0
"""Seconds a place that stops taking lines is waited for, once."""
PIECE = select.PIPE_BUF
"""Bytes a pipe reported writable takes without blocking."""
SYSLOG = "/dev/log"
SYSLOG_INFO = 6

Said = Callable[[], Iterable[str]]
Line = tuple[float, str | Said]


class Sink(Protocol):
    """A place for lines."""

    lost: int

    def write(self, at: float, line: str) -> None:
        """Write one line; raises ``OSError`` if it takes none now."""


@define
class Console:
    """Standard error, each line with keepalived's time stamp: ``Sun Nov 22 17:22:03 2026: ``; ``exactly``: ``17:22:03.000250``."""

    descriptor: int = 2
    lost: int = 0
    exactly: bool = False
    _stalled: bool = False

    def write(self, at: float, line: str) -> None:
        """Write one line if the terminal or pipe takes it."""
        fraction = f".{int(at % 1 * 1_000_000):06}" if self.exactly else ""
        rest = f"{time.strftime(f'%a %b %d %H:%M:%S{fraction} %Y', time.localtime(at))}: {line}\n".encode(errors="backslashreplace")
        while rest:
            self._await()
            rest = rest[os.write(self.descriptor, rest[:PIECE]) :]

    def _await(self) -> None:
        writable = select.poll()
        writable.register(self.descriptor, select.POLLOUT)
        self._stalled = not writable.poll(0 if self._stalled else PATIENCE * 1000)
        if self._stalled:
            raise TimeoutError("the console takes no lines")


@define
class Syslog:
    """The local syslog daemon, in the form of the C library's ``syslog``."""

    ident: str
    facility: int
    path: str = SYSLOG
    lost: int = 0
    _socket: socket.socket | None = None
    _stalled: bool = False

    def write(self, at: float, line: str) -> None:
        """Send one line; a daemon that was restarted is found again."""
        stamp = time.strftime("%b %e %H:%M:%S", time.localtime(at))
        datagram = f"<{self.facility << 3 | SYSLOG_INFO}>{stamp} {self.ident}[{os.getpid()}]: {line}".encode(errors="backslashreplace")
        try:
            self._send(datagram)
        except (ConnectionError, FileNotFoundError):
            self._socket = None
            self._send(datagram)

    def _send(self, datagram: bytes) -> None:
        if self._socket is None:
            fresh = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            fresh.connect(self.path)
            self._socket = fresh
        self._socket.settimeout(0 if self._stalled else PATIENCE)
        self._stalled = True
        self._socket.send(datagram)
        self._stalled = False


@define
class LogFile:
    """A file that lines are appended to (``-g``), with the console's time stamp."""

    path: Path
    lost: int = 0
    _console: Console | None = None

    def write(self, at: float, line: str) -> None:
        """Append one line; the file is opened at the first."""
        if self._console is None:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NOCTTY | os.O_NONBLOCK
            self._console = Console(os.open(self.path, flags, 0o600))
        self._console.write(at, line)


@define
class Listener:
    """The thread that writes; ``end`` has it write what is queued and waits for it a while."""

    sinks: Sequence[Sink]
    queue: "SimpleQueue[Line | None]" = Factory(SimpleQueue)
    overflowed: int = 0
    _said: int = 0
    _thread: Thread | None = None

    def start(self) -> None:
        """Start writing."""
        self._thread = Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def put(self, at: float, said: str | Said) -> None:
        """Queue a line, or what makes lines; never blocks.  Beyond ``CAPACITY`` it is lost and counted."""
        if self.queue.qsize() < CAPACITY:
            self.queue.put((at, said))
        else:
            self.overflowed += 1

    def end(self, patience: float = PATIENCE) -> None:
        """Let the thread finish and wait for it at most ``patience`` seconds."""
        self.queue.put(None)
        if self._thread is not None:
            self._thread.join(patience)

    def _run(self) -> None:
        while (entry := self.queue.get()) is not None:
            overflowed, self._said = self.overflowed - self._said, self.overflowed
            for sink in self.sinks:
                sink.lost += overflowed
            at, said = entry
            for line in (said,) if isinstance(said, str) else _made(said):
                for sink in self.sinks:
                    _write(sink, at, line)


def _made(said: Said) -> Iterable[str]:
    """Make the lines; a bug in that is told in their place and ends nothing."""
    try:
        return said()
    except Exception:
        return ("A log line could not be made because of a bug, please report these lines", *traceback.format_exc().splitlines())


def _write(sink: Sink, at: float, line: str) -> None:
    try:
        sink.write(at, line)
        if sink.lost:
            lost, sink.lost = sink.lost, 0
            sink.write(at, f"{lost} log lines were lost here: they came faster than they could be written")
    except OSError:
        sink.lost += 1


class _ToListener(logging.Handler):
    """Hands the records of ``logging`` to the listener; a traceback becomes lines."""

    def emit(self, record: logging.LogRecord) -> None:
        for line in self.format(record).splitlines():
            _active.listener.put(record.created, line)


@define
class _Active:
    """The listener of this process: replaced in a forked child, and around a fork."""

    listener: Listener = field(factory=lambda: Listener(()))
    started: bool = False


_active = _Active()
_logger = logging.getLogger("kaspec")
_SUFFIXES = {"Keepalived": "", "Keepalived_vrrp": "_vrrp", "Keepalived_healthcheckers": "_healthcheckers"}


def start(ident: str, options: Options) -> None:
    """Begin to log in this process as ``ident``; anything a forked parent had is left to the parent."""
    begin(sinks_for(ident, options))


def begin(sinks: Sequence[Sink]) -> None:
    """Begin to log in this process to ``sinks``."""
    if not _active.started:
        atexit.register(stop)
    _active.listener.end()
    _active.listener, _active.started = Listener(sinks), True
    _active.listener.start()
    logging.raiseExceptions = False
    logging.root.handlers[:] = [_ToListener()]
    _logger.setLevel(logging.INFO)


def sinks_for(ident: str, options: Options) -> tuple[Sink, ...]:
    """Return where a process called ``ident`` logs to."""
    sinks: list[Sink] = []
    if options.log_console:
        sinks.append(Console(exactly=options.log_microseconds))
    if not options.no_syslog:
        sinks.append(Syslog(ident, options.log_facility))
    if options.log_file is not None:
        suffix = _SUFFIXES.get(ident, f"_{ident}")
        sinks.append(LogFile(options.log_file.with_stem(options.log_file.stem + suffix)))
    return tuple(sinks)


def info(line: str) -> None:
    """Log a line; never blocks and never raises."""
    _logger.info("%s", line)


def later(said: Said) -> None:
    """Log the lines that ``said`` makes, in its turn and in the log's own thread: making them costs the caller nothing."""
    _active.listener.put(time.time(), said)


def trouble(line: str) -> None:
    """Log a line and the traceback of the exception being handled."""
    _logger.error("%s", line, exc_info=True)


def stop(patience: float = PATIENCE) -> None:
    """Write what is queued, waiting at most ``patience`` seconds, and stop logging."""
    if _active.started:
        _active.started = False
        _active.listener.end(patience)


@contextmanager
def paused() -> Iterator[None]:
    """Run the body with no thread of ours alive, so that it may fork; lines logged meanwhile wait.

    The child should ``start`` its own log and not leave the body.
    """
    before, sinks = _active.listener, _active.listener.sinks
    if not _active.started:
        yield
        return
    before.end()
    _active.listener = Listener(sinks)
    try:
        yield
    finally:
        _active.listener.start()
