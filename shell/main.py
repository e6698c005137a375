"""The ``kaspec`` command: a table of subcommands, each imported only when it is called."""

import gc
import importlib
import sys
from typing import ClassVar

import click

EPILOG = """\b
Examples:
  kaspec check keepalived.conf             check a configuration, every mistake at once
  kaspec run -n -l -D -f keepalived.conf   run in the foreground, log to this terminal
  kaspec doctor keepalived.conf            what on this machine keeps it from working
  kaspec trace run FILE...                 run traces on the specification
  kaspec demo                              two routers, one virtual IP, a live failover

Each command explains itself and its exit statuses: kaspec COMMAND --help"""

LASTING = frozenset({"run", "demo", "trace", "lvs", "verify", "judge", "explore", "conformance", "simulate"})
"""Commands that may run for long.  The others end before collecting garbage pays: a fifth of their time goes into it otherwise."""


class Commands(click.Group):
    """Subcommands by module, so that help and small commands start fast."""

    TABLE: ClassVar[dict[str, tuple[str, str]]] = {
        "run": ("shell.commands.run", "Run the daemon; takes keepalived's options."),
        "check": ("shell.commands.check", "Check configuration files, and whether peers can agree."),
        "fmt": ("shell.commands.fmt", "Lay out configurations canonically."),
        "explain": ("shell.commands.explain", "Show what a configuration comes to: every value, whence, and every timer."),
        "verify": ("shell.commands.verify", "Try every run that several hosts' configurations can have together."),
        "judge": ("shell.commands.judge", "Judge a packet capture: could these routers have done that, and what happened."),
        "explore": ("shell.commands.explore", "Choose what happens to several hosts, and see what they make of it."),
        "simulate": ("shell.commands.simulate", "Tell how often several hosts' virtual routers have no Master, by random runs."),
        "plan": ("shell.commands.plan", "Show what a reload would do, and whether it interrupts service."),
        "doctor": ("shell.commands.doctor", "Examine this machine: what would keep a configuration from working."),
        "genhash": ("shell.commands.genhash", "Print the digest of a web page, for a checker's digest."),
        "lvs": ("shell.commands.lvs", "Simulate how virtual servers spread connections."),
        "trace": ("shell.commands.trace", "Run, write and explain protocol traces."),
        "conformance": ("shell.commands.conformance", "Put real routers to the test, with the core as the judge."),
        "demo": ("shell.commands.demo", "Show a failover on this machine, in namespaces of its own."),
        "help": ("shell.commands.help", "Explain the keywords of keepalived.conf."),
        "version": ("shell.commands.version", "Print the version."),
    }
    """By name: the module that has a command of that name, and what help says about it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the table's order."""
        return list(self.TABLE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a subcommand."""
        if cmd_name not in self.TABLE:
            return None
        if cmd_name in LASTING:
            gc.enable()
        command = getattr(importlib.import_module(self.TABLE[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table, importing nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.TABLE.items()])


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def kaspec() -> None:
    """Keepalived as a specification that runs: VRRP failover from one pure core."""


def main() -> None:
    """Run the command line; the console script's entry: garbage is collected by commands that last."""
    gc.disable()
    kaspec(prog_name="kaspec")
    sys.exit(0)
