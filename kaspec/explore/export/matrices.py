"""A world that has been searched, as matrices of small numbers: what an export writes down, whatever its language.

A state is the number of its conditions, of each host's local state and of each way's queue.  The matrices say what becomes of them.
``UNKNOWN`` is in a cell that the search never needed: whoever follows the matrices and comes upon one has found more than the search did.
"""

from collections.abc import Callable, Iterable, Mapping
from math import gcd

from attrs import field

from kaspec.explore.moves import Move
from kaspec.explore.search import Graph
from kaspec.explore.steps import Steps
from kaspec.explore.tables import DEADLINE, NEVER, START, Register, Tables, UnlearntError
from kaspec.explore.world import FAULTS
from kaspec.frozen import define, frozen

UNKNOWN = 1_000_000_000
"""No number of anything."""
AGES = 2_000_000_000
"""Longer than anything takes, where numbers have 32 bits."""


class NotExportedError(ValueError):
    """A search cannot be written down."""


@frozen
class Matrix:
    """Numbers by one, two or three others, in rows."""

    about: str
    shape: tuple[int, ...]
    cells: tuple[int, ...]


@frozen
class Happens:
    """Something that may happen to a host: ``event`` where ``concerns`` says so; counted as a fault, or as none."""

    move: Move
    host: int
    event: int
    concerns: str
    fault: int | None = None


@frozen
class Rules:
    """The matrices of a search by name, and what else there is to know.  ``unit`` is how many microseconds a unit of time is."""

    graph: Graph = field(repr=False)
    matrices: Mapping[str, Matrix]
    happens: tuple[Happens, ...]
    cuts: tuple[Move, ...]
    places: int
    unit: int

    @property
    def steps(self) -> Steps:
        """The moves of the world."""
        return self.graph.steps


def rules(graph: Graph) -> Rules:
    """Return the matrices of a search.  Raises ``NotExportedError`` if the search was ended before it was done."""
    if not graph.complete:
        raise NotExportedError("the search was ended before it was done, so that its tables are not whole")
    graph.tables.close()
    try:
        return _Writer(graph.steps, graph.steps.tables).rules(graph)
    finally:
        graph.tables.close(False)


