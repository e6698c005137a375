"""The model back into keepalived's syntax: ``read(render(configuration), ...)`` gives the same routers, settings and definitions.

Only what differs from the default is written.  What keepalived's syntax cannot say (a profile of the strict RFC, a double quote in a
password) is beyond it.
"""

import re
from collections.abc import Iterable, Iterator

from kaspec.address import format_address
from kaspec.config.model import Command, Configuration, GlobalDefs, InstanceSettings, Route
from kaspec.config.values import SCOPE_NAMES, plain_seconds
from kaspec.units import ZERO, Interval
from kaspec.vrrp.router import GarpPolicy, InterfaceTrack, SimplePassword, VirtualAddress, VirtualRouter

_DEFAULT = GlobalDefs()
_PLAIN = re.compile(r"[^\s\\\"!#{}@$~]+")
"""A word that needs no quotes."""


def render(configuration: Configuration) -> str:
    """Write a whole configuration."""
    settings = {each.name: each for each in configuration.settings}
    blocks = [
        _block("global_defs", _global_defs(configuration.global_defs)),
        _block("static_ipaddress", (render_address(address, None) for address in configuration.static_addresses)),
        _block("static_routes", map(render_route, configuration.static_routes)),
        *(render_router(router, settings.get(router.name)) for router in configuration.routers),
    ]
    return "\n".join(f"{block}\n" for block in blocks if block)


def render_router(router: VirtualRouter, settings: InstanceSettings | None = None) -> str:
    """Write one ``vrrp_instance``."""
    return _block(f"vrrp_instance {_word(router.name)}", (*_instance(router, settings), *_lists(router)), always=True)


def _block(head: str, lines: Iterable[str], always: bool = False) -> str:
    body = [f"    {row}" for line in lines for row in line.split("\n")]
    return "\n".join((f"{head} {{", *body, "}")) if body or always else ""


def _global_defs(defs: GlobalDefs) -> Iterator[str]:
    if defs.notification_email:
        yield _block("notification_email", map(_word, defs.notification_email))
    for name in ("router_id", "notification_email_from", "smtp_helo_name"):
        if (text := getattr(defs, name)) is not None:
            yield f"{name} {_word(text)}"
    if defs.smtp_server is not None:
        yield f"smtp_server {_word(defs.smtp_server)} {defs.smtp_port}"
    if defs.smtp_connect_timeout != _DEFAULT.smtp_connect_timeout:
        yield f"smtp_connect_timeout {plain_seconds(defs.smtp_connect_timeout)}"
    for name in ("smtp_alert", "smtp_alert_vrrp"):
        if (choice := getattr(defs, name)) is not None:
            yield f"{name} {str(choice).lower()}"
    yield from (name for name in ("no_email_faults", "vrrp_no_swap", "checker_no_swap") if getattr(defs, name))
    if defs.default_interface != _DEFAULT.default_interface:
        yield f"default_interface {_word(defs.default_interface)}"
    for name in ("vrrp_priority", "checker_priority"):
        if (value := getattr(defs, name)) != getattr(_DEFAULT, name):
            yield f"{name} {value}"
    yield from _garp("vrrp_garp_", defs.garp, _DEFAULT.garp)
    if defs.down_timer_adverts != _DEFAULT.down_timer_adverts:
        yield f"vrrp_down_timer_adverts {defs.down_timer_adverts}"
    if defs.lower_prio_no_advert:
        yield "vrrp_lower_prio_no_advert"


def _garp(prefix: str, policy: GarpPolicy, default: GarpPolicy) -> Iterator[str]:
    if policy == default:
        return
    yield f"{prefix}master_repeat {policy.repeat}"
    yield f"{prefix}master_delay {_or_zero(policy.delay)}"
    yield f"{prefix}master_refresh {_or_zero(policy.refresh)}"
    yield f"{prefix}master_refresh_repeat {policy.refresh_repeat}"
    yield f"{prefix}lower_prio_repeat {policy.lower_priority_repeat}"
    yield f"{prefix}lower_prio_delay {_or_zero(policy.lower_priority_delay)}"


