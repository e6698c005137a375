"""A run found by a search, played again on the core: by the clock, without the tables, event by event; and written as a trace."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from attrs import field

from kaspec.address import format_address
from kaspec.config.render import render
from kaspec.explore.local import (
    Deadline,
    Local,
    LocalEvent,
    Paused,
    PowerChanged,
    RateChanged,
    Reloaded,
    Woken,
    core_event,
    own_time,
    relative,
)
from kaspec.explore.moves import (
    Crashes,
    Cuts,
    Delivers,
    Doubles,
    Drifts,
    Heals,
    HostMove,
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
    Way,
)
from kaspec.explore.search import Graph
from kaspec.explore.steps import Steps
from kaspec.explore.tables import Tables, WorldState
from kaspec.explore.world import STEADY, Host, Setup, World
from kaspec.frozen import define, evolve, frozen
from kaspec.node import DatagramReceived, Node, NodeEvent, NodeState, TrackerReported, Transition, initial, next_deadline, node_step
from kaspec.reconfiguration import reconfigure
from kaspec.trace import language as t
from kaspec.trace.configuration import block
from kaspec.trace.recording import Recording, entry, reloaded
from kaspec.trace.writing import write
from kaspec.units import Instant, Interval, after, in_seconds
from kaspec.vrrp.authentication import Keyed
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.vrrp.router import KEEPALIVED, PROFILES, Profile, ProfileName

_NAMES: dict[Profile, ProfileName] = {profile: name for name, profile in PROFILES.items()}


Done = tuple[NodeEvent | Reloaded, Transition]
"""Something that happened to a host, and what the core made of it."""


@frozen
class Played:
    """A move with its instant; for what happens to a host, what the core made of it: more than one event where it starts."""

    at: Instant
    move: Move
    host: int | None = None
    done: tuple[Done, ...] = ()


@frozen
class Run:
    """A run of a world: its moves, the last ``again`` of them for ever.

    ``late``: a deadline is in the past, by a change or after a pause.  ``apart``: there is more than one timeline, for clocks run apart, or
    a host takes another configuration while it does not run.
    """

    world: World
    played: tuple[Played, ...]
    again: int = 0
    late: bool = False
    apart: bool = False

    @property
    def ends(self) -> Instant:
        """When the last move is over."""
        return next((each.at for each in reversed(self.played)), Instant(0))


class DisagreementError(AssertionError):
    """The tables and the core disagree about what happens: a mistake of the checker."""


@define
class Stage:
    """The hosts as the core has them, what they are ``running``, each by its own clock, beside the state that the search had."""

    steps: Steps
    state: WorldState
    nodes: list[NodeState]
    running: list[Node]
    clocks: list[Instant]
    now: Instant = Instant(0)
    played: list[Played] = field(factory=list)
    late: bool = False
    apart: bool = False

    @classmethod
    def of(cls, steps: Steps) -> "Stage":
        """Begin: nobody has started."""
        hosts = steps.world.hosts
        nodes, running = [initial(host.node, host.links) for host in hosts], [host.node for host in hosts]
        apart = any(host.rate != STEADY for host in hosts)
        return cls(steps, steps.beginning(), nodes, running, [Instant(0)] * len(hosts), apart=apart)

    @property
    def tables(self) -> Tables:
        """The tables of the world."""
        return self.steps.tables

    @property
    def run(self) -> Run:
        """What has happened."""
        return Run(self.steps.world, tuple(self.played), 0, self.late, self.apart)

    def wait(self, interval: Interval) -> None:
        """Let time pass, during which nothing must happen: a part of what the search would leap."""
        before, self.state = self.state, self.steps.later(self.state, interval)
        self._elapse(before, interval)
        self._compare()

    def _elapse(self, before: WorldState, interval: Interval) -> None:
        self.now = after(self.now, interval)
        for host, local in enumerate(before[1 : self.steps.first_queue]):
            own, _ = own_time(self.tables.locals.values[local], interval)
            self.clocks[host] = after(self.clocks[host], own)

    def take(self, number: int) -> None:
        """Make a move on both, and compare."""
        before, move = self.state, self.tables.moves.values[number]
        self.state = dict(self.steps.successors(before))[number]
        host, event = self._event(before, move)
        done = () if host is None or event is None else tuple(self._happens(host, event))
        if isinstance(move, Passes):
            self._elapse(before, move.interval)
        else:
            self.played.append(Played(self.now, move, host, done))
        self._compare()

    def _event(self, before: WorldState, move: Move) -> tuple[int | None, LocalEvent | None]:
        match move:
            case Passes() | Loses() | Cuts() | Heals():
                return None, None
            case Starts(host):
                return host, PowerChanged("start")
            case Reaches(host):
                return host, Woken() if self.tables.paused[before[1 + host]] else Deadline()
            case Delivers(way) | Doubles(way):
                return way.receiver, self._heard(before, way, 0)
            case Overtakes(way, others):
                return way.receiver, self._heard(before, way, others)
            case _:
                self.late |= isinstance(move, Pauses)
                self.apart |= isinstance(move, Drifts)
                return move.host, next(each.event for each in self.steps.troubles[move.host] if each.move == move)

    def _heard(self, before: WorldState, way: Way, place: int) -> LocalEvent:
        number = self.tables.ways.numbers[way]
        return self.tables.events.values[self.tables.hears(number, before[self.steps.first_queue + number], place)]

    def _happens(self, host: int, event: LocalEvent) -> Iterator[Done]:
        for each in self._core_events(host, event):
            yield each, self._keep(host, node_step(self.running[host], self.nodes[host], each, self.clocks[host]))
        if event == PowerChanged("crash"):
            self.nodes[host] = initial(self.running[host], self.nodes[host].links.values())
        if isinstance(event, Reloaded):
            old, self.running[host] = self.running[host], self.steps.world.hosts[host].node_of(event.setup)
            if self._local(host).power == "on":
                yield event, self._keep(host, reconfigure(old, self.running[host], self.nodes[host], self.clocks[host]))
            else:
                self.apart = True
                self.nodes[host] = initial(self.running[host], self.nodes[host].links.values())

    def _keep(self, host: int, taken: Transition) -> Transition:
        self.nodes[host] = evolve(taken.state, associations={})  # the search leaves them out too
        at = next_deadline(taken.state)
        self.late |= at is not None and at < self.clocks[host]
        return taken

    def _local(self, host: int) -> Local:
        return self.tables.locals.values[self.state[1 + host]]

    def _core_events(self, host: int, event: LocalEvent) -> Iterator[NodeEvent]:
        """Return what the daemon would be told: of all that it tracks before it starts, or is to track it."""
        local = self._local(host)
        match event:
            case PowerChanged("start"):
                yield from self._findings(host)
                yield Startup()
            case Reloaded():
                yield from self._findings(host) if local.power == "on" else ()
            case PowerChanged("stop"):
                yield Shutdown()
            case PowerChanged() | Paused() | Woken() | RateChanged():
                pass
            case DatagramReceived(interface) if local.power != "on" or not self.nodes[host].links[interface].up:
                pass
            case TrackerReported() if local.power != "on":
                pass
            case _:
                yield core_event(event, self.nodes[host], self.clocks[host])

    def _findings(self, host: int) -> Iterator[TrackerReported]:
        """Report what is tracked by the configuration that is to come and was not heard of."""
        local, known = self._local(host), self.nodes[host].findings
        tracked = self.steps.world.hosts[host].node_of(local.setup).tracked
        return (TrackerReported(*found) for found in local.findings if found[0] in tracked and found[0] not in known)

    def _compare(self) -> None:
        for host, node in enumerate(self.nodes):
            local = self._local(host)
            if local.power == "on" and tuple(relative(each, self.clocks[host]) for each in node.states) != local.states:
                raise DisagreementError(f"{node.states} is not {local.states}")


def play(graph: Graph, path: Sequence[int], again: int = 0) -> Run:
    """Play moves of a search again on the core.  Raises ``DisagreementError`` if it does anything else than the search saw."""
    stage = Stage.of(graph.steps)
    taken = graph.reduced.concrete(len(graph.walk), tuple(path)) if graph.reduced else path
    for number in taken:
        stage.take(number)
    going_round = sum(not isinstance(graph.move(number), Passes) for number in path[len(path) - again :])
    return evolve(stage.run, again=going_round)


def trace(run: Run, title: Sequence[str] = ()) -> str | None:
    """Write a run in the trace language (docs/trace-language.md), every expectation filled in; what the network does is in comments.

    ``None`` if a trace cannot say it: its routers follow a profile of one's own, or more than one, or number what they send; or
    there is more than one timeline.
    """
    profiles = {router.profile for router in run.world.routers}
    numbered = any(isinstance(router.authentication, Keyed) for router in run.world.routers)
    if run.apart or len(profiles) != 1 or not profiles <= set(_NAMES) or numbered:
        return None
    (profile,) = profiles
    statements: tuple[t.Statement, ...] = () if profile == KEEPALIVED else (t.UsesProfile(_NAMES[profile]),)
    if run.late:
        statements = (*statements, t.Recorded())  # which lets a deadline be served late
    routers = tuple(map(_router, run.world.hosts))
    first, *others = routers
    head = write(t.Trace(statements, (evolve(first, comments=tuple(title)), *others), ()))
    return "\n".join((head, *(line for played in run.played for line in _lines(run.world, played)))).rstrip("\n") + "\n"


def _router(host: Host) -> t.Router:
    interfaces = tuple(t.Interface(link.name, link.addresses, link.up) for link in host.links)
    return t.Router(host.name, interfaces, block(_text(host.setups[0])))


def _text(setup: Setup) -> str:
    """Write a configuration; which profile is followed the trace says once."""
    routers = tuple(evolve(each, profile=evolve(each.profile, name=KEEPALIVED.name)) for each in setup.node.routers)
    definitions, names = setup.definitions, {router.name for router in setup.node.routers}
    settings = tuple(each for each in definitions.settings if each.name in names)
    return render(evolve(definitions, routers=routers, groups=setup.node.groups, settings=settings))


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
                    yield _entry(world.hosts[played.host], recording, event, transition, played.at).rstrip("\n")


def _entry(host: Host, recording: Recording, event: NodeEvent | Reloaded, transition: Transition, at: Instant) -> str:
    if isinstance(event, Reloaded):
        return reloaded(recording, _text(host.setups[event.setup]), transition, at)
    return entry(recording, event, transition, at)


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
        case Delivers(way):
            return f"{names[way.receiver]} hears {names[way.sender]}"
        case Loses(way):
            return f"{names[way.sender]} to {names[way.receiver]} lost"
        case Doubles(way):
            return f"{names[way.receiver]} hears {names[way.sender]}, and will again"
        case Overtakes(way, others):
            return f"{names[way.receiver]} hears {names[way.sender]}, {others} out of order"
        case Cuts(sender, receiver, both):
            return f"{names[sender]} {'and' if both else 'to'} {names[receiver]} cut"
        case Heals(one, other):
            return f"{names[one]} and {names[other]} heal"
        case _:
            return f"{names[move.host]} {_what(move)}"


def _what(move: HostMove) -> str:
    match move:
        case Starts():
            return "starts"
        case Reaches():
            return "deadline"
        case Crashes():
            return "crashes"
        case Stops():
            return "stops"
        case LinkFlips(_, interface, up):
            return f"{interface} {'up' if up else 'down'}"
        case TrackedFlips(_, tracker, good):
            return f"{' '.join(tracker)} {'good' if good else 'bad'}"
        case LosesAddress(_, address):
            return f"loses {format_address(address.address)}"
        case Pauses():
            return "pauses"
        case Wakes():
            return "goes on"
        case Drifts(_, rate):
            return f"clock at {rate}/{STEADY}"
        case Reloads(_, setup):
            return f"reloads{f' into {setup + 1}' if setup else ''}"
        case _:
            assert_never(move)
