"""``kaspec simulate``: how often and for how long some hosts' virtual routers are without a Master, by many random runs."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shell.commands.verify import names_of, readings_of
from shell.terminal import StatusLine, give_up

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from kaspec.explore.deployment import Deployment
    from kaspec.explore.simulation import Case, Chances, Counted
    from kaspec.report.outages import Simulated
    from kaspec.units import Interval

SIMULATED, TROUBLE, NOTHING_TO_SIMULATE = 0, 2, 3
"""Exit statuses."""
MOST_RUNS, MOST_HOURS = 1_000_000, 24 * 366
FAULTS = "crash=1d,stop=1d"
LOT = 250
"""How many runs are made side by side: fewer are slower, more give fewer pieces to share out."""
UNITS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}

EPILOG = """\b
Examples:
  kaspec simulate master.conf backup.conf
  kaspec simulate --loss 5% --runs 1000 --hours 24 --seed 1 master.conf backup.conf
  kaspec simulate --loss 0%,1%,5%,20% --svg outages.svg a.conf b.conf c.conf     a line for each, to be compared
  kaspec simulate --faults crash=7d,cut=12h --mended 10m a.conf b.conf           what fails, and how often
  kaspec simulate --json a.conf b.conf | jq '.virtual_routers[0].cases[0].without_master.within'
  kaspec simulate --dask tcp://scheduler:8786 --runs 100000 a.conf b.conf        on a Dask cluster

\b
What can go wrong at random (--faults NAME=MEAN,...), each host, pair, direction or thing by itself:
  crash      a host dies without a word
  stop       a host is stopped as by TERM
  cut        two hosts do not hear each other
  one-way    one host does not hear another
  carrier    an interface of a host loses its carrier
  tracked    a script, file, process or BFD session is found bad
MEAN is the average time from one to the next, in s, m, h or d.  It is over after --mended, on average.
--faults none leaves only losses.

\b
The routers are the daemon's own code, and time is exact to the microsecond.  The same seed gives the same
answer, however many processes share the work.  What can happen at worst, and whether anything is configured
wrongly, kaspec verify says; this says how often.  See docs/simulate.md.

\b
Exit statuses:
  0   simulated
  2   a file cannot be read or has errors, or an option is not understood
  3   there is nothing that can be simulated"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("files", nargs=-1, required=True, metavar="FILE FILE...", type=click.Path(path_type=Path))
@click.option("--loss", "losses", metavar="CHANCE,...", default="1%", show_default=True, help="Advertisements lost; several to compare.")
@click.option("--faults", "named", metavar="NAME=MEAN,...", default=FAULTS, show_default=True, help="What else goes wrong; see below.")
@click.option("--mended", metavar="MEAN", default="60s", show_default=True, help="After how long, on average, all is well again.")
@click.option("--runs", type=click.IntRange(1, MOST_RUNS), default=100, show_default=True, help="How many runs.")
@click.option("--hours", type=click.FloatRange(0.01, MOST_HOURS), default=24.0, show_default=True, help="How long each is.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, other runs.")
@click.option("--delay", metavar="MS", type=click.FloatRange(0.001), default=1.0, show_default=True, help="An advertisement's way.")
@click.option("-j", "--jobs", type=click.IntRange(1), help="How many processes share the work.  [default: one for each processor]")
@click.option("--dask", "cluster", metavar="ADDRESS", help="Share it among the workers of a Dask cluster instead.")
@click.option("--json", "as_json", is_flag=True, help="Write everything that was counted as JSON.")
@click.option("--svg", "picture", metavar="FILE", type=click.Path(path_type=Path), help="Draw how often there is no Master for how long.")
@click.option("-i", "--config-id", metavar="ID", help="What @ID lines are compared with; the short host name if not given.")
def simulate(
    files: tuple[Path, ...], losses: str, named: str, mended: str, runs: int, hours: float, seed: int, delay: float, jobs: int | None,
    cluster: str | None, as_json: bool, picture: Path | None, config_id: str | None,
) -> None:  # fmt: skip
    """Let the configurations FILE of some hosts run at random, many times, and count.

    Tells how often and for how long there is no Master, or two, and how often another host takes over.
    """
    from kaspec.explore.deployment import deploy
    from kaspec.units import SECOND, Interval

    chances = _chances(losses, named, mended)
    deployment = deploy(readings_of(files, config_id), names_of(files), Interval(max(round(delay * 1000), 1)))
    with _executor(jobs or os.cpu_count() or 1, cluster) as executor:
        simulated = list(_simulate(deployment, chances, (runs, Interval(round(hours * 3600 * SECOND)), seed), executor))
    if picture is not None:
        _draw(picture, simulated)
    if as_json:
        from kaspec.report.outages import outages_json

        unexplored = [(each.title, each.reason) for each in deployment.unexplored]
        click.echo(json.dumps(outages_json([str(each) for each in files], simulated, unexplored), indent=2))
    else:
        _show(simulated)
    for each in deployment.unexplored:
        click.echo(f"{each.title}: not simulated, for {each.reason}", err=True)
    sys.exit(SIMULATED if simulated else NOTHING_TO_SIMULATE)


