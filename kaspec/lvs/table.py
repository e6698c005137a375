"""IPVS's table as values: what the kernel holds, and what it is to hold.  Nothing in it counts connections."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

from kaspec.address import Address, Family, family_of
from kaspec.frozen import evolve, frozen
from kaspec.lvs.model import AddressService, Persistence, SchedulerFlag, ServerKey, Service, VirtualServer
from kaspec.lvs.settings import NAT, Forwarding
from kaspec.units import SECOND, ZERO, Interval


@frozen
class ServiceSettings:
    """How a service schedules: ``timeout`` 0 is without persistence, ``granularity`` a prefix length."""

    scheduler: str
    flags: tuple[SchedulerFlag, ...] = ()
    one_packet: bool = False
    timeout: Interval = ZERO
    granularity: int = 32
    engine: Literal["sip"] | None = None


@frozen
class Destination:
    """A server behind a service, known by its address and port."""

    address: Address
    port: int
    forwarding: Forwarding = NAT
    weight: int = 1
    upper_threshold: int = 0
    lower_threshold: int = 0

    @property
    def key(self) -> ServerKey:
        """What it is known by."""
        return self.address, self.port

    @property
    def family(self) -> Family:
        """4 or 6."""
        return family_of(self.address)


@frozen
class Entry:
    """A service with its destinations, in the order in which they are added."""

    settings: ServiceSettings
    destinations: tuple[Destination, ...] = ()


Table = Mapping[Service, Entry]
"""The services in order."""


def settings_of(virtual: VirtualServer, service: Service) -> ServiceSettings:
    """Return how the kernel is to schedule a service of a virtual server."""
    whole = 32 if service.family == 4 else 128
    persistence = virtual.persistence or Persistence(ZERO)
    granularity = min(persistence.granularity or whole, whole)
    timeout = Interval(-(-persistence.timeout // SECOND) * SECOND)
    return ServiceSettings(virtual.scheduler, virtual.flags, virtual.one_packet, timeout, granularity, persistence.engine)


@lru_cache(maxsize=256)
def plain(forwarding: Forwarding) -> Forwarding:
    """Return what the kernel makes of it: a tunnel is of a kind, with checksums or without."""
    if forwarding.method != "TUN":
        return Forwarding(forwarding.method)
    kind = forwarding.tunnel or "ipip"
    return Forwarding(
        "TUN", kind, forwarding.port if kind == "gue" else None, "nocsum" if kind == "ipip" else forwarding.checksum or "nocsum"
    )


def placed(destination: Destination, service: Service) -> Destination:
    """Return a destination as it stands behind a service: without NAT at the service's port, at any (0) if that is a mark."""
    if destination.forwarding.method == "NAT":
        return destination
    port = service.port if isinstance(service, AddressService) else 0
    return destination if destination.port == port else evolve(destination, port=port)


def by_key(destinations: Iterable[Destination]) -> dict[ServerKey, Destination]:
    """Return destinations by what they are known by; of two with one key the first."""
    found: dict[ServerKey, Destination] = {}
    for each in destinations:
        found.setdefault(each.key, each)
    return found
