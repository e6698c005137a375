"""A level of a search in columns, and every move from its states: those of ``kaspec.explore.steps``, a few look-ups for all."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from attrs import field

from kaspec.explore.arrays import Columns, Keys, Layout, Lookup, Numbers, Truths
from kaspec.explore.local import LocalEvent
from kaspec.explore.moves import Cuts, Heals, Overtakes, Passes
from kaspec.explore.steps import Steps
from kaspec.explore.tables import DEADLINE, NEVER, START, Register, Result, Tables, WorldState
from kaspec.explore.troubles import Trouble
from kaspec.explore.world import DUPLICATION, LOSS, REORDERING
from kaspec.frozen import define, frozen
from kaspec.units import Interval
from kaspec.vrrp.state import Master

SOME = 4
"""More intervals than these are not looked up one by one."""


@frozen(eq=False)
class Block:
    """One move from some states of a level: their places in it, and where each leads."""

    move: int
    places: Numbers
    keys: Keys


@define(eq=False)
class Level:
    """States that take equally many moves, in columns: ``of[0]`` is the conditions, then the hosts, then the ways."""

    wide: "Wide"
    keys: Keys
    of: Sequence[Numbers]
    left: dict[int, Truths] = field(factory=dict)

    def masters(self, virtual: int) -> Numbers:
        """Count the Masters of a virtual router in each state."""
        columns = (self.wide.mastery(virtual, host).of(self.of[1 + host]) for host in range(self.wide.steps.hosts))
        return sum(columns, np.zeros(len(self.keys), dtype=np.int64))


@define(eq=False)
class Wide:
    """The moves of a world for whole levels, by the same tables and in the same order; states are ``packed`` into words, or are rows."""

    steps: Steps
    packed: bool = True
    layout: Layout | Columns = field(init=False)
    _bursts: Register[tuple[int, ...]] = field(factory=Register)
    _announced: Register[tuple[int, ...]] = field(factory=Register)
    _results: Register[Result] = field(factory=Register)
    _lookups: dict[tuple[object, ...], Lookup] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.steps.beginning()
        self._bursts.of(())
        self._announced.of(())
        self.grow()

    @property
    def tables(self) -> Tables:
        """The tables of the world."""
        return self.steps.tables

    def _sizes(self) -> list[int]:
        """Return how many values each column may have so far."""
        tables, hosts = self.tables, self.steps.hosts
        counts = len(tables.conditions.values), len(tables.locals.values), len(tables.queues.values)
        return [counts[0], *[counts[1]] * hosts, *[counts[2]] * len(tables.ways.values)]

    @property
    def known(self) -> int:
        """How many values have numbers so far."""
        return self.tables.known + len(self._bursts.values) + len(self._announced.values)

    def grow(self) -> None:
        """Make room for as many values as there are, and as many again."""
        self.layout = Layout(tuple((2 * size - 1).bit_length() for size in self._sizes())) if self.packed else Columns()

    def outgrown(self) -> bool:
        """Tell whether there are values that the layout has no room for."""
        if isinstance(self.layout, Columns):
            return False
        return any(size > 1 << width for size, width in zip(self._sizes(), self.layout.widths, strict=True))

    def close(self, closed: bool = True) -> None:
        """Keep from growing whatever has numbers, in whose order new things are met, or let it."""
        self.tables.close(closed)
        self._bursts.closed = self._announced.closed = closed

    def pack(self, state: WorldState) -> Keys:
        """Return a state as a word."""
        if self.outgrown():
            self.grow()
        return self.layout.join([np.array([number], dtype=np.int64) for number in state])

    def level(self, keys: Keys) -> Level:
        """Return a level of such states."""
        return Level(self, keys, self.layout.split(keys))

    def mastery(self, virtual: int, host: int) -> Lookup:
        """Return by local state whether a host is Master of a virtual router."""

        def compute(number: int) -> int:
            local = self.tables.locals.values[number]
            place = self.steps.world.place(virtual, host, local.setup)
            return place is not None and local.power in {"on", "paused"} and isinstance(local.states[place], Master)

        return self._lookup("mastery", virtual, host, compute=compute)

    def expand(self, level: Level) -> Iterator[Block]:
        """Return every move from the states of a level, for each state in the order of ``Steps.successors``."""
        hosts = range(self.steps.hosts)
        for host in hosts:
            yield from self._deadlines(level, host)
        for number in range(len(self.tables.ways.values)):
            yield from self._arrivals(level, number)
        for host in hosts:
            yield from self._starts(level, host)
        for host in hosts:
            yield from self._troubles(level, host)
        yield from self._cuts(level)
        yield from self._time(level)

    def _lookup(self, *key: object, compute: Callable[[int], int]) -> Lookup:
        found = self._lookups.get(key)
        if found is None:
            found = self._lookups[key] = Lookup(compute)
        return found

    def _pair(self, *key: object, first: int | Numbers, second: Numbers, among: int, compute: Callable[[int, int], int]) -> Numbers:
        """Look up pairs of numbers, of which the second is less than ``among``: once for all, not once for each first number."""
        bits = among.bit_length()
        lookup = self._lookup(*key, bits, compute=lambda both: compute(both >> bits, both & ((1 << bits) - 1)))
        return lookup.of((first << bits) | second)

    def _left(self, level: Level, fault: int) -> Truths:
        """Tell where a fault may still happen."""
        found = level.left.get(fault)
        if found is None:
            left = self._lookup("left", fault, compute=lambda number: self.tables.conditions.values[number].left[fault])
            found = level.left[fault] = left.of(level.of[0]) > 0
        return found

    def _spend(self, level: Level, places: Numbers, fault: int) -> Keys:
        """Return states after a fault was counted."""
        lookup = self._lookup("spent", fault, compute=lambda number: self.steps.spent(number, fault))
        return self._with_conditions(level, places, lookup)

    def _with_conditions(self, level: Level, places: Numbers, lookup: Lookup) -> Keys:
        before = level.of[0][places]
        return self.layout.changed(level.keys[places], 0, before, lookup.of(before))

    def _deadlines(self, level: Level, host: int) -> Iterator[Block]:
        due = self._lookup("due", compute=lambda number: self.tables.due[number]).of(level.of[1 + host])
        yield from self._taking(level, np.flatnonzero(due == 0), host, DEADLINE, self.steps.moves["reaches"][host])

    def _starts(self, level: Level, host: int) -> Iterator[Block]:
        startable = self._lookup("startable", compute=self.steps.is_startable).of(level.of[1 + host])
        yield from self._taking(level, np.flatnonzero(startable), host, START, self.steps.moves["starts"][host])

    def _troubles(self, level: Level, host: int) -> Iterator[Block]:
        local = level.of[1 + host]
        for trouble in self.steps.troubles[host]:
            concerned = self._lookup("concerned", trouble.move, compute=partial(self._concerned, trouble)).of(local) > 0
            allowed = concerned if trouble.fault is None else concerned & self._left(level, trouble.fault)
            yield from self._taking(level, np.flatnonzero(allowed), host, trouble.event, self.tables.move(trouble.move), trouble.fault)

    def _taking(self, level: Level, places: Numbers, host: int, event: LocalEvent, move: int, fault: int | None = None) -> Iterator[Block]:
        if len(places):
            keys = level.keys[places] if fault is None else self._spend(level, places, fault)
            yield Block(move, places, self._take(level, places, keys, host, self.tables.events.of(event)))

    def _arrivals(self, level: Level, number: int) -> Iterator[Block]:
        """What is on a way arrives, is lost, arrives twice, or before what was sent before it."""
        tables, steps, faults = self.tables, self.steps, self.steps.world.faults
        queues = level.of[steps.first_queue + number]
        paused = self._paused(level, number)
        occupied = np.flatnonzero(queues if paused is None else (queues > 0) & ~paused)
        if not len(occupied):
            return
        yield from self._arriving(level, occupied, number, steps.moves["delivers"][number])
        if faults.loss:
            places = occupied[self._left(level, LOSS)[occupied]]
            keys = self._spend(level, places, LOSS)
            yield Block(steps.moves["loses"][number], places, self._popped(keys, queues[places], number))
        if faults.duplication:
            places = occupied[self._left(level, DUPLICATION)[occupied]]
            yield from self._arriving(level, places, number, steps.moves["doubles"][number], DUPLICATION)
        if faults.reordering:
            places = occupied[self._left(level, REORDERING)[occupied]]
            waiting = self._lookup("waiting", compute=lambda queue: len(tables.queues.values[queue])).of(queues[places])
            for place in range(1, int(waiting.max(initial=0))):
                move = tables.move(Overtakes(tables.ways.values[number], place))
                yield from self._arriving(level, places[waiting > place], number, move, REORDERING, place)

    def _paused(self, level: Level, number: int) -> Truths | None:
        """Tell where who is to hear what is on a way is paused, if anybody ever is."""
        if not self.steps.world.faults.pause:
            return None
        local = level.of[1 + self.tables.ways.values[number].receiver]
        return self._lookup("paused", compute=lambda number: self.tables.paused[number]).of(local) > 0

    def _popped(self, keys: Keys, queues: Numbers, number: int, place: int = 0) -> Keys:
        """Take from a way's queue what has been on it the longest, or another."""
        popped = self._lookup("pop", place, compute=lambda queue: self.tables.pop(queue, place) if queue else 0)
        return self.layout.changed(keys, self.steps.first_queue + number, queues, popped.of(queues))

    def _arriving(self, level: Level, places: Numbers, number: int, move: int, fault: int | None = None, place: int = 0) -> Iterator[Block]:
        """What is in a place of a way's queue arrives; where it is doubled it stays there as well."""
        tables, receiver = self.tables, self.tables.ways.values[number].receiver
        queues = level.of[self.steps.first_queue + number]
        events = self._lookup("hears", number, place, compute=lambda queue: tables.hears(number, queue, place)).of(queues[places])
        if len(places):
            keys = level.keys[places] if fault is None else self._spend(level, places, fault)
            if fault != DUPLICATION:
                keys = self._popped(keys, queues[places], number, place)
            yield Block(move, places, self._take(level, places, keys, receiver, events))

    def _take(self, level: Level, places: Numbers, keys: Keys, host: int, event: int | Numbers) -> Keys:
        """Let a host take an event in each state, or in each its own, and put on the ways what it sends."""
        local, results = level.of[1 + host][places], self._results.values
        compute, among = partial(self._result, host), len(self.tables.locals.values)
        result = self._pair("result", host, first=event, second=local, among=among, compute=compute)
        after = self._lookup("after", compute=lambda number: results[number].after).of(result)
        keys = self.layout.changed(keys, 1 + host, local, after)
        hits = np.flatnonzero(self._lookup("sends", compute=lambda number: len(results[number].sent)).of(result))
        if len(hits):
            found = keys[hits]
            for number, way in enumerate(self.tables.ways.values):
                if way.sender == host:
                    found = self._send(level, places[hits], found, result[hits], number)
            keys[hits] = found
        return self._announce(keys, host, result) if self.steps.world.caches else keys

    def _result(self, host: int, event: int, local: int) -> int:
        return self._results.of(self.tables.result(host, local, event))

    def _send(self, level: Level, places: Numbers, keys: Keys, result: Numbers, number: int) -> Keys:
        """Put on a way what is sent on it, unless it is cut."""
        tables, column, way = self.tables, self.steps.first_queue + number, self.tables.ways.values[number]

        def burst(result: int) -> int:
            """Number what is put on the way; 0 is nothing."""
            return self._bursts.of(tuple(datagram for on, datagram in self._results.values[result].sent if on == number))

        bursts = self._lookup("burst", number, compute=burst).of(result)
        if self.steps.world.faults.cut or self.steps.world.faults.one_way:
            ends = way.sender, way.receiver
            cut = self._lookup("cut", *ends, compute=lambda number: ends in tables.conditions.values[number].cuts)
            bursts = np.where(cut.of(level.of[0][places]) > 0, 0, bursts)
        before = level.of[column][places]
        after = self._pair("push", first=bursts, second=before, among=len(tables.queues.values), compute=self._push)
        return self.layout.changed(keys, column, before, after)

    def _concerned(self, trouble: Trouble, number: int) -> int:
        return trouble.concerns(self.tables.locals.values[number])

    def _cached(self, host: int, announced: int, conditions: int) -> int:
        return self.steps.cached(conditions, host, self._announced.values[announced])

    def _after_cut(self, cut: Cuts | Heals, conditions: int) -> int:
        return self.steps.after_cut(conditions, cut) + 1

    def _push(self, burst: int, queue: int) -> int:
        for datagram in self._bursts.values[burst]:
            queue = self.tables.push(queue, datagram)
        return queue

    def _announce(self, keys: Keys, host: int, result: Numbers) -> Keys:
        """Remember who announced last."""
        results = self._results.values
        announced = self._lookup("announced", compute=lambda number: self._announced.of(results[number].announced)).of(result)
        hits = np.flatnonzero(announced)
        before, among = self.layout.split(keys[hits])[0], len(self.tables.conditions.values)
        after = self._pair("cached", host, first=announced[hits], second=before, among=among, compute=partial(self._cached, host))
        keys[hits] = self.layout.changed(keys[hits], 0, before, after)
        return keys

    def _cuts(self, level: Level) -> Iterator[Block]:
        for cut in self.steps.every_cut():
            after = self._lookup("cutting", cut, compute=partial(self._after_cut, cut)).of(level.of[0])
            places = np.flatnonzero(after)
            if len(places):
                before = level.of[0][places]
                keys = self.layout.changed(level.keys[places], 0, before, after[places] - 1)
                yield Block(self.tables.move(cut), places, keys)

    def _time(self, level: Level) -> Iterator[Block]:
        tables, first = self.tables, self.steps.first_queue
        due = self._lookup("due", compute=lambda number: tables.due[number])
        latest = self._lookup("latest", compute=lambda number: tables.latest[number])
        deadlines = [due.of(column) for column in level.of[1:first]]
        least = deadlines[0].copy()
        for column in deadlines[1:]:
            np.minimum(least, column, out=least)
        for number, column in enumerate(level.of[first:]):
            paused, arrives = self._paused(level, number), latest.of(column)
            np.minimum(least, arrives if paused is None else np.where(paused, NEVER, arrives), out=least)
        passing = (least > 0) & (least < NEVER)
        if self.steps.world.grid is not None:
            least = np.minimum(least, self.steps.world.grid)
        else:
            for at in deadlines:
                least = np.minimum(least, self._earliest(level, at))
        places = np.flatnonzero(passing)
        intervals = np.unique(least[places])
        if len(intervals) > SOME:
            yield from self._leaps(level, places, least[places], intervals)
        else:
            yield from (self._passes(level, places[least[places] == interval], interval) for interval in intervals.tolist())

    def _earliest(self, level: Level, at: Numbers) -> Numbers:
        """Return how long it is until something may be done that meets the deadline."""
        found: Numbers = np.full(len(at), NEVER, dtype=np.int64)
        for lead, applies in self._leads(level):
            early = np.where(applies & (at != NEVER) & (at > lead), at - lead, NEVER)
            found = np.minimum(found, early)
        return found

    def _leads(self, level: Level) -> Iterator[tuple[int, Numbers]]:
        steps, tables = self.steps, self.tables
        open_ = self._lookup("open", compute=lambda number: steps.is_open(tables.conditions.values[number])).of(level.of[0]) > 0
        for column in level.of[steps.first_queue :]:
            open_ = open_ | (column > 0)
        for host in range(steps.hosts):
            beginning = self._lookup("begins", compute=steps.begins).of(level.of[1 + host]) > 0
            open_ = open_ | beginning
            yield from ((lead, beginning) for lead in steps.leads[host] if lead)
        if steps.world.delay:
            yield steps.world.delay, open_

    def _passes(self, level: Level, places: Numbers, interval: int) -> Block:
        tables, first = self.tables, self.steps.first_queue
        elapse = self._lookup("elapse", interval, compute=lambda number: tables.elapse(number, interval))
        age = self._lookup("age", interval, compute=lambda number: tables.age(number, interval) if number else 0)
        keys = level.keys[places]
        for column, numbers in enumerate(level.of[1:], start=1):
            before = numbers[places]
            keys = self.layout.changed(keys, column, before, (elapse if column < first else age).of(before))
        return Block(self.tables.move(Passes(Interval(interval))), places, keys)

    def _leaps(self, level: Level, places: Numbers, least: Numbers, intervals: Numbers) -> Iterator[Block]:
        """Let so many different intervals pass that there is no table for each."""
        which, keys, first = np.searchsorted(intervals, least), level.keys[places], self.steps.first_queue
        for column, numbers in enumerate(level.of[1:], start=1):
            before = numbers[places]
            after = self._later(self.tables.elapse if column < first else self.tables.age, before, which, intervals.tolist())
            keys = self.layout.changed(keys, column, before, after)
        for number, interval in enumerate(intervals.tolist()):
            here = np.flatnonzero(which == number)
            yield Block(self.tables.move(Passes(Interval(interval))), places[here], keys[here])

    @staticmethod
    def _later(compute: Callable[[int, int], int], before: Numbers, which: Numbers, intervals: list[int]) -> Numbers:
        """Return what becomes of local states or queues, each after an interval of its own, asked once for each pair."""
        pairs, places = np.unique(before * len(intervals) + which, return_inverse=True)
        each = (divmod(pair, len(intervals)) for pair in pairs.tolist())
        return np.fromiter((compute(number, intervals[place]) for number, place in each), np.int64, len(pairs))[places]
