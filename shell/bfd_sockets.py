"""UDP sockets of BFD (RFC 5881 4): one to hear on for each family and port, one to send from for each session.

Nothing here blocks; what the kernel refuses comes back as ``Problem`` values.
"""

import errno
import random
import socket
import struct
from collections.abc import Iterator

from kaspec.address import Address, Family, format_address
from kaspec.bfd.session import Session
from kaspec.bfd.speaker import DatagramReceived
from kaspec.frozen import frozen
from kaspec.wire.bfd import MULTIHOP_PORT, SOURCE_PORTS
from shell.problem import Problem

LONGEST = 512
"""A packet is 24 bytes; what is longer is cut, and said to be too short for its own length if that matters."""
BURST = 64
"""Datagrams that are taken from a socket before deadlines get their turn."""
TRIES = 20
"""How many source ports are tried."""
_ANCILLARY = socket.CMSG_SPACE(4)
_IP_RECVTTL, _IPV6_RECVHOPLIMIT, _IPV6_HOPLIMIT = 12, 51, 52
_CS6 = 0xC0
_TC_PRIO_CONTROL = 7
_ANY: dict[Family, str] = {4: "0.0.0.0", 6: "::"}
_FAMILIES: dict[Family, socket.AddressFamily] = {4: socket.AF_INET, 6: socket.AF_INET6}


@frozen
class Place:
    """What one socket hears: a family and a port."""

    family: Family
    port: int


class BfdReceiver:
    """Hears one port of one family, with the TTL or hop limit of each datagram.  Raises ``OSError``: EADDRINUSE if others hear there."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._socket = socket.socket(_FAMILIES[place.family], socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            if place.family == 4:
                self._socket.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL, 1)
            else:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                self._socket.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVHOPLIMIT, 1)
            self._socket.bind((_ANY[place.family], place.port))
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._socket.fileno()

    def receive(self) -> Iterator[DatagramReceived]:
        """Yield what has come in, oldest first, up to a burst."""
        multihop, family = self._place.port == MULTIHOP_PORT, _FAMILIES[self._place.family]
        for _ in range(BURST):
            try:
                payload, ancillary, _, source = self._socket.recvmsg(LONGEST, _ANCILLARY)
            except OSError:  # nothing more, or an ICMP error for what some session sent
                return
            host = source[0].partition("%")[0]
            yield DatagramReceived(Address(socket.inet_pton(family, host)), multihop, _ttl(ancillary), payload)

    def close(self) -> None:
        """Free the descriptor."""
        self._socket.close()


class BfdSender:
    """Sends a session's packets, all from one port (RFC 5881 4), with its TTL; the socket is opened when there is something to send.

    It may be that the source address is not there yet: then each packet is another attempt.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._to = (format_address(session.neighbor), session.port)
        self._socket: socket.socket | None = None

    def send(self, payload: bytes) -> tuple[Problem, ...]:
        """Send; return what the kernel refused."""
        try:
            if self._socket is None:
                self._socket = _open(self._session)
            self._socket.sendto(payload, self._to)
        except OSError as error:
            hint = _HINTS.get(error.errno or 0, "")
            return (Problem(f"({self._session.name}) cannot send to {self._to[0]}", error.errno or 0, hint),)
        return ()

    def adjust(self, session: Session) -> None:
        """Go on for the same session under a new configuration, from the same port."""
        self._session = session
        if self._socket is not None:
            _set_ttl(self._socket, session)

    def close(self) -> None:
        """Free the descriptor."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _open(session: Session) -> socket.socket:
    opened = socket.socket(_FAMILIES[session.family], socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        _set_ttl(opened, session)
        level, kind = (socket.IPPROTO_IP, socket.IP_TOS) if session.family == 4 else (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)
        opened.setsockopt(level, kind, _CS6)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, _TC_PRIO_CONTROL)
        _bind(opened, _ANY[session.family] if session.source is None else format_address(session.source))
    except OSError:
        opened.close()
        raise
    return opened


def _set_ttl(opened: socket.socket, session: Session) -> None:
    if session.family == 4:
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, session.sent_ttl)
    else:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, session.sent_ttl)


def _bind(opened: socket.socket, source: str) -> None:
    """Bind to a free port that RFC 5881 4 allows."""
    ports = random.sample(SOURCE_PORTS, TRIES)
    for port in ports:
        try:
            opened.bind((source, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE or port == ports[-1]:
                raise
        else:
            return


def _ttl(ancillary: list[tuple[int, int, bytes]]) -> int:
    """Return what the kernel told; it always does, and 0 is what no session that looks at it accepts."""
    told = {(level, kind): data for level, kind, data in ancillary}
    data = told.get((socket.IPPROTO_IP, socket.IP_TTL)) or told.get((socket.IPPROTO_IPV6, _IPV6_HOPLIMIT)) or bytes(4)
    (value,) = struct.unpack("=i", data[:4])
    assert isinstance(value, int)
    return value


_HINTS = {
    errno.EADDRNOTAVAIL: "source_ip is not an address of this host (yet)",
    errno.ENETUNREACH: "there is no route to it",
    errno.EHOSTUNREACH: "there is no route to it",
    errno.EPERM: "a packet filter of this host drops it: let UDP to ports 3784 and 4784 out",
}
