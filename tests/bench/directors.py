"""Directors side by side on the lab's kernel: how soon its table is whole, and what checks cost: ``python -m tests.bench.directors``.

The lab has one slow processor, so figures say little by themselves; both daemons are measured by turns in one run, and the ratio counts.
"""

import compileall
from statistics import median

import click
from rich.console import Console
from rich.table import Table

import kaspec
import shell
from conformance.lab.uml import run_job
from tests.bench.configurations import HTTP_GET, SERVERS, SERVICES, TCP_CHECK, large
from tests.bench.director_jobs import CHECKED, PEERS, checks, start_ups

TIMEOUT, MEMORY = 600.0, 1024


@click.command()
@click.option("--repeat", default=3, show_default=True, help="How often each daemon is started; medians are shown.")
@click.option("--seconds", default=10.0, show_default=True, help="How long each daemon checks.")
@click.option("--only", type=click.Choice(["start-up", "checks"]), help="Measure only this.")
def main(repeat: int, seconds: float, only: str | None) -> None:
    """Measure kaspec beside keepalived on the lab's kernel."""
    for package in (kaspec, shell):  # as where it is installed: the lab's files cannot be written, so nothing there is kept compiled
        compileall.compile_dir(package.__path__[0], quiet=1)
    console, rows = Console(), Table("measured", "unit", "kaspec", "keepalived", "ratio", title="directors in the kernel lab")
    if only in (None, "start-up"):
        texts = {"no checks": large(check=""), "TCP_CHECK": large()}
        console.log(f"start-up, {repeat} times each")
        for name, figures in run_job(start_ups, {"configurations": texts, "repeats": repeat}, TIMEOUT, MEMORY).items():
            what = f"exec to the whole table, {SERVICES} x {SERVERS}, {name}"
            _add(rows, what, "s", *(median(took for took, _ in figures[peer.name]) for peer in PEERS))
            _add(
                rows, f"... CPU of all processes until then, {name}", "s", *(median(cpu for _, cpu in figures[peer.name]) for peer in PEERS)
            )
    if only in (None, "checks"):
        texts = {name: large(CHECKED, SERVERS, check, delay_loop=1) for name, check in (("TCP_CHECK", TCP_CHECK), ("HTTP_GET", HTTP_GET))}
        console.log(f"checks, {seconds:g} s each")
        for name, shares in run_job(checks, {"configurations": texts, "seconds": seconds}, TIMEOUT, MEMORY).items():
            _add(rows, f"{name} a second, {CHECKED * SERVERS} servers once a second", "checks", *(shares[peer.name][0] for peer in PEERS))
            _add(rows, f"... share of the processor, {name}", "%", *(100 * shares[peer.name][1] for peer in PEERS))
            each = (1e6 * share / rate for rate, share in (shares[peer.name] for peer in PEERS))
            _add(rows, f"... CPU of one {name}", "us", *each)
    console.print(rows)


def _add(rows: Table, what: str, unit: str, ours: float, theirs: float) -> None:
    rows.add_row(what, unit, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f}")


if __name__ == "__main__":
    main()
