"""Launching a program as somebody else: what stands between ``fork`` and ``execve``.

Imports little, for the process that starts scripts is to stay small.  It may fork because it has one thread; so may the parent, its log
paused.
"""

import errno
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NoReturn

from shell.syscalls import die_with_parent

SHELL = "/bin/sh"
UNSAFE = ("IFS", "LD_PRELOAD", "LD_LIBRARY_PATH")
"""Variables that change what a program is; no script gets them from us."""
CANNOT_EXECUTE = 126
NOT_FOUND = 127
"""The exit statuses a shell gives to what it cannot start."""

Identity = tuple[int, int, tuple[int, ...]]
"""User, group and supplementary groups."""


def python(module: str, argument: str) -> tuple[str, ...]:
    """Return the command that calls ``main(argument)`` of a module of ours in a Python of its own, which imports only what that needs."""
    code = f"import sys; sys.path[:] = sys.argv[2:]; from {module} import main; main(sys.argv[1])"
    return sys.executable, "-I", "-S", "-c", code, argument, *sys.path


def launch(argv: Sequence[str], identity: Identity, environment: Mapping[str, str], umask: int) -> tuple[int, int]:
    """Start ``argv``, a path and its arguments, in a process group of its own; return its pid and a descriptor.

    ``environment`` is added to ours.  The descriptor ends when the program runs, or has two bytes, the errno, if it could not be started
    (its exit status is then 126 or 127).  A file that is no program is given to the shell, as ``execvp`` does.  The program dies with
    the process that called us.  Raises ``OSError`` if there can be no further process.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    try:
        pid = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if pid == 0:
        _become(argv, identity, environment, umask, parent, writing)
    os.close(writing)
    with suppress(OSError):
        os.setpgid(pid, pid)  # whoever is first: the child may be signalled from now on
    return pid, reading


def why_not(descriptor: int) -> int:
    """Return the errno of a program that ended without having run, else 0; closes the descriptor."""
    try:
        return int.from_bytes(os.read(descriptor, 2), "big")
    finally:
        os.close(descriptor)


def _become(argv: Sequence[str], identity: Identity, environment: Mapping[str, str], umask: int, parent: int, trouble: int) -> NoReturn:
    status = CANNOT_EXECUTE
    try:
        os.setpgid(0, 0)
        os.umask(umask)
        _restore_signals()
        _occupy_standard_descriptors()
        _take_identity(identity)
        die_with_parent(signal.SIGKILL)
        if os.getppid() == parent:
            _execute(argv, {name: value for name, value in os.environ.items() if name not in UNSAFE} | dict(environment))
    except OSError as error:
        status = NOT_FOUND if error.errno == errno.ENOENT else CANNOT_EXECUTE
        os.write(trouble, (error.errno or 0).to_bytes(2, "big"))
    finally:
        os._exit(status)


def _restore_signals() -> None:
    """An exec keeps what is ignored and blocked: Python ignores some, the daemon others."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_DFL)
        except OSError:  # the C library keeps two for itself
            continue
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _occupy_standard_descriptors() -> None:
    """Nothing to read, nowhere to write: the terminal is the operator's."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)


def _take_identity(identity: Identity) -> None:
    """Groups first: without root's rights they could not be set any more.  What we are already needs no right."""
    uid, gid, groups = identity
    if set(os.getgroups()) != set(groups):
        os.setgroups(groups)
    if os.getresgid() != (gid, gid, gid):
        os.setresgid(gid, gid, gid)
    if os.getresuid() != (uid, uid, uid):
        os.setresuid(uid, uid, uid)


def _execute(argv: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    try:
        os.execve(argv[0], tuple(argv), environment)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
    os.execve(SHELL, (SHELL, *argv), environment)
