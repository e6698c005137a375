"""``kaspec run -t``: everything that is wrong with a configuration, and keepalived's exit status for it."""

import sys
from pathlib import Path

from kaspec.config.diagnostics import INCLUDE_MISSING, MISSING_ARGUMENT, SCRIPT_INSECURE, SCRIPTS_AS_ROOT, TOO_MUCH
from shell import exits, loading
from shell.configuration import Loaded, Unreadable
from shell.options import Options


def check(options: Options, log: Path | None) -> int:
    """Check the configuration file, write the findings to ``log`` or standard error, return the exit status."""
    loaded = loading.load(options.use_file, options.config_id, options.all_config)
    lines = (loaded.reason,) if isinstance(loaded, Unreadable) else loaded.lines
    text = "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace").decode()
    try:
        sys.stderr.write(text) if log is None else log.write_text(text)
    except OSError as error:
        sys.stderr.write(f"{log or 'Standard error'} cannot be written: {error.strerror}\n")
        return exits.FATAL
    return status(loaded)


def status(loaded: Loaded | Unreadable) -> int:
    """Return the exit status for what was found, in keepalived's numbers; a missing file is not a success, as it is there."""
    if isinstance(loaded, Unreadable):
        return exits.TEST_UNRUNNABLE
    codes = {diagnostic.code for diagnostic in loaded.diagnostics}
    if MISSING_ARGUMENT.code in codes:
        return exits.CONFIG
    if INCLUDE_MISSING.code in codes:
        return exits.NO_CONFIG
    if TOO_MUCH.code in codes:
        return exits.TEST_UNRUNNABLE
    if loaded.has_errors:
        return exits.TEST_ERRORS
    return exits.TEST_SCRIPTS if codes & {SCRIPT_INSECURE.code, SCRIPTS_AS_ROOT.code} else exits.OK
