"""The keywords of ``bfd_instance``."""

from kaspec.config import arguments as form
from kaspec.config import compounds
from kaspec.config.keywords.rows import Description, setting

_SCOPE = "bfd_instance"
SOURCE_IP = setting(_SCOPE, "source_ip", form.ADDRESS, Description("IP", "any", 2, "B", "2.0.0"), acts=True)
NEIGHBOR_IP = setting(_SCOPE, "neighbor_ip", form.ADDRESS, Description("IP", "mandatory", 2, "B", "2.0.0"), acts=True)
NEIGHBOUR_IP = setting(
    _SCOPE,
    "neighbour_ip",
    form.ADDRESS,
    Description("IP", "mandatory", 2, "B", "2.0.0", "synonym", synonym="neighbor_ip"),
    acts=True,
)
MIN_RX = setting(
    _SCOPE,
    "min_rx",
    form.milliseconds(1, form.UINT32 // 1_000),
    Description("ms 3 decimals, 1..", "10", 2, "B", "2.0.0", "warns above 10000"),
    acts=True,
)
MIN_TX = setting(_SCOPE, "min_tx", form.milliseconds(1, form.UINT32 // 1_000), Description("ms", "10", 2, "B", "2.0.0"), acts=True)
IDLE_TX = setting(
    _SCOPE,
    "idle_tx",
    form.milliseconds(1_000, form.UINT32 // 1_000),
    Description("ms ≥ 1000", "1000", 3, "B", "2.0.0", "tx interval while session down"),
    acts=True,
)
MULTIPLIER = setting(_SCOPE, "multiplier", form.integer(1, 255), Description("1..255", "5", 2, "B", "2.0.0", "warns above 10"), acts=True)
PASSIVE = setting(_SCOPE, "passive", form.FLAG, Description("flag", "no", 3, "B", "2.0.0", "waits for the peer"), acts=True)
TTL = setting(_SCOPE, "ttl", form.integer(1, 255), Description("1..255", "255 v4", 3, "B", "2.0.0", preset="255"), acts=True)
HOPLIMIT = setting(
    _SCOPE,
    "hoplimit",
    form.integer(1, 255),
    Description(
        "1..255",
        "255",
        3,
        "B",
        "2.0.0",
        "synonym of ttl; keepalived's default is 64, not RFC 5881's 255: here 255 is sent and 64 accepted",
        synonym="ttl",
    ),
    acts=True,
)
MAX_HOPS = setting(
    _SCOPE,
    "max_hops",
    form.integer(-1, 255),
    Description(
        "-1..255", "0", 3, "B", "2.0.0", "packet dropped if max_hops + its ttl < ttl; 255 = no check; -1 is accepted but drops everything"
    ),
    acts=True,
)
MULTIHOP = setting(
    _SCOPE,
    "multihop",
    form.BOOLEAN,
    Description("[BOOL]", "no (port 3784)", 3, "B", "2.2.8", "yes → port 4784", preset="no"),
    acts=True,
)
WEIGHT = setting(
    _SCOPE,
    "weight",
    compounds.WEIGHT,
    Description("-253..253 [reverse]", "0", 3, "B/V", "2.0.0", "used when tracked by VRRP", preset="0"),
    acts=True,
)
VRRP = setting(_SCOPE, "vrrp", form.FLAG, Description("flag", "both", 3, "B", "2.0.0", "only send events to VRRP"), acts=True)
CHECKER = setting(_SCOPE, "checker", form.FLAG, Description("flag", "both", 3, "B", "2.0.0", "only send events to the checker"), acts=True)