def _chances(losses: str, named: str, mended: str) -> "list[Chances]":
    from kaspec.explore.simulation import SIMULATED as KNOWN
    from kaspec.explore.simulation import Chances

    every = {}
    for word in filter(None, (each.strip() for each in named.split(",")) if named != "none" else ()):
        name, _, mean = word.partition("=")
        if name.replace("-", "_") not in KNOWN:
            known = ", ".join(fault.replace("_", "-") for fault in KNOWN)
            give_up(f"--faults: {word!r} is not understood; it is NAME=MEAN, with NAME one of {known}, or 'none'", TROUBLE)
        every[name.replace("-", "_")] = _time(mean, "--faults")
    return [Chances(_chance(each.strip()), every, _time(mended, "--mended")) for each in losses.split(",")]


def _chance(text: str) -> float:
    try:
        chance = Decimal(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except InvalidOperation:
        chance = Decimal(-1)
    if not 0 <= chance <= 1:
        give_up(f"--loss: {text!r} is not a chance; it is written as 5% or as 0.05", TROUBLE)
    return float(chance)


def _time(text: str, option: str) -> "Interval":
    from kaspec.units import SECOND, Interval

    number = text.rstrip("smindh")
    unit = text[len(number) :]
    if unit not in UNITS or not number.isdecimal() or not 0 < int(number) * UNITS[unit] <= 100 * 366 * 86_400:
        give_up(f"{option}: {text!r} is not a time; it is a whole number with s, m, h or d, such as 12h", TROUBLE)
    return Interval(int(number) * UNITS[unit] * SECOND)


@contextmanager
def _executor(jobs: int, cluster: str | None) -> "Iterator[Executor | None]":
    """Return what shares the work: processes here, a cluster, or nothing where one process does it all."""
    if cluster is not None:
        try:
            from distributed import Client
        except ImportError:
            give_up("--dask needs the package distributed: pip install 'kaspec[dask]'", TROUBLE)
        try:
            client = Client(cluster, timeout=10)
        except (OSError, ValueError) as error:
            give_up(f"--dask: no scheduler answers at {cluster}: {error}", TROUBLE)
        with client, client.get_executor() as executor:
            yield executor
    elif jobs > 1:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
            yield pool
    else:
        yield None


def _simulate(
    deployment: "Deployment", chances: "list[Chances]", what: "tuple[int, Interval, int]", executor: "Executor | None"
) -> "Iterator[Simulated]":
    """Make runs of each cluster; ``what`` is how many, how long, and their seed."""
    from attrs import evolve

    from kaspec.explore.simulation import Case
    from kaspec.report.outages import Simulated

    runs, length, seed = what
    for cluster in deployment.clusters:
        world = evolve(cluster.world, begins="settled")
        cases = tuple(Case(world, each, length, seed) for each in chances)
        yield Simulated(cluster, cases, tuple(_counted(cluster.title, cases, runs, executor)))


def _counted(title: str, cases: "Sequence[Case]", runs: int, executor: "Executor | None") -> "Iterator[Counted]":
    """Make the runs of each case, and show on a terminal how far that is."""
    from kaspec.explore.simulation import summed, sweep

    found: list[list[Counted]] = [[] for _ in cases]
    done, line = 0, StatusLine(title)
    for number, counted in sweep(cases, runs, executor.map if executor else map, LOT):
        found[number].append(counted)
        done += counted.runs
        line.show(f": {done} of {runs * len(cases)} runs")
    line.clear()
    return map(summed, found)


def _draw(picture: Path, simulated: "list[Simulated]") -> None:
    """Write the picture; with several virtual routers, one after the other in files numbered from 1."""
    from kaspec.report.outages import outages_svg

    pictures = [outages_svg(each, virtual) for each in simulated for virtual in range(len(each.names()))]
    for number, drawn in enumerate(pictures, 1):
        place = picture if len(pictures) == 1 else picture.with_stem(f"{picture.stem}-{number}")
        try:
            place.write_text(drawn)
        except OSError as error:
            give_up(f"{place} cannot be written: {error.strerror}", TROUBLE)


def _show(simulated: "list[Simulated]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from kaspec.explore.remarks import shortly
    from kaspec.report.outages import HEADINGS, assumptions, cells, longest_shown

    console = Console(width=None if sys.stdout.isatty() else 200)
    for each in simulated:
        for text in assumptions(each):
            console.print(f"assumed: {text}", style="dim")
        for virtual, name in enumerate(each.names()):
            table = Table(title=Text(name, "bold"), title_justify="left")
            for heading in HEADINGS:
                bare = heading.format(shortly(longest_shown(each, virtual)))
                table.add_column(bare, justify="left" if bare != heading else "right")
            for case in range(len(each.cases)):
                table.add_row(*cells(each, virtual, case))
            console.print(table)
