"""What the parent runs and waits for: ``startup_script`` before its children, ``shutdown_script`` after them."""

import os
import select
import signal
from collections.abc import Mapping

from kaspec.config.model import Command, Permit
from kaspec.units import SECOND, Interval
from shell import logs
from shell.launch import launch, why_not
from shell.process import signals_blocked
from shell.running import GRACE


def run_errand(name: str, command: Command | None, timeout: Interval, permits: Mapping[Command, Permit]) -> None:
    """Run the command of a keyword, if there is one that may run, and wait for its end, at most ``timeout``; how it went is logged."""
    permit = permits.get(command) if command is not None else None
    if permit is None:
        return
    logs.info(f"Running {name} {' '.join(permit.argv)}")
    try:
        with signals_blocked(), logs.paused():
            pid, trouble = launch(permit.argv, (permit.uid, permit.gid, permit.groups), {}, permit.umask)
    except OSError as error:
        logs.info(f"{name} cannot be run: {error.strerror}")
        return
    in_time = _await(pid, timeout)
    _, status = os.waitpid(pid, 0)
    code, why = os.waitstatus_to_exitcode(status), why_not(trouble)
    if why:
        logs.info(f"{name} cannot be run: {os.strerror(why)}")
    elif not in_time:
        logs.info(f"{name} took longer than {timeout // SECOND} seconds and was ended")
    elif code:
        logs.info(f"{name} {f'exited with status {code}' if code > 0 else f'was ended by signal {-code}'}")


def _await(pid: int, timeout: Interval) -> bool:
    """Wait until a process has ended, by force if need be; tell whether it ended in time."""
    descriptor = os.pidfd_open(pid)
    ended = select.poll()
    ended.register(descriptor, select.POLLIN)
    try:
        if ended.poll(timeout // 1000):
            return True
        os.killpg(pid, signal.SIGTERM)
        if not ended.poll(GRACE * 1000):
            os.killpg(pid, signal.SIGKILL)
        return False
    finally:
        os.close(descriptor)
