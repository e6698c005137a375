"""Real servers for the kernel lab, in threads of the job: pages, mail, names, datagrams.  They can be bad for once, die, and come back."""

import asyncio
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import dns.flags
import dns.message
import dns.rcode
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP
from attrs import define, field, frozen

from conformance.lab.network import Host
from conformance.lab.waiting import wait_until

PATIENCE = 60.0
HEALTH = "/health"
"""The page that checks ask for, unless a server has others for them."""
ALWAYS = 1 << 30
"""So many bad answers are never over."""


@frozen
class Answer:
    """When a check came, in seconds of the lab's clock, whether it was answered well, and which ``host`` it asked for."""

    at: float
    is_good: bool
    host: str = ""


@define(eq=False)
class Mood:
    """How a server answers checks: the next ``bad`` ones badly; ``answers`` is how it did."""

    bad: int = 0
    answers: list[Answer] = field(factory=list)

    def takes(self, host: str = "") -> bool:
        """Note that a check has come; tell whether it is to be answered well."""
        is_good = self.bad == 0
        self.bad -= not is_good
        self.answers.append(Answer(time.monotonic(), is_good, host))
        return is_good

    def fail_once(self) -> None:
        """Answer the next check badly, once one was answered well."""
        wait_until(lambda: self.answers, PATIENCE, "a check that is answered well")
        self.bad = 1

    def retried_after(self) -> float:
        """Wait until the check after a bad answer has come; return how long after it."""

        def found() -> float:
            pairs = zip(self.answers, self.answers[1:], strict=False)
            return next((later.at - earlier.at for earlier, later in pairs if not earlier.is_good), 0.0)

        return wait_until(found, PATIENCE, "a check after a bad answer")


class _Page(BaseHTTPRequestHandler):
    """Every page says who serves it; a client may ask for as many as he likes over one connection."""

    protocol_version = "HTTP/1.1"
    server: "_WebServer"

    def do_GET(self) -> None:
        is_good = self.path not in self.server.checked or self.server.mood.takes(self.headers.get("Host", ""))
        body = f"{self.path} served by {self.server.name}\n".encode()
        self.send_response(200 if is_good else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name in http.server)
        """Say nothing."""


class _WebServer(ThreadingHTTPServer):
    """A web server on a socket that is there already."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, web: "Web", tls: ssl.SSLContext | None) -> None:
        super().__init__(("", 0), _Page, bind_and_activate=False)
        self.socket.close()
        self.socket, self.name, self.mood, self.checked, self.tls = listener, web.name, web.mood, web.checked, tls

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve a client in his thread, over TLS if that is wanted; a client that is gone is none of the server's business."""
        with suppress(OSError):
            talking = request if self.tls is None else self.tls.wrap_socket(request, server_side=True)
            super().finish_request(talking, client_address)


@define(eq=False)
class Web:
    """A web server of a host, over TLS with a certificate and its key in PEM; ``name`` is on every page.

    Pages that are ``checked`` it answers as its mood is.
    """

    host: Host
    port: int
    name: str
    certificate: str | None = None
    mood: Mood = field(factory=Mood)
    checked: tuple[str, ...] = (HEALTH,)
    _running: _WebServer | None = None

    def start(self) -> None:
        """Serve from now on."""
        listener = _bound(self.host, socket.SOCK_STREAM, self.port)
        listener.listen(64)
        tls = None if self.certificate is None else _presenting(self.certificate)
        self._running = _WebServer(listener, self, tls)
        threading.Thread(target=self._running.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Serve no more: who comes is refused."""
        running, self._running = self._running, None
        assert running is not None
        running.shutdown()
        running.socket.close()


class Loop:
    """An event loop in a thread, for servers that live in one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Have something done in the loop, and return what it comes to."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)


@define(eq=False)
class Mail:
    """A mail server of a host; one in a bad mood does not greet."""

    loop: Loop
    host: Host
    port: int = 25
    mood: Mood = field(factory=Mood)
    _running: asyncio.AbstractServer | None = None

    def start(self) -> None:
        """Serve from now on."""

        async def begin() -> asyncio.AbstractServer:
            listener = _bound(self.host, socket.SOCK_STREAM, self.port)
            return await asyncio.get_running_loop().create_server(self._greet, sock=listener)

        self._running = self.loop.run(begin())

    def _greet(self) -> asyncio.Protocol:
        return SMTP(Sink(), hostname="mail.example.com") if self.mood.takes() else _Refusing()

    def stop(self) -> None:
        """Serve no more."""
        running, self._running = self._running, None

        async def end() -> None:
            assert running is not None
            running.close()

        self.loop.run(end())


class _Refusing(asyncio.Protocol):
    """A mail server that has no time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"421 mail.example.com not now\r\n")
        transport.close()


@define(eq=False)
class Datagrams:
    """A server that answers datagrams with what ``answer`` makes of them, from the ``address`` it is at."""

    loop: Loop
    host: Host
    port: int
    answer: Callable[[bytes, bool], bytes | None]
    address: str = "::"
    mood: Mood = field(factory=Mood)
    _running: asyncio.DatagramTransport | None = None

    def start(self) -> None:
        """Serve from now on."""

        async def begin() -> asyncio.DatagramTransport:
            bound = _bound(self.host, socket.SOCK_DGRAM, self.port, self.address)
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: _Answering(self), sock=bound)
            return transport

        self._running = self.loop.run(begin())

    def stop(self) -> None:
        """Serve no more: the port is unreachable."""
        running, self._running = self._running, None

        async def end() -> None:
            assert running is not None
            running.abort()

        self.loop.run(end())


@define(eq=False)
class _Answering(asyncio.DatagramProtocol):
    service: Datagrams
    transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        answer = self.service.answer(data, self.service.mood.takes())
        if answer is not None:
            self.transport.sendto(answer, addr)


def answer_names(data: bytes, is_good: bool) -> bytes:
    """Answer a query of DNS: there is such a name, and nothing of the kind; or the server fails."""
    answer = dns.message.make_response(dns.message.from_wire(data))
    answer.set_rcode(dns.rcode.NOERROR if is_good else dns.rcode.SERVFAIL)
    return answer.to_wire()


def answer_in_kind(name: str) -> Callable[[bytes, bool], bytes | None]:
    """Return who answers with his name, or nothing."""
    return lambda _, is_good: f"served by {name}".encode() if is_good else None


def _bound(host: Host, kind: socket.SocketKind, port: int, address: str = "::") -> socket.socket:
    """Bind a port, at every address of both families if none is given."""
    own = host.socket(socket.AF_INET6, kind)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.bind((address, port))
    return own


def _presenting(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return context
