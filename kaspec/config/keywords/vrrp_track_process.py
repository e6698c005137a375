"""The keywords of ``vrrp_track_process``."""

from kaspec.config import arguments as form
from kaspec.config import compounds
from kaspec.config.keywords.rows import Description, setting
from kaspec.units import SECOND, Interval

_SCOPE = "vrrp_track_process"
PROCESS = setting(
    _SCOPE, "process", compounds.PROCESS, Description("NAME [PARAM …]", "mandatory", 2, "V", "2.0.15", example="process nginx"), acts=True
)
PARAM_MATCH = setting(
    _SCOPE,
    "param_match",
    form.choice({"initial": "initial", "partial": "partial"}, ("",)),
    Description("[initial|partial]", "none = exact if params given", 3, "V", "2.0.18"),
    acts=True,
)
WEIGHT = setting(
    _SCOPE,
    "weight",
    compounds.WEIGHT_OF_FILE,
    Description("-254..254 [reverse]", "0 (→ FAULT)", 2, "V", "2.0.15", "older man pages said 1 (#2303)", preset="0"),
    acts=True,
)
QUORUM = setting(_SCOPE, "quorum", form.integer(1, 65535), Description("1..65535", "1", 2, "V", "2.0.15"), acts=True)
QUORUM_MAX = setting(
    _SCOPE, "quorum_max", form.integer(0, 65535), Description("0..65535", "none", 3, "V", "2.0.18", "0 = process must not run"), acts=True
)
DELAY = setting(
    _SCOPE,
    "delay",
    form.duration(Interval(1), Interval(3_600 * SECOND)),
    Description("s ≤ 3600", "0", 2, "V", "2.0.15", "both directions"),
    acts=True,
)
TERMINATE_DELAY = setting(
    _SCOPE, "terminate_delay", form.duration(Interval(1), Interval(3_600 * SECOND)), Description("s", "0", 3, "V", "2.0.18"), acts=True
)
FORK_DELAY = setting(
    _SCOPE, "fork_delay", form.duration(Interval(1), Interval(3_600 * SECOND)), Description("s", "0", 3, "V", "2.0.18"), acts=True
)
FULL_COMMAND = setting(
    _SCOPE, "full_command", form.FLAG, Description("flag", "no", 3, "V", "2.0.15", "match /proc/PID/cmdline instead of comm"), acts=True
)
