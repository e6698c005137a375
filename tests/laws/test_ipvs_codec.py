"""Laws of IPVS's messages: what is written of services and destinations is read back, for the kernel's answers have the same attributes."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec.lvs.model import VirtualServer
from kaspec.lvs.plan import AddDestination, AddService
from kaspec.lvs.services import begin, entries
from shell.ipvs.codec import ServiceReport, read_destinations, read_services, write
from tests.laws.services import virtual_servers

FAMILY = 30


@given(virtual_servers())
def test_services_and_destinations_are_read_as_they_are_written(virtual: VirtualServer) -> None:
    for service, entry in entries(virtual, begin(virtual)).items():
        assert list(read_services(FAMILY, write(FAMILY, AddService(service, entry.settings)))) == [ServiceReport(service, entry.settings)]
        for destination in entry.destinations:
            assert list(read_destinations(FAMILY, write(FAMILY, AddDestination(service, destination)))) == [destination]


@given(st.binary(max_size=200))
def test_a_message_of_another_family_is_passed_over(data: bytes) -> None:
    assert list(read_services(FAMILY, data[:4] + b"\x1f\0" + data[6:])) == []
