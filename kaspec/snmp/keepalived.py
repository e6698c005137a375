"""KEEPALIVED-MIB, the part about VRRP: each table is a function of a snapshot.

Where keepalived 2.2.7 and its MIB differ in what an index is, keepalived is followed, since that is what managers have met: of what an
instance tracks it is the place in the list.  Values are the MIB's.
"""

from collections.abc import Iterator
from contextlib import suppress

from kaspec.address import Address, family_of, parse_address
from kaspec.config.model import Command, GroupSettings, InstanceSettings
from kaspec.groups import state_of, wants_master
from kaspec.snmp.held import held
from kaspec.snmp.snapshot import BACKUP, MASTER, STATE_NUMBERS, CheckSnapshot, Row, Snapshot, choice, scalars, table
from kaspec.snmp.tracked import tracked
from kaspec.snmp.values import Oid, Value, gauge, integer, octets, text, truth
from kaspec.snmp.view import Cell
from kaspec.units import SECOND
from kaspec.vrrp.authentication import IpAuthenticationHeader, NoAuthentication
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Master, State, state_name

KEEPALIVED: Oid = (1, 3, 6, 1, 4, 1, 9586, 100, 5)
GLOBAL, VRRP = (*KEEPALIVED, 1), (*KEEPALIVED, 2)
_HUNDREDTHS = SECOND // 100
_FLUSHES = {"": 1, None: 2, "VS": 3}


def keepalived_cells(shown: Snapshot) -> Iterator[Cell]:
    """Yield every object."""
    yield from global_cells(shown)
    yield from table((*VRRP, 1, 1), _groups(shown))
    yield from table((*VRRP, 2, 1), _members(shown))
    yield from table((*VRRP, 3, 1), _instances(shown))
    yield from tracked(VRRP, shown)
    yield from held(VRRP, shown)


