"""The kernel's time stamps on what a socket hears: of packets when they came, of writes to a local socket when they were made.

Whoever reads late, because the machine is busy, still knows when it was.
"""

import socket
import struct

from kaspec.units import Instant

SO_SNDBUFFORCE, SO_TIMESTAMPNS = 32, 35
BUFFER = 4 << 20
"""How many bytes may be written before they are read: whoever tells something is not to wait for whoever hears it."""
_STAMP = struct.Struct("@ll")


def stamping(listener: socket.socket) -> None:
    """Have the kernel stamp what a socket hears from now on."""
    listener.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)


def stamp(ancillary: list[tuple[int, int, bytes]]) -> Instant:
    """Return when the kernel saw what came with this ancillary data."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            whole, nanoseconds = _STAMP.unpack(data)
            return Instant(whole * 1_000_000 + nanoseconds // 1000)
    raise AssertionError("the kernel stamped no time")


def stamped_pair() -> tuple[socket.socket, socket.socket]:
    """Return two ends, of which the first hears what is written to the second, with the instant of each write."""
    reading, writing = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    stamping(reading)
    try:
        writing.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER)
    except PermissionError:
        writing.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    return reading, writing
