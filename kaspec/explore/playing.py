"""A run found by a search, played again on the core: by the clock, without the tables, event by event; and written as a trace."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from attrs import define, evolve, field, frozen

from kaspec.address import format_address
from kaspec.config.render import render
from kaspec.explore.local import Deadline, LocalEvent, Paused, PowerChanged, Woken, core_event, relative
from kaspec.explore.moves import (
    Crashes,
    Cuts,
    Delivers,
    Doubles,
    Heals,
    LinkFlips,
    Loses,
    LosesAddress,
    Move,
    Overtakes,
    Passes,
    Pauses,
    Reaches,
    Starts,
    Stops,
    TrackedFlips,
    Wakes,
    Way,
)
from kaspec.explore.search import Graph
from kaspec.explore.steps import Steps
from kaspec.explore.tables import Tables, WorldState
from kaspec.explore.world import Host, World
from kaspec.node import DatagramReceived, LinkChanged, NodeEvent, NodeState, TrackerReported, Transition, initial, next_deadline, node_step
from kaspec.trace import language as t
from kaspec.trace.configuration import block
from kaspec.trace.recording import Recording, entry
from kaspec.trace.writing import write
from kaspec.units import Instant, Interval, after, in_seconds
from kaspec.vrrp.authentication import Keyed
from kaspec.vrrp.events import HoldingsLost, Shutdown, Startup
from kaspec.vrrp.router import KEEPALIVED, RFC3768, RFC5798, RFC9568, Profile

_PROFILES: dict[Profile, t.ProfileName] = {KEEPALIVED: "keepalived", RFC3768: "rfc3768", RFC5798: "rfc5798", RFC9568: "rfc9568"}


@frozen
class Played:
    """A move with its instant; for what happens to a host, what the core made of it: more than one event where it starts."""

    at: Instant
    move: Move
    host: int | None = None
    done: tuple[tuple[NodeEvent, Transition], ...] = ()


@frozen
class Run:
    """A run of a world: its moves, the last ``again`` of them for ever.  ``late``: a change put a deadline into the past."""

    world: World
    played: tuple[Played, ...]
    again: int = 0
    late: bool = False

    @property
    def ends(self) -> Instant:
        """When the last move is over."""
        return next((each.at for each in reversed(self.played)), Instant(0))


class DisagreementError(AssertionError):
    """The tables and the core disagree about what happens: a mistake of the checker."""


@define
class Stage:
    """The hosts as the core has them, by the clock, beside the state that the search had."""

    steps: Steps
    state: WorldState
    nodes: list[NodeState]
    now: Instant = Instant(0)
    played: list[Played] = field(factory=list)
    late: bool = False

    @classmethod
    def of(cls, steps: Steps) -> "Stage":
        """Begin: nobody has started."""
        return cls(steps, steps.beginning(), [initial(host.node, host.links) for host in steps.world.hosts])

    @property
    def tables(self) -> Tables:
        """The tables of the world."""
        return self.steps.tables

    @property
    def run(self) -> Run:
        """What has happened."""
        return Run(self.steps.world, tuple(self.played), 0, self.late)

    def wait(self, interval: Interval) -> None:
        """Let time pass, during which nothing must happen: a part of what the search would leap."""
        self.state, self.now = self.steps.later(self.state, interval), after(self.now, interval)
        self._compare()

    def take(self, number: int) -> None:
        """Make a move on both, and compare."""
        before, move = self.state, self.tables.moves.values[number]
        self.state = dict(self.steps.successors(before))[number]
        host, event = self._event(before, move)
        done = () if host is None or event is None else tuple(self._happens(host, event))
        if isinstance(move, Passes):
            self.now = after(self.now, move.interval)
        else:
            self.played.append(Played(self.now, move, host, done))
        self._compare()

    def _event(self, before: WorldState, move: Move) -> tuple[int | None, LocalEvent | None]:
        match move:
            case Passes() | Loses() | Cuts() | Heals():
                return None, None
            case Starts(host):
                return host, PowerChanged("start")
            case Stops(host):
                return host, PowerChanged("stop")
            case Crashes(host):
                return host, PowerChanged("crash")
            case Reaches(host):
                return host, Woken() if self.tables.paused[before[1 + host]] else Deadline()
            case Pauses(host):
                self.late = True
                return host, Paused(self.steps.world.longest_pause)
            case Wakes(host):
                return host, Woken()
            case LosesAddress(host, address):
                return host, HoldingsLost((address,))
            case Delivers(way) | Doubles(way):
                return way.receiver, self._heard(before, way, 0)
            case Overtakes(way, others):
                return way.receiver, self._heard(before, way, others)
            case LinkFlips(host, interface, up):
                was = self.nodes[host].links[interface]
                return host, LinkChanged(interface, evolve(was, up=up))
            case TrackedFlips(host, tracker):
                found = dict(self.tables.locals.values[self.state[1 + host]].findings)[tracker]
                return host, TrackerReported(tracker, found)
            case _:
                assert_never(move)

    def _heard(self, before: WorldState, way: Way, place: int) -> LocalEvent:
        number = self.tables.ways.numbers[way]
        return self.tables.events.values[self.tables.hears(number, before[self.steps.first_queue + number], place)]

    def _happens(self, host: int, event: LocalEvent) -> Iterator[tuple[NodeEvent, Transition]]:
        there = self.steps.world.hosts[host]
        for each in self._core_events(host, event):
            taken = node_step(there.node, self.nodes[host], each, self.now)
            self.nodes[host] = evolve(taken.state, associations={})  # the search leaves them out too
            at = next_deadline(taken.state)
            self.late |= at is not None and at < self.now
            yield each, taken
        if event == PowerChanged("crash"):
            self.nodes[host] = initial(there.node, self.nodes[host].links.values())

    def _core_events(self, host: int, event: LocalEvent) -> Iterator[NodeEvent]:
        """Return what the daemon would be told: one that starts hears of all that it tracks first."""
        local = self.tables.locals.values[self.state[1 + host]]
        match event:
            case PowerChanged("start"):
                yield from (TrackerReported(*found) for found in local.findings)
                yield Startup()
            case PowerChanged("stop"):
                yield Shutdown()
            case PowerChanged() | Paused() | Woken():
                pass
            case DatagramReceived(interface) if local.power != "on" or not self.nodes[host].links[interface].up:
                pass
            case TrackerReported() if local.power != "on":
                pass
            case _:
                yield core_event(event, self.nodes[host], self.now)

    def _compare(self) -> None:
        for node, number in zip(self.nodes, self.state[1 : self.steps.first_queue], strict=True):
            local = self.tables.locals.values[number]
            if local.power == "on" and tuple(relative(each, self.now) for each in node.states) != local.states:
                raise DisagreementError(f"{node.states} is not {local.states}")


def play(graph: Graph, path: Sequence[int], again: int = 0) -> Run:
    """Play moves of a search again on the core.  Raises ``DisagreementError`` if it does anything else than the search saw."""
    stage = Stage.of(graph.steps)
    for number in path:
        stage.take(number)
    going_round = sum(not isinstance(graph.move(number), Passes) for number in path[len(path) - again :])
    return evolve(stage.run, again=going_round)


def trace(run: Run, title: Sequence[str] = ()) -> str | None:
    """Write a run in the trace language (docs/trace-language.md), every expectation filled in; what the network does is in comments.

    ``None`` if a trace cannot say it: its routers follow a profile of one's own, or more than one, or number what they send.
    """
    profiles = {router.profile for router in run.world.routers}
    numbered = any(isinstance(router.authentication, Keyed) for router in run.world.routers)
    if len(profiles) != 1 or not profiles <= set(_PROFILES) or numbered:
        return None
    (profile,) = profiles
    statements: tuple[t.Statement, ...] = () if profile == KEEPALIVED else (t.UsesProfile(_PROFILES[profile]),)
    if run.late:
        statements = (*statements, t.Recorded())  # which lets a deadline be served late
    routers = tuple(map(_router, run.world.hosts))
    first, *others = routers
    head = write(t.Trace(statements, (evolve(first, comments=tuple(title)), *others), ()))
    return "\n".join((head, *(line for played in run.played for line in _lines(run.world, played)))).rstrip("\n") + "\n"


def _router(host: Host) -> t.Router:
    definitions, names = host.definitions, {router.name for router in host.node.routers}
    settings = tuple(each for each in definitions.settings if each.name in names)
    text = render(evolve(definitions, routers=host.node.routers, groups=host.node.groups, settings=settings))
    interfaces = tuple(t.Interface(link.name, link.addresses, link.up) for link in host.links)
    return t.Router(host.name, interfaces, block(text))


def _lines(world: World, played: Played) -> Iterator[str]:
    names, at = [host.name for host in world.hosts], in_seconds(played.at)
    match played.move:
        case Loses(way):
            yield f"# {at}: an advertisement of {names[way.sender]} to {names[way.receiver]} is lost"
        case Cuts(sender, receiver, both):
            yield f"# {at}: {names[receiver]} does not hear {names[sender]} any more" + (", nor the other way round" if both else "")
        case Heals(one, other):
            yield f"# {at}: {names[one]} and {names[other]} hear each other again"
        case Crashes(host):
            yield f"{at}  {names[host]} crash"
        case Pauses(host):
            yield f"# {at}: {names[host]} does nothing for a while"
        case Wakes(host):
            yield f"# {at}: {names[host]} goes on"
        case _:
            if isinstance(played.move, Doubles):
                yield f"# {at}: it will arrive again"
            if isinstance(played.move, Overtakes):
                yield f"# {at}: it arrives before {played.move.others} that were sent before it"
            if played.host is not None:
                recording = Recording(names[played.host], Instant(0))
                for event, transition in played.done:
                    yield entry(recording, event, transition, played.at).rstrip("\n")


def addresses_of(host: Host) -> str:
    """Return a host's addresses in a line."""
    return " ".join(format_address(address) for link in host.links for address in link.addresses)


