"""The channel between the parent and a child: messages as length-prefixed pickles over a socket pair.

The parent's end never blocks: what the child does not take yet is kept and sent when the socket is writable again.  The end of the
channel is a message too: the parent is gone (or the process was asked to end), so the child shuts down cleanly.
"""

import pickle
import select
import signal
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

from attrs import field

from kaspec.config.model import Configuration
from kaspec.frozen import frozen

LENGTH = struct.Struct("!I")
CHUNK = 1 << 16


@frozen
class Reload:
    """Run this configuration from now on."""

    configuration: Configuration = field(repr=False)


@frozen
class Stop:
    """End cleanly: priority 0 out, virtual addresses removed."""


@frozen
class WriteData:
    """Write ``keepalived.data``."""


@frozen
class WriteStats:
    """Write ``keepalived.stats``."""


@frozen
class ClearStats:
    """Write ``keepalived.stats``, then start counting at nought."""


@frozen
class WriteJson:
    """Write ``keepalived.json``."""


Message = Reload | Stop | WriteData | WriteStats | ClearStats | WriteJson


@frozen
class Received:
    """What had arrived: whole messages in order, and whether the channel has ended."""

    messages: tuple[Message, ...]
    ended: bool


class Channel:
    """One end.  ``fileno`` is for a selector; no method blocks but ``__iter__``."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._socket = end
        self._incoming = bytearray()
        self._outgoing = bytearray()
        self._stirring: tuple[socket.socket, socket.socket] | None = None
        self._readable = select.epoll()
        self._readable.register(end, select.EPOLLIN)

    @classmethod
    def pair(cls) -> tuple["Channel", "Channel"]:
        """Return the two ends of a new channel; both are close-on-exec."""
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        return cls(one), cls(other)

    def fileno(self) -> int:
        """Return the descriptor: readable when ``receive`` has something to say."""
        return self._readable.fileno()

    @property
    def outlet(self) -> int:
        """The descriptor that is writable when ``flush`` can send."""
        return self._socket.fileno()

    def stir(self) -> None:
        """Have every signal that this process handles make the channel readable, so that ``end`` is noticed however it comes.

        Without it a signal in the instant between Python's last look and the system call that waits would be heeded only once
        something else happens.
        """
        self._stirring = hearing, told = socket.socketpair()
        for end in self._stirring:
            end.setblocking(False)
        self._readable.register(hearing, select.EPOLLIN)
        signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)

    @property
    def unsent(self) -> bool:
        """Whether something waits for the socket to be writable: then call ``flush``."""
        return bool(self._outgoing)

    def send(self, message: Message) -> None:
        """Send a message, now or as soon as the other side takes it; one to a process that has ended is lost."""
        body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        self._outgoing += LENGTH.pack(len(body)) + body
        self.flush()

    def flush(self) -> None:
        """Send what the socket takes without blocking."""
        while self._outgoing:
            try:
                sent = self._socket.send(self._outgoing[:CHUNK])
            except BlockingIOError:
                return
            except OSError:
                self._outgoing.clear()
                return
            del self._outgoing[:sent]

    def receive(self) -> Received:
        """Take what has arrived."""
        self._settle()
        ended = False
        while not ended:
            try:
                chunk = self._socket.recv(CHUNK)
            except BlockingIOError:
                break
            except OSError:
                chunk = b""
            ended = not chunk
            self._incoming += chunk
        return Received(tuple(self._whole_messages()), ended)

    def __iter__(self) -> Iterator[Message]:
        """Yield messages as they come, until the channel ends; blocks, for a process that has nothing else to do."""
        readable = select.poll()
        readable.register(self, select.POLLIN)
        ended = False
        while not ended:
            readable.poll()
            received = self.receive()
            yield from received.messages
            ended = received.ended

    def end(self) -> None:
        """End our own reading: the next ``receive`` reports the end.  For signal handlers."""
        try:
            self._socket.shutdown(socket.SHUT_RD)
        except OSError:
            return

    def close(self) -> None:
        """Close this end; the other side sees the channel end."""
        for each in (self._readable, self._socket, *(self._stirring or ())):
            each.close()

    def _settle(self) -> None:
        """Take the signals' numbers: by now their handlers have run."""
        if self._stirring is not None:
            with suppress(BlockingIOError):
                self._stirring[0].recv(CHUNK)

    def _whole_messages(self) -> Iterator[Message]:
        while len(self._incoming) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._incoming)
            if len(self._incoming) < LENGTH.size + length:
                return
            body = bytes(self._incoming[LENGTH.size : LENGTH.size + length])
            del self._incoming[: LENGTH.size + length]
            message: Message = pickle.loads(body)
            yield message
