"""The keywords of ``global_defs``."""

from kaspec.config import arguments as form
from kaspec.config import commands, compounds
from kaspec.config.keywords.global_files import *  # noqa: F403 - one block, too many keywords for one file
from kaspec.config.keywords.global_vrrp import *  # noqa: F403
from kaspec.config.keywords.rows import Description, listing, setting
from kaspec.units import SECOND, Interval

_SCOPE = "global_defs"
VRRP_PROFILE = setting(
    _SCOPE,
    "vrrp_profile",
    form.PROFILE,
    Description(
        "keepalived|rfc3768|rfc5798|rfc9568",
        "keepalived",
        3,
        "V",
        "kaspec",
        "whom to follow where they differ",
    ),
    acts=True,
)
PROCESS_NAMES = setting(
    _SCOPE,
    "process_names",
    form.FLAG,
    Description("flag", "off", 3, "G", "2.0.18", "sets vrrp/lvs/bfd process names to keepalived_{vrrp,lvs,bfd}"),
    acts=True,
)
PROCESS_NAME = setting(
    _SCOPE, "process_name", form.PROCESS_NAME, Description("[NAME] ≤ 15 chars", "unset", 3, "G", "2.0.18", "parent"), acts=True
)
CHECKER_PROCESS_NAME = setting(
    _SCOPE, "checker_process_name", form.PROCESS_NAME, Description("[NAME]", "unset", 3, "L", "2.2.0"), acts=True
)
LVS_PROCESS_NAME = setting(
    _SCOPE,
    "lvs_process_name",
    form.PROCESS_NAME,
    Description("[NAME]", "unset", 3, "L", "2.0.18", "deprecated synonym of checker_process_name", synonym="checker_process_name"),
    acts=True,
)
BFD_PROCESS_NAME = setting(_SCOPE, "bfd_process_name", form.PROCESS_NAME, Description("[NAME]", "unset", 3, "B", "2.0.18"), acts=True)
USE_SYMLINK_PATHS = setting(
    _SCOPE,
    "use_symlink_paths",
    form.BOOLEAN,
    Description("[BOOL]", "no", 3, "G", "2.3.0", "keep the symlink path of a script rather than the resolved path"),
    acts=True,
)
SET_SUPPLEMENTARY_GROUPS = setting(
    _SCOPE,
    "set_supplementary_groups",
    form.BOOLEAN,
    Description("[BOOL]", "no", 3, "G", "2.4.4", "script uid gets its supplementary groups"),
    acts=True,
)
ROUTER_ID = setting(
    _SCOPE,
    "router_id",
    form.WORD,
    Description("STRING", "host name", 1, "G", "1.2.2", "only used in mail subjects/SNMP", example="router_id LVS_DEVEL"),
    acts=True,
)
NOTIFICATION_EMAIL_FROM = setting(
    _SCOPE,
    "notification_email_from",
    form.WORD,
    Description("ADDR", "USER@HOST", 1, "G", "1.2.2", example="notification_email_from keepalived@example.com"),
    acts=True,
)
NOTIFICATION_EMAIL = listing(
    _SCOPE,
    "notification_email",
    compounds.WORDS,
    Description("{ ADDR … }", "none", 1, "G", "1.2.2", "no address or no smtp_server → no mail"),
    acts=True,
)
SMTP_SERVER = setting(
    _SCOPE,
    "smtp_server",
    compounds.SERVER,
    Description("IP|NAME [PORT]", "none, port 25", 1, "G", "1.2.2", "name resolved at parse time"),
    acts=True,
)
SMTP_HELO_NAME = setting(
    _SCOPE,
    "smtp_helo_name",
    form.WORD,
    Description("STRING", "host name", 2, "G", "1.2.24", example="smtp_helo_name lb1.example.com"),
    acts=True,
)
SMTP_CONNECT_TIMEOUT = setting(
    _SCOPE, "smtp_connect_timeout", form.whole_seconds(0, 4_294), Description("SECS", "30", 1, "G", "1.2.2"), acts=True
)
SMTP_ALERT = setting(
    _SCOPE,
    "smtp_alert",
    form.BOOLEAN,
    Description("[BOOL]", "unset", 2, "G", "2.0.0", "default for every block; unset → only real servers alert"),
    acts=True,
)
SMTP_ALERT_CHECKER = setting(
    _SCOPE,
    "smtp_alert_checker",
    form.BOOLEAN,
    Description("[BOOL]", "unset", 3, "L", "2.0.0", inherits=("global_defs", "smtp_alert")),
    acts=True,
)
NO_CHECKER_EMAILS = setting(
    _SCOPE,
    "no_checker_emails",
    form.BOOLEAN,
    Description("[BOOL]", "off", 3, "L", "2.0.0", "no mail on UP/DOWN by checkers, only quorum etc."),
    acts=True,
)
STARTUP_SCRIPT = setting(
    _SCOPE,
    "startup_script",
    commands.COMMAND,
    Description("CMD [USER [GROUP]]", "none", 3, "G", "2.1.0", "run and waited for before the children start"),
    acts=True,
)
STARTUP_SCRIPT_TIMEOUT = setting(
    _SCOPE, "startup_script_timeout", form.whole_seconds(1, 1_000), Description("1..1000 s", "10", 3, "G", "2.1.0"), acts=True
)
SHUTDOWN_SCRIPT = setting(
    _SCOPE,
    "shutdown_script",
    commands.COMMAND,
    Description("CMD [USER [GROUP]]", "none", 3, "G", "2.1.0", "run after the children ended"),
    acts=True,
)
SHUTDOWN_SCRIPT_TIMEOUT = setting(
    _SCOPE, "shutdown_script_timeout", form.whole_seconds(1, 1_000), Description("1..1000 s", "10", 3, "G", "2.1.0"), acts=True
)
MAX_AUTO_PRIORITY = setting(
    _SCOPE,
    "max_auto_priority",
    form.integer(-1, 99, (99,)),
    Description(
        "[-1..99]",
        "0 (off), no arg = max RR",
        2,
        "G",
        "2.1.0",
        "raise SCHED_RR by 1 each time a timer is late; absent → NOTICE at start; -1 silences the NOTICE",
        preset="0",
    ),
    acts=True,
)
MIN_AUTO_PRIORITY_DELAY = setting(
    _SCOPE,
    "min_auto_priority_delay",
    form.microseconds(1, 10_000_000),
    Description("1..10000000 µs", "1000000", 3, "G", "2.1.0", "lateness that triggers the raise"),
    acts=True,
)
CHECKER_LOG_ALL_FAILURES = setting(
    _SCOPE,
    "checker_log_all_failures",
    form.BOOLEAN,
    Description("[BOOL]", "no", 2, "L", "2.0.15", "log failures while retrying too"),
    acts=True,
)
LVS_TIMEOUTS = setting(
    _SCOPE,
    "lvs_timeouts",
    compounds.TIMEOUTS,
    Description("[tcp N] [tcpfin N] [udp N] 0..31 days", "kernel", 3, "L", "1.2.24", "IP_VS_SO_SET_TIMEOUT"),
    acts=True,
)
LVS_FLUSH = setting(
    _SCOPE, "lvs_flush", form.FLAG, Description("flag", "no", 2, "L", "1.2.24", "flush whole IPVS table at start"), acts=True
)
LVS_FLUSH_ON_STOP = setting(
    _SCOPE,
    "lvs_flush_on_stop",
    form.choice({"VS": "VS"}, ("",)),
    Description("[VS]", "off", 3, "L", "2.2.0", "flush table (or remove only own VSs) at stop"),
    acts=True,
)
LVS_FLUSH_ONSTOP = setting(
    _SCOPE,
    "lvs_flush_onstop",
    form.choice({"VS": "VS"}, ("",)),
    Description("[VS]", "off", 3, "L", "2.0.15", "deprecated spelling", synonym="lvs_flush_on_stop"),
    acts=True,
)
LVS_SYNC_DAEMON = setting(
    _SCOPE,
    "lvs_sync_daemon",
    compounds.SYNC_DAEMON,
    Description(
        "IF [inst] INST [id 0..255] [maxlen 1..65507] [port N] [ttl 1..255] [group MCAST]",
        "off",
        2,
        "L/V",
        "1.2.24",
        "without a VRRP instance name it is not started",
    ),
    acts=True,
)
NFTABLES_IPVS = setting(
    _SCOPE,
    "nftables_ipvs",
    form.OPTIONAL_NAME,
    Description(
        "[TABLE]",
        "keepalived_ipvs",
        3,
        "L",
        "2.2.2",
        "fwmark setting for virtual_server_groups with address ranges",
        preset="keepalived_ipvs",
    ),
)
NFTABLES_IPVS_PRIORITY = setting(
    _SCOPE, "nftables_ipvs_priority", form.integer(-form.INT32, form.INT32), Description("INT", "-1", 3, "L", "2.2.2")
)
NFTABLES_IPVS_START_FWMARK = setting(_SCOPE, "nftables_ipvs_start_fwmark", form.POSITIVE, Description("1..UINT32", "1000", 3, "L", "2.2.2"))
CHECKER_PRIORITY = setting(_SCOPE, "checker_priority", form.integer(-20, 19), Description("-20..19", "0", 3, "L", "1.2.24"), acts=True)
BFD_PRIORITY = setting(_SCOPE, "bfd_priority", form.integer(-20, 19), Description("-20..19", "0", 3, "B", "2.0.0"), acts=True)
CHECKER_NO_SWAP = setting(_SCOPE, "checker_no_swap", form.FLAG, Description("flag", "no", 3, "L", "1.2.24"), acts=True)
BFD_NO_SWAP = setting(_SCOPE, "bfd_no_swap", form.FLAG, Description("flag", "no", 3, "B", "2.0.0"), acts=True)
CHECKER_RT_PRIORITY = setting(_SCOPE, "checker_rt_priority", form.integer(1, 99), Description("1..99", "0", 3, "L", "2.0.0"), acts=True)
BFD_RT_PRIORITY = setting(_SCOPE, "bfd_rt_priority", form.integer(1, 99), Description("1..99", "0", 3, "B", "2.0.0"), acts=True)
CHECKER_CPU_AFFINITY = setting(
    _SCOPE, "checker_cpu_affinity", compounds.CPUS, Description("CPU …", "all", 3, "L", "2.0.18"), repeats=True, acts=True
)
BFD_CPU_AFFINITY = setting(
    _SCOPE, "bfd_cpu_affinity", compounds.CPUS, Description("CPU …", "all", 3, "B", "2.0.18"), repeats=True, acts=True
)
CHECKER_RLIMIT_RTTIME = setting(
    _SCOPE, "checker_rlimit_rttime", form.microseconds(1, form.UINT32), Description("µs", "10000", 3, "L", "2.1.0"), acts=True
)
BFD_RLIMIT_RTTIME = setting(
    _SCOPE, "bfd_rlimit_rttime", form.microseconds(1, form.UINT32), Description("µs", "10000", 3, "B", "2.1.0"), acts=True
)
CHECKER_RLIMIT_RTIME = setting(
    _SCOPE,
    "checker_rlimit_rtime",
    form.microseconds(1, form.UINT32),
    Description("µs", "10000", 3, "L", "2.0.0", "deprecated spelling", synonym="checker_rlimit_rttime"),
    acts=True,
)
BFD_RLIMIT_RTIME = setting(
    _SCOPE,
    "bfd_rlimit_rtime",
    form.microseconds(1, form.UINT32),
    Description("µs", "10000", 3, "B", "2.0.0", "deprecated spelling", synonym="bfd_rlimit_rttime"),
    acts=True,
)
NOTIFY_FIFO = setting(
    _SCOPE,
    "notify_fifo",
    compounds.FIFO,
    Description("PATH [USER [GROUP]]", "none", 2, "G", "1.3.9", "both VRRP and LVS write to it"),
    acts=True,
)
NOTIFY_FIFO_SCRIPT = setting(
    _SCOPE,
    "notify_fifo_script",
    commands.COMMAND,
    Description("CMD [USER [GROUP]]", "none", 2, "G", "1.3.9", "started with the FIFO path appended as last argument"),
    acts=True,
)
LVS_NOTIFY_FIFO = setting(_SCOPE, "lvs_notify_fifo", compounds.FIFO, Description("PATH [USER [GROUP]]", "none", 3, "L", "1.3.9"), acts=True)
LVS_NOTIFY_FIFO_SCRIPT = setting(
    _SCOPE, "lvs_notify_fifo_script", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 3, "L", "1.3.9"), acts=True
)
SNMP_SOCKET = setting(
    _SCOPE,
    "snmp_socket",
    form.WORD,
    Description(
        "ADDR",
        "unix:/var/agentx/master",
        3,
        "G",
        "1.2.24",
        "AgentX",
        preset="unix:/var/agentx/master",
        example="snmp_socket tcp:192.0.2.1:705",
    ),
    acts=True,
)
ENABLE_SNMP_CHECKER = setting(
    _SCOPE, "enable_snmp_checker", form.FLAG, Description("flag", "no", 2, "L", "1.2.24", "KEEPALIVED-MIB"), acts=True
)
ENABLE_TRAPS = setting(_SCOPE, "enable_traps", form.FLAG, Description("flag", "no", 3, "G", "1.2.7"), acts=True)
SNMP_VS_STATS_UPDATE_INTERVAL = setting(
    _SCOPE,
    "snmp_vs_stats_update_interval",
    form.duration(Interval(1_000), Interval(30 * SECOND)),
    Description("0.001..30 s", "5", 3, "L", "2.3.0"),
)
SNMP_RS_STATS_UPDATE_INTERVAL = setting(
    _SCOPE,
    "snmp_rs_stats_update_interval",
    form.duration(Interval(1_000), Interval(30 * SECOND)),
    Description("0.001..30 s", "= VS value", 3, "L", "2.3.0", inherits=("global_defs", "snmp_vs_stats_update_interval")),
)
SCRIPT_USER = setting(
    _SCOPE,
    "script_user",
    compounds.OWNER,
    Description(
        "USER [GROUP] or :GROUP",
        "keepalived_script if it exists, else running uid (with script security: script disabled)",
        1,
        "G",
        "1.3.0",
        preset="keepalived_script",
    ),
    acts=True,
)
ENABLE_SCRIPT_SECURITY = setting(
    _SCOPE,
    "enable_script_security",
    form.BOOLEAN,
    Description("[BOOL]", "no", 1, "G", "1.3.0", "refuses root scripts in paths writable by non-root"),
    acts=True,
)
LVS_NETLINK_CMD_RCV_BUFS = setting(_SCOPE, "lvs_netlink_cmd_rcv_bufs", form.POSITIVE, Description("BYTES", "kernel", 3, "L", "2.0.0"))
LVS_NETLINK_CMD_RCV_BUFS_FORCE = setting(
    _SCOPE, "lvs_netlink_cmd_rcv_bufs_force", form.BOOLEAN, Description("[BOOL]", "no", 3, "L", "2.0.0")
)
LVS_NETLINK_MONITOR_RCV_BUFS = setting(
    _SCOPE, "lvs_netlink_monitor_rcv_bufs", form.POSITIVE, Description("BYTES", "kernel", 3, "L", "2.0.0")
)
LVS_NETLINK_MONITOR_RCV_BUFS_FORCE = setting(
    _SCOPE, "lvs_netlink_monitor_rcv_bufs_force", form.BOOLEAN, Description("[BOOL]", "no", 3, "L", "2.0.0")
)
RS_INIT_NOTIFIES = setting(
    _SCOPE,
    "rs_init_notifies",
    form.BOOLEAN,
    Description("[BOOL]", "no", 3, "L", "2.0.0", "notify_up/down for real servers at start"),
    acts=True,
)
UMASK = setting(
    _SCOPE, "umask", form.UMASK, Description("OCT|HEX|IRUSR|…", "0177", 3, "G", "2.0.10", "mode of created files", preset="0177"), acts=True
)
RANDOM_SEED = setting(
    _SCOPE,
    "random_seed",
    form.COUNT,
    Description("N", "time", 3, "G", "2.0.15", "also makes ${_RANDOM} and checker warmup reproducible"),
    acts=True,
)
