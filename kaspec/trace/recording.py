"""A run, written down as a trace while it happens: ``header`` once, then one ``entry`` an event (and ``reloaded`` for a reload).

What comes out is a trace that ``kaspec trace run`` replays to the same states and effects.  Pure: the driver brings the instants and
writes the text.  A recording holds the configuration, passwords included.
"""

from collections.abc import Iterable
from typing import assert_never

from kaspec.address import Address
from kaspec.frozen import evolve, frozen
from kaspec.node import ClockSet, DatagramReceived, DeadlinesReached, LinkChanged, NodeEvent, Outcome, TrackerReported, Transition
from kaspec.trace import language as t
from kaspec.trace.adverts import describe
from kaspec.trace.configuration import block
from kaspec.trace.held import Loses
from kaspec.trace.observing import as_one, seen
from kaspec.trace.writing import moment_lines, write
from kaspec.tracking import Link
from kaspec.units import Instant, after
from kaspec.vrrp.authentication import Keyed
from kaspec.vrrp.events import DeadlineReached, HoldingsLost, Shutdown, Startup
from kaspec.vrrp.holdings import Holding, PolicyRule, Route, VirtualAddress
from kaspec.wire.ip import Malformed, decode_ip


@frozen
class Recording:
    """Of the router called ``name`` (a word of letters, digits, ``_ . -``), from the instant ``began``, which is 0 in the trace."""

    name: str
    began: Instant


def header(recording: Recording, configuration: str, links: Iterable[Link] = ()) -> str:
    """Return the beginning of the trace: the configuration as the daemon read it, and the interfaces before Startup."""
    interfaces = tuple(t.Interface(link.name, link.addresses, link.up) for link in links)
    router = t.Router(recording.name, interfaces, block(configuration))
    return write(t.Trace((t.Recorded(recording.began),), (router,), ())) + "\n"


def entry(recording: Recording, event: NodeEvent, transition: Transition, at: Instant) -> str:
    """Return the lines for one event of the node and what came of it."""
    subject, stimulus = _stimulus(recording, event, transition, at)
    return _lines(recording, t.Moment(_since(recording, at), subject, stimulus), transition)


def reloaded(recording: Recording, configuration: str, transition: Transition, at: Instant) -> str:
    """Return the lines for a reload: the new configuration, and what ``kaspec.node.reconfigure`` made of it."""
    return _lines(recording, t.Moment(_since(recording, at), t.Subject(recording.name), t.Reloads(block(configuration))), transition)


def _lines(recording: Recording, moment: t.Moment, transition: Transition) -> str:
    expectations = [_expectation(recording, outcome) for outcome in as_one(transition.steps)]
    if transition.unclaimed:
        expectations.append(t.Expectation(t.Subject(recording.name), (t.Discarded(),), transition.unclaimed.rule))
    return "\n".join(moment_lines(evolve(moment, expectations=tuple(expectations)))) + "\n"


def _since(recording: Recording, at: Instant) -> Instant:
    return Instant(at - recording.began)


def _stimulus(recording: Recording, event: NodeEvent, transition: Transition, at: Instant) -> tuple[t.Subject, t.Stimulus]:
    everyone = t.Subject(recording.name)
    match event:
        case Startup():
            return everyone, t.Starts()
        case Shutdown():
            return everyone, t.Stops()
        case DeadlinesReached():
            reached = tuple(outcome.router.name for outcome in transition.steps if isinstance(outcome.event, DeadlineReached))
            return evolve(everyone, instances=reached), t.Deadline()
        case LinkChanged(name, link):
            return everyone, t.LinkIs(name, "up" if link.up else "down", link.addresses) if link else t.LinkIs(name, "gone")
        case TrackerReported(tracker, finding):
            return everyone, t.Reports(tracker, finding)
        case ClockSet(epoch):
            return everyone, t.ClockIs(after(at, epoch))
        case HoldingsLost(holdings):
            return everyone, _lost(holdings)
        case DatagramReceived():
            return _received(recording, event, transition)
        case _:
            assert_never(event)


def _lost(holdings: tuple[Holding, ...]) -> Loses:
    return Loses(
        tuple((each.address, each.prefix_length) for each in holdings if isinstance(each, VirtualAddress)),
        tuple((each.destination, each.prefix_length) for each in holdings if isinstance(each, Route)),
        tuple(each.priority for each in holdings if isinstance(each, PolicyRule)),
    )


def _received(recording: Recording, event: DatagramReceived, transition: Transition) -> tuple[t.Subject, t.Stimulus]:
    """Name the packet by what differs from its receiver's own; one that nobody claimed, or that is sealed, by its bytes."""
    packet = decode_ip(event.datagram)
    if isinstance(packet, Malformed) or not transition.steps:
        return t.Subject(recording.name), t.ReceivesDatagram(event.datagram, event.interface)
    outcome = transition.steps[0]
    if isinstance(outcome.router.authentication, Keyed):
        return t.Subject(recording.name), t.ReceivesDatagram(event.datagram, event.interface)
    said = describe(outcome.router, outcome.before.standing.address, packet)
    return _subject(recording, outcome), t.ReceivesAdvert(evolve(said, source=Address(packet.source)))


def _subject(recording: Recording, outcome: Outcome) -> t.Subject:
    return t.Subject(recording.name, (outcome.router.name,))


def _expectation(recording: Recording, outcome: Outcome) -> t.Expectation:
    """Say everything that can be said: the effects, the state, the deadline, the effective priority if it changed, and the rule."""
    what = seen(outcome)
    items = what.told
    if what.priority.priority != outcome.before.standing.priority:
        items = (*items, what.priority)
    since = tuple(
        t.HasDeadline(_since(recording, item.at)) if isinstance(item, t.HasDeadline) and item.at is not None else item for item in items
    )
    return t.Expectation(_subject(recording, outcome), since, outcome.step.rule)
