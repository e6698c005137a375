"""IPVS's messages as bytes (include/uapi/linux/ip_vs.h, genetlink family "IPVS", version 1): commands written, tables read.

Pure.  Numbers are in host byte order; ports, marks of a netmask and addresses in network order.  IPv6 netmasks are the length of a prefix.
"""

from collections.abc import Iterator
from functools import lru_cache
from struct import Struct
from typing import Literal, assert_never

from kaspec.address import Address, Family
from kaspec.frozen import frozen
from kaspec.lvs.model import AddressService, MarkService, Protocol, SchedulerFlag, Service
from kaspec.lvs.plan import AddDestination, AddService, DeleteDestination, DeleteService, SetDestination, SetService, TableCommand
from kaspec.lvs.settings import Forwarding, SyncDaemon, Timeouts
from kaspec.lvs.table import Destination, ServiceSettings
from kaspec.units import SECOND, Interval
from shell.rtnetlink import FAMILIES, attribute, attributes, message, messages

FAMILY_NAME = "IPVS"
_VERSION, _CONTROL, _GET_FAMILY = 1, 16, 3
_CONTROL_ID, _CONTROL_NAME = 1, 2
_HEADER, _SIGNED = Struct("=BBxx"), Struct("=i")
_U8, _U16, _U32, _BE16, _BE32, _FLAGS = Struct("=B"), Struct("=H"), Struct("=I"), Struct("!H"), Struct("!I"), Struct("=II")
_REQUEST, _DUMP = 0x1, 0x300
_DONE, _ERROR = 3, 2

(
    _NEW_SERVICE,
    _SET_SERVICE,
    _DEL_SERVICE,
    _GET_SERVICE,
    _NEW_DEST,
    _SET_DEST,
    _DEL_DEST,
    _GET_DEST,
    _NEW_DAEMON,
    _DEL_DAEMON,
    _GET_DAEMON,
    _SET_CONFIG,
    _GET_CONFIG,
    _SET_INFO,
    _GET_INFO,
    _ZERO,
    _FLUSH,
) = range(1, 18)

SERVICE, DESTINATION, _DAEMON, _TIMEOUT_TCP, _TIMEOUT_TCP_FIN, _TIMEOUT_UDP = range(1, 7)
_AF, _PROTOCOL, _ADDR, _PORT, _FWMARK, _SCHED_NAME, _SERVICE_FLAGS, _TIMEOUT, _NETMASK = range(1, 10)
_PE_NAME = 11
_D_ADDR, _D_PORT, _FWD_METHOD, _WEIGHT, _U_THRESH, _L_THRESH = range(1, 7)
_D_AF, _TUN_TYPE, _TUN_PORT, _TUN_FLAGS = 11, 13, 14, 15
_STATE, _MCAST_IFN, _SYNC_ID, _SYNC_MAXLEN, _MCAST_GROUP, _MCAST_GROUP6, _MCAST_PORT, _MCAST_TTL = range(1, 9)

_PROTOCOLS: dict[Protocol, int] = {"TCP": 6, "UDP": 17, "SCTP": 132}
_PROTOCOL_NAMES = {number: name for name, number in _PROTOCOLS.items()}
_FAMILY_OF: dict[int, Family] = {2: 4, 10: 6}
_PERSISTENCE, _ONE_PACKET = 0x1, 0x4
_SCHEDULER_FLAGS: dict[SchedulerFlag, int] = {"flag-1": 0x8, "flag-2": 0x10, "flag-3": 0x20}
_METHODS = {"NAT": 0, "TUN": 2, "DR": 3}
_FORWARD_MASK = 0x7
_TUNNELS = {"ipip": 0, "gue": 1, "gre": 2}
_CHECKSUMS = {"nocsum": 0, "csum": 1, "remcsum": 2}
_EVERY_FLAG = 0xFFFFFFFF
MASTER, BACKUP = 1, 2
"""States of a synchronisation daemon."""


@frozen
class ServiceReport:
    """A service as the kernel has it; ``key`` is fit to ask for its destinations."""

    service: Service
    settings: ServiceSettings


@frozen
class DaemonReport:
    """A synchronisation daemon: ``state`` is ``MASTER`` or ``BACKUP``."""

    state: int
    interface: str
    identifier: int


def family_wanted() -> bytes:
    """Ask for the number of the family; the kernel loads its module for that."""
    body = _HEADER.pack(_GET_FAMILY, 1) + attribute(_CONTROL_NAME, FAMILY_NAME.encode() + b"\0")
    return message(_CONTROL, _REQUEST, body)


