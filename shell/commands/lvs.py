"""``kaspec lvs``: what concerns virtual servers, without touching the kernel."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shell.terminal import give_up

if TYPE_CHECKING:
    from kaspec.lvs.model import VirtualServer
    from kaspec.lvs.schedulers import SchedulerName
    from kaspec.lvs.simulation.spread import Spread
    from kaspec.lvs.simulation.traffic import Traffic

SIMULATED, TROUBLE = 0, 2
"""Exit statuses."""

EPILOG = """\b
Examples:
  kaspec lvs simulate keepalived.conf
  kaspec lvs simulate keepalived.conf -s all --traffic 'connections=5000 clients=20 skew=1'
  kaspec lvs simulate keepalived.conf -s sh -s mh --traffic 'lasting=5 fail=192.0.2.11:80@4 return=192.0.2.11:80@8'
  kaspec lvs simulate keepalived.conf --svg spread.svg
  kaspec lvs simulate keepalived.conf --format json | jq '.[0].spreads[0].servers'

\b
Traffic is described by words, each with a default:
  connections=1000        how many connections come
  rate=100                ... and how many of them in a second
  lasting=1-10            how long each is open, in seconds: one figure, or the least and the most
  clients=100             how many addresses they come from
  skew=0                  0: all clients alike; 1: client n makes 1/n as many as the first; 2: 1/n^2, ...
  seed=0                  another number, another run
  fail=ADDRESS:PORT@T     the server fails after T seconds: it is removed, or quiescent if inhibit_on_failure
  return=ADDRESS:PORT@T   ... and is back

\b
The choices are those of the kernel's own schedulers, connection by connection (the project's tests hold
them against a real kernel; twos draws at random, so there it is one possible run).  All servers are up
unless the traffic says.  A closed TCP connection counts as inactive for two more minutes, as in the kernel.

\b
Exit statuses:
  0   simulated
  2   the file cannot be read, has no such virtual server, or the traffic is not understood"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def lvs() -> None:
    """Look at virtual servers without touching the kernel."""


@lvs.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("virtual", required=False)
@click.option("-t", "--traffic", "described", metavar="SPEC", default="", help="The traffic; see below.")
@click.option("-s", "--scheduler", "named", multiple=True, help="Instead of the one configured; repeat it to compare, or say 'all'.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print.")
@click.option("--svg", "picture", metavar="FILE", type=click.Path(path_type=Path), help="Draw open connections over time as well.")
@click.option("-i", "--config-id", metavar="ID", default=None, help="What @ID lines are compared with; the short host name if not given.")
def simulate(
    file: Path, virtual: str | None, described: str, named: tuple[str, ...], form: str, picture: Path | None, config_id: str | None
) -> None:
    """Show how the configuration FILE would spread connections over its real servers.

    VIRTUAL is one of its virtual servers, written as in the file ("192.0.2.1 80", "fwmark 5", "group web"); all of them if not given.
    """
    from kaspec.lvs.simulation.spread import simulate as run
    from kaspec.lvs.simulation.traffic import parse_traffic

    traffic = parse_traffic(described)
    if isinstance(traffic, str):
        give_up(f"--traffic: {traffic}", TROUBLE)
    found = _virtual_servers(file, virtual, config_id)
    spreads = [(head, [run(each, scheduler, traffic) for scheduler in _schedulers(each, named)]) for head, each in found]
    _warn_of_strangers(found, traffic)
    if picture is not None:
        _draw(picture, spreads)
    if form == "json":
        from kaspec.report.simulation import spread_json

        told: list[Any] = [{"virtual_server": head, "spreads": [spread_json(each) for each in spread]} for head, spread in spreads]
        click.echo(json.dumps(told, indent=2))
    else:
        for head, each in spreads:
            _show(head, each)
    sys.exit(SIMULATED)


def _virtual_servers(file: Path, wanted: str | None, config_id: str | None) -> "list[tuple[str, VirtualServer]]":
    """Read the virtual servers that can be simulated, each with how the file writes it."""
    from kaspec.config.render_services import service_head
    from shell.configuration import Unreadable, read

    loaded = read(Path("/dev/stdin") if file == Path("-") else file, config_id)
    if isinstance(loaded, Unreadable):
        give_up(loaded.reason, TROUBLE)
    if loaded.has_errors:
        click.echo(f"{file} has errors, and what they concern is left out: see kaspec check {file}", err=True)
    named = [(service_head(each.key), each) for each in loaded.configuration.services if each.services and each.servers]
    found = [each for each in named if wanted is None or each[0] == " ".join(wanted.split())]
    if not found:
        there = ", ".join(f'"{head}"' for head, _ in named) or "none"
        give_up(f"{file}: no {'virtual_server ' + wanted if wanted else 'virtual_server with a real_server'}; there is: {there}", TROUBLE)
    return found


def _schedulers(virtual: "VirtualServer", named: tuple[str, ...]) -> "list[SchedulerName]":
    """Return the schedulers to run: those named, or the configured one."""
    from kaspec.lvs.schedulers import SCHEDULERS

    wanted = SCHEDULERS if "all" in named else named or (virtual.scheduler,)
    chosen = [scheduler for scheduler in SCHEDULERS if scheduler in wanted]
    if strange := sorted(set(wanted) - set(SCHEDULERS)):
        give_up(f"{', '.join(strange)}: not a scheduler that can be simulated; there is: {', '.join(SCHEDULERS)}, all", TROUBLE)
    return chosen


def _warn_of_strangers(found: "list[tuple[str, VirtualServer]]", traffic: "Traffic") -> None:
    known = {(real.address, real.port) for _, virtual in found for real in virtual.servers}
    for turn in traffic.turns:
        if (turn.server.address, turn.server.port) not in known:
            click.echo(f"{turn.server} is none of the real servers: that it fails or returns changes nothing", err=True)


def _draw(picture: Path, spreads: "list[tuple[str, list[Spread]]]") -> None:
    """Write the picture; with several virtual servers, one after the other in files numbered from 1."""
    from kaspec.report.simulation import render_svg

    for number, (head, each) in enumerate(spreads, 1):
        place = picture if len(spreads) == 1 else picture.with_stem(f"{picture.stem}-{number}")
        try:
            place.write_text(render_svg(f"virtual_server {head}", each))
        except OSError as error:
            give_up(f"{place}: {error.strerror}", TROUBLE)


def _show(head: str, spreads: "list[Spread]") -> None:
    """Print a table for each scheduler."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from kaspec.report.simulation import bar, curve, heading, share_of

    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(Text(f"virtual_server {head}", "bold"))
    for spread in spreads:
        table = Table(title=heading(spread), title_justify="left", title_style="")
        for title in ("server", "weight", "connections", "percent", "", "clients", "most open", "open over time"):
            table.add_column(title, justify="right" if title in ("weight", "connections", "percent", "clients", "most open") else "left")
        highest = max((share.most for share in spread.shares), default=0)
        for share in spread.shares:
            percent = share_of(spread, share)
            figures = (str(share.weight), str(share.connections), f"{percent:.1f}", bar(percent, 12), str(share.clients), str(share.most))
            table.add_row(Text(str(share.server)), *figures, curve(share.open_at, highest, 30))
        console.print(table)
