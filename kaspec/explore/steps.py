"""What can happen next: every move from a state of the world, and the state that it leads to.

*Critical instants.*  What must happen now keeps time from passing: a deadline, or the latest arrival of an advertisement.  Otherwise time
leaps to the next of these; where something may go wrong or is on its way it also stops ``delay`` before a deadline, and where a host may
start also its Master_Down_Interval before one, so that what is done then can just meet it.  When between two such instants something
happens changes nothing about the order of deadlines.  With ``World.grid`` time moves in equal steps instead; laws compare the two.
"""

from collections.abc import Iterator

from attrs import field

from kaspec.explore.moves import Cuts, Delivers, Doubles, Heals, Loses, Overtakes, Passes, Reaches, Starts
from kaspec.explore.tables import DEADLINE, NEVER, START, Conditions, Tables, WorldState
from kaspec.explore.troubles import Trouble, troubles
from kaspec.explore.world import CUT, DUPLICATION, LOSS, ONE_WAY, REORDERING, STEADY, World, down_interval
from kaspec.frozen import define
from kaspec.units import Interval

Successors = list[tuple[int, WorldState]]
"""Each the number of a move and where it leads."""


@define
class Steps:
    """The moves of a world by its tables.

    ``moves`` are by kind the numbers of each host's or way's moves; ``leads`` how long before a deadline each host must start to meet it.
    """

    tables: Tables
    hosts: int = field(init=False)
    first_queue: int = field(init=False)
    deadline: int = field(init=False)
    moves: dict[str, list[int]] = field(init=False)
    leads: list[tuple[int, ...]] = field(init=False)
    troubles: list[tuple[Trouble, ...]] = field(init=False)
    _troubles_of: dict[tuple[int, int], list[tuple[int, int, int | None]]] = field(factory=dict)
    _cuts_of: dict[int, list[tuple[int, int]]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        tables, world = self.tables, self.tables.world
        self.hosts = len(world.hosts)
        self.first_queue = 1 + self.hosts
        self.deadline = tables.events.of(DEADLINE)
        every_host, ways = range(self.hosts), tables.ways.values
        self.moves = {
            "starts": [tables.move(Starts(host)) for host in every_host],
            "reaches": [tables.move(Reaches(host)) for host in every_host],
            "delivers": [tables.move(Delivers(way)) for way in ways],
            "loses": [tables.move(Loses(way)) for way in ways],
            "doubles": [tables.move(Doubles(way)) for way in ways],
        }
        self.leads = [_down_intervals(world, host) for host in every_host]
        self.troubles = [tuple(troubles(world, host)) for host in every_host]

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
        found += self._faults(state, conditions)
        self._time(state, conditions, found)
        return found

    def _deadlines(self, state: WorldState, found: Successors) -> None:
        due = self.tables.due
        for host in range(self.hosts):
            if not due[state[1 + host]]:
                found.append((self.moves["reaches"][host], self._take(state, host, self.deadline)))

    def _arrivals(self, state: WorldState, conditions: Conditions, found: Successors) -> None:
        tables, first = self.tables, self.first_queue
        for number, way in enumerate(tables.ways.values):
            queue = state[first + number]
            if queue and not tables.paused[state[1 + way.receiver]]:
                without = _with(state, first + number, tables.pop(queue))
                found.append((self.moves["delivers"][number], self._take(without, way.receiver, tables.hears(number, queue))))
                if conditions.left[LOSS]:
                    found.append((self.moves["loses"][number], self._spend(without, LOSS)))
                if conditions.left[DUPLICATION]:
                    twice = self._take(self._spend(state, DUPLICATION), way.receiver, tables.hears(number, queue))
                    found.append((self.moves["doubles"][number], twice))
                if conditions.left[REORDERING]:
                    found += self._overtaking(state, number)

    def _overtaking(self, state: WorldState, number: int) -> Iterator[tuple[int, WorldState]]:
        """An advertisement arrives before others that were sent before it."""
        tables, queue, way = self.tables, state[self.first_queue + number], self.tables.ways.values[number]
        spent = self._spend(state, REORDERING)
        for place in range(1, len(tables.queues.values[queue])):
            without = _with(spent, self.first_queue + number, tables.pop(queue, place))
            yield tables.move(Overtakes(way, place)), self._take(without, way.receiver, tables.hears(number, queue, place))

    def _start(self, state: WorldState, conditions: Conditions, host: int) -> tuple[int, WorldState]:
        started = _with(state, 0, self._conditions(conditions._replace(starting=conditions.starting + 1)))
        return self.moves["starts"][host], self._take(started, host, self.tables.events.of(START))

    def _starts(self, state: WorldState) -> Iterator[tuple[int, WorldState]]:
        for host in self._startable(state):
            yield self.moves["starts"][host], self._take(state, host, self.tables.events.of(START))

    def _startable(self, state: WorldState) -> Iterator[int]:
        return (host for host in range(self.hosts) if self.is_startable(state[1 + host]))

    def is_startable(self, local: int) -> bool:
        """Tell whether a host may start."""
        power = self.tables.locals.values[local].power
        return power == "new" or (power == "off" and self.world.faults.recovers)

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
            after[0] = self.cached(state[0], host, result.announced)
        return tuple(after)

    def cached(self, conditions: int, host: int, announced: tuple[int, ...]) -> int:
        """Return the conditions after a host announced the addresses of virtual routers."""
        before = self.tables.conditions.values[conditions]
        caches = tuple(host if number in announced else cached for number, cached in enumerate(before.caches))
        return self._conditions(before._replace(caches=caches))

    def begins(self, local: int) -> bool:
        """Tell whether a host may begin to wait anew at any moment: it may start, or be woken and hear what was said long ago."""
        return self.is_startable(local) or self.tables.paused[local]

    def spent(self, conditions: int, fault: int) -> int:
        """Return the conditions after a fault was counted."""
        before = self.tables.conditions.values[conditions]
        left = before.left
        return self._conditions(before._replace(left=(*left[:fault], left[fault] - 1, *left[fault + 1 :])))

    def every_cut(self) -> Iterator[Cuts | Heals]:
        """Return every way to cut hosts off and to heal it."""
        faults = self.world.faults
        for one in range(self.hosts):
            for other in range(one + 1, self.hosts):
                if faults.cut:
                    yield Cuts(one, other, True)
                if faults.one_way:
                    yield Cuts(one, other, False)
                    yield Cuts(other, one, False)
                if (faults.cut or faults.one_way) and faults.recovers:
                    yield Heals(one, other)

    def after_cut(self, conditions: int, cut: Cuts | Heals) -> int:
        """Return the conditions after hosts were cut off or healed, or -1 if they cannot be."""
        before = self.tables.conditions.values[conditions]
        one, other = (cut.one, cut.other) if isinstance(cut, Heals) else (cut.sender, cut.receiver)
        between = {(one, other), (other, one)}
        if isinstance(cut, Heals):
            return self._conditions(before._replace(cuts=before.cuts - between)) if before.cuts & between else -1
        fault = CUT if cut.both else ONE_WAY
        if before.cuts & between or not before.left[fault]:
            return -1
        cuts = before.cuts | (between if cut.both else {(one, other)})
        return self.spent(self._conditions(before._replace(cuts=cuts)), fault)

    def is_open(self, conditions: Conditions) -> bool:
        """Tell whether anything can still go wrong, or heal."""
        return any(conditions.left) or bool(conditions.cuts)

    def _conditions(self, conditions: Conditions) -> int:
        return self.tables.conditions.of(conditions)

    def _faults(self, state: WorldState, conditions: Conditions) -> Iterator[tuple[int, WorldState]]:
        """What goes wrong, and what is mended, beside losses and starts."""
        for host in range(self.hosts):
            for move, event, fault in self.concerning(host, state[1 + host]):
                if fault is None:
                    yield move, self._take(state, host, event)
                elif conditions.left[fault]:
                    yield move, self._take(self._spend(state, fault), host, event)
        for move, after in self._cut_off(state[0]):
            yield move, _with(state, 0, after)

    def concerning(self, host: int, local: int) -> list[tuple[int, int, int | None]]:
        """Return the move, the event and the fault of all that can happen to a host as it is."""
        found = self._troubles_of.get((host, local))
        if found is None:
            there, tables = self.tables.locals.values[local], self.tables
            concerning = (each for each in self.troubles[host] if each.concerns(there))
            found = [(tables.move(each.move), tables.events.of(each.event), each.fault) for each in concerning]
            self._troubles_of[host, local] = found
        return found

    def _cut_off(self, conditions: int) -> list[tuple[int, int]]:
        """Return every cut and heal with what the conditions are then."""
        found = self._cuts_of.get(conditions)
        if found is None:
            every = ((self.tables.move(cut), self.after_cut(conditions, cut)) for cut in self.every_cut())
            found = self._cuts_of[conditions] = [each for each in every if each[1] >= 0]
        return found

    def _spend(self, state: WorldState, fault: int) -> WorldState:
        return _with(state, 0, self.spent(state[0], fault))

    def _time(self, state: WorldState, conditions: Conditions, found: Successors) -> None:
        least = self.until_something_must_happen(state)
        if least in {0, NEVER}:
            return
        if self.world.grid is not None:
            least = min(least, self.world.grid)
        else:
            leads, deadlines = self._lead_times(state, conditions), [self.tables.due[number] for number in state[1 : self.first_queue]]
            early = [at - lead for at in deadlines if at != NEVER for lead in leads if at > lead]
            least = min((least, *early))
        found.append((self.tables.move(Passes(Interval(least))), self.later(state, least)))

    def until_something_must_happen(self, state: WorldState) -> int:
        """Return how long it is until a deadline, or an arrival: 0 if it must happen now, ``NEVER`` if nothing must."""
        return min((*(self.tables.due[number] for number in state[1 : self.first_queue]), *self._latest(state)))

    def later(self, state: WorldState, interval: int) -> WorldState:
        """Return the state after some time, in which nothing must happen."""
        tables, first = self.tables, self.first_queue
        hosts = (tables.elapse(number, interval) for number in state[1:first])
        return (state[0], *hosts, *(tables.age(number, interval) if number else 0 for number in state[first:]))

    def _latest(self, state: WorldState) -> list[int]:
        """Return by way how long it is until something must arrive: at a host that is paused, nothing must."""
        tables, arriving = self.tables, state[self.first_queue :]
        if not self.world.faults.pause:
            return [tables.latest[number] for number in arriving]
        pairs = zip(arriving, tables.ways.values, strict=True)
        return [NEVER if tables.paused[state[1 + way.receiver]] else tables.latest[number] for number, way in pairs]

    def _lead_times(self, state: WorldState, conditions: Conditions) -> set[int]:
        """How long before a deadline something may be done that meets it."""
        beginning = [host for host in range(self.hosts) if self.begins(state[1 + host])]
        leads = {lead for host in beginning for lead in self.leads[host]}
        if beginning or self.is_open(conditions) or any(state[self.first_queue :]):
            leads.add(self.world.delay)
        return leads - {0}


def _with(state: WorldState, place: int, number: int) -> WorldState:
    return (*state[:place], number, *state[place + 1 :])


def _down_intervals(world: World, host: int) -> tuple[int, ...]:
    """Return every Master_Down_Interval that a host may have, by every rate that its clock may have."""
    there = world.hosts[host]
    routers = (router for setup in there.setups for router in setup.node.routers)
    own = {down_interval(each, each.priority, world.longest_interval) for each in routers}
    rates = {there.rate, *(world.rates if world.faults.drift else ())}
    return tuple(sorted({-(-each * STEADY // rate) for each in own for rate in rates}))
