"""What is seen of a state of a world from outside: who is Master of what, and who could be."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from attrs import field

from kaspec.explore.arrays import Numbers, Truths
from kaspec.explore.local import Local
from kaspec.explore.search import Graph
from kaspec.explore.tables import Conditions
from kaspec.frozen import define
from kaspec.vrrp.state import Backup, Master


class Role(NamedTuple):
    """What a host is to a virtual router: ``priority`` is 0 unless it takes part."""

    master: bool
    backup: bool
    priority: int
    preempts: bool


class Seen(NamedTuple):
    """Of each virtual router its Masters, and who takes part at all, as bits by host."""

    masters: tuple[int, ...]
    able: tuple[int, ...]


_NONE = Role(False, False, 0, False)


@define
class Observer:
    """Looks at states, one by one or all at once; what only depends on local states, or on conditions, is looked at once."""

    graph: Graph
    _columns: dict[tuple[object, ...], Numbers] = field(factory=dict)
    _roles: dict[tuple[int, int], tuple[Role, ...]] = field(factory=dict)
    _seen: dict[tuple[int, ...], Seen] = field(factory=dict)

    def conditions(self, state: int) -> Conditions:
        """Return the conditions of a state."""
        return self.graph.tables.conditions.values[self.graph.states[state][0]]

    def seen(self, state: int) -> Seen:
        """Return who is Master of what, and who takes part."""
        hosts = self.graph.states[state][1 : self.graph.steps.first_queue]
        found = self._seen.get(hosts)
        if found is None:
            found = self._seen[hosts] = self._look(hosts)
        return found

    def roles(self, state: int, virtual: int) -> tuple[Role, ...]:
        """Return what each host is to a virtual router."""
        hosts = self.graph.states[state][1 : self.graph.steps.first_queue]
        return tuple(self._host_roles(host, local)[virtual] for host, local in enumerate(hosts))

    def is_started(self, state: int) -> bool:
        """Tell whether all hosts have been started that are at the beginning."""
        return self.conditions(state).starting >= self.graph.steps.hosts

    def of_hosts(self, what: object, look: Callable[[int, int], int]) -> list[Numbers]:
        """Return by host a column of ``what`` is seen of its local state, of each state; ``look`` gets both numbers, once."""
        return [self._column((what, host), self.graph.columns[1 + host], partial(look, host)) for host in range(self.graph.steps.hosts)]

    def of_conditions(self, what: object, look: Callable[[Conditions], int]) -> Numbers:
        """Return a column of ``what`` is seen of the conditions of each state."""
        values = self.graph.tables.conditions.values
        return self._column((what,), self.graph.columns[0], lambda number: look(values[number]))

    def _column(self, key: tuple[object, ...], numbers: Numbers, look: Callable[[int], int]) -> Numbers:
        if key not in self._columns:
            met = np.flatnonzero(np.bincount(numbers))
            table: Numbers = np.zeros(int(met[-1]) + 1, dtype=np.int64)
            table[met] = [look(number) for number in met.tolist()]
            self._columns[key] = table[numbers]
        return self._columns[key]

    def masters(self, virtual: int) -> Numbers:
        """Return who is Master of a virtual router, as bits by host, in each state."""
        return _bits(self.of_hosts(("master", virtual), lambda host, local: self._host_roles(host, local)[virtual].master))

    def able(self, virtual: int) -> Numbers:
        """Return who takes part in a virtual router."""
        return _bits(self.of_hosts(("able", virtual), lambda host, local: self._host_roles(host, local)[virtual].priority > 0))

    def split(self, virtual: int) -> Truths:
        """Return where two hosts are Master of a virtual router."""
        masters = self.masters(virtual)
        return (masters & (masters - 1)) > 0

    def right(self, virtual: int) -> Truths:
        """Return where there is exactly one Master of a virtual router, and nobody who preempts is better."""

        def of(what: str, look: Callable[[Role], int]) -> list[Numbers]:
            return self.of_hosts((what, virtual), lambda host, local: look(self._host_roles(host, local)[virtual]))

        priority = sum(of("rank", lambda role: role.priority if role.master else 0))
        rivals = of("rival", lambda role: role.priority if role.backup and role.preempts else 0)
        return (self.masters(virtual) > 0) & ~self.split(virtual) & (np.maximum.reduce(rivals) <= priority)

    @property
    def started(self) -> Truths:
        """Where all hosts have been started that are at the beginning."""
        return self.of_conditions("started", lambda conditions: conditions.starting >= self.graph.steps.hosts) > 0

    @property
    def whole(self) -> Truths:
        """Where all have started that are to, nobody is paused, and nothing keeps hosts from hearing each other."""
        linked = np.minimum.reduce(self.of_hosts("linked", lambda _, local: self._is_linked(local)))
        return self.started & ~self.cut & (linked > 0)

    @property
    def cut(self) -> Truths:
        """Where some host does not hear another."""
        return self.of_conditions("cut", lambda conditions: bool(conditions.cuts)) > 0

    def _is_linked(self, number: int) -> bool:
        local = self.graph.tables.locals.values[number]
        return local.power != "paused" and all(link.up for link in local.links)

    @property
    def busy(self) -> Truths:
        """Where any advertisement is on its way, or must be sent now."""
        due = self.of_hosts("due", lambda _, local: self.graph.tables.due[local] == 0)
        return np.logical_or.reduce([*due, *(queue > 0 for queue in self.graph.columns[self.graph.steps.first_queue :])])

    def _look(self, hosts: tuple[int, ...]) -> Seen:
        rows = [self._host_roles(host, local) for host, local in enumerate(hosts)]
        numbers = range(len(self.graph.world.virtual))
        return Seen(
            tuple(sum(row[number].master << host for host, row in enumerate(rows)) for number in numbers),
            tuple(sum((row[number].priority > 0) << host for host, row in enumerate(rows)) for number in numbers),
        )

    def _host_roles(self, host: int, local: int) -> tuple[Role, ...]:
        found = self._roles.get((host, local))
        if found is None:
            there = self.graph.tables.locals.values[local]
            world = self.graph.world
            routers = world.hosts[host].node_of(there.setup).routers
            places = [world.place(number, host, there.setup) for number in range(len(world.virtual))]
            found = self._roles[host, local] = tuple(
                _NONE if place is None else _role(there, place, routers[place].preempt) for place in places
            )
        return found


def _bits(hosts: list[Numbers]) -> Numbers:
    return np.bitwise_or.reduce([truths << host for host, truths in enumerate(hosts)])


def _role(local: Local, place: int, preempts: bool) -> Role:
    """Whoever is paused takes no part; but one who was Master still has the addresses."""
    state = local.states[place]
    if local.power == "on" and isinstance(state, Master | Backup):
        return Role(isinstance(state, Master), isinstance(state, Backup), state.standing.priority, preempts)
    return Role(local.power == "paused" and isinstance(state, Master), False, 0, preempts)


def hosts_of(bits: int) -> tuple[int, ...]:
    """Return the hosts that bits stand for."""
    return tuple(host for host in range(bits.bit_length()) if bits >> host & 1)
