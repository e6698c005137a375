"""The keywords of ``global_defs`` that the VRRP process acts on alone."""

from kaspec.config import arguments as form
from kaspec.config import commands, compounds, values
from kaspec.config.keywords.rows import Description, Idle, setting

_SCOPE = "global_defs"
VRRP_PROCESS_NAME = setting(_SCOPE, "vrrp_process_name", form.PROCESS_NAME, Description("[NAME]", "unset", 3, "V", "2.0.18"), acts=True)
SMTP_ALERT_VRRP = setting(
    _SCOPE,
    "smtp_alert_vrrp",
    form.BOOLEAN,
    Description("[BOOL]", "unset", 3, "V", "2.0.0", inherits=("global_defs", "smtp_alert")),
    acts=True,
)
NO_EMAIL_FAULTS = setting(_SCOPE, "no_email_faults", form.FLAG, Description("flag", "off", 3, "V", "2.0.0", "no mail on FAULT"), acts=True)
DYNAMIC_INTERFACES = setting(
    _SCOPE,
    "dynamic_interfaces",
    form.choice({"allow_if_changes": "allow_if_changes"}, ("",)),
    Description("[allow_if_changes]", "off", 2, "V", "2.0.0", "interfaces may appear/disappear later; config error otherwise"),
    acts=True,
)
DEFAULT_INTERFACE = setting(
    _SCOPE,
    "default_interface",
    form.INTERFACE,
    Description("IF", "eth0", 3, "V", "1.2.24", "for addresses/routes without dev outside an instance", preset="eth0"),
    acts=True,
)
DISABLE_LOCAL_IGMP = setting(
    _SCOPE,
    "disable_local_igmp",
    form.FLAG,
    Description(
        "flag",
        "off",
        3,
        "V",
        "2.2.0",
        "/proc write; not changeable by reload",
        idle=Idle("the kernel's setting stays as it is; sysctl net.ipv4.igmp_link_local_mcast_reports=0 has the same effect"),
    ),
)
V3_CHECKSUM_AS_V2 = setting(
    _SCOPE,
    "v3_checksum_as_v2",
    form.BOOLEAN,
    Description("[BOOL]", "no", 3, "V", "2.2.8", "v3 IPv4 checksum without pseudo header (interop with old peers)"),
    acts=True,
)
VRRP_MCAST_GROUP4 = setting(
    _SCOPE, "vrrp_mcast_group4", form.GROUP4, Description("ADDR", "224.0.0.18", 2, "V", "1.2.13", preset="224.0.0.18"), acts=True
)
VRRP_MCAST_GROUP6 = setting(
    _SCOPE, "vrrp_mcast_group6", form.GROUP6, Description("ADDR", "ff02::12", 2, "V", "1.2.13", preset="ff02::12"), acts=True
)
VRRP_GARP_MASTER_DELAY = setting(
    _SCOPE,
    "vrrp_garp_master_delay",
    form.whole_seconds(0, 4_294),
    Description("SECS", "5", 2, "V", "1.2.24", "second GARP burst; 0 = no second burst"),
    acts=True,
)
VRRP_GARP_MASTER_REPEAT = setting(
    _SCOPE, "vrrp_garp_master_repeat", form.POSITIVE, Description("N ≥ 1", "5", 2, "V", "1.2.24", "packets per burst"), acts=True
)
VRRP_GARP_MASTER_REFRESH = setting(
    _SCOPE,
    "vrrp_garp_master_refresh",
    form.whole_seconds(0, 86_400),
    Description("SECS", "0 (off)", 2, "V", "1.2.24", "periodic GARP in MASTER", preset="0"),
    acts=True,
)
VRRP_GARP_MASTER_REFRESH_REPEAT = setting(
    _SCOPE, "vrrp_garp_master_refresh_repeat", form.POSITIVE, Description("N ≥ 1", "1", 3, "V", "1.2.24"), acts=True
)
VRRP_GARP_LOWER_PRIO_DELAY = setting(
    _SCOPE,
    "vrrp_garp_lower_prio_delay",
    form.whole_seconds(0, 4_294),
    Description(
        "SECS",
        "= garp_master_delay",
        2,
        "V",
        "1.2.24",
        "after a lower-priority advert was heard",
        inherits=("global_defs", "vrrp_garp_master_delay"),
    ),
    acts=True,
)
VRRP_GARP_LOWER_PRIO_REPEAT = setting(
    _SCOPE,
    "vrrp_garp_lower_prio_repeat",
    form.COUNT,
    Description("N ≥ 0", "= garp_master_repeat", 2, "V", "1.2.24", inherits=("global_defs", "vrrp_garp_master_repeat")),
    acts=True,
)
VRRP_GARP_INTERVAL = setting(
    _SCOPE,
    "vrrp_garp_interval",
    form.GARP_INTERVAL,
    Description("decimal s ≥ 1e-6", "0", 2, "V", "1.2.24", "spacing between GARPs on one interface; literal 0 is refused"),
    acts=True,
)
VRRP_GNA_INTERVAL = setting(
    _SCOPE, "vrrp_gna_interval", form.GARP_INTERVAL, Description("decimal s ≥ 1e-6", "0", 2, "V", "1.2.24", "same for IPv6"), acts=True
)
VRRP_MIN_GARP = setting(
    _SCOPE, "vrrp_min_garp", form.BOOLEAN, Description("[BOOL]", "no", 3, "V", "2.0.15", "repeat 1, delay 0, no refresh"), acts=True
)
VRRP_GARP_EXTRA_IF = setting(
    _SCOPE,
    "vrrp_garp_extra_if",
    compounds.REFRESH,
    Description("[all] 1..86400 s", "0", 3, "V", "2.2.4", "keeps switch tables fresh for secondary VMACs", preset="0"),
    acts=True,
)
VRRP_VMAC_GARP_INTVL = setting(
    _SCOPE,
    "vrrp_vmac_garp_intvl",
    compounds.REFRESH,
    Description("[all] SECS", "0", 3, "V", "2.2.0", "deprecated name of vrrp_garp_extra_if", preset="0", synonym="vrrp_garp_extra_if"),
    acts=True,
)
VRRP_LOWER_PRIO_NO_ADVERT = setting(
    _SCOPE,
    "vrrp_lower_prio_no_advert",
    form.BOOLEAN,
    Description("[BOOL]", "no", 2, "V", "1.2.24", "MASTER does not answer a lower advert at once"),
    acts=True,
)
VRRP_HIGHER_PRIO_SEND_ADVERT = setting(
    _SCOPE,
    "vrrp_higher_prio_send_advert",
    form.BOOLEAN,
    Description("[BOOL]", "no", 2, "V", "1.3.5", "MASTER sends one advert before yielding"),
    acts=True,
)
VRRP_DOWN_TIMER_ADVERTS = setting(
    _SCOPE,
    "vrrp_down_timer_adverts",
    form.integer(1, 100),
    Description("1..100", "3", 2, "V", "2.2.4", "number of missed adverts"),
    acts=True,
)
VRRP_VERSION = setting(
    _SCOPE,
    "vrrp_version",
    form.integer(2, 3),
    Description("2|3", "2", 1, "V", "1.2.24", "default for instances", example="vrrp_version 3"),
    acts=True,
)
VRRP_IPTABLES = setting(
    _SCOPE,
    "vrrp_iptables",
    compounds.CHAINS,
    Description(
        "[IN [OUT]]",
        "off; INPUT OUTPUT",
        2,
        "V",
        "1.2.24",
        "use iptables for no_accept/VMAC rules; empty = no rules; on nft-only builds mapped to nftables",
    ),
    acts=True,
)
VRRP_IPSETS = setting(
    _SCOPE,
    "vrrp_ipsets",
    compounds.SETS,
    Description(
        "[SET [SET6 [IF6 [IGMP [MLD [ND]]]]]]",
        "keepalived…",
        3,
        "V",
        "1.2.24",
        "empty = no ipsets",
        idle=Idle("what is filtered stands in sets of nftables, in the table that the keyword nftables names", harmless=True),
    ),
)
NFTABLES = setting(
    _SCOPE,
    "nftables",
    form.OPTIONAL_NAME,
    Description("[TABLE]", "keepalived", 2, "V", "2.0.15", "auto-used if rules are needed and neither is configured", preset="keepalived"),
    acts=True,
)
NFTABLES_PRIORITY = setting(
    _SCOPE, "nftables_priority", form.integer(-form.INT32, form.INT32), Description("INT", "-1", 3, "V", "2.0.15"), acts=True
)
NFTABLES_IFINDEX = setting(
    _SCOPE,
    "nftables_ifindex",
    form.FLAG,
    Description(
        "flag",
        "no",
        3,
        "V",
        "2.0.15",
        "match by ifindex rather than name",
        idle=Idle("the sets match interfaces by name, which a new index does not change", harmless=True),
    ),
)
NFTABLES_COUNTERS = setting(_SCOPE, "nftables_counters", form.FLAG, Description("flag", "no", 3, "V", "2.0.15"), acts=True)
VRRP_CHECK_UNICAST_SRC = setting(_SCOPE, "vrrp_check_unicast_src", form.FLAG, Description("flag", "off", 3, "V", "1.2.24"), acts=True)
VRRP_SKIP_CHECK_ADV_ADDR = setting(
    _SCOPE,
    "vrrp_skip_check_adv_addr",
    form.BOOLEAN,
    Description("[BOOL]", "no", 1, "V", "1.2.24", "compare VIP list only when the sender changed (shipped default config has it)"),
    acts=True,
)
VRRP_STRICT = setting(
    _SCOPE,
    "vrrp_strict",
    form.BOOLEAN,
    Description(
        "[BOOL]",
        "no",
        1,
        "V",
        "1.2.24",
        "in the shipped default config; a frequent trap (no accept, no auth); keepalived 2.2.7 takes no for yes",
    ),
    acts=True,
)
VRRP_OWNER_IGNORE_ADVERTS = setting(
    _SCOPE,
    "vrrp_owner_ignore_adverts",
    form.BOOLEAN,
    Description("[BOOL]", "no", 3, "V", "2.3.3", "priority 255 ignores adverts"),
    acts=True,
)
VRRP_PRIORITY = setting(
    _SCOPE, "vrrp_priority", form.integer(-20, 19), Description("-20..19", "0", 3, "V", "1.2.24", "nice value"), acts=True
)
VRRP_NO_SWAP = setting(_SCOPE, "vrrp_no_swap", form.FLAG, Description("flag", "no", 3, "V", "1.2.24", "mlockall"), acts=True)
VRRP_RT_PRIORITY = setting(
    _SCOPE, "vrrp_rt_priority", form.integer(1, 99), Description("1..99", "0", 2, "V", "2.0.0", "SCHED_RR"), acts=True
)
VRRP_CPU_AFFINITY = setting(
    _SCOPE, "vrrp_cpu_affinity", compounds.CPUS, Description("CPU …", "all", 3, "V", "2.0.18"), repeats=True, acts=True
)
VRRP_RLIMIT_RTTIME = setting(
    _SCOPE, "vrrp_rlimit_rttime", form.microseconds(1, form.UINT32), Description("µs", "10000", 3, "V", "2.1.0", "RLIMIT_RTTIME"), acts=True
)
VRRP_RLIMIT_RTIME = setting(
    _SCOPE,
    "vrrp_rlimit_rtime",
    form.microseconds(1, form.UINT32),
    Description("µs", "10000", 3, "V", "2.0.0", "deprecated spelling", synonym="vrrp_rlimit_rttime"),
    acts=True,
)
VRRP_NOTIFY_FIFO = setting(
    _SCOPE, "vrrp_notify_fifo", compounds.FIFO, Description("PATH [USER [GROUP]]", "none", 2, "V", "1.3.9"), acts=True
)
VRRP_NOTIFY_FIFO_SCRIPT = setting(
    _SCOPE, "vrrp_notify_fifo_script", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 2, "V", "1.3.9"), acts=True
)
VRRP_NOTIFY_PRIORITY_CHANGES = setting(
    _SCOPE, "vrrp_notify_priority_changes", form.BOOLEAN, Description("[BOOL]", "no", 3, "V", "2.0.18", "adds *_PRIORITY events"), acts=True
)
FIFO_WRITE_VRRP_STATES_ON_RELOAD = setting(
    _SCOPE,
    "fifo_write_vrrp_states_on_reload",
    form.FLAG,
    Description("flag", "no", 3, "V", "2.2.7", "re-announce all states after reload"),
    acts=True,
)
_NO_BUS = Idle("states are told by notify scripts, FIFOs and the JSON of SIGRTMIN+2, and not over D-Bus")
ENABLE_SNMP_VRRP = setting(_SCOPE, "enable_snmp_vrrp", form.FLAG, Description("flag", "no", 2, "V", "2.0.0", "KEEPALIVED-MIB"), acts=True)
ENABLE_SNMP_KEEPALIVED = setting(
    _SCOPE,
    "enable_snmp_keepalived",
    form.FLAG,
    Description("flag", "no", 3, "V", "1.2.24", "deprecated name", synonym="enable_snmp_vrrp"),
    acts=True,
)
ENABLE_SNMP_RFC = setting(_SCOPE, "enable_snmp_rfc", form.FLAG, Description("flag", "no", 3, "V", "1.2.24", "both RFC MIBs"), acts=True)
ENABLE_SNMP_RFCV2 = setting(
    _SCOPE, "enable_snmp_rfcv2", form.FLAG, Description("flag", "no", 3, "V", "1.2.24", "RFC 2787 VRRP-MIB"), acts=True
)
ENABLE_SNMP_RFCV3 = setting(
    _SCOPE, "enable_snmp_rfcv3", form.FLAG, Description("flag", "no", 3, "V", "1.2.24", "RFC 6527 VRRPV3-MIB"), acts=True
)
ENABLE_DBUS = setting(_SCOPE, "enable_dbus", form.FLAG, Description("flag", "no", 3, "V", "1.3.0", "org.keepalived.Vrrp1", idle=_NO_BUS))
DBUS_SERVICE_NAME = setting(
    _SCOPE,
    "dbus_service_name",
    form.WORD,
    Description(
        "NAME",
        "org.keepalived.Vrrp1",
        3,
        "V",
        "1.3.9",
        preset="org.keepalived.Vrrp1",
        example="dbus_service_name org.example.Vrrp1",
        idle=_NO_BUS,
    ),
)
DBUS_NO_INTERFACE_NAME = setting(
    _SCOPE,
    "dbus_no_interface_name",
    form.FLAG,
    Description("flag", "no", 3, "V", "2.3.0", "D-Bus paths without the interface part", idle=_NO_BUS),
)
VRRP_NETLINK_CMD_RCV_BUFS = setting(
    _SCOPE, "vrrp_netlink_cmd_rcv_bufs", form.POSITIVE, Description("BYTES", "kernel", 3, "V", "2.0.0"), acts=True
)
VRRP_NETLINK_CMD_RCV_BUFS_FORCE = setting(
    _SCOPE, "vrrp_netlink_cmd_rcv_bufs_force", form.BOOLEAN, Description("[BOOL]", "no", 3, "V", "2.0.0", "SO_RCVBUFFORCE"), acts=True
)
VRRP_NETLINK_MONITOR_RCV_BUFS = setting(
    _SCOPE, "vrrp_netlink_monitor_rcv_bufs", form.POSITIVE, Description("BYTES", "kernel", 3, "V", "2.0.0"), acts=True
)
VRRP_NETLINK_MONITOR_RCV_BUFS_FORCE = setting(
    _SCOPE, "vrrp_netlink_monitor_rcv_bufs_force", form.BOOLEAN, Description("[BOOL]", "no", 3, "V", "2.0.0"), acts=True
)
PROCESS_MONITOR_RCV_BUFS = setting(
    _SCOPE, "process_monitor_rcv_bufs", form.POSITIVE, Description("BYTES", "kernel", 3, "V", "2.0.15"), acts=True
)
PROCESS_MONITOR_RCV_BUFS_FORCE = setting(
    _SCOPE, "process_monitor_rcv_bufs_force", form.BOOLEAN, Description("[BOOL]", "no", 3, "V", "2.0.15"), acts=True
)
VRRP_RX_BUFS_POLICY = setting(
    _SCOPE,
    "vrrp_rx_bufs_policy",
    form.SIZE_POLICY,
    Description("MTU|ADVERT|BYTES", "kernel default", 3, "V", "2.0.7", "SO_RCVBUF sizing"),
    acts=True,
)
VRRP_RX_BUFS_MULTIPLIER = setting(_SCOPE, "vrrp_rx_bufs_multiplier", form.POSITIVE, Description("N ≥ 1", "3", 3, "V", "2.0.7"), acts=True)
VRRP_STARTUP_DELAY = setting(
    _SCOPE, "vrrp_startup_delay", form.DELAY, Description("decimal s", "0", 2, "V", "2.0.15", "delay before first VRRP activity"), acts=True
)
VRRP_DELAY_AFTER_BOOT = setting(
    _SCOPE, "vrrp_delay_after_boot", form.DELAY, Description("decimal s", "0", 3, "V", "2.4.0", "measured against /proc/uptime"), acts=True
)
LOG_UNKNOWN_VRIDS = setting(_SCOPE, "log_unknown_vrids", form.BOOLEAN, Description("[BOOL]", "no", 3, "V", "2.0.18"), acts=True)
VMAC_PREFIX = setting(
    _SCOPE,
    "vmac_prefix",
    form.text("STRING", "a prefix of interface names", "vrrp", (), values.at_most(15, "the name of an interface")),
    Description("STRING", "vrrp", 3, "V", "2.2.0", "interface name prefix", preset="vrrp"),
    acts=True,
)
VMAC_ADDR_PREFIX = setting(
    _SCOPE,
    "vmac_addr_prefix",
    form.text("STRING", "a prefix of interface names", "vrrp", (), values.at_most(15, "the name of an interface")),
    Description("STRING", "= vmac_prefix", 3, "V", "2.2.0", "for use_vmac_addr", inherits=("global_defs", "vmac_prefix")),
    acts=True,
)
JSON_VERSION = setting(
    _SCOPE,
    "json_version",
    form.integer(1, 2),
    Description("1|2", "1", 2, "V", "2.2.8", '2 = object with "vrrp" and "track_process"'),
    acts=True,
)
IPROUTE_USR_DIR = setting(
    _SCOPE,
    "iproute_usr_dir",
    form.PATH,
    Description(
        "DIR", "/usr/share/iproute2 or /usr/lib/iproute2", 3, "V", "2.3.2", "rt_tables etc.", example="iproute_usr_dir /usr/share/iproute2"
    ),
    acts=True,
)
IPROUTE_ETC_DIR = setting(
    _SCOPE,
    "iproute_etc_dir",
    form.PATH,
    Description("DIR", "/etc/iproute2", 3, "V", "2.3.2", preset="/etc/iproute2", example="iproute_etc_dir /etc/iproute2"),
    acts=True,
)
STATS_DUMP_FILE = setting(
    _SCOPE,
    "stats_dump_file",
    form.PATH,
    Description("PATH", "TMPDIR/keepalived.stats", 3, "V", "2.3.3", "keepalived 2.4 reads it and does not use it"),
    acts=True,
)
JSON_DUMP_FILE = setting(
    _SCOPE,
    "json_dump_file",
    form.PATH,
    Description("PATH", "TMPDIR/keepalived.json", 3, "V", "2.3.3", "keepalived 2.4 reads it and does not use it"),
    acts=True,
)
