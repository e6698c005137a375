"""``kaspec verify``: every run that some hosts' configurations can have together, tried before any of them runs."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shell.terminal import give_up

if TYPE_CHECKING:
    from kaspec.config.reader import Reading
    from kaspec.explore.report import Report
    from kaspec.explore.world import Faults

HOLDS, VIOLATED, TROUBLE, UNDETERMINED = 0, 1, 2, 3
"""Exit statuses."""
QUICK, PATIENT = 10, 600
"""Seconds that a run takes at most."""

_FILE = click.Path(path_type=Path)

EPILOG = """\b
Examples:
  kaspec verify master.conf backup.conf
  kaspec verify --quick master.conf backup.conf           one thing goes wrong at a time; at most 10 s
  kaspec verify --faults loss=2,crash=1 a.conf b.conf     just these, in every order and at any moment
  kaspec verify --delay 20 a.conf b.conf                  an advertisement takes up to 20 ms
  kaspec verify --draw a.conf b.conf                      draw what happens, too
  kaspec verify --html report.html a.conf b.conf          as a page on which one can step through what happens
  kaspec verify --keep found a.conf b.conf                a trace, a picture and a capture of each violation
  kaspec verify --json a.conf b.conf | jq .verdict

\b
What can go wrong (--faults NAME=COUNT,...), in one run, at any moment, in any order:
  loss       an advertisement is lost on its way to one host
  crash      a host dies without a word; it may start again
  stop       a host is stopped as by TERM; it may start again
  cut        two hosts do not hear each other; it may heal
  one-way    one host does not hear another; it may heal
  carrier    an interface of a host loses its carrier; it may come back
  tracked    a script, file, process or BFD session is found bad; it may be good again
  duplication  an advertisement arrives at one host twice
  reordering   an advertisement arrives before one that was sent before it
  removal      somebody takes a virtual address away from its Master
  pause        a host does nothing for a while: its timers are late, what it hears waits
  drift        the clock of a host runs faster or slower by a thousandth; it may run right again
  reload       a host is reloaded

\b
Without --faults every one of these is tried by itself, and every two of the first seven together; reload only
if it is asked for.

\b
The routers are the daemon's own code; time is exact to the microsecond.  What holds is described in
docs/verify.md.  Addresses that no file tells are assumed, and said to be.

\b
Exit statuses:
  0   everything holds
  1   something is violated: how that comes about is shown
  2   a file cannot be read or has errors, or an option is not understood
  3   undetermined: there was not enough time, or something cannot be explored"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("files", nargs=-1, required=True, metavar="FILE FILE...", type=click.Path(path_type=Path))
@click.option("--faults", "named", metavar="NAME=COUNT,...", help="What may go wrong, and how often; see below.")
@click.option("--delay", metavar="MILLISECONDS", type=float, default=1.0, show_default=True, help="How long an advertisement may take.")
@click.option("--quick", is_flag=True, help=f"Try no two faults together, and end after {QUICK} s.")
@click.option("--time", "limit", metavar="SECONDS", type=float, help=f"When to end.  [default: {PATIENT}, or {QUICK} with --quick]")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    default=lambda: len(os.sched_getaffinity(0)),
    show_default="processors",
    help="So many searches at a time.",
)
@click.option("--draw", is_flag=True, help="Draw what happens in each violation.")
@click.option("--html", metavar="FILE", type=_FILE, help="Write everything as one page, too.")
@click.option("--svg", metavar="FILE", type=_FILE, help="Draw the first violation as a picture, too.")
@click.option("--pcap", metavar="FILE", type=_FILE, help="Write what is sent in the first violation as a packet capture, too.")
@click.option("--keep", metavar="FOLDER", type=_FILE, help="Write a trace, a picture and a capture of every violation there.")
@click.option(
    "--export", metavar="FILE", type=_FILE, help="Write the last search for SPIN, TLC, mCRL2 or Graphviz: .pml, .tla, .aut, .dot."
)
@click.option("--json", "as_json", is_flag=True, help="Write everything that was found as JSON, traces included.")
@click.option("-i", "--config-id", metavar="ID", help="What @ID lines are compared with; the short host name if not given.")
def verify(
    files: tuple[Path, ...],
    named: str | None,
    delay: float,
    quick: bool,
    limit: float | None,
    jobs: int,
    draw: bool,
    html: Path | None,
    svg: Path | None,
    pcap: Path | None,
    keep: Path | None,
    export: Path | None,
    as_json: bool,
    config_id: str | None,
) -> None:
    """Try every run that the configurations FILE of some hosts can have together.

    Tells whether they always elect one Master and the right one, how long a failover takes at worst, and for what is violated how it comes
    about and which line of which file to change.
    """
    from kaspec.explore.report import report_json
    from shell.commands.verify_export import complaint_about, write_export
    from shell.commands.verify_files import write
    from shell.commands.verify_scenes import Meter

    if delay < 0:
        give_up("--delay: it cannot be negative", TROUBLE)
    if complaint := complaint_about(export):
        give_up(complaint, TROUBLE)
    faults, readings = _faults(named), readings_of(files, config_id)
    ends = time.monotonic() + (limit if limit is not None else QUICK if quick else PATIENT)
    report = _verify(readings, files, faults, quick, int(delay * 1000), ends, jobs)
    click.echo(report_json(report) if as_json else "\n".join(_lines(report, draw)))
    complaints = list(write(report, html, svg, pcap, keep))
    if export and (complaint := write_export(report, export, Meter(f"Exporting to {export}", ends))):
        complaints.append(complaint)
    if complaints:
        give_up("\n".join(complaints), TROUBLE)
    sys.exit({"holds": HOLDS, "violated": VIOLATED, "undetermined": UNDETERMINED}[report.verdict])


