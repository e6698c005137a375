"""Exports are read by programs that know nothing of kaspec: SPIN counts the same, a grammar of TLA+ reads every line, Graphviz draws."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from kaspec.explore import Faults, Graph, World, explore
from kaspec.explore.export import NotExportedError, export
from kaspec.explore.search import Progress
from kaspec.explore.world import without_later_announcements
from kaspec.units import Interval
from shell.commands.verify import verify
from tests.bench.exploring import ROUTER, model

needs_spin = pytest.mark.skipif(not (shutil.which("spin") and shutil.which("gcc")), reason="needs spin and gcc")
needs_dot = pytest.mark.skipif(not shutil.which("dot"), reason="needs graphviz")


def two_routers(**counts: int) -> World:
    routers = without_later_announcements([evolve(ROUTER, priority=priority) for priority in (100, 50)])
    return World.of(routers, Interval(1_000), Faults.counted(counts))


BENCHMARKS = {
    "three routers, tick by tick, that lose an advertisement and crash": model(Faults(loss=1, crash=1)),
    "two routers that are cut off, and the network's memory": evolve(two_routers(cut=1), caches=True),
    "two routers, at the microsecond, one direction blocked, an address taken away": two_routers(one_way=1, removal=1),
}


def spin(promela: str, directory: Path) -> str:
    """Let SPIN search a model; return what it tells."""
    (directory / "model.pml").write_text(promela)
    for command in (["spin", "-a", "model.pml"], ["gcc", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"]):
        subprocess.run(command, cwd=directory, check=True, capture_output=True)
    return subprocess.run(["./pan", "-m1000000"], cwd=directory, check=True, capture_output=True, text=True).stdout


@needs_spin
@pytest.mark.parametrize("world", BENCHMARKS.values(), ids=BENCHMARKS)
def test_spin_finds_as_many_states_and_transitions(world: World, tmp_path: Path) -> None:
    graph = explore(world)
    told = spin(export(graph, "promela"), tmp_path)
    states, transitions, errors = (
        int(found[1])
        for pattern in (r"(\d+) states, stored", r"(\d+) transitions", r"errors: (\d+)")
        if (found := re.search(pattern, told))
    )
    assert (states, transitions - 1, errors) == (len(graph.states), graph.transitions, 0)


@needs_spin
def test_spin_complains_of_what_the_search_never_did(tmp_path: Path) -> None:
    """The same model with one thing forgotten: what the first host becomes when it starts."""
    promela = export(explore(two_routers()), "promela")
    forgotten = re.sub(r"(hidden int after_0\[\d+\] = \{.*?)\b\d{1,3}\b", r"\g<1>1000000000", promela, count=1, flags=re.DOTALL)
    assert forgotten != promela
    assert "errors: 1" in spin(forgotten, tmp_path)


def test_aldebaran_has_every_move() -> None:
    graph = explore(two_routers(loss=1))
    head, *lines = export(graph, "aut").splitlines()
    assert head == f"des (0, {graph.transitions}, {len(graph.states)})"
    moves = [re.fullmatch(r'\((\d+), "([^"]+)", (\d+)\)', line) for line in lines]
    assert [(int(each[1]), int(each[3])) for each in moves if each] == [
        (state, target) for state in range(len(graph.states)) for _, target in graph.edges(state)
    ]
    assert {"starts a", "reaches b", "delivers a b lan", "loses a b lan", "passes 0.001000"} <= {each[2] for each in moves if each}


@needs_dot
def test_graphviz_draws_every_state_and_move() -> None:
    graph = explore(two_routers())
    drawn = subprocess.run(["dot", "-Tplain"], input=export(graph, "dot"), check=True, capture_output=True, text=True).stdout.splitlines()
    counts = [sum(line.startswith(kind) for line in drawn) for kind in ("node ", "edge ")]
    assert counts == [len(graph.states), graph.transitions]


@pytest.mark.filterwarnings("ignore:int argument support:DeprecationWarning")
@pytest.mark.parametrize("world", BENCHMARKS.values(), ids=BENCHMARKS)
def test_a_grammar_of_tla_reads_every_line(world: World) -> None:
    """That is its syntax; TLC itself, which would count the states, is no package anywhere that we reach."""
    tree_sitter, grammar = pytest.importorskip("tree_sitter"), pytest.importorskip("tree_sitter_tlaplus")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    text = export(explore(world), "tla")
    assert not parser.parse(text.encode()).root_node.has_error
    assert parser.parse(text.replace("Next == Begin_0 \\/", "Next == \\/ /\\ (").encode()).root_node.has_error
    defined = set(re.findall(r"^(\w+)(?:\([^)]*\))? ==", text, re.MULTILINE))
    assert set(re.findall(r"\b(T_\w+|Begin_\d+|Happens_\d+)\b", text)) <= defined


def test_what_was_not_completed_is_not_exported() -> None:
    graph: Graph = explore(two_routers(loss=1), limit=10)
    with pytest.raises(NotExportedError):
        export(graph, "promela")


def test_the_command_writes_the_last_search(tmp_path: Path) -> None:
    for name, priority in (("a", 100), ("b", 50)):
        (tmp_path / f"{name}.conf").write_text(
            f"vrrp_instance VI_1 {{\n interface eth0\n virtual_router_id 51\n priority {priority}\n"
            " virtual_ipaddress {\n 192.0.2.100/24 dev eth0\n }\n}\n"
        )
    files = [str(tmp_path / "a.conf"), str(tmp_path / "b.conf")]
    told = CliRunner().invoke(verify, ["--faults", "loss=1", "--export", str(tmp_path / "m.aut"), *files])
    assert told.exit_code in {0, 1}, told.output
    assert (tmp_path / "m.aut").read_text().startswith("des (0, ")
    refused = CliRunner().invoke(verify, ["--export", "m.txt", *files])
    assert refused.exit_code == 2
    assert ".pml, .tla, .aut, .dot" in refused.output


def test_what_is_left_is_guessed_by_how_fast_the_frontier_shrinks() -> None:
    assert Progress(1000, 100, 0).ahead(Progress(900, 200, 0)) == 200
    assert Progress(1000, 300, 0).ahead(Progress(700, 200, 0)) is None
