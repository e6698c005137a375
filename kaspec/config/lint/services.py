"""Virtual servers that do not serve as was meant; what keepalived changes without being asked."""

from collections.abc import Callable, Iterator

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Diagnostic
from kaspec.config.keywords import lvs, real_server, top
from kaspec.config.reader import Reading
from kaspec.config.sections import Section
from kaspec.config.terms import Endpoint
from kaspec.lvs.settings import NAT

CHECKERS = (
    real_server.TCP_CHECK,
    real_server.HTTP_GET,
    real_server.SSL_GET,
    real_server.SMTP_CHECK,
    real_server.DNS_CHECK,
    real_server.MISC_CHECK,
    real_server.UDP_CHECK,
    real_server.PING_CHECK,
    real_server.BFD_CHECK,
    real_server.FILE_CHECK,
)


def without_protocol(service: Section) -> Iterator[Diagnostic]:
    """Keepalived's default is UDP."""
    if isinstance(service.key, Endpoint) and service.last(lvs.PROTOCOL) is None:
        message = f"virtual_server {service.label} has no protocol, and UDP is the default"
        yield kinds.PROTOCOL_MISSING.at(service.span, message, "add protocol TCP, or protocol UDP if that is meant")


def without_scheduler(service: Section) -> Iterator[Diagnostic]:
    """Keepalived's default is wlc."""
    if service.last(lvs.LB_ALGO) is None and service.last(lvs.LVS_SCHED) is None:
        yield kinds.SCHEDULER_MISSING.at(service.span, f"virtual_server {service.label} has no lb_algo, so it is wlc", "add lb_algo wlc")


def server_twice(service: Section) -> Iterator[Diagnostic]:
    """The kernel has one entry for both."""
    seen = set[object]()
    for server in service.sections(lvs.REAL_SERVER):
        if server.key is not None and server.key in seen:
            message = f"real_server {server.label} stands here twice: the kernel keeps one, and two checkers quarrel over it"
            yield kinds.SERVER_TWICE.at(server.span, message, "remove one, or correct its address or port")
        seen.add(server.key)


def server_is_service(service: Section) -> Iterator[Diagnostic]:
    """Packets would go in a circle."""
    for server in service.sections(lvs.REAL_SERVER):
        if isinstance(service.key, Endpoint) and isinstance(server.key, Endpoint) and server.key.address == service.key.address:
            message = f"real_server {server.label} is the virtual server's own address: what it gets comes back to it"
            yield kinds.SERVER_IS_SERVICE.at(server.span, message, "write the server's own address")


def other_port(service: Section) -> Iterator[Diagnostic]:
    """Only NAT rewrites ports; keepalived then takes the virtual server's."""
    given = service.last(lvs.LB_KIND) or service.last(lvs.LVS_METHOD)
    for server in service.sections(lvs.REAL_SERVER):
        method = server.value(real_server.LVS_METHOD, given.value if given else NAT).method
        if not (isinstance(service.key, Endpoint) and isinstance(server.key, Endpoint)) or method == "NAT":
            continue
        if server.key.port not in {None, service.key.port}:
            message = f"{method} leaves the port as it is, so {server.label} gets packets for port {service.key.port or 'any'}"
            hint = f"write port {service.key.port}, or use NAT" if service.key.port else "leave the port out, or use NAT"
            yield kinds.PORT_DIFFERS.at(server.span, message, hint)


def unreachable_quorum(service: Section) -> Iterator[Diagnostic]:
    """Keepalived lowers both."""
    quorum, hysteresis = service.last(lvs.QUORUM), service.last(lvs.HYSTERESIS)
    default = service.value(lvs.WEIGHT, 1)
    servers = service.sections(lvs.REAL_SERVER)
    total = sum(server.value(real_server.WEIGHT, default) for server in servers)
    if quorum is not None and servers and quorum.value > total:
        message = f"all real servers weigh {total} together, less than the quorum of {quorum.value}: {total} is used"
        yield kinds.QUORUM_BEYOND.at(quorum.span, message, f"write at most quorum {total}")
    needed = quorum.value if quorum else 1
    if hysteresis is not None and hysteresis.value >= needed:
        message = f"a hysteresis of {hysteresis.value} reaches down to nothing, with a quorum of {needed}: {needed - 1} is used"
        yield kinds.HYSTERESIS_BEYOND.at(hysteresis.span, message, f"write at most hysteresis {needed - 1}, or a higher quorum")


def engine_without_persistence(service: Section) -> Iterator[Diagnostic]:
    """Keepalived leaves it out."""
    engine = service.last(lvs.PERSISTENCE_ENGINE)
    is_persistent = service.gives(lvs.PERSISTENCE_TIMEOUT) or service.gives(lvs.PERSISTENCE_GRANULARITY)
    if engine is None or is_persistent or (isinstance(service.key, Endpoint) and not service.key.port):
        return
    message = f"virtual_server {service.label} is not persistent, so persistence_engine {engine.value} does nothing"
    yield kinds.ENGINE_IDLE.at(engine.span, message, "add persistence_timeout, or remove persistence_engine")


def unchecked(service: Section) -> Iterator[Diagnostic]:
    """Nobody will notice that it is dead."""
    for server in service.sections(lvs.REAL_SERVER):
        if not any(map(server.gives, CHECKERS)):
            message = f"real_server {server.label} has no checker: it stays in service whatever becomes of it"
            yield kinds.SERVER_UNCHECKED.at(server.span, message, "add a checker, such as TCP_CHECK { connect_timeout 3 }")


def service_twice(reading: Reading) -> Iterator[Diagnostic]:
    """The kernel knows a service by address, port and protocol."""
    seen = set[object]()
    for service in reading.section.sections(top.VIRTUAL_SERVER):
        identity = (service.key, service.value(lvs.PROTOCOL, "UDP"))
        if service.key is not None and identity in seen:
            message = f"virtual_server {service.label} is defined above already: its real servers get mixed up"
            yield kinds.SERVICE_TWICE.at(service.span, message, "make one of both, or correct the address, port or protocol")
        seen.add(identity)


_OF_ONE: tuple[Callable[[Section], Iterator[Diagnostic]], ...] = (
    without_protocol,
    without_scheduler,
    server_twice,
    server_is_service,
    other_port,
    unreachable_quorum,
    engine_without_persistence,
    unchecked,
)


def each(reading: Reading) -> Iterator[Diagnostic]:
    """Ask every rule about every virtual server."""
    for service in reading.section.sections(top.VIRTUAL_SERVER):
        for rule in _OF_ONE:
            yield from rule(service)


RULES = (service_twice, each)
