"""The keywords of ``vrrp_instance``."""

from kaspec.config import arguments as form
from kaspec.config.keywords.rows import Description, block, later, listing, setting
from kaspec.config.model import InitialState
from kaspec.units import SECOND, ZERO, Interval

_SCOPE = "vrrp_instance"
_STATES: dict[str, InitialState] = {"MASTER": "MASTER", "BACKUP": "BACKUP"}

STATE = setting(
    _SCOPE,
    "state",
    form.choice(_STATES),
    Description("MASTER|BACKUP", "BACKUP", 1, "V", "1.2.2", "initial wish only; other word → error + BACKUP"),
)
INTERFACE = setting(_SCOPE, "interface", form.INTERFACE, Description("IF", "mandatory (except unicast with src)", 1, "V", "1.2.2"))
VIRTUAL_ROUTER_ID = setting(_SCOPE, "virtual_router_id", form.integer(1, 255), Description("1..255", "mandatory", 1, "V", "1.2.2"))
PRIORITY = setting(
    _SCOPE, "priority", form.integer(1, 255), Description("1..255", "100; 255 if state MASTER and no priority", 1, "V", "1.2.2")
)
ADVERT_INT = setting(
    _SCOPE,
    "advert_int",
    form.duration(Interval(10_000), Interval(255 * SECOND)),
    Description("0.01..255 s", "1", 1, "V", "1.2.2", "v2: whole seconds 1..255; v3: 10 ms units, max 40.95"),
)
VERSION = setting(_SCOPE, "version", form.integer(2, 3), Description("2|3", "vrrp_version; 3 for IPv6", 1, "V", "1.2.19"))
AUTHENTICATION = block(_SCOPE, "authentication", None, Description("{ … }", "none", 1, "V", "1.2.2", "only v2"))
VIRTUAL_IPADDRESS = listing(
    _SCOPE,
    "virtual_ipaddress",
    form.ADDRESS_LINE,
    Description(
        "{ ADDRESS-LINE … }", "v3/strict: mandatory unless no_virtual_ipaddress; v2: warning", 1, "V", "1.2.2", "carried in adverts"
    ),
)
PREEMPT = setting(_SCOPE, "preempt", form.FLAG, Description("flag", "yes", 1, "V", "1.2.2"))
NOPREEMPT = setting(_SCOPE, "nopreempt", form.FLAG, Description("flag", "no", 1, "V", "1.2.2", "needs initial BACKUP and priority < 255"))
PREEMPT_DELAY = setting(
    _SCOPE, "preempt_delay", form.duration(ZERO, Interval(1_000 * SECOND)), Description("decimal s 0..1000", "0", 1, "V", "1.2.2")
)
TRACK_INTERFACE = listing(
    _SCOPE, "track_interface", form.TRACK_LINE, Description("{ IF [weight -253..253 [reverse]] … }", "none", 1, "V", "1.2.2")
)
DONT_TRACK_PRIMARY = setting(
    _SCOPE, "dont_track_primary", form.FLAG, Description("flag", "no", 2, "V", "1.2.2", "link loss of own interface is no fault")
)
MCAST_SRC_IP = setting(_SCOPE, "mcast_src_ip", form.IPV4, Description("IP", "first address of IF", 2, "V", "1.2.2"))
GARP_MASTER_DELAY = setting(_SCOPE, "garp_master_delay", form.whole_seconds(0, 4_294), Description("s", "global", 2, "V", "1.2.2"))
GARP_MASTER_REPEAT = setting(_SCOPE, "garp_master_repeat", form.integer(1, form.UINT32), Description("N ≥ 1", "global", 2, "V", "1.2.19"))
GARP_MASTER_REFRESH = setting(_SCOPE, "garp_master_refresh", form.whole_seconds(0, 86_400), Description("s", "global", 2, "V", "1.2.13"))
GARP_MASTER_REFRESH_REPEAT = setting(
    _SCOPE, "garp_master_refresh_repeat", form.integer(1, form.UINT32), Description("N ≥ 1", "global", 3, "V", "1.2.19")
)
GARP_LOWER_PRIO_DELAY = setting(_SCOPE, "garp_lower_prio_delay", form.whole_seconds(0, 4_294), Description("s", "global", 3, "V", "1.2.24"))
GARP_LOWER_PRIO_REPEAT = setting(
    _SCOPE, "garp_lower_prio_repeat", form.integer(0, form.UINT32), Description("N", "global", 3, "V", "1.2.24")
)
LOWER_PRIO_NO_ADVERT = setting(_SCOPE, "lower_prio_no_advert", form.BOOLEAN, Description("[BOOL]", "global", 2, "V", "1.2.24"))
DOWN_TIMER_ADVERTS = setting(_SCOPE, "down_timer_adverts", form.integer(1, 100), Description("1..100", "global", 2, "V", "2.2.4"))
SMTP_ALERT = setting(_SCOPE, "smtp_alert", form.BOOLEAN, Description("[BOOL]", "global", 1, "V", "1.2.2"), active=False)
NOTIFY = setting(
    _SCOPE,
    "notify",
    form.COMMAND,
    Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2", "gets INSTANCE NAME STATE PRIO"),
    active=False,
)
NOTIFY_MASTER = setting(_SCOPE, "notify_master", form.COMMAND, Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2"), active=False)
NOTIFY_BACKUP = setting(_SCOPE, "notify_backup", form.COMMAND, Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2"), active=False)
NOTIFY_FAULT = setting(_SCOPE, "notify_fault", form.COMMAND, Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2"), active=False)
NOTIFY_STOP = setting(_SCOPE, "notify_stop", form.COMMAND, Description("CMD [USER [GROUP]]", "none", 2, "V", "1.2.2"), active=False)
AUTH_TYPE = setting(
    AUTHENTICATION.inside, "auth_type", form.choice({"PASS": "PASS", "AH": "AH"}), Description("PASS|AH", "none", 1, "V", "1.2.2")
)
AUTH_PASS = setting(
    AUTHENTICATION.inside, "auth_pass", form.WORD, Description("STRING ≤ 8", "", 1, "V", "1.2.2", "longer is truncated with a log line")
)

later(
    _SCOPE,
    (
        ("auth_hmac", Description("{ … }", "none", 3, "V", "2.4.0", "v3 keyed extension, new in 2.4.0, draft-like private format")),
        (
            "virtual_ipaddress_excluded",
            Description("{ ADDRESS-LINE … }", "none", 1, "V", "1.2.2", "not in adverts; may be of the other family"),
        ),
        ("no_virtual_ipaddress", Description("flag", "no", 3, "V", "2.2.8", "allows an instance without VIP silently")),
        ("virtual_routes", Description("{ ROUTE-LINE … }", "none", 2, "V", "1.2.2")),
        ("virtual_rules", Description("{ RULE-LINE … }", "none", 3, "V", "1.2.24")),
        ("track_script", Description("{ NAME [weight -253..253 [reverse|noreverse]] … }", "none", 1, "V", "1.2.2")),
        ("track_file", Description("{ NAME [weight -254..254 [reverse|noreverse]] … }", "none", 2, "V", "2.0.0")),
        ("track_process", Description("{ NAME [weight -254..254 [reverse|noreverse]] … }", "none", 2, "V", "2.0.15")),
        ("track_bfd", Description("{ NAME [weight -253..253 [reverse|noreverse]] … }", "none", 3, "V", "2.0.0")),
        ("track_src_ip", Description("flag", "no", 3, "V", "2.0.0", "fault if mcast/unicast src is removed")),
        ("mcast_dst_ip", Description("IP", "global", 3, "V", "2.2.7")),
        ("unicast_src_ip", Description("IP", "first address of IF", 1, "V", "1.2.13")),
        ("unicast_peer", Description("{ IP [min_ttl N] [max_ttl N] … }", "multicast", 1, "V", "1.2.13")),
        ("unicast_ttl", Description("0..255", "255", 3, "V", "2.1.0")),
        ("unicast_fault_no_peer", Description("flag", "no", 3, "V", "2.2.7", "unicast source but no peer → FAULT")),
        ("check_unicast_src", Description("flag", "global", 3, "V", "2.1.0")),
        ("old_unicast_checksum", Description("[never]", "auto", 3, "V", "1.3.9", "v3 unicast checksum of keepalived < 1.3.6")),
        ("v3_checksum_as_v2", Description("[BOOL]", "global", 3, "V", "2.2.8")),
        ("native_ipv6", Description("flag", "from VIPs", 2, "V", "1.2.2")),
        ("vrf", Description("IF", "none", 3, "V", "2.2.7", "unicast without interface in a VRF")),
        (
            "use_vmac",
            Description("[NAME] [MAC] [name N] [group G] [netlink_notify_msg]", "off", 2, "V", "1.2.7", "macvlan 00:00:5e:00:0{1,2}:VRID"),
        ),
        ("use_vmac_addr", Description("flag", "off", 3, "V", "2.2.0", "VMAC for VIPs on other interfaces too")),
        ("vmac_xmit_base", Description("flag", "off; forced with unicast", 2, "V", "1.2.13", "adverts from the base interface")),
        ("use_ipvlan", Description("[bridge|private|vepa] [NAME] [IP] [group G]", "off", 3, "V", "2.0.18")),
        ("lvs_sync_daemon_interface", Description("IF", "off", 3, "V/L", "1.2.2", "deprecated → global lvs_sync_daemon")),
        ("accept", Description("flag", "yes unless strict", 2, "V", "1.2.19")),
        ("no_accept", Description("flag", "no", 3, "V", "1.3.0", "adds nft/iptables drop rules; ignored for owner")),
        ("promote_secondaries", Description("flag", "off", 3, "V", "1.3.0", "sets the sysctl on the VIP interface")),
        ("skip_check_adv_addr", Description("[BOOL]", "global", 2, "V", "1.2.24", "false also turns it ON (a bug of keepalived)")),
        ("strict_mode", Description("[BOOL]", "global", 2, "V", "1.2.24")),
        (
            "owner_ignore_adverts",
            Description("[BOOL]", "global", 3, "V", "2.3.3", "explicit false on an owner is forced true (a bug of keepalived)"),
        ),
        ("garp_extra_if", Description("[all] 0..86400 s", "global", 3, "V", "2.2.4")),
        ("vmac_garp_intvl", Description("[all] s", "global", 3, "V", "2.2.0", "deprecated name")),
        ("higher_prio_send_advert", Description("[BOOL]", "global", 2, "V", "1.3.5")),
        (
            "timer_expired_backup",
            Description("[1..254]", "off; 254", 3, "V", "2.2.8", "overslept MASTER reverts to BACKUP; needs nopreempt"),
        ),
        ("thread_timer_expired", Description("[1..254]", "off", 3, "V", "2.3.2", "alias kept because release notes had this name")),
        ("kernel_rx_buf_size", Description("BYTES", "global policy", 3, "V", "2.0.7", "SO_RCVBUF of the socket")),
        (
            "notify_deleted",
            Description("[CMD [USER [GROUP]]]", "reported as FAULT", 3, "V", "2.1.0", "with or without CMD switches event name to DELETED"),
        ),
        (
            "notify_master_rx_lower_pri",
            Description("CMD [USER [GROUP]]", "none", 2, "V", "2.0.7", "needed for cloud address moves (#100, #1884)"),
        ),
        ("notify_priority_changes", Description("[BOOL]", "global", 3, "V", "2.0.18")),
        ("debug", Description("0..4", "0", 3, "V", "1.2.2", "stored and dumped, otherwise unused")),
        ("linkbeat_use_polling", Description("flag", "off", 3, "V", "2.0.0", "deprecated here")),
    ),
)
later(
    "vrrp_instance/auth_hmac",
    (
        ("key", Description("1..255 VALUE|hex:…|file:PATH 32..64 bytes", "", 3, "V", "2.4.0", "repeatable")),
        ("active_key", Description("ID", "first/only key", 3, "V", "2.4.0")),
        ("time_window", Description("1..300 s", "3×advert_int, min 5", 3, "V", "2.4.0")),
        ("anti_replay", Description("time|monotonic", "time", 3, "V", "2.4.0")),
        ("mode", Description("enforce|permissive|receive-only", "enforce", 3, "V", "2.4.0", "key roll-out")),
    ),
)
