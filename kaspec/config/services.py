"""Virtual servers: from what the text gives to the model, with keepalived's defaults and what it changes without being asked.

``check`` tells of the changes (``kaspec.config.lint.services``); here they are made.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from kaspec.address import Address, Family, family_of
from kaspec.config import diagnostics as kinds
from kaspec.config.checks import Surroundings
from kaspec.config.keywords import Setting, lvs, top
from kaspec.config.lexer import Report
from kaspec.config.real_servers import RealServers, port_of
from kaspec.config.sections import Given, Section
from kaspec.config.terms import AddressRange, Endpoint, FirewallMark, GroupEntry, GroupName, Network
from kaspec.lvs.model import (
    DEFAULT_PERSISTENCE,
    AddressService,
    GroupService,
    MarkService,
    Persistence,
    Protocol,
    SchedulerFlag,
    ServerGroup,
    Service,
    ServiceKey,
    SorryServer,
    VirtualServer,
)
from kaspec.lvs.settings import NAT, Forwarding

T = TypeVar("T")
MOST_ADDRESSES = 65536
"""More addresses than this are refused, in all groups together: the kernel is to have a service for each."""
_FLAGS: tuple[tuple[SchedulerFlag, tuple[Setting[bool], ...]], ...] = (
    ("flag-1", (lvs.FLAG_1, lvs.SH_FALLBACK, lvs.MH_FALLBACK)),
    ("flag-2", (lvs.FLAG_2, lvs.SH_PORT, lvs.MH_PORT)),
    ("flag-3", (lvs.FLAG_3,)),
)


def build_server_groups(sections: Iterable[Section], report: Report) -> tuple[ServerGroup, ...]:
    """Build every ``virtual_server_group``; of two with one name the second is left out."""
    built: dict[str, ServerGroup] = {}
    room = MOST_ADDRESSES
    for section in sections:
        if section.label in built:
            message = f"there is already a virtual_server_group {section.label}; this one is left out"
            report(kinds.DUPLICATE_NAME.at(section.span, message))
        elif section.label:
            entries = dict[tuple[Address, int] | MarkService, None]()
            for given in section.entries(top.VIRTUAL_SERVER_GROUP_ENTRY):
                entries.update(dict.fromkeys(_members(given, room - len(entries), report)))
            room -= len(entries)
            built[section.label] = ServerGroup(section.label, tuple(entries))
    return tuple(built.values())


def build_services(
    sections: Iterable[Section], groups: Iterable[ServerGroup], surroundings: Surroundings, report: Report
) -> tuple[VirtualServer, ...]:
    """Build every ``virtual_server``; of two that are one to the kernel the first is kept."""
    named, servers = {group.name: group for group in groups}, RealServers(surroundings, report)
    built: dict[ServiceKey, VirtualServer] = {}
    for section in sections:
        key = _key(section)
        if isinstance(key, GroupService) and key.name not in named:
            message = f"there is no virtual_server_group {key.name}; this virtual_server is left out"
            report(kinds.MISSING_SETTING.at(section.span, message, f"define virtual_server_group {key.name} {{ ... }}"))
        elif key is not None and key not in built:
            built[key] = _virtual_server(section, key, named, servers)
    return tuple(built.values())


def _members(given: Given[GroupEntry], room: int, report: Report) -> Iterator[tuple[Address, int] | MarkService]:
    """Yield a group's line as the kernel is to have it: each address of a range or a network, if there is ``room`` for so many."""

    def addresses(first: int, last: int, length: int, port: int | None) -> Iterator[tuple[Address, int]]:
        if last - first < room:
            yield from ((Address(number.to_bytes(length)), port or 0) for number in range(first, last + 1))
            return
        these = "these" if last - first >= MOST_ADDRESSES else "these and those before them"
        report(kinds.OUT_OF_RANGE.at(given.span, f"{these} are more than {MOST_ADDRESSES} addresses; the line is left out"))

    match given.value:
        case FirewallMark(mark, family):
            yield MarkService(mark, family or 4)
        case Endpoint(address, port):
            yield address, port or 0
        case AddressRange(first, last, port):
            yield from addresses(int.from_bytes(first), int.from_bytes(last), len(first), port)
        case Network(prefix, port):
            size = 1 << (8 * len(prefix.address) - prefix.length)
            network = int.from_bytes(prefix.address) & -size
            yield from addresses(network, network + size - 1, len(prefix.address), port)


