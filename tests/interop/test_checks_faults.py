"""Checks against real servers that hang, flood, reset, drip, close or present the wrong certificate: each gets its verdict on time."""

import asyncio
import os
import resource
import socket
import struct
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from kaspec.health.credentials import Credentials
from kaspec.health.model import MiscCheck, TcpCheck
from kaspec.units import SECOND, ZERO, seconds
from tests.interop.checking import (
    OFTEN,
    SLACK,
    TIMEOUT,
    Checking,
    Handler,
    certified,
    http,
    page,
    permitted,
    run,
    say_nothing,
    serving,
    target,
)

GIGABYTE = 10**9
HEAD = f"HTTP/1.1 200 OK\r\nContent-Length: {GIGABYTE}\r\n\r\n".encode()
MOST_MEMORY = 64 << 20
"""What a gigabyte may cost: buffers of both ends, far from a gigabyte."""


def answering(answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], beginning: bytes = b"") -> Handler:
    """A server that reads a request, says something, and goes on with ``answer``."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(beginning)
        await writer.drain()
        await answer(reader, writer)

    return handle


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del writer
    await reader.read()


def dripping(pace: float) -> Handler:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            writer.write(b"H")
            await writer.drain()
            await asyncio.sleep(pace)

    return drip


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A gigabyte, as fast as it is taken."""
    piece = bytes(1 << 16)
    for _ in range(GIGABYTE // len(piece) + 1):
        if reader.at_eof():
            return
        writer.write(piece)
        await writer.drain()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader
    writer.close()


SILENT, OVERLONG = "timed out", "took too long"
CLOSED, RESET = "the connection was closed", "Connection reset by peer"
FAULTS = {
    "says nothing": (answering(hang), TIMEOUT, SILENT),
    "hangs in the head": (answering(hang, b"HTTP/1.1 200"), TIMEOUT, SILENT),
    "hangs in the body": (answering(hang, HEAD + b"half"), TIMEOUT, SILENT),
    "a byte every tenth of a second": (answering(dripping(0.1)), SECOND, OVERLONG),
    "a gigabyte": (answering(flood, HEAD), SECOND, OVERLONG),
    "a gigabyte of unknown length": (answering(flood, b"HTTP/1.1 200 OK\r\n\r\n"), SECOND, OVERLONG),
    "a gigabyte of a head": (answering(flood), ZERO, "its head is too long"),
    "resets": (answering(reset), ZERO, RESET),
    "resets in the body": (answering(reset, HEAD + b"half"), ZERO, ""),
    "closes": (answering(close), ZERO, CLOSED),
    "closes in the head": (answering(close, b"HTTP/1.1 200"), ZERO, CLOSED),
    "closes in the body": (answering(close, HEAD + b"half"), ZERO, "MD5SUM"),
}
"""What a server does, when its verdict is due (its ``connect_timeout``, or the ``delay_loop``, or at once), and the words of it."""


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_a_bad_server_gets_its_verdict_on_time(fault: str, tls: bool) -> None:
    """Silence is borne for connect_timeout, and anything for delay_loop; no answer is kept whole."""
    server, due, words = FAULTS[fault]
    context = certified()[1] if tls else None

    async def test(now: Checking) -> None:
        async with serving(server, context) as port:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            report, took = await now.verdict(evolve(http(port, digest="0" * 32), tls=tls))
            assert not report.is_up
            assert due <= took <= due + SLACK, took
            assert words in report.words
            assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10 < MOST_MEMORY

    run(test)


def test_a_byte_a_second_is_borne_for_delay_loop() -> None:
    """keepalived waits for such a server without end."""

    async def test(now: Checking) -> None:
        async with serving(answering(dripping(1.0))) as port:
            slow = http(port)
            patient = evolve(slow, probing=evolve(OFTEN, delay_loop=seconds("3")), target=target(port, seconds("2")))
            report, took = await now.verdict(patient)
            assert (report.is_up, report.words) == (False, f"CHECK failed on service : {OVERLONG}")
            assert seconds("3") <= took <= seconds("3") + SLACK, took

    run(test)


def test_a_server_that_does_not_agree_on_tls_is_silent() -> None:
    async def test(now: Checking) -> None:
        async with serving(say_nothing) as port:
            report, took = await now.verdict(evolve(http(port), tls=True))
            assert (report.is_up, report.words) == (False, f"CHECK failed on service : {SILENT}")
            assert TIMEOUT <= took <= TIMEOUT + SLACK, took

    run(test)


@pytest.mark.parametrize(
    ("verify", "days", "name", "good"),
    [
        (False, 30, "www.example.com", True),
        (False, -1, "www.example.com", True),
        (True, 30, "www.example.com", True),
        (True, -1, "www.example.com", False),
        (True, 30, "other.example.com", False),
    ],
)
def test_any_certificate_will_do_unless_it_is_to_be_verified(tmp_path: Path, verify: bool, days: int, name: str, good: bool) -> None:
    """With ``tls_verify`` an expired one, or another's, is refused at once."""
    now_it_is = datetime.now(UTC)
    authority, context = certified(not_before=now_it_is - timedelta(days=60), not_after=now_it_is + timedelta(days=days))
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes())
    credentials = Credentials(ca=str(tmp_path / "ca.pem"))

    async def test(now: Checking) -> None:
        async with serving(page, context) as port:
            check = evolve(http(port), tls=True, sni=True, sni_name=name, tls_verify=verify, credentials=credentials)
            report, took = await now.verdict(check)
            assert report.is_up == good, report
            assert took <= SLACK
            assert good or ("certificate has expired" if days < 0 else "Hostname mismatch") in report.words, report

    run(test)


def test_a_program_that_ignores_sigterm_is_killed_and_the_verdict_does_not_wait(tmp_path: Path) -> None:
    async def test(now: Checking) -> None:
        left = tmp_path / "pids"
        permit = permitted(tmp_path / "check", f"#!/bin/sh\ntrap '' TERM\necho $$ >> {left}\nwhile :; do sleep 0.1; done\n")
        report, took = await now.verdict(MiscCheck(OFTEN, "check", timeout=TIMEOUT), permit)
        assert (report.is_up, report.words) == (False, "MISC CHECK timed out on service")
        assert TIMEOUT <= took <= TIMEOUT + SLACK
        while len(pids := left.read_text().split()) < 2:
            await asyncio.sleep(0.05)
        assert not os.path.exists(f"/proc/{pids[0]}"), "the first is gone before the second begins"

    run(test)


def test_without_a_free_descriptor_no_server_is_down() -> None:
    async def test(now: Checking) -> None:
        async with serving(say_nothing) as port:
            limits = resource.getrlimit(resource.RLIMIT_NOFILE)
            probing = evolve(OFTEN, delay_loop=seconds("0.1"))
            assert (await now.verdict(TcpCheck(probing, target(port))))[0].is_up
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
            try:
                await asyncio.sleep(0.3)
                assert now.heard.empty()
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert not (await now.heard.get()).report.is_up, "checked again once there are descriptors"

    run(test)
