"""Programs that may not be the ones that were meant."""

from collections.abc import Iterator

from kaspec.config.diagnostics import SCRIPT_RELATIVE, Diagnostic
from kaspec.config.reader import Reading


def relative(reading: Reading) -> Iterator[Diagnostic]:
    """Which file a relative path is depends on the directory that the daemon happens to be started in."""
    for use in reading.configuration.command_uses:
        program = (use.command.line.split() or [""])[0]
        if "/" in program and not program.startswith("/"):
            message = f"{program} is looked for in the directory that the daemon is started in, wherever that is"
            yield SCRIPT_RELATIVE.at(use.span, message, "write the whole path, from / on")


RULES = (relative,)
