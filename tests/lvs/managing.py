"""A job about SNMP of the checker: snmpd beside each daemon on a real kernel, and what a walk over it finds."""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from conformance.lab.network import open_lab
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from tests.interop.manager import KEEPALIVED_MIB, start_master, walk
from tests.lvs.asking import Visitor

PATIENCE = 30.0
VISITED = "192.0.2.1"
PROGRAMS = {
    "kaspec": (str(Path(sys.executable).with_name("kaspec")), "run"),
    "keepalived": ("keepalived",),
}
FLAGS = ("-n", "-l", "-D", "-G", "-C", "-f", "/run/keepalived.conf", "-p", "/run/d.pid", "-c", "/run/c.pid")


def walk_both(order: Any) -> Any:
    """Return what each shows of ``order["configuration"]``.

    Once a walk has the objects ``order["until"]``, the first virtual server is visited, and the kernel's counts are waited for: a walk that
    has the objects ``order["counted"]``, and those ``order["at_least"]`` or more.
    """
    return {name: _walked([*PROGRAMS[name], *FLAGS], order) for name in PROGRAMS}


def _walked(command: list[str], order: Any) -> dict[str, str]:
    with open_lab() as lab:
        director, lan = lab.host("director"), lab.lan("back")
        lab.connect(director, lan, "eth0", "02:00:00:00:00:01", ["192.0.2.254/24", "192.0.2.1/24", "2001:db8::1/64"])
        server = lab.host("server")
        lab.connect(server, lan, "eth0", "02:00:00:00:00:12", ["192.0.2.11/24", "192.0.2.12/24"])
        Process.start(server, [sys.executable, "-u", "-m", "http.server", "80", "--directory", "/run"]).wait_for_line("Serving", PATIENCE)
        director.file("/run/load").write_text("3\n")
        director.file("/run/keepalived.conf").write_text(order["configuration"])
        start_master(director)
        daemon = Process.start(director, command)
        daemon.wait_for_line("Startup complete", PATIENCE)

        wait_until(lambda: _with(walk(director, f"{KEEPALIVED_MIB}.3"), order["until"]), PATIENCE, f"{order['until']}")
        for _ in range(order["visits"]):
            Visitor.arrive(director, VISITED, VISITED).leave()
        counted, least = order["counted"], order["at_least"]
        whole = wait_until(lambda: _with(walk(director, KEEPALIVED_MIB), counted, least), PATIENCE, f"{counted}, at least {least}")
        daemon.signal(signal.SIGTERM)
        daemon.program.wait(PATIENCE)
        return whole


def _with(found: dict[str, str], wanted: dict[str, str], least: Mapping[str, int] = MappingProxyType({})) -> dict[str, str]:
    """Return what was found if it has these objects, and numbers that are not less, else nothing."""
    there = all(found.get(f"{KEEPALIVED_MIB}.{name}") == value for name, value in wanted.items())
    enough = all(int(found.get(f"{KEEPALIVED_MIB}.{name}", "0").split()[-1]) >= number for name, number in least.items())
    return found if there and enough else {}
