"""What the kernel tells of processes: its connector (linux/cn_proc.h) over netlink, and /proc.

The connector tells of the machine's processes in the first network namespace only, and whoever listens needs CAP_NET_ADMIN.
"""

import os
import socket
import struct
from collections.abc import Iterator

from kaspec.trackers.process import Exited, Forked
from kaspec.trackers.tracked import Process

NETLINK_CONNECTOR = 11
CN_IDX_PROC, CN_VAL_PROC = 1, 1
PROC_CN_MCAST_LISTEN = 1
NLMSG_DONE = 3
EVENT_FORK, EVENT_EXEC, EVENT_COMM, EVENT_EXIT = 0x1, 0x2, 0x200, 0x80000000
HEAD = struct.Struct("=IHHII")
CONNECTOR = struct.Struct("=IIIIHH")
EVENT = struct.Struct("=IIQ")
TWO, FOUR = struct.Struct("=II"), struct.Struct("=IIII")
DATAGRAM = 4096
SO_RCVBUFFORCE = 33


class Executed(int):
    """The pid of a process that executed a program or changed its name."""


Told = Forked | Exited | Executed


class Connector:
    """Listens to the kernel's events of processes."""

    def __init__(self, buffer: int | None, force: bool) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, NETLINK_CONNECTOR)
        try:
            if buffer is not None:
                self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE if force else socket.SO_RCVBUF, buffer)
            self._socket.bind((0, CN_IDX_PROC))
            listen = struct.pack("=I", PROC_CN_MCAST_LISTEN)
            message = CONNECTOR.pack(CN_IDX_PROC, CN_VAL_PROC, 0, 0, len(listen), 0) + listen
            self._socket.send(HEAD.pack(HEAD.size + len(message), NLMSG_DONE, 0, 0, 0) + message)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Return the descriptor, readable when events wait."""
        return self._socket.fileno()

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

    def events(self, most: int) -> Iterator[Told]:
        """Yield what waits, of whole processes only; raises ``OSError`` with ENOBUFS if some of it was lost."""
        for _ in range(most):
            try:
                data = self._socket.recv(DATAGRAM)
            except BlockingIOError:
                return
            told = _read(data)
            if told is not None:
                yield told


def _read(data: bytes) -> Told | None:
    start = HEAD.size + CONNECTOR.size
    if len(data) < start + EVENT.size + TWO.size:
        return None
    what, _, _ = EVENT.unpack_from(data, start)
    start += EVENT.size
    process, group = TWO.unpack_from(data, start)
    match what:
        case 0x1 if len(data) >= start + FOUR.size:
            _, parent, child, child_group = FOUR.unpack_from(data, start)
            return Forked(parent, child) if child == child_group else None
        case 0x2 | 0x200:
            return Executed(process) if process == group else None
        case 0x80000000:
            return Exited(process) if process == group else None
        case _:
            return None


def look(pid: int, arguments: bool) -> Process | None:
    """Return a process as /proc has it, with its ``arguments`` if they are wanted; ``None`` if it has ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            line = file.read()
        name, _, rest = line.partition(b"(")[2].rpartition(b")")
        if rest[1:2] in (b"Z", b"X"):
            return None
        words: tuple[str, ...] = ()
        if arguments:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                line = file.read()
            words = tuple(os.fsdecode(word) for word in line.removesuffix(b"\0").split(b"\0")) if line else ()
    except OSError:
        return None
    return Process(os.fsdecode(name), words)


def survey(arguments: bool) -> dict[int, Process]:
    """Look at every process there is."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return {pid: process for pid in pids if (process := look(pid, arguments)) is not None}
