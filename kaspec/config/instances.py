"""``vrrp_instance``: from what a block gives to the core's ``VirtualRouter``, with keepalived's defaults and rewrites."""

from collections.abc import Iterable, Mapping

from kaspec.config import diagnostics as kinds
from kaspec.config import versions
from kaspec.config.addresses import build_addresses, interfaces_named
from kaspec.config.alerts import build_settings
from kaspec.config.credentials import build_authentication
from kaspec.config.definitions import garp_policy
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.lexer import Report
from kaspec.config.model import BfdInstance, GlobalDefs, InitialState, InstanceSettings, InterfaceUse
from kaspec.config.profiles import build_profile
from kaspec.config.sections import Section
from kaspec.config.source import Span
from kaspec.config.strict import is_strict, made_strict, strict_state
from kaspec.config.tracks import TrackLists, Weights, build_bfd_tracks, build_trackers, build_tracks
from kaspec.config.transport import can_tell_apart, with_transport
from kaspec.frozen import evolve, frozen
from kaspec.units import ZERO, Interval
from kaspec.vrrp.authentication import IpAuthenticationHeader
from kaspec.vrrp.router import OWNER_PRIORITY, Identity, TrackerTrack, VirtualRouter

TRACK_LISTS: TrackLists = (("script", rows.TRACK_SCRIPT), ("file", rows.TRACK_FILE), ("process", rows.TRACK_PROCESS))
HIGHEST_RIVAL = 254
"""The highest priority of a router that does not own the addresses."""


@frozen
class Instance:
    """A ``vrrp_instance`` as built: the virtual router, and what only the daemon needs."""

    router: VirtualRouter
    settings: InstanceSettings


def build_instances(
    sections: Iterable[Section],
    globally: Section,
    defaults: GlobalDefs,
    weights: Weights,
    bfd_instances: tuple[BfdInstance, ...],
    report: Report,
) -> tuple[Instance, ...]:
    """Build the instances, which may track what is in ``weights`` and ``bfd_instances``.

    The second of two that cannot both be is left out.
    """
    built: list[Instance] = []
    names: set[str] = set()
    places: dict[Identity, list[tuple[VirtualRouter, Span]]] = {}
    sessions = {each.session.name: each for each in bfd_instances}
    for section in sections:
        instance = _instance(section, globally, defaults, weights, sessions, report)
        if instance is None:
            continue
        router, where = instance.router, section.span
        place = router.identity
        if router.name in names:
            report(kinds.DUPLICATE_NAME.at(where, f"there is already a vrrp_instance {router.name}; this one is left out"))
            continue
        identifier = section.last(rows.VIRTUAL_ROUTER_ID)
        span = identifier.span if identifier else where
        others = places.setdefault(place, [])
        rival = next(((other, there) for other, there in others if not can_tell_apart(router, other)), None)
        if rival is not None:
            other, there = rival
            message = f"{router.name} and {other.name} both have virtual_router_id {router.virtual_router_id} on {router.interface}"
            hint = f"give each its own virtual_router_id; {router.name} is left out"
            report(kinds.DUPLICATE_ROUTER.at(span, message, hint, ((there, f"{other.name} has it here"),)))
        else:
            distinct = evolve(router, distinction=router.name if others else "")
            built.append(evolve(instance, router=distinct))
            others.append((router, span))
        names.add(router.name)
    return tuple(built)


def _instance(
    section: Section, globally: Section, defaults: GlobalDefs, weights: Weights, sessions: Mapping[str, BfdInstance], report: Report
) -> Instance | None:
    interface, identifier = section.value(rows.INTERFACE, ""), section.value(rows.VIRTUAL_ROUTER_ID, 0)
    strict = is_strict(section, globally)
    state, priority = _state_and_priority(section, strict, report)
    family = versions.family_spoken(section)
    version = versions.version_spoken(section, family, defaults, report)
    advertised = versions.of_family(section.entries(rows.VIRTUAL_IPADDRESS), family, section.label, report)
    owner = priority == OWNER_PRIORITY
    nopreempt = _nopreempt(section, state, priority, report)
    router = VirtualRouter(
        name=section.label,
        interface=interface,
        virtual_router_id=identifier,
        priority=priority,
        addresses=build_addresses(advertised, interface or defaults.default_interface, report),
        version=version,
        family=family,
        advertisement_interval=versions.advertisement_interval(section, version, report),
        preempt=not nopreempt,
        preempt_delay=_preempt_delay(section, state, nopreempt, strict, report),
        tracks=build_tracks(section.entries(rows.TRACK_INTERFACE), interface, owner, report),
        trackers=_trackers(section, weights, sessions, owner, report),
        dont_track_primary=section.value(rows.DONT_TRACK_PRIMARY, False),
        garp=garp_policy(globally, section),
        down_timer_adverts=section.value(rows.DOWN_TIMER_ADVERTS, defaults.down_timer_adverts),
        highest_rival=section.value(rows.TIMER_EXPIRED_BACKUP, section.value(rows.THREAD_TIMER_EXPIRED, HIGHEST_RIVAL)),
        profile=build_profile(section, defaults),
        checksum_form=versions.form_of_checksum(section, globally),
        accept=_accepts(section),
    )
    spoken = evolve(
        with_transport(router, section, defaults.transport, report), authentication=build_authentication(section, router, report)
    )
    router = made_strict(spoken, section, report) if strict else spoken
    if not _complete(section, router, strict, report) or not identifier:
        return None
    return Instance(router, build_settings(section, _initial(section, router, state, report), strict))


