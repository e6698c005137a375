"""``kaspec plan`` on files: exit statuses and what is refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shell.commands.plan import plan

OLD = "vrrp_instance V {\ninterface eth9\nvirtual_router_id 51\nvirtual_ipaddress { 192.0.2.1/24 \n 192.0.2.2/24 }\n}\n"


def run(directory: Path, new: str, *options: str) -> Result:
    for name, text in (("old", OLD), ("new", new)):
        (directory / name).write_text(text)
    return CliRunner().invoke(plan, [*options, str(directory / "old"), str(directory / "new")])


@pytest.mark.parametrize(
    ("new", "status", "says"),
    [
        (OLD, 0, "Nothing to do"),
        (OLD.replace("51", "51\npriority 90"), 1, "priority 100 -> 90"),
        (OLD.replace(" 192.0.2.2/24", ""), 3, "gives up 192.0.2.2"),
        (OLD.replace("51", "999"), 2, "would refuse this"),
    ],
)
def test_the_status_tells_how_grave_it_is(tmp_path: Path, new: str, status: int, says: str) -> None:
    result = run(tmp_path, new)
    assert result.exit_code == status
    assert says in result.output


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(plan, [str(tmp_path / "no"), str(tmp_path / "nor")])
    assert result.exit_code == 2
    assert "cannot be read" in result.output


def test_json_for_scripts(tmp_path: Path) -> None:
    result = run(tmp_path, OLD.replace(" 192.0.2.2/24", ""), "--format", "json")
    assert json.loads(result.output)["interrupts"] is True
    assert result.exit_code == 3
