"""A run as a record: plain values, written as JSON and read back, from which a report can be made at any time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, cast, get_args

from attrs import asdict, field, frozen

from conformance.departures import Departure, known_of
from conformance.lab.capture import Frame
from conformance.replay.acts import Advertised, Announced, Done, Held, Told
from conformance.replay.judge import Refuted
from conformance.replay.script import Script
from conformance.replay.stage import Play
from conformance.runner.explaining import explanations
from conformance.runner.running import VERDICTS, Result, Verdict
from kaspec.address import format_address
from kaspec.node import DatagramReceived, LinkChanged
from kaspec.trace import language as t
from kaspec.trace.writing import write_expectation, write_stimulus
from kaspec.units import Instant
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.wire.authentication_header import AUTHENTICATION_HEADER_PROTOCOL
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, decode_ip

What = Literal["starts", "is stopped", "crashes", "is plugged", "is unplugged", "hears", "sends", "announces", "holds", "lets go"]
_ARP, _NEIGHBOUR_DISCOVERY = b"\x08\x06", frozenset({135, 136})


@frozen
class Line:
    """Something of the trace: when, in words; ``at`` is in microseconds on the trace's clock."""

    at: int
    text: str


@frozen
class Happening:
    """Something that was done to the device or that it did, microseconds after it began."""

    at: int
    what: What
    text: str = ""


@frozen
class Seen:
    """A frame, in hexadecimal, microseconds after the device began."""

    at: int
    frame: str


@frozen
class Reached:
    """A case at a peer and all that there is to know about it.

    ``refused`` is what the first impossible act was, of what was ``expected`` instead; ``departures`` name known ones, ``explained``
    whether a core that departs so does all that was seen.
    """

    case: str
    clauses: tuple[str, ...]
    peer: str
    verdict: Verdict
    words: str
    attempts: int = 1
    stimuli: tuple[Line, ...] = ()
    expected: tuple[Line, ...] = ()
    happened: tuple[Happening, ...] = ()
    refused: Line | None = None
    wanted: str = ""
    departures: tuple[str, ...] = ()
    explained: bool = False
    frames: tuple[Seen, ...] = field(default=(), repr=False)
    kept: str | None = None


@frozen
class Record:
    """A run: which peers in which versions, and every case at every peer."""

    peers: Mapping[str, str]
    cases: tuple[Reached, ...]

    @property
    def departures(self) -> tuple[Departure, ...]:
        """The known departures that some case shows."""
        return tuple(each for peer, version in self.peers.items() for each in known_of(peer, version) if self.showing(each))

    def showing(self, departure: Departure) -> tuple[Reached, ...]:
        """Return the cases that show a departure."""
        return tuple(each for each in self.cases if each.peer == departure.peer and departure.name in each.departures)


def record(results: Sequence[Result], versions: Mapping[str, str]) -> Record:
    """Return the record of a run."""
    return Record(dict(versions), tuple(_reached(each, versions.get(each.peer, "")) for each in results))


def _reached(result: Result, version: str) -> Reached:
    case, refuted = result.case, result.judged[0].answer if result.judged else None
    stimuli, expected = _script(case.trace, case.what.name) if isinstance(case.what, Script) else ((), ())
    known, explained = explanations(result, version) if result.verdict in {"fail", "undetermined"} else ((), False)
    return Reached(
        case.name, case.clauses, result.peer, result.verdict, result.words, result.attempts, stimuli, expected,
        tuple(_happened(result.played)) if result.played else (),
        Line(refuted.at, refuted.seen) if isinstance(refuted, Refuted) else None,
        refuted.expected if isinstance(refuted, Refuted) else "",
        tuple(each.name for each in known), explained,
        tuple(_seen(result.played)) if result.played else (),
        None if result.kept is None else str(result.kept.resolve()),
    )  # fmt: skip


