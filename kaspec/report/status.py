"""The state as JSON: keepalived 2.2.7's ``keepalived.json``, key for key, in its order and its types.

Three departures: a password is ``********``, as keepalived has it since 2.3; a virtual router that shares its role with another says so
in ``split_brain``; and one in FAULT says why in ``faults``, the members of its sync group that failed included.  Both keys are there only
then.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import astuple

from kaspec.address import format_address
from kaspec.config.model import Command, Configuration, InstanceSettings
from kaspec.node import NodeState
from kaspec.report.conflict import PEACE, Conflict, is_split
from kaspec.report.data import WallClock
from kaspec.report.held import write_address, write_route, write_rule
from kaspec.report.journal import BLANK, Journal
from kaspec.report.log import reason_line
from kaspec.report.stats import Counts, statistics
from kaspec.report.trackers import NOTHING_WATCHED, Watched
from kaspec.trackers.process import ProcessState
from kaspec.trackers.tracked import TrackedProcess
from kaspec.units import SECOND, Interval
from kaspec.vrrp.authentication import Authentication, IpAuthenticationHeader, SimplePassword
from kaspec.vrrp.router import Identity, VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, State

HIDDEN = "********"
_STATES: dict[type[State], int] = {Initialize: 0, Backup: 1, Master: 2, Fault: 3}
_COUNTERS = (
    "advert_rcvd",
    "advert_sent",
    "become_master",
    "release_master",
    "packet_len_err",
    "ip_ttl_err",
    "invalid_type_rcvd",
    "advert_interval_err",
    "addr_list_err",
    "invalid_authtype",
    "authtype_mismatch",
    "auth_failure",
    "pri_zero_rcvd",
    "pri_zero_sent",
)
"""keepalived's words for the counters of ``Statistics``, in their order there."""
_ORDER = (*_COUNTERS[:5], "advert_interval_err", "ip_ttl_err", "invalid_type_rcvd", *_COUNTERS[8:])
_SCRIPTS = {
    "script_master": "notify_master",
    "script_backup": "notify_backup",
    "script_fault": "notify_fault",
    "script_stop": "notify_stop",
    "script_deleted": "notify_deleted",
    "script": "notify",
    "script_master_rx_lower_pri": "notify_master_rx_lower_pri",
}


def render_json(
    configuration: Configuration,
    state: NodeState,
    journals: Mapping[Identity, Journal],
    conflicts: Mapping[Identity, Conflict],
    counts: Counts,
    clock: WallClock,
    watched: Watched = NOTHING_WATCHED,
) -> str:
    """Write the state, one line; ``json_version`` 2 has the virtual routers in an object, beside the processes tracked if there are any."""
    lines = {script.name: f"'{script.line}'" for script in configuration.scripts}
    instances = [
        {"data": dict(_data(router, settings, each, journals, conflicts, clock, lines)), "stats": _stats(router, counts)}
        for router, settings, each in zip(configuration.routers, configuration.settings, state.states, strict=True)
    ]
    processes = [dict(_process(each, watched.processes.get(each.name))) for each in configuration.processes]
    beside = {"track_process": processes} if processes else {}
    whole: Any = instances if configuration.process.json_version == 1 else {"vrrp": instances, **beside}
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/")


def _data(
    router: VirtualRouter,
    settings: InstanceSettings,
    state: State,
    journals: Mapping[Identity, Journal],
    conflicts: Mapping[Identity, Conflict],
    clock: WallClock,
    scripts: Mapping[str, str],
) -> Iterator[tuple[str, Any]]:
    journal = journals.get(router.identity, BLANK)
    yield "iname", router.name
    yield "dont_track_primary", int(router.dont_track_primary)
    yield "skip_check_adv_addr", int(router.trusts_address_list)
    yield "strict_mode", int(settings.strict_mode)
    yield "vmac_ifname", router.virtual_interface.name if router.virtual_interface else ""
    yield "ifp_ifname", router.port
    following = journal.following if isinstance(state, Backup) else None
    yield "master_priority", following.advertisement.priority if following else 0
    yield "last_transition", 0.0 if journal.since is None else clock.since_1970(journal.since) / SECOND
    yield from _policy(router)
    yield "vrid", router.virtual_router_id
    yield "base_priority", router.priority
    yield "effective_priority", state.standing.priority
    yield "vipset", isinstance(state, Master)
    yield "promote_secondaries", router.promote_secondaries
    yield "adver_int", _seconds(router.advertisement_interval)
    yield "master_adver_int", _seconds(state.master_adver_interval if isinstance(state, Backup) else router.advertisement_interval)
    yield "accept", int(router.accept)
    yield "nopreempt", not router.preempt
    yield "preempt_delay", _seconds(router.preempt_delay)
    yield "state", _STATES[type(state)]
    yield "wantstate", _STATES[type(state)]
    yield "version", router.version
    yield "smtp_alert", bool(settings.smtp_alert)
    yield from _scripts(settings)
    yield from _lists(router, isinstance(state, Master), scripts)
    yield from _authentication(router.authentication)
    yield from _troubles(state, conflicts.get(router.identity, PEACE), clock)


