"""What ipvsadm says of a director: its table, the same as commands, and its connections."""

import re
import subprocess
from collections.abc import Mapping, Sequence

from attrs import frozen

from conformance.lab.network import Host

COUNTED = 4
"""So many words of a destination's line say what it is; those after count connections."""
HEADER = 3
"""So many lines come before the first service."""
Destinations = Mapping[str, Sequence[str]]
"""What is behind a service (``TCP 192.0.2.1:80``), each ``192.0.2.11:80 Masq 2``."""


@frozen
class Table:
    """The kernel's table as an operator reads it: services, each before its destinations, in order of their names."""

    lines: tuple[str, ...]

    @property
    def destinations(self) -> dict[str, list[str]]:
        """Return who is behind each service."""
        found: dict[str, list[str]] = {}
        behind: list[str] = []
        for line in self.lines:
            words = line.split()
            if words[0] == "->":
                behind.append(" ".join(words[1:]))
            else:
                behind = found[" ".join(words[:2])] = []
        return found


@frozen
class Connection:
    """A connection as the kernel lists it."""

    protocol: str
    state: str
    client: str
    virtual: str
    server: str


def told(host: Host, *words: str) -> list[str]:
    """Run a program in a host's network; return the lines it says, raise ``RuntimeError`` with its complaint."""
    with host.namespace.entered():
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr or done.stdout}")
    return done.stdout.splitlines()


def table(host: Host) -> Table:
    """Read the table, without what counts connections."""
    services: list[list[str]] = []
    for line in told(host, "ipvsadm", "-Ln")[HEADER:]:
        words = line.split()
        if words[0] == "->":
            services[-1].append(" ".join(words[:COUNTED]))
        else:
            services.append([" ".join(words)])
    return Table(tuple(line for head, *rest in sorted(services) for line in (head, *sorted(rest))))


def details(host: Host) -> list[str]:
    """Read what the table does not show: the commands that would make it, with flags and tunnels, and who has which thresholds."""
    saved = (line.strip() for line in told(host, "ipvsadm", "-Sn"))
    limited = (line.split() for line in told(host, "ipvsadm", "-Ln", "--thresholds")[HEADER:])
    limits = (f"{words[1]} takes {words[2]}, again below {words[3]}" for words in limited if words[0] == "->" and words[2:4] != ["0", "0"])
    return sorted((*saved, *limits))


def active(host: Host, server: str) -> int:
    """Return how many active connections the table counts for a server (``192.0.2.11:80``)."""
    pattern = re.compile(rf"-> {re.escape(server)} +\S+ +\d+ +(\d+)")
    return sum(int(found[1]) for line in told(host, "ipvsadm", "-Ln") if (found := pattern.search(line)))


def connections(host: Host) -> list[Connection]:
    """Read the list of connections, persistence templates among them (state ``NONE`` or ``ASSURED``, the client's port 0)."""
    found = (line.split() for line in told(host, "ipvsadm", "-Lnc")[2:])
    return [Connection(words[0], words[2], *words[3:6]) for words in found]
