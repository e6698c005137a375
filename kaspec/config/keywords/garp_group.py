"""The keywords of ``garp_group``."""

from kaspec.config import arguments as form
from kaspec.config import compounds
from kaspec.config.keywords.rows import Description, listing, setting

_SCOPE = "garp_group"
GARP_INTERVAL = setting(
    _SCOPE,
    "garp_interval",
    form.GARP_INTERVAL,
    Description("decimal s", "0", 3, "V", "1.2.24", inherits=("global_defs", "vrrp_garp_interval")),
    acts=True,
)
GNA_INTERVAL = setting(
    _SCOPE,
    "gna_interval",
    form.GARP_INTERVAL,
    Description("decimal s", "0", 3, "V", "1.2.24", inherits=("global_defs", "vrrp_gna_interval")),
    acts=True,
)
INTERFACE = setting(
    _SCOPE,
    "interface",
    form.INTERFACE,
    Description("IF", "", 3, "V", "1.2.24", "deprecated in favour of interfaces"),
    repeats=True,
    acts=True,
)
INTERFACES = listing(
    _SCOPE,
    "interfaces",
    compounds.INTERFACES,
    Description("{ IF … }", "", 3, "V", "1.2.24", "shared limiter for interfaces on one physical link"),
    acts=True,
)
