"""The checker's side of SNMP: what it shows, and what it notifies managers of (KEEPALIVED-MIB checkTraps)."""

from collections.abc import Iterator

from kaspec.config.model import Snmp
from kaspec.frozen import evolve, frozen
from kaspec.lvs.model import RealServer, VirtualServer
from kaspec.lvs.services import QuorumChanged, ServerChanged, ServerState, ServiceEffect, ServiceState, beginning
from kaspec.snmp.checker import CHECK, MET, NOT_MET, REGULAR, checker_cells, key_columns, place_columns
from kaspec.snmp.keepalived import GLOBAL
from kaspec.snmp.side import Side
from kaspec.snmp.snapshot import CheckSnapshot
from kaspec.snmp.traps import Notification, router_id, what
from kaspec.snmp.values import Oid, Value, gauge, integer, truth
from kaspec.snmp.view import View, view

_SERVER_CHANGED, _QUORUM_CHANGED = (*CHECK, 5, 0, 1), (*CHECK, 5, 0, 2)
_SERVICE, _SERVER = (*CHECK, 3, 1), (*CHECK, 4, 1)
_TOTAL, _UP, _QUORUM, _QUORUM_STATUS = 20, 21, 22, 23
_SHUT_DOWN = 3
_DOWN = ServerState((False,))


@frozen
class Ended:
    """The process ends, and with it what it does for a virtual server."""


@frozen
class Happened:
    """What happened to a virtual server, and how it stands after that."""

    virtual: VirtualServer
    effect: ServiceEffect | Ended
    state: ServiceState


def began(virtual: VirtualServer, state: ServiceState) -> Iterator[Happened]:
    """Yield how a virtual server begins: one real server after the other, as keepalived counts, and then the quorum."""
    places = {server.key: place for place, server in enumerate(virtual.servers, 1)}
    for effect in beginning(virtual, state):
        count = places[effect.server.key] if isinstance(effect, ServerChanged) else len(state.servers)
        yield Happened(virtual, effect, evolve(state, servers=(*state.servers[:count], *(_DOWN for _ in state.servers[count:]))))


def ended(virtual: VirtualServer, state: ServiceState) -> Iterator[Happened]:
    """Yield how it ends: what is up goes down, one after the other, and the quorum is shut down."""
    for count, (server, each) in enumerate(zip(virtual.servers, state.servers, strict=True), 1):
        state = evolve(state, servers=(*state.servers[: count - 1], _DOWN, *state.servers[count:]))
        if each.is_up:
            yield Happened(virtual, ServerChanged(server, is_up=False), state)
    yield Happened(virtual, Ended(), state)


def _regions(settings: Snmp) -> tuple[Oid, ...]:
    """Return the subtrees to answer for: what is global is VRRP's, if that is shown."""
    if not settings.enable_snmp_checker:
        return ()
    return (CHECK,) if settings.enable_snmp_vrrp else (GLOBAL, CHECK)


def _shown(settings: Snmp, snapshot: CheckSnapshot) -> View:
    return view(checker_cells(snapshot, with_global=not settings.enable_snmp_vrrp))


def _is_telling(happened: Happened) -> bool:
    return isinstance(happened.effect, ServerChanged | QuorumChanged | Ended)


def _notifications(settings: Snmp, shown: CheckSnapshot, happened: Happened) -> tuple[Notification, ...]:
    """Return what is sent; nothing of a virtual server that a reload has taken away since, nor unasked of how real servers begin."""
    keys = [each.key for each in shown.configuration.services]
    if not (settings.enable_traps and settings.enable_snmp_checker and happened.virtual.key in keys):
        return ()
    effect = happened.effect
    if isinstance(effect, ServerChanged) and effect.initially and not shown.configuration.lvs.rs_init_notifies:
        return ()
    return tuple(_notification(shown, happened))


def _notification(shown: CheckSnapshot, happened: Happened) -> Iterator[Notification]:
    virtual, effect = happened.virtual, happened.effect
    known = dict[int, Value | None](key_columns(virtual))
    counts: dict[int, Value | None] = {_UP: gauge(sum(each.is_up for each in happened.state.servers)), _TOTAL: gauge(len(virtual.servers))}
    if isinstance(effect, ServerChanged):
        about = _cells(_SERVER, _whereabouts(effect.server, effect.is_up))
        yield what(_SERVER_CHANGED, *about, *_cells(_SERVICE, known | counts), router_id(shown))
    elif isinstance(effect, QuorumChanged | Ended):
        status = _SHUT_DOWN if isinstance(effect, Ended) else MET if effect.is_up else NOT_MET
        quorum: dict[int, Value | None] = {_QUORUM_STATUS: integer(status), _QUORUM: gauge(virtual.quorum)}
        yield what(_QUORUM_CHANGED, *_cells(_SERVICE, known | quorum | counts), router_id(shown))


def _whereabouts(server: RealServer, is_up: bool) -> dict[int, Value | None]:
    columns = place_columns(server, REGULAR)
    return {3: columns[3], 4: columns[4], 5: columns[5], 6: truth(is_up)}


def _cells(entry: Oid, columns: dict[int, Value | None]) -> Iterator[tuple[Oid, Value]]:
    """Name columns as keepalived does, without a row's number."""
    yield from (((*entry, number), value) for number, value in columns.items() if value is not None)


CHECKER_SIDE = Side(_regions, _shown, _is_telling, _notifications)
"""What the checker shows and tells."""