def _lines(report: "Report", draw: bool) -> Iterator[str]:
    from kaspec.explore.report import report_lines
    from kaspec.picture import render_text

    coloured = sys.stdout.isatty()
    return report_lines(report, (lambda picture: render_text(picture, coloured)) if draw else None)


def _faults(named: str | None) -> "Faults | None":
    from kaspec.explore.world import FAULTS, Faults

    if named is None:
        return None
    counts = {}
    for each in filter(None, named.split(",")):
        name, _, count = each.strip().partition("=")
        if name.replace("-", "_") not in FAULTS or not (count or "1").isdecimal():
            known = ", ".join(fault.replace("_", "-") for fault in FAULTS)
            give_up(f"--faults: {each.strip()!r} is not understood; it is NAME=COUNT, with NAME one of {known}", TROUBLE)
        counts[name.replace("-", "_")] = int(count or 1)
    return Faults.counted(counts)


def readings_of(files: Sequence[Path], config_id: str | None) -> "list[Reading]":
    """Read the configurations; one that is of no use ends the command."""
    from shell.configuration import Unreadable, read
    from shell.options import Options

    if len(files) < 2:
        give_up("There is nothing to verify in one file: name the peer's as well", TROUBLE)
    found = []
    for path in files:
        loaded = read(path, Options().config_id if config_id is None else config_id)
        if isinstance(loaded, Unreadable):
            give_up(loaded.reason, TROUBLE)
        if loaded.has_errors:
            give_up(f"{path} has errors, see kaspec check {path}", TROUBLE)
        if not loaded.configuration.routers:
            give_up(f"{path} has no vrrp_instance", TROUBLE)
        found.append(loaded.reading)
    return found


def _verify(
    readings: "list[Reading]", files: Sequence[Path], faults: "Faults | None", quick: bool, delay: int, ends: float, jobs: int
) -> "Report":
    from kaspec.config.compare import compare
    from kaspec.explore.deployment import deploy
    from kaspec.explore.report import Report
    from kaspec.explore.scenes import scenes
    from kaspec.units import Interval
    from shell.commands.verify_scenes import put_all_through

    deployment = deploy(readings, names_of(files), Interval(delay))
    verified = tuple(put_all_through(each, list(scenes(each, faults, quick)), ends, jobs) for each in deployment.clusters)
    texts = {name: text for reading in readings for name, text in reading.texts.items()}
    return Report(tuple(map(str, files)), verified, deployment.unexplored, compare(tuple(readings)), texts)


def names_of(files: Sequence[Path]) -> list[str]:
    """Call each host by its file, or its directory where files are called alike; in letters that a trace can take."""
    for parts in ([path.stem for path in files], [path.absolute().parent.name for path in files]):
        words = ["".join(letter if letter.isalnum() or letter in "_.-" else "-" for letter in part) or "host" for part in parts]
        if len(set(words)) == len(words):
            return words
    return [f"host{number}" for number in range(1, len(files) + 1)]
