"""What a scheduler sees: real servers with their connections, and the packet that asks for one.

Servers are always given in the kernel's order: the one added last comes first, and every walk through them starts there.
"""

from typing import Literal

from attrs import Factory, field

from kaspec.address import Address, format_address
from kaspec.frozen import frozen
from kaspec.units import Instant

Protocol = Literal["tcp", "udp", "sctp"]
Flag = Literal["fallback", "port"]
"""Service flags of sh and mh: IP_VS_SVC_F_SCHED1 (choose another if the first is unavailable), SCHED2 (the source port counts too)."""


@frozen
class Key:
    """What identifies a real server within its service."""

    address: Address
    port: int

    def __str__(self) -> str:
        """``192.0.2.1:80`` or ``[2001:db8::1]:80``."""
        written = format_address(self.address)
        return f"[{written}]:{self.port}" if len(self.address) == 16 else f"{written}:{self.port}"


@frozen
class Server:
    """A real server as the kernel holds it (``struct ip_vs_dest``).

    ``active`` and ``inactive`` count connections; ``upper`` and ``lower`` are its thresholds (0: none) and ``overloaded`` the flag that
    they set and clear (``kaspec.lvs.schedulers.thresholds``).  ``last_weight`` is the last weight that was not 0, which mh goes by.
    """

    key: Key
    weight: int = 1
    active: int = 0
    inactive: int = 0
    upper: int = 0
    lower: int = 0
    overloaded: bool = False
    last_weight: int = field(default=Factory(lambda self: self.weight, takes_self=True))

    @property
    def available(self) -> bool:
        """Whether it may be chosen at all: a weight, and no overload."""
        return self.weight > 0 and not self.overloaded

    @property
    def overhead(self) -> int:
        """The load that the least-connection schedulers compare: an active connection counts as 256 inactive ones."""
        return self.active * 256 + self.inactive

    @property
    def total(self) -> int:
        """The connections that thresholds look at."""
        return self.active + self.inactive


Servers = tuple[Server, ...]
"""The servers of one service, the newest first."""


@frozen
class Packet:
    """The first packet of a connection: whence, where to (a virtual address), and when it comes."""

    protocol: Protocol
    source: Address
    source_port: int
    destination: Address
    destination_port: int
    at: Instant = Instant(0)


def find(servers: Servers, key: Key | None) -> Server | None:
    """Return the server of this key, if there is one."""
    return next((server for server in servers if server.key == key), None)
