"""Requests to the routing side of the kernel, in batches (rtnetlink(7)): it answers within the system call, so nothing here waits."""

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from kaspec.frozen import frozen
from shell import rtnetlink
from shell.problem import Problem
from shell.rtnetlink import EndOfDump, Refusal, Report

BATCH_BYTES = 32 << 10
"""Bytes of one batch: below a socket's default send buffer, and all its refusals fit our receive buffer."""
BUFFER = 1 << 20
DATAGRAM = 64 << 10

_SOL_NETLINK = 270
_NETLINK_CAP_ACK, _NETLINK_EXT_ACK, _NETLINK_GET_STRICT_CHK = 10, 11, 12
_SO_RCVBUFFORCE = 33
_DUMP_ATTEMPTS = 5


@frozen
class Request:
    """One change: ``what`` names it to the operator, ``fine`` are the errnos that mean it is so already."""

    message: bytes
    what: str
    fine: tuple[int, ...] = ()


class Requests:
    """A socket for requests, in the network namespace that the process is in when this is made; raises ``OSError``.

    ``hints`` say by errno what an operator can do about a refusal.
    """

    def __init__(self, hints: Mapping[int, str], buffer: int = BUFFER, force: bool = True) -> None:
        self._hints = hints
        self._socket = open_netlink(buffer, force)
        self._socket.bind((0, 0))
        for option in (_NETLINK_CAP_ACK, _NETLINK_EXT_ACK, _NETLINK_GET_STRICT_CHK):
            self._socket.setsockopt(_SOL_NETLINK, option, 1)

    @property
    def port(self) -> int:
        """The port by which the kernel's notifications name us."""
        return int(self._socket.getsockname()[0])

    def close(self) -> None:
        """Free the descriptor."""
        self._socket.close()

    def carry_out(self, requests: Sequence[Request]) -> Iterator[Problem]:
        """Make changes in order, in as few system calls as can be; yield a problem for each that the kernel refused."""
        for batch in _batches(requests):
            for place, code, words in self.transact([request.message for request in batch]):
                if code not in batch[place].fine:
                    yield Problem(batch[place].what, code, self._hints.get(code, words))

    def transact(self, messages: list[bytes]) -> Iterator[tuple[int, int, str]]:
        """Send one batch; yield the place, the errno and the kernel's words for each message that was refused."""
        try:
            self._socket.send(rtnetlink.numbered(messages))
        except OSError as error:
            yield from ((place, error.errno or 0, "") for place in range(len(messages)))
        with suppress(BlockingIOError):
            while True:
                for report in rtnetlink.read(self._socket.recv(DATAGRAM, socket.MSG_DONTWAIT)):
                    if isinstance(report, Refusal):
                        yield report.sequence, report.code, report.words

    def dump(self, request: bytes, raw: list[bytes] | None = None) -> tuple[Report, ...]:
        """Ask for a list, again if it changed while it was read; raises ``OSError`` if the kernel does not give it.

        Everything that was received is added to ``raw``, for those who read more of it.
        """
        for _ in range(_DUMP_ATTEMPTS):
            self._socket.send(request)
            reports: list[Report] = []
            while not (reports and isinstance(reports[-1], EndOfDump)):
                data = self._socket.recv(DATAGRAM)
                reports += rtnetlink.read(data)
                if raw is not None:
                    raw.append(data)
                if reports and isinstance(refusal := reports[-1], Refusal):
                    raise OSError(refusal.code, refusal.words or os.strerror(refusal.code))
            if all(report.consistent for report in reports if isinstance(report, EndOfDump)):
                break
        return tuple(reports)


def open_netlink(receive_buffer: int, force: bool = True, protocol: int = socket.NETLINK_ROUTE) -> socket.socket:
    """Open a socket whose buffer may, by ``force``, exceed net.core.rmem_max, which needs CAP_NET_ADMIN."""
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    if not force:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        return opened
    try:
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, receive_buffer)
    except PermissionError:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    return opened


def _batches(requests: Sequence[Request]) -> Iterator[list[Request]]:
    """Split what is too much for one system call."""
    batch: list[Request] = []
    size = 0
    for request in requests:
        if batch and size + len(request.message) > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(request)
        size += len(request.message)
    if batch:
        yield batch
