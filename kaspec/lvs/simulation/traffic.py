"""Traffic, as it is described on a command line and as the connections it comes to."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping

from kaspec.address import Address, Family, parse_address
from kaspec.frozen import evolve, frozen
from kaspec.lvs.model import AddressService, Service
from kaspec.lvs.schedulers.server import Key, Packet, Protocol
from kaspec.numbers import mixed
from kaspec.units import SECOND, Instant, Interval, seconds

MOST = 100_000
"""So many connections, or clients, at most."""
CLIENTS: Mapping[Family, Address] = {4: parse_address("10.0.0.0"), 6: parse_address("fd00::")}
"""Clients are numbered from here."""
PORTS = range(1024, 65536)


@frozen
class Turn:
    """At this time a server fails (its checkers say so), or comes back."""

    at: Instant
    server: Key
    back: bool


@frozen
class Traffic:
    """So many connections from so many clients, ``rate`` a second, each lasting between ``shortest`` and ``longest``.

    With ``skew`` s > 0, of client number n come connections in proportion to 1 / n to the power of s (a whole number), so that a few
    clients make most of them; with 0 all clients are alike.  ``seed`` chooses one run of many.
    """

    connections: int = 1000
    clients: int = 100
    rate: int = 100
    shortest: Interval = Interval(1 * SECOND)
    longest: Interval = Interval(10 * SECOND)
    skew: int = 0
    seed: int = 0
    turns: tuple[Turn, ...] = ()

    @property
    def length(self) -> Interval:
        """From the first connection to the last."""
        return Interval(self.connections * SECOND // self.rate)


@frozen
class Arrival:
    """A connection: to which of the services it comes, its first packet, and when it is closed."""

    service: int
    packet: Packet
    ends_at: Instant


def parse_traffic(text: str) -> Traffic | str:
    """Read words such as ``connections=1000 lasting=1-10 fail=192.0.2.1:80@5``, with blanks or commas between; or return what is wrong."""
    traffic = Traffic()
    for word in text.replace(",", " ").split():
        name, sign, value = word.partition("=")
        if not sign or name not in READERS:
            return f"{word!r} is not one of {', '.join(f'{each}=...' for each in READERS)}"
        try:
            traffic = READERS[name](traffic, value)
        except ValueError as error:
            return f"{word!r}: {error}"
    return evolve(traffic, turns=tuple(sorted(traffic.turns, key=lambda turn: turn.at)))


def _whole(value: str, least: int, most: int) -> int:
    if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
        raise ValueError(f"takes a whole number from {least} to {most}")
    return int(value)


def _lasting(traffic: Traffic, value: str) -> Traffic:
    shortest, _, longest = value.partition("-")
    first, last = seconds(shortest), seconds(longest or shortest)
    if not 0 <= first <= last:
        raise ValueError("takes seconds, or the least and the most seconds, as 1-10")
    return evolve(traffic, shortest=first, longest=last)


def _turn(traffic: Traffic, value: str, back: bool) -> Traffic:
    server, sign, when = value.rpartition("@")
    host, colon, port = server.rpartition(":")
    if not sign or not colon:
        raise ValueError("takes ADDRESS:PORT@SECONDS")
    key = Key(parse_address(host.strip("[]")), _whole(port, 0, 65535))
    return evolve(traffic, turns=(*traffic.turns, Turn(Instant(seconds(when)), key, back)))


READERS: Mapping[str, Callable[[Traffic, str], Traffic]] = {
    "connections": lambda traffic, value: evolve(traffic, connections=_whole(value, 1, MOST)),
    "clients": lambda traffic, value: evolve(traffic, clients=_whole(value, 1, MOST)),
    "rate": lambda traffic, value: evolve(traffic, rate=_whole(value, 1, 1_000_000)),
    "lasting": _lasting,
    "skew": lambda traffic, value: evolve(traffic, skew=_whole(value, 0, 5)),
    "seed": lambda traffic, value: evolve(traffic, seed=_whole(value, 0, 2**32)),
    "fail": lambda traffic, value: _turn(traffic, value, back=False),
    "return": lambda traffic, value: _turn(traffic, value, back=True),
}
"""By name: what reads the value into the traffic; raises ``ValueError``."""


def arrivals(traffic: Traffic, services: tuple[Service, ...]) -> Iterator[Arrival]:
    """Yield the connections in order; they go to the services in turn by client, each client to one of them."""
    ladder = _ladder(traffic)
    span = traffic.longest - traffic.shortest + 1
    for number in range(traffic.connections):
        drawn = tuple(mixed((traffic.seed << 32) + 3 * number + each) for each in range(3))
        client = bisect_right(ladder, drawn[0] % ladder[-1])
        at = Instant(number * SECOND // traffic.rate)
        port = PORTS[drawn[1] % len(PORTS)]
        service = client % len(services)
        packet = _packet(services[service], client, port, at)
        yield Arrival(service, packet, Instant(at + traffic.shortest + drawn[2] % span))


def _packet(service: Service, client: int, port: int, at: Instant) -> Packet:
    base = CLIENTS[service.family]
    source = Address((int.from_bytes(base) + 1 + client).to_bytes(len(base)))
    if isinstance(service, AddressService):
        protocol: Protocol = "udp" if service.protocol == "UDP" else "sctp" if service.protocol == "SCTP" else "tcp"
        return Packet(protocol, source, port, service.address, service.port or 80, at)
    return Packet("tcp", source, port, Address(b"\xc6\x33\x64\x01") if service.family == 4 else parse_address("2001:db8::1"), 80, at)


def _ladder(traffic: Traffic) -> list[int]:
    """Return running sums of the clients' shares."""
    ladder, total = [], 0
    for client in range(1, traffic.clients + 1):
        total += 10**12 // client**traffic.skew or 1
        ladder.append(total)
    return ladder
