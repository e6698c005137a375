"""A world left to chance, as a chain of nodes: how long nothing is left to chance, and then whether an advertisement is lost.

A node is a state of the world as the search has it, and every step goes by the search's own moves (``Steps.successors``): what a
simulation does is something that the search tries.  An advertisement takes exactly ``World.delay``, and what is due is done in the order of
the hosts, deadlines before arrivals.  The nodes of a chain are few, for a world comes back to where it was: each step is worked out once.
"""

from collections.abc import Iterator
from typing import NamedTuple

from attrs import field

from kaspec.explore.moves import Delivers, Loses, Move, Passes, Reaches
from kaspec.explore.search import settling
from kaspec.explore.simulation.chances import Chances, Strike
from kaspec.explore.steps import Steps
from kaspec.explore.tables import Register, Tables, WorldState
from kaspec.explore.world import FAULTS, World
from kaspec.frozen import define, evolve
from kaspec.units import Interval
from kaspec.vrrp.state import Master

FOREVER = 1 << 60
"""Longer than any run."""


class Row(NamedTuple):
    """What follows a node: after ``lasts`` the next one, ``heard``; or ``lost``, if an advertisement ``arrives`` and is lost."""

    lasts: int
    heard: int
    lost: int
    arrives: bool


@define(eq=False)
class Chain:
    """The chain of a world, which grows as it is walked.

    ``masters`` has for each node, by virtual router, its Masters as bits by host.  Who is Master only changes from one node to another.
    """

    steps: Steps
    allowed: tuple[int, ...]
    nodes: Register[WorldState] = field(factory=Register)
    masters: list[tuple[int, ...]] = field(factory=list)
    rows: list[Row | None] = field(factory=list)

    @classmethod
    def of(cls, world: World, chances: Chances) -> "Chain":
        """Begin the chain of a world where the world begins; node 0 is its first."""
        steps = Steps(Tables(evolve(world, faults=chances.faults)))
        walk = settling(steps) if world.begins == "settled" else ()
        losses_only = tuple(int(name == "loss" and chances.loss > 0) for name in FAULTS)
        chain = cls(steps, losses_only)
        chain.node(walk[-1][1] if walk else steps.beginning())
        return chain

    def node(self, state: WorldState) -> int:
        """Return the number of a state, in which nothing but losses may go wrong by itself."""
        state = self.with_left(state, self.allowed)
        number = self.nodes.of(state)
        if number == len(self.rows):
            self.rows.append(None)
            self.masters.append(masters(self.steps, state))
        return number

    def row(self, node: int) -> Row:
        """Return what follows a node."""
        found = self.rows[node]
        if found is None:
            found = self.rows[node] = self._work_out(node)
        return found

    def struck(self, node: int, after: Interval, strike: Strike) -> int:
        """Return the node that comes of something going wrong, or being mended, some time after a node; what cannot be changes nothing."""
        *_, state = (self.nodes.values[node], *(each for _, each in self.passing(node, after)))
        budget = tuple(int(number == strike.fault) for number in range(len(FAULTS)))
        number = self.steps.tables.move(strike.move)
        ways = dict(self.steps.successors(self.with_left(state, budget)))
        return self.node(ways.get(number, state))

    def passing(self, node: int, time: int) -> Iterator[tuple[int, WorldState]]:
        """Return the moves until ``time`` after a node, which is within its ``lasts``, each with the state after it."""
        state = self.nodes.values[node]
        while time > 0 and (following := self._following(state)):
            ((number, after),) = following
            lasts = self.steps.tables.lasting[number]
            if lasts > time:
                number, after = self._waited(state, Interval(time))
            time -= lasts
            yield number, after
            state = after

    def with_left(self, state: WorldState, left: tuple[int, ...]) -> WorldState:
        """Return a state in which that may still go wrong."""
        conditions = self.steps.tables.conditions
        before = conditions.values[state[0]]
        return state if before.left == left else (conditions.of(before._replace(left=left)), *state[1:])

    def _work_out(self, node: int) -> Row:
        """Go on until something is left to chance, or the Masters change, or all is as it was before."""
        state, time, seen = self.nodes.values[node], 0, set[WorldState]()
        while state not in seen and masters(self.steps, state) == self.masters[node]:
            seen.add(state)
            following = self._following(state)
            if not following:
                return Row(FOREVER, node, node, False)
            if len(following) > 1:
                heard, lost = (self.node(after) for _, after in following)
                return Row(time, heard, lost, True)
            ((move, state),) = following
            time += self.steps.tables.lasting[move]
        return Row(time, self.node(state), self.node(state), False)

    def _following(self, state: WorldState) -> list[tuple[int, WorldState]]:
        """Return the one move that follows by itself; or what arrives being heard, and being lost if that can be; or nothing."""
        tables = self.steps.tables
        there = [(tables.moves.values[number], number, after) for number, after in self.steps.successors(state)]
        starting = tables.conditions.values[state[0]].starting < self.steps.hosts
        for move, number, after in there:
            if starting or isinstance(move, Reaches):
                return [(number, after)]
        for way, queue in enumerate(state[self.steps.first_queue :]):
            if not tables.latest[queue]:
                return [(number, after) for move, number, after in there if _is_fate(move, tables, way)]
        return [(number, after) for move, number, after in there if isinstance(move, Passes)]

    def _waited(self, state: WorldState, interval: Interval) -> tuple[int, WorldState]:
        tables, first = self.steps.tables, self.steps.first_queue
        later = (tables.elapse(number, interval) for number in state[1:first])
        aged = (tables.age(number, interval) if number else 0 for number in state[first:])
        return tables.move(Passes(interval)), (state[0], *later, *aged)


def _is_fate(move: Move, tables: Tables, way: int) -> bool:
    return isinstance(move, Delivers | Loses) and tables.ways.numbers[move.way] == way


def masters(steps: Steps, state: WorldState) -> tuple[int, ...]:
    """Return by virtual router its Masters, as bits by host."""
    hosts = [steps.tables.locals.values[number].states for number in state[1 : steps.first_queue]]
    return tuple(
        sum(isinstance(hosts[host][place], Master) << host for host, place in enumerate(row) if place is not None)
        for row in steps.world.virtual
    )
