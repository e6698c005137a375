"""A run in an operator's words: what happens, when, and by which rule; and what in the files makes it so."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from kaspec import rules
from kaspec.address import format_address
from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Diagnostic
from kaspec.explore.moves import (
    Crashes,
    Cuts,
    Delivers,
    Doubles,
    Drifts,
    Heals,
    LinkFlips,
    Loses,
    LosesAddress,
    Move,
    Overtakes,
    Passes,
    Pauses,
    Reaches,
    Reloads,
    Starts,
    Stops,
    TrackedFlips,
    Wakes,
)
from kaspec.explore.playing import Played, Run
from kaspec.explore.world import STEADY
from kaspec.frozen import frozen
from kaspec.node import Transition
from kaspec.picture import Kind
from kaspec.rules import RULES, Rule
from kaspec.settling import Outcome
from kaspec.units import Instant, in_seconds
from kaspec.vrrp.events import AdvertisementDiscarded
from kaspec.vrrp.state import state_name

_Trouble = Starts | Crashes | Stops | LosesAddress | Pauses | Drifts | Reloads | LinkFlips | TrackedFlips


@frozen
class Line:
    """At that instant, something worth a word about ``host``; ``rule`` is why a packet was discarded."""

    at: Instant
    text: str
    rule: Rule | None = None
    kind: Kind = "event"
    host: int | None = None

    def __str__(self) -> str:
        return f"{in_seconds(self.at)[:-3]:>9} s  {self.text}"


_BECOMES = {"INIT": "stops taking part", "BACKUP": "becomes Backup", "MASTER": "becomes Master", "FAULT": "is in FAULT"}
_PLAINLY: dict[Rule, str] = {
    rules.MASTER_DOWN: "has heard no Master that it believes for as long as it waits, and becomes Master",
    rules.OWNER_STARTS: "owns the addresses, and is Master at once",
    rules.MASTER_YIELDS: "hears a higher priority, and becomes Backup",
    rules.MASTER_YIELDS_TIE: "hears the same priority from a higher address, and becomes Backup",
    rules.MASTER_YIELDS_OWNER: "hears another owner at a higher address, and becomes Backup",
    rules.GROUP_BACKUP: "becomes Backup with its sync group",
    rules.GROUP_MASTER: "becomes Master with its sync group",
    rules.FAULT_LEFT: "is well again, and begins as Backup",
    rules.VRID: "another virtual_router_id than is configured here",
    rules.VERSION: "another version of VRRP",
    rules.AUTH_TYPE_MISMATCH: "another auth_type",
    rules.AUTH_TYPE_UNKNOWN: "an auth_type that nobody knows",
    rules.PASSWORD: "another auth_pass",
    rules.ADVERTISEMENT_INTERVAL: "another advert_int, which version 2 does not allow",
    rules.DESTINATION: "it was not sent where this router listens",
    rules.PEER_UNKNOWN: "it comes from nobody that is a unicast_peer",
    rules.OWNER: "an owner of the addresses listens to nobody",
}
"""What rules come to in an operator's words; all others are told as ``kaspec.rules`` has them."""


def plainly(rule: Rule) -> str:
    """Say in an operator's words what a rule comes to."""
    return _PLAINLY.get(rule) or _begun_small(RULES[rule].statement.rstrip("."))


def story(run: Run) -> tuple[Line, ...]:
    """Tell a run: what goes wrong, who becomes what, and the first of each kind of packet that is discarded.

    What goes on as usual is left out.
    """
    return tuple(line for lines in stories(run) for line in lines)


def stories(run: Run) -> tuple[tuple[Line, ...], ...]:
    """Return what ``story`` has to tell of each move."""
    told, found = set[str](), list[tuple[Line, ...]]()
    for played in run.played:
        fresh = tuple(line for line in _lines(run, played) if line.rule is None or line.text not in told)
        told |= {line.text for line in fresh}
        found.append(fresh)
    return tuple(found)


def told_of(run: Run, move: Move) -> str:
    """Say what a move is that somebody might make; nothing of what goes on as usual."""
    return next((line.text for line in _lines(run, Played(Instant(0), move))), "")


def discards(run: Run) -> frozenset[Rule]:
    """Return by which rules packets were discarded."""
    return frozenset(line.rule for played in run.played for line in _heard(run, played) if line.rule is not None)


def _lines(run: Run, played: Played) -> Iterator[Line]:
    names = [host.name for host in run.world.hosts]
    match played.move:
        case Passes():
            return
        case Wakes(host) | Reaches(host) if not played.done:
            yield Line(played.at, f"{names[host]} goes on", host=host)
        case Reaches() | Wakes():
            pass
        case Delivers() | Loses() | Doubles() | Overtakes():
            yield from _on_ways(names, played.at, played.move)
            yield from _heard(run, played)
        case Cuts(sender, receiver, both):
            what = f"{names[sender]} and {names[receiver]} do not hear each other any more"
            yield Line(played.at, what if both else f"{names[receiver]} does not hear {names[sender]} any more", kind="fault")
        case Heals(one, other):
            yield Line(played.at, f"{names[one]} and {names[other]} hear each other again")
        case _:
            yield from _at_hosts(names, played.at, played.move)
    yield from _changes(run, played)


def _on_ways(names: Sequence[str], at: Instant, move: Delivers | Loses | Doubles | Overtakes) -> Iterator[Line]:
    what = f"an advertisement of {names[move.way.sender]}"
    match move:
        case Loses(way):
            yield Line(at, f"{what} to {names[way.receiver]} is lost", kind="fault")
        case Doubles(way):
            yield Line(at, f"{what} arrives at {names[way.receiver]}, and will arrive again", kind="fault")
        case Overtakes(way):
            yield Line(at, f"{what} arrives at {names[way.receiver]} before what was sent before it", kind="fault")
        case Delivers():
            pass
        case _:
            assert_never(move)


