"""``kaspec conformance differ``: plots that nobody thought of, played by a router and by the core; what differs is shrunk and named."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from shell.commands.peers import NAMES, peers_of
from shell.terminal import StatusLine, give_up

if TYPE_CHECKING:
    from conformance.differing.hunt import Bag
    from conformance.peers.peer import Peer
    from conformance.runner.running import Result

SAME, DIFFERENT, TROUBLE, UNDETERMINED = 0, 1, 2, 3
"""Exit statuses."""
AT_ONCE, EXAMPLES, MANY = 12, 48, 100_000
EPILOG = """\b
Examples:
  kaspec conformance differ --peer keepalived                  48 plots from seed 0
  kaspec conformance differ --peer frr --seed 7 --examples 200
  kaspec conformance differ --minutes 30 --keep out            for half an hour at everybody who is here; keep what differs
  kaspec conformance differ --no-excuse --peer keepalived      fail at what is known of it, too
  kaspec conformance differ --json | jq '.[].disagreements[] | .verdict, .trace'
  kaspec trace explain out/keepalived/re-arms/case.trace       what the core does there, and by which rule

\b
Hypothesis writes plots: a router of some version, interval, priority and addresses, and advertisements that are
good or odd, cables that are pulled and put in, and stops, at odd times or just before and after the router's own
deadlines.  The peer plays them in namespaces of its own, and the core judges its packets and addresses.  What the
core cannot have done is shrunk to the simplest plot that shows it, and written as a trace with a verdict.

\b
Verdicts:
  agrees         the core can have done just what was seen
  freedom        it cannot, but an RFC of that version asks for it, or leaves it free
  departure      it cannot; a core that departs as this peer is known to can: each way is named
  unexplained    it cannot, twice alike, and nothing known explains it: a bug of ours or of theirs
  undetermined   it cannot, but not twice alike; or the machine was too busy

\b
Exit statuses:
  0   no disagreement is unexplained
  1   one is, or with --no-excuse there is a departure
  2   an option is not understood, or a router, Hypothesis or network namespaces are not to be had here
  3   none is, but something is undetermined"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--peer", "names", multiple=True, type=click.Choice(NAMES), help="Whom to test; once for each.  [default: whoever is here]")
@click.option("--seed", metavar="N", type=click.IntRange(0), default=0, show_default=True, help="The same seed, the same plots.")
@click.option("--examples", metavar="N", type=click.IntRange(1), help=f"Play so many plots.  [default: {EXAMPLES}]")
@click.option("--minutes", metavar="M", type=click.FloatRange(0, min_open=True), help="Play for so long, then shrink what differs.")
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(1, 64), default=AT_ONCE, show_default=True, help="So many at a time.")
@click.option("--excuse/--no-excuse", default=True, show_default=True, help="Whether known departures are no failure.")
@click.option("--keep", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Keep traces, packets and logs in DIR.")
@click.option("--json", "as_json", is_flag=True, help="Write every disagreement as JSON, with its trace.")
def differ(
    names: tuple[str, ...],
    seed: int,
    examples: int | None,
    minutes: float | None,
    jobs: int,
    excuse: bool,
    keep: Path | None,
    as_json: bool,
) -> None:
    """Play what Hypothesis writes at real routers, and shrink and name what the core would not have done."""
    from conformance.lab.namespace import LabUnavailableError, enter_user_namespace

    peers = peers_of(names, TROUBLE)
    plots = examples or (EXAMPLES if minutes is None else MANY)
    bags: list[Bag] = []
    try:
        from conformance.differing import report

        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
        enter_user_namespace()
        for peer in peers:
            bags.append(_hunted(peer, seed, plots, minutes, jobs, keep))
            if not as_json:
                click.echo("\n".join(report.lines(bags[-1])))
            if keep is not None:
                report.save(bags[-1], keep)
    except ModuleNotFoundError as error:
        give_up(f"This takes Hypothesis: pip install 'kaspec[differ]' ({error})", TROUBLE)
    except LabUnavailableError as error:
        give_up(str(error), TROUBLE)
    except OSError as error:
        give_up(f"{error.filename} cannot be written: {error.strerror}", TROUBLE)
    if as_json:
        click.echo(report.as_json(bags))
    sys.exit(_status(bags, excuse))


def _hunted(peer: "Peer", seed: int, plots: int, minutes: float | None, jobs: int, keep: Path | None) -> "Bag":
    from hypothesis.configuration import set_hypothesis_home_dir

    from conformance.differing.comparing import Comparing
    from conformance.differing.hunt import Hunt

    line, said = StatusLine(f"{peer.name}: "), ["writing plots"]

    def hear(text: str) -> None:
        said[0] = text
        line.show(text)

    def told(result: "Result") -> None:
        line.show(f"{said[0]}; {result.case.name}: {result.verdict}")

    hear(*said)
    with TemporaryDirectory() as nothing:
        set_hypothesis_home_dir(nothing)  # it would leave a folder where the command is called
        bag = Hunt(Comparing(peer, peer.version(), jobs, told), seed, keep, hear).hunt(plots, minutes)
    line.clear()
    return bag


def _status(bags: "list[Bag]", excuse: bool) -> int:
    failing = {"unexplained"} if excuse else {"unexplained", "departure"}
    if any(bag.count(verdict) for bag in bags for verdict in failing):
        return DIFFERENT
    return UNDETERMINED if any(bag.count("undetermined") for bag in bags) else SAME