def _instance(router: VirtualRouter, settings: InstanceSettings | None) -> Iterator[str]:
    """Every setting of an instance that has one line."""
    if settings is not None:
        yield f"state {settings.initial_state}"
    yield f"interface {_word(router.interface)}"
    yield f"virtual_router_id {router.virtual_router_id}"
    yield f"priority {router.priority}"
    yield f"advert_int {plain_seconds(router.advertisement_interval)}"
    if not router.preempt:
        yield "nopreempt"
    if router.preempt_delay != ZERO:
        yield f"preempt_delay {plain_seconds(router.preempt_delay)}"
    if router.dont_track_primary:
        yield "dont_track_primary"
    if router.source is not None:
        yield f"mcast_src_ip {format_address(router.source)}"
    yield from _garp("garp_", router.garp, GarpPolicy())
    yield f"down_timer_adverts {router.down_timer_adverts}"
    yield f"lower_prio_no_advert {str(not router.profile.answers_lower_priority).lower()}"
    if settings is not None:
        yield from _settings(settings)


def _settings(settings: InstanceSettings) -> Iterator[str]:
    if settings.smtp_alert is not None:
        yield f"smtp_alert {str(settings.smtp_alert).lower()}"
    for name in ("notify", "notify_master", "notify_backup", "notify_fault", "notify_stop"):
        command: Command | None = getattr(settings, name)
        if command is not None:
            line = command.line.replace("\\", "\\\\").replace('"', '\\"')
            yield " ".join((name, f'"{line}"', *(_word(each) for each in (command.user, command.group) if each is not None)))


def _lists(router: VirtualRouter) -> Iterator[str]:
    """Every block inside an instance."""
    if isinstance(router.authentication, SimplePassword):
        password = router.authentication.data.rstrip(b"\0").decode(errors="surrogateescape")
        yield _block("authentication", ("auth_type PASS", f"auth_pass {_word(password)}"))
    if router.tracks:
        yield _block("track_interface", map(render_track, router.tracks))
    if router.addresses:
        yield _block("virtual_ipaddress", (render_address(address, router.interface) for address in router.addresses))


def render_track(track: InterfaceTrack) -> str:
    """Write a line of ``track_interface``."""
    weight = f" weight {track.weight}{' reverse' if track.reverse else ''}" if track.weight or track.reverse else ""
    return _word(track.interface) + weight


def render_address(address: VirtualAddress, own: str | None) -> str:
    """Write a line of a list of addresses; ``own`` is the interface that goes without saying."""
    parts = [f"{format_address(address.address)}/{address.prefix_length}"]
    if address.interface != own:
        parts.append(f"dev {_word(address.interface)}")
    if address.scope:
        parts.append(f"scope {SCOPE_NAMES.get(address.scope, address.scope)}")
    if address.broadcast is not None:
        parts.append(f"brd {format_address(address.broadcast)}")
    if address.label is not None:
        parts.append(f"label {_word(address.label)}")
    return " ".join(parts)


def render_route(route: Route) -> str:
    """Write a line of ``static_routes``."""
    parts = [f"{format_address(route.destination)}/{route.prefix_length}"]
    for word, address in (("via", route.via), ("src", route.source)):
        if address is not None:
            parts.append(f"{word} {format_address(address)}")
    if route.interface is not None:
        parts.append(f"dev {_word(route.interface)}")
    for word, number in (("metric", route.metric), ("table", route.table), ("scope", route.scope)):
        if number is not None:
            parts.append(f"{word} {number}")
    return " ".join(parts)


def _or_zero(interval: Interval | None) -> str:
    return plain_seconds(interval or ZERO)


def _word(text: str) -> str:
    """Quote a word that would not be one as it stands."""
    return text if _PLAIN.fullmatch(text) else f'"{text}"'
