"""What a trace has happen to one of its routers, as a script: all that a neighbour, a switch and an operator can do to a device."""

from collections.abc import Iterator
from itertools import pairwise

from attrs import frozen

from conformance.peers.peer import Device
from kaspec.node import DatagramReceived, LinkChanged, Node
from kaspec.trace import language as t
from kaspec.trace import run
from kaspec.trace.configuration import groups_of, routers_of, unfold
from kaspec.trace.running import Judged
from kaspec.tracking import Link
from kaspec.units import Instant
from kaspec.vrrp.router import VirtualRouter


@frozen
class Starts:
    """The device is started."""


@frozen
class Stops:
    """The device is stopped as an operator does."""


@frozen
class Crashes:
    """Every process of the device is killed."""


Deed = Starts | Stops | Crashes | DatagramReceived | LinkChanged
"""What is done to a device; a datagram is sent by a neighbour on the LAN of the interface, and a link changes by its cable."""


@frozen
class Cue:
    """When on the trace's clock what is done, and when by the trace the device advertised last before that."""

    at: Instant
    deed: Deed
    after: Instant | None = None


@frozen
class Script:
    """How to play router ``name`` of a trace: what it is, what is done to it, how often it advertises by the trace, and when that ends.

    ``due`` is when after that a core with the trace's profile would have done something by itself.
    """

    name: str
    device: Device
    cues: tuple[Cue, ...]
    adverts: int
    ends: Instant
    due: Instant | None = None


@frozen
class Unplayable:
    """Why a trace cannot be played at a device."""

    reason: str


class _CannotPlayError(Exception):
    pass


def script(trace: t.Trace, name: str) -> Script | Unplayable:
    """Return how to play a router of a trace that ``parse`` accepted; raises ``LookupError`` if it has none of that name."""
    router = next((each for each in trace.routers if each.name == name), None)
    if router is None:
        raise LookupError(f"{trace.name} has no router {name}")
    cues, last, adverts, due = [], None, 0, None
    for judged in run(trace).moments:
        try:
            cues += [Cue(judged.moment.at, deed, last) for deed in _deeds(judged, name)]
        except _CannotPlayError as reason:
            return Unplayable(str(reason))
        sent = _adverts(judged.moment, name)
        last, adverts = judged.moment.at if sent else last, adverts + sent
        if judged.moment.subject.router == name:
            due = min((each.deadline.at for each in judged.seen if each.deadline.at is not None), default=None)
    if not cues or cues[0].deed != Starts():
        return Unplayable("something happens before it starts")
    deeds = [cue.deed for cue in cues]
    if any(deed == Starts() and before not in (Stops(), Crashes()) for before, deed in pairwise(deeds)):
        return Unplayable("it is started while it runs")
    return Script(name, _device(trace, router), tuple(cues), adverts, trace.timeline[-1].at, due)


def _device(trace: t.Trace, router: t.Router) -> Device:
    read = routers_of(router.configuration, trace.profile, trace.name)
    node = Node(tuple(each for each in read if isinstance(each, VirtualRouter)), groups_of(router.configuration))
    links = tuple(Link(each.name, each.up, each.addresses) for each in router.interfaces)
    return Device(node, unfold(router.configuration.text), links)


def _deeds(judged: Judged, name: str) -> Iterator[Deed]:
    """Return what a moment does to the router; raises if nobody outside can."""
    moment = judged.moment
    if moment.subject.router != name:
        return
    match moment.stimulus:
        case t.Starts():
            yield Starts()
        case t.Stops():
            yield Stops()
        case t.Crashes():
            yield Crashes()
        case t.Deadline():
            return
        case t.ReceivesAdvert() | t.ReceivesDatagram():
            assert isinstance(judged.event, DatagramReceived)
            yield judged.event
        case t.LinkIs(_, state, addresses):
            if state == "gone" or addresses is not None:
                raise _CannotPlayError("an interface comes, goes or changes its addresses")
            assert isinstance(judged.event, LinkChanged)
            yield judged.event
        case _:
            raise _CannotPlayError(f"line {moment.line}: this is not done from outside")


def _adverts(moment: t.Moment, name: str) -> int:
    """Return how often the router advertises then."""
    expected = moment.expectations if moment.subject.router == name else ()
    return sum(isinstance(item, t.Sends) for each in expected if not each.forbidden for item in each.items)
