"""The parent: starts the children, hands them configurations and requests, starts them again when they die, and ends with them.

A small loop over signals; nothing here knows what the children do.
"""

import gc
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import field

from kaspec.config.model import Configuration
from kaspec.frozen import define
from kaspec.units import SECOND
from shell import exits, logs, pidfile, process, systemd
from shell.channel import Channel, ClearStats, Message, Reload, Stop, WriteData, WriteJson, WriteStats
from shell.configuration import Loaded, Unreadable
from shell.errands import run_errand
from shell.files import write_atomically
from shell.options import Options
from shell.process import Kind

SHORTEST_PATIENCE = 0.1
"""Seconds that children get to end at the least: with none they could not give up their addresses."""
RAN_WELL = 10.0
"""A child that lived this many seconds is respawned at once when it dies."""
LONGEST_DELAY = 30.0

REQUESTS: dict[int, Message] = {
    signal.SIGUSR1: WriteData(),
    signal.SIGUSR2: WriteStats(),
    signal.SIGRTMIN + 2: WriteJson(),
    signal.SIGRTMAX - 1: ClearStats(),
}
"""Signals that are handed on to the VRRP child."""
STOPPING = {signal.SIGTERM, signal.SIGINT}


def respawn_delay(deaths: int) -> float:
    """Return how many seconds to wait before the next start after so many deaths in a row: 0, 1, 2, 4, ... at most 30."""
    return 0.0 if deaths <= 1 else min(2.0 ** min(deaths - 2, 10), LONGEST_DELAY)


@define
class Child:
    """A child as the parent knows it: running with a ``channel``, or dead until ``due``; one that is not ``wanted`` is ending."""

    kind: Kind
    pid: int | None = None
    channel: Channel | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0
    wanted: bool = True


