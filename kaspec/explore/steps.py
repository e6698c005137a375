"""What can happen next: every move from a state of the world, and the state that it leads to.

*Critical instants.*  What must happen now keeps time from passing: a deadline, or the latest arrival of an advertisement.  Otherwise time
leaps to the next of these; where something may go wrong or is on its way it also stops ``delay`` before a deadline, and where a host may
start also its Master_Down_Interval before one, so that what is done then can just meet it.  When between two such instants something
happens changes nothing about the order of deadlines.  With ``World.grid`` time moves in equal steps instead; laws compare the two.
"""

from collections.abc import Iterator

from attrs import define, field

from kaspec.explore.moves import Crashes, Cuts, Delivers, Heals, LinkFlips, Loses, Passes, Reaches, Starts, Stops, TrackedFlips
from kaspec.explore.tables import CRASH, DEADLINE, NEVER, START, STOP, Conditions, Result, Tables, WorldState
from kaspec.explore.world import CARRIER, CUT, LOSS, ONE_WAY, TRACKED, World, down_interval
from kaspec.explore.world import CRASH as CRASHES
from kaspec.explore.world import STOP as STOPS
from kaspec.node import LinkChanged, TrackerReported
from kaspec.tracking import Finding, Link

Successors = list[tuple[int, WorldState]]
"""Each the number of a move and where it leads."""


