"""The lines from the BFD process to those that go by its sessions, past the parent, which is not to cost a millisecond.

The parent lays a line and holds both ends, so it outlives either process.  Whoever starts to listen asks for everything that is known; so
nothing is lost over a respawn or a reload, and neither process needs to know when the other began.
"""

import socket
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kaspec.frozen import frozen

if TYPE_CHECKING:  # The parent, which lays the lines, has no event loop.
    from asyncio import AbstractEventLoop

ASK = b"?"
LONGEST = 512
_GOOD, _BAD = b"+", b"-"

Said = tuple[str, bool]
"""A session's name, and whether it is Up."""


class Line:
    """Two ends, there from the first ``lay`` on."""

    def __init__(self) -> None:
        self._ends: tuple[socket.socket, socket.socket] | None = None

    def lay(self) -> None:
        """Have the line; to be called in the parent, before either process is forked."""
        if self._ends is None:
            self._ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            for end in self._ends:
                end.setblocking(False)

    @property
    def telling(self) -> socket.socket:
        """The BFD process's end."""
        assert self._ends is not None, "not laid"
        return self._ends[0]

    @property
    def hearing(self) -> socket.socket:
        """The end of the process that is told."""
        assert self._ends is not None, "not laid"
        return self._ends[1]


@frozen
class Lines:
    """One to each process that BFD may tell."""

    vrrp: Line
    checker: Line

    def lay(self) -> None:
        """Have both."""
        self.vrrp.lay()
        self.checker.lay()

    @property
    def telling(self) -> tuple[socket.socket, socket.socket]:
        """The BFD process's ends, to VRRP and to the checker."""
        return self.vrrp.telling, self.checker.telling


class Teller:
    """Tells what is found, and all that is ``known`` when asked, or when the line was full and has room again."""

    def __init__(self, loop: "AbstractEventLoop", end: socket.socket, known: Callable[[], Iterable[Said]]) -> None:
        self._loop, self._end, self._known = loop, end, known
        loop.add_reader(end.fileno(), self._asked)

    def tell(self, said: Iterable[Said]) -> None:
        """Send each; never blocks."""
        for name, good in said:
            try:
                self._end.send((_GOOD if good else _BAD) + name.encode(errors="surrogateescape"))
            except BlockingIOError:
                self._loop.add_writer(self._end.fileno(), self._catch_up)
                return

    def close(self) -> None:
        """Say no more; the line stays."""
        self._loop.remove_reader(self._end.fileno())
        self._loop.remove_writer(self._end.fileno())

    def _asked(self) -> None:
        if any(message == ASK for message in _messages(self._end)):
            self.tell(self._known())

    def _catch_up(self) -> None:
        self._loop.remove_writer(self._end.fileno())
        self.tell(self._known())


class Hearer:
    """Hands on what is told from now on, and asks for everything that is known."""

    def __init__(self, loop: "AbstractEventLoop", end: socket.socket, take: Callable[[str, bool], None]) -> None:
        self._loop, self._end, self._take = loop, end, take
        for _stale in _messages(end):
            continue
        loop.add_reader(end.fileno(), self._told)

    def ask(self) -> None:
        """Ask; a question that finds no room follows others that were not heard yet either, so it is not missed."""
        try:
            self._end.send(ASK)
        except BlockingIOError:
            return

    def close(self) -> None:
        """Hear no more; the line stays."""
        self._loop.remove_reader(self._end.fileno())

    def _told(self) -> None:
        for message in _messages(self._end):
            self._take(message[1:].decode(errors="surrogateescape"), message[:1] == _GOOD)


def _messages(end: socket.socket) -> Iterable[bytes]:
    while True:
        try:
            message = end.recv(LONGEST)
        except BlockingIOError:
            return
        if not message:
            return
        yield message