@define
class _Writer:
    steps: Steps
    tables: Tables
    bursts: Register[tuple[int, ...]] = field(factory=Register)
    announced: Register[tuple[int, ...]] = field(factory=Register)
    matrices: dict[str, Matrix] = field(factory=dict)

    def rules(self, graph: Graph) -> Rules:
        self.bursts.of(())
        self.announced.of(())
        intervals = sorted({interval for _, interval in (*self.tables.elapsed, *self.tables.aged)})
        times = (*self.tables.due, *self.tables.latest, *intervals, *(lead for leads in self.steps.leads for lead in leads))
        unit = gcd(*(time for time in times if time != NEVER), self.steps.world.delay, self.steps.world.grid or 0) or 1
        places = max(map(len, self.tables.queues.values)) or 1
        happens = tuple(self._happens())
        cuts = tuple(self.steps.every_cut())
        self._hosts(unit)
        self._ways(unit, places)
        self._conditions()
        self._by("cutting", "conditions after a cut or heal", (len(cuts), self._count("c")), lambda m, c: self.steps.after_cut(c, cuts[m]))
        self._time(unit, intervals)
        if max(max(matrix.cells, default=0) for matrix in self.matrices.values()) > AGES:
            raise NotExportedError("it has times that 32 bits cannot tell")
        return Rules(graph, self.matrices, happens, cuts, places, unit)

    def _by(self, name: str, about: str, shape: tuple[int, ...], compute: Callable[..., int | None]) -> None:
        self.matrices[name] = Matrix(about, shape, tuple(self._cell(compute, place) for place in _places(shape)))

    def _cell(self, compute: Callable[..., int | None], place: tuple[int, ...]) -> int:
        try:
            found = compute(*place)
        except UnlearntError:
            return UNKNOWN
        return UNKNOWN if found is None or found < 0 else int(found)

    def _count(self, of: str) -> int:
        tables = self.tables
        return {
            "l": len(tables.locals.values),
            "q": len(tables.queues.values),
            "c": len(tables.conditions.values),
            "e": len(tables.events.values),
        }[of]

    def _happens(self) -> Iterable[Happens]:
        tables, steps, locals_ = self.tables, self.steps, self.tables.locals.values
        for host in range(steps.hosts):
            yield Happens(tables.moves.values[steps.moves["reaches"][host]], host, tables.events.of(DEADLINE), "is_due")
            yield Happens(tables.moves.values[steps.moves["starts"][host]], host, tables.events.of(START), "startable")
            for number, trouble in enumerate(steps.troubles[host]):
                name = f"trouble_{host}_{number}"
                self._by(name, "where this may happen", (len(locals_),), lambda at, each=trouble: each.concerns(locals_[at]))
                yield Happens(trouble.move, host, tables.events.of(trouble.event), name, trouble.fault)

    def _hosts(self, unit: int) -> None:
        tables, steps, hosts = self.tables, self.steps, self.steps.hosts
        shape = hosts, self._count("e"), self._count("l")
        self._by("due", "time until the deadline", shape[2:], lambda at: _time(tables.due[at], unit))
        self._by("is_due", "whether a deadline is reached now", shape[2:], lambda at: tables.due[at] == 0)
        self._by("startable", "whether the host may start", shape[2:], steps.is_startable)
        self._by("begins", "whether the host may begin to wait anew", shape[2:], steps.begins)
        self._by("paused", "whether the host does nothing", shape[2:], lambda at: tables.paused[at])
        self._by("after", "local state after an event", shape, self._after)
        self._by("sends", "what is put on a way at an event; 0 is nothing", (len(tables.ways.values), *shape[1:]), self._sent)
        if steps.world.caches:
            self._by("announces", "what is announced at an event; 0 is nothing", shape, self._announces)

    def _after(self, host: int, event: int, local: int) -> int | None:
        result = self.tables.results.get((host, local, event))
        return None if result is None else result.after

    def _sent(self, way: int, event: int, local: int) -> int:
        result = self.tables.results.get((self.tables.ways.values[way].sender, local, event))
        return 0 if result is None else self.bursts.of(tuple(datagram for on, datagram in result.sent if on == way))

    def _announces(self, host: int, event: int, local: int) -> int:
        result = self.tables.results.get((host, local, event))
        return 0 if result is None else self.announced.of(result.announced)

    def _ways(self, unit: int, places: int) -> None:
        tables, queues = self.tables, self._count("q")
        self._by("latest", "time until an advertisement must arrive", (queues,), lambda q: _time(tables.latest[q], unit))
        self._by("waiting", "how many advertisements are on the way", (queues,), lambda q: len(tables.queues.values[q]))
        self._by("push", "queue with more", (len(self.bursts.values), queues), self._push)
        self._by("pop", "queue without one", (places, queues), lambda place, q: tables.popped.get((q, place)))
        self._by("hears", "event of an arrival", (len(tables.ways.values), places, queues), self._hears)

    def _push(self, burst: int, queue: int) -> int | None:
        found: int | None = queue
        for datagram in self.bursts.values[burst]:
            found = None if found is None else self.tables.pushed.get((found, datagram))
        return found

    def _hears(self, way: int, place: int, queue: int) -> int | None:
        waiting = self.tables.queues.values[queue]
        return self.tables.heard.get((way, waiting[place][0])) if place < len(waiting) else None

    def _conditions(self) -> None:
        values, steps, ways = self.tables.conditions.values, self.steps, self.tables.ways.values
        shape = (self._count("c"),)
        self._by("starting", "how many hosts have started", shape, lambda c: values[c].starting)
        self._by("started", "conditions after one more has", shape, lambda c: self.tables.conditions.of(
            values[c]._replace(starting=values[c].starting + 1)))  # fmt: skip
        self._by("unquiet", "whether anything can go wrong or heal", shape, lambda c: steps.is_open(values[c]))
        self._by("budget", "how often a fault may happen", (len(FAULTS), *shape), lambda fault, c: values[c].left[fault])
        self._by("spent", "conditions after a fault", (len(FAULTS), *shape), lambda fault, c: (
            steps.spent(c, fault) if values[c].left[fault] else None))  # fmt: skip
        self._by("cut", "whether a way is cut", (len(ways), *shape), lambda w, c: (ways[w].sender, ways[w].receiver) in values[c].cuts)
        if steps.world.caches:
            cached = (len(self.announced.values), steps.hosts, *shape)
            self._by("cached", "conditions after an announcement", cached, lambda a, h, c: steps.cached(c, h, self.announced.values[a]))

    def _time(self, unit: int, intervals: list[int]) -> None:
        tables, count = self.tables, len(intervals)
        self._by("interval", "how long time may pass", (count,), lambda i: intervals[i] // unit)
        self._by("elapse", "local state after it", (count, self._count("l")), lambda i, at: tables.elapsed.get((at, intervals[i])))
        self._by("age", "queue after it", (count, self._count("q")), lambda i, q: tables.aged.get((q, intervals[i])) if q else 0)


def _time(time: int, unit: int) -> int:
    return AGES if time == NEVER else time // unit


def _places(shape: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    if not shape:
        return ((),)
    return ((first, *rest) for first in range(shape[0]) for rest in _places(shape[1:]))
