"""The plan of a reload: what a new configuration keeps, changes, starts and stops, and what of it would interrupt service.

``plan`` is what ``kaspec plan`` shows, what the log says at a reload, and what the reload does: its virtual routers follow
``kaspec.succession``, as the node's do.
"""

from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar, assert_never

from attrs import field, fields

from kaspec.config.model import BfdInstance, Configuration, InstanceSettings
from kaspec.consequences import Consequence, Holders, of_change, of_loss, of_move, of_regrouping, of_service, of_start, of_stop
from kaspec.frozen import frozen
from kaspec.lvs.succession import ServiceAction, succession_of_services
from kaspec.succession import Added, Changed, Fate, Kept, Moved, Removed, succession
from kaspec.trackers.tracked import Script, TrackedFile, TrackedProcess
from kaspec.vrrp.holdings import PolicyRule, Route
from kaspec.vrrp.router import VirtualAddress, VirtualRouter

T = TypeVar("T")


@frozen
class Change:
    """A setting that differs; ``name`` is the model's."""

    name: str
    old: Any
    new: Any


@frozen
class Difference(Generic[T]):
    """What a list gains and loses, each in its own order."""

    gained: tuple[T, ...] = ()
    lost: tuple[T, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gained or self.lost)


@frozen
class Instance:
    """A ``vrrp_instance``: its virtual router, and what only the daemon needs."""

    router: VirtualRouter
    settings: InstanceSettings | None


@frozen
class Action:
    """What is done about one instance.

    ``keep``: nothing.  ``change``: it keeps its state under new settings.  ``restart``: it goes to another interface or VRID, so it stops
    there and starts anew here.  ``start`` has no ``old``, ``stop`` no ``new``.
    """

    kind: Literal["keep", "change", "restart", "start", "stop"]
    old: Instance | None
    new: Instance | None
    changes: tuple[Change, ...] = ()
    consequences: tuple[Consequence, ...] = ()

    @property
    def instance(self) -> Instance:
        """The instance as it will be, or as it was if it goes."""
        instance = self.new or self.old
        assert instance is not None
        return instance


@frozen
class Plan:
    """What a reload does: ``definitions`` are changes of ``global_defs``, ``actions`` has one for each instance, ``services`` for each
    virtual server.

    ``others`` are changes of what has no place of its own here.
    """

    definitions: tuple[Change, ...] = ()
    others: tuple[Change, ...] = ()
    addresses: Difference[VirtualAddress] = field(factory=Difference)
    routes: Difference[Route] = field(factory=Difference)
    actions: tuple[Action, ...] = ()
    sessions: Difference[BfdInstance] = field(factory=Difference)
    scripts: Difference[Script] = field(factory=Difference)
    files: Difference[TrackedFile] = field(factory=Difference)
    processes: Difference[TrackedProcess] = field(factory=Difference)
    regrouping: tuple[Consequence, ...] = ()
    rules: Difference[PolicyRule] = field(factory=Difference)
    services: tuple[ServiceAction, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        lists = (self.addresses, self.routes, self.rules, self.sessions, self.scripts, self.files, self.processes)
        kinds = {*(each.kind for each in self.actions), *(each.kind for each in self.services)}
        return kinds <= {"keep"} and not (self.definitions or self.others or any(lists))

    @property
    def losses(self) -> tuple[Consequence, ...]:
        """What follows from the static items that go."""
        return of_loss((*self.addresses.lost, *self.routes.lost, *self.rules.lost))

    @property
    def consequences(self) -> tuple[Consequence, ...]:
        """Everything that follows for the network."""
        instances = (each for action in self.actions for each in action.consequences)
        return (*self.losses, *self.regrouping, *instances, *(each for action in self.services for each in of_service(action)))

    @property
    def interrupts(self) -> bool:
        """Whether anything would, or could, interrupt service."""
        return any(each.grade != "note" for each in self.consequences)


def plan(old: Configuration, new: Configuration) -> Plan:
    """Return what a reload from one configuration to another does.  Total; of a configuration and itself, nothing but ``keep``."""
    before, after = _instances(old), _instances(new)
    holders = {virtual.address: router.name for router in new.routers for virtual in router.held_addresses}
    return Plan(
        tuple(each for part in ("global_defs", "process", "pacing") for each in changes(getattr(old, part), getattr(new, part))),
        tuple(each for each in changes(old, new) if each.name not in _PLANNED),
        difference(old.static_addresses, new.static_addresses),
        difference(old.static_routes, new.static_routes),
        tuple(_action(fate, before, after, holders) for fate in succession(old.routers, new.routers)),
        difference(old.bfd_instances, new.bfd_instances),
        scripts=difference(old.scripts, new.scripts),
        files=difference(old.files, new.files),
        processes=difference(old.processes, new.processes),
        regrouping=of_regrouping(old.groups, new.groups, old.routers),
        rules=difference(old.static_rules, new.static_rules),
        services=succession_of_services(old.services, new.services),
    )


_TRACKED = ("bfd_instances", "scripts", "files", "processes")
_PLANNED = {
    "global_defs",
    "process",
    "pacing",
    "static_addresses",
    "static_routes",
    "static_rules",
    "routers",
    "settings",
    "bfd_instances",
    "scripts",
    "files",
    "processes",
    "services",
}
"""The parts of a configuration that a plan has a place of its own for."""


def changes(old: Any, new: Any) -> tuple[Change, ...]:
    """Return every field that two values of one class differ in."""
    names = (field.name for field in fields(type(new)) if field.eq)
    return tuple(Change(name, was, now) for name in names if (was := getattr(old, name, None)) != (now := getattr(new, name)))


def difference(old: tuple[T, ...], new: tuple[T, ...]) -> Difference[T]:
    """Return what a list gains and loses; its order does not matter."""
    return Difference(tuple(each for each in new if each not in old), tuple(each for each in old if each not in new))


def _instances(configuration: Configuration) -> tuple[Instance, ...]:
    settings = {each.name: each for each in configuration.settings}
    return tuple(Instance(router, settings.get(router.name)) for router in configuration.routers)


def _action(fate: Fate, before: Sequence[Instance], after: Sequence[Instance], holders: Holders) -> Action:
    match fate:
        case Kept(was, place) | Changed(was, place):
            old, new = before[was], after[place]
            if old == new:
                return Action("keep", old, new)
            return Action("change", old, new, _differences(old, new), of_change(old.router, new.router, holders))
        case Moved(was, place):
            old, new = before[was], after[place]
            return Action("restart", old, new, _differences(old, new), of_move(old.router, new.router, holders))
        case Added(place):
            return Action("start", None, after[place], (), of_start(after[place].router))
        case Removed(was):
            return Action("stop", before[was], None, (), of_stop(before[was].router, holders))
        case _:
            assert_never(fate)


def _differences(old: Instance, new: Instance) -> tuple[Change, ...]:
    settings = changes(old.settings, new.settings) if new.settings else ()
    return (*changes(old.router, new.router), *(each for each in settings if each.name != "name"))
