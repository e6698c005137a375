"""What there is to show: everything at one instant, as one value; and the shapes of tables."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import field

from kaspec.config.model import Command, Configuration, GroupSettings, InstanceSettings
from kaspec.frozen import frozen
from kaspec.node import Node, NodeState
from kaspec.report.journal import BLANK, Journal
from kaspec.report.stats import Counts
from kaspec.report.trackers import Watched
from kaspec.snmp.values import Oid, Value, integer, text
from kaspec.snmp.view import Cell
from kaspec.units import ZERO, Instant, Interval
from kaspec.vrrp.router import Identity, VirtualRouter
from kaspec.vrrp.state import StateName

if TYPE_CHECKING:
    from kaspec.lvs.counted import TableCounts
    from kaspec.report.directed import Directed

INIT, BACKUP, MASTER, FAULT, SHUTDOWN = 0, 1, 2, 3, 5
STATE_NUMBERS: Mapping[StateName, int] = {"INIT": INIT, "BACKUP": BACKUP, "MASTER": MASTER, "FAULT": FAULT}
"""KEEPALIVED-MIB's VrrpState."""
HUNDREDTH = 10_000
"""Microseconds in a hundredth of a second."""
Row = tuple[Oid, Mapping[int, Value | None]]
"""The index of a row, and its columns; what is ``None`` is not there."""


@frozen
class Face:
    """What a manager wants to know of an interface: its number and its address on the link."""

    index: int
    mac: bytes = b""


@frozen
class Snapshot:
    """The node at the instant ``now``; ``started`` is when the process began, ``title`` its name and version, ``host`` the machine's."""

    configuration: Configuration
    state: NodeState
    now: Instant
    started: Instant = Instant(0)
    title: str = "kaspec"
    host: str = ""
    journals: Mapping[Identity, Journal] = field(factory=dict)
    counts: Counts = field(factory=dict)
    faces: Mapping[str, Face] = field(factory=dict)
    watched: Watched = Watched()

    @property
    def node(self) -> Node:
        """The virtual routers and groups."""
        return Node(self.configuration.routers, self.configuration.groups)

    def journal(self, router: VirtualRouter) -> Journal:
        """Return what has been noted of a virtual router."""
        return self.journals.get(router.identity, BLANK)

    def index(self, interface: str | None) -> int | None:
        """Return the number of an interface that is there."""
        face = self.faces.get(interface or "")
        return face.index if face else None

    def up_for(self, router: VirtualRouter) -> Interval:
        """Return how long a virtual router has been taking part."""
        since = self.journal(router).up_since
        return ZERO if since is None else Interval(self.now - since)

    def words(self, command: Command | None) -> Value | None:
        """Return a program as it is run."""
        return _words(self.configuration, command)

    def mails(self, settings: InstanceSettings | GroupSettings) -> bool:
        """Tell whether changes of an instance or group are mailed."""
        defs = self.configuration.global_defs
        chosen = (settings.smtp_alert, defs.smtp_alert_vrrp, defs.smtp_alert)
        return next((each for each in chosen if each is not None), False)


@frozen
class CheckSnapshot:
    """What the checker shows: the configuration, how everything stands, and what the kernel counts; without IPVS it counts nothing."""

    configuration: Configuration
    directed: "Directed"
    title: str = "kaspec"
    host: str = ""
    counts: "TableCounts | None" = None

    def words(self, command: Command | None) -> Value | None:
        """Return a program as it is run."""
        return _words(self.configuration, command)

    def mails(self, own: bool | None, default: bool) -> bool:
        """Tell whether changes of a virtual or real server are mailed; ``own`` is what its block says."""
        nearest = (own, self.configuration.lvs.smtp_alert_checker, self.configuration.global_defs.smtp_alert, default)
        return next(each for each in nearest if each is not None)


def _words(configuration: Configuration, command: Command | None) -> Value | None:
    """Return a program as it is run, each word in quotes; one that may not run as it is written."""
    if command is None:
        return None
    permit = configuration.permits.get(command)
    return text(" ".join(f"'{word}'" for word in permit.argv) if permit else command.line)


def table(entry: Oid, rows: Iterable[Row]) -> Iterator[Cell]:
    """Yield the objects of a table whose entry has this name."""
    for index, columns in rows:
        for number, value in columns.items():
            if value is not None:
                yield (*entry, number), index, value


def scalars(parent: Oid, values: Mapping[Oid, Value | None]) -> Iterator[Cell]:
    """Yield objects that there is one of each, by their names below ``parent``."""
    for name, value in values.items():
        if value is not None:
            yield (*parent, *name), (0,), value


def choice(setting: bool | None) -> Value:
    """Return ``on(1), off(2), unset(3)``."""
    return integer(3 if setting is None else 1 if setting else 2)
