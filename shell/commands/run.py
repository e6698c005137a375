"""``kaspec run``: keepalived's options, with keepalived's meanings."""

import gc
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shell import exits
from shell.host import DEFAULT_CONFIGURATION
from shell.options import Options

EPILOG = """\b
Examples:
  kaspec run -n -l -D -f FILE              in the foreground, detailed log on this terminal
  kaspec run -f FILE                       in the background, log to syslog
  kaspec run -t -f FILE                    check FILE and exit
  kill -$(kaspec run --signum RELOAD) PID  read the configuration again (also DATA, STATS, ...)

\b
Exit statuses:
  0   stopped as told
  1   already running, or a file cannot be written
  2   the configuration cannot be run, or an option is unknown
  4   CAP_NET_ADMIN or CAP_NET_RAW is missing
  6   there is no configuration file, or it cannot be read

\b
Exit statuses with -t:
  0   nothing wrong (warnings and notices are printed)
  2   a keyword lacks its argument
  4   the file cannot be read, or not all of it
  5   errors: the parts at fault would be left out, or an interface does not exist"""

if TYPE_CHECKING:
    from shell.process import Kind

SIGNUMS = {
    "STOP": signal.SIGTERM,
    "RELOAD": signal.SIGHUP,
    "DATA": signal.SIGUSR1,
    "STATS": signal.SIGUSR2,
    "JSON": signal.SIGRTMIN + 2,
    "STATS_CLEAR": signal.SIGRTMAX - 1,
    "TDUMP": signal.SIGRTMAX,
}
SIGNUM_HELP = f"Print the number of a signal: {', '.join(SIGNUMS)}."
FACILITIES = {**{str(n): 16 + n for n in range(8)}, **{f"local{n}": 16 + n for n in range(8)}, "user": 1, "daemon": 3}
"""syslog(3)'s numbers by what ``-S`` takes."""

Command = Callable[..., None]
PATH = click.Path(path_type=Path)


def _flag(short: str, long: str, text: str) -> Callable[[Command], Command]:
    return click.option(*((short,) if short else ()), f"--{long}", long.replace("-", "_"), is_flag=True, help=text)


def _file(short: str, long: str, text: str) -> Callable[[Command], Command]:
    return click.option(f"-{short}", f"--{long}", long.replace("-", "_"), type=PATH, metavar="FILE", help=text)


def _octal(_context: click.Context, _option: click.Parameter, text: str | None) -> int | None:
    try:
        return None if text is None else int(text, 8)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no octal mask") from None


def _print_signum(context: click.Context, _option: click.Parameter, name: str | None) -> None:
    if name is None:
        return
    if name not in SIGNUMS:
        click.echo(f"Unknown sigfunc {name}; there are {', '.join(SIGNUMS)}", err=True)
        context.exit(exits.FATAL)
    click.echo(int(SIGNUMS[name]))
    context.exit()


def _print_version(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        from shell.commands.version import describe

        click.echo(describe())
        context.exit()


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("-f", "--use-file", type=PATH, default=DEFAULT_CONFIGURATION, metavar="FILE", show_default=True, help="Configuration file.")
@_flag("-P", "vrrp", "Only VRRP.")
@_flag("-C", "check", "Only health checkers.")
@_flag("-B", "no_bfd", "No BFD process.")
@_flag("", "all", "Start all children, even without configuration for them.")
@_flag("-l", "log-console", "Log to standard error.")
@_flag("", "log-microseconds", "Log to standard error with microseconds: when a line was said, not when it was written.")
@click.option("-D", "--log-detail", count=True, help="Log in detail; twice for more.")
@click.option(
    "-S",
    "--log-facility",
    type=click.Choice(list(FACILITIES)),
    default="daemon",
    show_default=True,
    help="Syslog facility: daemon, user, local0-7 or 0-7.",
)
@click.option("-g", "--log-file", type=PATH, is_flag=False, flag_value="", metavar="[FILE]", help="Also log to FILE, children beside it.")
@_flag("", "flush-log-file", "Write the log file line by line (it always is).")
@_flag("-G", "no-syslog", "Do not log to syslog.")
@click.option("-u", "--umask", callback=_octal, metavar="MASK", help="File creation mask, octal.")
@_flag("-X", "release-vips", "Drop virtual addresses left by an earlier process (always done).")
@_flag("-V", "dont-release-vrrp", "Keep virtual addresses and routes at the end, and tell nobody.")
@_flag("-I", "dont-release-ipvs", "Keep the IPVS table at the end.")
@_flag("-R", "dont-respawn", "Do not start a dead child again, stop.")
@_flag("-n", "dont-fork", "Stay in the foreground.")
@_flag("-d", "dump-conf", "Log the configuration as understood.")
@_file("p", "pid", "Pid file of the parent.")
@_file("r", "vrrp_pid", "Pid file of the VRRP child.")
@_file("c", "checkers_pid", "Pid file of the checker child.")
@_file("b", "bfd_pid", "Pid file of the BFD child.")
@_flag("-a", "address-monitoring", "Log every address that comes or goes.")
@_flag("-x", "snmp", "SNMP.")
@click.option("-A", "--snmp-agent-socket", metavar="SOCKET", help="AgentX master.")
@click.option("-s", "--namespace", metavar="NAME", help="Run in this network namespace.")
@_flag("-m", "core-dump", "Allow core files.")
@click.option("-M", "--core-dump-pattern", is_flag=False, flag_value="", metavar="[PATTERN]", help="Core file pattern.")
@_flag("-e", "all-config", "Check that every included file exists.")
@click.option("-i", "--config-id", metavar="ID", help="What @ID lines are compared with; the short host name if not given.")
@_flag("", "ignore-sigint", "Go on at INT (for debuggers).")
@click.option("--record", type=PATH, metavar="FILE", help="Record all that VRRP sees to FILE, as a trace.")
@click.option("-t", "--config-test", is_flag=False, flag_value="", metavar="[LOG]", help="Check the configuration and exit; say it in LOG.")
@click.option("--signum", callback=_print_signum, is_eager=True, expose_value=False, metavar="FUNC", help=SIGNUM_HELP)
@click.option("-v", "--version", is_flag=True, callback=_print_version, is_eager=True, expose_value=False, help="Print the version.")
@click.pass_obj
def run(kinds: "Sequence[Kind] | None", /, config_test: str | None, **given: Any) -> None:
    """Run the daemon: virtual routers as the configuration says.

    The options are keepalived's.  TERM stops it, HUP reads the configuration again (and keeps the running one if it has errors), USR1
    writes keepalived.data, USR2 keepalived.stats.
    """
    options = options_from(given)
    if config_test is not None:
        from shell.config_test import check
        from shell.configuration import without_collecting

        with without_collecting():
            sys.exit(check(options, Path(config_test) if config_test else None))
    gc.disable()  # What a start makes stays; the daemon collects once its children run.
    from shell import daemon
    from shell.children import CHILDREN

    sys.exit(daemon.run(options, ("kaspec", *sys.argv[1:]), CHILDREN if kinds is None else kinds))


def options_from(given: dict[str, Any]) -> Options:
    """Turn click's values into ``Options``; what was not given keeps its default."""
    chosen = {name: value for name, value in given.items() if value is not None}
    chosen["log_facility"] = FACILITIES[chosen["log_facility"]]
    if "log_file" in chosen and chosen["log_file"] == Path():
        from shell.files import dump_directory

        chosen["log_file"] = dump_directory() / "keepalived.log"
    return Options(**chosen)
