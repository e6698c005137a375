"""The model checker's pace beside SPIN's, on one model with equal counts: ``python -m tests.bench.exploring [--json FILE]``.

The model is three routers of our core, tick by tick; ``vrrp.pml`` is the same in Promela.  This is version 1 of it:
whoever changes it counts on.  Each engine runs in a process of its own.
"""

import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import active_children, get_context
from pathlib import Path

import click
from attrs import asdict, evolve, frozen
from rich.console import Console
from rich.table import Table

from kaspec.address import parse_address
from kaspec.explore import Faults, World, explore
from kaspec.explore.search import KeepGoing, Progress, endlessly
from kaspec.explore.wide import survey
from kaspec.explore.world import without_later_announcements
from kaspec.units import CENTISECOND, Interval
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from shell.team import together
from tests.bench import rivals

PROMELA = Path(__file__).with_name("vrrp.pml")
ROUTER = VirtualRouter("VI_1", "eth0", 51, addresses=(VirtualAddress(parse_address("192.0.2.100"), 24, "eth0"),), version=3)


def model(faults: Faults) -> World:
    """Three routers that advertise every 4 cs, with Skew_Time 3, 2 and 1 cs; an advertisement takes at most one."""
    base = evolve(ROUTER, advertisement_interval=Interval(4 * CENTISECOND))
    routers = without_later_announcements(evolve(base, priority=priority) for priority in (64, 128, 192))
    return evolve(World.of(routers, CENTISECOND, faults), grid=CENTISECOND, single=True)


USUAL = model(Faults(loss=2, crash=1, stop=1))
LARGE = model(Faults(loss=4, crash=3, stop=3))


@frozen
class Measured:
    """What an engine found and took; memory in MB at its most."""

    engine: str
    states: int
    transitions: int
    seconds: float
    memory: float

    @property
    def rate(self) -> float:
        """Distinct states a second."""
        return self.states / self.seconds


def plainly(world: World) -> Measured:
    """Search as ``kaspec verify`` does, every state and move kept."""
    began = time.perf_counter()
    graph = explore(world, limit=sys.maxsize)
    return Measured("kaspec, plain", len(graph.states), graph.transitions, time.perf_counter() - began, _peak(resource.RUSAGE_SELF))


def widely(world: World) -> Measured:
    """Search whole levels at a time."""
    began = time.perf_counter()
    found = survey(world, keep_going=_shown())
    return Measured("kaspec, whole levels", found.states, found.transitions, time.perf_counter() - began, _peak(resource.RUSAGE_SELF))


def two(world: World) -> Measured:
    """Search whole levels at a time, two processes together; the memory is that of both."""
    began = time.perf_counter()
    found = together(2, lambda team: survey(world, keep_going=_shown() if team.place == 0 else endlessly, team=team))
    took = time.perf_counter() - began
    for process in active_children():
        process.join()
    memory = _peak(resource.RUSAGE_SELF) + _peak(resource.RUSAGE_CHILDREN)
    return Measured("kaspec, two processes", found.states, found.transitions, took, memory)


def rival(name: str, world: World) -> Measured:
    """Search as another checker does."""
    began = time.perf_counter()
    states, transitions = getattr(rivals, name)(world)
    return Measured(name, states, transitions, time.perf_counter() - began, _peak(resource.RUSAGE_SELF))


def _shown() -> KeepGoing:
    """Show how far a search has come, where there is a terminal."""
    began, before = time.perf_counter(), Progress(0, 0, 0)

    def keep_going(progress: Progress) -> bool:
        nonlocal before
        rate, ahead = progress.states / (time.perf_counter() - began), progress.ahead(before)
        left = "" if ahead is None else f", about {ahead / rate:.0f} s left"
        told = f"{progress.states} states, {progress.frontier} to look at, {rate:.0f}/s, {_peak(resource.RUSAGE_SELF):.0f} MB{left}"
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{told}")
        before = progress
        return True

    return keep_going


def spin() -> Measured:
    """Let SPIN search the Promela model, compiled for safety and nothing else; compiling does not count."""
    with tempfile.TemporaryDirectory() as directory:
        for command in (["spin", "-a", str(PROMELA)], ["gcc", "-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"]):
            subprocess.run(command, cwd=directory, check=True, capture_output=True)
        began = time.perf_counter()
        told = subprocess.run(["./pan", "-m1000000"], cwd=directory, check=True, capture_output=True, text=True).stdout
        took = time.perf_counter() - began
    states, transitions = (int(re.search(rf"(\d+) {word}", told)[1]) for word in ("states, stored", "transitions"))  # type: ignore[index]
    return Measured("SPIN", states, transitions - 1, took, _peak(resource.RUSAGE_CHILDREN))  # it counts how the run begins


def _peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def alone(measure: Callable[..., Measured], *arguments: World | str) -> Measured:
    """Measure in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, *arguments).result()


def large_model(repeat: int) -> tuple[Measured, Measured]:
    """Return how one process and two search the large model: of several searches in turn the one that took the median time."""
    pairs = [(alone(widely, LARGE), alone(two, LARGE)) for _ in range(repeat)]
    assert len({(each.states, each.transitions) for pair in pairs for each in pair}) == 1, pairs
    one, both = (sorted(each, key=lambda measured: measured.seconds)[repeat // 2] for each in zip(*pairs, strict=True))
    return evolve(one, engine="kaspec, whole levels, large model"), evolve(both, engine="kaspec, two processes, large model")


@click.command()
@click.option("--json", "file", type=click.Path(path_type=Path), default=Path("bench-exploring.json"), show_default=True, help="Figures.")
@click.option("--large/--no-large", default=True, help="Also a model of ten million states.")
@click.option("--repeat", type=click.IntRange(min=1), default=3, show_default=True, help="How often the large one is searched by each.")
def main(file: Path, large: bool, repeat: int) -> None:
    """Measure the searches beside SPIN, in one run, and demand equal counts."""
    console = Console()
    if shutil.which("spin") is None or shutil.which("gcc") is None:
        console.log("SPIN is not measured: it takes apt-get install spin gcc")
        found = []
    else:
        found = [alone(spin)]
    found += [alone(widely, USUAL), alone(two, USUAL), alone(plainly, USUAL)]
    for name in ("minicheck", "musil"):
        if find_spec(name) is None:
            console.log(f"{name} is not measured: it takes pip install .[bench], and musil Python 3.12")
        else:
            found.append(alone(rival, name, USUAL))
    assert len({(each.states, each.transitions) for each in found}) == 1, found
    if large:
        one, both = large_model(repeat)
        found += [one, both]
        console.log(f"two processes are {one.seconds / both.seconds:.2f} times as fast as one: medians of {repeat}, in turn")
    table = Table("engine", "states", "transitions", "s", "states/s", "MB", title="Exploring three routers")
    for each in found:
        table.add_row(each.engine, str(each.states), str(each.transitions), f"{each.seconds:.2f}", f"{each.rate:.0f}", f"{each.memory:.0f}")
    console.print(table)
    file.write_text(json.dumps([asdict(each) for each in found], indent=2) + "\n")


if __name__ == "__main__":
    main()
