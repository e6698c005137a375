"""The keywords of ``track_file``."""

from kaspec.config import arguments as form
from kaspec.config import compounds
from kaspec.config.keywords.rows import Description, setting

_SCOPE = "track_file"
FILE = setting(_SCOPE, "file", form.PATH, Description("PATH", "mandatory", 2, "V/L", "2.1.0", "content = integer; missing = 0"), acts=True)
WEIGHT = setting(
    _SCOPE,
    "weight",
    compounds.WEIGHT_OF_FILE,
    Description("-254..254 [reverse]", "1", 2, "V/L", "2.1.0", "contribution = value × weight", preset="1"),
    acts=True,
)
INIT_FILE = setting(
    _SCOPE, "init_file", compounds.INITIAL_FILE, Description("[VALUE] [overwrite]", "not written; VALUE 0", 3, "V/L", "2.1.0"), acts=True
)
