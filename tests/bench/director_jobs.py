"""Jobs in the kernel lab that measure directors: how soon the kernel's table is whole, and what checks cost."""

import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from conformance.lab.network import Host, open_lab
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from kaspec.address import parse_address
from kaspec.lvs.model import AddressService
from shell.ipvs.kernel import Ipvs
from tests.bench.configurations import REAL_SERVERS, SERVERS, SERVICES, virtual_address
from tests.bench.scenes import cpu_microseconds

PATIENCE = 120.0
PEERS = (KASPEC, KEEPALIVED)
FLAGS = ("-C", "-n", "-l", "-G", "-f", "/run/d.conf", "-p", "/run/d.pid", "-c", "/run/c.pid")
CHECKED = 60
"""Virtual servers whose servers are checked."""
SETTLING = 4.0
"""Seconds until checks are under way."""
PAGE = b"HTTP/1.0 200 OK\r\nContent-Length: 1024\r\n\r\n" + b"ok" * 512


def start_ups(order: Any) -> Any:
    """Start each daemon by turns on each configuration: seconds from exec until the kernel has the whole table, and seconds of CPU."""
    found: dict[str, dict[str, list[Any]]] = {}
    with _director() as (host, ipvs):
        for name, text in order["configurations"].items():
            for _ in range(order["repeats"]):
                for peer in PEERS:
                    found.setdefault(name, {}).setdefault(peer.name, []).append(_start_up(host, ipvs, peer, text))
    return found


def checks(order: Any) -> Any:
    """Let each daemon check the servers of each configuration for a while: checks a second, and the share of a processor they take."""
    found: dict[str, dict[str, Any]] = {}
    with _director() as (host, ipvs):
        server = Process.start(host, [sys.executable, "-c", "from tests.bench.director_jobs import serve; serve()"])
        server.wait_for_line("serving", PATIENCE)
        for name, text in order["configurations"].items():
            for peer in PEERS:
                found.setdefault(name, {})[peer.name] = _checking(host, ipvs, peer, text, order["seconds"])
    return found


def serve() -> None:
    """Accept connections; whoever asks for a page gets one."""
    with socket.create_server(("0.0.0.0", 80), backlog=4096) as listening:
        print("serving", flush=True)
        while True:
            accepted, _ = listening.accept()
            with accepted, suppress(OSError):
                if accepted.recv(4096):
                    accepted.send(PAGE)


@contextmanager
def _director() -> Iterator[tuple[Host, Ipvs]]:
    """Make a host that is director and, under every address there is to be, its own real servers."""
    with open_lab() as lab:
        host = lab.host("director")
        host.netlink.route("add", dst=REAL_SERVERS, oif=1, type="local", table=255, scope=254)
        with host.namespace.entered():
            yield host, Ipvs()


@contextmanager
def _running(host: Host, ipvs: Ipvs, peer: Peer, text: str) -> Iterator[tuple[Process, float]]:
    """Run a daemon, when the kernel's table is empty, until the body ends; yield it with the time of its exec."""
    wait_until(lambda: not ipvs.read_table(), PATIENCE, "an empty table")
    host.file("/run/d.conf").write_text(f"child_wait_time 60\n{text}")
    begun = time.monotonic()
    daemon = Process.start(host, ("sh", "-c", 'exec "$0" "$@" >/dev/null 2>&1', *peer.command, *FLAGS))
    try:
        yield daemon, begun
    finally:
        daemon.program.send_signal(signal.SIGTERM)
        daemon.program.wait(PATIENCE)


def _await_table(ipvs: Ipvs, services: int) -> None:
    """Wait for the last service's servers: both daemons make one service after the other."""
    last = AddressService(parse_address(virtual_address(services - 1)), 80, "TCP")
    wait_until(lambda: len(ipvs.destinations(last)) == SERVERS, PATIENCE, "a whole table")


def _start_up(host: Host, ipvs: Ipvs, peer: Peer, text: str) -> tuple[float, float]:
    with _running(host, ipvs, peer, text) as (daemon, begun):
        _await_table(ipvs, SERVICES)
        took, cpu = time.monotonic() - begun, _cpu(daemon)
        whole = [len(entry.destinations) for entry in ipvs.read_table().values()]
        assert whole == [SERVERS] * SERVICES, f"{sum(whole)} servers of {len(whole)} services"
        return took, cpu


def _checking(host: Host, ipvs: Ipvs, peer: Peer, text: str, seconds: float) -> tuple[float, float]:
    with _running(host, ipvs, peer, text) as (daemon, _):
        _await_table(ipvs, CHECKED)
        time.sleep(SETTLING)
        opened, cpu, begun = _opened(daemon), _cpu(daemon), time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - begun
        assert all(each.weight for entry in ipvs.read_table().values() for each in entry.destinations), "a server failed its check"
        return (_opened(daemon) - opened) / took, (_cpu(daemon) - cpu) / took


def _cpu(daemon: Process) -> float:
    """Return seconds of CPU of a daemon's processes."""
    return sum(cpu_microseconds(pid) for pid in (daemon.pid, *daemon.children())) / 1e6


def _opened(daemon: Process) -> int:
    """Return how many TCP connections were begun in a daemon's network namespace (RFC 4022, tcpActiveOpens)."""
    names, values = (line.split() for line in Path(f"/proc/{daemon.pid}/net/snmp").read_text().splitlines() if line.startswith("Tcp:"))
    return int(values[names.index("ActiveOpens")])
