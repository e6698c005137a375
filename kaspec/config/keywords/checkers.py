"""The keywords of the checkers inside ``real_server``: none is active yet."""

from kaspec.config.keywords.rows import Description, later

_REAL_SERVER = "virtual_server/real_server"

_COMMON = (
    ("connect_ip", Description("IP", "RS address", 2, "L", "1.2.13", "not MISC/FILE/BFD")),
    ("connect_port", Description("1..65535", "RS port", 1, "L", "1.2.13")),
    ("bindto", Description("IP", "kernel", 2, "L", "1.2.13")),
    ("bind_port", Description("1..65535", "kernel", 3, "L", "1.2.13")),
    ("bind_if", Description("IF", "none", 3, "L", "1.3.9", "needed for link-local")),
    ("connect_timeout", Description("decimal s", "RS/VS, 5", 1, "L", "1.2.13")),
    ("fwmark", Description("N", "0", 2, "L", "1.2.13", "SO_MARK")),
    ("alpha", Description("[BOOL]", "RS/VS", 3, "L", "1.3.9")),
    ("retry", Description("N", "1; MISC 0; DNS 3", 1, "L", "1.3.9")),
    ("delay_before_retry", Description("decimal s", "1; HTTP/SSL 3; DNS = delay_loop", 1, "L", "1.3.9")),
    ("warmup", Description("decimal s", "= delay_loop", 2, "L", "1.3.9")),
    ("delay_loop", Description("decimal s", "RS/VS", 2, "L", "1.3.9")),
    ("log_all_failures", Description("[BOOL]", "global", 3, "L", "2.0.15")),
)
"""What every checker has."""
_NETWORK = ("connect_ip", "connect_port", "bindto", "bind_port", "bind_if", "connect_timeout", "fwmark")
"""Of those, what only checkers have that connect to something."""
_HTTP = (
    ("nb_get_retry", Description("N", "", 1, "L", "1.2.24", "deprecated name of retry, omnipresent in old configs")),
    ("virtualhost", Description("STRING", "RS/VS", 2, "L", "1.3.9")),
    ("http_protocol", Description("1.0|1.0C|1.1", "1.0", 2, "L", "2.0.18", "1.0C = 1.0 + Connection: close; 1.1 sends it too")),
    ("enable_sni", Description("[BOOL]", "no", 2, "L", "1.4.5")),
    ("sni_name", Description("NAME", "virtualhost order", 3, "L", "2.4.4", "HEAD only; implies enable_sni")),
    ("fast_recovery", Description("[BOOL]", "no", 3, "L", "2.0.18", "test all URLs at once when recovering")),
    ("tls_compliant", Description("[BOOL]", "no", 3, "L", "2.2.8", "missing close_notify is an error")),
    ("url", Description("{ … }", "≥ 1 mandatory", 1, "L", "1.2.24", "repeatable")),
)
_URL = (
    ("path", Description("PATH", "mandatory", 1, "L", "1.2.24")),
    ("digest", Description("32 hex MD5", "none", 1, "L", "1.2.24", "from genhash")),
    ("status_code", Description("N[-M] … 100..599", "200-299 (always, also with digest or regex)", 1, "L", "1.2.24")),
    ("virtualhost", Description("STRING", "checker", 2, "L", "1.3.9")),
    ("regex", Description("PCRE2", "none", 2, "L", "2.0.7", "partial matching across reads")),
    ("regex_no_match", Description("flag", "no", 3, "L", "2.0.7")),
    ("regex_options", Description("OPT … (24 names)", "none", 3, "L", "2.0.7")),
    ("regex_min_offset", Description("N", "0", 3, "L", "2.0.7")),
    ("regex_max_offset", Description("N", "none", 3, "L", "2.0.7")),
    ("regex_stack", Description("START MAX", "PCRE default", 3, "L", "2.0.7", "JIT stack")),
    ("tls_compliant", Description("[BOOL]", "checker", 3, "L", "2.2.8")),
)
_SMTP = (
    ("helo_name", Description("STRING", "smtpchecker.keepalived.org", 1, "L", "1.2.2")),
    ("host", Description("{ connect_ip … }", "", 2, "L", "1.2.2", "deprecated; each host becomes a checker of its own")),
)
_DNS = (
    ("type", Description("A|NS|CNAME|SOA|MX|TXT|AAAA|RRSIG|DNSKEY", "SOA", 2, "L", "1.3.0")),
    ("name", Description("NAME", "root", 2, "L", "1.3.0")),
)
_MISC = (
    ("misc_path", Description("CMD", "mandatory", 1, "L", "1.2.2")),
    ("misc_timeout", Description("s", "VS delay_loop", 1, "L", "1.2.2")),
    ("misc_dynamic", Description("flag", "no", 2, "L", "1.2.2", "exit code sets weight")),
    ("user", Description("USER [GROUP]", "script_user", 2, "L", "1.3.0")),
)
_UDP = (
    ("payload", Description("HEX", "a fixed generated buffer (set_buf, UDP_BUFSIZE)", 3, "L", "2.2.0")),
    ("require_reply", Description("[HEX with x wildcards]", "no", 3, "L", "2.1.0")),
    ("min_reply_length", Description("0..65535", "0", 3, "L", "2.2.0")),
    ("max_reply_length", Description("0..65535", "255", 3, "L", "2.2.0")),
)
_FILE = (
    ("track_file", Description("NAME", "mandatory", 2, "L", "2.1.0")),
    ("weight", Description("±INT32 [reverse]", "track_file's", 3, "L", "2.1.0")),
)
_BFD = (
    ("name", Description("BFD_INSTANCE", "mandatory", 3, "L/B", "2.0.0")),
    ("alpha", Description("[BOOL]", "RS", 3, "L/B", "2.0.0")),
)

for _checker, _own in {
    "TCP_CHECK": (),
    "HTTP_GET": _HTTP,
    "SSL_GET": _HTTP,
    "SMTP_CHECK": _SMTP,
    "DNS_CHECK": _DNS,
    "UDP_CHECK": _UDP,
    "PING_CHECK": (),
}.items():
    later(f"{_REAL_SERVER}/{_checker}", (*_COMMON, *_own))
for _checker in ("HTTP_GET", "SSL_GET"):
    later(f"{_REAL_SERVER}/{_checker}/url", _URL)
for _checker, _own in {"MISC_CHECK": _MISC, "FILE_CHECK": _FILE}.items():
    later(f"{_REAL_SERVER}/{_checker}", (*(row for row in _COMMON if row[0] not in _NETWORK), *_own))
later(f"{_REAL_SERVER}/BFD_CHECK", _BFD)
