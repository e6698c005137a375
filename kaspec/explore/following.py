"""A trace as a way in a world: it says what happened to whom, and what the network did is seen by what did not arrive."""

from collections.abc import Iterator

from kaspec.explore.exploring import Explorer
from kaspec.explore.moves import Crashes, Delivers, LinkFlips, Loses, Move, Passes, Reaches, Starts, Stops, TrackedFlips
from kaspec.explore.playing import Stage
from kaspec.frozen import frozen
from kaspec.trace import Trace
from kaspec.trace import language as t
from kaspec.units import Instant, Interval, in_seconds
from kaspec.wire.ip import Packet, decode_ip


@frozen
class Followed:
    """A way in a world, and where and why it ends before what it follows does."""

    explorer: Explorer
    path: tuple[str, ...]
    complaint: str = ""


class _LostTrackError(Exception):
    """What the trace says next cannot be done."""


def follow(explorer: Explorer, trace: Trace) -> Followed:
    """Follow a trace as far as it goes in the explorer's world, whose hosts are its routers, by name or else in order."""
    hosts = explorer.steps.world.hosts
    names = [router.name for router in trace.routers]
    if len(names) != len(hosts):
        return Followed(explorer, (), f"the trace is of {len(names)} routers, and here are {len(hosts)}")
    places = {name: explorer.names.index(name) if set(names) == set(explorer.names) else number for number, name in enumerate(names)}
    stage, path = Stage.of(explorer.steps), list[str]()
    for moment in trace.timeline:
        try:
            for move in _moves(explorer, stage, moment, places[moment.subject.router]):
                path.append(_made(explorer, stage, move))
        except _LostTrackError as lost:
            return Followed(explorer, tuple(path), f"line {moment.line}: {lost}")
    return Followed(explorer, tuple(path))


def _made(explorer: Explorer, stage: Stage, move: Move) -> str:
    word = explorer.key(move)
    explorer.make(stage, word)
    return word


def _moves(explorer: Explorer, stage: Stage, moment: t.Moment, host: int) -> Iterator[Move]:
    """Return what must happen before a moment, and then the moment's own move; each is made before the next is asked for."""
    yield from _until(explorer, stage, moment.at)
    local = explorer.local(stage, host)
    match moment.stimulus:
        case t.Starts():
            yield Starts(host)
        case t.Stops():
            yield Stops(host)
        case t.Crashes():
            yield Crashes(host)
        case t.Deadline():
            yield Reaches(host)
        case t.ReceivesAdvert() | t.ReceivesDatagram():
            yield from _arrival(explorer, stage, moment, host)
        case t.LinkIs(interface, "up" | "down" as state, _):
            if any(link.name == interface and link.up != (state == "up") for link in local.links):
                yield LinkFlips(host, interface, state == "up")
        case t.Reports(tracker, finding) if finding is not None:
            if any(each == tracker and known.good != finding.good for each, known in local.findings):
                yield TrackedFlips(host, tracker, finding.good)
        case _:
            raise _LostTrackError("this cannot be made to happen in the explorer")


def _until(explorer: Explorer, stage: Stage, at: Instant) -> Iterator[Move]:
    """Let time pass until an instant; what should have arrived by then, and did not, was lost."""
    while stage.now < at:
        least = explorer.steps.until_something_must_happen(stage.state)
        if least:
            yield Passes(Interval(min(least, at - stage.now)))
            continue
        overdue = next((move for _, move in explorer.moves(stage) if isinstance(move, Loses)), None)
        if overdue is None:
            raise _LostTrackError(f"something is due at {in_seconds(stage.now)} s that the trace passes over")
        yield overdue


def _arrival(explorer: Explorer, stage: Stage, moment: t.Moment, host: int) -> Iterator[Move]:
    """What arrives must be under way; what was sent before it on that way was lost."""
    said = moment.stimulus
    for number, way in enumerate(explorer.ways):
        queue = explorer.steps.tables.queues.values[stage.state[explorer.steps.first_queue + number]]
        if way.receiver != host or not queue:
            continue
        datagrams = [explorer.steps.tables.datagrams.values[datagram] for datagram, _ in queue]
        fits = [place for place, data in enumerate(datagrams) if _is_the_one(data, said)]
        if fits:
            yield from [Loses(way)] * fits[0]
            yield Delivers(way)
            return
    raise _LostTrackError("nothing like this is under way: it comes from nobody here")


def _is_the_one(datagram: bytes, said: t.Stimulus) -> bool:
    if isinstance(said, t.ReceivesDatagram):
        return datagram == said.datagram
    packet = decode_ip(datagram)
    source = said.fields.source if isinstance(said, t.ReceivesAdvert) else None
    return source is None or (isinstance(packet, Packet) and packet.source == source)
