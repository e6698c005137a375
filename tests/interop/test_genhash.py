"""``genhash`` beside keepalived's own, at the same server."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.interop.checking import PATIENCE, Handler, serving

OURS = (sys.executable, "-c", "from shell.commands.genhash import main; main()")
THEIRS = "/usr/bin/genhash"
PAGES = {
    "/length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more",
    "/end": b"HTTP/1.0 404 Not Found\r\nA: b\r\n\r\nhello",
    "/short": b"HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello",
    "/empty": b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "/chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "/nothing": b"",
}


async def pages(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked = await reader.readuntil(b"\r\n\r\n")
    path = asked.split()[1].decode()
    writer.write(PAGES[path])
    await writer.drain()


def output(program: tuple[str, ...], *arguments: str, handler: Handler = pages) -> tuple[int, str]:
    """Run a genhash against our server; return its status and what it prints."""

    async def run() -> tuple[int, str]:
        async with asyncio.timeout(PATIENCE), serving(handler) as port:
            where = ("-s", "127.0.0.1", "-p", str(port))
            process = await asyncio.create_subprocess_exec(*program, *where, *arguments, stdout=asyncio.subprocess.PIPE)
            printed, _ = await process.communicate()
            text = re.sub(rb"= \d+ usecs", b"= N usecs", printed).replace(str(port).encode(), b"PORT")
            return process.returncode or 0, text.decode()

    return asyncio.run(run())


@pytest.fixture
def keepalived_genhash() -> tuple[str, ...]:
    if not Path(THEIRS).exists():
        pytest.skip("needs the Debian package keepalived")
    return (THEIRS,)


@pytest.mark.parametrize("verbose", [(), ("-v",)])
@pytest.mark.parametrize("path", [path for path in PAGES if path != "/nothing"])
def test_what_is_printed_is_what_keepalived_s_prints(keepalived_genhash: tuple[str, ...], path: str, verbose: tuple[str, ...]) -> None:
    arguments = ("-u", path, "-P", "1.1", *verbose)
    assert output(OURS, *arguments) == output(keepalived_genhash, *arguments)


@pytest.mark.parametrize("options", [(), ("-P", "1.0c"), ("-P", "1.1"), ("-V", "www.example.com")])
def test_what_is_asked_is_what_keepalived_s_asks(keepalived_genhash: tuple[str, ...], options: tuple[str, ...]) -> None:
    asked = [requested(program, options) for program in (OURS, keepalived_genhash)]
    assert asked[0] == asked[1]


def requested(program: tuple[str, ...], options: tuple[str, ...]) -> str:
    heard: list[str] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(PAGES["/end"])

    output(program, "-u", "/a?b", *options, handler=listen)
    (only,) = heard
    return re.sub(r":\d+\r\n", ":PORT\r\n", only)


def test_without_a_page_there_is_no_digest() -> None:
    assert output(OURS, "-u", "/nothing") == (1, "")
