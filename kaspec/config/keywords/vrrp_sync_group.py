"""The keywords of ``vrrp_sync_group``."""

from kaspec.config import arguments as form
from kaspec.config import commands, compounds
from kaspec.config.keywords.rows import Description, Idle, listing, setting

_SCOPE = "vrrp_sync_group"
GROUP = listing(
    _SCOPE,
    "group",
    compounds.NAMES,
    Description("{ INST … }", "mandatory, ≥ 2 useful", 1, "V", "1.2.2", "one member only → warning"),
    acts=True,
)
TRACK_INTERFACE = listing(
    _SCOPE, "track_interface", compounds.TRACK_INTERFACE, Description("{ IF [weight W [reverse]] … }", "none", 2, "V", "2.0.0"), acts=True
)
TRACK_SCRIPT = listing(
    _SCOPE,
    "track_script",
    compounds.TRACK_SCRIPT,
    Description("{ NAME [weight W [reverse|noreverse]] … }", "none", 2, "V", "2.0.0"),
    acts=True,
)
TRACK_FILE = listing(
    _SCOPE,
    "track_file",
    compounds.TRACK_FILE,
    Description("{ NAME [weight W [reverse]] … }", "none", 3, "V", "2.0.0"),
    acts=True,
)
TRACK_PROCESS = listing(
    _SCOPE,
    "track_process",
    compounds.TRACK_PROCESS,
    Description("{ NAME [weight W [reverse]] … }", "none", 3, "V", "2.0.15"),
    acts=True,
)
TRACK_BFD = listing(
    _SCOPE,
    "track_bfd",
    compounds.TRACK_BFD,
    Description("{ NAME [weight W [reverse]] … }", "none", 3, "V", "2.0.0"),
    acts=True,
)
NOTIFY_MASTER = setting(_SCOPE, "notify_master", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2"), acts=True)
NOTIFY_BACKUP = setting(_SCOPE, "notify_backup", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2"), acts=True)
NOTIFY_FAULT = setting(_SCOPE, "notify_fault", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2"), acts=True)
NOTIFY_STOP = setting(_SCOPE, "notify_stop", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 2, "V", "2.0.0"), acts=True)
NOTIFY = setting(
    _SCOPE, "notify", commands.COMMAND, Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2", "gets GROUP NAME STATE 0"), acts=True
)
SMTP_ALERT = setting(
    _SCOPE,
    "smtp_alert",
    form.BOOLEAN,
    Description("[BOOL]", "global", 1, "V", "1.2.2", inherits=("global_defs", "smtp_alert_vrrp")),
    acts=True,
)
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
NOTIFY_PRIORITY_CHANGES = setting(
    _SCOPE,
    "notify_priority_changes",
    form.BOOLEAN,
    Description("[BOOL]", "global", 3, "V", "2.2.0", inherits=("global_defs", "vrrp_notify_priority_changes")),
    acts=True,
)
