"""What is logged of virtual servers, word for word as keepalived 2.2.7 writes it."""

from attrs import evolve

from kaspec.address import parse_address
from kaspec.lvs.model import AddressService, RealServer, SorryServer, VirtualServer
from kaspec.lvs.services import SHUTTING_DOWN, QuorumChanged, ServerChanged, ServersChanged, ServerWeighs, ServiceEffect, SorryServerChanged
from kaspec.report.services import service_lines

KEY = AddressService(parse_address("192.0.2.1"), 80, "TCP")
SERVER = RealServer(parse_address("192.0.2.11"), 80)
SORRY = SorryServer(parse_address("192.0.2.13"), 80)
VIRTUAL = VirtualServer(KEY, (KEY,), (SERVER,), quorum=4, hysteresis=1, sorry_server=SORRY)
VS, RS, SS = "VS [192.0.2.1]:tcp:80", "[192.0.2.11]:tcp:80", "[192.0.2.13]:tcp:80"
INHIBITED, STAYING = evolve(SERVER, inhibit_on_failure=True), evolve(SORRY, inhibit=True)


def line(effect: ServiceEffect) -> str:
    (found,) = service_lines(VIRTUAL, effect)
    return found


def test_a_server_that_comes_or_goes() -> None:
    assert line(ServerChanged(SERVER, True)) == f"Adding service {RS} to {VS}"
    assert line(ServerChanged(SERVER, False)) == f"Removing service {RS} from {VS}"
    assert line(ServerChanged(INHIBITED, True)) == f"Enabling service {RS} of {VS}"
    assert line(ServerChanged(INHIBITED, False)) == f"Disabling service {RS} of {VS}"
    assert line(ServerChanged(SERVER, False, SHUTTING_DOWN)) == f"Shutting down service {RS} from {VS}"
    assert line(ServerChanged(INHIBITED, False, SHUTTING_DOWN)) == f"Shutting down service {RS} from {VS}"
    assert list(service_lines(VIRTUAL, ServerChanged(SERVER, True, initially=True))) == []


def test_a_sorry_server_that_comes_or_goes() -> None:
    assert line(SorryServerChanged(SORRY, True)) == f"Adding sorry server {SS} to {VS}"
    assert line(SorryServerChanged(SORRY, False)) == f"Removing sorry server {SS} from {VS}"
    assert line(SorryServerChanged(STAYING, True)) == f"Enabling sorry server {SS} to {VS}"
    assert line(SorryServerChanged(STAYING, False)) == f"Disabling sorry server {SS} from {VS}"
    assert line(ServersChanged(True)) == f"Adding alive servers to the pool for {VS}"
    assert line(ServersChanged(False)) == f"Removing alive servers from the pool for {VS}"


def test_a_quorum_by_what_was_compared() -> None:
    assert line(QuorumChanged(True, 6)) == f"Gained quorum 4+1=5 <= 6 for {VS}"
    assert line(QuorumChanged(True, 6, initially=True)) == f"Gained quorum 4+1=5 <= 6 for {VS}"
    assert line(QuorumChanged(False, 2)) == f"Lost quorum 4-1=3 > 2 for {VS}"
    assert line(QuorumChanged(False, 0, initially=True)) == f"Starting with quorum down 4-1=3 > 0 for {VS}"


def test_a_weight() -> None:
    assert line(ServerWeighs(SERVER, 1, 5, is_up=True)) == f"Changing weight from 1 to 5 for active service {RS} of {VS}"
    assert line(ServerWeighs(SERVER, 5, 1, is_up=False)) == f"Changing weight from 5 to 1 for inactive service {RS} of {VS}"