def _troubles(state: State, conflict: Conflict, clock: WallClock) -> Iterator[tuple[str, Any]]:
    """What keepalived does not tell: why it is at fault, and who else is Master."""
    if isinstance(state, Fault):
        yield "faults", [reason_line(reason) for reason in state.standing.faults]
    if is_split(state, conflict):
        rivals = ((format_address(each.source), clock.since_1970(each.since) / SECOND, each.why) for each in conflict.rivals)
        yield "split_brain", [{"with": source, "since": since, "cause": why} for source, since, why in rivals]


def _policy(router: VirtualRouter) -> Iterator[tuple[str, Any]]:
    garp = router.garp
    yield "garp_delay", _seconds(garp.delay)
    yield "garp_refresh", _seconds(garp.refresh)
    yield "garp_rep", garp.repeat
    yield "garp_refresh_rep", garp.refresh_repeat
    yield "garp_lower_prio_delay", _seconds(garp.lower_priority_delay)
    yield "garp_lower_prio_rep", garp.lower_priority_repeat
    yield "lower_prio_no_advert", int(not router.profile.answers_lower_priority)
    yield "higher_prio_send_advert", int(router.profile.answers_higher_priority)


def _scripts(settings: InstanceSettings) -> Iterator[tuple[str, Any]]:
    yield "notify_deleted", bool(settings.notify_deleted)
    for key, name in _SCRIPTS.items():
        command = getattr(settings, name)
        if isinstance(command, Command):
            yield key, f"'{command.line}'"


def _lists(router: VirtualRouter, held: bool, scripts: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """List what it holds and tracks; of a script keepalived tells the command, not the name."""
    suffix = " set" if held else ""
    if router.addresses:
        yield "vips", [f"{write_address(address)}{suffix}" for address in router.addresses]
    if router.excluded:
        yield "evips", [f"{write_address(address)}{suffix}" for address in router.excluded]
    if router.routes:
        yield "vroutes", [write_route(route) for route in router.routes]
    if router.rules:
        yield "vrules", [write_rule(rule) for rule in router.rules]
    if router.tracks:
        yield "track_ifp", [track.interface for track in router.tracks]
    for kind in ("script", "process"):
        if names := [track.name for track in router.trackers if track.kind == kind]:
            yield f"track_{kind}", [scripts.get(name, name) for name in names] if kind == "script" else names


def _authentication(authentication: Authentication) -> Iterator[tuple[str, Any]]:
    kind = 1 if isinstance(authentication, SimplePassword) else 2 if isinstance(authentication, IpAuthenticationHeader) else 0
    yield "auth_type", kind
    if kind:
        yield "auth_data", HIDDEN


def _stats(router: VirtualRouter, counts: Counts) -> dict[str, int]:
    found = dict(zip(_COUNTERS, astuple(statistics(router, counts)), strict=True))
    return {name: found[name] for name in _ORDER}


def _seconds(interval: Interval | None) -> int | float:
    """Write whole seconds as keepalived does, without a fraction."""
    whole, fraction = divmod(interval or 0, SECOND)
    return whole if not fraction else (interval or 0) / SECOND


def _process(tracked: TrackedProcess, state: ProcessState | None) -> Iterator[tuple[str, Any]]:
    """Tell of a ``vrrp_track_process``; which of its delays runs follows from whether the opposite waits for good or for bad."""
    good, waits = state is not None and state.good, state is not None and state.turns_at is not None
    yield "process", tracked.command
    if tracked.parameters:
        yield "parameters", " ".join(tracked.parameters)
    yield "param_match", tracked.match or ("exact" if tracked.parameters else "none")
    yield "min_processes", tracked.quorum
    if tracked.quorum_max is not None:
        yield "max_processes", tracked.quorum_max
    yield "current_processes", len(state.pids) if state else 0
    yield "have_quorum", good
    yield "weight", -tracked.weight if tracked.reverse else tracked.weight
    yield "terminate_delay", _seconds(tracked.terminate_delay)
    yield "fork_delay", _seconds(tracked.fork_delay)
    yield "fork_delay_timer_running", waits and not good
    yield "terminate_delay_timer_running", waits and good
    yield "full_command", tracked.reads_arguments
