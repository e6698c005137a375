"""``kaspec judge``: exit statuses, what is shown, and what is said of files that cannot be used."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kaspec.trace import Trace, parse, run
from shell.commands.judge import judge
from tests.unit.judge.captures import FOLDER

FAILOVER = FOLDER / "ka227-v2-none-failover-prio0.pcap"
A, B = (FOLDER / "judged" / f"ka-v2-none-{each}.conf" for each in "ab")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(judge, [str(argument) for argument in arguments])


def test_what_these_routers_could_have_done_is_told() -> None:
    result = call(FAILOVER, "--config", A, "--config", B)

    assert result.exit_code == 0, result.output
    assert "Master: ka-v2-none-a from 0.000000 to 4.571493" in result.output
    assert "no Master: from 4.571493 for 0.610501 s" in result.output
    assert "BACKUP -> MASTER: Master_Down_Timer fires" in result.output
    assert result.output.rstrip().splitlines()[-1].startswith(f"{FAILOVER}: allowed (31 of 31 frames")


def test_what_they_could_not_is_shown_with_what_they_could_and_the_clause(tmp_path: Path) -> None:
    other = tmp_path / "b.conf"
    other.write_text(B.read_text().replace("priority 100", "priority 10"))
    result = call(FAILOVER, "--config", A, "--config", f"10.99.0.2={other}")

    assert result.exit_code == 1
    assert "IMPOSSIBLE  frame 17, 5.181994 s: b advertises priority 100" in result.output
    assert "against RFC 3768 5.3.4, 7.2: A Master advertises its own priority (10)" in result.output
    assert "it could become Master and advertise priority 10 between" in result.output


def test_without_a_configuration_the_story_is_told() -> None:
    result = call(FAILOVER)

    assert result.exit_code == 0
    assert "10.99.0.1: no configuration, inferred from what it sends, 10.99.0.1, VRRP version 2, priority 150" in result.output


def test_who_sends_what_no_router_would_is_told_and_not_convicted() -> None:
    result = call(FOLDER / "frr844-v2-ipv4.pcap")

    assert result.exit_code == 3
    assert "10.99.0.3" in result.output


def test_a_router_of_frr_is_judged_by_its_profile() -> None:
    frr = FOLDER / "judged" / "frr-v2.conf"

    assert call(FOLDER / "frr844-v2-ipv4.pcap", "--config", f"{frr}:frr").exit_code == 0
    assert call(FOLDER / "frr844-v2-ipv4.pcap", "--config", frr).exit_code == 1


def test_json_has_everything() -> None:
    document = json.loads(call("--json", FAILOVER, "--config", A, "--config", B).output)

    assert document["answer"] == "allowed"
    assert [each["who"] for each in document["masters"]] == ["ka-v2-none-a", "ka-v2-none-b"]
    assert document["virtual_routers"][1]["rules"][-1] == ["rfc3768.6.4.3.shutdown", 1]
    assert document["two_masters"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["/nowhere.pcap"], "cannot be read"),
        ([A], "neither pcap nor pcapng"),
        ([FAILOVER, "--config", "/nowhere.conf"], "/nowhere.conf cannot be used"),
        ([FAILOVER, "--config", f"host={A}"], "'host' is no address"),
        ([FAILOVER, "--late", "-1"], "cannot be negative"),
    ],
)
def test_what_cannot_be_used_is_said(arguments: list[object], said: str) -> None:
    result = call(*arguments)

    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_judged_capture_is_a_trace_that_holds_and_a_picture(tmp_path: Path) -> None:
    trace, svg = tmp_path / "lan.trace", tmp_path / "lan.svg"
    assert call(FAILOVER, "--config", A, "--config", B, "--trace", trace, "--svg", svg).exit_code == 0
    parsed = parse(trace.read_text(), str(trace))
    assert isinstance(parsed, Trace), parsed

    assert run(parsed).holds
    assert [each.at for each in parsed.timeline][-1] == 3_414_062 + 8_572_696  # the first has started before the capture
    assert svg.read_text().count(">Master<") >= 2
