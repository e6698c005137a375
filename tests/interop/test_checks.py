"""Checks against real servers that say something, good or bad."""

import asyncio
import hashlib
import os
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import cast

import dns.message
import dns.rcode
import pytest
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP
from attrs import evolve

from kaspec.address import parse_address
from kaspec.health.credentials import Credentials
from kaspec.health.model import (
    BfdCheck,
    DnsCheck,
    FileCheck,
    MiscCheck,
    Pattern,
    PingCheck,
    ReplyPattern,
    SmtpCheck,
    TcpCheck,
    UdpCheck,
)
from kaspec.health.reported import WeightChange
from kaspec.units import seconds
from shell.checks.opening import open_stream
from tests.interop.checking import (
    OFTEN,
    PAGE,
    SLACK,
    TIMEOUT,
    Checking,
    certified,
    http,
    page,
    permitted,
    run,
    say_nothing,
    serving,
    target,
)


@pytest.mark.parametrize(
    ("settings", "good"),
    [
        ({}, True),
        ({"path": "/other"}, False),
        ({"path": "/other", "status_codes": ((404, 404),)}, True),
        ({"digest": hashlib.md5(PAGE).hexdigest()}, True),
        ({"digest": "0" * 32}, False),
        ({"pattern": Pattern("STATUS: *ok", ("caseless",))}, True),
        ({"pattern": Pattern("status: bad")}, False),
        ({"pattern": Pattern("status: bad", no_match=True)}, True),
        ({"pattern": Pattern("status", min_offset=len(PAGE) - 5)}, False),
        ({"pattern": Pattern("(")}, False),
    ],
)
def test_a_page_is_judged_by_status_digest_and_pattern(settings: dict[str, object], good: bool) -> None:
    async def test(now: Checking) -> None:
        async with serving(page) as port:
            report, _ = await now.verdict(http(port, **settings))
            assert report.is_up == good, report

    run(test)


def test_a_server_that_wants_a_certificate_of_ours_gets_it(tmp_path: Path) -> None:
    authority, context = certified()
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    ours = authority.issue_cert("lb1.example.com")
    (tmp_path / "cert.pem").write_bytes(ours.cert_chain_pems[0].bytes())
    (tmp_path / "key.pem").write_bytes(ours.private_key_pem.bytes())

    async def test(now: Checking) -> None:
        async with serving(page, context) as port:
            without = evolve(http(port), tls=True)
            assert not (await now.verdict(without))[0].is_up
            own = Credentials(str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
            assert (await now.verdict(evolve(without, credentials=own)))[0].is_up
            gone = evolve(own, key=str(tmp_path / "gone.pem"))
            report, _ = await now.verdict(evolve(without, credentials=gone))
            assert "SSL block" in report.words

    run(test)


def test_a_port_is_open_or_refuses() -> None:
    async def test(now: Checking) -> None:
        async with serving(say_nothing) as port:
            assert (await now.verdict(TcpCheck(OFTEN, target(port))))[0].is_up
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            report, _ = await now.verdict(TcpCheck(OFTEN, target(closed.getsockname()[1])))
            assert not report.is_up

    run(test)


def test_a_failure_is_tried_again_and_the_server_recovers() -> None:
    async def test(now: Checking) -> None:
        probing = evolve(OFTEN, retry=2, delay_loop=seconds("0.1"), delay_before_retry=seconds("0.2"))
        with socket.socket() as own:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            own.bind(("127.0.0.1", 0))
            own.listen(100)
            port = own.getsockname()[1]
            assert (await now.verdict(TcpCheck(probing, target(port))))[0].is_up
            before = asyncio.get_running_loop().time()
        down = await now.heard.get()
        assert not down.report.is_up
        assert asyncio.get_running_loop().time() - before >= 0.4, "two retries, 0.2 s each after the other"
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", port))
            again.listen(100)
            assert (await now.heard.get()).report.is_up

    run(test)


def test_a_mail_server_greets() -> None:
    async def test(now: Checking) -> None:
        loop = asyncio.get_running_loop()
        mail = await loop.create_server(lambda: SMTP(Sink()), "127.0.0.1", 0)
        port = mail.sockets[0].getsockname()[1]
        assert (await now.verdict(SmtpCheck(OFTEN, target(port, seconds("5")))))[0].is_up
        mail.close()
        async with serving(refuse_mail) as port:
            report, _ = await now.verdict(SmtpCheck(OFTEN, target(port)))
            assert (report.is_up, report.words) == (False, "CHECK failed on service : 554 where 220 was wanted")

    run(test)


async def refuse_mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"554-go\r\n554 away\r\n")
    await reader.read()


