"""``kaspec explain``: the effective configuration, where each value came from, and what the timers come to."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kaspec.report.explain import Table

EXPLAINED, TROUBLE = 0, 2
"""Exit statuses."""

EPILOG = """\b
Examples:
  kaspec explain /etc/keepalived/keepalived.conf
  kaspec explain keepalived.conf VI_1
  kaspec explain keepalived.conf VI_1 --format json | jq '.instances[0].timers'

\b
Where a value came from:
  FILE:LINE                               given there
  default                                 keepalived's default
  inherited from global_defs FILE:LINE    given there for every instance
  rewritten because ... (FILE:LINE)       keepalived takes something else than is written there

\b
The timers say how long a failover takes: after a crash of the Master, after its clean stop, and when a
router of higher priority comes back; and when gratuitous ARP is sent.

\b
Exit statuses:
  0   explained
  2   the file cannot be read, or there is no such instance that could run"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("instance", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print.")
@click.option("-i", "--config-id", metavar="ID", default=None, help="What @ID lines are compared with; the short host name if not given.")
def explain(file: Path, instance: str | None, form: str, config_id: str | None) -> None:
    """Show what the configuration FILE comes to, of one INSTANCE or of all: every setting with its default filled in, and every timer.

    A mistake in the file is kaspec check's business: here counts what the daemon would make of it.
    """
    from kaspec.config.explain import explain as account
    from kaspec.report.explain import explanation_json, tables
    from shell.configuration import Unreadable, read

    loaded = read(Path("/dev/stdin") if file == Path("-") else file, config_id)
    if isinstance(loaded, Unreadable):
        click.echo(loaded.reason, err=True)
        sys.exit(TROUBLE)
    found = account(loaded.reading)
    names = [each.router.name for each in found.instances]
    if loaded.has_errors:
        click.echo(f"{file} has errors, and what they concern is left out: see kaspec check {file}", err=True)
    if instance is not None and instance not in names:
        click.echo(f"{file}: no vrrp_instance {instance} that could run; there is: {', '.join(names) or 'none'}", err=True)
        sys.exit(TROUBLE)
    if form == "json":
        click.echo(json.dumps(explanation_json(found, instance), indent=2))
    else:
        _show(tables(found, instance))
    sys.exit(EXPLAINED)


def _show(parts: "tuple[Table, ...]") -> None:
    """Print tables: drawn on a terminal, plain lines anywhere else."""
    if not sys.stdout.isatty():
        from kaspec.report.explain import render_tables

        for line in render_tables(parts):
            click.echo(line.encode(errors="backslashreplace"))
        return
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    for part in parts:
        drawn = Drawn("setting", "value", "from", title=part.title, title_justify="left", show_header=False)
        for row in part.rows:
            drawn.add_row(*map(Text, row))
        Console().print(drawn)
