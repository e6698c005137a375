"""VRRP daemons in hosts: real keepalived and ours, started with the same flags."""

import shutil
import sys
from collections.abc import Sequence

from attrs import frozen

from conformance.lab.network import Host
from conformance.lab.process import Process


@frozen
class Peer:
    """A daemon that takes keepalived's flags: how it is called, and whether it can record what it sees."""

    name: str
    command: tuple[str, ...]
    records: bool = False

    @property
    def available(self) -> bool:
        """Whether the program is on this machine."""
        return shutil.which(self.command[0], path=SEARCH_PATH) is not None

    def start(self, host: Host, configuration: str, extra: Sequence[str] = ()) -> Process:
        """Start it in the foreground on a configuration text, VRRP only, logging to the console in detail."""
        folder = host.file("/run")
        (folder / "keepalived").mkdir(exist_ok=True)
        (folder / f"{self.name}.conf").write_text(configuration)
        return Process.start(host, (*self.command, *FLAGS, *_files(self.name), *extra), {"PATH": SEARCH_PATH})

    def record(self, path: str) -> tuple[str, ...]:
        """Return the flags that make it record to a file in the host, none if it cannot."""
        return ("--record", path) if self.records else ()


FLAGS = ("-P", "-n", "-l", "-G", "-D")
"""VRRP only, in the foreground, logging in detail, not to syslog: without one, keepalived writes to the serial console (2 ms a line)."""
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

KEEPALIVED = Peer("keepalived", ("keepalived",))
KASPEC = Peer("kaspec", (sys.executable, "-c", "from shell.main import main; main()", "run"), records=True)


def _files(name: str) -> tuple[str, ...]:
    return ("-f", f"/run/{name}.conf", "-p", f"/run/{name}.pid", "-r", f"/run/{name}-vrrp.pid", "-c", f"/run/{name}-checkers.pid")
