"""What the kernel counts of virtual and real servers, as values."""

from collections.abc import Mapping

from attrs import astuple, field, frozen

from kaspec.lvs.model import RealServer, ServerKey, Service, SorryServer, VirtualServer
from kaspec.lvs.table import Destination, placed


@frozen
class Traffic:
    """So many connections, packets and octets, in all or each second; ``in`` is towards the real servers."""

    connections: int = 0
    packets_in: int = 0
    packets_out: int = 0
    octets_in: int = 0
    octets_out: int = 0

    def __add__(self, other: "Traffic") -> "Traffic":
        """Return both together."""
        return Traffic(*(one + another for one, another in zip(astuple(self), astuple(other), strict=True)))


@frozen
class Counted:
    """Traffic since the table was made, and each second of late; of a real server, how many connections there are of each kind."""

    total: Traffic = Traffic()
    rate: Traffic = Traffic()
    active: int = 0
    inactive: int = 0
    persistent: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        """Return both together."""
        connections = self.active + other.active, self.inactive + other.inactive, self.persistent + other.persistent
        return Counted(self.total + other.total, self.rate + other.rate, *connections)


@frozen
class ServiceCounted:
    """What is counted of one service, and of each server behind it."""

    whole: Counted = Counted()
    servers: Mapping[ServerKey, Counted] = field(factory=dict)


TableCounts = Mapping[Service, ServiceCounted]
"""What is counted of the services that the kernel has."""
_NOTHING, _UNKNOWN = Counted(), ServiceCounted()


def of_virtual(counts: TableCounts, virtual: VirtualServer) -> Counted:
    """Return what is counted of a virtual server: of all its services together."""
    return sum((counts.get(service, _UNKNOWN).whole for service in virtual.services), _NOTHING)


def of_server(counts: TableCounts, virtual: VirtualServer, server: RealServer | SorryServer) -> Counted:
    """Return what is counted of one of its servers, behind all its services together; nothing of one that is not in the table."""
    destination = Destination(server.address, server.port, server.forwarding)
    places = ((counts.get(service, _UNKNOWN), placed(destination, service).key) for service in virtual.services)
    return sum((service.servers.get(key, _NOTHING) for service, key in places), _NOTHING)
