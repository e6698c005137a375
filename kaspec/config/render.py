"""The model back into keepalived's syntax: ``read(render(configuration), ...)`` gives the same routers, settings and definitions.

``write_section`` does so for whatever a text says: reading what it writes gives an equal section.

Only what differs from the default is written.  What the syntax cannot say (a profile of one's own, a double quote in a password) is
beyond it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, assert_never, get_args

from kaspec.address import format_address
from kaspec.bfd.session import Session
from kaspec.config.alerts import write_alerts
from kaspec.config.credentials import write_authentication
from kaspec.config.debounce import render_link_delays
from kaspec.config.keywords import Block, Listing, Setting
from kaspec.config.model import BfdInstance, Configuration, GlobalDefs, GroupSettings, InstanceSettings, Snmp
from kaspec.config.pacing import render_garp_group, render_intervals
from kaspec.config.process import render_process_settings
from kaspec.config.render_checks import render_check
from kaspec.config.render_holdings import render_address, render_route, render_rule
from kaspec.config.render_services import (
    endpoint_of,
    render_lvs_settings,
    render_real_server,
    render_server_group,
    render_virtual_server,
    service_head,
)
from kaspec.config.sections import Section
from kaspec.config.trackers import render_file, render_process, render_script
from kaspec.config.transport import write_addressing, write_peers, write_transport
from kaspec.config.values import plain_seconds
from kaspec.config.writing import milliseconds, word
from kaspec.firewall import FirewallStyle
from kaspec.frozen import evolve
from kaspec.health.model import Check
from kaspec.lvs.model import ServerGroup, VirtualServer
from kaspec.units import ZERO, Interval
from kaspec.vrrp.holdings import interfaces_of
from kaspec.vrrp.router import (
    PROFILES,
    GarpPolicy,
    InterfaceTrack,
    ProfileName,
    TrackerKind,
    TrackerTrack,
    VirtualAddress,
    VirtualRouter,
)
from kaspec.vrrp.sync_group import SyncGroup
from kaspec.vrrp.virtual_interface import virtual_mac
from kaspec.wire.checksum import ChecksumForm

_DEFAULT = GlobalDefs()
_HIGHEST_RIVAL = 254
_CHECKSUMS: dict[ChecksumForm, tuple[str, ...]] = {
    "pseudo-header": ("v3_checksum_as_v2 false",),
    "message": ("v3_checksum_as_v2",),
    "multicast-group": ("v3_checksum_as_v2 false", "old_unicast_checksum"),
}


def render(configuration: Configuration) -> str:
    """Write a whole configuration."""
    settings = {each.name: each for each in configuration.settings}
    told = {each.name: each for each in configuration.group_settings}
    blocks = [
        "\n".join(render_process_settings(configuration.process, outside=True)),
        _block("interface_up_down_delays", render_link_delays(configuration.link_delays)),
        _block(
            "global_defs",
            (
                *_global_defs(configuration.global_defs),
                *render_intervals(configuration.pacing),
                *render_lvs_settings(configuration.lvs),
                *render_process_settings(configuration.process, outside=False),
            ),
        ),
        *(_block("garp_group", render_garp_group(group), always=True) for group in configuration.pacing.groups),
        _block("static_ipaddress", (render_address(address, None) for address in configuration.static_addresses)),
        _block("static_routes", map(render_route, configuration.static_routes)),
        _block("static_rules", map(render_rule, configuration.static_rules)),
        *_track_groups(configuration),
        *map(render_bfd_instance, configuration.bfd_instances),
        *(_block(f"vrrp_script {word(each.name)}", render_script(each)) for each in configuration.scripts),
        *(_block(f"track_file {word(each.name)}", render_file(each)) for each in configuration.files),
        *(_block(f"vrrp_track_process {word(each.name)}", render_process(each)) for each in configuration.processes),
        *(render_router(router, settings.get(router.name), configuration.global_defs.profile) for router in configuration.routers),
        *(render_group(group, told.get(group.name)) for group in configuration.groups),
        *(
            _block(f"virtual_server_group {word(each.name)}", render_server_group(each), always=True)
            for each in configuration.server_groups
        ),
        *map(render_service, configuration.services),
    ]
    return "\n".join(f"{block}\n" for block in blocks if block)


def render_router(router: VirtualRouter, settings: InstanceSettings | None = None, usual: ProfileName = "keepalived") -> str:
    """Write one ``vrrp_instance``; ``usual`` is the profile of those that say nothing."""
    return _block(f"vrrp_instance {word(router.name)}", (*_instance(router, settings, usual), *_lists(router)), always=True)


def render_bfd_instance(instance: BfdInstance) -> str:
    """Write one ``bfd_instance``."""
    return _block(f"bfd_instance {word(instance.session.name)}", _session(instance), always=True)


def _session(instance: BfdInstance) -> Iterator[str]:
    session = instance.session
    default = Session(session.name, session.neighbor)
    yield f"neighbor_ip {format_address(session.neighbor)}"
    if session.source is not None:
        yield f"source_ip {format_address(session.source)}"
    for name in ("min_rx", "min_tx", "idle_tx"):
        if (interval := getattr(session, name)) != getattr(default, name):
            yield f"{name} {milliseconds(interval)}"
    for name in ("multiplier", "ttl", "max_hops"):
        if (number := getattr(session, name)) != getattr(default, name):
            yield f"{name} {number}"
    yield from (name for name in ("passive", "multihop") if getattr(session, name))
    if instance.weight or instance.reverse:
        yield f"weight {instance.weight}{' reverse' if instance.reverse else ''}"
    if instance.vrrp != instance.checker:
        yield "vrrp" if instance.vrrp else "checker"


def render_group(group: SyncGroup, settings: GroupSettings | None = None) -> str:
    """Write one ``vrrp_sync_group``."""
    tracked = [_block("track_interface", map(render_track, group.tracks))] if group.tracks else []
    flags = ["sync_group_tracking_weight"] if group.tracking_weight else []
    alerts = write_alerts("vrrp_sync_group", settings) if settings else ()
    lines = (_block("group", map(word, group.members), always=True), *tracked, *_tracker_lists(group.trackers), *flags, *alerts)
    return _block(f"vrrp_sync_group {word(group.name)}", lines)


def _server_group(group: ServerGroup) -> str:
    return _block(f"virtual_server_group {word(group.name)}", render_server_group(group), always=True)


def render_service(virtual: VirtualServer) -> str:
    """Write one ``virtual_server``."""
    servers = (
        _block(f"real_server {endpoint_of(each)}", (*render_real_server(each, virtual), *map(_check, each.checks)), always=True)
        for each in virtual.servers
    )
    return _block(f"virtual_server {service_head(virtual.key)}", (*render_virtual_server(virtual), *servers))


def _check(check: Check) -> str:
    keyword, lines = render_check(check)
    return _block(keyword, lines, always=True)


def _block(head: str, lines: Iterable[str], always: bool = False) -> str:
    body = [f"    {row}" for line in lines for row in line.split("\n")]
    return "\n".join((f"{head} {{", *body, "}")) if body or always else ""


def _global_defs(defs: GlobalDefs) -> Iterator[str]:
    if defs.notification_email:
        yield _block("notification_email", map(word, defs.notification_email))
    for name in ("router_id", "notification_email_from", "smtp_helo_name"):
        if (text := getattr(defs, name)) is not None:
            yield f"{name} {word(text)}"
    if defs.smtp_server is not None:
        yield f"smtp_server {word(defs.smtp_server)} {defs.smtp_port}"
    if defs.smtp_connect_timeout != _DEFAULT.smtp_connect_timeout:
        yield f"smtp_connect_timeout {plain_seconds(defs.smtp_connect_timeout)}"
    yield from write_alerts("global_defs", defs.telling)
    for name in ("smtp_alert", "smtp_alert_vrrp"):
        if (choice := getattr(defs, name)) is not None:
            yield f"{name} {str(choice).lower()}"
    yield from (name for name in ("no_email_faults", "vrrp_no_swap", "checker_no_swap") if getattr(defs, name))
    if defs.default_interface != _DEFAULT.default_interface:
        yield f"default_interface {word(defs.default_interface)}"
    if defs.dynamic_interfaces is not None:
        yield f"dynamic_interfaces {defs.dynamic_interfaces}".strip()
    for name in ("vrrp_priority", "checker_priority"):
        if (value := getattr(defs, name)) != getattr(_DEFAULT, name):
            yield f"{name} {value}"
    if defs.version != _DEFAULT.version:
        yield f"vrrp_version {defs.version}"
    if defs.checksum_as_v2:
        yield "v3_checksum_as_v2"
    yield from _garp("vrrp_garp_", defs.garp, _DEFAULT.garp)
    if defs.down_timer_adverts != _DEFAULT.down_timer_adverts:
        yield f"vrrp_down_timer_adverts {defs.down_timer_adverts}"
    yield from (f"vrrp_{name}" for name in ("lower_prio_no_advert", "strict") if getattr(defs, name))
    if defs.profile != _DEFAULT.profile:
        yield f"vrrp_profile {defs.profile}"
    yield from write_transport(defs.transport)
    yield from _snmp(defs.snmp)
    yield from _firewall(defs.firewall)
    if defs.process_monitor_rcv_bufs is not None:
        yield f"process_monitor_rcv_bufs {defs.process_monitor_rcv_bufs}"
    if defs.process_monitor_rcv_bufs_force:
        yield "process_monitor_rcv_bufs_force"


def _snmp(snmp: Snmp) -> Iterator[str]:
    for name in ("enable_snmp_vrrp", "enable_snmp_checker", "enable_snmp_rfcv2", "enable_snmp_rfcv3", "enable_traps"):
        if getattr(snmp, name):
            yield name
    if snmp.snmp_socket is not None:
        yield f"snmp_socket {word(snmp.snmp_socket)}"


def _firewall(style: FirewallStyle | None) -> Iterator[str]:
    default = FirewallStyle()
    if style is None:
        yield "vrrp_iptables"
        return
    if style.table != default.table:
        yield f"nftables {word(style.table)}"
    if style.priority != default.priority:
        yield f"nftables_priority {style.priority}"
    if style.counters:
        yield "nftables_counters"


def _garp(prefix: str, policy: GarpPolicy, default: GarpPolicy) -> Iterator[str]:
    if policy == default:
        return
    yield f"{prefix}master_repeat {policy.repeat}"
    yield f"{prefix}master_delay {_or_zero(policy.delay)}"
    yield f"{prefix}master_refresh {_or_zero(policy.refresh)}"
    yield f"{prefix}master_refresh_repeat {policy.refresh_repeat}"
    yield f"{prefix}lower_prio_repeat {policy.lower_priority_repeat}"
    yield f"{prefix}lower_prio_delay {_or_zero(policy.lower_priority_delay)}"
    if policy.extra is not None:
        yield f"{prefix}extra_if {'all ' if policy.everywhere else ''}{plain_seconds(policy.extra)}"


def _instance(router: VirtualRouter, settings: InstanceSettings | None, usual: ProfileName) -> Iterator[str]:
    """Every setting of an instance that has one line."""
    if settings is not None:
        yield f"state {settings.initial_state}"
        yield f"strict_mode {str(settings.strict_mode).lower()}"
    if router.interface:
        yield f"interface {word(router.interface)}"
    yield f"virtual_router_id {router.virtual_router_id}"
    yield f"version {router.version}"
    yield from _CHECKSUMS[router.checksum_form]
    yield f"priority {router.priority}"
    yield f"advert_int {plain_seconds(router.advertisement_interval)}"
    if not router.preempt:
        yield "nopreempt"
    if router.preempt_delay != ZERO:
        yield f"preempt_delay {plain_seconds(router.preempt_delay)}"
    if router.promote_secondaries:
        yield "promote_secondaries"
    if router.dont_track_primary:
        yield "dont_track_primary"
    if router.profile.name in PROFILES and router.profile.name != usual:
        yield f"profile {router.profile.name}"
    yield from write_addressing(router)
    yield from _garp("garp_", router.garp, GarpPolicy())
    yield f"down_timer_adverts {router.down_timer_adverts}"
    if router.highest_rival != _HIGHEST_RIVAL:
        yield f"timer_expired_backup {router.highest_rival}"
    yield f"lower_prio_no_advert {str(not router.profile.answers_lower_priority).lower()}"
    yield from _virtual_interface(router)
    yield "accept" if router.accept else "no_accept"
    if settings is not None:
        yield from write_alerts("vrrp_instance", settings)


def _virtual_interface(router: VirtualRouter) -> Iterator[str]:
    made = router.virtual_interface
    if made is None:
        return
    group = f" group {made.group}" if made.group else ""
    if made.kind == "ipvlan":
        yield f"use_ipvlan {made.mode} name {word(made.name)}{group}"
    else:
        assert made.mac is not None, made
        own = made.mac != virtual_mac(router.family, router.virtual_router_id)
        yield f"use_vmac name {word(made.name)}{' ' + made.mac.hex(':') if own else ''}{group}"
    if router.transmits_on_base:
        yield "vmac_xmit_base"


def _lists(router: VirtualRouter) -> Iterator[str]:
    """Every block inside an instance."""
    if authentication := write_authentication(router.authentication):
        yield _block(*authentication)
    if router.peers:
        yield _block("unicast_peer", write_peers(router.peers))
    if router.tracks:
        yield _block("track_interface", map(render_track, router.tracks))
    yield from _tracker_lists(router.trackers)
    if router.addresses:
        yield _block("virtual_ipaddress", (_held(address, router) for address in router.addresses))
    if router.excluded:
        yield _block("virtual_ipaddress_excluded", (_held(address, router) for address in router.excluded))
    if router.routes:
        yield _block("virtual_routes", map(render_route, router.routes))
    if router.rules:
        yield _block("virtual_rules", map(render_rule, router.rules))


def _tracker_lists(trackers: Iterable[TrackerTrack]) -> Iterator[str]:
    """Write the list of each kind of what is tracked beside interfaces."""
    trackers = tuple(trackers)
    for kind in get_args(TrackerKind):
        if lines := [render_tracker(track) for track in trackers if track.kind == kind]:
            yield _block(f"track_{kind}", lines)


def _track_groups(configuration: Configuration) -> Iterator[str]:
    """Write which instances go with which static items; of what the groups were, that is all the model keeps."""
    groups: dict[str, list[str]] = {}
    for item in configuration.statics.items:
        if item.track_group is not None and item.tracked:
            groups.setdefault(item.track_group, []).extend(interfaces_of(item))
    for name, interfaces in groups.items():
        members = [word(router.name) for router in configuration.routers if interfaces and set(interfaces) <= set(router.needs)]
        yield _block(f"track_group {word(name)}", (_block("group", members),) if members else (), always=True)


def _held(address: VirtualAddress, router: VirtualRouter) -> str:
    """Write an address of an instance: one on an interface made for it by what that is made over."""
    over = {each.name: each for each in router.address_interfaces}
    if address.interface in over:
        return f"{render_address(evolve(address, interface=over[address.interface].base), None)} use_vmac"
    own = router.virtual_interface.name if router.virtual_interface else router.interface
    return render_address(address, own)


def render_track(track: InterfaceTrack) -> str:
    """Write a line of ``track_interface``."""
    weight = f" weight {track.weight}{' reverse' if track.reverse else ''}" if track.weight or track.reverse else ""
    return word(track.interface) + weight


def render_tracker(track: TrackerTrack) -> str:
    """Write a line of ``track_script`` and its like, in full, since what is tracked may be defined with another weight."""
    return f"{word(track.name)} weight {track.weight} {'reverse' if track.reverse else 'noreverse'}"


def _or_zero(interval: Interval | None) -> str:
    return plain_seconds(interval or ZERO)


def write_section(section: Section) -> str:
    """Write the statements of a section: its settings in their order, then its lists and blocks."""
    return "".join(f"{line}\n" for line in _statements(section))


def _statements(section: Section) -> Iterator[str]:
    settings = [(each.order, row, each.value) for row, found in section.given.items() if isinstance(row, Setting) for each in found]
    for _, setting, value in sorted(settings, key=lambda each: each[0]):
        yield f"{setting.name} {setting.argument.write(value)}".strip()
    for row, found in section.given.items():
        match row:
            case Setting():
                pass
            case Listing():
                yield _block(row.name, (row.entry.write(each.value) for each in found), always=True)
            case Block():
                for each in found:
                    yield _block(f"{row.name} {_label(row, each)}".rstrip(), _statements(each), always=True)
            case _:
                assert_never(row)


def _label(row: Block[Any], section: Section) -> str:
    return "" if row.label is None or section.key is None else row.label.write(section.key)
