"""``kaspec trace``: exit statuses, what is shown, and canonical files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shell.commands.trace import trace

HOLDS = """\
# a Backup waits for Master_Down_Interval
clause V2-6.4.1-02 holds
router a at 192.0.2.2 on eth0
  vrrp_instance VI_1 { interface eth0  virtual_router_id 51  priority 100  virtual_ipaddress { 192.0.2.100/24 } }
0 a startup
=> a backup, deadline 3.609375 [rfc3768.6.4.1.not-owner]
"""
DIFFERS = HOLDS.replace("3.609375", "3.600000")
BROKEN = HOLDS.replace("startup", "starts up")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(trace, [str(argument) for argument in arguments])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name, text in {"holds": HOLDS, "differs": DIFFERS, "broken": BROKEN}.items():
        (tmp_path / f"{name}.trace").write_text(text)
    return tmp_path


@pytest.mark.parametrize(("name", "status"), [("holds", 0), ("differs", 1), ("broken", 2)])
def test_the_exit_status_tells_how_a_trace_fared(corpus: Path, name: str, status: int) -> None:
    assert call("run", corpus / f"{name}.trace").exit_code == status


def test_a_directory_stands_for_its_traces(corpus: Path) -> None:
    result = call("run", corpus)
    assert result.exit_code == 2
    assert "3 traces: 1 hold, 1 differ, 1 unreadable" in result.output


def test_a_directory_without_traces_proves_nothing(tmp_path: Path) -> None:
    assert call("run", tmp_path).exit_code == 2


def test_a_difference_is_shown_with_its_place_its_rule_and_both_sides(corpus: Path) -> None:
    output = call("run", corpus / "differs.trace").output
    assert "V2-6.4.1-02" in output
    assert "differs.trace:6: 0.000000  a startup" in output
    assert "a expected  deadline 3.600000" in output
    assert "got       deadline 3.609375" in output
    assert "rfc3768.6.4.1.not-owner (RFC 3768 6.4.1): Startup otherwise" in output


def test_an_unreadable_trace_is_shown_with_its_place(corpus: Path) -> None:
    output = call("run", corpus / "broken.trace").output
    assert "broken.trace:5:5: Expected a stimulus" in output


def test_verbose_shows_every_rule(corpus: Path) -> None:
    assert "set Master_Down_Timer to Master_Down_Interval" in call("run", "-v", corpus / "holds.trace").output


def test_explain_tells_the_rules_and_does_not_judge(corpus: Path) -> None:
    result = call("explain", corpus / "differs.trace")
    assert result.exit_code == 0
    assert "a/VI_1: backup, deadline 3.609375" in result.output


def test_json_has_every_difference(corpus: Path) -> None:
    result = call("run", "--json", corpus)
    broken, differs, holds = json.loads(result.output)
    assert (broken["status"], differs["status"], holds["status"]) == ("unreadable", "differs", "holds")
    assert broken["problems"][0]["line"] == 5
    [difference] = differs["moments"][0]["differences"]
    assert (difference["expected"], difference["got"]) == ("deadline 3.600000", "deadline 3.609375")


def test_format_writes_the_canonical_form_and_keeps_comments(corpus: Path) -> None:
    file = corpus / "holds.trace"
    assert call("format", "--check", file).exit_code == 1
    assert file.read_text() == HOLDS
    assert call("format", file).exit_code == 0
    assert file.read_text().startswith("# a Backup waits for Master_Down_Interval\nclause V2-6.4.1-02 holds\n\nrouter a")
    assert call("format", "--check", file).exit_code == 0


def test_format_leaves_what_it_cannot_read(corpus: Path) -> None:
    assert call("format", corpus / "broken.trace").exit_code == 2
    assert (corpus / "broken.trace").read_text() == BROKEN


def test_bytes_that_are_no_text_are_unreadable(tmp_path: Path) -> None:
    (tmp_path / "x.trace").write_bytes(b"\xff\xfe\x00")
    assert call("run", tmp_path).exit_code == 2
