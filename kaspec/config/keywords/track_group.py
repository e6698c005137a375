"""The keywords of ``track_group``."""

from kaspec.config import compounds
from kaspec.config.keywords.rows import Description, listing

_SCOPE = "track_group"
GROUP = listing(
    _SCOPE, "group", compounds.NAMES, Description("{ INST … }", "", 3, "V", "2.0.7", "the only keyword in track_group NAME { }"), acts=True
)
