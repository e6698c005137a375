"""Checks by the real engine, against real servers on this machine."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import trustme
from attrs import define, evolve, field, frozen

from kaspec.address import parse_address
from kaspec.config.model import Permit
from kaspec.health.model import Check, HttpCheck, Probing, Target, Url
from kaspec.health.reported import CheckReported
from kaspec.units import SECOND, ZERO, Instant, Interval, seconds
from shell import clock
from shell.checks.engine import CheckEngine
from shell.checks.subject import Subject
from shell.runner import Runner

PATIENCE = 20.0
"""Seconds until a test gives up."""
SLACK = seconds("2")
"""What a busy machine may add."""
PAGE = b"status: ok\n" * 1000
TIMEOUT = seconds("0.5")
"""How long a server may say nothing."""
OFTEN = Probing(delay_loop=SECOND, warmup=ZERO, retry=0, delay_before_retry=seconds("0.1"))
Body = Callable[["Checking"], Awaitable[None]]
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def target(port: int, timeout: Interval = TIMEOUT, address: str = "127.0.0.1") -> Target:
    return Target(parse_address(address), port, connect_timeout=timeout)


@frozen
class Heard:
    """A report, and when it came."""

    report: CheckReported
    at: Instant


@define(eq=False)
class Checking:
    """An engine, and what it reports."""

    engine: CheckEngine
    heard: asyncio.Queue[Heard] = field(factory=asyncio.Queue)

    async def verdict(self, check: Check, permit: Permit | None = None) -> tuple[CheckReported, Interval]:
        """Make a check; return what is reported first, and how long that took."""
        begun = clock.now()
        self.engine.adopt([Subject("server", 0, check, "[127.0.0.1]:tcp:80", "[192.0.2.100]:tcp:80", permit)])
        heard = await self.heard.get()
        return heard.report, Interval(heard.at - begun)


@asynccontextmanager
async def checking() -> AsyncIterator[Checking]:
    """Run an engine."""
    loop = asyncio.get_running_loop()
    runner = Runner(loop)
    reports: asyncio.Queue[Heard] = asyncio.Queue()
    engine = CheckEngine(loop, runner, lambda report: reports.put_nowait(Heard(report, clock.now())))
    try:
        async with asyncio.timeout(PATIENCE):
            yield Checking(engine, reports)
    finally:
        engine.close()
        pid = runner.pid
        runner.close()
        if pid is not None:
            os.waitpid(pid, 0)


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a TCP server; yield its port."""

    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handled, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def permitted(path: Path, text: str) -> Permit:
    """Write a script and permit it."""
    path.write_text(text)
    path.chmod(0o755)
    return Permit((str(path),), os.getuid(), os.getgid(), tuple(os.getgroups()), 0o022)


def run(test: Body) -> None:
    """Run a test's body with an engine."""

    async def main() -> None:
        async with checking() as now:
            await test(now)

    asyncio.run(main())


async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A web server: /ok is there; the Host is told."""
    asked = (await reader.readuntil(b"\r\n\r\n")).decode()
    status = "200 OK" if asked.startswith("GET /ok ") and "Host: www.example.com\r\n" in asked else "404 Not Found"
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(PAGE)}\r\n\r\n".encode() + PAGE)
    await writer.drain()


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that accepts, and is silent."""
    del writer
    await reader.read()


def http(port: int, **settings: Any) -> HttpCheck:
    """A check of the page that ``page`` serves; ``settings`` are the url's."""
    return HttpCheck(OFTEN, target(port), (evolve(Url("/ok", virtual_host="www.example.com"), **settings),))


def certified(**validity: datetime) -> tuple[trustme.CA, ssl.SSLContext]:
    """Return an authority, and what a server needs that it certified as www.example.com."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("www.example.com", **validity).configure_cert(context)  # type: ignore[arg-type]
    return authority, context
