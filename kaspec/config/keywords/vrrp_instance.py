"""``vrrp_instance``: every row of it; those of the protocol itself are in ``vrrp_instance_protocol``."""

from kaspec.config import arguments as form
from kaspec.config import commands, compounds
from kaspec.config.keywords.rows import Description, Idle, setting
from kaspec.config.keywords.told_and_tracked import mailed, told, told_of_priorities
from kaspec.config.keywords.vrrp_instance_protocol import *  # noqa: F403

_SCOPE = "vrrp_instance"

USE_VMAC = setting(
    _SCOPE,
    "use_vmac",
    compounds.VMAC,
    Description("[NAME] [MAC] [name N] [group G] [netlink_notify_msg]", "off", 2, "V", "1.2.7", "macvlan 00:00:5e:00:0{1,2}:VRID"),
    acts=True,
)
USE_VMAC_ADDR = setting(
    _SCOPE, "use_vmac_addr", form.FLAG, Description("flag", "off", 3, "V", "2.2.0", "VMAC for VIPs on other interfaces too"), acts=True
)
VMAC_XMIT_BASE = setting(
    _SCOPE,
    "vmac_xmit_base",
    form.FLAG,
    Description("flag", "off; forced with unicast", 2, "V", "1.2.13", "adverts from the base interface"),
    acts=True,
)
USE_IPVLAN = setting(
    _SCOPE, "use_ipvlan", compounds.IPVLAN, Description("[bridge|private|vepa] [NAME] [IP] [group G]", "off", 3, "V", "2.0.18"), acts=True
)
LVS_SYNC_DAEMON_INTERFACE = setting(
    _SCOPE,
    "lvs_sync_daemon_interface",
    form.INTERFACE,
    Description("IF", "off", 3, "V/L", "1.2.2", "deprecated → global lvs_sync_daemon"),
    acts=True,
)
ACCEPT = setting(_SCOPE, "accept", form.FLAG, Description("flag", "yes unless strict", 2, "V", "1.2.19", preset="yes"), acts=True)
NO_ACCEPT = setting(
    _SCOPE, "no_accept", form.FLAG, Description("flag", "no", 3, "V", "1.3.0", "adds nft/iptables drop rules; ignored for owner"), acts=True
)
PROMOTE_SECONDARIES = setting(
    _SCOPE, "promote_secondaries", form.FLAG, Description("flag", "off", 3, "V", "1.3.0", "sets the sysctl on the VIP interface"), acts=True
)
SKIP_CHECK_ADV_ADDR = setting(
    _SCOPE,
    "skip_check_adv_addr",
    form.BOOLEAN,
    Description(
        "[BOOL]",
        "global",
        2,
        "V",
        "1.2.24",
        "false also turns it ON (a bug of keepalived)",
        inherits=("global_defs", "vrrp_skip_check_adv_addr"),
    ),
    acts=True,
)
STRICT_MODE = setting(
    _SCOPE,
    "strict_mode",
    form.BOOLEAN,
    Description("[BOOL]", "global", 2, "V", "1.2.24", inherits=("global_defs", "vrrp_strict")),
    acts=True,
)
PROFILE = setting(
    _SCOPE,
    "profile",
    form.PROFILE,
    Description(
        "keepalived|rfc3768|rfc5798|rfc9568",
        "global",
        3,
        "V",
        "kaspec",
        "whom to follow where they differ",
        inherits=("global_defs", "vrrp_profile"),
    ),
    acts=True,
)
OWNER_IGNORE_ADVERTS = setting(
    _SCOPE,
    "owner_ignore_adverts",
    form.BOOLEAN,
    Description(
        "[BOOL]",
        "global",
        3,
        "V",
        "2.3.3",
        "explicit false on an owner is forced true (a bug of keepalived)",
        inherits=("global_defs", "vrrp_owner_ignore_adverts"),
    ),
    acts=True,
)
GARP_MASTER_DELAY = setting(
    _SCOPE,
    "garp_master_delay",
    form.whole_seconds(0, 4_294),
    Description("s", "global", 2, "V", "1.2.2", inherits=("global_defs", "vrrp_garp_master_delay")),
    acts=True,
)
GARP_MASTER_REPEAT = setting(
    _SCOPE,
    "garp_master_repeat",
    form.POSITIVE,
    Description("N ≥ 1", "global", 2, "V", "1.2.19", inherits=("global_defs", "vrrp_garp_master_repeat")),
    acts=True,
)
GARP_MASTER_REFRESH = setting(
    _SCOPE,
    "garp_master_refresh",
    form.whole_seconds(0, 86_400),
    Description("s", "global", 2, "V", "1.2.13", inherits=("global_defs", "vrrp_garp_master_refresh")),
    acts=True,
)
GARP_MASTER_REFRESH_REPEAT = setting(
    _SCOPE,
    "garp_master_refresh_repeat",
    form.POSITIVE,
    Description("N ≥ 1", "global", 3, "V", "1.2.19", inherits=("global_defs", "vrrp_garp_master_refresh_repeat")),
    acts=True,
)
GARP_LOWER_PRIO_DELAY = setting(
    _SCOPE,
    "garp_lower_prio_delay",
    form.whole_seconds(0, 4_294),
    Description("s", "global", 3, "V", "1.2.24", inherits=("global_defs", "vrrp_garp_lower_prio_delay")),
    acts=True,
)
GARP_LOWER_PRIO_REPEAT = setting(
    _SCOPE,
    "garp_lower_prio_repeat",
    form.COUNT,
    Description("N", "global", 3, "V", "1.2.24", inherits=("global_defs", "vrrp_garp_lower_prio_repeat")),
    acts=True,
)
GARP_EXTRA_IF = setting(
    _SCOPE,
    "garp_extra_if",
    compounds.REFRESH,
    Description("[all] 0..86400 s", "global", 3, "V", "2.2.4", inherits=("global_defs", "vrrp_garp_extra_if")),
    acts=True,
)
VMAC_GARP_INTVL = setting(
    _SCOPE,
    "vmac_garp_intvl",
    compounds.REFRESH,
    Description(
        "[all] s", "global", 3, "V", "2.2.0", "deprecated name", inherits=("global_defs", "vrrp_vmac_garp_intvl"), synonym="garp_extra_if"
    ),
    acts=True,
)
LOWER_PRIO_NO_ADVERT = setting(
    _SCOPE,
    "lower_prio_no_advert",
    form.BOOLEAN,
    Description("[BOOL]", "global", 2, "V", "1.2.24", inherits=("global_defs", "vrrp_lower_prio_no_advert")),
    acts=True,
)
HIGHER_PRIO_SEND_ADVERT = setting(
    _SCOPE,
    "higher_prio_send_advert",
    form.BOOLEAN,
    Description("[BOOL]", "global", 2, "V", "1.3.5", inherits=("global_defs", "vrrp_higher_prio_send_advert")),
    acts=True,
)
DOWN_TIMER_ADVERTS = setting(
    _SCOPE,
    "down_timer_adverts",
    form.integer(1, 100),
    Description("1..100", "global", 2, "V", "2.2.4", inherits=("global_defs", "vrrp_down_timer_adverts")),
    acts=True,
)
TIMER_EXPIRED_BACKUP = setting(
    _SCOPE,
    "timer_expired_backup",
    form.integer(1, 254, (254,)),
    Description("[1..254]", "off; 254", 3, "V", "2.2.8", "a MASTER that overslept this long rests as BACKUP (here always: 254)"),
    acts=True,
)
THREAD_TIMER_EXPIRED = setting(
    _SCOPE,
    "thread_timer_expired",
    form.integer(1, 254, (254,)),
    Description("[1..254]", "off", 3, "V", "2.3.2", "alias kept because release notes had this name", synonym="timer_expired_backup"),
    acts=True,
)
KERNEL_RX_BUF_SIZE = setting(
    _SCOPE,
    "kernel_rx_buf_size",
    form.POSITIVE,
    Description("BYTES", "global policy", 3, "V", "2.0.7", "SO_RCVBUF of the socket", inherits=("global_defs", "vrrp_rx_bufs_policy")),
    acts=True,
)
NOTIFY_MASTER = told(_SCOPE, "notify_master")
NOTIFY_BACKUP = told(_SCOPE, "notify_backup")
NOTIFY_FAULT = told(_SCOPE, "notify_fault")
NOTIFY_STOP = told(_SCOPE, "notify_stop", 2)
NOTIFY_DELETED = setting(
    _SCOPE,
    "notify_deleted",
    commands.OPTIONAL_COMMAND,
    Description("[CMD [USER [GROUP]]]", "reported as FAULT", 3, "V", "2.1.0", "with or without CMD switches event name to DELETED"),
    acts=True,
)
NOTIFY = told(_SCOPE, "notify", remark="gets INSTANCE NAME STATE PRIO")
NOTIFY_MASTER_RX_LOWER_PRI = told(_SCOPE, "notify_master_rx_lower_pri", 2, "2.0.7", "needed for cloud address moves (#100, #1884)")
NOTIFY_PRIORITY_CHANGES = told_of_priorities(_SCOPE, "2.0.18")
SMTP_ALERT = mailed(_SCOPE)
DEBUG = setting(
    _SCOPE,
    "debug",
    form.integer(0, 4),
    Description(
        "0..4",
        "0",
        3,
        "V",
        "1.2.2",
        "stored and dumped, otherwise unused",
        idle=Idle("keepalived does not use it either; -D makes the log tell more", harmless=True),
    ),
)
LINKBEAT_USE_POLLING = setting(
    _SCOPE,
    "linkbeat_use_polling",
    form.FLAG,
    Description(
        "flag",
        "off",
        3,
        "V",
        "2.0.0",
        "deprecated here",
        idle=Idle("links are watched through netlink alone, which tells of every change at once"),
    ),
)
