"""``kaspec doctor``: what on this machine would keep a configuration from working."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shell.host import DEFAULT_CONFIGURATION

if TYPE_CHECKING:
    from kaspec.doctor import Needs
    from kaspec.doctor.findings import Severity

FINE, WRONG, UNREADABLE = 0, 1, 2
"""Exit statuses."""

EPILOG = """\b
Examples:
  kaspec doctor                     examine this machine, with the default configuration if there is one
  kaspec doctor keepalived.conf     ... with this one
  sudo kaspec doctor FILE           ... packet filters too: only root sees those
  kaspec doctor --format json FILE  for a program

\b
What the symbols mean:
  ✗  error: it does not work so        !  warning: it may not, or not always
  ?  it could not be told              ·  notice: worth knowing

\b
Exit statuses:
  0   no errors (with --strict: nothing but notices)
  1   errors: something would not work
  2   the file cannot be read, or an option is unknown"""

COLOURS = {"error": "red", "warning": "yellow", "unknown": "magenta", "notice": "blue"}


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("file", required=False, metavar="[FILE]", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to write it.")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, and for what could not be told, too.")
@click.option("--resolve", is_flag=True, help="Look the mail server's name up, which may ask the network.")
@click.option("-i", "--config-id", metavar="ID", help="What @ID lines are compared with; the short host name if not given.")
def doctor(file: Path | None, form: str, strict: bool, resolve: bool, config_id: str | None) -> None:
    """Examine this machine: what would keep the configuration from working, why it matters, and what to do.

    Nothing is changed, nothing is sent.  It works for ordinary users, and then says what only root can see.
    """
    from kaspec.doctor import examine
    from kaspec.doctor.wanted import facts_wanted
    from kaspec.report.doctor import doctor_json, doctor_lines
    from shell.survey import survey

    if file is None and os.path.exists(DEFAULT_CONFIGURATION):
        file = Path(DEFAULT_CONFIGURATION)
    needs = _needs(file, config_id)
    machine = survey(facts_wanted(needs), resolve)
    findings = examine(needs, machine)
    if form == "json":
        click.echo(doctor_json(findings, None if file is None else str(file), machine.kernel))
    else:
        paint = _painted if sys.stdout.isatty() and "NO_COLOR" not in os.environ else lambda text, _: text
        what = f"{file or 'Any configuration'} on {os.uname().nodename} (Linux {machine.kernel})"
        click.echo("\n".join(doctor_lines(findings, what, paint)).encode(errors="backslashreplace").decode())
    grave = {"error", "warning", "unknown"} if strict else {"error"}
    sys.exit(WRONG if any(finding.severity in grave for finding in findings) else FINE)


def _needs(file: Path | None, config_id: str | None) -> "Needs":
    """Read the configuration; exits if it cannot be read."""
    from kaspec.doctor import Needs
    from kaspec.doctor.reading import needs_of
    from shell.configuration import Unreadable, read

    if file is None:
        return Needs(general=True)
    loaded = read(file, config_id)
    if isinstance(loaded, Unreadable):
        click.echo(loaded.reason, err=True)
        sys.exit(UNREADABLE)
    return needs_of(loaded.reading)


def _painted(text: str, severity: "Severity") -> str:
    return click.style(text, fg=COLOURS[severity], bold=severity == "error")
