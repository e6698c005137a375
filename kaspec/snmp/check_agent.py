"""The checker's side of SNMP: what it shows, and what it notifies managers of (KEEPALIVED-MIB checkTraps)."""

from collections.abc import Iterator

from kaspec.config.model import Snmp
from kaspec.frozen import frozen
from kaspec.lvs.model import RealServer, VirtualServer
from kaspec.lvs.services import QuorumChanged, ServerChanged, ServiceEffect, ServiceState
from kaspec.snmp.checker import CHECK, MET, NOT_MET, REGULAR, checker_cells, first_row, key_columns, place_columns
from kaspec.snmp.keepalived import GLOBAL
from kaspec.snmp.side import Side
from kaspec.snmp.snapshot import CheckSnapshot
from kaspec.snmp.traps import Notification, router_id, what
from kaspec.snmp.values import Oid, Value, gauge, integer, truth
from kaspec.snmp.view import View, view

_SERVER_CHANGED, _QUORUM_CHANGED = (*CHECK, 5, 0, 1), (*CHECK, 5, 0, 2)
_SERVICE, _SERVER = (*CHECK, 3, 1), (*CHECK, 4, 1)
_TYPE, _PROTOCOL, _TOTAL, _UP, _QUORUM, _QUORUM_STATUS = 2, 8, 20, 21, 22, 23


@frozen
class Happened:
    """What happened to a virtual server, and how it stands after that."""

    virtual: VirtualServer
    effect: ServiceEffect
    state: ServiceState


def _regions(settings: Snmp) -> tuple[Oid, ...]:
    """Return the subtrees to answer for: what is global is VRRP's, if that is shown."""
    if not settings.enable_snmp_checker:
        return ()
    return (CHECK,) if settings.enable_snmp_vrrp else (GLOBAL, CHECK)


def _shown(settings: Snmp, snapshot: CheckSnapshot) -> View:
    return view(checker_cells(snapshot, with_global=not settings.enable_snmp_vrrp))


def _is_telling(happened: Happened) -> bool:
    return isinstance(happened.effect, ServerChanged | QuorumChanged) and not happened.effect.initially


def _notifications(settings: Snmp, shown: CheckSnapshot, happened: Happened) -> tuple[Notification, ...]:
    """Return what is sent; nothing of a virtual server that a reload has taken away since."""
    keys = [each.key for each in shown.configuration.services]
    if not (settings.enable_traps and settings.enable_snmp_checker and happened.virtual.key in keys):
        return ()
    return tuple(_notification(shown, keys.index(happened.virtual.key) + 1, happened))


def _notification(shown: CheckSnapshot, number: int, happened: Happened) -> Iterator[Notification]:
    virtual, key = happened.virtual, dict(key_columns(happened.virtual))
    first = {_TYPE: key.pop(_TYPE), _PROTOCOL: key.pop(_PROTOCOL, None)}
    up = sum(each.is_up for each in happened.state.servers)
    counts = {_UP: gauge(up), _TOTAL: gauge(len(virtual.servers))}
    last = (router_id(shown), *_cells(_SERVICE, (number,), key))
    match happened.effect:
        case ServerChanged(server, is_up):
            about = _cells(_SERVER, (number, _row(virtual, server)), _whereabouts(server, is_up))
            yield what(_SERVER_CHANGED, *about, *_cells(_SERVICE, (number,), {**first, **counts}), *last)
        case QuorumChanged(is_up):
            quorum = {_QUORUM_STATUS: integer(MET if is_up else NOT_MET), _QUORUM: gauge(virtual.quorum)}
            yield what(_QUORUM_CHANGED, *_cells(_SERVICE, (number,), {**first, **quorum, **counts}), *last)
        case _:
            return


def _row(virtual: VirtualServer, server: RealServer) -> int:
    return first_row(virtual) + [each.key for each in virtual.servers].index(server.key)


def _whereabouts(server: RealServer, is_up: bool) -> dict[int, Value | None]:
    columns = place_columns(server, REGULAR)
    return {3: columns[3], 4: columns[4], 5: columns[5], 6: truth(is_up)}


def _cells(entry: Oid, index: Oid, columns: dict[int, Value | None]) -> Iterator[tuple[Oid, Value]]:
    yield from (((*entry, number, *index), value) for number, value in columns.items() if value is not None)


CHECKER_SIDE = Side(_regions, _shown, _is_telling, _notifications)
"""What the checker shows and tells."""
