"""The configuration as values: what ``read`` returns and the daemon, the traces and the checker take.

Protocol settings are the core's own ``VirtualRouter``s with every default filled in; what only the daemon needs stands beside them.
Places in the text (``InterfaceUse``) never count when two configurations are compared.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from attrs import field

from kaspec.address import Address
from kaspec.command import Command as Command  # noqa: PLC0414  (those who read configurations find it here)
from kaspec.config.source import Span
from kaspec.config.terms import Fifo, Owner
from kaspec.firewall import FirewallStyle
from kaspec.frozen import frozen
from kaspec.lvs.settings import LvsSettings
from kaspec.pacing import Pacing
from kaspec.process import ProcessSettings
from kaspec.units import SECOND, Interval
from kaspec.vrrp.holdings import PolicyRule, Route, Statics
from kaspec.vrrp.router import GarpPolicy, ProfileName, Version, VirtualAddress, VirtualRouter

if TYPE_CHECKING:  # what a configuration has of these, its builders bring along
    from kaspec.bfd.session import Session
    from kaspec.link_delay import LinkDelay
    from kaspec.lvs.model import ServerGroup, VirtualServer
    from kaspec.trackers.tracked import Script, TrackedFile, TrackedProcess
    from kaspec.vrrp.sync_group import SyncGroup

InitialState = Literal["MASTER", "BACKUP"]
THIRTY_SECONDS = Interval(30 * SECOND)
TEN_SECONDS = Interval(10 * SECOND)
SMTP_PORT = 25


@frozen
class Telling:
    """What ``global_defs`` says about scripts, FIFOs and those who start them; every field has its keyword's name.

    ``script_user`` unset means the user keepalived_script; ``umask`` unset leaves the mask of the process that started us.
    """

    script_user: Owner | None = None
    enable_script_security: bool = False
    use_symlink_paths: bool = False
    set_supplementary_groups: bool = False
    notify_fifo: Fifo | None = None
    notify_fifo_script: Command | None = None
    vrrp_notify_fifo: Fifo | None = None
    vrrp_notify_fifo_script: Command | None = None
    vrrp_notify_priority_changes: bool = False
    fifo_write_vrrp_states_on_reload: bool = False
    umask: int | None = None
    startup_script: Command | None = None
    startup_script_timeout: Interval = TEN_SECONDS
    shutdown_script: Command | None = None
    shutdown_script_timeout: Interval = TEN_SECONDS
    lvs_notify_fifo: Fifo | None = None
    lvs_notify_fifo_script: Command | None = None


@frozen
class Transport:
    """What ``global_defs`` says about sending and receiving; every field has its keyword's name.

    Groups unset are the families' own; every instance has inherited the rest.  A ``vrrp_rx_bufs_policy`` unset leaves the size of receive
    buffers to us, a number is bytes.
    """

    vrrp_mcast_group4: Address | None = None
    vrrp_mcast_group6: Address | None = None
    vrrp_check_unicast_src: bool = False
    vrrp_skip_check_adv_addr: bool = False
    vrrp_owner_ignore_adverts: bool = False
    vrrp_higher_prio_send_advert: bool = False
    log_unknown_vrids: bool = False
    vrrp_rx_bufs_policy: str | int | None = None
    vrrp_rx_bufs_multiplier: int = 3


@frozen
class Snmp:
    """What a manager may see by SNMP, which MIBs and whether it is told of changes; every field has its keyword's name.

    ``enable_snmp_rfc`` is both RFC MIBs.  ``snmp_socket`` is where the master agent listens for subagents (AgentX), ``None`` its usual
    place.
    """

    enable_snmp_vrrp: bool = False
    enable_snmp_rfcv2: bool = False
    enable_snmp_rfcv3: bool = False
    enable_traps: bool = False
    snmp_socket: str | None = None
    enable_snmp_checker: bool = False


@frozen
class GlobalDefs:
    """keepalived's ``global_defs``: ``None`` where the default depends on the machine or on another setting.

    ``garp``, ``version``, ``checksum_as_v2``, ``down_timer_adverts``, ``lower_prio_no_advert``, ``profile`` and ``strict`` (strict mode)
    are defaults that every instance has already inherited.
    ``dynamic_interfaces``, with its word or an empty one, lets interfaces come later than the start.
    Priorities are nice values, -20..19.  ``firewall`` is ``None`` if no packet filter rule is to be made.
    """

    router_id: str | None = None
    notification_email: tuple[str, ...] = ()
    notification_email_from: str | None = None
    smtp_server: str | None = None
    smtp_port: int = SMTP_PORT
    smtp_helo_name: str | None = None
    smtp_connect_timeout: Interval = THIRTY_SECONDS
    smtp_alert: bool | None = None
    smtp_alert_vrrp: bool | None = None
    no_email_faults: bool = False
    telling: Telling = Telling()
    transport: Transport = Transport()
    snmp: Snmp = Snmp()
    default_interface: str = "eth0"
    dynamic_interfaces: str | None = None
    vrrp_priority: int = 0
    checker_priority: int = 0
    vrrp_no_swap: bool = False
    checker_no_swap: bool = False
    version: Version = 2
    checksum_as_v2: bool = False
    garp: GarpPolicy = GarpPolicy()
    down_timer_adverts: int = 3
    lower_prio_no_advert: bool = False
    profile: ProfileName = "keepalived"
    strict: bool = False
    firewall: FirewallStyle | None = FirewallStyle()
    process_monitor_rcv_bufs: int | None = None
    process_monitor_rcv_bufs_force: bool = False


@frozen
class InstanceSettings:
    """What a ``vrrp_instance`` says beyond the protocol; ``name`` is the virtual router's.

    ``initial_state`` is keepalived's wish only: the election decides.  ``smtp_alert`` and ``notify_priority_changes`` unset mean the global
    setting, as does ``kernel_rx_buf_size`` (bytes); ``notify_deleted`` may be given without a command: then it is true.  ``strict_mode``
    is told only: what follows from it is in the virtual router.
    """

    name: str
    initial_state: InitialState
    smtp_alert: bool | None = None
    notify: Command | None = None
    notify_master: Command | None = None
    notify_backup: Command | None = None
    notify_fault: Command | None = None
    notify_stop: Command | None = None
    notify_deleted: Command | bool = False
    notify_master_rx_lower_pri: Command | None = None
    notify_priority_changes: bool | None = None
    kernel_rx_buf_size: int | None = None
    strict_mode: bool = False


@frozen
class GroupSettings:
    """Whom a ``vrrp_sync_group`` tells of its state; ``smtp_alert`` unset means the global setting.

    ``notify_priority_changes`` stands for members that do not say.
    """

    name: str
    smtp_alert: bool | None = None
    notify: Command | None = None
    notify_master: Command | None = None
    notify_backup: Command | None = None
    notify_fault: Command | None = None
    notify_stop: Command | None = None
    notify_priority_changes: bool | None = None


@frozen
class CommandUse:
    """A program that the text names: the words after the keyword, where, and the keyword."""

    command: Command
    span: Span
    keyword: str


@frozen
class Permit:
    """A program that may run, as this machine has it: its path and arguments, the ids it runs under, its file mode creation mask."""

    argv: tuple[str, ...]
    uid: int
    gid: int
    groups: tuple[int, ...]
    umask: int


Listener = Literal["vrrp", "checker"]
LISTENERS: tuple[Listener, Listener] = ("vrrp", "checker")
"""The processes that go by BFD sessions."""


@frozen
class BfdInstance:
    """A ``bfd_instance``: its session, and who is told of it.

    ``weight`` and ``reverse`` are what a track without a weight of its own has; ``vrrp`` and ``checker`` tell to whom reports go.
    """

    session: "Session"
    weight: int = 0
    reverse: bool = False
    vrrp: bool = True
    checker: bool = True

    @property
    def listeners(self) -> frozenset[Listener]:
        """Who is told of the session."""
        return frozenset(who for who, is_told in zip(LISTENERS, (self.vrrp, self.checker), strict=True) if is_told)


@frozen
class InterfaceUse:
    """An interface that the text names, where, and what for."""

    name: str
    span: Span
    purpose: str


@frozen
class Configuration:
    """A whole configuration; ``settings`` goes with ``routers`` and ``group_settings`` with ``groups``, place by place.

    ``has_lvs`` tells that the text defines virtual servers, so a checker process is wanted.  ``permits`` has the commands that may run on
    this machine, ``owners`` whom FIFOs belong to (user and group): a shell that has looked at it fills them in (``kaspec.security``).
    """

    global_defs: GlobalDefs = GlobalDefs()
    static_addresses: tuple[VirtualAddress, ...] = ()
    static_routes: tuple[Route, ...] = ()
    static_rules: tuple[PolicyRule, ...] = ()
    routers: tuple[VirtualRouter, ...] = ()
    settings: tuple[InstanceSettings, ...] = ()
    has_lvs: bool = False
    scripts: "tuple[Script, ...]" = field(default=(), kw_only=True)
    files: "tuple[TrackedFile, ...]" = field(default=(), kw_only=True)
    processes: "tuple[TrackedProcess, ...]" = field(default=(), kw_only=True)
    bfd_instances: tuple[BfdInstance, ...] = ()
    interface_uses: tuple[InterfaceUse, ...] = field(default=(), eq=False, repr=False)
    groups: "tuple[SyncGroup, ...]" = ()
    group_settings: tuple[GroupSettings, ...] = ()
    command_uses: tuple[CommandUse, ...] = field(default=(), eq=False, repr=False)
    process: ProcessSettings = ProcessSettings()
    pacing: Pacing = Pacing()
    lvs: LvsSettings = field(default=LvsSettings(), kw_only=True)
    server_groups: "tuple[ServerGroup, ...]" = field(default=(), kw_only=True)
    services: "tuple[VirtualServer, ...]" = field(default=(), kw_only=True)
    link_delays: "tuple[LinkDelay, ...]" = ()
    permits: Mapping[Command, Permit] = field(factory=dict, eq=False, repr=False)
    owners: Mapping[Fifo, tuple[int, int]] = field(factory=dict, eq=False, repr=False)

    @property
    def statics(self) -> Statics:
        """What the host holds whoever is Master."""
        return Statics(self.static_addresses, self.static_routes, self.static_rules)
