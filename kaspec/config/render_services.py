"""Virtual servers back into keepalived's syntax."""

from collections.abc import Iterable, Iterator

from kaspec.address import Address, format_address
from kaspec.config import terms
from kaspec.config.commands import write
from kaspec.config.values import plain_seconds
from kaspec.config.writing import boolean, word
from kaspec.lvs.model import (
    AddressService,
    GroupService,
    MarkService,
    Persistence,
    RealServer,
    ServerGroup,
    ServiceKey,
    SorryServer,
    VirtualServer,
)
from kaspec.lvs.settings import LvsSettings

_DEFAULT = LvsSettings()


def render_lvs_settings(settings: LvsSettings) -> Iterator[str]:
    """Write the lines of ``global_defs`` that differ from the default."""
    if settings.lvs_timeouts is not None:
        yield f"lvs_timeouts {terms.write_timeouts(settings.lvs_timeouts)}"
    if settings.lvs_sync_daemon is not None:
        yield f"lvs_sync_daemon {terms.write_sync_daemon(settings.lvs_sync_daemon)}"
    if settings.lvs_flush_on_stop is not None:
        yield f"lvs_flush_on_stop {settings.lvs_flush_on_stop}".strip()
    if settings.smtp_alert_checker is not None:
        yield f"smtp_alert_checker {boolean(settings.smtp_alert_checker)}"
    for name in ("lvs_flush", "checker_log_all_failures", "no_checker_emails", "rs_init_notifies"):
        if getattr(settings, name):
            yield name


def render_server_group(group: ServerGroup) -> Iterator[str]:
    """Write the lines of a ``virtual_server_group``."""
    for entry in group.entries:
        if isinstance(entry, MarkService):
            yield f"fwmark {entry.mark}{' inet6' if entry.family == 6 else ''}"
        else:
            yield _endpoint(*entry)


def service_head(key: ServiceKey) -> str:
    """Write what follows the keyword ``virtual_server``."""
    match key:
        case AddressService(address, port):
            return _endpoint(address, port)
        case MarkService(mark):
            return f"fwmark {mark}"
        case GroupService(name):
            return f"group {word(name)}"


def render_virtual_server(virtual: VirtualServer) -> Iterator[str]:
    """Write the lines of a ``virtual_server``, those of its real servers aside."""
    if isinstance(virtual.key, MarkService):
        yield f"ip_family {'inet6' if virtual.key.family == 6 else 'inet'}"
    else:
        yield f"protocol {virtual.key.protocol}"
    yield f"lb_algo {virtual.scheduler}"
    yield f"lb_kind {terms.write_forwarding(virtual.forwarding)}"
    yield from virtual.flags
    for name, wanted in (("ops", virtual.one_packet), *((name, getattr(virtual, name)) for name in ("alpha", "omega", "ha_suspend"))):
        if wanted:
            yield name
    if virtual.persistence:
        yield from _persistence(virtual.persistence, virtual)
    yield from (f"{name} {getattr(virtual, name)}" for name in ("quorum", "hysteresis"))
    for name in ("quorum_up", "quorum_down"):
        if (command := getattr(virtual, name)) is not None:
            yield f"{name} {write(command)}"
    if virtual.smtp_alert is not None:
        yield f"smtp_alert {boolean(virtual.smtp_alert)}"
    if virtual.sorry_server is not None:
        yield from _sorry_server(virtual.sorry_server)


def render_real_server(server: RealServer, virtual: VirtualServer) -> Iterator[str]:
    """Write the lines of a ``real_server``; what the virtual server says too it inherits."""
    yield f"weight {server.weight}"
    if server.forwarding != virtual.forwarding:
        yield f"lvs_method {terms.write_forwarding(server.forwarding)}"
    for name, number in (("uthreshold", server.upper_threshold), ("lthreshold", server.lower_threshold)):
        if number:
            yield f"{name} {number}"
    if server.inhibit_on_failure:
        yield "inhibit_on_failure"
    if server.alpha != virtual.alpha:
        yield f"alpha {boolean(server.alpha)}"
    for name in ("notify_up", "notify_down"):
        if (command := getattr(server, name)) is not None:
            yield f"{name} {write(command)}"
    if server.smtp_alert != virtual.smtp_alert and server.smtp_alert is not None:
        yield f"smtp_alert {boolean(server.smtp_alert)}"


def endpoint_of(server: RealServer | SorryServer) -> str:
    """Write ``ADDRESS PORT``."""
    return _endpoint(server.address, server.port)


def _endpoint(address: Address, port: int) -> str:
    return f"{format_address(address)} {port}"


def _persistence(persistence: Persistence, virtual: VirtualServer) -> Iterable[str]:
    yield f"persistence_timeout {plain_seconds(persistence.timeout)}"
    if persistence.engine is not None:
        yield f"persistence_engine {persistence.engine}"
    if persistence.granularity is not None:
        length = persistence.granularity
        mask = Address(((0xFFFFFFFF << 32 - length) & 0xFFFFFFFF).to_bytes(4)) if length < 32 else None
        yield f"persistence_granularity {length if mask is None or virtual.family == 6 else format_address(mask)}"


def _sorry_server(sorry: SorryServer) -> Iterable[str]:
    yield f"sorry_server {endpoint_of(sorry)}"
    yield f"sorry_server_lvs_method {terms.write_forwarding(sorry.forwarding)}"
    if sorry.inhibit:
        yield "sorry_server_inhibit"