def _key(section: Section) -> ServiceKey | None:
    protocol = _protocol(section)
    match section.key:
        case Endpoint(address, port):
            return AddressService(address, port or 0, protocol)
        case FirewallMark(mark, family):
            return MarkService(mark, family or _family(section))
        case GroupName(name):
            return GroupService(name, protocol)
        case _:
            return None


def _protocol(section: Section) -> Protocol:
    given = section.value(lvs.PROTOCOL, "UDP")
    return "TCP" if given == "TCP" else "SCTP" if given == "SCTP" else "UDP"


def _family(section: Section) -> Family:
    """A mark is of no family by itself: what is given counts, else that of the servers."""
    if (given := section.last(lvs.IP_FAMILY)) is not None:
        return given.value
    keys = (each.key for each in section.sections(lvs.REAL_SERVER))
    return next((family_of(key.address) for key in keys if isinstance(key, Endpoint)), 4)


def _virtual_server(section: Section, key: ServiceKey, groups: Mapping[str, ServerGroup], real_servers: RealServers) -> VirtualServer:
    services: tuple[Service, ...] = groups[key.name].services(key.protocol) if isinstance(key, GroupService) else (key,)
    forwarding = _later(section, lvs.LB_KIND, lvs.LVS_METHOD, NAT)
    servers = real_servers.build(section, forwarding, key)
    total = sum(each.weight for each in servers)
    quorum = min(section.value(lvs.QUORUM, 1), max(total, 1)) if servers else section.value(lvs.QUORUM, 1)
    return VirtualServer(
        key,
        services,
        servers,
        _later(section, lvs.LB_ALGO, lvs.LVS_SCHED, "wlc"),
        tuple(flag for flag, rows in _FLAGS if any(section.value(row, False) for row in rows)),
        section.value(lvs.OPS, False) and isinstance(key, AddressService | GroupService) and key.protocol == "UDP",
        _persistence(section, services),
        forwarding,
        quorum,
        min(section.value(lvs.HYSTERESIS, 0), quorum - 1),
        section.value(lvs.QUORUM_UP, None),
        section.value(lvs.QUORUM_DOWN, None),
        _sorry_server(section, forwarding, key),
        section.value(lvs.ALPHA, False),
        section.value(lvs.OMEGA, False),
        section.value(lvs.HA_SUSPEND, False) and isinstance(key, AddressService),
        section.value(lvs.SMTP_ALERT, None),
    )


def _later(section: Section, one: Setting[T], other: Setting[T], default: T) -> T:
    """Return what the later of a keyword and its synonym says."""
    given = [each for each in (section.last(one), section.last(other)) if each is not None]
    return max(given, key=lambda each: each.order).value if given else default


def _persistence(section: Section, services: tuple[Service, ...]) -> Persistence | None:
    """All ports of an address are served only with persistence, so it has one; an engine without persistence is none, as in keepalived."""
    engine = section.value(lvs.PERSISTENCE_ENGINE, None)
    timeout = section.value(lvs.PERSISTENCE_TIMEOUT, None)
    granularity = section.value(lvs.PERSISTENCE_GRANULARITY, None)
    every_port = any(isinstance(each, AddressService) and each.port == 0 for each in services)
    if timeout is None and granularity is None and not every_port:
        return None
    return Persistence(timeout or DEFAULT_PERSISTENCE, _length(granularity, services), "sip" if engine else None)


def _length(granularity: Address | int | None, services: tuple[Service, ...]) -> int | None:
    """Return the length of the prefix whose clients are one, ``None`` for each by itself."""
    family = services[0].family if services else 4
    if isinstance(granularity, int):
        return granularity if family == 6 and granularity < 128 else None
    if granularity is None or family == 6:
        return None
    length = int.from_bytes(granularity).bit_count()
    return length if length < 32 else None


def _sorry_server(section: Section, forwarding: Forwarding, key: ServiceKey) -> SorryServer | None:
    given = section.value(lvs.SORRY_SERVER, None)
    if given is None:
        return None
    method = section.value(lvs.SORRY_SERVER_LVS_METHOD, forwarding)
    return SorryServer(given.address, port_of(given, method, key), method, section.value(lvs.SORRY_SERVER_INHIBIT, False))
