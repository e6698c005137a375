"""Reductions: fewer states with the same verdicts, the same Masters and the same longest times; laws compare them with the whole search.

*Order.*  Where something must arrive or be done now, and whatever can be done now by anybody is silent (nothing is sent or announced, and
nobody changes in what is seen of it), it does not matter in which order different hosts do it: only the first one's moves are looked at.

*Symmetry.*  Of hosts that are equal in everything but their names, which one is in which state does not matter.  Two routers of equal
priority at different addresses are not equal: the tie-break goes by the addresses.
"""

from collections.abc import Iterable, Iterator
from itertools import permutations, product

from attrs import field

from kaspec.explore.local import Local
from kaspec.explore.steps import Steps, Successors
from kaspec.explore.tables import Conditions, WorldState
from kaspec.explore.world import Host, World
from kaspec.frozen import define, evolve, frozen

Waiting = tuple[tuple[int, int], ...]
"""What is on its way to a host: ways, each with its queue."""


@frozen
class Reductions:
    """Which of them to use."""

    order: bool = True
    symmetry: bool = True


@define(eq=False)
class Order:
    """Of a world's moves those that must be looked at."""

    steps: Steps
    _silent: dict[tuple[int, int, Waiting], bool] = field(factory=dict)

    def successors(self, state: WorldState) -> Successors:
        """Return moves and where they lead: of one host only, where that is enough."""
        found = self.steps.successors(state)
        host = self._first(state) if len(found) > 1 else None
        return found if host is None else [each for each in found if self._concerns(each[0], host)]

    def _first(self, state: WorldState) -> int | None:
        """Return the host whose moves are enough, if one's are."""
        tables, hosts = self.steps.tables, range(self.steps.hosts)
        if self.is_open(state):
            return None
        waiting = [self._waiting(state, host) for host in hosts]
        if not all(self._is_silent(host, state[1 + host], waiting[host]) for host in hosts):
            return None
        return next((host for host in hosts if self.is_urgent(tables.due[state[1 + host]], waiting[host])), None)

    def is_open(self, state: WorldState) -> bool:
        """Tell whether anything can happen that is neither time, nor a deadline, nor an arrival."""
        conditions = self.steps.tables.conditions.values[state[0]]
        if conditions.starting < self.steps.hosts or any(conditions.left) or conditions.cuts:
            return True
        return any(self.steps.begins(local) or self.steps.concerning(host, local) for host, local in self._locals(state))

    def is_urgent(self, due: int, waiting: Waiting) -> bool:
        """Tell whether a host must do something before time passes."""
        return not due or any(not self.steps.tables.latest[queue] for _, queue in waiting)

    def _locals(self, state: WorldState) -> Iterator[tuple[int, int]]:
        return enumerate(state[1 : self.steps.first_queue])

    def _waiting(self, state: WorldState, host: int) -> Waiting:
        ways = enumerate(self.steps.tables.ways.values)
        arriving = state[self.steps.first_queue :]
        return tuple((number, arriving[number]) for number, way in ways if way.receiver == host and arriving[number])

    def _is_silent(self, host: int, local: int, waiting: Waiting) -> bool:
        """Tell whether nothing is seen of a host whatever it does now, in whichever order."""
        key = host, local, waiting
        if key not in self._silent:
            self._silent[key] = False  # whatever comes back to where it was is left alone
            self._silent[key] = all(self._goes_on_silent(host, local, event, rest) for event, rest in self._ahead(local, waiting))
        return self._silent[key]

    def _ahead(self, local: int, waiting: Waiting) -> Iterator[tuple[int, Waiting]]:
        tables = self.steps.tables
        if not tables.due[local]:
            yield self.steps.deadline, waiting
        for place, (way, queue) in enumerate(waiting):
            left = tables.pop(queue)
            rest = (*waiting[:place], *(((way, left),) if left else ()), *waiting[place + 1 :])
            yield tables.hears(way, queue), rest

    def _goes_on_silent(self, host: int, local: int, event: int, rest: Waiting) -> bool:
        tables = self.steps.tables
        result = tables.result(host, local, event)
        values = tables.locals.values
        if result.sent or result.announced or _looks(values[local]) != _looks(values[result.after]):
            return False
        return self._is_silent(host, result.after, rest)

    def _concerns(self, move: int, host: int) -> bool:
        kind = self.steps.tables.moves.values[move]
        way = getattr(kind, "way", None)
        return bool(getattr(kind, "host", way.receiver if way else -1) == host)


