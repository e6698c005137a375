"""The keywords of ``global_defs``."""

from kaspec.config.arguments import BOOLEAN, FLAG, INTERFACE, SERVER, UINT32, WORD, WORDS, integer, whole_seconds
from kaspec.config.keywords.rows import Description, later, listing, setting

_SCOPE = "global_defs"

ROUTER_ID = setting(_SCOPE, "router_id", WORD, Description("STRING", "host name", 1, "G", "1.2.2", "only used in mail subjects/SNMP"))
NOTIFICATION_EMAIL = listing(
    _SCOPE, "notification_email", WORDS, Description("{ ADDR … }", "none", 1, "G", "1.2.2", "no address or no smtp_server → no mail")
)
NOTIFICATION_EMAIL_FROM = setting(_SCOPE, "notification_email_from", WORD, Description("ADDR", "USER@HOST", 1, "G", "1.2.2"))
SMTP_SERVER = setting(
    _SCOPE, "smtp_server", SERVER, Description("IP|NAME [PORT]", "none, port 25", 1, "G", "1.2.2", "name resolved at parse time")
)
SMTP_HELO_NAME = setting(_SCOPE, "smtp_helo_name", WORD, Description("STRING", "host name", 2, "G", "1.2.24"))
SMTP_CONNECT_TIMEOUT = setting(_SCOPE, "smtp_connect_timeout", whole_seconds(1, 4_294), Description("SECS", "30", 1, "G", "1.2.2"))
SMTP_ALERT = setting(
    _SCOPE,
    "smtp_alert",
    BOOLEAN,
    Description("[BOOL]", "unset", 2, "G", "2.0.0", "default for every block; unset → only real servers alert"),
)
SMTP_ALERT_VRRP = setting(_SCOPE, "smtp_alert_vrrp", BOOLEAN, Description("[BOOL]", "unset", 3, "V", "2.0.0"))
NO_EMAIL_FAULTS = setting(_SCOPE, "no_email_faults", FLAG, Description("flag", "off", 3, "V", "2.0.0", "no mail on FAULT"))
DEFAULT_INTERFACE = setting(
    _SCOPE,
    "default_interface",
    INTERFACE,
    Description("IF", "eth0", 3, "V", "1.2.24", "for addresses/routes without dev outside an instance"),
)
VRRP_PRIORITY = setting(_SCOPE, "vrrp_priority", integer(-20, 19), Description("-20..19", "0", 3, "V", "1.2.24", "nice value"))
CHECKER_PRIORITY = setting(_SCOPE, "checker_priority", integer(-20, 19), Description("-20..19", "0", 3, "L", "1.2.24"))
VRRP_NO_SWAP = setting(_SCOPE, "vrrp_no_swap", FLAG, Description("flag", "no", 3, "V", "1.2.24", "mlockall"))
CHECKER_NO_SWAP = setting(_SCOPE, "checker_no_swap", FLAG, Description("flag", "no", 3, "L", "1.2.24"))
VRRP_VERSION = setting(_SCOPE, "vrrp_version", integer(2, 3), Description("2|3", "2", 1, "V", "1.2.24", "default for instances"))
VRRP_GARP_MASTER_DELAY = setting(
    _SCOPE,
    "vrrp_garp_master_delay",
    whole_seconds(0, 4_294),
    Description("SECS", "5", 2, "V", "1.2.24", "second GARP burst; 0 = no second burst"),
)
VRRP_GARP_MASTER_REPEAT = setting(
    _SCOPE, "vrrp_garp_master_repeat", integer(1, UINT32), Description("N ≥ 1", "5", 2, "V", "1.2.24", "packets per burst")
)
VRRP_GARP_MASTER_REFRESH = setting(
    _SCOPE,
    "vrrp_garp_master_refresh",
    whole_seconds(0, 86_400),
    Description("SECS", "0 (off)", 2, "V", "1.2.24", "periodic GARP in MASTER"),
)
VRRP_GARP_MASTER_REFRESH_REPEAT = setting(
    _SCOPE, "vrrp_garp_master_refresh_repeat", integer(1, UINT32), Description("N ≥ 1", "1", 3, "V", "1.2.24")
)
VRRP_GARP_LOWER_PRIO_DELAY = setting(
    _SCOPE,
    "vrrp_garp_lower_prio_delay",
    whole_seconds(0, 4_294),
    Description("SECS", "= garp_master_delay", 2, "V", "1.2.24", "after a lower-priority advert was heard"),
)
VRRP_GARP_LOWER_PRIO_REPEAT = setting(
    _SCOPE, "vrrp_garp_lower_prio_repeat", integer(0, UINT32), Description("N ≥ 0", "= garp_master_repeat", 2, "V", "1.2.24")
)
VRRP_MIN_GARP = setting(_SCOPE, "vrrp_min_garp", BOOLEAN, Description("[BOOL]", "no", 3, "V", "2.0.15", "repeat 1, delay 0, no refresh"))
VRRP_LOWER_PRIO_NO_ADVERT = setting(
    _SCOPE,
    "vrrp_lower_prio_no_advert",
    BOOLEAN,
    Description("[BOOL]", "no", 2, "V", "1.2.24", "MASTER does not answer a lower advert at once"),
)
VRRP_DOWN_TIMER_ADVERTS = setting(
    _SCOPE, "vrrp_down_timer_adverts", integer(1, 100), Description("1..100", "3", 2, "V", "2.2.4", "number of missed adverts")
)

