"""``kaspec explain`` on a file."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from shell.commands.explain import explain

TEXT = "vrrp_instance A {\ninterface eth9\nvirtual_router_id 51\n}\nvrrp_instance B {\ninterface eth9\nvirtual_router_id 52\n}\n"


def run(directory: Path, *words: str, text: str = TEXT) -> Result:
    path = directory / "keepalived.conf"
    path.write_text(text)
    return CliRunner().invoke(explain, [str(path), *words])


def test_one_instance_or_all(tmp_path: Path) -> None:
    assert "vrrp_instance A" in run(tmp_path).output
    assert "vrrp_instance A" not in run(tmp_path, "B").output
    assert run(tmp_path, "B").exit_code == 0


def test_an_instance_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = run(tmp_path, "C")
    assert result.exit_code == 2
    assert "there is: A, B" in result.output


def test_json_has_the_timers(tmp_path: Path) -> None:
    (instance,) = json.loads(run(tmp_path, "A", "--format", "json").output)["instances"]
    assert instance["timers"]["master_down_interval"] == "3.609375"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(explain, [str(tmp_path / "none")])
    assert (result.exit_code, "cannot be read" in result.output) == (2, True)