def _trackers(
    section: Section, weights: Weights, sessions: Mapping[str, BfdInstance], owner: bool, report: Report
) -> tuple[TrackerTrack, ...]:
    found = build_trackers(TRACK_LISTS, section, weights, owner, report)
    return (*found, *build_bfd_tracks(section.entries(rows.TRACK_BFD), sessions, owner, report))


def _initial(section: Section, router: VirtualRouter, state: InitialState, report: Report) -> InitialState:
    """Keepalived takes the wish to begin as Master back: nobody who heard the old one would believe the numbers of a new one."""
    given = section.last(rows.STATE)
    if state == "BACKUP" or router.is_owner or given is None or not isinstance(router.authentication, IpAuthenticationHeader):
        return state
    message = f"auth_type AH does not work with state MASTER: {section.label} begins as BACKUP"
    report(kinds.STATE_CLEARED.at(given.span, message, "use state BACKUP"))
    return "BACKUP"


def _complete(section: Section, router: VirtualRouter, strict: bool, report: Report) -> bool:
    """Tell whether the instance has what it cannot do without: in version 3 (RFC 9568 5.2.5) and strict mode, an address too."""
    complete, who = bool(section.label), f"vrrp_instance {section.label}".rstrip()
    for row in (rows.INTERFACE, rows.VIRTUAL_ROUTER_ID):
        if row not in section.given and not (row is rows.INTERFACE and router.peers and router.source):
            hint = f"add {row.name} {row.argument.form}, such as: {row.description.example or f'{row.name} {row.argument.example}'}"
            report(kinds.MISSING_SETTING.at(section.span, f"{who} has no {row.name}", hint))
            complete = False
    if (router.version == 3 or strict) and not router.addresses:
        wanted = "a packet of version 3 has at least one" if router.version == 3 else "strict mode wants one"
        message = f"{who} has no virtual address, and {wanted}"
        report(kinds.MISSING_SETTING.at(section.span, message, "add virtual_ipaddress { ... }"))
        return False
    if not section.given.get(rows.VIRTUAL_IPADDRESS) and not section.value(rows.NO_VIRTUAL_IPADDRESS, False):
        report(kinds.NO_ADDRESS.at(section.span, f"{who} has no virtual address", "add virtual_ipaddress { ... }"))
    return complete


def _state_and_priority(section: Section, strict: bool, report: Report) -> tuple[InitialState, int]:
    """Return what is written or follows from it, which strict mode makes agree."""
    state, priority = _wishes(section, report)
    return strict_state(section, state, priority, report) if strict else state, priority


def _wishes(section: Section, report: Report) -> tuple[InitialState, int]:
    """Without a priority, MASTER means the address owner's 255; without a state, 255 means MASTER."""
    state, priority = section.last(rows.STATE), section.last(rows.PRIORITY)
    if priority is not None:
        return state.value if state else ("MASTER" if priority.value == OWNER_PRIORITY else "BACKUP"), priority.value
    if state is None or state.value == "BACKUP" or rows.PRIORITY in section.given:
        return state.value if state else "BACKUP", 100
    message = "state MASTER without a priority makes this router the address owner, priority 255"
    report(kinds.OWNER_BY_STATE.at(state.span, message, "add a priority below 255 unless it owns the addresses"))
    return "MASTER", OWNER_PRIORITY


def _nopreempt(section: Section, state: InitialState, priority: int, report: Report) -> bool:
    given, preempt = section.last(rows.NOPREEMPT), section.last(rows.PREEMPT)
    if given is None or (preempt is not None and preempt.order > given.order):
        return False
    if state == "MASTER" or priority == OWNER_PRIORITY:
        reason = "state MASTER" if state == "MASTER" else "priority 255"
        report(kinds.NOPREEMPT_CLEARED.at(given.span, f"nopreempt does not work with {reason} and is ignored", "use state BACKUP"))
        return False
    return True


def _preempt_delay(section: Section, state: InitialState, nopreempt: bool, strict: bool, report: Report) -> Interval:
    given = section.last(rows.PREEMPT_DELAY)
    if given is None or given.value == ZERO or strict:  # strict mode has its own word on it
        return ZERO
    if state == "MASTER" or nopreempt:
        reason = "state MASTER" if state == "MASTER" else "nopreempt"
        report(kinds.PREEMPT_DELAY_CLEARED.at(given.span, f"preempt_delay does not work with {reason} and is ignored"))
        return ZERO
    return given.value


def _accepts(section: Section) -> bool:
    """Of ``accept`` and ``no_accept`` the last one counts."""
    accept, refuse = section.last(rows.ACCEPT), section.last(rows.NO_ACCEPT)
    return refuse is None or (accept is not None and accept.order > refuse.order)


def interface_uses(section: Section) -> tuple[InterfaceUse, ...]:
    """Return where a ``vrrp_instance`` names interfaces, whatever else is wrong with it."""
    interface = section.last(rows.INTERFACE)
    return (
        *((InterfaceUse(interface.value, interface.word, f"vrrp_instance {section.label}"),) if interface else ()),
        *interfaces_named(section.entries(rows.TRACK_INTERFACE), f"track_interface of {section.label}"),
        *interfaces_named(section.entries(rows.VIRTUAL_IPADDRESS), f"virtual_ipaddress of {section.label}"),
        *interfaces_named(section.entries(rows.VIRTUAL_IPADDRESS_EXCLUDED), f"virtual_ipaddress_excluded of {section.label}"),
    )