class Answers(asyncio.DatagramProtocol):
    """A UDP server that answers as it is told."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        cast("asyncio.DatagramTransport", self.transport).sendto(self.answer(data), addr)


async def answering(answer: Callable[[bytes], bytes]) -> tuple[asyncio.DatagramTransport, int]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Answers(answer), ("127.0.0.1", 0))
    return transport, transport.get_extra_info("sockname")[1]


def name_server(wire: bytes) -> bytes:
    """Knows example.com, and nothing else."""
    query = dns.message.from_wire(wire)
    reply = dns.message.make_response(query)
    if str(query.question[0].name) != "example.com.":
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply.to_wire()


def test_a_name_server_answers_without_an_error() -> None:
    async def test(now: Checking) -> None:
        transport, port = await answering(name_server)
        assert (await now.verdict(DnsCheck(OFTEN, target(port), "A", "example.com")))[0].is_up
        report, _ = await now.verdict(DnsCheck(OFTEN, target(port), "A", "example.org"))
        assert (report.is_up, report.words) == (False, "DNS_CHECK: NXDOMAIN")
        transport.close()

    run(test)


def test_a_datagram_is_refused_or_answered_as_wanted() -> None:
    async def test(now: Checking) -> None:
        transport, port = await answering(lambda data: b"\x01\x02" + data)
        wanted = UdpCheck(OFTEN, target(port), b"ping", True, ReplyPattern(b"\x01\x00p", b"\xff\x00\xff"))
        assert (await now.verdict(wanted))[0].is_up
        assert not (await now.verdict(evolve(wanted, reply=ReplyPattern(b"\x02", b"\xff"))))[0].is_up
        assert (await now.verdict(evolve(wanted, reply=None, min_reply_length=6, max_reply_length=6)))[0].is_up
        assert not (await now.verdict(evolve(wanted, reply=None, max_reply_length=5)))[0].is_up
        transport.close()
        await asyncio.sleep(0)
        refused, took = await now.verdict(UdpCheck(OFTEN, target(port)))
        assert not refused.is_up
        assert took < TIMEOUT

    run(test)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_an_echo_request_is_answered(address: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: lets itself have ICMP sockets")

    async def test(now: Checking) -> None:
        report, took = await now.verdict(PingCheck(OFTEN, target(0, address=address)))
        assert report.is_up
        assert took < SLACK

    run(test)


@pytest.mark.parametrize(
    ("status", "dynamic", "good", "weight"),
    [
        (0, False, True, None),
        (1, False, False, None),
        (12, False, False, None),
        (12, True, True, WeightChange("is", 10)),
        (1, True, False, None),
    ],
)
def test_a_program_says_how_a_server_is(tmp_path: Path, status: int, dynamic: bool, good: bool, weight: WeightChange | None) -> None:
    async def test(now: Checking) -> None:
        permit = permitted(tmp_path / "check", f"#!/bin/sh\nexit {status}\n")
        report, _ = await now.verdict(MiscCheck(OFTEN, "check", timeout=seconds("5"), dynamic=dynamic), permit)
        assert (report.is_up, report.weight) == (good, weight)

    run(test)


def test_files_and_sessions_are_told_whenever_they_came() -> None:
    async def test(now: Checking) -> None:
        now.engine.file_read("f", 3)
        report, _ = await now.verdict(FileCheck(OFTEN, "f", 2))
        assert report.weight == WeightChange("adds", 6)
        now.engine.session_reported("b", is_up=False)
        report, _ = await now.verdict(BfdCheck(OFTEN, "b"))
        assert not report.is_up

    run(test)


def test_a_check_that_is_suspended_is_silent_until_it_is_resumed() -> None:
    async def test(now: Checking) -> None:
        async with serving(say_nothing) as port:
            assert (await now.verdict(TcpCheck(evolve(OFTEN, delay_loop=seconds("0.1")), target(port))))[0].is_up
            now.engine.suspend("server")
        await asyncio.sleep(0.3)
        assert now.heard.empty()
        now.engine.resume("server")
        assert not (await now.heard.get()).report.is_up

    run(test)


def test_sources_ports_and_marks_are_as_asked_for() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: marks packets")
    callers: list[tuple[str, int]] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer.get_extra_info("peername"))
        await reader.read()

    async def test(now: Checking) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.5", 0))
            source_port = free.getsockname()[1]
        async with serving(note) as port:
            from_there = evolve(target(port), source=parse_address("127.0.0.5"), interface="lo", mark=7)
            with open_stream(from_there) as opened:
                assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_MARK) == 7
                assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16).startswith(b"lo")
            assert (await now.verdict(TcpCheck(OFTEN, evolve(from_there, source_port=source_port))))[0].is_up
            while ("127.0.0.5", source_port) not in callers:
                await asyncio.sleep(0.01)
        nowhere = evolve(from_there, source=parse_address("192.0.2.77"))
        report, _ = await now.verdict(TcpCheck(OFTEN, nowhere))
        assert not report.is_up

    run(test)
