"""``kaspec verify`` as an operator runs it: real files, exit statuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shell.commands.verify import verify
from tests.unit.explore.test_deployment import instance

NOTES = Path(__file__).parents[1] / "config" / "notes"
REFRESHING = "garp_master_refresh 60"
BETTER, WORSE = instance(lines=REFRESHING), instance(priority=50, lines=REFRESHING)


def run(*words: object) -> Result:
    return CliRunner().invoke(verify, list(map(str, words)))


def files(directory: Path, *texts: str) -> list[Path]:
    paths = [directory / f"{name}.conf" for name, _ in zip("abc", texts, strict=False)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


@pytest.mark.parametrize(
    ("texts", "options", "status"),
    [
        ((BETTER, WORSE), ("--quick",), 0),
        ((BETTER, WORSE), ("--faults", "loss=2,one-way"), 0),
        ((BETTER, instance(vrid=52)), (), 1),
        ((BETTER, WORSE), ("--time", "0"), 3),
        ((BETTER,), (), 2),
        ((BETTER, "bogus\n"), (), 2),
        ((BETTER, "global_defs {\n}\n"), (), 2),
        ((BETTER, WORSE), ("--faults", "sabotage=1"), 2),
        ((BETTER, WORSE), ("--delay", "-1"), 2),
    ],
)
def test_the_exit_status_is_the_verdict(tmp_path: Path, texts: tuple[str, ...], options: tuple[str, ...], status: int) -> None:
    assert run(*options, *files(tmp_path, *texts)).exit_code == status


def test_the_notes_files_have_a_verdict_and_what_to_do() -> None:
    command = [sys.executable, "-c", "from shell.main import main; main()", "verify", "--quick"]
    files = [str(NOTES / f"{name}.conf") for name in ("master", "slave")]
    result = subprocess.run([*command, *files], capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 1
    assert result.stderr == ""
    assert "give both the same virtual_router_id" in result.stdout


def test_json_is_json(tmp_path: Path) -> None:
    document = json.loads(run("--quick", "--json", *files(tmp_path, BETTER, WORSE)).stdout)
    assert (document["format"], document["verdict"]) == (1, "holds")


def test_hosts_are_called_by_their_directory_where_files_are_called_alike(tmp_path: Path) -> None:
    for name, text in (("left", BETTER), ("right", instance(vrid=52, priority=50))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "keepalived.conf").write_text(text)
    result = run(tmp_path / "left" / "keepalived.conf", tmp_path / "right" / "keepalived.conf")
    assert "left discards what right sends: another virtual_router_id" in result.stdout


def test_a_file_that_is_missing_is_told() -> None:
    result = run("missing.conf", "missing.conf")
    assert result.exit_code == 2
    assert "missing.conf cannot be read" in result.stderr
