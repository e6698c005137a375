"""What thousands of checks a second cost one process: ``python -m tests.bench.checks [--seconds N]``.

A server process beside it accepts and answers on loopback; it is not part of the figure.  keepalived's checker needs the kernel's IPVS,
so it is measured beside ours in the kernel lab (``tests.bench.directors``).
"""

import asyncio
import os
import resource
import time
from collections.abc import Iterable

import click

from kaspec.address import parse_address
from kaspec.health.model import Check, HttpCheck, Pattern, Probing, Target, TcpCheck, Url
from kaspec.health.reported import CheckReported
from kaspec.units import SECOND
from shell.checks.engine import CheckEngine
from shell.checks.subject import Subject
from shell.process import finish_start
from shell.runner import Runner

PORTS = 16
CHECKS = 2100
"""Somewhat more than 2000, of which each begins a second after its last one's end: so 2000 end every second."""
PAGE = b"HTTP/1.0 200 OK\r\nServer: bench\r\nContent-Type: text/html\r\nContent-Length: 1024\r\n\r\n" + b"ok" * 512
PROBING = Probing(delay_loop=SECOND, warmup=SECOND)


class _Site(asyncio.Protocol):
    """Answers anything with a page, and counts."""

    accepted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        _Site.accepted += 1

    def data_received(self, data: bytes) -> None:
        del data
        assert isinstance(self.transport, asyncio.WriteTransport)
        self.transport.write(PAGE)
        self.transport.close()


async def _serve(ready: int) -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(_Site, "0.0.0.0", 0, backlog=4096) for _ in range(PORTS)]
    os.write(ready, b" ".join(str(each.sockets[0].getsockname()[1]).encode() for each in servers) + b"\n")
    await asyncio.sleep(3600)


def start_site() -> tuple[int, list[int]]:
    """Start the server process; return its pid and ports."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(_serve(writing))
        finally:
            os._exit(1)
    with os.fdopen(reading) as lines:
        return pid, [int(port) for port in lines.readline().split()]


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(checks: Iterable[Check], length: float) -> tuple[float, float, int]:
    """Make the checks for a while; return the share of one core they took, how many ended a second, how many failed."""
    loop = asyncio.get_running_loop()
    failed = 0

    def report(told: CheckReported) -> None:
        nonlocal failed
        failed += not told.is_up

    engine = CheckEngine(loop, Runner(loop), report)
    engine.adopt(Subject(number, 0, check, "[127.0.0.1]:tcp:80", "[192.0.2.1]:tcp:80") for number, check in enumerate(checks))
    finish_start()  # as the checker does
    await asyncio.sleep(2)
    cpu, wall, ended = _cpu(), time.monotonic(), engine.ended
    await asyncio.sleep(length)
    took = time.monotonic() - wall
    result = (_cpu() - cpu) / took, (engine.ended - ended) / took, failed
    engine.close()
    return result


def tcp(ports: list[int]) -> list[Check]:
    """Connections."""
    return [TcpCheck(PROBING, _target(ports, number)) for number in range(CHECKS)]


def http(ports: list[int]) -> list[Check]:
    """Pages of 1 KiB."""
    return [HttpCheck(PROBING, _target(ports, number), (Url(f"/{number}"),)) for number in range(CHECKS)]


def http_regex(ports: list[int]) -> list[Check]:
    """Pages of 1 KiB that must match."""
    return [HttpCheck(PROBING, _target(ports, number), (Url("/", pattern=Pattern("o+k")),)) for number in range(CHECKS)]


def _target(ports: list[int], number: int) -> Target:
    return Target(parse_address(f"127.0.{1 + number // 250}.{1 + number % 250}"), ports[number % PORTS])


@click.command()
@click.option("--seconds", default=10.0, help="How long each kind is measured.")
def main(seconds: float) -> None:
    """Measure and print."""
    pid, ports = start_site()
    try:
        for name, make in (("TCP_CHECK", tcp), ("HTTP_GET", http), ("HTTP_GET with regex", http_regex)):
            share, rate, failed = asyncio.run(measure(make(ports), seconds))
            each = share / rate * 1e6
            click.echo(f"{name:20} {rate:6.0f} checks a second  {100 * share:5.1f} % of one core  {each:4.0f} us each  {failed} failed")
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
