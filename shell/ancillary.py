"""IPv6 raw sockets give payloads; the header that the kernel took off is put back from what it tells beside them (RFC 3542).

So an event is the same bytes in either family, and a recording holds what was on the wire.
"""

import socket
from collections.abc import Iterator
from functools import lru_cache
from struct import Struct

from kaspec.address import Address
from kaspec.wire.ip import VRRP_PROTOCOL
from kaspec.wire.vrrp import LONGEST_MESSAGE
from shell.batch import STAMP_SIZE, ReceiveBatch

PAYLOAD_SIZE = -(-LONGEST_MESSAGE // 64) * 64
"""Bytes of a payload that are kept: a message of 255 IPv6 addresses fits."""
_CONTROL_SIZE, _NAME_SIZE = STAMP_SIZE + 3 * 40, 32
_NAME = Struct("=HHI16sI")
_CONTROL = Struct("=Qii")
_HEADER = Struct("!IHBB16s16s")
_NUMBER, _PACKET_INFO = Struct("=i"), Struct("=16si")
_IPV6_PKTINFO, _IPV6_HOPLIMIT, _IPV6_TCLASS = 50, 52, 67
_RECEIVE_OPTIONS = (49, 51, 66)
"""IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT and IPV6_RECVTCLASS: all that the header has beside the payload's source."""


class HeaderedBatch:
    """Receives from one IPv6 raw socket, header put back; like ``ReceiveBatch``."""

    def __init__(self, target: socket.socket) -> None:
        for option in _RECEIVE_OPTIONS:
            target.setsockopt(socket.IPPROTO_IPV6, option, 1)
        self._batch = ReceiveBatch(target.fileno(), PAYLOAD_SIZE, _CONTROL_SIZE, _NAME_SIZE)

    def receive(self) -> list[tuple[int, bytes]]:
        """Return up to ``RECEIVE_SIZE`` datagrams, oldest first, each with the nanoseconds at which the kernel received it."""
        return [
            (stamp, _header(name, control, len(payload)) + payload)
            for (stamp, payload), name, control in zip(self._batch.receive(), self._batch.names, self._batch.controls, strict=False)
        ]


@lru_cache(maxsize=1024)
def _header(name: bytes, control: bytes, length: int) -> bytes:
    """Return the IPv6 header; ``control`` are the control messages after the time stamp.  One sender's packets all have the same."""
    source = Address(_NAME.unpack_from(name)[3])
    told = dict(_messages(control))
    (hop_limit,), (traffic_class,) = (_NUMBER.unpack_from(told[kind]) for kind in (_IPV6_HOPLIMIT, _IPV6_TCLASS))
    destination, _ = _PACKET_INFO.unpack_from(told[_IPV6_PKTINFO])
    return _HEADER.pack(6 << 28 | traffic_class << 20, length, VRRP_PROTOCOL, hop_limit, source, destination)


def _messages(control: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk the control messages of IPv6 (cmsg(3))."""
    at = 0
    while at + _CONTROL.size <= len(control):
        length, level, kind = _CONTROL.unpack_from(control, at)
        if length < _CONTROL.size:
            return
        if level == socket.IPPROTO_IPV6:
            yield kind, control[at + _CONTROL.size : at + length]
        at += length + 7 & ~7
