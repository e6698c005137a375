"""``kaspec plan``: what a reload would do, before it does it."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from shell.configuration import Loaded

NOTHING, CHANGES, TROUBLE, INTERRUPTS = 0, 1, 2, 3
"""Exit statuses."""

EPILOG = """\b
Examples:
  kaspec plan /etc/keepalived/keepalived.conf new.conf
  kaspec plan --format json running.conf new.conf | jq .interrupts
  git show HEAD:keepalived.conf | kaspec plan - keepalived.conf

\b
Each instance is kept, changed (it keeps its state), restarted (another interface or VRID is another
virtual router), started or stopped.  Below it stands what that means: an "outage" interrupts service,
a "risk" does if the other routers are not as they must be, a "note" does not; "if MASTER" tells in which
state the instance must be for that.  A reload (SIGHUP) logs the same plan, and does exactly that.

\b
Exit statuses:
  0   nothing to do: both mean the same
  1   changes, none of which interrupts service
  2   a file cannot be read, or NEW has errors: a reload would refuse it and change nothing
  3   changes that interrupt service, or may"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print.")
@click.option("-i", "--config-id", metavar="ID", default=None, help="What @ID lines are compared with; the short host name if not given.")
def plan(old: Path, new: Path, form: str, config_id: str | None) -> None:
    """Show what a reload from the configuration OLD to NEW would do; nothing is touched."""
    before, after = (_load(path, config_id) for path in (old, new))
    if before is None or after is None:
        sys.exit(TROUBLE)
    if after.has_errors:
        for line in after.lines:
            click.echo(line, err=True)
        click.echo(f"{new}: a reload would refuse this and change nothing", err=True)
        sys.exit(TROUBLE)
    from kaspec.plan import plan as compare
    from kaspec.report.plan import plan_json, render_plan

    found = compare(before.configuration, after.configuration)
    text = json.dumps(plan_json(found), indent=2) if form == "json" else "\n".join(render_plan(found))
    click.echo(text.encode(errors="backslashreplace"))
    sys.exit(NOTHING if found.is_empty else INTERRUPTS if found.interrupts else CHANGES)


def _load(path: Path, config_id: str | None) -> "Loaded | None":
    """Read a configuration for whatever machine it is; complain if that cannot be done."""
    from shell.configuration import Unreadable, read

    loaded = read(Path("/dev/stdin") if path == Path("-") else path, config_id)
    if isinstance(loaded, Unreadable):
        click.echo(loaded.reason, err=True)
        return None
    return loaded
