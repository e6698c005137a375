"""Run every benchmark with both daemons and print the ratios: ``python -m tests.bench [--repeat N] [--json FILE]``."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import click
from attrs import frozen
from rich.console import Console
from rich.table import Table

from conformance.lab.namespace import enter_user_namespace
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from kaspec.units import SECOND, Interval
from tests.bench import configurations, scenes
from tests.bench.scenes import USUAL, Speech

MANY = 255


@frozen
class Benchmark:
    """One row: what is measured, in which unit, how often, and how."""

    name: str
    unit: str
    repeats: int
    measure: Callable[[Peer], tuple[float, ...]]
    columns: tuple[str, ...] = ("",)


QUICK = Speech(3, 4, Interval(SECOND // 10))
IPV6 = Speech(3, 6)
QUICK_IPV6 = Speech(3, 6, Interval(SECOND // 10))


def _takeover(count: int, speech: Speech = USUAL) -> Callable[[Peer], tuple[float, ...]]:
    def measure(peer: Peer) -> tuple[float, ...]:
        late = scenes.takeover(peer, count, speech)
        return late.advert / 1000, late.announcement / 1000

    return measure


def _working(as_master: bool, speech: Speech = USUAL) -> Callable[[Peer], tuple[float, ...]]:
    return lambda peer: (scenes.working(peer, MANY, as_master, speech).each,)


def _of_version_3(name: str, speech: Speech) -> tuple[Benchmark, ...]:
    columns = ("advert", "VIP announced")
    return (
        Benchmark(f"takeover beyond Master_Down_Interval, {MANY} instances of {name}, last", "ms", 5, _takeover(MANY, speech), columns),
        Benchmark(f"CPU per advert sent, {MANY} instances of {name}", "us", 1, _working(True, speech)),
        Benchmark(f"CPU per advert received, {MANY} instances of {name}", "us", 1, _working(False, speech)),
    )


BENCHMARKS = (
    Benchmark("takeover beyond Master_Down_Interval, 1 instance", "ms", 5, _takeover(1), ("advert", "VIP announced")),
    Benchmark(f"takeover beyond Master_Down_Interval, {MANY} instances, last", "ms", 5, _takeover(MANY), ("advert", "VIP announced")),
    Benchmark(f"CPU per advert sent, {MANY} instances", "us", 1, _working(True)),
    Benchmark(f"CPU per advert received, {MANY} instances", "us", 1, _working(False)),
    *_of_version_3("version 3 at 0.1 s", QUICK),
    *_of_version_3("IPv6", IPV6),
    *_of_version_3("IPv6 at 0.1 s", QUICK_IPV6),
    Benchmark("start-up to an owner's first advert", "ms", 5, lambda peer: (scenes.start_up(peer) * 1000,)),
    Benchmark("configuration of 127 000 lines, tested", "s", 3, lambda peer: (configurations.testing(peer),)),
    Benchmark("memory, 1 instance", "MiB", 1, lambda peer: (scenes.memory(peer, 1),)),
    Benchmark(f"memory, {MANY} instances", "MiB", 1, lambda peer: (scenes.memory(peer, MANY),)),
)


@click.command()
@click.option("--repeat", type=int, help="How often each is measured (default: by benchmark); medians are shown.")
@click.option(
    "--json", "file", type=click.Path(path_type=Path), default=Path("bench.json"), show_default=True, help="Where the figures go."
)
@click.option("--only", default="", help="Run those whose name contains this.")
def main(repeat: int | None, file: Path, only: str) -> None:
    """Measure kaspec beside keepalived, in one run; what was measured is shown and kept even if it is interrupted."""
    enter_user_namespace()
    console = Console()
    table = Table("measured", "unit", "kaspec", "keepalived", "ratio", title="kaspec beside keepalived (medians)")
    figures: dict[str, dict[str, list[float]]] = {}
    try:
        for benchmark in BENCHMARKS:
            if only in benchmark.name:
                runs = _measured(benchmark, repeat or benchmark.repeats, console)
                for name, found in _columns(benchmark, runs):
                    figures[name] = found
                    ours, theirs = (median(found[peer.name]) for peer in (KASPEC, KEEPALIVED))
                    table.add_row(name, benchmark.unit, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f}")
                file.write_text(json.dumps(figures, indent=2) + "\n")
    finally:
        console.print(table)


def _measured(benchmark: Benchmark, repeats: int, console: Console) -> dict[Peer, list[tuple[float, ...]]]:
    """Measure so often, both in turn."""
    runs: dict[Peer, list[tuple[float, ...]]] = {KASPEC: [], KEEPALIVED: []}
    for number in range(repeats):
        for peer, made in runs.items():
            console.log(f"{benchmark.name}: {peer.name}, run {number + 1}")
            made.append(benchmark.measure(scenes.quiet(peer)))
    return runs


def _columns(benchmark: Benchmark, runs: dict[Peer, list[tuple[float, ...]]]) -> Iterator[tuple[str, dict[str, list[float]]]]:
    """Yield each column by its name, the figures of both."""
    for column, label in enumerate(benchmark.columns):
        name = f"{benchmark.name}{f' ({label})' if label else ''}"
        yield name, {peer.name: [run[column] for run in made] for peer, made in runs.items()}


if __name__ == "__main__":
    main()
