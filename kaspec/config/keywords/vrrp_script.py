"""The keywords of ``vrrp_script``."""

from kaspec.config import arguments as form
from kaspec.config import commands, compounds
from kaspec.config.keywords.rows import Description, setting
from kaspec.units import SECOND, Interval

_SCOPE = "vrrp_script"
_LONGEST = form.UINT32 * SECOND
SCRIPT = setting(
    _SCOPE,
    "script",
    commands.LONE_COMMAND,
    Description("CMD (quoted if it has blanks)", "mandatory", 1, "V", "1.2.2", "exec'd; system() style only if not directly executable"),
    acts=True,
)
INTERVAL = setting(
    _SCOPE,
    "interval",
    form.duration(Interval(1_000), Interval(_LONGEST)),
    Description("decimal s ≥ 1 ms", "1", 1, "V", "1.2.2", "start-to-start"),
    acts=True,
)
TIMEOUT = setting(
    _SCOPE,
    "timeout",
    form.duration(Interval(1), Interval(_LONGEST)),
    Description("s", "= interval", 1, "V", "1.2.7", "SIGTERM, then SIGKILL 2 s later", inherits=("vrrp_script", "interval")),
    acts=True,
)
WEIGHT = setting(
    _SCOPE, "weight", compounds.WEIGHT, Description("-253..253 [reverse]", "0 (→ FAULT)", 1, "V", "1.2.2", preset="0"), acts=True
)
RISE = setting(_SCOPE, "rise", form.integer(1, form.INT32), Description("N ≥ 1", "1", 1, "V", "1.2.2"), acts=True)
FALL = setting(_SCOPE, "fall", form.integer(1, form.INT32), Description("N ≥ 1", "1", 1, "V", "1.2.2"), acts=True)
USER = setting(
    _SCOPE,
    "user",
    compounds.OWNER,
    Description("USER [GROUP]", "script_user", 1, "V", "1.3.0", inherits=("global_defs", "script_user")),
    acts=True,
)
INIT_FAIL = setting(
    _SCOPE, "init_fail", form.FLAG, Description("flag", "unknown → INIT", 2, "V", "1.3.5", "assume failed at start"), acts=True
)
