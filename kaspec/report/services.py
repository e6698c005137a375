"""Virtual servers in words: their names, and what is logged when they change, as keepalived writes it."""

from collections.abc import Iterator
from typing import assert_never

from kaspec.address import Address, format_address
from kaspec.lvs.model import AddressService, GroupService, MarkService, RealServer, ServerKey, ServiceKey, SorryServer, VirtualServer
from kaspec.lvs.plan import AddDestination, AddService, DeleteDestination, DeleteService, SetDestination, SetService, TableCommand
from kaspec.lvs.services import SHUTTING_DOWN, QuorumChanged, ServerChanged, ServersChanged, ServerWeighs, ServiceEffect, SorryServerChanged


def service_name(key: ServiceKey) -> str:
    """Name a virtual server: ``[192.0.2.1]:tcp:80``, ``FWM 11``, or a group, ``[WEB]:0``."""
    match key:
        case AddressService(address, port, protocol):
            return _endpoint(address, port, protocol)
        case MarkService(mark):
            return f"FWM {mark}"
        case GroupService(name):
            return f"[{name}]:0"
        case _:
            assert_never(key)


def server_name(server: RealServer | SorryServer, virtual: VirtualServer) -> str:
    """Name a real server, with its virtual server's protocol."""
    protocol = "none" if isinstance(virtual.key, MarkService) else virtual.key.protocol
    return _endpoint(server.address, server.port, protocol)


def service_lines(virtual: VirtualServer, effect: ServiceEffect) -> Iterator[str]:
    """Write what is logged of an effect."""
    name = service_name(virtual.key)
    match effect:
        case ServerChanged(initially=True):
            return
        case ServerChanged(server, words=words) if words == SHUTTING_DOWN:
            yield f"Shutting down service {server_name(server, virtual)} from VS {name}"
        case ServerChanged(server, is_up):
            verb = ("Enabling" if is_up else "Disabling") if server.inhibit_on_failure else ("Adding" if is_up else "Removing")
            yield f"{verb} service {server_name(server, virtual)} {'of' if server.inhibit_on_failure else _toward(verb)} VS {name}"
        case ServerWeighs(server, before, after, is_up):
            state = "active" if is_up else "inactive"
            yield f"Changing weight from {before} to {after} for {state} service {server_name(server, virtual)} of VS {name}"
        case QuorumChanged():
            yield f"{quorum_words(virtual, effect)} for VS {name}"
        case SorryServerChanged(sorry, is_in):
            verb = ("Enabling" if is_in else "Disabling") if sorry.inhibit else ("Adding" if is_in else "Removing")
            yield f"{verb} sorry server {server_name(sorry, virtual)} {_toward(verb)} VS {name}"
        case ServersChanged(is_in):
            yield f"{'Adding alive servers to' if is_in else 'Removing alive servers from'} the pool for VS {name}"
        case _:
            assert_never(effect)


def subject_of(virtual: VirtualServer, effect: ServiceEffect) -> ServiceKey | tuple[ServiceKey, ServerKey] | None:
    """Return whose state an effect is about: a virtual server, whose quorum it is, or a real server of one."""
    match effect:
        case ServerChanged(server):
            return virtual.key, server.key
        case QuorumChanged():
            return virtual.key
        case _:
            return None


def suspension_line(service: ServiceKey, server: ServerKey, is_suspended: bool) -> str:
    """Write what is logged when the checks of a server rest because the virtual address is elsewhere, or begin again."""
    protocol = "none" if isinstance(service, MarkService) else service.protocol
    verb = "Suspending" if is_suspended else "Activating"
    return f"{verb} healthchecker for service {_endpoint(*server, protocol)} for VS {service_name(service)}"


def quorum_words(virtual: VirtualServer, change: QuorumChanged) -> str:
    """Write the comparison itself, as keepalived does: ``Gained quorum 2+1=3 <= 4``."""
    quorum, hysteresis = virtual.quorum, virtual.hysteresis
    if change.is_up:
        return f"Gained quorum {quorum}+{hysteresis}={quorum + hysteresis} <= {change.weighs}"
    what = "Starting with quorum down" if change.initially else "Lost quorum"
    return f"{what} {quorum}-{hysteresis}={quorum - hysteresis} > {change.weighs}"


def command_words(command: TableCommand) -> str:
    """Say what a command does, for a problem's or a repair's line."""
    service = service_name(command.service)
    match command:
        case AddService():
            return f"add the virtual server {service}"
        case SetService():
            return f"change the virtual server {service}"
        case DeleteService():
            return f"delete the virtual server {service}"
        case AddDestination(_, destination):
            return f"add {_place(destination.address, destination.port)} to {service}"
        case SetDestination(_, destination):
            return f"change {_place(destination.address, destination.port)} of {service}"
        case DeleteDestination(_, destination):
            return f"delete {_place(destination.address, destination.port)} from {service}"
        case _:
            assert_never(command)


def _toward(verb: str) -> str:
    return "to" if verb in {"Adding", "Enabling"} else "from"


def _endpoint(address: Address, port: int, protocol: str) -> str:
    return f"[{format_address(address)}]:{protocol.lower()}:{port}"


def _place(address: Address, port: int) -> str:
    return f"[{format_address(address)}]:{port}"
