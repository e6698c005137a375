"""Virtual servers as the configuration defines them, every default of keepalived's filled in.

A ``VirtualServer`` is one block of the text.  The kernel knows it as one ``Service``, or as several if it serves a group; each has the same
real servers behind it.
"""

from typing import Literal

from kaspec.address import Address, Family, family_of
from kaspec.command import Command
from kaspec.frozen import frozen
from kaspec.health.model import Check
from kaspec.lvs.settings import NAT, Forwarding
from kaspec.units import SECOND, Interval

Protocol = Literal["TCP", "UDP", "SCTP"]
SchedulerFlag = Literal["flag-1", "flag-2", "flag-3"]
"""Settings of a scheduler, by number; ``sh-fallback`` and ``mh-fallback`` are the first, ``sh-port`` and ``mh-port`` the second."""
DEFAULT_PERSISTENCE = Interval(360 * SECOND)


@frozen
class AddressService:
    """Packets of a protocol to an address and port; port 0 is all ports."""

    address: Address
    port: int
    protocol: Protocol

    @property
    def family(self) -> Family:
        """4 or 6."""
        return family_of(self.address)


@frozen
class MarkService:
    """Packets that the firewall gave a mark."""

    mark: int
    family: Family = 4


Service = AddressService | MarkService
"""What the kernel knows."""


@frozen
class GroupService:
    """Every service of a ``virtual_server_group``, with one protocol for those that have an address."""

    name: str
    protocol: Protocol


ServiceKey = Service | GroupService
"""What a virtual server is known by; two of one key are one, before and after a reload."""
ServerKey = tuple[Address, int]
"""What a real server is known by within its virtual server: address and port."""


@frozen
class ServerGroup:
    """A ``virtual_server_group``, its ranges written out: addresses and ports, and marks."""

    name: str
    entries: tuple[tuple[Address, int] | MarkService, ...]

    def services(self, protocol: Protocol) -> tuple[Service, ...]:
        """Return what the kernel is to know, each once."""
        every = (each if isinstance(each, MarkService) else AddressService(*each, protocol) for each in self.entries)
        return tuple(dict.fromkeys(every))


@frozen
class Persistence:
    """One client, one server, for so long; clients of one ``granularity`` (a prefix length) are one."""

    timeout: Interval = DEFAULT_PERSISTENCE
    granularity: int | None = None
    engine: Literal["sip"] | None = None


@frozen
class RealServer:
    """A ``real_server``; ``alpha`` has its checkers begin as failed, ``inhibit_on_failure`` keeps it in the table with weight 0.

    ``smtp_alert`` is what the nearest setting says, ``None`` if none does.
    """

    address: Address
    port: int
    forwarding: Forwarding = NAT
    weight: int = 1
    upper_threshold: int = 0
    lower_threshold: int = 0
    inhibit_on_failure: bool = False
    alpha: bool = False
    notify_up: Command | None = None
    notify_down: Command | None = None
    smtp_alert: bool | None = None
    checks: tuple[Check, ...] = ()

    @property
    def key(self) -> ServerKey:
        """What it is known by."""
        return self.address, self.port


@frozen
class SorryServer:
    """Who serves while the quorum is lost; ``inhibit`` keeps it in the table with weight 0 while it is not."""

    address: Address
    port: int
    forwarding: Forwarding = NAT
    inhibit: bool = False


@frozen
class VirtualServer:
    """A ``virtual_server``: its ``key``, the kernel's ``services``, and who is behind them.

    ``quorum`` and ``hysteresis`` are weights, already lowered to what the servers can reach; ``persistence`` is ``None`` if a client may
    have another server each time.
    """

    key: ServiceKey
    services: tuple[Service, ...]
    servers: tuple[RealServer, ...] = ()
    scheduler: str = "wlc"
    flags: tuple[SchedulerFlag, ...] = ()
    one_packet: bool = False
    persistence: Persistence | None = None
    forwarding: Forwarding = NAT
    quorum: int = 1
    hysteresis: int = 0
    quorum_up: Command | None = None
    quorum_down: Command | None = None
    sorry_server: SorryServer | None = None
    alpha: bool = False
    omega: bool = False
    ha_suspend: bool = False
    smtp_alert: bool | None = None

    @property
    def family(self) -> Family:
        """4 or 6; a group has that of its first entry."""
        return self.services[0].family if self.services else 4
