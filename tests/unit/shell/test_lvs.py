"""``kaspec lvs simulate`` on files: what it prints, and what it refuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shell.commands.lvs import lvs

TEXT = """
virtual_server 192.0.2.1 80 {
    lvs_sched wrr
    protocol TCP
    real_server 10.0.0.1 80 { weight 2 }
    real_server 10.0.0.2 80 { weight 1 }
}
virtual_server fwmark 7 {
    real_server 10.0.0.1 0 { weight 1 }
}
"""


def run(directory: Path, *options: str) -> Result:
    (directory / "lvs.conf").write_text(TEXT)
    return CliRunner().invoke(lvs, ["simulate", str(directory / "lvs.conf"), *options])


def test_every_virtual_server_has_a_table(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "virtual_server 192.0.2.1 80" in result.output
    assert "virtual_server fwmark 7" in result.output
    assert "66.6" in result.output


def test_one_is_chosen_and_schedulers_are_compared(tmp_path: Path) -> None:
    """All fourteen, in JSON."""
    told = json.loads(run(tmp_path, "192.0.2.1 80", "-s", "all", "--format", "json", "--traffic", "connections=30").output)
    assert [each["virtual_server"] for each in told] == ["192.0.2.1 80"]
    assert len(told[0]["spreads"]) == 14
    assert all(each["taken"] + each["refused"] == 30 for each in told[0]["spreads"])


def test_pictures_are_numbered_where_there_are_several(tmp_path: Path) -> None:
    assert run(tmp_path, "--svg", str(tmp_path / "x.svg")).exit_code == 0
    assert (tmp_path / "x-1.svg").read_text().startswith("<svg")
    assert (tmp_path / "x-2.svg").exists()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--traffic", "rate=fast"], "--traffic: 'rate=fast': takes a whole number"),
        (["192.0.2.9 80"], 'no virtual_server 192.0.2.9 80; there is: "192.0.2.1 80", "fwmark 7"'),
        (["-s", "best"], "best: not a scheduler that can be simulated"),
        (["--svg", "/nowhere/x.svg"], "No such file or directory"),
    ],
)
def test_what_cannot_be_simulated_is_told(tmp_path: Path, options: list[str], complaint: str) -> None:
    result = run(tmp_path, *options)
    assert result.exit_code == 2
    assert complaint in result.output


def test_a_server_that_is_not_there_is_pointed_out(tmp_path: Path) -> None:
    assert "10.0.0.9:80 is none of the real servers" in run(tmp_path, "--traffic", "fail=10.0.0.9:80@1").output
