"""From one IPVS table to another: the commands, as few as can be, in an order in which nobody is left without a server.

What stays the same is not touched, so its connections live on; what changes is changed in place.  Of one service, destinations are added
first, then those that gain weight are changed, then the others, and the last are deleted: a sorry server goes when the real ones are there.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from kaspec.frozen import evolve, frozen
from kaspec.lvs.model import ServerKey, Service
from kaspec.lvs.table import Destination, Entry, ServiceSettings, Table, by_key


@frozen
class AddService:
    """Have a service, with no destination yet."""

    service: Service
    settings: ServiceSettings


@frozen
class SetService:
    """Change how a service schedules."""

    service: Service
    settings: ServiceSettings


@frozen
class DeleteService:
    """Have a service no more, nor its destinations."""

    service: Service


@frozen
class AddDestination:
    """Have a destination."""

    service: Service
    destination: Destination


@frozen
class SetDestination:
    """Change a destination."""

    service: Service
    destination: Destination


@frozen
class DeleteDestination:
    """Have a destination no more."""

    service: Service
    destination: Destination


TableCommand = AddService | SetService | DeleteService | AddDestination | SetDestination | DeleteDestination


class ImpossibleCommandError(ValueError):
    """A command that the kernel would refuse: what it adds is there, or what it changes is not."""


def plan(actual: Table, desired: Table) -> tuple[TableCommand, ...]:
    """Return what makes the ``desired`` table of the ``actual`` one; nothing if they hold the same, whatever the order."""
    return tuple(_plan(actual, desired))


def _plan(actual: Table, desired: Table) -> Iterator[TableCommand]:
    for service, entry in desired.items():
        before = actual.get(service)
        if before is None:
            yield AddService(service, entry.settings)
        elif before.settings != entry.settings:
            yield SetService(service, entry.settings)
        yield from _destinations(service, by_key(before.destinations if before else ()), by_key(entry.destinations))
    yield from (DeleteService(service) for service in actual if service not in desired)


def _destinations(
    service: Service, actual: Mapping[ServerKey, Destination], desired: Mapping[ServerKey, Destination]
) -> Iterator[TableCommand]:
    yield from (AddDestination(service, each) for key, each in desired.items() if key not in actual)
    changed = [each for key, each in desired.items() if key in actual and actual[key] != each]
    rising = [each for each in changed if each.weight > actual[each.key].weight]
    yield from (SetDestination(service, each) for each in rising)
    yield from (SetDestination(service, each) for each in changed if each not in rising)
    yield from (DeleteDestination(service, each) for key, each in actual.items() if key not in desired)


def apply(table: Table, commands: Iterable[TableCommand]) -> dict[Service, Entry]:
    """Do to a table what the kernel does; raises ``ImpossibleCommandError`` where it refuses."""
    made = dict(table)
    for command in commands:
        _apply(made, command)
    return made


def _apply(table: dict[Service, Entry], command: TableCommand) -> None:
    entry = table.get(command.service)
    if (entry is None) != isinstance(command, AddService):
        raise ImpossibleCommandError(command)
    match command:
        case AddService(service, settings):
            table[service] = Entry(settings)
            return
        case DeleteService(service):
            del table[service]
            return
        case _:
            assert entry is not None
    found = by_key(entry.destinations)
    match command:
        case SetService(service, settings):
            table[service] = evolve(entry, settings=settings)
            return
        case AddDestination(service, destination) | SetDestination(service, destination):
            if (destination.key in found) != isinstance(command, SetDestination):
                raise ImpossibleCommandError(command)
            found[destination.key] = destination
        case DeleteDestination(service, destination):
            if found.pop(destination.key, None) is None:
                raise ImpossibleCommandError(command)
        case _:
            assert_never(command)
    table[service] = evolve(entry, destinations=tuple(found.values()))