def _script(trace: t.Trace, name: str) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return what is done to a router of a trace, and what is expected of it."""
    own = [moment for moment in trace.timeline if moment.subject.router == name]
    stimuli = tuple(Line(each.at, write_stimulus(each.stimulus)) for each in own if not isinstance(each.stimulus, t.Deadline))
    expected = tuple(
        Line(moment.at, write_expectation(each).removeprefix("=> "))
        for moment in trace.timeline
        for each in moment.expectations
        if (each.subject or moment.subject).router == name
    )
    return stimuli, expected


def _happened(played: Play) -> Iterator[Happening]:
    for each in played.story:
        match each:
            case Told(at, None):
                yield Happening(at, "crashes")
            case Told(at, Startup()):
                yield Happening(at, "starts")
            case Told(at, Shutdown()):
                yield Happening(at, "is stopped")
            case Told(at, DatagramReceived(_, datagram)):
                yield Happening(at, "hears", _in_short(datagram))
            case Told(at, LinkChanged(name, link)):
                yield Happening(at, "is plugged" if link is not None and link.up else "is unplugged", name)
            case Done(at, Advertised(packet)):
                yield Happening(at, "sends", f"priority {packet.payload[2]}" if len(packet.payload) > 2 else "an advertisement")
            case Done(at, Announced(address)):
                yield Happening(at, "announces", format_address(address))
            case Done(at, Held(held)):
                yield Happening(at, "holds" if held else "lets go", "its address")


def _in_short(datagram: bytes) -> str:
    packet = decode_ip(datagram)
    if isinstance(packet, Packet) and packet.protocol == VRRP_PROTOCOL and len(packet.payload) > 2:
        return f"priority {packet.payload[2]}"
    return "a datagram"


def _seen(played: Play) -> Iterator[Seen]:
    """Return the frames that VRRP, ARP and neighbour discovery are about, each until the judge looked away."""
    for frame in sorted(played.frames, key=lambda each: each.at):
        at = Instant(frame.at - played.began)
        if at <= played.until and _matters(frame):
            yield Seen(at, frame.data.hex())


def _matters(frame: Frame) -> bool:
    if frame.data[12:14] == _ARP:
        return True
    packet = decode_ip(frame.data[14:])
    if not isinstance(packet, Packet):
        return frame.data[12:14] not in {b"\x86\xdd", b"\x08\x00"}
    if packet.protocol == 58:
        return packet.payload[:1] != b"" and packet.payload[0] in _NEIGHBOUR_DISCOVERY
    return packet.protocol in {VRRP_PROTOCOL, AUTHENTICATION_HEADER_PROTOCOL}


def as_json(whole: Record) -> str:
    """Write everything: the peers, the known departures that some case shows, the verdicts by clause, and the cases."""
    clauses: dict[str, dict[str, list[str]]] = {}
    for each in whole.cases:
        for clause in each.clauses:
            clauses.setdefault(clause, {}).setdefault(each.peer, []).append(each.verdict)
    departures = [
        {"name": each.name, "peer": each.peer, "versions": each.versions, "does": each.does,
         "cases": [reached.case for reached in whole.showing(each)]}
        for each in whole.departures
    ]  # fmt: skip
    cases = [asdict(each) for each in whole.cases]
    return json.dumps({"peers": dict(whole.peers), "departures": departures, "clauses": clauses, "cases": cases}, indent=1)


def from_json(text: str) -> Record:
    """Read what ``as_json`` wrote.  Raises ``ValueError``, ``KeyError`` or ``TypeError`` if it is something else."""
    document = json.loads(text)
    return Record(document["peers"], tuple(map(_read, document["cases"])))


def _read(written: Mapping[str, Any]) -> Reached:
    if written["verdict"] not in VERDICTS:
        raise ValueError(f"{written['verdict']!r} is none of {', '.join(VERDICTS)}")
    known = dict(written)
    for name in ("stimuli", "expected"):
        known[name] = tuple(Line(**each) for each in known[name])
    known["happened"] = tuple(Happening(each["at"], _what(each["what"]), each["text"]) for each in known["happened"])
    known["frames"] = tuple(Seen(**each) for each in known["frames"])
    known["refused"] = None if known["refused"] is None else Line(**known["refused"])
    return Reached(**{**known, "clauses": tuple(known["clauses"]), "departures": tuple(known["departures"])})


def _what(word: str) -> What:
    if word not in get_args(What):
        raise ValueError(f"{word!r} is none of {', '.join(get_args(What))}")
    return cast("What", word)