def global_cells(shown: Snapshot | CheckSnapshot) -> Iterator[Cell]:
    """Yield the objects about the whole of keepalived."""
    defs = shown.configuration.global_defs
    kind, server = _address(defs.smtp_server)
    yield from scalars(
        GLOBAL,
        {
            (1,): text(shown.title),
            (2,): text(defs.router_id or shown.host),
            (3, 1): kind,
            (3, 2): server,
            (3, 3): gauge(defs.smtp_connect_timeout // SECOND),
            (3, 4): text(defs.notification_email_from) if defs.notification_email_from else None,
            (3, 6): gauge(defs.smtp_port),
            (3, 7): truth(not defs.no_email_faults),
            (3, 8): choice(defs.smtp_alert),
            (3, 9): choice(defs.smtp_alert_vrrp),
            (3, 10): choice(shown.configuration.lvs.smtp_alert_checker),
            (4,): truth(defs.snmp.enable_traps),
            (5,): integer(1),
            (6,): truth(shown.configuration.lvs.lvs_flush),
            (7,): truth(True),
            (8,): text(shown.configuration.process.net_namespace),
            (9,): truth(False),
            (10,): truth(defs.dynamic_interfaces is not None),
            (11,): integer(_FLUSHES[shown.configuration.lvs.lvs_flush_on_stop]),
        },
    )
    mails = enumerate(defs.notification_email, 1)
    yield from table((*GLOBAL, 3, 5, 1), (((number,), {2: text(mail)}) for number, mail in mails))


def _address(host: str | None) -> tuple[Value | None, Value | None]:
    with suppress(ValueError):
        return inet(parse_address(host or ""))
    return None, None


def inet(address: Address) -> tuple[Value, Value]:
    """Return an address as RFC 4001 has it: its type and its bytes."""
    return integer(1 if family_of(address) == 4 else 2), octets(address)


def _groups(shown: Snapshot) -> Iterator[Row]:
    configuration = shown.configuration
    teams = {team.group.name: team for team in shown.node.cast.groups}
    for number, (group, settings) in enumerate(zip(configuration.groups, configuration.group_settings, strict=True), 1):
        team = teams.get(group.name)
        state = state_of(team.of(shown.state.states)) if team else "INIT"
        yield (
            (number,),
            {
                2: text(group.name),
                3: integer(STATE_NUMBERS[state]),
                4: truth(shown.mails(settings)),
                5: truth(_tells(settings)),
                6: shown.words(settings.notify_master),
                7: shown.words(settings.notify_backup),
                8: shown.words(settings.notify_fault),
                9: shown.words(settings.notify),
                10: truth(group.tracking_weight),
                11: shown.words(settings.notify_stop),
            },
        )


def _members(shown: Snapshot) -> Iterator[Row]:
    for number, group in enumerate(shown.configuration.groups, 1):
        for member, name in enumerate(group.members, 1):
            yield (number, member), {2: text(name)}


def _tells(settings: InstanceSettings | GroupSettings) -> bool:
    """Tell whether any script hears of state changes."""
    common = (settings.notify, settings.notify_master, settings.notify_backup, settings.notify_fault, settings.notify_stop)
    return any(each is not None for each in common)


def _instances(shown: Snapshot) -> Iterator[Row]:
    configuration = shown.configuration
    groups = {name: group.name for group in configuration.groups for name in group.members}
    both = zip(configuration.routers, configuration.settings, shown.state.states, strict=True)
    for number, (router, settings, state) in enumerate(both, 1):
        group = groups.get(router.name)
        yield (number,), {**_condition(router, settings, state), 18: text(group) if group else None, **_telling(shown, settings)}


def _condition(router: VirtualRouter, settings: InstanceSettings, state: State) -> dict[int, Value | None]:
    """Return what it is and how it is configured."""
    wanted = MASTER if wants_master(state) else STATE_NUMBERS[state_name(state)]
    delay = router.garp.delay
    return {
        2: text(router.name),
        3: gauge(router.virtual_router_id),
        4: integer(STATE_NUMBERS[state_name(state)]),
        5: integer(MASTER if settings.initial_state == "MASTER" else BACKUP),
        6: integer(wanted),
        7: integer(router.priority),
        8: integer(state.standing.priority),
        9: truth(isinstance(state, Master)),
        10: text(router.interface),
        11: truth(not router.dont_track_primary),
        12: gauge(router.advertisement_interval // (SECOND if router.version == 2 else _HUNDREDTHS)),
        13: truth(router.preempt),
        14: gauge(router.preempt_delay // SECOND),
        15: integer(_authentication(router)),
        16: truth(False),
        19: gauge(0 if delay is None else delay // SECOND),
        27: truth(router.version == 3 and router.accept),
        28: truth(router.promote_secondaries),
        29: truth(False),
        30: integer(router.version),
        **_group(router),
    }


def _group(router: VirtualRouter) -> dict[int, Value | None]:
    if router.peers or router.lacks_peers:
        return {}
    kind, group = inet(router.multicast_group)
    return {34: kind, 35: group}


def _authentication(router: VirtualRouter) -> int:
    """Return ``none(0), password(1), ah(2)``; a trailer with a code is a password to the MIB, which knows nothing better."""
    match router.authentication:
        case NoAuthentication():
            return 0
        case IpAuthenticationHeader():
            return 2
        case _:
            return 1


def _telling(shown: Snapshot, settings: InstanceSettings) -> dict[int, Value | None]:
    deleted = settings.notify_deleted
    return {
        20: truth(shown.mails(settings)),
        21: truth(_tells(settings)),
        22: shown.words(settings.notify_master),
        23: shown.words(settings.notify_backup),
        24: shown.words(settings.notify_fault),
        25: shown.words(settings.notify_stop),
        26: shown.words(settings.notify),
        31: shown.words(settings.notify_master_rx_lower_pri),
        32: shown.words(deleted) if isinstance(deleted, Command) else None,
        33: truth(bool(deleted)),
    }
