"""Those who are told: scripts that write down their arguments, a reader of a FIFO, a mail server, all in a host of the lab."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from attrs import define, field, frozen

from conformance.lab.network import Host
from conformance.lab.waiting import wait_until

PATIENCE = 10.0
KINDS = ("notify", "master", "backup", "fault", "stop", "deleted", "lower")
FIFO = "/run/events"
MAIL_PORT = 2525


@frozen
class Scripts:
    """Programs of a host, one for each of ``KINDS``: each writes its name and arguments to one log."""

    host: Host

    @classmethod
    def made(cls, host: Host, then: str = "") -> "Scripts":
        """Make them; ``then`` is what each does after it has written."""
        for kind in KINDS:
            path = host.file(f"/run/{kind}")
            path.write_text(f'#!/bin/sh\necho "{kind} $*" >> /run/told\n{then}\n')
            path.chmod(0o755)
        return cls(host)

    @property
    def told(self) -> list[str]:
        """The lines so far."""
        path = self.host.file("/run/told")
        return path.read_text().splitlines() if path.exists() else []


@define(eq=False)
class FifoReader:
    """A reader of a FIFO; what it read so far is ``lines``."""

    descriptor: int
    text: bytes = b""

    @classmethod
    def of(cls, path: Path) -> "FifoReader":
        """Wait until the FIFO is there, and open it."""
        wait_until(path.is_fifo, PATIENCE, f"a FIFO at {path}")
        return cls(os.open(path, os.O_RDONLY | os.O_NONBLOCK))

    @property
    def lines(self) -> list[str]:
        """Every line so far."""
        with suppress(BlockingIOError):
            while chunk := os.read(self.descriptor, 65536):
                self.text += chunk
        return self.text.decode().splitlines()

    def wait_for(self, count: int) -> list[str]:
        """Return the lines once there are so many."""
        wait_until(lambda: len(self.lines) >= count, PATIENCE, f"{count} lines in the FIFO, not {self.lines}")
        return self.lines


@frozen
class Letter:
    """A mail as the server got it: how the client called itself, the envelope, and the message without its date."""

    helo: str
    sender: str
    recipients: tuple[str, ...]
    message: bytes

    @property
    def subject(self) -> str:
        """What it says it is about."""
        return next(line.removeprefix(b"Subject: ").decode() for line in self.message.splitlines() if line.startswith(b"Subject: "))


@define(eq=False)
class MailServer:
    """A mail server; ``hangs`` accepts connections and says nothing."""

    hangs: bool = False
    letters: list[Letter] = field(factory=list)
    connections: int = 0

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd's name)
        """Keep a mail."""
        content = envelope.original_content or b""
        lines = content.splitlines(keepends=True)
        assert lines[0].startswith(b"Date: ")
        self.letters.append(Letter(str(session.host_name), str(envelope.mail_from), tuple(envelope.rcpt_tos), b"".join(lines[1:])))
        return "250 OK"

    def wait_for(self, count: int) -> list[Letter]:
        """Return the mails once there are so many."""
        wait_until(lambda: len(self.letters) >= count, PATIENCE, f"{count} mails, not {[each.subject for each in self.letters]}")
        return self.letters

    def _protocol(self) -> asyncio.Protocol:
        self.connections += 1
        return asyncio.Protocol() if self.hangs else SMTP(self)


@contextmanager
def mail_server(host: Host, hangs: bool = False) -> Iterator[MailServer]:
    """Run a mail server on 127.0.0.1 port ``MAIL_PORT`` of a host, in a thread of its own."""
    host.set_link("lo", up=True)
    listening = host.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", MAIL_PORT))
    server, loop = MailServer(hangs), asyncio.new_event_loop()
    loop.run_until_complete(loop.create_server(server._protocol, sock=listening))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
