"""Notifications: what an outcome means to a manager (KEEPALIVED-MIB vrrpTraps; RFC 2787 and RFC 6527 newMaster)."""

from collections.abc import Iterator

from kaspec import rules
from kaspec.config.model import Snmp
from kaspec.groups import GroupOutcome
from kaspec.node import Outcome
from kaspec.snmp import rfc2787, rfc6527
from kaspec.snmp.keepalived import GLOBAL, VRRP
from kaspec.snmp.snapshot import BACKUP, FAULT, MASTER, SHUTDOWN, STATE_NUMBERS, CheckSnapshot, Snapshot
from kaspec.snmp.values import Binding, Oid, Syntax, Value, integer, octets, text
from kaspec.vrrp.events import AdvertisementDiscarded, Shutdown
from kaspec.vrrp.state import Master, state_name

TRAP_NAME: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
"""SNMPv2-MIB snmpTrapOID: what a notification is, and its first binding."""
_GROUP_CHANGED, _INSTANCE_CHANGED = (*VRRP, 10, 0, 1), (*VRRP, 10, 0, 2)
_GROUP, _INSTANCE, _ROUTER_ID = (*VRRP, 1, 1), (*VRRP, 3, 1), (*GLOBAL, 2)
_NEW_MASTER, _AUTHENTICATION_FAILED = (*rfc2787.VRRP_MIB, 0, 1), (*rfc2787.VRRP_MIB, 0, 2)
_NEW_MASTER_3, _PROTOCOL_ERROR = (*rfc6527.VRRPV3_MIB, 0, 1), (*rfc6527.VRRPV3_MIB, 0, 2)
_GROUP_STATES = {"MASTER": MASTER, "BACKUP": BACKUP, "FAULT": FAULT, "STOP": SHUTDOWN}
_INVALID_TYPE, _MISMATCH, _FAILURE = 1, 2, 3
_FAILURES = {
    rules.AUTH_TYPE_UNKNOWN: _INVALID_TYPE,
    rules.AUTH_TYPE_MISMATCH: _MISMATCH,
    rules.HEADER_MISSING: _MISMATCH,
    rules.HEADER_UNEXPECTED: _MISMATCH,
    rules.PASSWORD: _FAILURE,
    rules.HEADER_INTEGRITY: _FAILURE,
    rules.HEADER_SPI: _FAILURE,
    rules.HEADER_SEQUENCE: _FAILURE,
}
_ERRORS = {rules.TTL: 1, rules.VERSION: 2, rules.CHECKSUM: 3}

Notification = tuple[Binding, ...]


def is_telling(outcome: Outcome | GroupOutcome) -> bool:
    """Tell, as cheaply as can be, whether an outcome may be worth a notification."""
    if isinstance(outcome, GroupOutcome):
        return True
    return type(outcome.before) is not type(outcome.step.state) or outcome.step.rule in _FAILURES or outcome.step.rule in _ERRORS


def notifications(settings: Snmp, shown: Snapshot, outcome: Outcome | GroupOutcome) -> tuple[Notification, ...]:
    """Return what is sent of an outcome, if notifications are wanted; ``shown`` is some time after it."""
    if not settings.enable_traps:
        return ()
    if isinstance(outcome, GroupOutcome):
        return tuple(_group(shown, outcome)) if settings.enable_snmp_vrrp else ()
    return tuple(_instance(settings, shown, outcome))


def what(name: Oid, *bindings: tuple[Oid, Value]) -> Notification:
    """Return a notification of that name."""
    return (Binding(TRAP_NAME, Value(Syntax.OBJECT_IDENTIFIER, name)), *(Binding(*each) for each in bindings))


def router_id(shown: Snapshot | CheckSnapshot) -> tuple[Oid, Value]:
    """Return who tells."""
    return (*_ROUTER_ID, 0), text(shown.configuration.global_defs.router_id or shown.host)


# Columns of the KEEPALIVED-MIB stand without a row's number, as keepalived has them: managers match on names.


def _group(shown: Snapshot, outcome: GroupOutcome) -> Iterator[Notification]:
    if any(group.name == outcome.group for group in shown.configuration.groups):
        name, state = text(outcome.group), integer(_GROUP_STATES[outcome.state])
        yield what(_GROUP_CHANGED, ((*_GROUP, 2), name), ((*_GROUP, 3), state), router_id(shown))


def _instance(settings: Snmp, shown: Snapshot, outcome: Outcome) -> Iterator[Notification]:
    state = outcome.step.state
    changed = type(outcome.before) is not type(state)
    row = next((place for place, each in enumerate(shown.configuration.routers) if each.name == outcome.router.name), None)
    if row is None:
        return
    if settings.enable_snmp_vrrp and changed:
        now_it_is = SHUTDOWN if isinstance(outcome.event, Shutdown) else STATE_NUMBERS[state_name(state)]
        initial = MASTER if shown.configuration.settings[row].initial_state == "MASTER" else BACKUP
        yield what(
            _INSTANCE_CHANGED,
            ((*_INSTANCE, 2), text(outcome.router.name)),
            ((*_INSTANCE, 4), integer(now_it_is)),
            ((*_INSTANCE, 5), integer(initial)),
            router_id(shown),
        )
    if changed and isinstance(state, Master):
        yield from _new_master(settings, shown, outcome, state)
    if isinstance(outcome.event, AdvertisementDiscarded):
        yield from _discarded(settings, shown, outcome, outcome.event)


def _new_master(settings: Snmp, shown: Snapshot, outcome: Outcome, state: Master) -> Iterator[Notification]:
    router, address = outcome.router, state.standing.address
    index = rfc6527.index_of(shown, router)
    if index is None or address is None:
        return
    if settings.enable_snmp_rfcv2 and router.version == 2:
        master = Value(Syntax.IP_ADDRESS, bytes(address))
        yield what(_NEW_MASTER, ((*rfc2787.OPERATIONS, 3, 1, 7, *index[:2]), master))
    if settings.enable_snmp_rfcv3:
        reason = rfc6527.reason(router, state)
        columns = ((*rfc6527.OPERATIONS, 1, 1, 3, *index), octets(address)), ((*rfc6527.STATISTICS, 5, 1, 2, *index), reason)
        yield what(_NEW_MASTER_3, *columns)


def _discarded(settings: Snmp, shown: Snapshot, outcome: Outcome, event: AdvertisementDiscarded) -> Iterator[Notification]:
    """What is not authentic, and what breaks the protocol; keepalived adds to the former which virtual router it is about."""
    router, rule = outcome.router, outcome.step.rule
    index = rfc6527.index_of(shown, router)
    if index is None:
        return
    if settings.enable_snmp_rfcv2 and router.version == 2 and rule in _FAILURES:
        source = Value(Syntax.IP_ADDRESS, bytes(event.source))
        columns = ((*rfc2787.OPERATIONS, 5, *index[:2]), source), ((*rfc2787.OPERATIONS, 6, *index[:2]), integer(_FAILURES[rule]))
        yield what(_AUTHENTICATION_FAILED, *columns)
    if settings.enable_snmp_rfcv3 and rule in _ERRORS:
        yield what(_PROTOCOL_ERROR, ((*rfc6527.STATISTICS, 5, 1, 6, *index), integer(_ERRORS[rule])))
