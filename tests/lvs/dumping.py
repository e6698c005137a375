"""A job about the checker's dump: each daemon checks the same servers on a real kernel, and is asked what it knows of them."""

import signal
import sys
from pathlib import Path
from typing import Any

from conformance.lab.network import open_lab
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until

PATIENCE = 30.0
PROGRAMS = {
    "kaspec": (str(Path(sys.executable).with_name("kaspec")), "run"),
    "keepalived": ("keepalived",),
}
FLAGS = ("-n", "-l", "-D", "-G", "-C", "-f", "/run/keepalived.conf", "-p", "/run/d.pid", "-c", "/run/c.pid")


def dump_both(order: Any) -> Any:
    """Return what each writes of ``order["configuration"]``, once it says ``order["until"]`` so many times."""
    return {name: _dump([*PROGRAMS[name], *FLAGS], order) for name in PROGRAMS}


def _dump(command: list[str], order: Any) -> list[str]:
    with open_lab() as lab:
        director, lan = lab.host("director"), lab.lan("back")
        lab.connect(director, lan, "eth0", "02:00:00:00:00:01", ["192.0.2.254/24", "192.0.2.1/24", "2001:db8::1/64"])
        server = lab.host("server")
        lab.connect(server, lan, "eth0", "02:00:00:00:00:12", ["192.0.2.11/24", "192.0.2.12/24"])
        Process.start(server, [sys.executable, "-u", "-m", "http.server", "80", "--directory", "/run"]).wait_for_line("Serving", PATIENCE)
        director.file("/run/load").write_text("3\n")
        director.file("/run/keepalived.conf").write_text(order["configuration"])
        daemon = Process.start(director, command)
        daemon.wait_for_line("Startup complete", PATIENCE)
        path = director.file("/tmp/keepalived_check.data")

        def settled() -> list[str]:
            path.unlink(missing_ok=True)
            daemon.signal(signal.SIGUSR1)
            wait_until(path.exists, PATIENCE, "the dump")
            lines = path.read_text().splitlines()
            return lines if all(lines.count(line) == times for line, times in order["until"].items()) else []

        try:
            return wait_until(settled, PATIENCE, f"{order['until']}")
        except TimeoutError as error:
            told = "\n".join([*path.read_text().splitlines(), *(line.text for line in daemon.lines)])
            raise TimeoutError(f"{error}:\n{told}") from None
        finally:
            daemon.signal(signal.SIGTERM)
            daemon.program.wait(PATIENCE)
