"""``kaspec demo``: a failover on this machine, live."""

import sys
import tempfile
from pathlib import Path

import click

EPILOG = """\b
Exit statuses:
  0  everything happened as the protocol says
  1  something did not; the table names it
  2  this machine does not allow network namespaces"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--plain", is_flag=True, help="Write a line per event instead of a live picture (so it is when not on a terminal).")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Keep packets, logs and the trace in DIR.")
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Also write the last picture, as SVG.")
@click.option("--peer", type=click.Choice(["kaspec", "keepalived"]), default="kaspec", help="Who plays the two routers.")
def demo(plain: bool, keep: Path | None, picture: Path | None, peer: str) -> None:
    """Show two routers and one virtual IP: a power cut, a return, a clean stop.

    Two real daemons run in network namespaces of their own, as root or, where user namespaces are allowed, as anybody.
    """
    from rich.console import Console

    from conformance.demo.play import TRACE, draw, perform
    from conformance.lab.namespace import LabUnavailableError
    from conformance.lab.peers import KASPEC, KEEPALIVED

    directory = keep or Path(tempfile.mkdtemp(prefix="kaspec-demo-"))
    console = Console(width=None if sys.stdout.isatty() else 100)
    try:
        performance = perform(console, {"kaspec": KASPEC, "keepalived": KEEPALIVED}[peer], directory, plain or not console.is_terminal)
    except LabUnavailableError as error:
        click.echo(error, err=True)
        sys.exit(2)
    if picture is not None:
        draw(performance, picture)
    trace = f" and the trace of the run, which the core replayed ({TRACE})" if peer == "kaspec" else ""
    console.print(f"Packets, logs, configurations{trace}: {directory}", soft_wrap=True, highlight=False)
    sys.exit(0 if performance.succeeded else 1)
