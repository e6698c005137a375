"""The keywords of ``bfd_instance``."""

from kaspec.config import arguments as form
from kaspec.config import compounds
from kaspec.config.keywords.rows import Description, setting

_SCOPE = "bfd_instance"
SOURCE_IP = setting(_SCOPE, "source_ip", form.ADDRESS, Description("IP", "any", 2, "B", "2.0.0"))
NEIGHBOR_IP = setting(_SCOPE, "neighbor_ip", form.ADDRESS, Description("IP", "mandatory", 2, "B", "2.0.0"))
NEIGHBOUR_IP = setting(
    _SCOPE, "neighbour_ip", form.ADDRESS, Description("IP", "mandatory", 2, "B", "2.0.0", "synonym", synonym="neighbor_ip")
)
MIN_RX = setting(
    _SCOPE,
    "min_rx",
    form.milliseconds(1, form.UINT32 // 1_000),
    Description("ms 3 decimals, 1..", "10", 2, "B", "2.0.0", "warns above 10000"),
)
MIN_TX = setting(_SCOPE, "min_tx", form.milliseconds(1, form.UINT32 // 1_000), Description("ms", "10", 2, "B", "2.0.0"))
IDLE_TX = setting(
    _SCOPE,
    "idle_tx",
    form.milliseconds(1_000, form.UINT32 // 1_000),
    Description("ms ≥ 1000", "1000", 3, "B", "2.0.0", "tx interval while session down"),
)
MULTIPLIER = setting(_SCOPE, "multiplier", form.integer(1, 255), Description("1..255", "5", 2, "B", "2.0.0", "warns above 10"))
PASSIVE = setting(_SCOPE, "passive", form.FLAG, Description("flag", "no", 3, "B", "2.0.0", "waits for the peer"))
TTL = setting(_SCOPE, "ttl", form.integer(1, 255), Description("1..255", "255 v4", 3, "B", "2.0.0", preset="255"))
HOPLIMIT = setting(
    _SCOPE,
    "hoplimit",
    form.integer(1, 255),
    Description("1..255", "64 v6", 3, "B", "2.0.0", "synonym of ttl; the IPv6 default is not RFC 5881's 255", preset="64", synonym="ttl"),
)
MAX_HOPS = setting(
    _SCOPE,
    "max_hops",
    form.integer(-1, 255),
    Description(
        "-1..255", "0", 3, "B", "2.0.0", "packet dropped if max_hops + its ttl < ttl; 255 = no check; -1 is accepted but drops everything"
    ),
)
MULTIHOP = setting(
    _SCOPE, "multihop", form.BOOLEAN, Description("[BOOL]", "no (port 3784)", 3, "B", "2.2.8", "yes → port 4784", preset="no")
)
WEIGHT = setting(
    _SCOPE, "weight", compounds.WEIGHT, Description("-253..253 [reverse]", "0", 3, "B/V", "2.0.0", "used when tracked by VRRP", preset="0")
)
VRRP = setting(_SCOPE, "vrrp", form.FLAG, Description("flag", "both", 3, "B", "2.0.0", "only send events to VRRP"))
CHECKER = setting(_SCOPE, "checker", form.FLAG, Description("flag", "both", 3, "B", "2.0.0", "only send events to the checker"))
