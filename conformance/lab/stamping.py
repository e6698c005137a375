"""The kernel's time stamps on what a socket hears: of packets when they came, of writes to a local socket when they were made.

Whoever reads late, because the machine is busy, still knows when it was.
"""

import socket
import struct

from kaspec.units import Instant

SO_TIMESTAMPNS = 35
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
