"""A reload's plan as text and as JSON values: every setting in keepalived's own word, passwords never shown."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, assert_never

from kaspec.config.alerts import write_alerts
from kaspec.config.debounce import render_link_delays
from kaspec.config.model import BfdInstance, Command, GroupSettings, Snmp, Telling, Transport
from kaspec.config.pacing import render_garp_group
from kaspec.config.render import render_bfd_instance, render_group, render_track, render_tracker
from kaspec.config.render_holdings import render_address, render_route, render_rule
from kaspec.config.render_services import render_server_group
from kaspec.config.terms import Fifo, Owner, write_fifo, write_owner, write_sync_daemon, write_timeouts
from kaspec.config.trackers import render_file, render_process, render_script
from kaspec.config.transport import write_peers
from kaspec.config.values import plain_seconds
from kaspec.config.writing import word
from kaspec.consequences import Consequence, of_service
from kaspec.firewall import FirewallStyle
from kaspec.frozen import evolve
from kaspec.health.credentials import Credentials
from kaspec.link_delay import LinkDelay
from kaspec.lvs.model import ServerGroup
from kaspec.lvs.settings import LvsSettings, SyncDaemon, Timeouts
from kaspec.lvs.succession import ServiceAction
from kaspec.pacing import GarpGroup
from kaspec.plan import Action, Change, Difference, Plan, changes, difference
from kaspec.report.plan_services import SERVICE_HEADS, action_details, action_name
from kaspec.report.services import service_name
from kaspec.trackers.tracked import Script, TrackedFile, TrackedProcess
from kaspec.units import ZERO
from kaspec.vrrp.authentication import HmacTrailer, IpAuthenticationHeader, NoAuthentication, SimplePassword
from kaspec.vrrp.holdings import Holding, PolicyRule, Route
from kaspec.vrrp.router import GarpPolicy, InterfaceTrack, Peer, Profile, TrackerTrack, VirtualAddress
from kaspec.vrrp.sync_group import SyncGroup
from kaspec.vrrp.virtual_interface import VirtualInterface

HEADS: Mapping[str, str] = {
    "keep": "is not touched",
    "change": "changes and keeps its state",
    "restart": "stops and starts anew: it is another virtual router now",
    "start": "starts",
    "stop": "stops",
}
OWN: Mapping[str, str] = {
    "name": "vrrp_instance",
    "addresses": "virtual_ipaddress",
    "excluded": "virtual_ipaddress_excluded",
    "routes": "virtual_routes",
    "rules": "virtual_rules",
    "advertisement_interval": "advert_int",
    "tracks": "track_interface",
    "source": "mcast_src_ip",
    "answers_lower_priority": "lower_prio_no_advert",
    "answers_higher_priority": "higher_prio_send_advert",
    "owner_discards": "owner_ignore_adverts",
    "peers": "unicast_peer",
    "checks_peers": "check_unicast_src",
    "lacks_peers": "unicast_fault_no_peer",
    "group": "mcast_dst_ip",
    "tracks_source": "track_src_ip",
    "trusts_address_list": "skip_check_adv_addr",
    "initial_state": "state",
    "repeat": "garp_master_repeat",
    "delay": "garp_master_delay",
    "refresh": "garp_master_refresh",
    "refresh_repeat": "garp_master_refresh_repeat",
    "lower_priority_repeat": "garp_lower_prio_repeat",
    "lower_priority_delay": "garp_lower_prio_delay",
    "virtual_interface": "use_vmac",
    "highest_rival": "timer_expired_backup",
    "transmits_on_base": "vmac_xmit_base",
    "address_interfaces": "use_vmac_addr",
}
"""keepalived's word for a field of an instance, where it is another."""
_HELD = ("addresses", "excluded", "routes", "rules")
"""The lists of what an instance holds."""
_INHERITED = ("repeat", "delay", "refresh", "refresh_repeat", "lower_priority_repeat", "lower_priority_delay")
DEFAULTS: Mapping[str, str] = {
    **{name: f"vrrp_{OWN[name]}" for name in _INHERITED},
    **{name: f"vrrp_{name}" for name in ("version", "down_timer_adverts", "lower_prio_no_advert", "profile", "strict")},
    "garp_interval": "vrrp_garp_interval",
    "gna_interval": "vrrp_gna_interval",
    "groups": "garp_group",
    "has_lvs": "virtual_server",
    "credentials": "SSL",
    "firewall": "nftables",
    "server_groups": "virtual_server_group",
}
"""The same for a field of ``global_defs``, or of the configuration."""
SECONDS = {
    "advertisement_interval",
    "preempt_delay",
    "smtp_connect_timeout",
    "startup_script_timeout",
    "shutdown_script_timeout",
    "delay",
    "refresh",
    "lower_priority_delay",
} | {
    "garp_interval",
    "gna_interval",
    "vrrp_startup_delay",
    "vrrp_delay_after_boot",
    "child_wait_time",
}


