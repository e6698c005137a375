"""Jobs about the kernel's synchronisation daemon: a virtual router changes its state, and the daemons of the kernel tell."""

import signal
import sys
from pathlib import Path
from typing import Any

from conformance.lab.network import Host, Lab, open_lab
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until

PATIENCE = 30.0
PROGRAMS = {
    "kaspec": (str(Path(sys.executable).with_name("kaspec")), "run"),
    "keepalived": ("keepalived",),
}
FLAGS = ("-n", "-l", "-D", "-G", "-P", "-f", "/run/keepalived.conf", "-p", "/run/d.pid", "-r", "/run/v.pid")


def daemons(host: Host) -> list[str]:
    """The kernel's synchronisation daemons by ipvsadm."""
    shown = Process.start(host, ["sh", "-c", "ipvsadm -Ln --daemon; echo that is all"])
    shown.wait_for_line("that is all", PATIENCE)
    return [" ".join(line.text.split()) for line in shown.lines[:-1]]


def run_each(order: Any) -> Any:
    """Run each program by ``order["configuration"]`` through its steps; return the daemons after each and at the end, and the log."""
    return {name: _run([*PROGRAMS[name], *FLAGS], order) for name in PROGRAMS}


def _run(command: list[str], order: Any) -> Any:
    with open_lab() as lab:
        lan = lab.lan("front")
        director, rival = lab.host("director"), lab.host("rival")
        lab.connect(director, lan, "eth0", "02:00:00:00:00:01", ["192.0.2.1/24"])
        lab.connect(rival, lan, "eth0", "02:00:00:00:00:02", ["192.0.2.2/24"])
        director.file("/run/keepalived.conf").write_text(order["configuration"])
        rival.file("/run/keepalived.conf").write_text(order["rival"])
        daemon, rivals, found = Process.start(director, command), list[Process](), list[list[str]]()
        for step in order["steps"]:
            _do(step, lab, daemon, rivals)
            found.append(_settled(director, step["wanted"], daemon))
        daemon.signal(signal.SIGTERM)
        daemon.program.wait(PATIENCE)
        return {"daemons": [*found, daemons(director)], "log": [line.text for line in daemon.lines]}


def _do(step: Any, lab: Lab, daemon: Process, rivals: list[Process]) -> None:
    match step:
        case {"rival": True}:
            rivals.append(Process.start(lab.hosts["rival"], [*PROGRAMS["keepalived"], *FLAGS]))
        case {"rival": False}:
            rivals.pop().stop(PATIENCE)
        case {"cable": connected}:
            lab.plug(daemon.host, "eth0", connected)
        case {"reload": text}:
            daemon.host.file("/run/keepalived.conf").write_text(text)
            daemon.signal(signal.SIGHUP)


def _settled(host: Host, wanted: list[str], daemon: Process) -> list[str]:
    """The daemons once they are as the step wants them: each begins with the words that it names."""

    def right() -> bool:
        now.clear()
        now.extend(daemons(host))
        return len(now) == len(wanted) and all(each.startswith(words) for each, words in zip(now, wanted, strict=True))

    now: list[str] = []
    try:
        wait_until(right, PATIENCE, f"{wanted}")
    except TimeoutError:
        return ["never:", *now, *(line.text for line in daemon.lines[-30:])]
    return now
