"""``global_defs``: from what the text gives to the model, keepalived's defaults filled in."""

from typing import TypeVar

from kaspec.config.alerts import build_telling
from kaspec.config.keywords import Setting
from kaspec.config.keywords import global_defs as rows
from kaspec.config.keywords import vrrp_instance as instance_rows
from kaspec.config.model import SMTP_PORT, THIRTY_SECONDS, GlobalDefs, Snmp
from kaspec.config.sections import NOWHERE, Section
from kaspec.config.terms import Refresh
from kaspec.config.transport import build_transport
from kaspec.firewall import FirewallStyle
from kaspec.units import ZERO, Interval
from kaspec.vrrp.router import FIVE_SECONDS, GarpPolicy

T = TypeVar("T")


def build_global_defs(section: Section) -> GlobalDefs:
    """Build the global definitions."""
    server = section.value(rows.SMTP_SERVER, None)
    return GlobalDefs(
        router_id=section.value(rows.ROUTER_ID, None),
        notification_email=tuple(word for line in section.entries(rows.NOTIFICATION_EMAIL) for word in line.value),
        notification_email_from=section.value(rows.NOTIFICATION_EMAIL_FROM, None),
        smtp_server=server.host if server else None,
        smtp_port=(server.port if server else None) or SMTP_PORT,
        smtp_helo_name=section.value(rows.SMTP_HELO_NAME, None),
        smtp_connect_timeout=section.value(rows.SMTP_CONNECT_TIMEOUT, THIRTY_SECONDS),
        smtp_alert=section.value(rows.SMTP_ALERT, None),
        smtp_alert_vrrp=section.value(rows.SMTP_ALERT_VRRP, None),
        no_email_faults=section.value(rows.NO_EMAIL_FAULTS, False),
        telling=build_telling(section),
        transport=build_transport(section),
        snmp=_snmp(section),
        default_interface=section.value(rows.DEFAULT_INTERFACE, "eth0"),
        dynamic_interfaces=section.value(rows.DYNAMIC_INTERFACES, None),
        vrrp_priority=section.value(rows.VRRP_PRIORITY, 0),
        checker_priority=section.value(rows.CHECKER_PRIORITY, 0),
        vrrp_no_swap=section.value(rows.VRRP_NO_SWAP, False),
        checker_no_swap=section.value(rows.CHECKER_NO_SWAP, False),
        version=3 if section.value(rows.VRRP_VERSION, 2) == 3 else 2,
        checksum_as_v2=section.value(rows.V3_CHECKSUM_AS_V2, False),
        garp=garp_policy(section, Section("", NOWHERE)),
        down_timer_adverts=section.value(rows.VRRP_DOWN_TIMER_ADVERTS, 3),
        lower_prio_no_advert=section.value(rows.VRRP_LOWER_PRIO_NO_ADVERT, False),
        profile=section.value(rows.VRRP_PROFILE, "keepalived"),
        strict=section.value(rows.VRRP_STRICT, False),
        firewall=_firewall(section),
        process_monitor_rcv_bufs=section.value(rows.PROCESS_MONITOR_RCV_BUFS, None),
        process_monitor_rcv_bufs_force=section.value(rows.PROCESS_MONITOR_RCV_BUFS_FORCE, False),
    )


def _snmp(section: Section) -> Snmp:
    """Build what is shown by SNMP; one keyword has an older name, another stands for two."""

    def given(*settings: Setting[bool]) -> bool:
        return any(section.value(each, False) for each in settings)

    return Snmp(
        given(rows.ENABLE_SNMP_VRRP, rows.ENABLE_SNMP_KEEPALIVED),
        given(rows.ENABLE_SNMP_RFCV2, rows.ENABLE_SNMP_RFC),
        given(rows.ENABLE_SNMP_RFCV3, rows.ENABLE_SNMP_RFC),
        given(rows.ENABLE_TRAPS),
        section.value(rows.SNMP_SOCKET, None),
        given(rows.ENABLE_SNMP_CHECKER),
    )


def _firewall(section: Section) -> FirewallStyle | None:
    """Rules are nftables', as current keepalived has them too; ``vrrp_iptables`` without a chain asks for none."""
    table, chains = section.last(rows.NFTABLES), section.last(rows.VRRP_IPTABLES)
    if table is None and chains is not None and not chains.value:
        return None
    default = FirewallStyle()
    name = (table.value if table else None) or default.table
    priority = section.value(rows.NFTABLES_PRIORITY, default.priority)
    return FirewallStyle(name, priority, section.value(rows.NFTABLES_COUNTERS, False))


def garp_policy(globally: Section, instance: Section) -> GarpPolicy:
    """Return when an instance sends gratuitous ARP: its own settings, else the global ones, else keepalived's defaults.

    What a lower priority brings about follows the global burst unless it is set anywhere, not the instance's own.
    """

    def setting(own: Setting[T], default_row: Setting[T], default: T) -> T:
        return instance.value(own, globally.value(default_row, default))

    minimal = globally.value(rows.VRRP_MIN_GARP, False)
    usual, usual_delay = (1, ZERO) if minimal else (5, FIVE_SECONDS)
    global_repeat = globally.value(rows.VRRP_GARP_MASTER_REPEAT, usual)
    global_delay = globally.value(rows.VRRP_GARP_MASTER_DELAY, usual_delay)
    repeat = setting(instance_rows.GARP_MASTER_REPEAT, rows.VRRP_GARP_MASTER_REPEAT, usual)
    delay = setting(instance_rows.GARP_MASTER_DELAY, rows.VRRP_GARP_MASTER_DELAY, usual_delay)
    extra = _extra(globally, instance)
    return GarpPolicy(
        repeat,
        _some(delay),
        _some(setting(instance_rows.GARP_MASTER_REFRESH, rows.VRRP_GARP_MASTER_REFRESH, ZERO)),
        setting(instance_rows.GARP_MASTER_REFRESH_REPEAT, rows.VRRP_GARP_MASTER_REFRESH_REPEAT, 1),
        setting(instance_rows.GARP_LOWER_PRIO_REPEAT, rows.VRRP_GARP_LOWER_PRIO_REPEAT, global_repeat),
        _some(setting(instance_rows.GARP_LOWER_PRIO_DELAY, rows.VRRP_GARP_LOWER_PRIO_DELAY, global_delay)),
        _some(extra.interval),
        extra.everywhere and bool(extra.interval),
    )


def _extra(globally: Section, instance: Section) -> Refresh:
    """Return ``garp_extra_if``: of the instance, else the global one; each has an older name, and the last one counts."""
    own = (instance.last(instance_rows.GARP_EXTRA_IF), instance.last(instance_rows.VMAC_GARP_INTVL))
    default = (globally.last(rows.VRRP_GARP_EXTRA_IF), globally.last(rows.VRRP_VMAC_GARP_INTVL))
    for pair in (own, default):
        if given := [each for each in pair if each is not None]:
            return max(given, key=lambda each: each.order).value
    return Refresh(ZERO)


def _some(interval: Interval) -> Interval | None:
    """Read keepalived's 0 as "not at all"."""
    return interval or None
