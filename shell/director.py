"""The director: virtual servers of the core joined to checks on one side and the kernel's table on the other.  It decides nothing."""

import errno
import gc
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve, field

from kaspec.address import Address
from kaspec.config.model import Configuration
from kaspec.frozen import define
from kaspec.health.reported import CheckReported
from kaspec.lvs.model import ServerKey, Service, ServiceKey, VirtualServer
from kaspec.lvs.plan import plan
from kaspec.lvs.services import (
    AddressSeen,
    ServiceEffect,
    ServiceEvent,
    ServiceReconfigured,
    ServiceState,
    ServiceStopped,
    beginning,
    entries,
    resume,
    step,
)
from kaspec.lvs.settings import LvsSettings
from kaspec.lvs.table import Entry
from kaspec.report.services import command_words
from shell import logs
from shell.ipvs.kernel import NO_IPVS, Ipvs
from shell.problem import Problem

if TYPE_CHECKING:
    from kaspec.lvs.counted import TableCounts

Tell = Callable[[VirtualServer, ServiceEffect], None]


class Place(NamedTuple):
    """Where a check's server stands: the name that the engine knows it by."""

    service: ServiceKey
    server: ServerKey


def direct(configuration: Configuration) -> "Director":
    """Make the kernel's table what a configuration begins with: all that connections need, and nothing that checks or managers do."""
    gc.disable()  # What a start makes stays.
    director = Director(_open())
    director.begin(configuration)
    return director


def _open() -> Ipvs | None:
    """Return the kernel's table; without one that is said, and checks go on."""
    logs.info("Initializing ipvs")
    try:
        return Ipvs()
    except OSError as error:
        why = NO_IPVS if error.errno == errno.ENOENT else os.strerror(error.errno or 0)
        logs.info(f"IPVS cannot be used: {why}.  Servers are checked and changes told, but nothing is balanced")
        return None


