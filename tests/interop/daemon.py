"""A daemon under test: its command, its files, its log."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from attrs import define

from conformance.lab.waiting import wait_until

ROUTER = "vrrp_instance {name} {{\n  interface lo\n  virtual_router_id {vrid}\n  priority 100\n  virtual_ipaddress {{ 192.0.2.1/24 }}\n}}\n"
STAND_IN = (sys.executable, "-m", "tests.interop.daemon_stand_in")
PATIENCE = 10.0
ROOT = Path(__file__).parents[2]


def router(name: str = "VI_1", vrid: int = 51) -> str:
    """Return the text of a virtual router on ``lo``."""
    return ROUTER.format(name=name, vrid=vrid)


@define(eq=False)
class Daemon:
    """One daemon in ``directory``: its configuration, log and pid files are there."""

    directory: Path
    program: subprocess.Popen[bytes] | None = None

    @property
    def configuration(self) -> Path:
        """The configuration file."""
        return self.directory / "keepalived.conf"

    def path(self, process: str) -> Path:
        """Return the pid file of ``keepalived``, ``vrrp`` or ``checkers``."""
        return self.directory / f"{process}.pid"

    def command(self, *options: str) -> list[str]:
        """Return the command line, with this daemon's files."""
        files = ["-f", self.configuration, "-p", self.path("keepalived"), "-r", self.path("vrrp"), "-c", self.path("checkers")]
        return [*STAND_IN, *options, *map(str, files)]

    def finished(self, *options: str, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run([*prefix, *self.command(*options)], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)

    def start(self, *options: str, environment: Mapping[str, str] | None = None, stderr: int | None = None) -> "Daemon":
        """Start it in the foreground with a log on its console, which is a file unless ``stderr`` is given."""
        with (self.directory / "console").open("ab") as console:
            self.program = subprocess.Popen(
                self.command("-n", "-l", "-G", *options),
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stderr=console if stderr is None else stderr,
                start_new_session=True,
            )
        return self

    @property
    def log(self) -> str:
        """All it has logged on its console."""
        return (self.directory / "console").read_text()

    def says(self, text: str, times: int = 1) -> None:
        """Wait until it has logged ``text`` so many times."""
        wait_until(lambda: self.log.count(text) >= times, PATIENCE, f"{text!r} x{times} in:\n{self.log}")

    def pid(self, process: str) -> int:
        """Wait for a pid file that names a live process and return its pid."""

        def live() -> int | None:
            pid = self._written(process)
            return pid if pid is not None and alive(pid) else None

        pid = wait_until(live, PATIENCE, f"a live {process} process")
        assert pid is not None
        return pid

    def _written(self, process: str) -> int | None:
        """Return what a pid file says now, if it is there and whole."""
        with suppress(FileNotFoundError, ValueError):
            return int(self.path(process).read_text())
        return None

    def signal(self, number: int) -> None:
        """Send the parent a signal."""
        assert self.program is not None
        os.kill(self.program.pid, number)

    def status(self) -> int:
        """Wait for the parent's exit status."""
        assert self.program is not None
        return self.program.wait(PATIENCE)

    def end(self) -> None:
        """End whatever still runs."""
        pids = [pid for process in ("keepalived", "vrrp", "checkers") if (pid := self._written(process)) is not None]
        for pid in [*pids, *([self.program.pid] if self.program is not None and self.program.poll() is None else [])]:
            with suppress(FileNotFoundError, ProcessLookupError):
                if b"daemon_stand_in" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
        if self.program is not None:
            self.program.wait(PATIENCE)


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] not in {b"Z", b"X"}
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(pid: int) -> None:
    """Wait until a process has ended."""
    wait_until(lambda: not alive(pid), PATIENCE, f"the end of process {pid}")
