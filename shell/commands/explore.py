"""``kaspec explore``: choose oneself what happens to the hosts of some configurations, and see what they make of it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shell.commands.verify import TROUBLE, names_of, readings_of

if TYPE_CHECKING:
    from shell.explorer import Exploration

EPILOG = """\b
Examples:
  kaspec explore --serve master.conf backup.conf               a page to click through everything that can happen
  kaspec explore --from found/VI_1-S1.trace a.conf b.conf      draw a trace, and say what can happen next
  kaspec explore --from incident.pcap a.conf b.conf            what must have happened, by what was captured

\b
The page is on this machine only.  It can start from a trace or a packet capture, too: paste it there.

\b
Exit statuses:
  0   ended
  2   a file cannot be read or has errors, the port is taken, or what to start from cannot be followed at all"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("files", nargs=-1, required=True, metavar="FILE FILE...", type=click.Path(path_type=Path))
@click.option("--serve", is_flag=True, help="Serve a page on loopback until interrupted.")
@click.option(
    "--port", metavar="PORT", type=click.IntRange(0, 65535), default=8112, show_default=True, help="Where; 0 for any that is free."
)
@click.option("--from", "begin", metavar="FILE", type=click.Path(path_type=Path), help="A trace or a packet capture to start from.")
@click.option("--delay", metavar="MILLISECONDS", type=click.FloatRange(0), default=1.0, show_default=True,
              help="How long an advertisement may take.")  # fmt: skip
@click.option("-i", "--config-id", metavar="ID", help="What @ID lines are compared with; the short host name if not given.")
def explore(files: tuple[Path, ...], serve: bool, port: int, begin: Path | None, delay: float, config_id: str | None) -> None:
    """Choose what happens to the hosts with the configurations FILE, one thing after another, and see what they do and why.

    Every order of what happens at one moment can be chosen, and whatever may go wrong at any.
    """
    exploration = _exploration(files, config_id, int(delay * 1000))
    taken: dict[str, Any] = _take(exploration, begin) if begin is not None else {"start": "0", "path": [], "complaint": ""}
    if serve:
        _serve(exploration, port, taken)
    else:
        click.echo(_told(exploration, taken))


def _exploration(files: Sequence[Path], config_id: str | None, delay: int) -> "Exploration":
    from kaspec.explore.deployment import deploy
    from kaspec.units import Interval
    from shell.explorer import Exploration

    deployment = deploy(readings_of(files, config_id), names_of(files), Interval(delay))
    for each in deployment.unexplored:
        click.echo(f"{each.title}: not explored, for {each.reason}", err=True)
    if not deployment.clusters:
        sys.exit(TROUBLE)
    return Exploration(deployment.clusters)


def _take(exploration: "Exploration", begin: Path) -> dict[str, Any]:
    from shell.explorer import RefusedError

    try:
        taken = exploration.take("0", begin.read_bytes())
    except (OSError, RefusedError) as error:
        click.echo(f"{begin}: {error.strerror if isinstance(error, OSError) else error}", err=True)
        sys.exit(TROUBLE)
    if taken["complaint"]:
        click.echo(f"{begin}: followed as far as it goes: {taken['complaint']}", err=True)
    return taken


def _serve(exploration: "Exploration", port: int, taken: dict[str, Any]) -> None:
    import json
    from urllib.parse import quote

    from shell.explorer import Server

    try:
        server = Server(exploration, port)
    except OSError as error:
        click.echo(f"port {port}: {error.strerror}; choose another with --port, or 0 for any that is free", err=True)
        sys.exit(TROUBLE)
    place = {"start": taken["start"], "path": taken["path"]}
    click.echo(server.address + (f"#{quote(json.dumps(place))}" if taken["path"] else ""))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _told(exploration: "Exploration", taken: dict[str, Any]) -> str:
    from kaspec.explore.picture import picture
    from kaspec.picture import render_text

    explorer = exploration.explorers[str(taken["start"])]
    path = taken["path"]
    assert isinstance(path, list)
    stage = explorer.walk(path)
    drawn = render_text(picture(stage.run), sys.stdout.isatty()) if path else ""
    choices = "\n".join(f"  {explorer.words(stage, move)}" for _, move in explorer.moves(stage))
    return f"{drawn}\nWhat can happen next:\n{choices}\n\nTo choose, ask for the page: --serve"