def read_family(data: bytes) -> int | None:
    """Read the number of the family."""
    for kind, _, _, start, end in messages(data):
        found = attributes(data, start + _HEADER.size, end) if kind == _CONTROL else {}
        if _CONTROL_ID in found:
            return int(_U16.unpack(found[_CONTROL_ID])[0])
    return None


def write(family: int, command: TableCommand) -> bytes:
    """Write a change of the table."""
    match command:
        case AddService(service, settings):
            return _command(family, _NEW_SERVICE, attribute(SERVICE, _key(service) + _settings(service, settings)))
        case SetService(service, settings):
            return _command(family, _SET_SERVICE, attribute(SERVICE, _key(service) + _settings(service, settings)))
        case DeleteService(service):
            return _command(family, _DEL_SERVICE, attribute(SERVICE, _key(service)))
        case AddDestination(service, destination):
            return _command(family, _NEW_DEST, _service(service) + attribute(DESTINATION, _destination(destination)))
        case SetDestination(service, destination):
            return _command(family, _SET_DEST, _service(service) + attribute(DESTINATION, _destination(destination)))
        case DeleteDestination(service, destination):
            return _command(family, _DEL_DEST, _service(service) + attribute(DESTINATION, _destination_key(destination)))
        case _:
            assert_never(command)


def flush_wanted(family: int) -> bytes:
    """Empty the table."""
    return _command(family, _FLUSH)


def zeroing(family: int) -> bytes:
    """Set every counter to nought."""
    return _command(family, _ZERO)