@define
class Steps:
    """The moves of a world by its tables."""

    tables: Tables
    hosts: int = field(init=False)
    first_queue: int = field(init=False)
    _deadline: int = field(init=False)
    _moves: dict[str, list[int]] = field(init=False)
    _leads: list[tuple[int, ...]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        tables, world = self.tables, self.tables.world
        self.hosts = len(world.hosts)
        self.first_queue = 1 + self.hosts
        self._deadline = tables.events.of(DEADLINE)
        every_host, ways = range(self.hosts), tables.ways.values
        self._moves = {
            "starts": [tables.move(Starts(host)) for host in every_host],
            "reaches": [tables.move(Reaches(host)) for host in every_host],
            "crashes": [tables.move(Crashes(host)) for host in every_host],
            "stops": [tables.move(Stops(host)) for host in every_host],
            "delivers": [tables.move(Delivers(way)) for way in ways],
            "loses": [tables.move(Loses(way)) for way in ways],
        }
        self._leads = [tuple(down_interval(each, each.priority, world.longest_interval) for each in host.node.routers)
                       for host in world.hosts]  # fmt: skip

    @property
    def world(self) -> World:
        """The world."""
        return self.tables.world

    def beginning(self) -> WorldState:
        """Return the first state: nobody has started."""
        tables, world = self.tables, self.world
        starting = self.hosts if world.begins == "apart" else 0
        conditions = Conditions(starting, world.faults.budgets, frozenset(), (-1,) * len(world.virtual) if world.caches else ())
        return (tables.conditions.of(conditions), *tables.beginnings(), *((0,) * len(tables.ways.values)))

    def successors(self, state: WorldState) -> Successors:
        """Return every move and where it leads; none if nothing can ever happen any more."""
        conditions = self.tables.conditions.values[state[0]]
        if conditions.starting < self.hosts:
            return [self._start(state, conditions, conditions.starting)]
        found: Successors = []
        self._deadlines(state, found)
        self._arrivals(state, conditions, found)
        found += self._starts(state)
        if any(conditions.left) or conditions.cuts or self.world.faults.carrier or self.world.faults.tracked:
            found += self._faults(state, conditions)
        self._time(state, conditions, found)
        return found

    def _deadlines(self, state: WorldState, found: Successors) -> None:
        due = self.tables.due
        for host in range(self.hosts):
            if not due[state[1 + host]]:
                found.append((self._moves["reaches"][host], self._take(state, host, self._deadline)))

    def _arrivals(self, state: WorldState, conditions: Conditions, found: Successors) -> None:
        tables, first = self.tables, self.first_queue
        for number, way in enumerate(tables.ways.values):
            queue = state[first + number]
            if queue:
                without = _with(state, first + number, tables.pop(queue))
                found.append((self._moves["delivers"][number], self._take(without, way.receiver, tables.hears(number, queue))))
                if conditions.left[LOSS]:
                    fewer = self._conditions(_spent(conditions, LOSS))
                    found.append((self._moves["loses"][number], _with(without, 0, fewer)))

    def _start(self, state: WorldState, conditions: Conditions, host: int) -> tuple[int, WorldState]:
        started = _with(state, 0, self._conditions(conditions._replace(starting=conditions.starting + 1)))
        return self._moves["starts"][host], self._take(started, host, self.tables.events.of(START))

    def _starts(self, state: WorldState) -> Iterator[tuple[int, WorldState]]:
        for host in self._startable(state):
            yield self._moves["starts"][host], self._take(state, host, self.tables.events.of(START))

    def _startable(self, state: WorldState) -> Iterator[int]:
        for host in range(self.hosts):
            power = self.tables.locals.values[state[1 + host]].power
            if power == "new" or (power == "off" and self.world.faults.recovers):
                yield host

    def _take(self, state: WorldState, host: int, event: int) -> WorldState:
        """Let a host take an event, and put on the ways what it sends."""
        tables, first = self.tables, self.first_queue
        result = tables.results.get((host, state[1 + host], event)) or tables.result(host, state[1 + host], event)
        after = list(state)
        after[1 + host] = result.after
        if result.sent:
            cuts = tables.conditions.values[state[0]].cuts
            for way, datagram in result.sent:
                if not cuts or (host, tables.ways.values[way].receiver) not in cuts:
                    after[first + way] = tables.push(after[first + way], datagram)
        if result.announced:
            after[0] = self._announced(state[0], host, result)
        return tuple(after)

    def _announced(self, conditions: int, host: int, result: Result) -> int:
        before = self.tables.conditions.values[conditions]
        caches = tuple(host if number in result.announced else cached for number, cached in enumerate(before.caches))
        return self._conditions(before._replace(caches=caches))

    def _conditions(self, conditions: Conditions) -> int:
        return self.tables.conditions.of(conditions)

    def _faults(self, state: WorldState, conditions: Conditions) -> Iterator[tuple[int, WorldState]]:
        """What goes wrong, and what is mended, beside losses and starts."""
        for host in range(self.hosts):
            running = self.tables.locals.values[state[1 + host]].power == "on"
            for place, name, event in ((CRASHES, "crashes", CRASH), (STOPS, "stops", STOP)):
                if running and conditions.left[place]:
                    spent = _with(state, 0, self._conditions(_spent(conditions, place)))
                    yield self._moves[name][host], self._take(spent, host, self.tables.events.of(event))
            yield from self._flips(state, conditions, host)
        for one in range(self.hosts):
            for other in range(one + 1, self.hosts):
                yield from self._cuts(state, conditions, one, other)

    def _cuts(self, state: WorldState, conditions: Conditions, one: int, other: int) -> Iterator[tuple[int, WorldState]]:
        between = frozenset({(one, other), (other, one)})
        if conditions.cuts & between:
            if self.world.faults.recovers:
                healed = self._conditions(conditions._replace(cuts=conditions.cuts - between))
                yield self.tables.move(Heals(one, other)), _with(state, 0, healed)
            return
        if conditions.left[CUT]:
            spent = _spent(conditions, CUT)
            cut = self._conditions(spent._replace(cuts=conditions.cuts | between))
            yield self.tables.move(Cuts(one, other, True)), _with(state, 0, cut)
        if conditions.left[ONE_WAY]:
            for sender, receiver in sorted(between):
                spent = _spent(conditions, ONE_WAY)
                cut = self._conditions(spent._replace(cuts=conditions.cuts | {(sender, receiver)}))
                yield self.tables.move(Cuts(sender, receiver, False)), _with(state, 0, cut)

    def _flips(self, state: WorldState, conditions: Conditions, host: int) -> Iterator[tuple[int, WorldState]]:
        """What a host's kernel and trackers report: bad if that may still happen, good again if it recovers."""
        local, recovers = self.tables.locals.values[state[1 + host]], self.world.faults.recovers
        for link in local.links if self.world.faults.carrier else ():
            if conditions.left[CARRIER] if link.up else recovers:
                event = self.tables.events.of(LinkChanged(link.name, Link(link.name, not link.up, link.addresses)))
                spent = _with(state, 0, self._conditions(_spent(conditions, CARRIER))) if link.up else state
                yield self.tables.move(LinkFlips(host, link.name, not link.up)), self._take(spent, host, event)
        for tracker, finding in local.findings if self.world.faults.tracked else ():
            if conditions.left[TRACKED] if finding.good else recovers:
                bad = Finding.of_file(-1) if tracker[0] == "file" else Finding(good=False)
                event = self.tables.events.of(TrackerReported(tracker, bad if finding.good else Finding(good=True)))
                spent = _with(state, 0, self._conditions(_spent(conditions, TRACKED))) if finding.good else state
                yield self.tables.move(TrackedFlips(host, tracker, not finding.good)), self._take(spent, host, event)

    def _time(self, state: WorldState, conditions: Conditions, found: Successors) -> None:
        tables, first = self.tables, self.first_queue
        deadlines = [tables.due[number] for number in state[1:first]]
        arrivals = [tables.latest[number] for number in state[first:]]
        least = min((*deadlines, *arrivals))
        if least in {0, NEVER}:
            return
        if self.world.grid is not None:
            least = min(least, self.world.grid)
        else:
            leads = self._lead_times(state, conditions)
            early = [at - lead for at in deadlines if at != NEVER for lead in leads if at > lead]
            least = min((least, *early))
        later = tuple(tables.elapse(number, least) for number in state[1:first])
        aged = tuple(tables.age(number, least) if number else 0 for number in state[first:])
        found.append((tables.move(Passes(least)), (state[0], *later, *aged)))  # type: ignore[arg-type]

    def _lead_times(self, state: WorldState, conditions: Conditions) -> set[int]:
        """How long before a deadline something may be done that meets it."""
        startable = list(self._startable(state))
        leads = {lead for host in startable for lead in self._leads[host]}
        if startable or any(conditions.left) or conditions.cuts or any(state[self.first_queue :]):
            leads.add(self.world.delay)
        return leads - {0}


def _with(state: WorldState, place: int, number: int) -> WorldState:
    return (*state[:place], number, *state[place + 1 :])


def _spent(conditions: Conditions, fault: int) -> Conditions:
    left = conditions.left
    return conditions._replace(left=(*left[:fault], left[fault] - 1, *left[fault + 1 :]))