later(
    _SCOPE,
    (
        ("process_names", Description("flag", "off", 3, "G", "2.0.18", "sets vrrp/lvs/bfd process names to keepalived_{vrrp,lvs,bfd}")),
        ("process_name", Description("[NAME] ≤ 15 chars", "unset", 3, "G", "2.0.18", "parent")),
        ("vrrp_process_name", Description("[NAME]", "unset", 3, "V", "2.0.18")),
        ("checker_process_name", Description("[NAME]", "unset", 3, "L", "2.2.0")),
        ("lvs_process_name", Description("[NAME]", "unset", 3, "L", "2.0.18", "deprecated synonym of checker_process_name")),
        ("bfd_process_name", Description("[NAME]", "unset", 3, "B", "2.0.18")),
        (
            "use_symlink_paths",
            Description("[BOOL]", "no", 3, "G", "2.3.0", "keep the symlink path of a script rather than the resolved path"),
        ),
        ("set_supplementary_groups", Description("[BOOL]", "no", 3, "G", "2.4.4", "script uid gets its supplementary groups")),
        ("smtp_alert_checker", Description("[BOOL]", "unset", 3, "L", "2.0.0")),
        ("no_checker_emails", Description("[BOOL]", "off", 3, "L", "2.0.0", "no mail on UP/DOWN by checkers, only quorum etc.")),
        ("startup_script", Description("CMD [USER [GROUP]]", "none", 3, "G", "2.1.0", "run and waited for before the children start")),
        ("startup_script_timeout", Description("1..1000 s", "10", 3, "G", "2.1.0")),
        ("shutdown_script", Description("CMD [USER [GROUP]]", "none", 3, "G", "2.1.0", "run after the children ended")),
        ("shutdown_script_timeout", Description("1..1000 s", "10", 3, "G", "2.1.0")),
        (
            "max_auto_priority",
            Description(
                "[-1..99]",
                "0 (off), no arg = max RR",
                2,
                "G",
                "2.1.0",
                "raise SCHED_RR by 1 each time a timer is late; absent → NOTICE at start; -1 silences the NOTICE",
            ),
        ),
        ("min_auto_priority_delay", Description("1..10000000 µs", "1000000", 3, "G", "2.1.0", "lateness that triggers the raise")),
        ("checker_log_all_failures", Description("[BOOL]", "no", 2, "L", "2.0.15", "log failures while retrying too")),
        (
            "dynamic_interfaces",
            Description("[allow_if_changes]", "off", 2, "V", "2.0.0", "interfaces may appear/disappear later; config error otherwise"),
        ),
        ("disable_local_igmp", Description("flag", "off", 3, "V", "2.2.0", "/proc write; not changeable by reload")),
        (
            "v3_checksum_as_v2",
            Description("[BOOL]", "no", 3, "V", "2.2.8", "v3 IPv4 checksum without pseudo header (interop with old peers)"),
        ),
        ("lvs_timeouts", Description("[tcp N] [tcpfin N] [udp N] 0..31 days", "kernel", 3, "L", "1.2.24", "IP_VS_SO_SET_TIMEOUT")),
        ("lvs_flush", Description("flag", "no", 2, "L", "1.2.24", "flush whole IPVS table at start")),
        ("lvs_flush_on_stop", Description("[VS]", "off", 3, "L", "2.2.0", "flush table (or remove only own VSs) at stop")),
        ("lvs_flush_onstop", Description("[VS]", "off", 3, "L", "2.0.15", "deprecated spelling")),
        (
            "lvs_sync_daemon",
            Description(
                "IF [inst] INST [id 0..255] [maxlen 1..65507] [port N] [ttl 1..255] [group MCAST]",
                "off",
                2,
                "L/V",
                "1.2.24",
                "without a VRRP instance name it is not started",
            ),
        ),
        ("vrrp_mcast_group4", Description("ADDR", "224.0.0.18", 2, "V", "1.2.13")),
        ("vrrp_mcast_group6", Description("ADDR", "ff02::12", 2, "V", "1.2.13")),
        (
            "vrrp_garp_interval",
            Description("decimal s ≥ 1e-6", "0", 2, "V", "1.2.24", "spacing between GARPs on one interface; literal 0 is refused"),
        ),
        ("vrrp_gna_interval", Description("decimal s ≥ 1e-6", "0", 2, "V", "1.2.24", "same for IPv6")),
        ("vrrp_garp_extra_if", Description("[all] 1..86400 s", "0", 3, "V", "2.2.4", "keeps switch tables fresh for secondary VMACs")),
        ("vrrp_vmac_garp_intvl", Description("[all] SECS", "0", 3, "V", "2.2.0", "deprecated name of vrrp_garp_extra_if")),
        ("vrrp_higher_prio_send_advert", Description("[BOOL]", "no", 2, "V", "1.3.5", "MASTER sends one advert before yielding")),
        (
            "vrrp_iptables",
            Description(
                "[IN [OUT]]",
                "off; INPUT OUTPUT",
                2,
                "V",
                "1.2.24",
                "use iptables for no_accept/VMAC rules; empty = no rules; on nft-only builds mapped to nftables",
            ),
        ),
        ("vrrp_ipsets", Description("[SET [SET6 [IF6 [IGMP [MLD [ND]]]]]]", "keepalived…", 3, "V", "1.2.24", "empty = no ipsets")),
        ("nftables", Description("[TABLE]", "keepalived", 2, "V", "2.0.15", "auto-used if rules are needed and neither is configured")),
        ("nftables_priority", Description("INT", "-1", 3, "V", "2.0.15")),
        ("nftables_ifindex", Description("flag", "no", 3, "V", "2.0.15", "match by ifindex rather than name")),
        ("nftables_counters", Description("flag", "no", 3, "V", "2.0.15")),
        (
            "nftables_ipvs",
            Description("[TABLE]", "keepalived_ipvs", 3, "L", "2.2.2", "fwmark setting for virtual_server_groups with address ranges"),
        ),
        ("nftables_ipvs_priority", Description("INT", "-1", 3, "L", "2.2.2")),
        ("nftables_ipvs_start_fwmark", Description("1..UINT32", "1000", 3, "L", "2.2.2")),
        ("vrrp_check_unicast_src", Description("flag", "off", 3, "V", "1.2.24")),
        (
            "vrrp_skip_check_adv_addr",
            Description("[BOOL]", "no", 1, "V", "1.2.24", "compare VIP list only when the sender changed (shipped default config has it)"),
        ),
        (
            "vrrp_strict",
            Description(
                "[BOOL]", "no", 1, "V", "1.2.24", "in the shipped default config; a frequent trap (no accept, no unicast, no auth)"
            ),
        ),
        ("vrrp_owner_ignore_adverts", Description("[BOOL]", "no", 3, "V", "2.3.3", "priority 255 ignores adverts")),
        ("bfd_priority", Description("-20..19", "0", 3, "B", "2.0.0")),
        ("bfd_no_swap", Description("flag", "no", 3, "B", "2.0.0")),
        ("vrrp_rt_priority", Description("1..99", "0", 2, "V", "2.0.0", "SCHED_RR")),
        ("checker_rt_priority", Description("1..99", "0", 3, "L", "2.0.0")),
        ("bfd_rt_priority", Description("1..99", "0", 3, "B", "2.0.0")),
        ("vrrp_cpu_affinity", Description("CPU …", "all", 3, "V", "2.0.18")),
        ("checker_cpu_affinity", Description("CPU …", "all", 3, "L", "2.0.18")),
        ("bfd_cpu_affinity", Description("CPU …", "all", 3, "B", "2.0.18")),
        ("vrrp_rlimit_rttime", Description("µs", "10000", 3, "V", "2.1.0", "RLIMIT_RTTIME")),
        ("checker_rlimit_rttime", Description("µs", "10000", 3, "L", "2.1.0")),
        ("bfd_rlimit_rttime", Description("µs", "10000", 3, "B", "2.1.0")),
        ("vrrp_rlimit_rtime", Description("µs", "10000", 3, "V", "2.0.0", "deprecated spelling")),
        ("checker_rlimit_rtime", Description("µs", "10000", 3, "L", "2.0.0", "deprecated spelling")),
        ("bfd_rlimit_rtime", Description("µs", "10000", 3, "B", "2.0.0", "deprecated spelling")),
        ("notify_fifo", Description("PATH [USER [GROUP]]", "none", 2, "G", "1.3.9", "both VRRP and LVS write to it")),
        (
            "notify_fifo_script",
            Description("CMD [USER [GROUP]]", "none", 2, "G", "1.3.9", "started with the FIFO path appended as last argument"),
        ),
        ("vrrp_notify_fifo", Description("PATH [USER [GROUP]]", "none", 2, "V", "1.3.9")),
        ("vrrp_notify_fifo_script", Description("CMD [USER [GROUP]]", "none", 2, "V", "1.3.9")),
        ("lvs_notify_fifo", Description("PATH [USER [GROUP]]", "none", 3, "L", "1.3.9")),
        ("lvs_notify_fifo_script", Description("CMD [USER [GROUP]]", "none", 3, "L", "1.3.9")),
        ("vrrp_notify_priority_changes", Description("[BOOL]", "no", 3, "V", "2.0.18", "adds *_PRIORITY events")),
        ("fifo_write_vrrp_states_on_reload", Description("flag", "no", 3, "V", "2.2.7", "re-announce all states after reload")),
        ("snmp_socket", Description("ADDR", "unix:/var/agentx/master", 3, "G", "1.2.24", "AgentX")),
        ("enable_snmp_vrrp", Description("flag", "no", 2, "V", "2.0.0", "KEEPALIVED-MIB")),
        ("enable_snmp_keepalived", Description("flag", "no", 3, "V", "1.2.24", "deprecated name")),
        ("enable_snmp_checker", Description("flag", "no", 2, "L", "1.2.24", "KEEPALIVED-MIB")),
        ("enable_snmp_rfc", Description("flag", "no", 3, "V", "1.2.24", "both RFC MIBs")),
        ("enable_snmp_rfcv2", Description("flag", "no", 3, "V", "1.2.24", "RFC 2787 VRRP-MIB")),
        ("enable_snmp_rfcv3", Description("flag", "no", 3, "V", "1.2.24", "RFC 6527 VRRPV3-MIB")),
        ("enable_traps", Description("flag", "no", 3, "G", "1.2.7")),
        ("snmp_vs_stats_update_interval", Description("0.001..30 s", "5", 3, "L", "2.3.0")),
        ("snmp_rs_stats_update_interval", Description("0.001..30 s", "= VS value", 3, "L", "2.3.0")),
        ("enable_dbus", Description("flag", "no", 3, "V", "1.3.0", "org.keepalived.Vrrp1")),
        ("dbus_service_name", Description("NAME", "org.keepalived.Vrrp1", 3, "V", "1.3.9")),
        ("dbus_no_interface_name", Description("flag", "no", 3, "V", "2.3.0", "D-Bus paths without the interface part")),
        (
            "script_user",
            Description(
                "USER [GROUP] or :GROUP",
                "keepalived_script if it exists, else running uid (with script security: script disabled)",
                1,
                "G",
                "1.3.0",
            ),
        ),
        ("enable_script_security", Description("[BOOL]", "no", 1, "G", "1.3.0", "refuses root scripts in paths writable by non-root")),
        ("vrrp_netlink_cmd_rcv_bufs", Description("BYTES", "kernel", 3, "V", "2.0.0")),
        ("vrrp_netlink_cmd_rcv_bufs_force", Description("[BOOL]", "no", 3, "V", "2.0.0", "SO_RCVBUFFORCE")),
        ("vrrp_netlink_monitor_rcv_bufs", Description("BYTES", "kernel", 3, "V", "2.0.0")),
        ("vrrp_netlink_monitor_rcv_bufs_force", Description("[BOOL]", "no", 3, "V", "2.0.0")),
        ("lvs_netlink_cmd_rcv_bufs", Description("BYTES", "kernel", 3, "L", "2.0.0")),
        ("lvs_netlink_cmd_rcv_bufs_force", Description("[BOOL]", "no", 3, "L", "2.0.0")),
        ("lvs_netlink_monitor_rcv_bufs", Description("BYTES", "kernel", 3, "L", "2.0.0")),
        ("lvs_netlink_monitor_rcv_bufs_force", Description("[BOOL]", "no", 3, "L", "2.0.0")),
        ("process_monitor_rcv_bufs", Description("BYTES", "kernel", 3, "V", "2.0.15")),
        ("process_monitor_rcv_bufs_force", Description("[BOOL]", "no", 3, "V", "2.0.15")),
        ("rs_init_notifies", Description("[BOOL]", "no", 3, "L", "2.0.0", "notify_up/down for real servers at start")),
        ("vrrp_rx_bufs_policy", Description("MTU|ADVERT|BYTES", "kernel default", 3, "V", "2.0.7", "SO_RCVBUF sizing")),
        ("vrrp_rx_bufs_multiplier", Description("N ≥ 1", "3", 3, "V", "2.0.7")),
        ("vrrp_startup_delay", Description("decimal s", "0", 2, "V", "2.0.15", "delay before first VRRP activity")),
        ("vrrp_delay_after_boot", Description("decimal s", "0", 3, "V", "2.4.0", "measured against /proc/uptime")),
        ("log_unknown_vrids", Description("[BOOL]", "no", 3, "V", "2.0.18")),
        ("vmac_prefix", Description("STRING", "vrrp", 3, "V", "2.2.0", "interface name prefix")),
        ("vmac_addr_prefix", Description("STRING", "= vmac_prefix", 3, "V", "2.2.0", "for use_vmac_addr")),
        ("umask", Description("OCT|HEX|IRUSR|…", "0177", 3, "G", "2.0.10", "mode of created files")),
        ("random_seed", Description("N", "time", 3, "G", "2.0.15", "also makes ${_RANDOM} and checker warmup reproducible")),
        (
            "reload_check_config",
            Description("[LOGFILE]", "off, /dev/null", 2, "G", "2.2.0", "spawn a config test first, refuse the reload on error"),
        ),
        ("reload_time_file", Description("PATH", "none", 3, "G", "2.1.0", "timed reload from the time in the file")),
        ("reload_repeat", Description("flag", "off", 3, "G", "2.1.0")),
        ("reload_file", Description("[PATH]", "off", 3, "G", "2.2.0", "tells outside tools that a reload is pending/finished")),
        (
            "include_check",
            Description("[+|-] read|match|wildcard_match|brace_match …", "none", 3, "G", "2.2.0", "default checks of plain include"),
        ),
        ("config_save_dir", Description("DIR", "none", 3, "G", "2.2.4", "dumps config at each reload")),
        ("tmp_config_directory", Description("DIR", "memfd", 3, "G", "2.2.0", "consolidated config on disk")),
        ("data_use_instance", Description("[BOOL]", "no", 3, "G", "2.2.4", "dump file names carry ns/instance")),
        ("json_version", Description("1|2", "1", 2, "V", "2.2.8", '2 = object with "vrrp" and "track_process"')),
        ("iproute_usr_dir", Description("DIR", "/usr/share/iproute2 or /usr/lib/iproute2", 3, "V", "2.3.2", "rt_tables etc.")),
        ("iproute_etc_dir", Description("DIR", "/etc/iproute2", 3, "V", "2.3.2")),
        ("state_dump_file", Description("PATH", "TMPDIR/keepalived.data", 3, "G", "2.3.3")),
        ("stats_dump_file", Description("PATH", "(not honoured)", 3, "V", "2.3.3", "parsed but never used by the writer")),
        ("json_dump_file", Description("PATH", "(not honoured)", 3, "V", "2.3.3", "parsed but never used by the writer")),
    ),
)
