"""Classic BPF socket filters (socket(7) SO_ATTACH_FILTER): what the kernel drops before it costs any Python.

A raw IPv4 socket's filter sees the datagram from its IP header on, an IPv6 one's only what follows that.
"""

import ctypes
import socket
from collections.abc import Collection, Iterator
from struct import pack

from kaspec.address import Family

_SO_ATTACH_FILTER = 26
_EVERYTHING = 0xFFFFFFFF
_LOAD_X_IP_HEADER_LENGTH, _LOAD_BYTE_AT_X, _LOAD_BYTE = 0xB1, 0x50, 0x30
_JUMP_GREATER, _JUMP_GREATER_OR_EQUAL, _RETURN = 0x25, 0x35, 0x06

Program = tuple[bytes, ...]
"""Instructions of eight bytes each (``struct sock_filter``)."""


def everything_passes() -> Program:
    """Drop nothing."""
    return (_instruction(_RETURN, _EVERYTHING),)


def nothing_passes() -> Program:
    """Drop everything."""
    return (_instruction(_RETURN, 0),)


def virtual_router_ids_pass(virtual_router_ids: Collection[int], family: Family = 4, behind: int = 0) -> Program:
    """Drop what has no VRID (the second byte of the message, in every version of VRRP) or another one.

    The message is ``behind`` so many bytes of another header after the IP header.

    Walks the runs of consecutive VRIDs in ascending order, so the usual few cost the kernel a few instructions.
    """
    load: Program = (_instruction(_LOAD_X_IP_HEADER_LENGTH, 0), _instruction(_LOAD_BYTE_AT_X, behind + 1))
    if family == 6:
        load = (_instruction(_LOAD_BYTE, behind + 1),)
    tests = (each for low, high in _runs(virtual_router_ids) for each in _run_passes(low, high))
    return (*load, *tests, *nothing_passes())


def attach(target: socket.socket, program: Program) -> None:
    """Put the filter into force, in place of any before it.  Raises ``OSError``."""
    instructions = ctypes.create_string_buffer(b"".join(program))
    target.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, pack("HP", len(program), ctypes.addressof(instructions)))


def _run_passes(low: int, high: int) -> Program:
    """Decide for VRIDs up to ``high``, knowing that lower runs have been decided; fall through for greater ones."""
    return (
        _instruction(_JUMP_GREATER, high, true=3),
        _instruction(_JUMP_GREATER_OR_EQUAL, low, false=1),
        *everything_passes(),
        *nothing_passes(),
    )


def _runs(numbers: Collection[int]) -> Iterator[tuple[int, int]]:
    low = previous = None
    for number in sorted(numbers):
        if low is not None and previous is not None and number > previous + 1:
            yield low, previous
            low = number
        low, previous = number if low is None else low, number
    if low is not None and previous is not None:
        yield low, previous


def _instruction(code: int, constant: int, true: int = 0, false: int = 0) -> bytes:
    return pack("=HBBI", code, true, false, constant)
