"""``kaspec explore`` without a page: what others recorded is drawn, and what can happen next is told."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shell.commands.explore import explore
from shell.commands.verify import verify
from tests.unit.explore.test_command import BETTER, WORSE, files
from tests.unit.explore.test_deployment import instance


def run(*words: object) -> Result:
    return CliRunner().invoke(explore, list(map(str, words)))


def test_it_begins_with_nobody_started(tmp_path: Path) -> None:
    result = run(*files(tmp_path, BETTER, WORSE))
    assert result.exit_code == 0
    assert "What can happen next:\n  a starts\n  b starts\n" in result.stdout


@pytest.mark.parametrize("kind", ["trace", "pcap"])
def test_what_verify_keeps_is_where_it_can_start(tmp_path: Path, kind: str) -> None:
    both = files(tmp_path, instance(), instance(priority=50))
    CliRunner().invoke(verify, ["--faults", "cut=1", "--keep", str(tmp_path), *map(str, both)])
    result = run("--from", tmp_path / f"V-S5-caches.{kind}", *both)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "a has heard no Master" in result.stdout
    assert "b has heard no Master" in result.stdout
    assert "b's deadline is reached" not in result.stdout.split("What can happen next")[1]


def test_what_cannot_be_followed_is_told(tmp_path: Path) -> None:
    both = files(tmp_path, BETTER, WORSE)
    for name, data, complaint in (
        ("nonsense", b"nonsense", "this is no trace: pasted:1:1:"),
        ("bytes", b"\xff\xfe", "this is no trace, and no packet capture: it is neither pcap nor pcapng"),
        ("empty.pcap", bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"), "there is no VRRP advertisement in the capture"),
        ("missing", None, "No such file or directory"),
    ):
        if data is not None:
            (tmp_path / name).write_bytes(data)
        result = run("--from", tmp_path / name, *both)
        assert result.exit_code == 2
        assert complaint in result.stderr


def test_one_file_is_not_enough(tmp_path: Path) -> None:
    assert run(*files(tmp_path, BETTER)).exit_code == 2
