"""Virtual servers as they stand, for a dump: keepalived 2.2.7's ``keepalived_check.data``, as far as what it shows exists here.

Every line is keepalived's and stands in its order.  What a virtual server hands down to its checks (intervals, timeouts, retries) is shown
at the checks alone; ``Since``, ``Suspended`` and a check's last verdict are ours.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, assert_never

from attrs import field

from kaspec.address import Address, format_address
from kaspec.config.model import Configuration
from kaspec.frozen import frozen
from kaspec.health.machine import CheckState
from kaspec.health.model import BfdCheck, Check, FileCheck
from kaspec.lvs.model import AddressService, GroupService, MarkService, RealServer, ServerGroup, ServiceKey, VirtualServer
from kaspec.lvs.services import ServerState, ServiceState, effective_weight, entries
from kaspec.lvs.settings import Forwarding
from kaspec.report.checked import check_dump
from kaspec.report.services import server_name, service_name
from kaspec.report.told import command_words, fifo_lines, security_lines, umask_lines
from kaspec.report.verdicts import Remembered
from kaspec.units import Instant

_CHECKSUMS = {"nocsum": "no checksum", "csum": "checksum", "remcsum": "remote checksum"}
Write = Callable[[Instant], str]
CheckKey = tuple[Any, int]
"""Which check: the place of its server (virtual server and real server), and its number there."""


@frozen
class Directed:
    """How everything stands: virtual servers, their checks, what is remembered of those, tracked files, and since when each is so.

    ``states`` goes by virtual server, ``checks`` and ``remembered`` by ``(virtual server, real server)`` and the check's number; ``since``
    has virtual servers (their quorum) and pairs of both (whether the server is up).
    """

    states: Mapping[ServiceKey, ServiceState] = field(factory=dict)
    checks: Mapping[CheckKey, CheckState] = field(factory=dict)
    remembered: Mapping[CheckKey, Remembered] = field(factory=dict)
    files: Mapping[str, int] = field(factory=dict)
    since: Mapping[Hashable, Instant] = field(factory=dict)


def render_check_data(configuration: Configuration, directed: Directed, write: Write) -> str:
    """Write the whole dump; ``write`` writes an instant."""
    return "".join(f"{line}\n" for line in _lines(configuration, directed, write))


def _lines(configuration: Configuration, directed: Directed, write: Write) -> Iterator[str]:
    yield "------< Global definitions >------"
    yield from fifo_lines(configuration)
    yield from security_lines(configuration)
    yield from umask_lines(configuration)
    yield "------< LVS Topology >------"
    for group in configuration.server_groups:
        yield from _group(group, configuration, directed)
    for virtual in configuration.services:
        if virtual.key in directed.states:
            yield from _service(configuration, virtual, directed, write)
    yield "------< Health checkers >------"
    for of_files in (False, True):  # those come last
        for virtual in configuration.services:
            yield from _checks(configuration, virtual, directed, write, of_files)
    yield from _files(configuration, directed)


def _group(group: ServerGroup, configuration: Configuration, directed: Directed) -> Iterator[str]:
    """Who uses a group, entry by entry: a range is written out, as the kernel has it."""
    users = [each for each in configuration.services if isinstance(each.key, GroupService) and each.key.name == group.name]
    using = {word: sum(_serves(each, directed) and _protocol(each) == word for each in users) for word in ("TCP", "UDP", "SCTP")}
    families = {each.family if isinstance(each, MarkService) else 4 if len(each[0]) == 4 else 6 for each in group.entries}
    yield " ------< Virtual server group >------"
    yield f" Virtual Server Group = {group.name}, IPv4 = {_yes(4 in families)}, IPv6 = {_yes(6 in families)}"
    for entry in group.entries:
        if isinstance(entry, MarkService):
            four, six = (sum(using.values()) if entry.family == family else 0 for family in (4, 6))
            yield f"   FWMARK = {entry.mark}"
            yield f"     Alive: {four} IPv4, {six} IPv6"
        else:
            yield f"   VIP = {format_address(entry[0])}, VPORT = {entry[1]}"
            yield f"     Alive: {using['TCP']} tcp, {using['UDP']} udp, {using['SCTP']} sctp"


def _serves(virtual: VirtualServer, directed: Directed) -> bool:
    """Tell whether there is anybody behind a virtual server."""
    state = directed.states.get(virtual.key)
    return state is not None and any(held.destinations for held in entries(virtual, state).values())


def _service(configuration: Configuration, virtual: VirtualServer, directed: Directed, write: Write) -> Iterator[str]:
    state = directed.states[virtual.key]
    yield " ------< Virtual server >------"
    yield f" {_head(virtual)}"
    yield f"   Address family = inet{'6' if virtual.family == 6 else ''}"
    yield f"   lvs_sched = {virtual.scheduler}"
    yield from _scheduling(virtual)
    yield f"   protocol = {_protocol(virtual)}"
    yield f"   alpha is {_on(virtual.alpha)}"
    yield f"   omega is {_on(virtual.omega)}"
    yield f"   quorum = {virtual.quorum}, hysteresis = {virtual.hysteresis}"
    if virtual.quorum_up is not None:
        yield f"   Quorum up notify script = {command_words(virtual.quorum_up, configuration.permits)}"
    if virtual.quorum_down is not None:
        yield f"   Quorum down notify script = {command_words(virtual.quorum_down, configuration.permits)}"
    if virtual.ha_suspend:
        yield "   Using HA suspend"
        yield f"   Suspended = {_yes(state.is_suspended)}"
    yield f"   Using smtp notification = {_yes(_mails(configuration, virtual.smtp_alert, False))}"
    yield f"   default forwarding method = {_forwarding(virtual.forwarding)}"
    if virtual.sorry_server is not None:
        yield f"   sorry server = {server_name(virtual.sorry_server, virtual)}"
        yield f"     forwarding method = {_forwarding(virtual.sorry_server.forwarding)}"
        yield f"     Inhibit on failure is {_on(virtual.sorry_server.inhibit)}"
    yield "   alive = 1"
    yield f"   quorum_state_up = {int(state.has_quorum)}"
    if virtual.key in directed.since:
        yield f"   Since = {write(directed.since[virtual.key])}"
    for server, each in zip(virtual.servers, state.servers, strict=True):
        yield from _server(configuration, virtual, server, each, directed, write)


def _head(virtual: VirtualServer) -> str:
    match virtual.key:
        case AddressService(address, port):
            return f"VS VIP = {format_address(address)}, VPORT = {port}"
        case MarkService(mark):
            return f"VS FWMARK = {mark}"
        case GroupService():
            return f"VS GROUP = {service_name(virtual.key)}"
        case _:
            assert_never(virtual.key)


def _scheduling(virtual: VirtualServer) -> Iterator[str]:
    """How it schedules: flags have names of their own with ``sh`` and ``mh``."""
    yield "   Hashed = disabled"
    own = virtual.scheduler if virtual.scheduler in {"sh", "mh"} else None
    names = {"flag-2": f"{own}-port", "flag-1": f"{own}-fallback"} if own else {name: name for name in ("flag-1", "flag-2", "flag-3")}
    for flag, name in names.items():
        yield f"   {name} = {'enabled' if flag in virtual.flags else 'disabled'}"
    yield f"   One packet scheduling = {'enabled' if virtual.one_packet else 'disabled'}"
    if (persistence := virtual.persistence) is not None:
        yield f"   persistence timeout = {persistence.timeout // 1_000_000}"
        if persistence.granularity is not None:
            length = persistence.granularity
            mask = Address(((0xFFFFFFFF << 32 - length) & 0xFFFFFFFF).to_bytes(4)) if virtual.family == 4 else None
            yield f"   persistence granularity = {length if mask is None else format_address(mask)}"


def _protocol(virtual: VirtualServer) -> str:
    return "none" if isinstance(virtual.key, MarkService) else virtual.key.protocol


def _forwarding(forwarding: Forwarding) -> str:
    if forwarding.method != "TUN":
        return forwarding.method
    words = [f"TUN, type = {(forwarding.tunnel or 'ipip').upper()}"]
    if forwarding.port is not None:
        words.append(f"port = {forwarding.port}")
    if forwarding.checksum is not None:
        words.append(_CHECKSUMS[forwarding.checksum])
    return ", ".join(words)


def _server(
    configuration: Configuration, virtual: VirtualServer, server: RealServer, state: ServerState, directed: Directed, write: Write
) -> Iterator[str]:
    weight, since = effective_weight(server, state), directed.since.get((virtual.key, server.key))
    yield "   ------< Real server >------"
    yield f"   RIP = {format_address(server.address)}, RPORT = {server.port}, WEIGHT = {weight} EFF WEIGHT = {weight}"
    yield f"   forwarding method = {_forwarding(server.forwarding)}"
    yield f"   Alpha is {_on(server.alpha)}"
    yield f"   connection limit range = {server.lower_threshold} -> {server.upper_threshold}"
    yield f"   Inhibit on failure is {_on(server.inhibit_on_failure)}"
    if server.notify_up is not None:
        yield f"     RS up notify script = {command_words(server.notify_up, configuration.permits)}"
    if server.notify_down is not None:
        yield f"     RS down notify script = {command_words(server.notify_down, configuration.permits)}"
    yield f"   Using smtp notification = {_yes(_mails(configuration, server.smtp_alert, True))}"
    yield f"   initial weight = {server.weight}"
    yield f"   effective weight = {weight}"
    yield f"   alive = {int(state.is_up)}"
    yield f"   num failed checkers = {state.succeeds.count(False)}"
    yield f"   RS set = {int(_is_set(virtual, server, directed))}"
    if since is not None:
        yield f"   Since = {write(since)}"
    yield from _tracked(server)


def _is_set(virtual: VirtualServer, server: RealServer, directed: Directed) -> bool:
    """Tell whether the kernel is to hold the server."""
    held = next(iter(entries(virtual, directed.states[virtual.key]).values()), None)
    return held is not None and any((each.address, each.port) == server.key for each in held.destinations)


def _tracked(server: RealServer) -> Iterator[str]:
    files = [check for check in server.checks if isinstance(check, FileCheck)]
    sessions = [check for check in server.checks if isinstance(check, BfdCheck)]
    if files:
        yield "   Tracked Files"
        yield from (f"     {check.track_file}, weight {check.weight}{' reverse' if check.reverse else ''}" for check in files)
    if sessions:
        yield "   Tracked BFDs"
        yield from (f"     {check.name}" for check in sessions)


def _checks(configuration: Configuration, virtual: VirtualServer, directed: Directed, write: Write, of_files: bool) -> Iterator[str]:
    for server in virtual.servers:
        head = f" {service_name(virtual.key)} -> {server_name(server, virtual)}"
        for number, check in enumerate(server.checks):
            key = (virtual.key, server.key), number
            if key in directed.checks and isinstance(check, FileCheck) == of_files:
                yield head
                yield from check_dump(check, server, directed.checks[key], directed.remembered.get(key), configuration.permits, write)


def _files(configuration: Configuration, directed: Directed) -> Iterator[str]:
    """The files that a FILE_CHECK goes by, and who does."""
    users: dict[str, list[str]] = {}
    for virtual in configuration.services:
        for server in virtual.servers:
            for check in _of_files(server.checks):
                place = f"{service_name(virtual.key)} -> {server_name(server, virtual)}"
                users.setdefault(check.track_file, []).append(f"{place}, weight {check.weight}{' reverse' if check.reverse else ''}")
    if users:
        yield "------< Checker track files >------"
    for file in configuration.files:
        if file.name in users:
            yield f" Track file = {file.name}"
            yield f"   File = {file.path}"
            if file.name in directed.files:
                yield f"   Status = {directed.files[file.name]}"
            yield f"   Weight = {file.weight}{' reverse' if file.reverse else ''}"
            yield "   Tracking instances :"
            yield from (f"     {user}" for user in users[file.name])


def _of_files(checks: tuple[Check, ...]) -> Iterator[FileCheck]:
    return (check for check in checks if isinstance(check, FileCheck))


def _mails(configuration: Configuration, own: bool | None, default: bool) -> bool:
    nearest = (own, configuration.lvs.smtp_alert_checker, configuration.global_defs.smtp_alert, default)
    return next(each for each in nearest if each is not None)


def _on(setting: bool) -> str:
    return "ON" if setting else "OFF"


def _yes(setting: bool) -> str:
    return "yes" if setting else "no"
