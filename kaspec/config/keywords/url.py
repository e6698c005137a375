"""The keywords of ``url`` inside ``HTTP_GET`` and ``SSL_GET``."""

from kaspec.config import arguments as form
from kaspec.config import commands, compounds
from kaspec.config.keywords.rows import Description, setting

_SCOPE = "virtual_server/real_server/HTTP_GET/url"
_SSL = "virtual_server/real_server/SSL_GET/url"
PATH = setting(
    _SCOPE, "path", form.WORD, Description("PATH", "mandatory", 1, "L", "1.2.24", example="path /healthz"), also=(_SSL,), acts=True
)
DIGEST = setting(
    _SCOPE, "digest", form.DIGEST, Description("32 hex MD5", "none", 1, "L", "1.2.24", "from genhash"), also=(_SSL,), acts=True
)
STATUS_CODE = setting(
    _SCOPE,
    "status_code",
    compounds.CODES,
    Description("N[-M] … 100..599", "200-299 (always, also with digest or regex)", 1, "L", "1.2.24", preset="200-299"),
    repeats=True,
    also=(_SSL,),
    acts=True,
)
VIRTUALHOST = setting(
    _SCOPE,
    "virtualhost",
    form.WORD,
    Description(
        "STRING",
        "checker",
        2,
        "L",
        "1.3.9",
        inherits=("virtual_server/real_server/HTTP_GET", "virtualhost"),
        example="virtualhost www.example.com",
    ),
    also=(_SSL,),
    acts=True,
)
REGEX = setting(
    _SCOPE,
    "regex",
    commands.TEXT,
    Description("PCRE2", "none", 2, "L", "2.0.7", "partial matching across reads", example='regex "status: *ok"'),
    also=(_SSL,),
    acts=True,
)
REGEX_NO_MATCH = setting(_SCOPE, "regex_no_match", form.FLAG, Description("flag", "no", 3, "L", "2.0.7"), also=(_SSL,), acts=True)
REGEX_OPTIONS = setting(
    _SCOPE,
    "regex_options",
    compounds.OPTIONS,
    Description("OPT … (24 names)", "none", 3, "L", "2.0.7"),
    repeats=True,
    also=(_SSL,),
    acts=True,
)
REGEX_MIN_OFFSET = setting(_SCOPE, "regex_min_offset", form.COUNT, Description("N", "0", 3, "L", "2.0.7"), also=(_SSL,), acts=True)
REGEX_MAX_OFFSET = setting(_SCOPE, "regex_max_offset", form.COUNT, Description("N", "none", 3, "L", "2.0.7"), also=(_SSL,), acts=True)
REGEX_STACK = setting(
    _SCOPE, "regex_stack", compounds.STACK, Description("START MAX", "PCRE default", 3, "L", "2.0.7", "JIT stack"), also=(_SSL,), acts=True
)
TLS_COMPLIANT = setting(
    _SCOPE,
    "tls_compliant",
    form.BOOLEAN,
    Description("[BOOL]", "checker", 3, "L", "2.2.8", inherits=("virtual_server/real_server/HTTP_GET", "tls_compliant")),
    also=(_SSL,),
    acts=True,
)
