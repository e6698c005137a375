"""The keywords of the checkers inside ``real_server``."""

from kaspec.config import arguments as form
from kaspec.config import commands, compounds
from kaspec.config.keywords.rows import Description, bare_block, setting

_REAL_SERVER = "virtual_server/real_server"
_TCP, _HTTP, _SSL, _SMTP, _DNS, _MISC, _UDP, _PING, _BFD, _FILE = (
    f"{_REAL_SERVER}/{name}"
    for name in (
        "TCP_CHECK",
        "HTTP_GET",
        "SSL_GET",
        "SMTP_CHECK",
        "DNS_CHECK",
        "MISC_CHECK",
        "UDP_CHECK",
        "PING_CHECK",
        "BFD_CHECK",
        "FILE_CHECK",
    )
)
_CONNECTING = (_HTTP, _SSL, _SMTP, _DNS, _UDP, _PING, f"{_SMTP}/host")
"""The checkers beside ``TCP_CHECK`` that connect to something."""
_OTHERS = (_HTTP, _SSL, _SMTP, _DNS, _UDP, _PING, _MISC, _FILE)
"""The checkers beside ``TCP_CHECK`` that have the rest of what is common."""

CONNECT_IP = setting(
    _TCP, "connect_ip", form.ADDRESS, Description("IP", "RS address", 2, "L", "1.2.13", "not MISC/FILE/BFD"), also=_CONNECTING, acts=True
)
CONNECT_PORT = setting(
    _TCP,
    "connect_port",
    form.PORT,
    Description("1..65535", "RS port", 1, "L", "1.2.13", example="connect_port 8080"),
    also=_CONNECTING,
    acts=True,
)
BINDTO = setting(_TCP, "bindto", form.ADDRESS, Description("IP", "kernel", 2, "L", "1.2.13"), also=_CONNECTING, acts=True)
BIND_PORT = setting(_TCP, "bind_port", form.PORT, Description("1..65535", "kernel", 3, "L", "1.2.13"), also=_CONNECTING, acts=True)
BIND_IF = setting(
    _TCP, "bind_if", form.INTERFACE, Description("IF", "none", 3, "L", "1.3.9", "needed for link-local"), also=_CONNECTING, acts=True
)
CONNECT_TIMEOUT = setting(
    _TCP,
    "connect_timeout",
    form.DELAY,
    Description("decimal s", "RS/VS, 5", 1, "L", "1.2.13", preset="5", inherits=("virtual_server/real_server", "connect_timeout")),
    also=_CONNECTING,
    acts=True,
)
FWMARK = setting(_TCP, "fwmark", form.MARK, Description("N", "0", 2, "L", "1.2.13", "SO_MARK"), also=_CONNECTING, acts=True)
ALPHA = setting(
    _TCP,
    "alpha",
    form.BOOLEAN,
    Description("[BOOL]", "RS/VS", 3, "L", "1.3.9", inherits=("virtual_server/real_server", "alpha")),
    also=_OTHERS,
    acts=True,
)
RETRY = setting(
    _TCP,
    "retry",
    form.COUNT,
    Description(
        "N",
        "1; MISC 0; DNS 3",
        1,
        "L",
        "1.3.9",
        preset="1",
        elsewhere=((f"{_REAL_SERVER}/MISC_CHECK", "0"), (f"{_REAL_SERVER}/DNS_CHECK", "3")),
        inherits=("virtual_server/real_server", "retry"),
    ),
    also=_OTHERS,
    acts=True,
)
DELAY_BEFORE_RETRY = setting(
    _TCP,
    "delay_before_retry",
    form.RETRY_DELAY,
    Description(
        "decimal s",
        "1; HTTP/SSL 3; DNS = delay_loop",
        1,
        "L",
        "1.3.9",
        preset="1",
        elsewhere=((f"{_REAL_SERVER}/HTTP_GET", "3"), (f"{_REAL_SERVER}/SSL_GET", "3")),
        inherits=("virtual_server/real_server", "delay_before_retry"),
    ),
    also=_OTHERS,
    acts=True,
)
WARMUP = setting(
    _TCP,
    "warmup",
    form.RETRY_DELAY,
    Description("decimal s", "= delay_loop", 2, "L", "1.3.9", inherits=("virtual_server/real_server", "warmup")),
    also=_OTHERS,
    acts=True,
)
DELAY_LOOP = setting(
    _TCP,
    "delay_loop",
    form.DELAY,
    Description("decimal s", "RS/VS", 2, "L", "1.3.9", inherits=("virtual_server/real_server", "delay_loop")),
    also=_OTHERS,
    acts=True,
)
LOG_ALL_FAILURES = setting(
    _TCP,
    "log_all_failures",
    form.BOOLEAN,
    Description("[BOOL]", "global", 3, "L", "2.0.15", inherits=("global_defs", "checker_log_all_failures")),
    also=_OTHERS,
    acts=True,
)
NB_GET_RETRY = setting(
    _HTTP,
    "nb_get_retry",
    form.COUNT,
    Description("N", "", 1, "L", "1.2.24", "deprecated name of retry, omnipresent in old configs", synonym="retry"),
    also=(_SSL,),
    acts=True,
)
VIRTUALHOST = setting(
    _HTTP,
    "virtualhost",
    form.WORD,
    Description(
        "STRING", "RS/VS", 2, "L", "1.3.9", inherits=("virtual_server/real_server", "virtualhost"), example="virtualhost www.example.com"
    ),
    also=(_SSL,),
    acts=True,
)
HTTP_PROTOCOL = setting(
    _HTTP,
    "http_protocol",
    form.one_of("1.0", "1.0C", "1.1"),
    Description("1.0|1.0C|1.1", "1.0", 2, "L", "2.0.18", "1.0C = 1.0 + Connection: close; 1.1 sends it too", preset="1.0"),
    also=(_SSL,),
    acts=True,
)
ENABLE_SNI = setting(_HTTP, "enable_sni", form.BOOLEAN, Description("[BOOL]", "no", 2, "L", "1.4.5"), also=(_SSL,), acts=True)
SNI_NAME = setting(
    _HTTP,
    "sni_name",
    form.WORD,
    Description("NAME", "virtualhost order", 3, "L", "2.4.4", "HEAD only; implies enable_sni", example="sni_name www.example.com"),
    also=(_SSL,),
    acts=True,
)
FAST_RECOVERY = setting(
    _HTTP,
    "fast_recovery",
    form.BOOLEAN,
    Description("[BOOL]", "no", 3, "L", "2.0.18", "test all URLs at once when recovering"),
    also=(_SSL,),
    acts=True,
)
TLS_COMPLIANT = setting(
    _HTTP,
    "tls_compliant",
    form.BOOLEAN,
    Description("[BOOL]", "no", 3, "L", "2.2.8", "missing close_notify is an error"),
    also=(_SSL,),
    acts=True,
)
TLS_VERIFY = setting(
    _HTTP,
    "tls_verify",
    form.BOOLEAN,
    Description(
        "[BOOL]", "no", 3, "L", "kaspec", "refuse a certificate that is expired, of another name or of nobody trusted: see ca of SSL"
    ),
    also=(_SSL,),
    acts=True,
)
URL = bare_block(_HTTP, "url", Description("{ … }", "≥ 1 mandatory", 1, "L", "1.2.24", "repeatable"), also=(_SSL,), acts=True)
HELO_NAME = setting(
    _SMTP,
    "helo_name",
    form.WORD,
    Description(
        "STRING", "smtpchecker.keepalived.org", 1, "L", "1.2.2", preset="smtpchecker.keepalived.org", example="helo_name lb1.example.com"
    ),
    acts=True,
)
HOST = bare_block(
    _SMTP, "host", Description("{ connect_ip … }", "", 2, "L", "1.2.2", "deprecated; each host becomes a checker of its own"), acts=True
)
TYPE = setting(
    _DNS,
    "type",
    form.one_of("A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"),
    Description("A|NS|CNAME|SOA|MX|TXT|AAAA|RRSIG|DNSKEY", "SOA", 2, "L", "1.3.0"),
    acts=True,
)
NAME = setting(_DNS, "name", form.WORD, Description("NAME", "root", 2, "L", "1.3.0", preset=".", example="name www.example.com"), acts=True)
MISC_PATH = setting(_MISC, "misc_path", commands.LONE_COMMAND, Description("CMD", "mandatory", 1, "L", "1.2.2"), acts=True)
MISC_TIMEOUT = setting(
    _MISC,
    "misc_timeout",
    form.whole_seconds(1, 4_294),
    Description("s", "VS delay_loop", 1, "L", "1.2.2", inherits=("virtual_server", "delay_loop")),
    acts=True,
)
MISC_DYNAMIC = setting(_MISC, "misc_dynamic", form.FLAG, Description("flag", "no", 2, "L", "1.2.2", "exit code sets weight"), acts=True)
USER = setting(
    _MISC,
    "user",
    compounds.OWNER,
    Description("USER [GROUP]", "script_user", 2, "L", "1.3.0", inherits=("global_defs", "script_user")),
    acts=True,
)
PAYLOAD = setting(
    _UDP, "payload", compounds.HEX, Description("HEX", "a fixed generated buffer (set_buf, UDP_BUFSIZE)", 3, "L", "2.2.0"), acts=True
)
REQUIRE_REPLY = setting(_UDP, "require_reply", compounds.PATTERN, Description("[HEX with x wildcards]", "no", 3, "L", "2.1.0"), acts=True)
MIN_REPLY_LENGTH = setting(_UDP, "min_reply_length", form.integer(0, 65535), Description("0..65535", "0", 3, "L", "2.2.0"), acts=True)
MAX_REPLY_LENGTH = setting(_UDP, "max_reply_length", form.integer(0, 65535), Description("0..65535", "255", 3, "L", "2.2.0"), acts=True)
TRACK_FILE = setting(_FILE, "track_file", form.NAME, Description("NAME", "mandatory", 2, "L", "2.1.0"), acts=True)
FILE_WEIGHT = setting(
    _FILE,
    "weight",
    compounds.WEIGHT_OF_SERVER,
    Description("±INT32 [reverse]", "track_file's", 3, "L", "2.1.0", inherits=("track_file", "weight")),
    acts=True,
)
BFD_NAME = setting(_BFD, "name", form.NAME, Description("BFD_INSTANCE", "mandatory", 3, "L/B", "2.0.0"), acts=True)
BFD_ALPHA = setting(
    _BFD, "alpha", form.BOOLEAN, Description("[BOOL]", "RS", 3, "L/B", "2.0.0", inherits=("virtual_server/real_server", "alpha")), acts=True
)
