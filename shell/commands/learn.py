"""``kaspec conformance learn``: what a running router does, as a machine, beside the core's."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shell.commands.peers import NAMES
from shell.terminal import StatusLine, give_up

if TYPE_CHECKING:
    from conformance.learning.report import Learnt
    from conformance.peers.peer import Peer

SAME, DIFFERENT, TROUBLE, UNDETERMINED = 0, 1, 2, 3
"""Exit statuses."""
PLACES = 200
PLACES_OF_MANY_DAEMONS = 24
"""How many words at a time where each takes a daemon of its own."""
EPILOG = """\b
Examples:
  kaspec conformance learn --peer keepalived              learn its machine, compare it with the specification's
  kaspec conformance learn --peer kaspec --version 2
  kaspec conformance learn --peer keepalived --keep out   also draw both machines (graphviz) and write traces
  kaspec conformance learn --json | jq '.[] | .differences'

\b
The router is asked words: letters are advertisements that a neighbour sends, higher, lower, of priority 0 or
bad in some way, or nothing at all, and after each comes a while in which it is watched.  What it does there
is its output.  From a few hundred words, played at many virtual routers at once, L* (AALpy) infers the one
machine that answers them so, and a suite of more words tests it.  The specification's own machine is learnt
in the same way, by virtual time.  Two machines that are not bisimilar are told apart by the shortest words.

\b
It takes a minute or two for each router and version, and a machine that has little else to do.

\b
Exit statuses:
  0   every router is the specification's machine
  1   one differs, be it in a way that is known or not
  2   an option is not understood, or a router or network namespaces are not to be had here
  3   undetermined: a router answers the same word now so, now so, or the machine is too busy"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--peer", "names", multiple=True, type=click.Choice(NAMES), help="Whom to learn; once for each.  [default: kaspec, keepalived]"
)
@click.option("--version", "versions", multiple=True, type=click.Choice(("2", "3")), help="In which version of VRRP.  [default: both]")
@click.option("--extra", metavar="N", type=click.IntRange(0, 2), default=0, show_default=True, help="Look for so many more states.")
@click.option("--at-once", metavar="N", type=click.IntRange(1, 250), help=f"Play so many words at a time.  [default: {PLACES}]")
@click.option("--keep", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Write drawings and traces to DIR.")
@click.option("--json", "as_json", is_flag=True, help="Write machines and differences as JSON.")
def learn(names: tuple[str, ...], versions: tuple[str, ...], extra: int, at_once: int | None, keep: Path | None, as_json: bool) -> None:
    """Learn what running routers do, as Mealy machines, and compare them with the specification's."""
    from conformance.lab.namespace import LabUnavailableError, enter_user_namespace
    from conformance.learning import report
    from conformance.learning.answers import UnclearError
    from conformance.learning.device import EndedError
    from conformance.peers import PEERS

    studied = []
    try:
        enter_user_namespace()
        for name in dict.fromkeys(names or NAMES[:2]):
            for version in versions or ("2", "3"):
                studied.append(_study(PEERS[name], int(version), extra, at_once))
                if not as_json:
                    click.echo("\n".join(report.lines(studied[-1])))
    except (LabUnavailableError, LookupError) as error:
        give_up(str(error), TROUBLE)
    except (UnclearError, EndedError, TimeoutError) as error:
        give_up(f"Nothing can be told: {error}", UNDETERMINED)
    if as_json:
        click.echo(report.as_json(studied))
    if keep is not None:
        _keep(studied, keep)
    sys.exit(DIFFERENT if any(each.differences for each in studied) else SAME)


def _study(peer: "Peer", version: int, extra: int, at_once: int | None) -> "Learnt":
    from conformance.learning.alphabet import ALPHABETS
    from conformance.learning.answers import Answers
    from conformance.learning.device import running
    from conformance.learning.report import study

    places = at_once or (PLACES_OF_MANY_DAEMONS if peer.name == "frr" else PLACES)
    line = StatusLine(f"{peer.name}, version {version}: ")
    line.show("starting")
    with ExitStack() as stack:
        wire = stack.enter_context(running(peer, ALPHABETS[version], places))
        learnt = study(peer.name, peer.version(), ALPHABETS[version], Answers(wire.ask), extra, line.show)
    line.clear()
    return learnt


def _keep(studied: "list[Learnt]", folder: Path) -> None:
    from conformance.learning.report import drawing, traces

    folder.mkdir(parents=True, exist_ok=True)
    for each in studied:
        (folder / f"{each.peer}-v{each.alphabet.version}.dot").write_text(drawing(each))
        for name, text in traces(each):
            (folder / name).write_text(text)
