"""The keywords of ``virtual_server``."""

from __future__ import annotations

from typing import Literal

from kaspec.config import arguments as form
from kaspec.config import commands, compounds
from kaspec.config.keywords.rows import Description, Idle, block, setting
from kaspec.units import SECOND, Interval

_SCOPE = "virtual_server"
_FAMILIES: dict[str, Literal[4, 6]] = {"inet": 4, "inet6": 6}
IP_FAMILY = setting(
    _SCOPE, "ip_family", form.choice(_FAMILIES), Description("inet|inet6", "from address", 3, "L", "1.2.24", "for fwmark VS"), acts=True
)
DELAY_LOOP = setting(_SCOPE, "delay_loop", form.DELAY, Description("decimal s", "60", 1, "L", "1.2.2", "check interval"), acts=True)
RETRY = setting(_SCOPE, "retry", form.POSITIVE, Description("N ≥ 1", "per checker", 2, "L", "1.3.9", "default for all checkers"), acts=True)
DELAY_BEFORE_RETRY = setting(
    _SCOPE, "delay_before_retry", form.RETRY_DELAY, Description("decimal s", "per checker", 2, "L", "1.3.9"), acts=True
)
WARMUP = setting(
    _SCOPE,
    "warmup",
    form.RETRY_DELAY,
    Description(
        "decimal s", "= delay_loop", 2, "L", "1.3.9", "first check after random(0..warmup)", inherits=("virtual_server", "delay_loop")
    ),
    acts=True,
)
CONNECT_TIMEOUT = setting(_SCOPE, "connect_timeout", form.DELAY, Description("decimal s", "5", 2, "L", "2.0.15"), acts=True)
INHIBIT_ON_FAILURE = setting(
    _SCOPE, "inhibit_on_failure", form.FLAG, Description("flag", "no", 2, "L", "1.3.9", "default for real servers"), acts=True
)
LB_ALGO = setting(
    _SCOPE,
    "lb_algo",
    form.SCHEDULER,
    Description(
        "rr|wrr|lc|wlc|sed|nq|dh|sh|mh|lblc|lblcr|fo|ovf|twos",
        "wlc",
        1,
        "L",
        "1.2.2",
        "unknown names passed through with a warning",
        synonym="lvs_sched",
    ),
    acts=True,
)
LVS_SCHED = setting(
    _SCOPE, "lvs_sched", form.SCHEDULER, Description("as lb_algo", "wlc", 1, "L", "1.2.2", "synonym", preset="wlc"), acts=True
)
LB_KIND = setting(
    _SCOPE,
    "lb_kind",
    compounds.FORWARDING,
    Description(
        "NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]",
        "NAT",
        1,
        "L",
        "1.2.2",
        "default for real servers",
        preset="NAT",
        synonym="lvs_method",
    ),
    acts=True,
)
LVS_METHOD = setting(
    _SCOPE, "lvs_method", compounds.FORWARDING, Description("as lb_kind", "NAT", 1, "L", "1.2.2", "synonym", preset="NAT"), acts=True
)
NAT_MASK = setting(
    _SCOPE,
    "nat_mask",
    form.NETMASK,
    Description(
        "MASK",
        "",
        3,
        "L",
        "1.2.2",
        "of Linux 2.2; keepalived 2 does not know it",
        idle=Idle("kernels since Linux 2.4 have no such mask; remove it", harmless=True),
    ),
)
HASHED = setting(
    _SCOPE, "hashed", form.FLAG, Description("flag", "", 3, "L", "1.3.0", "always reported as an error/ignored (kernel-internal flag)")
)
OPS = setting(_SCOPE, "ops", form.FLAG, Description("flag", "no", 3, "L", "1.2.13", "one-packet scheduling, UDP only"), acts=True)
FLAG_1 = setting(_SCOPE, "flag-1", form.FLAG, Description("flag", "no", 3, "L", "1.3.0", "scheduler flags"), acts=True)
FLAG_2 = setting(_SCOPE, "flag-2", form.FLAG, Description("flag", "no", 3, "L", "1.3.0"), acts=True)
FLAG_3 = setting(_SCOPE, "flag-3", form.FLAG, Description("flag", "no", 3, "L", "1.3.0"), acts=True)
SH_PORT = setting(_SCOPE, "sh-port", form.FLAG, Description("flag", "no", 3, "L", "1.3.0", "only with sh"), acts=True)
SH_FALLBACK = setting(_SCOPE, "sh-fallback", form.FLAG, Description("flag", "no", 3, "L", "1.3.0"), acts=True)
MH_PORT = setting(_SCOPE, "mh-port", form.FLAG, Description("flag", "no", 3, "L", "2.0.20", "only with mh"), acts=True)
MH_FALLBACK = setting(_SCOPE, "mh-fallback", form.FLAG, Description("flag", "no", 3, "L", "2.0.20"), acts=True)
PERSISTENCE_TIMEOUT = setting(
    _SCOPE,
    "persistence_timeout",
    form.whole_seconds(1, 31 * 86_400, (Interval(360 * SECOND),)),
    Description("[s]", "off; no arg 360", 1, "L", "1.2.2", "max 31 days"),
    acts=True,
)
PERSISTENCE_ENGINE = setting(
    _SCOPE, "persistence_engine", form.choice({"sip": "sip"}), Description("sip", "none", 3, "L", "1.2.24"), acts=True
)
PERSISTENCE_GRANULARITY = setting(
    _SCOPE, "persistence_granularity", form.NETMASK, Description("MASK|1..128", "host", 2, "L", "1.2.2"), acts=True
)
PROTOCOL = setting(
    _SCOPE,
    "protocol",
    form.one_of("TCP", "UDP", "SCTP"),
    Description("TCP|UDP|SCTP", "UDP (with a config error line)", 1, "L", "1.2.2", "ignored with a warning for fwmark", preset="UDP"),
    acts=True,
)
HA_SUSPEND = setting(
    _SCOPE,
    "ha_suspend",
    form.FLAG,
    Description("flag", "no", 2, "L", "1.2.2", "suspend checks while the VIP is absent; dead code for groups"),
    acts=True,
)
SMTP_ALERT = setting(
    _SCOPE,
    "smtp_alert",
    form.BOOLEAN,
    Description("[BOOL]", "global", 2, "L", "2.0.0", inherits=("global_defs", "smtp_alert_checker")),
    acts=True,
)
VIRTUALHOST = setting(
    _SCOPE,
    "virtualhost",
    form.WORD,
    Description("STRING", "none", 1, "L", "1.2.2", "HTTP Host default", example="virtualhost www.example.com"),
    acts=True,
)
SNMP_NAME = setting(_SCOPE, "snmp_name", form.WORD, Description("STRING", "none", 3, "L", "2.2.4", example="snmp_name web"))
ALPHA = setting(_SCOPE, "alpha", form.FLAG, Description("flag", "off", 2, "L", "1.2.2", "start with servers down"), acts=True)
OMEGA = setting(_SCOPE, "omega", form.FLAG, Description("flag", "off", 3, "L", "1.2.2", "run down notifies at shutdown"), acts=True)
QUORUM = setting(
    _SCOPE, "quorum", form.POSITIVE, Description("N ≥ 1", "1", 1, "L", "1.2.2", "reduced if > total weight", example="quorum 1"), acts=True
)
HYSTERESIS = setting(_SCOPE, "hysteresis", form.COUNT, Description("N", "0", 2, "L", "1.2.2", "reduced if ≥ quorum"), acts=True)
QUORUM_UP = setting(_SCOPE, "quorum_up", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 2, "L", "1.2.2"), acts=True)
QUORUM_DOWN = setting(_SCOPE, "quorum_down", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 2, "L", "1.2.2"), acts=True)
WEIGHT = setting(
    _SCOPE,
    "weight",
    form.integer(1, form.INT32),
    Description("1..INT32", "1", 3, "L", "1.3.9", "default weight of real servers", example="weight 1"),
    acts=True,
)
SORRY_SERVER = setting(
    _SCOPE, "sorry_server", compounds.ENDPOINT, Description("IP [PORT]", "none", 1, "L", "1.2.2", "port = VS port unless NAT"), acts=True
)
SORRY_SERVER_INHIBIT = setting(_SCOPE, "sorry_server_inhibit", form.FLAG, Description("flag", "no", 2, "L", "1.2.13"), acts=True)
SORRY_SERVER_LVS_METHOD = setting(
    _SCOPE,
    "sorry_server_lvs_method",
    compounds.FORWARDING,
    Description("as lvs_method", "= VS method", 3, "L", "1.3.9", inherits=("virtual_server", "lvs_method")),
    acts=True,
)
REAL_SERVER = block(_SCOPE, "real_server", compounds.ENDPOINT, Description("IP [PORT] { … }", "", 1, "L", "1.2.2"), acts=True)
