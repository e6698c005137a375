"""Many datagrams in one system call (sendmmsg(2), recvmmsg(2)), over structures made once.

Measured here: an advertisement costs 2.2 us to send in a batch and 3.0 us by itself, 0.7 us to receive in a batch and 0.9 us by itself.  A
single datagram is cheaper without: it is sent by sendto(2).
"""

import ctypes
import errno
import socket
from collections.abc import Iterator, Sequence

from shell.syscalls import Iovec, Mmsghdr, Msghdr, recvmmsg, sendmmsg

SEND_SIZE = 256
RECEIVE_SIZE = 64
DATAGRAM_SIZE = 2048
"""Bytes of a datagram that are kept: an advertisement of 255 addresses has 1056.  A longer one is cut, which its IP header shows."""


class SendBatch:
    """Sends on one socket, to ``name`` unless told otherwise: the bytes of a ``struct sockaddr``; ``flags`` are those of send(2)."""

    def __init__(self, descriptor: int, flags: int = 0, name: bytes | None = None) -> None:
        self._descriptor = descriptor
        self._flags = flags | socket.MSG_DONTWAIT
        self._messages = (Mmsghdr * SEND_SIZE)()
        self._iovecs = [Iovec() for _ in range(SEND_SIZE)]
        for message, iovec in zip(self._messages, self._iovecs, strict=True):
            message.header.iov, message.header.iov_length = ctypes.pointer(iovec), 1
            message.header.name, message.header.name_length = name, len(name or b"")

    def send(self, datagrams: Sequence[bytes]) -> list[tuple[int, int]]:
        """Send each datagram, in order; return the place and the errno of each that was refused."""
        return [
            (start + place, code)
            for start in range(0, len(datagrams), SEND_SIZE)
            for place, code in self._send_some(datagrams[start : start + SEND_SIZE])
        ]

    def send_to(self, datagrams: Sequence[tuple[bytes, bytes]]) -> list[tuple[int, int]]:
        """Send each (name, datagram), in order; return the place and the errno of each that was refused."""
        refused = []
        for start in range(0, len(datagrams), SEND_SIZE):
            names, some = zip(*datagrams[start : start + SEND_SIZE], strict=True)
            for message, name in zip(self._messages, names, strict=False):
                message.header.name, message.header.name_length = name, len(name)
            refused += [(start + place, code) for place, code in self._send_some(some)]
        return refused

    def _send_some(self, datagrams: Sequence[bytes]) -> Iterator[tuple[int, int]]:
        for iovec, datagram in zip(self._iovecs, datagrams, strict=False):
            iovec.base, iovec.length = datagram, len(datagram)
        sent = 0
        while sent < len(datagrams):
            outcome = sendmmsg(self._descriptor, self._messages, sent, len(datagrams) - sent, self._flags)
            if outcome > 0:
                sent += outcome
            elif outcome != -errno.EINTR:
                yield sent, -outcome
                sent += 1


class _Stamp(ctypes.Structure):
    """The only control message asked for: a ``struct cmsghdr`` and the ``struct timespec`` in it."""

    _fields_ = (
        ("length", ctypes.c_size_t),
        ("level", ctypes.c_int),
        ("type", ctypes.c_int),
        ("seconds", ctypes.c_long),
        ("nanoseconds", ctypes.c_long),
    )


STAMP_SIZE = ctypes.sizeof(_Stamp)


class ReceiveBatch:
    """Receives from one socket into buffers it keeps: ``size`` bytes of each datagram.

    ``control_size`` and ``name_size`` are wanted where the time stamp is not all there is to know: then ``names`` and ``controls`` are the
    senders' addresses and the control messages after the stamp, place by place as ``receive`` last returned datagrams.
    """

    def __init__(self, descriptor: int, size: int = DATAGRAM_SIZE, control_size: int = STAMP_SIZE, name_size: int = 0) -> None:
        self._descriptor = descriptor
        self._slots = _slots(size)
        self._name_slots, self._control_slots = _slots(name_size), _slots(control_size)
        self._messages = (Mmsghdr * RECEIVE_SIZE)()
        for message, slot in zip(self._messages, self._slots, strict=True):
            message.header.iov = ctypes.pointer(Iovec(_address(slot), size))
            message.header.iov_length = 1
        for message, control in zip(self._messages, self._control_slots, strict=True):
            message.header.control, message.header.control_length = _address(control), control_size
        if name_size:
            for message, name in zip(self._messages, self._name_slots, strict=True):
                message.header.name, message.header.name_length = _address(name), name_size
        self._stamps = [_Stamp.from_buffer(control) for control in self._control_slots]
        fields = memoryview(self._messages).cast("B")
        self._lengths = fields.cast("I")[Mmsghdr.moved.offset // 4 :: ctypes.sizeof(Mmsghdr) // 4]
        self._control_lengths = fields.cast("L")[Msghdr.control_length.offset // 8 :: ctypes.sizeof(Mmsghdr) // 8]
        self._full = memoryview((ctypes.c_ulong * RECEIVE_SIZE)(*[control_size] * RECEIVE_SIZE)).cast("B").cast("L")
        self.names: list[bytes] = []
        self.controls: list[bytes] = []
        self._apart = name_size > 0

    def receive(self) -> list[tuple[int, bytes]]:
        """Return up to ``RECEIVE_SIZE`` datagrams, oldest first; fewer if there are no more now.

        Each comes with the wall-clock nanoseconds at which the kernel received it, 0 if it does not say (SO_TIMESTAMPNS, socket(7)).

        An error that waits on the socket (ENETDOWN, ENOBUFS) is cleared by being read and says nothing about the datagrams behind it.
        """
        for _ in range(2):
            count = recvmmsg(self._descriptor, self._messages, RECEIVE_SIZE, socket.MSG_DONTWAIT)
            if count > 0:
                lengths = self._lengths[:count].tolist()
                taken = zip(self._stamps, self._slots, lengths, strict=False)
                datagrams = [(stamp.seconds * 1_000_000_000 + stamp.nanoseconds, bytes(slot[:length])) for stamp, slot, length in taken]
                if self._apart:
                    self._set_apart(count)
                self._control_lengths[:count] = self._full[:count]
                return datagrams
            if count == -errno.EAGAIN:
                break
        return []

    def _set_apart(self, count: int) -> None:
        lengths = self._control_lengths[:count].tolist()
        self.names = [bytes(name) for name in self._name_slots[:count]]
        self.controls = [bytes(control[STAMP_SIZE:length]) for control, length in zip(self._control_slots, lengths, strict=False)]


def _slots(size: int) -> list[memoryview]:
    """Return a buffer of ``size`` bytes for each datagram of a batch."""
    buffer = memoryview(bytearray(RECEIVE_SIZE * size))
    return [buffer[size * place : size * (place + 1)] for place in range(RECEIVE_SIZE)]


def _address(slot: memoryview) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(slot))