def render_plan(plan: Plan, kept: bool = True) -> tuple[str, ...]:
    """Return the lines of a plan, its sum last; without ``kept``, nothing about instances that are not touched."""
    return tuple(_lines(plan, kept))


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as values for JSON; settings are the strings that the text shows."""
    return {
        "empty": plan.is_empty,
        "interrupts": plan.interrupts,
        "global_defs": [_changed(each, DEFAULTS) for change in plan.definitions for each in _flat(change)],
        "other": [_changed(each, DEFAULTS) for change in plan.others for each in _flat(change)],
        "static_ipaddress": _both(plan.addresses, _static_address),
        "static_routes": _both(plan.routes, render_route),
        "static_rules": _both(plan.rules, render_rule),
        "bfd_instance": _both(plan.sessions, _session),
        "vrrp_script": _both(plan.scripts, _script),
        "track_file": _both(plan.files, _file),
        "vrrp_track_process": _both(plan.processes, _process),
        "instances": [_action(action) for action in plan.actions],
        "virtual_servers": [_service(action) for action in plan.services],
        "consequences": [_consequence(each) for each in plan.consequences],
    }


def _lines(plan: Plan, kept: bool) -> Iterator[str]:
    if plan.definitions or plan.others:
        yield "global_defs: changes"
        for change in (*plan.definitions, *plan.others):
            yield from (f"    {line}" for line in _change(change, None))
    for name, lines in (
        ("static_ipaddress", _plus_minus(plan.addresses, _static_address)),
        ("static_routes", _plus_minus(plan.routes, render_route)),
        ("static_rules", _plus_minus(plan.rules, render_rule)),
        ("bfd_instance", _plus_minus(plan.sessions, _session)),
        ("vrrp_script", _plus_minus(plan.scripts, _script)),
        ("track_file", _plus_minus(plan.files, _file)),
        ("vrrp_track_process", _plus_minus(plan.processes, _process)),
    ):
        if lines:
            yield f"{name}: changes"
            yield from (f"    {line}" for line in lines)
    yield from (f"    {_warning(each)}" for each in (*plan.losses, *plan.regrouping))
    for action in plan.actions:
        if action.kind == "keep" and not kept:
            continue
        router = action.instance.router
        yield f"vrrp_instance {router.name} (VRID {router.virtual_router_id} on {router.interface}): {HEADS[action.kind]}"
        yield from (f"    {line}" for line in _details(action))
    for service in plan.services:
        if service.kind != "keep" or kept:
            yield f"{action_name(service)}: {SERVICE_HEADS[service.kind]}"
            yield from (f"    {line}" for line in (*action_details(service), *map(_warning, of_service(service))))
    yield _sum(plan)


def _session(instance: BfdInstance) -> str:
    """Write a ``bfd_instance`` in one line."""
    return " ".join(render_bfd_instance(instance).split()).removeprefix("bfd_instance ")


def _script(script: Script) -> str:
    return f"{script.name} {{ {'; '.join(render_script(script))} }}"


def _file(file: TrackedFile) -> str:
    return f"{file.name} {{ {'; '.join(render_file(file))} }}"


def _process(process: TrackedProcess) -> str:
    return f"{process.name} {{ {'; '.join(render_process(process))} }}"


def _details(action: Action) -> Iterator[str]:
    own = action.instance.router.interface
    for change in action.changes:
        yield from _change(change, own)
    if action.old is None or action.new is None:
        sign = "-" if action.new is None else "+"
        for name in _HELD:
            yield from (f"{sign} {OWN[name]} {_member(each, own)}" for each in getattr(action.instance.router, name))
    yield from map(_warning, action.consequences)


def _sum(plan: Plan) -> str:
    if plan.is_empty:
        return "Nothing to do: both mean the same"
    said = f"Instances: {_counted(plan.actions)}"
    if plan.services:
        said += f"; virtual servers: {_counted(plan.services)}"
    grades = {each.grade for each in plan.consequences}
    verdict = "interrupts service" if "outage" in grades else "may interrupt service" if "risk" in grades else "interrupts nothing"
    return f"{said}; this {verdict}"


def _counted(actions: Iterable[Action] | Iterable[ServiceAction]) -> str:
    counts = Counter[str](action.kind for action in actions)
    words = {"keep": "untouched", "change": "changed", "restart": "restarted", "start": "started", "stop": "stopped"}
    return ", ".join(f"{counts[kind]} {word}" for kind, word in words.items() if counts[kind]) or "none"


def _warning(consequence: Consequence) -> str:
    role = "" if consequence.role == "ANY" else f" if {consequence.role}"
    return f"{consequence.grade}{role}: {consequence.what}"


def _change(change: Change, own: str | None) -> Iterator[str]:
    """Write a change: a list by what it gains and loses, anything else by what it was and is."""
    if change.name in {*_HELD, "tracks", "trackers"}:
        yield from _members(change, own)
        return
    for each in _flat(change):
        keyword, before, after = _changed(each, OWN if own else DEFAULTS).values()
        hidden = " (password not shown)" if change.name == "authentication" and before == after else ""
        yield f"{keyword} {before} -> {after}{hidden}"


def _members(change: Change, own: str | None) -> Iterator[str]:
    keyword = OWN.get(change.name, change.name)
    for sign, some, others in (("-", change.old, change.new), ("+", change.new, change.old)):
        for each in some:
            if each not in others:
                yield f"{sign} {f'track_{each.kind}' if isinstance(each, TrackerTrack) else keyword} {_member(each, own)}"
    if set(change.old) == set(change.new):
        yield f"{keyword}: another order"


def _member(member: Holding | InterfaceTrack | TrackerTrack, own: str | None) -> str:
    match member:
        case TrackerTrack():
            return render_tracker(member)
        case VirtualAddress():
            return render_address(member, own)
        case Route():
            return render_route(member)
        case PolicyRule():
            return render_rule(member)
        case InterfaceTrack():
            return render_track(member)


def _static_address(address: VirtualAddress) -> str:
    return render_address(address, None)


def _plus_minus(difference: Difference[Any], write: Callable[[Any], str]) -> list[str]:
    return [*(f"- {write(each)}" for each in difference.lost), *(f"+ {write(each)}" for each in difference.gained)]


def _flat(change: Change) -> tuple[Change, ...]:
    """Take a policy apart into its settings; what a profile stands for is said by its name."""
    if not isinstance(change.new, GarpPolicy | Profile | Transport | Telling | Snmp | LvsSettings):
        return (change,)
    found = changes(change.old, change.new)
    if not isinstance(change.new, Profile):
        return found
    return tuple(evolve(each, name="profile") if each.name == "name" else each for each in found if each.name in OWN)


def _changed(change: Change, keywords: Mapping[str, str]) -> dict[str, str]:
    return {
        "setting": "vrrp_sync_group" if _is_of_groups(change) else keywords.get(change.name, change.name),
        "old": _value(change.name, change.old),
        "new": _value(change.name, change.new),
    }


def _is_of_groups(change: Change) -> bool:
    """Tell sync groups from the groups of gratuitous ARP, which have their name."""
    values = change.old or change.new
    return isinstance(values, tuple) and isinstance(values[0], SyncGroup | GroupSettings)


def _value(name: str, value: Any) -> str:
    match value:
        case bool() if name == "answers_lower_priority":
            return "no" if value else "yes"
        case None if name == "group":
            return "the usual group"
        case _ if name in SECONDS:
            return plain_seconds(value or ZERO)
        case int() if name == "umask":
            return f"0{value:o}"
        case None | () | NoAuthentication():
            return "none"
        case bool():
            return "yes" if value else "no"
        case bytes():
            return ".".join(map(str, value)) if len(value) == 4 else value.hex(":", 2)
        case tuple():
            return ", ".join(_value("", each) for each in value)
        case SimplePassword() | IpAuthenticationHeader() | HmacTrailer():
            return _authentication(value)
        case _:
            return _whole(value)


def _whole(value: Any) -> str:
    """Write a value that consists of several, as the configuration has it."""
    match value:
        case Fifo():
            return write_fifo(value)
        case Owner():
            return write_owner(value)
        case Timeouts():
            return write_timeouts(value)
        case SyncDaemon():
            return write_sync_daemon(value)
        case Credentials():
            return _credentials(value)
        case Command(line, user, group):
            return " ".join(word for word in (f'"{line}"', user, group) if word)
        case ServerGroup():
            return f"{value.name} {{ {'; '.join(render_server_group(value))} }}"
        case FirewallStyle(table, priority, counters):
            return f"{word(table)} (priority {priority}{', counters' if counters else ''})"
        case LinkDelay():
            return next(render_link_delays((value,)))
        case SyncGroup():
            return " ".join(render_group(value).split())
        case GroupSettings():
            return f"{value.name} {{ {'; '.join(write_alerts('vrrp_sync_group', value))} }}"
        case GarpGroup():
            return "{ " + "; ".join(render_garp_group(value)) + " }"
        case VirtualInterface(name, base):
            return f"{name} over {base}"
        case Peer():
            return next(write_peers((value,)))
        case VirtualAddress() | InterfaceTrack() | TrackerTrack():
            return _member(value, None)
        case _:
            return str(value)


def _credentials(value: Credentials) -> str:
    """Write the SSL block, without its password."""
    files = {"certificate": value.certificate, "key": value.key, "ca": value.ca}
    given = (f"{name} {path}" for name, path in files.items() if path is not None)
    return " ".join((*given, *(("password",) if value.password is not None else ()))) or "none"


def _authentication(value: SimplePassword | IpAuthenticationHeader | HmacTrailer) -> str:
    """Write how a router authenticates, without its secrets."""
    match value:
        case SimplePassword():
            return "PASS"
        case IpAuthenticationHeader():
            return "AH"
        case HmacTrailer(keys, active, window, anti_replay, mode):
            known = " ".join(str(key.key_id) for key in keys)
            return f"auth_hmac (keys {known}, active_key {active}, time_window {plain_seconds(window)}, {anti_replay}, {mode})"
        case _:
            assert_never(value)


def _action(action: Action) -> dict[str, Any]:
    router, own = action.instance.router, action.instance.router.interface
    return {
        "name": router.name,
        "interface": own,
        "virtual_router_id": router.virtual_router_id,
        "action": action.kind,
        "keeps_state": action.kind in {"keep", "change"},
        "changes": [_changed(each, OWN) for change in action.changes if change.name not in _HELD for each in _flat(change)],
        **{OWN[name]: _both(_held(action, name), lambda each: _member(each, own)) for name in _HELD},
        "consequences": [_consequence(each) for each in action.consequences],
    }


def _service(action: ServiceAction) -> dict[str, Any]:
    return {
        "name": service_name(action.virtual.key),
        "action": action.kind,
        "changes": list(action_details(action)),
        "consequences": [_consequence(each) for each in of_service(action)],
    }


def _held(action: Action, name: str) -> Difference[Any]:
    """Return what one of an instance's lists gains and loses."""
    before, after = (getattr(each.router, name) if each else () for each in (action.old, action.new))
    return difference(before, after)


def _both(found: Difference[Any], write: Callable[[Any], str]) -> dict[str, list[str]]:
    return {"added": [write(each) for each in found.gained], "removed": [write(each) for each in found.lost]}


def _consequence(consequence: Consequence) -> dict[str, str]:
    return {"if": consequence.role, "grade": consequence.grade, "what": consequence.what}
