"""The keywords of ``vrrp_track_file``, the older name of ``track_file``."""

from kaspec.config import arguments as form
from kaspec.config import compounds
from kaspec.config.keywords.rows import Description, setting

_SCOPE = "vrrp_track_file"
FILE = setting(_SCOPE, "file", form.PATH, Description("PATH", "mandatory", 3, "V", "2.0.0", "deprecated block"), acts=True)
WEIGHT = setting(
    _SCOPE,
    "weight",
    compounds.WEIGHT_OF_FILE,
    Description("-254..254 [reverse]", "1", 3, "V", "2.0.0", "deprecated block", preset="1"),
    acts=True,
)
INIT_FILE = setting(
    _SCOPE, "init_file", compounds.INITIAL_FILE, Description("[VALUE] [overwrite]", "", 3, "V", "2.0.0", "deprecated block"), acts=True
)
