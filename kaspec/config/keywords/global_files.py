"""The keywords of ``global_defs`` about reading the configuration, again and from where, and about files that are written."""

from kaspec.config import arguments as form
from kaspec.config import compounds
from kaspec.config.keywords.rows import Description, Idle, setting

_SCOPE = "global_defs"
RELOAD_CHECK_CONFIG = setting(
    _SCOPE,
    "reload_check_config",
    form.OPTIONAL_PATH,
    Description("[LOGFILE]", "off, /dev/null", 2, "G", "2.2.0", "spawn a config test first, refuse the reload on error"),
    acts=True,
)
RELOAD_TIME_FILE = setting(
    _SCOPE,
    "reload_time_file",
    form.PATH,
    Description(
        "PATH",
        "none",
        3,
        "G",
        "2.1.0",
        "timed reload from the time in the file",
        idle=Idle("no reload is timed; send SIGHUP then, from a timer of systemd or cron"),
    ),
)
RELOAD_REPEAT = setting(
    _SCOPE,
    "reload_repeat",
    form.FLAG,
    Description("flag", "off", 3, "G", "2.1.0", idle=Idle("no reload is timed; send SIGHUP then, from a timer of systemd or cron")),
)
RELOAD_FILE = setting(
    _SCOPE,
    "reload_file",
    form.OPTIONAL_PATH,
    Description(
        "[PATH]",
        "off",
        3,
        "G",
        "2.2.0",
        "tells outside tools that a reload is pending/finished",
        idle=Idle("no file tells of a reload under way; the log does, and systemd where it started kaspec"),
    ),
)
INCLUDE_CHECK = setting(
    _SCOPE,
    "include_check",
    compounds.INCLUDE_CHECKS,
    Description("[+|-] read|match|wildcard_match|brace_match …", "none", 3, "G", "2.2.0", "default checks of plain include"),
    acts=True,
    repeats=True,
)
CONFIG_SAVE_DIR = setting(
    _SCOPE,
    "config_save_dir",
    form.PATH,
    Description(
        "DIR",
        "none",
        3,
        "G",
        "2.2.4",
        "dumps config at each reload",
        example="config_save_dir /var/lib/keepalived",
        idle=Idle("no copies are kept; kaspec plan OLD NEW tells what a reload changes before it is made"),
    ),
)
TMP_CONFIG_DIRECTORY = setting(
    _SCOPE,
    "tmp_config_directory",
    form.PATH,
    Description(
        "DIR",
        "memfd",
        3,
        "G",
        "2.2.0",
        "consolidated config on disk",
        example="tmp_config_directory /var/lib/keepalived",
        idle=Idle("the configuration is read into memory once, and no copy of it is written", harmless=True),
    ),
)
DATA_USE_INSTANCE = setting(
    _SCOPE, "data_use_instance", form.BOOLEAN, Description("[BOOL]", "no", 3, "G", "2.2.4", "dump file names carry ns/instance"), acts=True
)
STATE_DUMP_FILE = setting(_SCOPE, "state_dump_file", form.PATH, Description("PATH", "TMPDIR/keepalived.data", 3, "G", "2.3.3"), acts=True)
