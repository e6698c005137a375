"""The captures of real peers, the configurations that made them, and what can be done to a capture."""

from collections.abc import Sequence
from pathlib import Path

from attrs import evolve, frozen

from kaspec.config import read
from kaspec.judge import Capture, Host, capture_of
from kaspec.judge.profiles import PROFILES
from kaspec.judge.sightings import Advert, sighting
from kaspec.units import Instant, Interval
from kaspec.wire.ip import Malformed, decode_ip
from kaspec.wire.pcap import Captured, decode_captured
from kaspec.wire.vrrp import Undecodable, decode, encode

FOLDER = Path(__file__).parents[3] / "conformance" / "captures"
SECOND = Interval(1_000_000)


@frozen
class Recorded:
    """A capture, and the configurations, each with its profile, of those who are in it.

    ``excused`` are mutants that the protocol does not make impossible, by what was done to which frame: a router whose first advertisement
    is left out may have been Master before; one whose last is left out may have crashed; what moves by less than the tolerance is late.
    """

    name: str
    configurations: tuple[str, ...]
    interval: Interval = SECOND
    excused: frozenset[tuple[str, int]] = frozenset()

    @property
    def frames(self) -> list[Captured]:
        found = decode_captured((FOLDER / f"{self.name}.pcap").read_bytes())
        assert not isinstance(found, Malformed)
        return list(found)

    @property
    def hosts(self) -> tuple[Host, ...]:
        return tuple(map(host, self.configurations))


def host(name: str, *, priority: int | None = None) -> Host:
    """Read a configuration; ``frr`` in its name says whose it is."""
    file = FOLDER / "judged" / f"{name}.conf"
    reading = read(file.read_text(), str(file))
    assert not reading.diagnostics, reading.diagnostics
    profile, departures = PROFILES["frr" if "frr" in name else "keepalived"]
    configuration = reading.configuration
    if priority is not None:
        configuration = evolve(configuration, routers=tuple(evolve(each, priority=priority) for each in configuration.routers))
    return Host(name, configuration, (), profile, departures)


def _pair(name: str, configuration: str, interval: Interval = SECOND, *excused: tuple[str, int]) -> Recorded:
    return Recorded(name, (f"ka-{configuration}-a", f"ka-{configuration}-b"), interval, frozenset(excused))


RECORDED = (
    _pair("ka227-v2-none-failover-prio0", "v2-none", SECOND, ("removed", 1), ("removed", 31)),
    _pair("ka227-v2-pass", "v2-pass", SECOND, ("removed", 1), ("removed", 42)),
    _pair("ka227-v2-ah", "v2-ah", SECOND, ("removed", 1), ("removed", 44)),
    _pair("ka227-v3-ipv4", "v3-ipv4", SECOND, ("removed", 1), ("removed", 58)),
    _pair(
        "ka227-v3-ipv4-100ms", "v3-ipv4-100ms", Interval(100_000), ("removed", 1), ("removed", 40), ("removed", 71), ("removed", 72),
        ("later", 72),
    ),
    _pair("ka227-v3-ipv4-vmac", "v3-ipv4-vmac", SECOND, ("removed", 5), ("removed", 37)),
    _pair("ka227-v3-ipv6", "v3-ipv6", SECOND, ("removed", 5), ("removed", 66)),
    _pair("ka227-v3-ipv6-vmac", "v3-ipv6-vmac", SECOND, ("removed", 10), ("removed", 46)),
    Recorded("frr844-v3-ipv4-ipv6", ("frr-v3",), SECOND, frozenset({("removed", 7), ("removed", 30), ("removed", 31)})),
    Recorded("frr844-v2-ipv4", ("frr-v2",), SECOND, frozenset({("removed", 1), ("removed", 34)})),
    Recorded(
        "frr-8.4.4-ipv6-first-advert-late", ("late-frr", "late-other"), Interval(500_000),
        frozenset({("removed", each) for each in (1, 9)}),
    ),
    Recorded(
        "frr844-ka227-v3-interop", ("frr-v3", "ka-interop"), SECOND,
        frozenset({("removed", each) for each in (1, 2, 13, 14, 84, 85)}),
    ),
)  # fmt: skip

STRANGER = bytes([10, 99, 0, 3])
"""Who injects wrong packets in frr844-v2-ipv4.pcap."""


def adverts(frames: Sequence[Captured]) -> list[int]:
    """Return the places of the advertisements of those who are judged."""
    shown = ((place, sighting(link_type, frame)) for place, (_, link_type, frame) in enumerate(frames))
    return [place for place, each in shown if isinstance(each, Advert) and each.packet.source != STRANGER]


def mutant(frames: Sequence[Captured], place: int, how: str, interval: Interval) -> Capture:
    """Spoil a capture in one way."""
    at, link_type, frame = frames[place]
    before, after = list(frames[:place]), list(frames[place + 1 :])
    spoilt = {
        "removed": [],
        "doubled": [(at, link_type, frame)] * 2,
        "later": [(Instant(at + interval), link_type, frame)],
        "earlier": [(Instant(at - interval), link_type, frame)],
        "raised": [(at, link_type, _raised(frame) if how == "raised" else frame)],
    }[how]
    found = capture_of([*before, *spoilt, *after])
    assert isinstance(found, Capture)
    return found


def _raised(frame: bytes) -> bytes:
    """Raise the priority by one, checksum and all."""
    packet = decode_ip(frame[14:])
    assert not isinstance(packet, Malformed)
    ends = packet.source, packet.destination
    read_ = decode(3 if packet.payload[0] >> 4 == 3 else 2, packet.payload, ends)
    assert not isinstance(read_, Undecodable)
    header = len(frame) - len(packet.payload)
    return frame[:header] + encode(evolve(read_, priority=read_.priority + 1), ends)
