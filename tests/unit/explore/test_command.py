"""``kaspec verify`` as an operator runs it: real files, exit statuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kaspec.trace import Trace, parse
from kaspec.trace import run as run_trace
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
        ((BETTER, WORSE), ("--quick", "--time", "120"), 0),
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
    result = subprocess.run([*command, *files], capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 1
    assert result.stderr == ""
    assert "give both the same virtual_router_id" in result.stdout


def test_json_is_json(tmp_path: Path) -> None:
    document = json.loads(run("--quick", "--time", "120", "--json", *files(tmp_path, BETTER, WORSE)).stdout)
    assert (document["format"], document["verdict"]) == (1, "holds")


def test_searches_side_by_side_find_what_they_find_one_by_one(tmp_path: Path) -> None:
    here = files(tmp_path, instance(), instance(priority=50))
    alone, both = (run("--quick", "--time", "120", "--json", "--jobs", jobs, *here) for jobs in (1, 2))
    assert (both.exit_code, both.stdout) == (1, alone.stdout)


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


def test_a_violation_is_drawn_and_kept(tmp_path: Path) -> None:
    kept = tmp_path / "found" / "here"
    result = run("--draw", "--keep", kept, *files(tmp_path, BETTER, instance(vrid=52, priority=50)))
    assert result.exit_code == 1
    assert "──── priority 100 ────▷" in result.stdout
    assert {each.name for each in kept.iterdir()} == {"V-S1.svg", "V-S1.pcap", "V-S1.trace"}
    trace = parse((kept / "V-S1.trace").read_text(), "kept")
    assert isinstance(trace, Trace)
    assert run_trace(trace).holds


def test_the_first_violation_is_a_picture_and_a_capture(tmp_path: Path) -> None:
    svg, pcap, html = (tmp_path / f"first.{kind}" for kind in ("svg", "pcap", "html"))
    result = run("--svg", svg, "--pcap", pcap, "--html", html, *files(tmp_path, BETTER, instance(vrid=52, priority=50)))
    assert result.exit_code == 1
    assert svg.read_text().startswith("<svg")
    assert pcap.read_bytes()[:4] == bytes.fromhex("d4c3b2a1")
    assert html.read_text().startswith("<!DOCTYPE html>")


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    good = files(tmp_path, BETTER, WORSE)
    holding = run("--quick", "--svg", tmp_path / "none.svg", *good)
    assert (holding.exit_code, (tmp_path / "none.svg").exists()) == (0, False)
    assert "none.svg is not written: nothing is violated" in holding.stderr
    result = run("--quick", "--html", tmp_path / "a.conf" / "report.html", *good)
    assert result.exit_code == 2
    assert "report.html cannot be written" in result.stderr


def test_a_page_holds_nothing_that_a_file_could_smuggle_in(tmp_path: Path) -> None:
    """What files say is text, whatever it looks like."""
    evil = "script></script><script>alert(1)</script>"
    text = BETTER.replace("vrrp_instance V ", f'vrrp_instance "{evil}" ')
    html = tmp_path / "report.html"
    run("--quick", "--html", html, *files(tmp_path, text, text.replace("router_id 51", "router_id 52")))
    assert "alert(1)" in html.read_text()
    assert "<script>alert" not in html.read_text()
