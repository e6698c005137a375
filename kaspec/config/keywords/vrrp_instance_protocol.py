"""``vrrp_instance``: who a virtual router is, how it speaks, what it holds and what it tracks."""

from __future__ import annotations

from kaspec.config import arguments as form
from kaspec.config import compounds
from kaspec.config.keywords.rows import Description, Idle, bare_block, listing, setting
from kaspec.config.keywords.told_and_tracked import tracked
from kaspec.config.model import InitialState
from kaspec.units import SECOND, ZERO, Interval
from kaspec.vrrp.authentication import AntiReplay, Mode

_SCOPE = "vrrp_instance"
_STATES: dict[str, InitialState] = {"MASTER": "MASTER", "BACKUP": "BACKUP"}
_ANTI_REPLAY: dict[str, AntiReplay] = {"time": "time", "monotonic": "monotonic"}
_MODES: dict[str, Mode] = {"enforce": "enforce", "permissive": "permissive", "receive-only": "receive-only"}
STATE = setting(
    _SCOPE,
    "state",
    form.choice(_STATES),
    Description("MASTER|BACKUP", "BACKUP", 1, "V", "1.2.2", "initial wish only; other word → error + BACKUP"),
    acts=True,
)
INTERFACE = setting(
    _SCOPE, "interface", form.INTERFACE, Description("IF", "mandatory (except unicast with src)", 1, "V", "1.2.2"), acts=True
)
VIRTUAL_ROUTER_ID = setting(
    _SCOPE,
    "virtual_router_id",
    form.integer(1, 255),
    Description("1..255", "mandatory", 1, "V", "1.2.2", example="virtual_router_id 51"),
    acts=True,
)
PRIORITY = setting(
    _SCOPE,
    "priority",
    form.integer(1, 255),
    Description("1..255", "100; 255 if state MASTER and no priority", 1, "V", "1.2.2", preset="100", example="priority 150"),
    acts=True,
)
ADVERT_INT = setting(
    _SCOPE,
    "advert_int",
    form.duration(Interval(10_000), Interval(255 * SECOND)),
    Description("0.01..255 s", "1", 1, "V", "1.2.2", "v2: whole seconds 1..255; v3: 10 ms units, max 40.95", example="advert_int 1"),
    acts=True,
)
VERSION = setting(
    _SCOPE,
    "version",
    form.integer(2, 3),
    Description(
        "2|3", "vrrp_version; 3 for IPv6", 1, "V", "1.2.19", preset="2", inherits=("global_defs", "vrrp_version"), example="version 2"
    ),
    acts=True,
)
AUTHENTICATION = bare_block(_SCOPE, "authentication", Description("{ … }", "none", 1, "V", "1.2.2", "only v2"), acts=True)
AUTH_HMAC = bare_block(
    _SCOPE,
    "auth_hmac",
    Description("{ … }", "none", 3, "V", "2.4.0", "v3 keyed extension, new in 2.4.0, draft-like private format"),
    acts=True,
)
VIRTUAL_IPADDRESS = listing(
    _SCOPE,
    "virtual_ipaddress",
    compounds.ADDRESS_LINE,
    Description(
        "{ ADDRESS-LINE … }", "v3/strict: mandatory unless no_virtual_ipaddress; v2: warning", 1, "V", "1.2.2", "carried in adverts"
    ),
    acts=True,
)
VIRTUAL_IPADDRESS_EXCLUDED = listing(
    _SCOPE,
    "virtual_ipaddress_excluded",
    compounds.ADDRESS_LINE,
    Description("{ ADDRESS-LINE … }", "none", 1, "V", "1.2.2", "not in adverts; may be of the other family"),
    acts=True,
)
NO_VIRTUAL_IPADDRESS = setting(
    _SCOPE,
    "no_virtual_ipaddress",
    form.FLAG,
    Description("flag", "no", 3, "V", "2.2.8", "allows an instance without VIP silently"),
    acts=True,
)
VIRTUAL_ROUTES = listing(
    _SCOPE, "virtual_routes", compounds.ROUTE_LINE, Description("{ ROUTE-LINE … }", "none", 2, "V", "1.2.2"), acts=True
)
VIRTUAL_RULES = listing(_SCOPE, "virtual_rules", compounds.RULE_LINE, Description("{ RULE-LINE … }", "none", 3, "V", "1.2.24"), acts=True)
PREEMPT = setting(_SCOPE, "preempt", form.FLAG, Description("flag", "yes", 1, "V", "1.2.2"), acts=True)
NOPREEMPT = setting(
    _SCOPE, "nopreempt", form.FLAG, Description("flag", "no", 1, "V", "1.2.2", "needs initial BACKUP and priority < 255"), acts=True
)
PREEMPT_DELAY = setting(
    _SCOPE,
    "preempt_delay",
    form.duration(ZERO, Interval(1_000 * SECOND)),
    Description("decimal s 0..1000", "0", 1, "V", "1.2.2"),
    acts=True,
)
TRACK_INTERFACE = tracked(_SCOPE, "track_interface", compounds.TRACK_INTERFACE, 1, "1.2.2")
TRACK_SCRIPT = tracked(_SCOPE, "track_script", compounds.TRACK_SCRIPT, 1, "1.2.2")
TRACK_FILE = tracked(_SCOPE, "track_file", compounds.TRACK_FILE, 2, "2.0.0")
TRACK_PROCESS = tracked(_SCOPE, "track_process", compounds.TRACK_PROCESS, 2, "2.0.15")
TRACK_BFD = tracked(_SCOPE, "track_bfd", compounds.TRACK_BFD, 3, "2.0.0")
DONT_TRACK_PRIMARY = setting(
    _SCOPE, "dont_track_primary", form.FLAG, Description("flag", "no", 2, "V", "1.2.2", "link loss of own interface is no fault"), acts=True
)
TRACK_SRC_IP = setting(
    _SCOPE, "track_src_ip", form.FLAG, Description("flag", "no", 3, "V", "2.0.0", "fault if mcast/unicast src is removed"), acts=True
)
MCAST_SRC_IP = setting(_SCOPE, "mcast_src_ip", form.ADDRESS, Description("IP", "first address of IF", 2, "V", "1.2.2"), acts=True)
MCAST_DST_IP = setting(
    _SCOPE,
    "mcast_dst_ip",
    form.ADDRESS,
    Description("IP", "global", 3, "V", "2.2.7", inherits=("global_defs", "vrrp_mcast_group4"), example="mcast_dst_ip 224.0.0.100"),
    acts=True,
)
UNICAST_SRC_IP = setting(_SCOPE, "unicast_src_ip", form.ADDRESS, Description("IP", "first address of IF", 1, "V", "1.2.13"), acts=True)
UNICAST_PEER = listing(
    _SCOPE, "unicast_peer", compounds.PEER, Description("{ IP [min_ttl N] [max_ttl N] … }", "multicast", 1, "V", "1.2.13"), acts=True
)
UNICAST_TTL = setting(_SCOPE, "unicast_ttl", form.integer(0, 255), Description("0..255", "255", 3, "V", "2.1.0"), acts=True)
UNICAST_FAULT_NO_PEER = setting(
    _SCOPE, "unicast_fault_no_peer", form.FLAG, Description("flag", "no", 3, "V", "2.2.7", "unicast source but no peer → FAULT"), acts=True
)
CHECK_UNICAST_SRC = setting(
    _SCOPE,
    "check_unicast_src",
    form.FLAG,
    Description("flag", "global", 3, "V", "2.1.0", inherits=("global_defs", "vrrp_check_unicast_src")),
    acts=True,
)
OLD_UNICAST_CHECKSUM = setting(
    _SCOPE,
    "old_unicast_checksum",
    form.choice({"never": "never"}, ("",)),
    Description("[never]", "auto", 3, "V", "1.3.9", "v3 unicast checksum of keepalived < 1.3.6"),
    acts=True,
)
V3_CHECKSUM_AS_V2 = setting(
    _SCOPE,
    "v3_checksum_as_v2",
    form.BOOLEAN,
    Description("[BOOL]", "global", 3, "V", "2.2.8", inherits=("global_defs", "v3_checksum_as_v2")),
    acts=True,
)
NATIVE_IPV6 = setting(_SCOPE, "native_ipv6", form.FLAG, Description("flag", "from VIPs", 2, "V", "1.2.2"), acts=True)
VRF = setting(
    _SCOPE,
    "vrf",
    form.INTERFACE,
    Description(
        "IF",
        "none",
        3,
        "V",
        "2.2.7",
        "unicast without interface in a VRF",
        example="vrf blue",
        idle=Idle("an instance speaks on its interface; name one that is in the VRF"),
    ),
)
AUTH_TYPE = setting(
    AUTHENTICATION.inside,
    "auth_type",
    form.choice({"PASS": "PASS", "AH": "AH"}),
    Description("PASS|AH", "none", 1, "V", "1.2.2"),
    acts=True,
)
AUTH_PASS = setting(
    AUTHENTICATION.inside,
    "auth_pass",
    form.WORD,
    Description("STRING ≤ 8", "", 1, "V", "1.2.2", "longer is truncated with a log line", example="auth_pass secret42"),
    acts=True,
)
KEY = setting(
    AUTH_HMAC.inside,
    "key",
    compounds.HMAC_KEY,
    Description("1..255 VALUE|hex:…|file:PATH 32..64 bytes", "", 3, "V", "2.4.0", "repeatable"),
    acts=True,
    repeats=True,
)
ACTIVE_KEY = setting(AUTH_HMAC.inside, "active_key", form.integer(1, 255), Description("ID", "first/only key", 3, "V", "2.4.0"), acts=True)
TIME_WINDOW = setting(
    AUTH_HMAC.inside, "time_window", form.whole_seconds(1, 300), Description("1..300 s", "3×advert_int, min 5", 3, "V", "2.4.0"), acts=True
)
ANTI_REPLAY = setting(
    AUTH_HMAC.inside, "anti_replay", form.choice(_ANTI_REPLAY), Description("time|monotonic", "time", 3, "V", "2.4.0"), acts=True
)
MODE = setting(
    AUTH_HMAC.inside,
    "mode",
    form.choice(_MODES),
    Description("enforce|permissive|receive-only", "enforce", 3, "V", "2.4.0", "key roll-out"),
    acts=True,
)
