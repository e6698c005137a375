"""Clients in the kernel lab: they ask for pages through a director, and some stay connected."""

import http.client
import socket
from contextlib import suppress
from typing import Self

from attrs import define

from conformance.lab.network import Host

PATIENCE = 5.0
PAGE = "/page"


def _connected(host: Host, source: str, virtual: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in virtual else socket.AF_INET
    own = host.socket(family, socket.SOCK_STREAM)
    own.settimeout(PATIENCE)
    own.bind((source, 0))
    own.connect((virtual, port))
    return own


@define(eq=False)
class Visitor:
    """A client with one connection, over which he may ask again and again."""

    _connection: http.client.HTTPConnection
    port: int

    @classmethod
    def arrive(cls, host: Host, source: str, virtual: str, port: int = 80) -> Self:
        """Connect from one of the host's addresses; raises ``OSError`` if nobody answers."""
        own = _connected(host, source, virtual, port)
        connection = http.client.HTTPConnection(virtual, port)
        connection.sock = own
        connection.auto_open = 0
        return cls(connection, own.getsockname()[1])

    def ask(self) -> str:
        """Ask for a page; return what it says; raises ``OSError`` or ``http.client.HTTPException`` if the connection does not live."""
        self._connection.request("GET", PAGE)
        with self._connection.getresponse() as response:
            assert response.status == http.client.OK, response.status
            return response.read().decode().strip().removeprefix(f"{PAGE} served by ")

    def leave(self) -> None:
        """Close the connection."""
        self._connection.close()


def page(host: Host, source: str, virtual: str, port: int = 80) -> str:
    """Ask for one page through a director; return who served it, or what went wrong."""
    try:
        visitor = Visitor.arrive(host, source, virtual, port)
        try:
            return visitor.ask()
        finally:
            visitor.leave()
    except (OSError, http.client.HTTPException) as error:
        return f"nobody: {error}"


def datagram(host: Host, source: str, virtual: str, port: int) -> str:
    """Send a datagram through a director; return who answered, or what went wrong."""
    family = socket.AF_INET6 if ":" in virtual else socket.AF_INET
    with host.socket(family, socket.SOCK_DGRAM) as own:
        own.settimeout(PATIENCE)
        own.bind((source, 0))
        own.connect((virtual, port))
        with suppress(OSError):
            own.send(b"who?")
            return own.recv(512).decode().removeprefix("served by ")
    return "nobody"