@define(eq=False)
class Director:
    """How every virtual server stands, and what the kernel is to hold; without ``ipvs`` there is none, and all else goes on.

    What is to be logged and told waits until somebody hears it (``tell_to``).
    """

    ipvs: Ipvs | None
    virtuals: dict[ServiceKey, VirtualServer] = field(factory=dict)
    states: dict[ServiceKey, ServiceState] = field(factory=dict)
    _held: dict[Service, Entry] = field(factory=dict)
    _owners: dict[Service, ServiceKey] = field(factory=dict)
    _repaired: tuple[object, ...] = ()
    _untold: list[tuple[VirtualServer, ServiceEffect]] = field(factory=list)
    _hearer: Tell | None = None

    def tell_to(self, hearer: Tell) -> None:
        """Tell this one from now on, and first what was not told yet."""
        self._hearer = hearer
        untold, self._untold = self._untold, []
        for virtual, effect in untold:
            hearer(virtual, effect)

    def begin(self, configuration: Configuration) -> None:
        """Take up the work: what the kernel holds of ours already is kept as far as it is right."""
        settings = configuration.lvs
        if self.ipvs is not None and settings.lvs_flush:
            self._told(self.ipvs.flush())
        wanted = {service for virtual in configuration.services for service in virtual.services}
        if self.ipvs is not None:
            self._held = self._read(wanted)
        self._set(settings, LvsSettings())
        self.adopt(configuration)

    def adopt(self, configuration: Configuration, before: Configuration | None = None) -> None:
        """Direct by this configuration from now on; what stays is not touched."""
        virtuals = {virtual.key: virtual for virtual in configuration.services}
        effects: list[tuple[VirtualServer, Iterable[ServiceEffect]]] = []
        for key, virtual in self.virtuals.items():
            if key not in virtuals:
                effects.append((virtual, step(virtual, self.states.pop(key), ServiceStopped()).effects))
        for key, virtual in virtuals.items():
            old = self.virtuals.get(key)
            if old is None:
                self.states[key] = resume(virtual, self._held)
                effects.append((virtual, beginning(virtual, self.states[key])))
            elif old != virtual:
                taken = step(virtual, self.states[key], ServiceReconfigured(old))
                self.states[key] = taken.state
                effects.append((virtual, taken.effects))
        self.virtuals = virtuals
        self._owners = {}
        for virtual in virtuals.values():
            for service in virtual.services:
                self._owners.setdefault(service, virtual.key)
        if before is not None:
            self._set(configuration.lvs, before.lvs)
        self._carry_out(self._held, self._desired())
        for virtual, told in effects:
            for effect in told:
                self._tell(virtual, effect)

    def report(self, event: CheckReported) -> None:
        """A check has something to say of its server."""
        assert isinstance(event.server, Place), event.server
        self.take(event.server.service, evolve(event, server=event.server.server))

    def see(self, addresses: Iterable[Address]) -> list[tuple[Place, bool]]:
        """These addresses are on this host: return which servers' checks are to be suspended (``True``), or resumed."""
        here, changed = frozenset(addresses), list[tuple[Place, bool]]()
        for key, virtual in self.virtuals.items():
            if virtual.ha_suspend:
                before = self.states[key].is_suspended
                self.take(key, AddressSeen(all(getattr(each, "address", None) in here for each in virtual.services)))
                after = self.states[key].is_suspended
                changed += [(Place(key, server.key), after) for server in virtual.servers if after != before]
        return changed

    def take(self, key: ServiceKey, event: ServiceEvent) -> None:
        """Let an event happen to a virtual server, and make it real."""
        virtual, state = self.virtuals.get(key), self.states.get(key)
        if virtual is None or state is None:
            return
        taken = step(virtual, state, event)
        self.states[key] = taken.state
        if taken.effects:
            ours = {service: entry for service, entry in entries(virtual, taken.state).items() if self._owners[service] == key}
            self._carry_out({service: self._held[service] for service in ours if service in self._held}, ours)
        for effect in taken.effects:
            self._tell(virtual, effect)

    def look(self) -> None:
        """Read our part of the table back, and put right what somebody else changed; what cannot be put right is told once."""
        if self.ipvs is None:
            return
        actual = self._read(self._owners)
        repairs = plan(actual, self._desired())
        if repairs and repairs != self._repaired:
            for command in repairs:
                logs.info(f"Somebody else changed the IPVS table: {command_words(command)} again")
        if repairs:
            self._told(self.ipvs.carry_out(repairs))
        self._repaired = repairs

    def counts(self) -> "TableCounts | None":
        """Return what the kernel counts of our part of the table; nothing if it cannot be read."""
        try:
            return None if self.ipvs is None else self.ipvs.counts(self._owners.__contains__)
        except OSError as error:
            self._told((Problem("cannot read what IPVS counts", error.errno or 0),))
            return None

    def end(self, settings: LvsSettings, keeping: bool) -> None:
        """Tell the last words, and take away what is ours; ``keeping`` (-I) leaves the table as it is."""
        for key, virtual in self.virtuals.items():
            for effect in step(virtual, self.states[key], ServiceStopped()).effects:
                self._tell(virtual, effect)
        if self.ipvs is None:
            return
        if not keeping:
            if settings.lvs_flush_on_stop == "":
                self._told(self.ipvs.flush())
            else:
                self._carry_out(self._held, {})
        self.ipvs.close()

    def _tell(self, virtual: VirtualServer, effect: ServiceEffect) -> None:
        if self._hearer is None:
            self._untold.append((virtual, effect))
        else:
            self._hearer(virtual, effect)

    def _set(self, settings: LvsSettings, before: LvsSettings) -> None:
        if self.ipvs is not None and settings.lvs_timeouts not in (None, before.lvs_timeouts):
            assert settings.lvs_timeouts is not None
            self._told(self.ipvs.set_timeouts(settings.lvs_timeouts))

    def _desired(self) -> dict[Service, Entry]:
        found: dict[Service, Entry] = {}
        for key, virtual in self.virtuals.items():
            for service, entry in entries(virtual, self.states[key]).items():
                found.setdefault(service, entry)
        return found

    def _read(self, wanted: Iterable[Service]) -> dict[Service, Entry]:
        assert self.ipvs is not None
        ours = frozenset(wanted)
        try:
            return self.ipvs.read_table(ours.__contains__)
        except OSError as error:
            self._told((Problem("cannot read the IPVS table", error.errno or 0),))
            return dict(self._held)

    def _carry_out(self, actual: dict[Service, Entry], desired: dict[Service, Entry]) -> None:
        commands = plan(actual, desired)
        if self.ipvs is not None and commands:
            self._told(self.ipvs.carry_out(commands))
        for service in tuple(actual):
            self._held.pop(service, None)
        self._held.update(desired)

    def _told(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            logs.info(str(problem))
