"""``kaspec simulate`` as an operator runs it: real files, exit statuses, and work shared out to processes and a Dask cluster."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from distributed import LocalCluster

from shell.commands.simulate import simulate
from tests.unit.explore.test_command import BETTER, WORSE, files
from tests.unit.explore.test_deployment import instance

SHORT = ("--hours", "1", "--runs", "10", "--faults", "crash=10m", "-j", "1")


def run(*words: object) -> Result:
    return CliRunner().invoke(simulate, list(map(str, words)))


@pytest.mark.parametrize(
    ("texts", "options", "status"),
    [
        ((BETTER, WORSE), (), 0),
        ((BETTER, WORSE), ("--faults", "none", "--loss", "0.05"), 0),
        ((BETTER, WORSE), ("--faults", "carrier=10m,one-way=1h,cut=1d", "--mended", "5m"), 0),
        ((BETTER,), (), 2),
        ((BETTER, "bogus\n"), (), 2),
        ((BETTER, WORSE), ("--loss", "5"), 2),
        ((BETTER, WORSE), ("--loss", "some"), 2),
        ((BETTER, WORSE), ("--faults", "sabotage=1d"), 2),
        ((BETTER, WORSE), ("--faults", "crash=often"), 2),
        ((BETTER, WORSE), ("--mended", "0s"), 2),
        ((BETTER, WORSE), ("--delay", "0"), 2),
        ((BETTER, WORSE), ("--svg", "/nowhere/picture.svg"), 2),
        ((BETTER, WORSE), ("--dask", "tcp://127.0.0.1:1"), 2),
        ((BETTER, instance(name="VI_2", vrid=7, priority=50, lines="virtual_ipaddress { 192.0.2.7 }")), (), 3),
    ],
)
def test_the_exit_status_says_whether_anything_was_simulated(
    tmp_path: Path, texts: tuple[str, ...], options: tuple[str, ...], status: int
) -> None:
    result = run(*SHORT, *options, *files(tmp_path, *texts))
    assert result.exit_code == status, result.output
    assert result.stdout or result.stderr


def test_the_table_has_a_line_for_each_chance(tmp_path: Path) -> None:
    told = run(*SHORT, "--loss", "0%,20%", *files(tmp_path, BETTER, WORSE)).stdout
    assert "every host crashes, on average after 10 min, and all is well again on average 1 min later" in told
    assert "0 %" in told
    assert "20 %" in told


def test_the_same_seed_gives_the_same_answer_however_the_work_is_shared(tmp_path: Path) -> None:
    there = files(tmp_path, BETTER, WORSE)
    alone = json.loads(run(*SHORT, "--json", *there).stdout)
    shared = json.loads(run(*SHORT, "--json", "-j", "2", *there).stdout)
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        clustered = json.loads(run(*SHORT, "--json", "--dask", cluster.scheduler_address, *there).stdout)
    assert alone == shared == clustered
    assert alone["virtual_routers"][0]["cases"][0]["without_master"]["times"] > 0
    assert json.loads(run(*SHORT, "--json", "--seed", "2", *there).stdout) != alone


def test_the_picture_has_a_line_for_each_chance(tmp_path: Path) -> None:
    picture = tmp_path / "outages.svg"
    assert run(*SHORT, "--loss", "0%,20%", "--svg", picture, *files(tmp_path, BETTER, WORSE)).exit_code == 0
    lines = ElementTree.parse(picture).getroot().iter("{http://www.w3.org/2000/svg}polyline")
    assert len(list(lines)) == 2


def test_it_is_a_command(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from shell.main import main; main()", "simulate", *SHORT, *map(str, files(tmp_path, BETTER, WORSE))]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
