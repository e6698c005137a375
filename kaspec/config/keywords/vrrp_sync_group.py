"""The keywords of ``vrrp_sync_group``."""

from kaspec.config import arguments as form
from kaspec.config import compounds
from kaspec.config.keywords.rows import Description, Idle, listing, setting
from kaspec.config.keywords.told_and_tracked import mailed, told, told_of_priorities, tracked

_SCOPE = "vrrp_sync_group"
GROUP = listing(
    _SCOPE,
    "group",
    compounds.NAMES,
    Description("{ INST … }", "mandatory, ≥ 2 useful", 1, "V", "1.2.2", "one member only → warning"),
    acts=True,
)
TRACK_INTERFACE = tracked(_SCOPE, "track_interface", compounds.TRACK_INTERFACE, 2, "2.0.0")
TRACK_SCRIPT = tracked(_SCOPE, "track_script", compounds.TRACK_SCRIPT, 2, "2.0.0")
TRACK_FILE = tracked(_SCOPE, "track_file", compounds.TRACK_FILE, 3, "2.0.0")
TRACK_PROCESS = tracked(_SCOPE, "track_process", compounds.TRACK_PROCESS, 3, "2.0.15")
TRACK_BFD = tracked(_SCOPE, "track_bfd", compounds.TRACK_BFD, 3, "2.0.0")
NOTIFY_MASTER = told(_SCOPE, "notify_master")
NOTIFY_BACKUP = told(_SCOPE, "notify_backup")
NOTIFY_FAULT = told(_SCOPE, "notify_fault")
NOTIFY_STOP = told(_SCOPE, "notify_stop", 2, "2.0.0")
NOTIFY = told(_SCOPE, "notify", remark="gets GROUP NAME STATE 0")
SMTP_ALERT = mailed(_SCOPE)
GLOBAL_TRACKING = setting(
    _SCOPE,
    "global_tracking",
    form.FLAG,
    Description(
        "flag",
        "off",
        3,
        "V",
        "1.2.7",
        "deprecated, ignored",
        idle=Idle("keepalived ignores it too; track in the group itself instead", harmless=True),
    ),
)
SYNC_GROUP_TRACKING_WEIGHT = setting(
    _SCOPE,
    "sync_group_tracking_weight",
    form.FLAG,
    Description("flag", "off", 3, "V", "2.0.0", "allows weights inside sync groups (all members must share priority/weights)"),
    acts=True,
)
NOTIFY_PRIORITY_CHANGES = told_of_priorities(_SCOPE, "2.2.0")
