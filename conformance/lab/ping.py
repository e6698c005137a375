"""A client that asks an address for an echo many times a second, and notes which machine answered what."""

import itertools
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from attrs import define, field, frozen

from conformance.lab.listening import listening
from conformance.lab.network import Host
from conformance.lab.waiting import wall_clock
from kaspec.address import family_of, parse_address
from kaspec.units import MILLISECOND, Instant, Interval
from kaspec.wire.checksum import checksum
from kaspec.wire.ip import Packet, decode_ip

PING_INTERVAL = Interval(20 * MILLISECOND)
_HEADER = struct.Struct("!BBHHH")


@frozen
class _Dialect:
    """ICMP of one family: its numbers (RFC 792, RFC 4443 4)."""

    family: int
    ethertype: int
    protocol: int
    request: int
    reply: int


_DIALECTS = {
    4: _Dialect(socket.AF_INET, 0x0800, socket.IPPROTO_ICMP, 8, 0),
    6: _Dialect(socket.AF_INET6, 0x86DD, socket.IPPROTO_ICMPV6, 128, 129),
}


@frozen
class Silence:
    """A time without an answer: from the last request that was answered to the next one that was."""

    start: Instant
    end: Instant

    @property
    def length(self) -> Interval:
        """How long it lasted; no shorter than the interval between two requests."""
        return Interval(self.end - self.start)


@define(eq=False)
class Ping:
    """The requests sent so far, by sequence number, and who answered them: hardware addresses."""

    target: str
    sent: list[Instant] = field(factory=list)
    answers: dict[int, str] = field(factory=dict)

    def answered_by(self) -> str | None:
        """Return the hardware address that answered one of the last three requests, ``None`` if none did."""
        last = len(self.sent) - 1
        return next((mac for sequence in range(last, last - 3, -1) if (mac := self.answers.get(sequence))), None)

    def longest_silence(self, since: Instant, until: Instant) -> Silence | None:
        """Return the longest gap between two answered requests of those that end in the time span; ``None`` if there is none."""
        answered = [at for sequence, at in enumerate(self.sent) if at <= until and sequence in self.answers]
        gaps = [Silence(start, end) for start, end in itertools.pairwise(answered) if end >= since]
        return max(gaps, key=lambda gap: gap.length, default=None)

    def lost(self) -> int:
        """Return how many requests have had no answer since the first that had one."""
        return max(0, len(self.sent) - min(self.answers, default=len(self.sent)) - len(self.answers))


@contextmanager
def pinging(host: Host, interface: str, target: str, interval: Interval = PING_INTERVAL) -> Iterator[Ping]:
    """Send echo requests from the host until left."""
    ping, stop, identifier = Ping(target), threading.Event(), os.getpid() & 0xFFFF
    address, dialect = parse_address(target), _DIALECTS[family_of(parse_address(target))]
    tap = host.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    tap.bind((interface, dialect.ethertype))

    def take(tap: socket.socket) -> None:
        datagram, (_, _, _, _, mac) = tap.recvfrom(2048)
        packet = decode_ip(datagram)
        if not isinstance(packet, Packet) or (packet.protocol, packet.source) != (dialect.protocol, address) or len(packet.payload) < 8:
            return
        kind, _, _, marked, sequence = _HEADER.unpack_from(packet.payload)
        if (kind, marked) == (dialect.reply, identifier):
            ping.answers.setdefault(_unwrap(sequence, len(ping.sent)), mac.hex(":"))

    def ask() -> None:
        with host.socket(dialect.family, socket.SOCK_RAW, dialect.protocol) as out:
            while not stop.wait(interval / 1e6):
                request = _echo_request(dialect.request, identifier, len(ping.sent) & 0xFFFF)
                ping.sent.append(wall_clock())
                with suppress(OSError):  # no route, or nobody resolves: as lost as any other
                    out.sendto(request, (target, 0))

    sender = threading.Thread(target=ask, daemon=True)
    with listening({tap: take}):
        sender.start()
        try:
            yield ping
        finally:
            stop.set()
            sender.join()


def _unwrap(sequence: int, sent: int) -> int:
    """Return which request a 16-bit sequence number means, given how many were sent."""
    return sent - ((sent - sequence) & 0xFFFF)


def _echo_request(kind: int, identifier: int, sequence: int) -> bytes:
    """Return the message; in IPv6 the kernel puts the right checksum in."""
    blank = _HEADER.pack(kind, 0, 0, identifier, sequence)
    return _HEADER.pack(kind, 0, checksum(blank), identifier, sequence)
