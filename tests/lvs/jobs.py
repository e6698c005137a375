"""Jobs for the kernel lab's own tests: they run inside it, as root of a kernel with ip_vs."""

import os
import subprocess
from pathlib import Path
from typing import Any

from conformance.lab.guest import WORK
from conformance.lab.network import open_lab
from conformance.lab.process import Process


def tell_where(order: Any) -> Any:
    """Tell the kernel's release, who we are, and what came as an order."""
    (WORK / "left-behind").write_text("read outside")
    return {"release": os.uname().release, "user": os.getuid(), "order": order}


def fail(order: Any) -> Any:
    """Say something and raise."""
    print("this was said before", flush=True)
    raise ValueError(f"refused: {order}")


def never_end(order: Any) -> Any:  # noqa: ARG001
    """Stay forever, as a child that is waited for."""
    print("now for eternity", flush=True)
    subprocess.run(["sleep", "infinity"], check=True)


def write_outside(order: Any) -> Any:
    """Try to write where the machine outside would keep it; return the complaint."""
    try:
        Path(order).write_text("from inside")
    except OSError as error:
        return str(error)
    return ""


def list_tables(order: Any) -> Any:  # noqa: ARG001
    """Two hosts on a LAN, each with a table of its own: return what ``ipvsadm -Ln`` says in each, and whether they hear each other."""
    with open_lab() as lab:
        lan = lab.lan("front")
        director, client = lab.host("director"), lab.host("client")
        lab.connect(director, lan, "eth0", "02:00:00:00:00:01", ["192.0.2.1/24"])
        lab.connect(client, lan, "eth0", "02:00:00:00:00:02", ["192.0.2.2/24"])
        for command in ("ipvsadm -A -t 192.0.2.1:80 -s mh", "ipvsadm -a -t 192.0.2.1:80 -r 192.0.2.2:80 -m -w 7"):
            assert Process.start(director, command.split()).program.wait(10) == 0
        tables = []
        for host in (director, client):
            shown = Process.start(host, ["ipvsadm", "-Ln"])
            shown.wait_for_line("RemoteAddress")
            shown.program.wait(10)
            tables.append([line.text for line in shown.lines])
        heard = Process.start(client, ["ping", "-c", "1", "-W", "5", "192.0.2.1"]).program.wait(10) == 0
    return {"tables": tables, "heard": heard}