def brief(run: Run) -> tuple[str, ...]:
    """Tell a run in a line for each move, with its instant: ``3.609375 a deadline``."""
    names = [host.name for host in run.world.hosts]
    return tuple(f"{in_seconds(played.at)} {_brief(names, played)}" for played in run.played)


def _brief(names: Sequence[str], played: Played) -> str:
    match played.move:
        case Reaches(host) if not played.done:
            return f"{names[host]} goes on"
        case _:
            return briefly(names, played.move)


def briefly(names: Sequence[str], move: Move) -> str:
    """Tell a move, as no other move of the hosts so called is told."""
    match move:
        case Passes(interval):
            return f"{in_seconds(interval)} s pass"
        case Starts(host):
            return f"{names[host]} starts"
        case Reaches(host):
            return f"{names[host]} deadline"
        case Delivers(way):
            return f"{names[way.receiver]} hears {names[way.sender]}"
        case Loses(way):
            return f"{names[way.sender]} to {names[way.receiver]} lost"
        case Doubles(way):
            return f"{names[way.receiver]} hears {names[way.sender]}, and will again"
        case Overtakes(way, others):
            return f"{names[way.receiver]} hears {names[way.sender]}, {others} out of order"
        case Crashes(host):
            return f"{names[host]} crashes"
        case Stops(host):
            return f"{names[host]} stops"
        case Cuts(sender, receiver, both):
            return f"{names[sender]} {'and' if both else 'to'} {names[receiver]} cut"
        case Heals(one, other):
            return f"{names[one]} and {names[other]} heal"
        case LinkFlips(host, interface, up):
            return f"{names[host]} {interface} {'up' if up else 'down'}"
        case TrackedFlips(host, tracker, good):
            return f"{names[host]} {' '.join(tracker)} {'good' if good else 'bad'}"
        case LosesAddress(host, address):
            return f"{names[host]} loses {format_address(address.address)}"
        case Pauses(host):
            return f"{names[host]} pauses"
        case Wakes(host):
            return f"{names[host]} goes on"
        case _:
            assert_never(move)
