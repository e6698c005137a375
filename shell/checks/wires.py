"""The sockets of checks that are under way: each turns what happens to it into events, and takes octets to send."""

import os
import select
import socket
from collections.abc import Sequence
from typing import Protocol

from kaspec.frozen import define
from kaspec.health.events import Connected, ConnectionFailed, ExchangeEvent, Received, StreamEnded, StreamFailed
from shell.checks.tls import PIECE, Layer

STREAMING = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
"""A stream says once what is new: that it can be written to, that something came, that it ended."""
_REFUSING = select.EPOLLERR | select.EPOLLHUP
_TELLING = ~select.EPOLLOUT
_ICMP_HEADER = 8
_CONNECTED = Connected()


class Wire(Protocol):
    """A socket under way; ``interest`` is what epoll is to tell of, and again at once (``modify``) while it ``may_hold_more``."""

    socket: socket.socket
    interest: int
    may_hold_more: bool

    def ready(self, mask: int) -> Sequence[ExchangeEvent]:
        """Return what has happened."""


@define(eq=False)
class Stream:
    """A TCP connection, with TLS if there is a ``layer``."""

    socket: socket.socket
    layer: Layer | None = None
    interest: int = STREAMING
    may_hold_more: bool = False
    _is_connected: bool = False
    _unsent: bytes = b""

    def ready(self, mask: int) -> Sequence[ExchangeEvent]:
        """Return what has happened: the connection is made or refused, octets came, it ended."""
        self.may_hold_more = False
        if not self._is_connected:
            return self._made(mask)
        if self._unsent:
            self._flush()
        return self._read() if mask & _TELLING else ()

    def send(self, octets: bytes) -> None:
        """Send, now or as soon as there is room."""
        if self.layer is None:
            self._unsent += octets
        else:
            self.layer.send(octets)
        self._flush()

    def _made(self, mask: int) -> Sequence[ExchangeEvent]:
        code = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if mask & _REFUSING else 0
        if code:
            return (ConnectionFailed(os.strerror(code)),)
        self._is_connected = True
        happened: list[ExchangeEvent] = [_CONNECTED]
        if self.layer is not None:
            happened += self.layer.take(b"")
            self._flush()
        if mask & _TELLING:
            happened += self._read()
        return happened

    def _read(self) -> Sequence[ExchangeEvent]:
        try:
            octets = self.socket.recv(PIECE)
        except BlockingIOError:
            return ()
        except OSError as error:
            return (StreamFailed(error.strerror or "the connection failed"),)
        self.may_hold_more = True
        if self.layer is None:
            return (Received(octets) if octets else StreamEnded(),)
        happened = self.layer.take(octets) if octets else self.layer.end()
        self._flush()
        return happened

    def _flush(self) -> None:
        """Send what can be; what that comes to is seen when reading."""
        if self.layer is not None:
            self._unsent += self.layer.give()
        try:
            if self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent = b""


@define(eq=False)
class Datagrams:
    """A UDP socket."""

    socket: socket.socket
    interest: int = select.EPOLLIN
    may_hold_more: bool = False

    def ready(self, mask: int) -> Sequence[ExchangeEvent]:
        """Return the datagram that came, or the ICMP error."""
        del mask
        try:
            return (Received(self.socket.recv(PIECE)),)
        except BlockingIOError:
            return ()
        except OSError as error:
            return (ConnectionFailed(error.strerror or "unreachable"),)


@define(eq=False)
class Echoes(Datagrams):
    """An ICMP socket: its answers are those to our own requests; the kernel sees to that."""

    def ready(self, mask: int) -> Sequence[ExchangeEvent]:
        """Return the payload of the answer, or the ICMP error."""
        return tuple(filter(None, map(_answer, Datagrams.ready(self, mask))))


def _answer(event: ExchangeEvent) -> ExchangeEvent | None:
    """Return an answer's payload, an error as it is, and nothing for what else may come."""
    if not isinstance(event, Received):
        return event
    return Received(event.octets[_ICMP_HEADER:] or b"\0") if event.octets[:1] in (b"\x00", b"\x81") else None


def echo_request(family: int, octets: bytes) -> bytes:
    """Write an ICMP echo request; identifier and checksum are the kernel's."""
    return bytes((8 if family == 4 else 128, 0, 0, 0, 0, 0, 0, 1)) + octets