def _at_hosts(names: Sequence[str], at: Instant, move: _Trouble) -> Iterator[Line]:
    """Tell what goes wrong with a host, or is mended."""
    name = names[move.host]
    told, bad = _of_host(name, move)
    yield Line(at, told, kind="fault" if bad else "event", host=move.host)


def _of_host(name: str, move: _Trouble) -> tuple[str, bool]:
    """Return what happens to a host, and whether it goes wrong."""
    match move:
        case Starts():
            return f"{name} starts", False
        case Crashes():
            return f"{name} crashes", True
        case Stops():
            return f"{name} is stopped, and says good-bye if it is Master", True
        case LosesAddress(_, address):
            return f"somebody takes {format_address(address.address)} away from {name}", True
        case Pauses():
            return f"{name} does nothing for a while: its timers are late, and what it hears waits", True
        case Drifts(_, rate):
            return f"the clock of {name} shows {rate} ms for every 1000 from now on", rate != STEADY
        case Reloads(_, setup):
            return f"{name} is reloaded" + (f" with its configuration {setup + 1}" if setup else ""), True
        case LinkFlips(_, interface, up):
            return f"{interface} of {name} {'has its carrier again' if up else 'loses its carrier'}", not up
        case TrackedFlips(_, (kind, subject), good):
            return f"{kind} {subject} of {name} is found {'good' if good else 'bad'}", not good
        case _:
            assert_never(move)


def _changes(run: Run, played: Played) -> Iterator[Line]:
    if played.host is None or isinstance(played.move, Starts | Stops | Crashes):
        return
    host = run.world.hosts[played.host]
    for _, transition in played.done:
        for outcome in transition.steps:
            if type(outcome.before) is not type(outcome.step.state):
                which = f", {outcome.router.name}," if len(host.node.routers) > 1 else ""
                yield Line(played.at, f"{host.name}{which} {_change(outcome)}", kind="change", host=played.host)


def _change(outcome: Outcome) -> str:
    """Say what it becomes and why."""
    told, becomes = plainly(outcome.step.rule), _BECOMES[state_name(outcome.step.state)]
    return told if outcome.step.rule in _PLAINLY else f"{becomes}: {told}"


def _begun_small(statement: str) -> str:
    """Begin a sentence in the middle of a line, unless its first word is a name."""
    first = statement.split(" ", 1)[0]
    return statement if "_" in first or (first.isupper() and len(first) > 1) else statement[0].lower() + statement[1:]


def _heard(run: Run, played: Played) -> Iterator[Line]:
    """Tell of packets that came in and were discarded."""
    if not isinstance(played.move, Delivers | Doubles | Overtakes):
        return
    names = [host.name for host in run.world.hosts]
    sender, receiver = names[played.move.way.sender], names[played.move.way.receiver]
    for _, transition in played.done:
        for rule in discarded(transition):
            yield Line(played.at, f"{receiver} discards what {sender} sends: {plainly(rule)}", rule, "discard", played.host)


def discarded(transition: Transition) -> Iterator[Rule]:
    """Return by which rules a packet was thrown away."""
    if transition.unclaimed is not None:
        yield transition.unclaimed.rule
    yield from (outcome.event.rule for outcome in transition.steps if isinstance(outcome.event, AdvertisementDiscarded))


_CAUSES: dict[Rule, tuple[kinds.Kind, ...]] = {
    rules.VRID: (kinds.PEER_ROUTER_ID,),
    rules.VERSION: (kinds.PEER_VERSION,),
    rules.AUTH_TYPE_MISMATCH: (kinds.PEER_AUTHENTICATION,),
    rules.AUTH_TYPE_UNKNOWN: (kinds.PEER_AUTHENTICATION,),
    rules.HEADER_UNEXPECTED: (kinds.PEER_AUTHENTICATION,),
    rules.HEADER_MISSING: (kinds.PEER_AUTHENTICATION,),
    rules.HEADER_INTEGRITY: (kinds.PEER_AUTHENTICATION,),
    rules.PASSWORD: (kinds.PEER_AUTHENTICATION,),
    rules.ADDRESS_LIST: (kinds.PEER_ADDRESSES,),
    rules.ADVERTISEMENT_INTERVAL: (kinds.PEER_INTERVAL,),
    rules.DESTINATION: (kinds.PEER_TRANSPORT, kinds.PEER_GROUP),
    rules.PEER_UNKNOWN: (kinds.PEER_NOT_LISTED,),
    rules.OWNER: (kinds.PEER_OWNERS,),
}
"""By the rule that discards a packet, which difference between two files makes it do so."""

_ANYWAY = (kinds.PEER_TRANSPORT, kinds.PEER_GROUP, kinds.PEER_NOT_LISTED, kinds.PEER_SYNC_GROUP, kinds.PEER_SOURCE)
"""Differences that keep packets from arriving at all, or Masters apart."""


def causes(run: Run, differences: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return which of the ``differences`` between the files bring a run about, by the packets that were discarded in it."""
    blamed = {kind.code for rule in discards(run) for kind in _CAUSES.get(rule, ())}
    blamed |= {kinds.PEER_ROUTER_ID.code, kinds.PEER_AUTHENTICATION.code, kinds.PEER_INTERVAL.code} if blamed else set()
    blamed |= {kind.code for kind in _ANYWAY}
    return tuple(each for each in differences if each.code in blamed)
