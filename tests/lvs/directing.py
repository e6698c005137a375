"""Jobs of a director in the kernel lab: real servers come and go, a daemon keeps the kernel's table, and the table tells."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from conformance.lab.network import Host, open_lab
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until

PATIENCE = 30.0
DAEMONS = {
    "kaspec": (str(Path(sys.executable).with_name("kaspec")), "run", "-n", "-l", "-D", "-G", "-C"),
    "keepalived": ("keepalived", "-n", "-l", "-D", "-G", "-C"),
}


def table(host: Host) -> list[str]:
    """The kernel's table by ipvsadm, without what counts connections; destinations in order of their names."""
    shown = Process.start(host, ["ipvsadm", "-Ln"])
    shown.program.wait(10)
    wait_until(lambda: any("RemoteAddress" in line.text for line in shown.lines), 5.0, "a table")
    services: list[list[str]] = []
    for line in shown.lines[3:]:
        words = line.text.split()
        if words[0] == "->":
            services[-1].append(" ".join(words[:4]))
        else:
            services.append([" ".join(words)])
    return [line for head, *rest in sorted(services) for line in (head, *sorted(rest))]


def run_both(order: Any) -> Any:
    """Run each daemon by ``order["configuration"]`` through its steps; return what the table was after each, and the daemon's log."""
    return {name: _run(name, order) for name in order.get("daemons", DAEMONS)}


def _run(name: str, order: Any) -> Any:
    with open_lab() as lab:
        director, lan = lab.host("director"), lab.lan("back")
        lab.connect(director, lan, "eth0", "02:00:00:00:00:01", ["192.0.2.254/24", "192.0.2.1/24", "2001:db8::1/64"])
        servers = {}
        for number in (11, 12, 13):
            servers[number] = host = lab.host(f"server{number}")
            lab.connect(host, lan, "eth0", f"02:00:00:00:00:{number}", [f"192.0.2.{number}/24", f"2001:db8::{number}/64"])
        serving: dict[int, Process] = {}
        configuration = director.file("/run/keepalived.conf")
        configuration.write_text(order["configuration"])
        for number in order["serving"]:
            serving[number] = _serve(servers[number])
        daemon = Process.start(director, [*DAEMONS[name], "-f", "/run/keepalived.conf", "-p", "/run/d.pid", "-c", "/run/c.pid"])
        found = []
        for step in order["steps"]:
            before = len(daemon.lines)
            _do(step, director, daemon, servers, serving, configuration)
            if "says" in step:
                daemon.wait_for_line(step["says"], PATIENCE, before)
            found.append(_settled(director, step, daemon))
            if found[-1][0] == "never:":
                break
        daemon.program.send_signal(signal.SIGTERM)
        daemon.program.wait(PATIENCE)
        return {"tables": [*found, table(director)], "log": [line.text for line in daemon.lines], "told": _told(director)}


def _told(director: Host) -> list[str]:
    told = director.file("/run/told")
    return told.read_text().splitlines() if told.exists() else []


def _serve(host: Host) -> Process:
    server = Process.start(host, [sys.executable, "-u", "-m", "http.server", "80", "--bind", "::", "--directory", "/run"])
    server.wait_for_line("Serving HTTP", PATIENCE)
    return server


def _do(step: Any, director: Host, daemon: Process, servers: dict[int, Host], serving: dict[int, Process], configuration: Path) -> None:
    match step:
        case {"fail": number}:
            serving.pop(number).program.kill()
        case {"recover": number}:
            serving[number] = _serve(servers[number])
        case {"reload": text}:
            configuration.write_text(text)
            daemon.program.send_signal(signal.SIGHUP)
        case {"disturb": command}:
            assert Process.start(director, command.split()).program.wait(10) == 0
        case {"kill": "checker"}:
            os.kill(int(director.file("/run/c.pid").read_text()), signal.SIGKILL)


def _settled(director: Host, step: Any, daemon: Process) -> list[str]:
    """The table once it is as the step wants it: so many destinations that serve."""
    wanted = step["wanted"]

    def right() -> list[str]:
        now = table(director)
        serving = sorted(line.split()[1] for line in now if line.startswith("->") and line.split()[3] != "0")
        time.sleep(0.3)  # every look is a program, and the lab has one slow processor
        return now if serving == sorted(wanted) else []

    try:
        return wait_until(right, PATIENCE, f"{step}")
    except TimeoutError:
        return ["never:", *table(director), *(line.text for line in daemon.lines[-30:])]
