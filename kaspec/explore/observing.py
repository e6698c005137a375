"""What is seen of a state of a world from outside: who is Master of what, and who could be."""

from typing import NamedTuple

from attrs import define, field

from kaspec.explore.local import Local
from kaspec.explore.search import Graph
from kaspec.explore.tables import Conditions
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
    """Looks at states; what only depends on local states is looked at once."""

    graph: Graph
    _whole: dict[tuple[int, ...], bool] = field(factory=dict)
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

    def under_way(self, state: int) -> bool:
        """Tell whether any advertisement is on its way, or must be sent now."""
        world = self.graph.states[state]
        first, due = self.graph.steps.first_queue, self.graph.tables.due
        return any(world[first:]) or any(due[local] == 0 for local in world[1:first])

    def is_started(self, state: int) -> bool:
        """Tell whether all hosts have been started that are at the beginning."""
        return self.conditions(state).starting >= self.graph.steps.hosts

    def is_whole(self, state: int) -> bool:
        """Tell whether all have started that are to, nobody is paused, and nothing keeps hosts from hearing each other."""
        known = self.graph.states[state][: self.graph.steps.first_queue]
        found = self._whole.get(known)
        if found is None:
            locals_ = self.graph.tables.locals.values
            hosts = [locals_[number] for number in known[1:]]
            linked = all(local.power != "paused" and all(link.up for link in local.links) for local in hosts)
            found = self._whole[known] = linked and not self.conditions(state).cuts and self.is_started(state)
        return found

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


def _role(local: Local, place: int, preempts: bool) -> Role:
    """Whoever is paused takes no part; but one who was Master still has the addresses."""
    state = local.states[place]
    if local.power == "on" and isinstance(state, Master | Backup):
        return Role(isinstance(state, Master), isinstance(state, Backup), state.standing.priority, preempts)
    return Role(local.power == "paused" and isinstance(state, Master), False, 0, preempts)


def hosts_of(bits: int) -> tuple[int, ...]:
    """Return the hosts that bits stand for."""
    return tuple(host for host in range(bits.bit_length()) if bits >> host & 1)