def timeouts_change(family: int, timeouts: Timeouts) -> bytes:
    """Set the timeouts that are given, in whole seconds."""
    pairs = ((_TIMEOUT_TCP, timeouts.tcp), (_TIMEOUT_TCP_FIN, timeouts.tcpfin), (_TIMEOUT_UDP, timeouts.udp))
    return _command(family, _SET_CONFIG, b"".join(attribute(kind, _U32.pack((each or 0) // SECOND)) for kind, each in pairs))


def timeouts_wanted(family: int) -> bytes:
    """Ask for the timeouts."""
    return message(family, _REQUEST, _HEADER.pack(_GET_CONFIG, _VERSION))


def daemon_start(family: int, daemon: SyncDaemon, state: int) -> bytes:
    """Start a synchronisation daemon as ``MASTER`` or ``BACKUP``."""
    body = attribute(_STATE, _U32.pack(state)) + attribute(_MCAST_IFN, daemon.interface.encode(errors="surrogateescape") + b"\0")
    body += attribute(_SYNC_ID, _U32.pack(daemon.identifier or 0))
    if daemon.longest is not None:
        body += attribute(_SYNC_MAXLEN, _U16.pack(daemon.longest))
    if daemon.group is not None:
        body += attribute(_MCAST_GROUP if len(daemon.group) == 4 else _MCAST_GROUP6, daemon.group)
    if daemon.port is not None:
        body += attribute(_MCAST_PORT, _U16.pack(daemon.port))
    if daemon.ttl is not None:
        body += attribute(_MCAST_TTL, _U8.pack(daemon.ttl))
    return _command(family, _NEW_DAEMON, attribute(_DAEMON, body))


def daemon_stop(family: int, state: int) -> bytes:
    """Stop the synchronisation daemon of that state."""
    return _command(family, _DEL_DAEMON, attribute(_DAEMON, attribute(_STATE, _U32.pack(state))))


def daemons_wanted(family: int) -> bytes:
    """Ask for the synchronisation daemons."""
    return message(family, _REQUEST | _DUMP, _HEADER.pack(_GET_DAEMON, _VERSION))


def services_wanted(family: int) -> bytes:
    """Ask for all services."""
    return message(family, _REQUEST | _DUMP, _HEADER.pack(_GET_SERVICE, _VERSION))


def destinations_wanted(family: int, service: Service) -> bytes:
    """Ask for the destinations of a service."""
    return message(family, _REQUEST | _DUMP, _HEADER.pack(_GET_DEST, _VERSION) + attribute(SERVICE, _key(service)))


def information_wanted(family: int) -> bytes:
    """Ask for IPVS's version."""
    return message(family, _REQUEST, _HEADER.pack(_GET_INFO, _VERSION))


def read_version(family: int, data: bytes) -> str | None:
    """Read IPVS's version, such as 1.2.1."""
    for found in bodies(family, data):
        if SERVICE in found:
            number = int(_U32.unpack(found[1])[0])
            return f"{number >> 16 & 0xFF}.{number >> 8 & 0xFF}.{number & 0xFF}"
    return None


def read_timeouts(family: int, data: bytes) -> Timeouts | None:
    """Read the timeouts."""
    for found in bodies(family, data):
        if _TIMEOUT_TCP in found:
            each = (Interval(_U32.unpack(found[kind])[0] * SECOND) for kind in (_TIMEOUT_TCP, _TIMEOUT_TCP_FIN, _TIMEOUT_UDP))
            return Timeouts(*each)
    return None


def read_services(family: int, data: bytes) -> Iterator[ServiceReport]:
    """Read services; those of a protocol or family that we never make are passed over."""
    for found in bodies(family, data):
        report = read_service(nested(found.get(SERVICE, b"")))
        if report is not None:
            yield report


def read_destinations(family: int, data: bytes) -> Iterator[Destination]:
    """Read destinations."""
    for found in bodies(family, data):
        if DESTINATION in found:
            yield read_destination(nested(found[DESTINATION]))


def read_daemons(family: int, data: bytes) -> Iterator[DaemonReport]:
    """Read synchronisation daemons."""
    for found in bodies(family, data):
        inner = nested(found.get(_DAEMON, b""))
        if _STATE in inner:
            name = inner.get(_MCAST_IFN, b"").rstrip(b"\0").decode(errors="surrogateescape")
            yield DaemonReport(_U32.unpack(inner[_STATE])[0], name, _U32.unpack(inner.get(_SYNC_ID, bytes(4)))[0])


def end_of_dump(data: bytes) -> tuple[bool, int]:
    """Tell whether a dump ends here, and by which errno (0: as it should)."""
    for kind, _, _, start, end in messages(data):
        if kind in (_DONE, _ERROR):
            return True, -int(_SIGNED.unpack_from(data, start)[0]) if end - start >= 4 else 0
    return False, 0


def read_refusals(data: bytes) -> Iterator[tuple[int, int]]:
    """Read by number and errno which messages the kernel refused."""
    for kind, _, sequence, start, _ in messages(data):
        if kind == _ERROR and (code := -int(_SIGNED.unpack_from(data, start)[0])):
            yield sequence, code


def _command(family: int, command: int, body: bytes = b"") -> bytes:
    return message(family, _REQUEST, _HEADER.pack(command, _VERSION) + body)


def bodies(family: int, data: bytes) -> Iterator[dict[int, bytes]]:
    """Read the attributes of each message of the family."""
    for kind, _, _, start, end in messages(data):
        if kind == family:
            yield _plain(attributes(data, start + _HEADER.size, end))


def nested(data: bytes) -> dict[int, bytes]:
    """Read attributes within one."""
    return _plain(attributes(data, 0, len(data)))


def _plain(found: dict[int, bytes]) -> dict[int, bytes]:
    """Leave out the flag of nested attributes."""
    return {kind & 0x3FFF: value for kind, value in found.items()}


@lru_cache(maxsize=64)
def _service(service: Service) -> bytes:
    """Name a service; commands for its destinations come one after the other."""
    return attribute(SERVICE, _key(service))


def _key(service: Service) -> bytes:
    family = attribute(_AF, _U16.pack(FAMILIES[service.family]))
    match service:
        case MarkService(mark):
            return family + attribute(_FWMARK, _U32.pack(mark))
        case AddressService(address, port, protocol):
            number = attribute(_PROTOCOL, _U16.pack(_PROTOCOLS[protocol]))
            return family + number + attribute(_ADDR, address) + attribute(_PORT, _BE16.pack(port))
        case _:
            assert_never(service)


def _settings(service: Service, settings: ServiceSettings) -> bytes:
    flags = sum(_SCHEDULER_FLAGS[each] for each in settings.flags) | (_ONE_PACKET if settings.one_packet else 0)
    flags |= _PERSISTENCE if settings.timeout else 0
    mask = _BE32.pack((0xFFFFFFFF << 32 - settings.granularity) & 0xFFFFFFFF) if service.family == 4 else _U32.pack(settings.granularity)
    body = attribute(_SCHED_NAME, settings.scheduler.encode() + b"\0") + attribute(_SERVICE_FLAGS, _FLAGS.pack(flags, _EVERY_FLAG))
    body += attribute(_TIMEOUT, _U32.pack(settings.timeout // SECOND)) + attribute(_NETMASK, mask)
    return body + (attribute(_PE_NAME, settings.engine.encode() + b"\0") if settings.engine else b"")


def _destination_key(destination: Destination) -> bytes:
    return attribute(_D_ADDR, destination.address) + _port(destination.port, destination.family)


@lru_cache(maxsize=1024)
def _port(port: int, family: Family) -> bytes:
    """Write what stands behind an address; many are alike."""
    return attribute(_D_PORT, _BE16.pack(port)) + attribute(_D_AF, _U16.pack(FAMILIES[family]))


def _destination(destination: Destination) -> bytes:
    limits = destination.upper_threshold, destination.lower_threshold
    return _destination_key(destination) + _way(destination.forwarding, destination.weight, *limits)


@lru_cache(maxsize=1024)
def _way(tunnel: Forwarding, weight: int, upper_threshold: int, lower_threshold: int) -> bytes:
    """Write how a destination is served; many are alike."""
    numbers = ((_FWD_METHOD, _METHODS[tunnel.method]), (_WEIGHT, weight), (_U_THRESH, upper_threshold), (_L_THRESH, lower_threshold))
    body = b"".join(attribute(kind, _U32.pack(number)) for kind, number in numbers)
    if tunnel.tunnel in (None, "ipip"):
        return body
    body += attribute(_TUN_TYPE, _U8.pack(_TUNNELS[tunnel.tunnel])) + attribute(_TUN_PORT, _BE16.pack(tunnel.port or 0))
    return body + attribute(_TUN_FLAGS, _U16.pack(_CHECKSUMS[tunnel.checksum or "nocsum"]))


def read_service(found: dict[int, bytes]) -> ServiceReport | None:
    """Read a service from its attributes; nothing of a protocol or family that we never make."""
    family = _FAMILY_OF.get(int(_U16.unpack(found[_AF])[0])) if _AF in found else None
    if family is None:
        return None
    service: Service
    if _FWMARK in found:
        service = MarkService(int(_U32.unpack(found[_FWMARK])[0]), family)
    else:
        protocol = _PROTOCOL_NAMES.get(int(_U16.unpack(found[_PROTOCOL])[0]))
        if protocol is None:
            return None
        service = AddressService(_address(found[_ADDR], family), int(_BE16.unpack(found[_PORT])[0]), protocol)
    flags = int(_FLAGS.unpack(found[_SERVICE_FLAGS])[0])
    mask = found[_NETMASK]
    settings = ServiceSettings(
        _text(found[_SCHED_NAME]),
        tuple(name for name, bit in _SCHEDULER_FLAGS.items() if flags & bit),
        bool(flags & _ONE_PACKET),
        Interval(int(_U32.unpack(found[_TIMEOUT])[0]) * SECOND if flags & _PERSISTENCE else 0),
        int.from_bytes(mask).bit_count() if family == 4 else int(_U32.unpack(mask)[0]),
        "sip" if _text(found.get(_PE_NAME, b"")) == "sip" else None,
    )
    return ServiceReport(service, settings)


def read_destination(found: dict[int, bytes]) -> Destination:
    """Read a destination from its attributes."""
    family = _FAMILY_OF.get(int(_U16.unpack(found[_D_AF])[0]), 4) if _D_AF in found else 4 if not any(found[_D_ADDR][4:]) else 6
    numbers = {kind: int(_U32.unpack(found[kind])[0]) for kind in (_FWD_METHOD, _WEIGHT, _U_THRESH, _L_THRESH)}
    limits = numbers[_U_THRESH], numbers[_L_THRESH]
    port = int(_BE16.unpack(found[_D_PORT])[0])
    return Destination(_address(found[_D_ADDR], family), port, _forwarding(found, numbers[_FWD_METHOD]), numbers[_WEIGHT], *limits)


def _forwarding(found: dict[int, bytes], method: int) -> Forwarding:
    match method & _FORWARD_MASK:
        case 0:
            return Forwarding("NAT")
        case 2:
            kind = found.get(_TUN_TYPE, b"\0")[0]
            port = int(_BE16.unpack(found.get(_TUN_PORT, bytes(2)))[0])
            return Forwarding("TUN", _tunnel(kind), port if kind == 1 else None, _checksum(*_U16.unpack(found.get(_TUN_FLAGS, bytes(2)))))
        case _:
            return Forwarding("DR")


def _tunnel(number: int) -> Literal["ipip", "gue", "gre"]:
    return "gue" if number == 1 else "gre" if number == 2 else "ipip"


def _checksum(number: int) -> Literal["nocsum", "csum", "remcsum"]:
    return "csum" if number == 1 else "remcsum" if number == 2 else "nocsum"


def _address(data: bytes, family: Family) -> Address:
    return Address(data[: 4 if family == 4 else 16])


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode(errors="replace")
