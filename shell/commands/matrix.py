"""``kaspec conformance matrix``: every two routers, whoever made them, through everything that befalls a pair."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shell.commands.peers import NAMES
from shell.terminal import Tally, give_up

if TYPE_CHECKING:
    from conformance.matrix.play import Played

WELL, WRONG, TROUBLE, UNDETERMINED = 0, 1, 2, 3
"""Exit statuses."""
AT_ONCE = 8
EPILOG = """\b
Examples:
  kaspec conformance matrix                               every ordered pair of what is here, in every manner
  kaspec conformance matrix --peer kaspec --peer frr      only these two, and each with itself
  kaspec conformance matrix --only "v3 IPv6"              only cells whose name has this in it
  kaspec conformance matrix --keep out                    keep captures, logs and configurations in out/

\b
A cell is two routers, the first with the higher priority.  They start; the better one crashes, returns, is
stopped, returns; they are cut off from each other and hear each other again.  How long each takeover takes is
measured on the wire and compared with what the core says, and the judge (kaspec judge) must allow every packet.
A cell takes about half a minute, most of it waiting.

\b
Exit statuses:
  0   everybody gets on with everybody
  1   somebody does not
  2   an option is not understood, or a router or network namespaces are not to be had here
  3   undetermined: a cell could not be played to its end"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--peer", "names", multiple=True, type=click.Choice(NAMES), help="Whom to pair; once for each.  [default: whoever is here]")
@click.option("--only", metavar="TEXT", default="", help="Only cells whose name has this in it.")
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(1, 64), default=AT_ONCE, show_default=True, help="So many at a time.")
@click.option(
    "--keep", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Keep captures, logs and configurations in DIR."
)
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON.")
@click.option("--markdown", is_flag=True, help="Write the table of the documentation.")
def matrix(names: tuple[str, ...], only: str, jobs: int, keep: Path | None, as_json: bool, markdown: bool) -> None:
    """Pair routers in every order and manner, and measure how they take over from each other."""
    from conformance.lab.namespace import LabUnavailableError, enter_user_namespace
    from conformance.matrix import report
    from conformance.matrix.cells import cells
    from conformance.matrix.play import play_all
    from conformance.peers import PEERS

    peers = [PEERS[name] for name in dict.fromkeys(names or NAMES) if names or PEERS[name].missing() is None]
    wanted = [cell for cell in cells(peers) if only in cell.name]
    if not wanted:
        give_up(f"--only {only}: no cell has that in its name", TROUBLE)
    try:
        enter_user_namespace()
        played = play_all(wanted, jobs, keep, _Meter(len(wanted), silent=as_json or markdown))
    except LabUnavailableError as error:
        give_up(str(error), TROUBLE)
    if as_json:
        click.echo(report.as_json(played, {peer.name: peer.version() for peer in peers if peer.missing() is None}))
    if markdown:
        click.echo("\n".join(report.markdown(played)))
    outcomes = {each.outcome for each in played}
    sys.exit(WRONG if "fail" in outcomes else UNDETERMINED if "undetermined" in outcomes else WELL)


class _Meter:
    """Tells of each cell as it is over."""

    def __init__(self, wanted: int, silent: bool) -> None:
        self.tally, self.silent = Tally(wanted), silent

    def __call__(self, played: "Played") -> None:
        from conformance.matrix.report import lines

        if not self.silent:
            click.echo("\n".join(lines(played)))
        self.tally.one_more()