def _looks(local: Local) -> tuple[object, ...]:
    """Return what is seen of a host."""
    return local.power, local.setup, *((type(state), state.standing) for state in local.states)


@define(eq=False)
class Symmetry:
    """The renamings of hosts that change nothing, and of each state the one that stands for all that they make of it."""

    steps: Steps
    renamings: list[tuple[tuple[int, ...], tuple[int, ...]]] = field(init=False)
    _conditions: dict[tuple[int, int], int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        numbers = self.steps.tables.ways.numbers
        ways = self.steps.tables.ways.values
        self.renamings = [
            (hosts, tuple(numbers[evolve(way, sender=hosts[way.sender], receiver=hosts[way.receiver])] for way in ways))
            for hosts in _renamings(self.classes(self.steps.world))
        ]

    def classes(self, world: World) -> list[list[int]]:
        """Return the hosts in classes of equals."""
        found = list[list[int]]()
        for number, host in enumerate(world.hosts):
            equal = next((each for each in found if self.are_equal(world.hosts[each[0]], host)), None)
            if equal is not None and all(row[equal[0]] == row[number] for row in world.virtual):
                equal.append(number)
            else:
                found.append([number])
        return found

    def are_equal(self, one: Host, other: Host) -> bool:
        """Tell whether two hosts differ in their names only."""
        return evolve(one, name="") == evolve(other, name="")

    def representative(self, state: WorldState) -> WorldState:
        """Return the least of all that renaming makes of a state."""
        if len(self.renamings) == 1 or self.steps.tables.conditions.values[state[0]].starting < self.steps.hosts:
            return state
        return min(self._renamed(state, number) for number in range(len(self.renamings)))

    def _renamed(self, state: WorldState, number: int) -> WorldState:
        hosts, ways = self.renamings[number]
        first, after = self.steps.first_queue, list(state)
        after[0] = self._renamed_conditions(state[0], number)
        for old, new in enumerate(hosts):
            after[1 + new] = state[1 + old]
        for old, new in enumerate(ways):
            after[first + new] = state[first + old]
        return tuple(after)

    def _renamed_conditions(self, conditions: int, number: int) -> int:
        key = conditions, number
        if key not in self._conditions:
            hosts, _ = self.renamings[number]
            before: Conditions = self.steps.tables.conditions.values[conditions]
            cuts = frozenset((hosts[one], hosts[other]) for one, other in before.cuts)
            caches = tuple(host if host < 0 else hosts[host] for host in before.caches)
            self._conditions[key] = self.steps.tables.conditions.of(before._replace(cuts=cuts, caches=caches))
        return self._conditions[key]


def _renamings(classes: Iterable[list[int]]) -> Iterator[tuple[int, ...]]:
    """Return every way to rename the hosts of each class among themselves, as new numbers by old."""
    each = list(classes)
    for chosen in product(*(permutations(members) for members in each)):
        new = {old: number for members, renamed in zip(each, chosen, strict=True) for old, number in zip(members, renamed, strict=True)}
        yield tuple(new[old] for old in sorted(new))


@define(eq=False)
class Reduced:
    """The moves of a world by some reductions."""

    order: Order | None
    symmetry: Symmetry | None
    steps: Steps

    @classmethod
    def by(cls, reductions: Reductions, steps: Steps) -> "Reduced":
        """Return the moves that are left."""
        return cls(Order(steps) if reductions.order else None, Symmetry(steps) if reductions.symmetry else None, steps)

    def representative(self, state: WorldState) -> WorldState:
        """Return the state that stands for a state and its equals."""
        return self.symmetry.representative(state) if self.symmetry else state

    def successors(self, state: WorldState) -> Successors:
        """Return what is to be looked at."""
        found = self.order.successors(state) if self.order else self.steps.successors(state)
        return [(move, self.representative(after)) for move, after in found] if self.symmetry else found

    def concrete(self, walked: int, path: tuple[int, ...]) -> tuple[int, ...]:
        """Return moves of the world itself for those of a reduced search, which may be of other hosts; ``walked`` of them are already."""
        state = self.steps.beginning()
        for number in path[:walked]:
            state = dict(self.steps.successors(state))[number]
        stands, moves = self.representative(state), list(path[:walked])
        for number in path[walked:]:
            stands = self.representative(dict(self.steps.successors(stands))[number])
            move, state = next(each for each in self.steps.successors(state) if self.representative(each[1]) == stands)
            moves.append(move)
        return tuple(moves)
