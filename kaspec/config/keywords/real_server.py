"""The keywords of ``real_server``."""

from kaspec.config import arguments as form
from kaspec.config import commands, compounds
from kaspec.config.keywords.rows import Description, bare_block, setting

_SCOPE = "virtual_server/real_server"
WEIGHT = setting(
    _SCOPE,
    "weight",
    form.integer(0, form.INT32),
    Description("0..INT32", "VS weight / 1", 1, "L", "1.2.2", preset="1", inherits=("virtual_server", "weight"), example="weight 1"),
    acts=True,
)
LVS_METHOD = setting(
    _SCOPE,
    "lvs_method",
    compounds.FORWARDING,
    Description("as VS", "VS", 2, "L", "1.3.9", inherits=("virtual_server", "lvs_method")),
    acts=True,
)
UTHRESHOLD = setting(_SCOPE, "uthreshold", form.COUNT, Description("N", "0", 2, "L", "1.2.2", "max connections (IPVS)"), acts=True)
LTHRESHOLD = setting(_SCOPE, "lthreshold", form.COUNT, Description("N", "0", 2, "L", "1.2.2"), acts=True)
INHIBIT_ON_FAILURE = setting(
    _SCOPE,
    "inhibit_on_failure",
    form.BOOLEAN,
    Description("[BOOL]", "VS", 1, "L", "1.2.2", "weight 0 instead of removal", inherits=("virtual_server", "inhibit_on_failure")),
    acts=True,
)
NOTIFY_UP = setting(_SCOPE, "notify_up", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 1, "L", "1.2.2"), acts=True)
NOTIFY_DOWN = setting(_SCOPE, "notify_down", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 1, "L", "1.2.2"), acts=True)
ALPHA = setting(
    _SCOPE, "alpha", form.BOOLEAN, Description("[BOOL]", "VS", 3, "L", "1.3.9", inherits=("virtual_server", "alpha")), acts=True
)
RETRY = setting(
    _SCOPE, "retry", form.POSITIVE, Description("N ≥ 1", "VS", 2, "L", "1.3.9", inherits=("virtual_server", "retry")), acts=True
)
DELAY_BEFORE_RETRY = setting(
    _SCOPE,
    "delay_before_retry",
    form.RETRY_DELAY,
    Description("decimal s", "VS", 2, "L", "1.3.9", inherits=("virtual_server", "delay_before_retry")),
    acts=True,
)
WARMUP = setting(
    _SCOPE, "warmup", form.RETRY_DELAY, Description("decimal s", "VS", 3, "L", "1.3.9", inherits=("virtual_server", "warmup")), acts=True
)
CONNECT_TIMEOUT = setting(
    _SCOPE,
    "connect_timeout",
    form.DELAY,
    Description("decimal s", "VS", 2, "L", "2.0.15", inherits=("virtual_server", "connect_timeout")),
    acts=True,
)
DELAY_LOOP = setting(
    _SCOPE, "delay_loop", form.DELAY, Description("decimal s", "VS", 2, "L", "1.3.9", inherits=("virtual_server", "delay_loop")), acts=True
)
SMTP_ALERT = setting(
    _SCOPE,
    "smtp_alert",
    form.BOOLEAN,
    Description("[BOOL]", "yes if nothing set", 2, "L", "2.0.0", inherits=("global_defs", "smtp_alert_checker")),
    acts=True,
)
VIRTUALHOST = setting(
    _SCOPE,
    "virtualhost",
    form.WORD,
    Description("STRING", "VS", 2, "L", "1.3.9", inherits=("virtual_server", "virtualhost"), example="virtualhost www.example.com"),
    acts=True,
)
SNMP_NAME = setting(_SCOPE, "snmp_name", form.WORD, Description("STRING", "none", 3, "L", "2.2.4", example="snmp_name web1"))
TCP_CHECK = bare_block(_SCOPE, "TCP_CHECK", Description("{ common }", "", 1, "L", "1.2.2"), acts=True)
HTTP_GET = bare_block(_SCOPE, "HTTP_GET", Description("{ … }", "", 1, "L", "1.2.24", "two keywords, one parser"), acts=True)
SSL_GET = bare_block(_SCOPE, "SSL_GET", Description("{ … }", "", 1, "L", "1.2.24", "two keywords, one parser"), acts=True)
SMTP_CHECK = bare_block(_SCOPE, "SMTP_CHECK", Description("{ … }", "", 1, "L", "1.2.2"), acts=True)
DNS_CHECK = bare_block(_SCOPE, "DNS_CHECK", Description("{ … }", "", 2, "L", "1.3.0", "UDP only"), acts=True)
MISC_CHECK = bare_block(_SCOPE, "MISC_CHECK", Description("{ … }", "", 1, "L", "1.2.2"), acts=True)
UDP_CHECK = bare_block(_SCOPE, "UDP_CHECK", Description("{ … }", "", 2, "L", "2.1.0"), acts=True)
PING_CHECK = bare_block(
    _SCOPE,
    "PING_CHECK",
    Description("{ common }", "", 2, "L", "2.1.0", "unprivileged ICMP socket; writes net.ipv4.ping_group_range"),
    acts=True,
)
BFD_CHECK = bare_block(_SCOPE, "BFD_CHECK", Description("{ … }", "", 3, "L/B", "2.0.0"), acts=True)
FILE_CHECK = bare_block(_SCOPE, "FILE_CHECK", Description("{ … }", "", 2, "L", "2.1.0"), acts=True)