@define
class Supervisor:
    """The parent's state and its loop; ``read`` re-reads the configuration file."""

    options: Options
    configuration: Configuration
    kinds: Sequence[Kind]
    read: Callable[[], Loaded | Unreadable]
    _children: dict[str, Child] = field(factory=dict)
    _status: int = exits.OK
    _kill_at: float | None = None
    _wakeup: tuple[socket.socket, socket.socket] = field(factory=socket.socketpair)

    def run(self) -> int:
        """Run until told to stop and every child has ended; return the exit status."""
        telling = self.configuration.global_defs.telling
        run_errand("startup_script", telling.startup_script, telling.startup_script_timeout, self.configuration.permits)
        try:
            self._match_children()
            gc.enable()
            if not self._children:
                logs.info("Warning - keepalived has no configuration to run")
            systemd.ready()
            while self._kill_at is None or any(child.pid for child in self._children.values()):
                for number in self._await():
                    self._heed(number)
                self._reap()
                self._keep_time()
        finally:
            for child in self._children.values():
                self._forget(child)
        telling = self.configuration.global_defs.telling
        run_errand("shutdown_script", telling.shutdown_script, telling.shutdown_script_timeout, self.configuration.permits)
        return self._status

    def listen(self) -> None:
        """Hear signals from now on; ``run`` heeds them."""
        for end in self._wakeup:
            end.setblocking(False)
        signal.set_wakeup_fd(self._wakeup[1].fileno(), warn_on_full_buffer=False)
        for number in (*STOPPING, *REQUESTS, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda _number, _frame: None)
        if self.options.ignore_sigint:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _await(self) -> tuple[int, ...]:
        ready = select.poll()
        ready.register(self._wakeup[0], select.POLLIN)
        for child in self._children.values():
            if child.channel is not None and child.channel.unsent:
                ready.register(child.channel.outlet, select.POLLOUT)
        now = time.monotonic()
        times = [child.due for child in self._children.values() if child.pid is None and self._kill_at is None]
        times += [self._kill_at] if self._kill_at is not None else []
        ready.poll(max(min(times) - now, 0) * 1000 + 1 if times else None)
        for child in self._children.values():
            if child.channel is not None:
                child.channel.flush()
        try:
            return tuple(dict.fromkeys(self._wakeup[0].recv(4096)))
        except BlockingIOError:
            return ()

    def _heed(self, number: int) -> None:
        if number in STOPPING:
            self._stop()
        elif number == signal.SIGHUP and self._kill_at is None:
            self._reload()
        elif number in REQUESTS:
            for child in self._children.values():
                self._tell(child, REQUESTS[number])

    def _stop(self) -> None:
        if self._kill_at is not None:
            return
        logs.info("Stopping")
        systemd.stopping()
        self._kill_at = time.monotonic() + self._patience
        for child in self._children.values():
            self._tell(child, Stop())

    @property
    def _patience(self) -> float:
        """Seconds the children get to end before they are killed (``child_wait_time``)."""
        return max(self.configuration.process.child_wait_time / SECOND, SHORTEST_PATIENCE)

    def _reload(self) -> None:
        logs.info("Reloading ...")
        systemd.reloading()
        configuration = self._acceptable()
        if configuration is None:
            logs.info("Reload refused: the running configuration stays as it is; mend the errors above and reload again")
        else:
            self.configuration = configuration
            for child in self._children.values():
                self._tell(child, Reload(configuration))
            self._match_children()
        systemd.ready()

    def _acceptable(self) -> Configuration | None:
        """Read the file again; log any error, which refuses it as a whole since what runs is better than a part, or the plan."""
        from kaspec.plan import plan
        from kaspec.report.plan import render_plan

        try:
            loaded = self.read()
            planned = render_plan(plan(self.configuration, loaded.configuration), kept=False) if isinstance(loaded, Loaded) else ()
        except Exception:  # a bug in reading must not take the routers down
            logs.trouble("The configuration could not be read because of a bug: please report these lines")
            return None
        if isinstance(loaded, Unreadable):
            logs.info(loaded.reason)
            return None
        for line in (*loaded.lines, *(() if loaded.has_errors else planned)):
            logs.info(line)
        self._keep_check(loaded.lines)
        return None if loaded.has_errors or self._moved(loaded.configuration) else loaded.configuration

    def _moved(self, configuration: Configuration) -> bool:
        """Tell whether a configuration would need another namespace or instance, which processes that run cannot change to."""
        old, new = self.configuration.process, configuration.process
        moved = [name for name in ("net_namespace", "instance") if getattr(old, name) != getattr(new, name)]
        for name in moved:
            logs.info(f"{name} cannot be changed by a reload: restart instead")
        return bool(moved)

    def _keep_check(self, lines: Sequence[str]) -> None:
        """Write what was found where ``reload_check_config`` says; every reload is checked, whether or not it is given."""
        path = self.configuration.process.reload_check_config
        if not path:
            return
        try:
            write_atomically(Path(path), "".join(f"{line}\n" for line in lines))
        except OSError as error:
            logs.info(f"{path} cannot be written: {error.strerror}; reload_check_config names it")

    def _match_children(self) -> None:
        """Have the children the configuration wants, and no others; one that is ending ends before it starts again."""
        for kind in self.kinds:
            wanted, child = kind.wanted(self.options, self.configuration), self._children.get(kind.title)
            if child is None and wanted:
                self._children[kind.title] = fresh = Child(kind)
                self._spawn(fresh)
            elif child is not None and child.pid is None and not wanted:
                del self._children[kind.title]
            elif child is not None and child.wanted != wanted:
                child.wanted = wanted
                if not wanted:
                    self._tell(child, Stop())

    def _spawn(self, child: Child) -> None:
        try:
            child.pid, child.channel = process.spawn(child.kind, self.options, self.configuration, self._keep_out)
        except OSError as error:
            child.deaths += 1
            child.due = time.monotonic() + max(respawn_delay(child.deaths), 1.0)
            logs.info(f"{child.kind.title} child process cannot be started: {error.strerror}")
            return
        child.started = time.monotonic()
        logs.info(f"Starting {child.kind.title} child process, pid={child.pid}")

    def _keep_out(self) -> None:
        """Close, in a new child, what is the parent's alone."""
        for end in self._wakeup:
            end.close()
        for child in self._children.values():
            if child.channel is not None:
                child.channel.close()

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in tuple(self._children.values()):
                if child.pid == pid:
                    self._died(child, pid, os.waitstatus_to_exitcode(status))

    def _died(self, child: Child, pid: int, code: int) -> None:
        self._forget(child)
        title = child.kind.title
        if not child.wanted:
            del self._children[title]
        if self._kill_at is not None or not child.wanted:
            return
        if code < 0:
            logs.info(f"pid {pid} exited due to signal {-code} ({signal.strsignal(-code)})")
        if code in exits.PERMANENT:
            logs.info(f"pid {pid} exited with permanent error {exits.PERMANENT[code]}. Terminating")
            self._status = code
            self._stop()
        elif self.options.dont_respawn:
            logs.info(f"{title} child process({pid}) died: Exiting")
            self._status = exits.FATAL
            self._stop()
        else:
            now = time.monotonic()
            child.deaths = 1 if now - child.started >= RAN_WELL else child.deaths + 1
            delay = respawn_delay(child.deaths)
            child.due = now + delay
            logs.info(f"{title} child process({pid}) died: Respawning")
            logs.info(f"Restart of {title} process delayed {delay:.0f} seconds to limit respawn rate")

    def _forget(self, child: Child) -> None:
        if child.pid is not None:
            pidfile.remove(self.options.pid_file(child.kind.pid_file), child.pid)
        if child.channel is not None:
            child.channel.close()
        child.pid = child.channel = None

    def _keep_time(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if self._kill_at is None and child.pid is None and child.due <= now:
                self._spawn(child)
            elif self._kill_at is not None and child.pid is not None and self._kill_at <= now:
                logs.info(f"{child.kind.title} child process({child.pid}) did not end within {self._patience:g} seconds: killed")
                os.kill(child.pid, signal.SIGKILL)
        if self._kill_at is not None and self._kill_at <= now:
            self._kill_at = now + self._patience

    def _tell(self, child: Child, message: Message) -> None:
        if child.channel is not None:
            child.channel.send(message)


def cpu_usage() -> str:
    """Return keepalived's closing line about processor time, of this process and its children."""
    own, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return f"CPU usage (self/children) user: {own.ru_utime:.6f}/{theirs.ru_utime:.6f} system: {own.ru_stime:.6f}/{theirs.ru_stime:.6f}"
