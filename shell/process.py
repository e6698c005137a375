"""Processes: becoming a daemon, and forking a child that hears of its parent's end.

All forks happen here, with every signal blocked and no thread alive.
"""

import gc
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from kaspec.config.model import Configuration
from kaspec.frozen import frozen
from shell import exits, logs, pidfile
from shell.channel import Channel
from shell.options import Options

Entry = Callable[[Options, Configuration, Channel], int]
DEAF_TO = (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGRTMIN + 2, signal.SIGRTMAX - 1)
"""Signals that are the parent's to hear; a terminal's ^C reaches the children too."""


@frozen
class Kind:
    """A kind of child: its ``title`` in the parent's log, its own ``ident``, the pid file's and the process's name, and what it runs.

    ``wanted`` tells whether a configuration needs it; ``prepare`` imports in the parent what every such child needs.
    """

    title: str
    ident: str
    pid_file: str
    name: str
    entry: Entry
    wanted: Callable[[Options, Configuration], bool]
    prepare: Callable[[], None] = lambda: None


YOUNG = 5_000
"""So many more objects are made than dropped before the collector looks: states come and go, and none is part of a circle."""


def finish_start() -> None:
    """End a start: what it left is collected, what it made is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
    gc.enable()


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Hold every signal back in the body."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def spawn(kind: Kind, options: Options, configuration: Configuration, keep_out: Callable[[], None]) -> tuple[int, Channel]:
    """Fork a child; return its pid and the parent's end of its channel.  Raises ``OSError`` if the system has no process left.

    ``keep_out`` closes in the child what is the parent's alone, so that the end of the parent ends every channel.
    """
    kind.prepare()
    ours, theirs = Channel.pair()
    gc.freeze()
    try:
        with signals_blocked(), logs.paused():
            pid = os.fork()
            if pid == 0:
                keep_out()
                ours.close()
                _become(kind, options, configuration, theirs)
    except OSError:
        ours.close()
        raise
    finally:
        gc.unfreeze()
        theirs.close()
    return pid, ours


def _become(kind: Kind, options: Options, configuration: Configuration, channel: Channel) -> NoReturn:
    status, path = exits.SOFTWARE, options.pid_file(kind.pid_file)
    try:
        listen_for_term(channel)
        logs.start(kind.ident, options)
        name_process(kind.name)
        gc.enable()
        status = _run(kind, path, options, configuration, channel)
    except BaseException:
        logs.trouble(f"{kind.title} child process met a bug: please report these lines")
    finally:
        pidfile.remove(path, os.getpid())
        used = resource.getrusage(resource.RUSAGE_SELF)
        logs.info(f"Stopped - used {used.ru_utime:.6f} user time, {used.ru_stime:.6f} system time")
        logs.stop()
        os._exit(status)


def _run(kind: Kind, path: Path, options: Options, configuration: Configuration, channel: Channel) -> int:
    try:
        pidfile.write(path, os.getpid())
    except OSError as error:
        logs.info(f"{path} cannot be written: {error.strerror}; name another with -p, -r, -c, -b FILE")
        return exits.FATAL
    return kind.entry(options, configuration, channel)


def listen_for_term(channel: Channel) -> None:
    """In a new child: TERM ends the channel, the parent's own signals are ignored, the others do what they do by default."""
    channel.stir()
    for number in DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, lambda _number, _frame: channel.end())
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def name_process(name: str) -> None:
    """Set the name that ``ps -o comm`` shows, at most 15 bytes; a system that will not is no trouble."""
    try:
        Path("/proc/self/comm").write_text(name)
    except OSError:
        return


def occupy_standard_descriptors() -> None:
    """Open /dev/null as 0, 1 and 2 where they are closed, so that no socket ever becomes standard error."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)


def daemonise() -> Callable[[], None]:
    """Go on in the background: fork twice, with a session of its own.

    The process the operator started waits, and ends with status 0 once the returned function is called, or with ``exits.FATAL`` if the
    daemon ends before.  The returned function also lets go of the terminal.  Raises ``OSError``.
    """
    waiting, telling = os.pipe()
    with signals_blocked(), logs.paused():
        if os.fork() > 0:
            _wait_for_daemon(waiting, telling)
        os.setsid()
        if os.fork() > 0:
            os._exit(exits.OK)
    os.close(waiting)

    def ready() -> None:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.close(null)
        try:
            os.write(telling, b"+")
        finally:
            os.close(telling)

    os.chdir("/")
    return ready


def _wait_for_daemon(waiting: int, telling: int) -> NoReturn:
    os.close(telling)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    told = os.read(waiting, 1)
    os._exit(exits.OK if told else exits.FATAL)
