"""``kaspec check``: everything that is wrong or unwise in configuration files, and what would keep peers from agreeing."""

import os
import sys
from typing import TYPE_CHECKING

import click

from shell.host import DEFAULT_CONFIGURATION

if TYPE_CHECKING:
    from kaspec.config.diagnostics import Role
    from kaspec.config.reader import Reading
    from kaspec.report.findings import Findings

FINE, WRONG, UNREADABLE = 0, 1, 2
"""Exit statuses."""

EPILOG = """\b
Examples:
  kaspec check                             check /etc/keepalived/keepalived.conf
  kaspec check keepalived.conf             check a file, for whatever machine it is
  kaspec check --interfaces FILE           ... and that this machine has the interfaces
  kaspec check master.conf backup.conf     check both, and whether they can be one virtual router
  kaspec check --format sarif FILE         for a code host or an editor
  kaspec check --support FILE              what of it this release reads without effect
  kaspec check --explain K034              what a code means and what to do

\b
Exit statuses:
  0   nothing, or only notices and warnings
  1   errors (with --strict: or warnings)
  2   a file cannot be read, or an option is unknown"""

COLOURS = {"error": "red", "warning": "yellow", "notice": "blue", "hint": "cyan"}


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True, help="How to write it.")
@click.option("--all", "everything", is_flag=True, help="Show every problem, not only the first 20 of a kind.")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@click.option(
    "--assume-interfaces/--interfaces",
    default=True,
    help="Take interfaces, scripts and users as existing, or look for them on this machine.  [default: --assume-interfaces]",
)
@click.option("--compare/--no-compare", default=True, help="Compare several files as peers.  [default: --compare]")
@click.option("-e", "--all-config", is_flag=True, help="Check that every included file exists.")
@click.option("-i", "--config-id", metavar="ID", help="What @ID lines are compared with; the short host name if not given.")
@click.option("--support", is_flag=True, help="List what this release reads without effect; without FILE, of all keywords.")
@click.option("--explain", metavar="CODE", help="Explain a code such as K034, and stop.")
def check(
    files: tuple[str, ...],
    form: str,
    everything: bool,
    strict: bool,
    assume_interfaces: bool,
    compare: bool,
    all_config: bool,
    config_id: str | None,
    support: bool,
    explain: str | None,
) -> None:
    """Check configuration files: every problem at once, with its place, its reason and what to do.

    Of two or more files each is checked, and then they are compared as the routers of one network: what differs and must not.
    """
    if explain is not None:
        sys.exit(_explain(explain))
    if support and not files:
        sys.exit(_support(()))
    from shell.configuration import Unreadable, read

    if assume_interfaces:
        look = read
    else:
        from shell.loading import load as look
    results = [look(path, config_id, all_config) for path in files or (DEFAULT_CONFIGURATION,)]
    unreadable = [result.reason for result in results if isinstance(result, Unreadable)]
    for reason in unreadable:
        click.echo(reason, err=True)
    readings = tuple(result.reading for result in results if not isinstance(result, Unreadable))
    if support:
        sys.exit(_support(readings) or (UNREADABLE if unreadable else FINE))
    found = _findings(readings, compare)
    _write(found, form, everything)
    bad = found.count("error") or (strict and found.count("warning"))
    sys.exit(UNREADABLE if unreadable else WRONG if bad else FINE)


def _findings(readings: "tuple[Reading, ...]", together: bool) -> "Findings":
    from kaspec.config.gathering import in_order
    from kaspec.config.lint import lint
    from kaspec.report.findings import Findings

    diagnostics = [each for reading in readings for each in in_order((*reading.diagnostics, *lint(reading)))]
    if together and len(readings) > 1:
        from kaspec.config.compare import compare

        diagnostics += compare(readings)
    texts = {name: text for reading in readings for name, text in reading.texts.items()}
    return Findings(tuple(next(iter(reading.texts)) for reading in readings), tuple(diagnostics), texts)


def _write(found: "Findings", form: str, everything: bool) -> None:
    if form == "sarif":
        from kaspec.report.sarif import findings_sarif
        from shell.version import VERSION

        _echo(findings_sarif(found, VERSION))
    elif form == "json":
        from kaspec.report.findings import findings_json

        _echo(findings_json(found))
    else:
        from kaspec.config.diagnostics import unpainted
        from kaspec.report.findings import SHOWN_OF_A_KIND, findings_lines

        paint = _painted if sys.stdout.isatty() and "NO_COLOR" not in os.environ else unpainted
        _echo("\n".join(findings_lines(found, None if everything else SHOWN_OF_A_KIND, paint)))


def _painted(text: str, role: "Role") -> str:
    return click.style(text, fg=COLOURS[role], bold=role == "error")


def _echo(text: str) -> None:
    """Print; what is no character (a byte of a file that is not UTF-8) is printed as its escape."""
    click.echo(text.encode(errors="backslashreplace").decode())


def _explain(code: str) -> int:
    from kaspec.report.explanation import explanation_lines

    lines = explanation_lines(code.upper())
    if not lines:
        click.echo(f"There is no code {code}: codes are K001 to K199, and stand in brackets behind each problem", err=True)
        return UNREADABLE
    click.echo("\n".join(lines))
    return FINE


def _support(readings: "tuple[Reading, ...]") -> int:
    from kaspec.report.support import support_lines, table_lines

    _echo("\n".join(support_lines(readings) if readings else table_lines()))
    return FINE
