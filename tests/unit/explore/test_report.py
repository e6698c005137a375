"""What an operator is told: the pitfalls of the notes, one by one, with the lines to change."""

import json
from pathlib import Path

import pytest

from kaspec.config import read
from kaspec.config.compare import compare
from kaspec.explore.deployment import deploy
from kaspec.explore.report import Report, report_json, report_lines
from kaspec.explore.scenes import put_through, scenes
from kaspec.explore.violations import Verified
from kaspec.explore.world import Faults
from kaspec.trace import Trace, parse, run
from kaspec.units import Interval
from tests.unit.explore.test_deployment import instance

NOTES = Path(__file__).parents[1] / "config" / "notes"
AUTHENTICATION = "    authentication {\n        auth_type PASS\n        auth_pass 1111\n    }"
SCRIPT = "vrrp_script chk {\nscript /bin/true\n}\n"


def reported(*texts: str, faults: Faults | None = None) -> Report:
    """Verify files called a.conf, b.conf and so on, one fault at a time."""
    readings = tuple(read(text, f"{name}.conf") for name, text in zip("abc", texts, strict=False))
    deployment = deploy(readings, list("abc"), Interval(1000))
    verified = []
    for cluster in deployment.clusters:
        wanted, played = list(scenes(cluster, faults, quick=True)), []
        for scene in wanted:
            played.append(put_through(scene, lambda _: True))
            if scene.is_first and played[-1].verdict == "violated":
                break
        verified.append(Verified(cluster, tuple(played), tuple(wanted[len(played) :])))
    names = tuple(f"{name}.conf" for name in "abc"[: len(texts)])
    return Report(names, tuple(verified), deployment.unexplored, compare(readings), dict(zip(names, texts, strict=True)))


def told(report: Report) -> str:
    return " ".join(" ".join(report_lines(report)).split())


def test_the_notes_master_and_slave_are_both_master_for_ever() -> None:
    report = reported((NOTES / "master.conf").read_text(), (NOTES / "slave.conf").read_text())
    text = told(report)
    assert report.verdict == "violated"
    assert "VIOLATED no lasting double Master: for ever" in text
    assert "change a.conf:24 and b.conf:14: give both the same virtual_router_id" in text
    assert "change a.conf:40 and b.conf:11: give both the same authentication or auth_hmac block" in text


@pytest.mark.parametrize(
    ("here", "there", "why", "change"),
    [
        ("authentication {\nauth_type PASS\nauth_pass 1111\n}", "authentication {\nauth_type PASS\nauth_pass 2222\n}",
         "another auth_pass", "a.conf:7 and b.conf:7: give both the same auth_pass"),
        ("authentication {\nauth_type AH\nauth_pass 1111\n}", "authentication {\nauth_type PASS\nauth_pass 1111\n}",
         "another auth_type", "a.conf:6 and b.conf:6: give both the same authentication"),
        ("advert_int 1", "advert_int 2", "another advert_int", "a.conf:5 and b.conf:5: give both the same advert_int"),
        ("version 2", "version 3", "another version", "a.conf:5 and b.conf:5: give both the same version"),
        ("unicast_peer {\n10.0.0.2\n}", "priority 50", "it was not sent where this router listens", "unicast_peer, each with the other's"),
    ],
)  # fmt: skip
def test_a_mismatch_is_told_with_the_lines_to_change(here: str, there: str, why: str, change: str) -> None:
    text = told(reported(instance(lines=here), instance(priority=50, lines=there)))
    assert "VIOLATED nothing goes wrong (S1" in text
    assert why in text
    assert change in text


def test_a_good_pair_holds_with_its_figures() -> None:
    refreshing = "garp_master_refresh 60"
    report = reported(instance(lines=refreshing), instance(priority=50, lines=refreshing))
    assert report.verdict == "holds"
    text = told(report)
    assert "Longest without a Master: 3.806 s (when a host crashes)" in text
    assert "Longest without a Master after one is stopped: 0.806 s" in text
    assert "let IP protocol 112 pass in both directions" in text


@pytest.mark.parametrize(("line", "verdict"), [("", "violated"), ("higher_prio_send_advert", "holds"), ("garp_master_refresh 60", "holds")])
def test_what_is_advised_for_stale_neighbours_helps(line: str, verdict: str) -> None:
    report = reported(instance(lines=line), instance(priority=50, lines=line), faults=Faults(cut=1))
    assert report.verdict == verdict
    assert ("add to the instances at a.conf:1 and b.conf:1" in told(report)) == (verdict == "violated")


def test_equal_priorities_and_nopreempt_on_both_leave_the_addresses_where_they_are() -> None:
    equals = told(reported(instance(), instance(), faults=Faults(crash=1)))
    assert "V may stay at a or b when all is well again, depending on what went before: their priorities are equal" in equals
    assert "of two Masters the one with the higher address stays (a.conf:4)" in equals
    lazy = [instance(priority=priority, lines="state BACKUP\nnopreempt") for priority in (100, 50)]
    assert "may stay at a or b when all is well again, depending on what went before: nopreempt leaves it" in told(
        reported(*lazy, faults=Faults(crash=1))
    )


def test_a_tracked_script_that_flaps_moves_the_addresses_to_and_fro() -> None:
    tracking = SCRIPT + instance(lines="track_script {\nchk weight -60\n}")
    text = told(reported(tracking, instance(priority=50), faults=Faults(tracked=1)))
    assert "Whenever script chk of a fails and is good again the addresses move twice" in text
    held = SCRIPT + instance(lines="state BACKUP\nnopreempt\ntrack_script {\nchk weight -60\n}")
    assert "move twice" not in told(reported(held, instance(priority=50, lines="nopreempt"), faults=Faults(tracked=1)))


def test_a_search_that_was_ended_is_undetermined() -> None:
    readings = tuple(read(instance(priority=priority), f"{priority}.conf") for priority in (100, 50))
    (cluster,) = deploy(readings, ["a", "b"], Interval(1000)).clusters
    first, *rest = scenes(cluster)
    verified = Verified(cluster, (put_through(first, lambda _: False),), tuple(rest))
    report = Report(("a", "b"), (verified,), (), ())
    assert report.verdict == "undetermined"
    assert "there was no time" in told(report)


def test_json_has_the_trace_of_every_violation() -> None:
    document = json.loads(report_json(reported(instance(vrid=51), instance(vrid=52, priority=50))))
    assert document["verdict"] == "violated"
    (cluster,) = document["virtual_routers"]
    found = next(each for each in cluster["scenes"][0]["properties"] if each["name"] == "S1")
    assert (found["verdict"], found["for_ever"], found["causes"][0]["line"]) == ("violated", True, 3)
    trace = parse(found["trace"], "found")
    assert isinstance(trace, Trace)
    assert run(trace).differences == ()


SLAVE = (
    (NOTES / "slave.conf")
    .read_text()
    .replace("virtual_router_id 111", "virtual_router_id 100")
    .replace("192.168.123.111/24 dev eth0 label eth0:111", "192.168.123.100/24 dev eth0 label eth0:100")
    .replace("    #authentication {\n    #    auth_type PASS\n    #    auth_pass 1111\n    #}\n    nopreempt", AUTHENTICATION)
)
"""The notes' slave as the notes mean it: a good partner of their master."""
MASTER = (NOTES / "master.conf").read_text()


@pytest.mark.parametrize(
    ("right", "wrong", "lines"),
    [
        ("auth_pass 1111", "auth_pass 2222", ("a.conf:41 | auth_pass 1111", "b.conf:19 | auth_pass 2222")),
        ("auth_type PASS", "auth_type AH", ("a.conf:40 | auth_type PASS", "b.conf:18 | auth_type AH")),
        ("virtual_router_id 100", "virtual_router_id 111", ("a.conf:24 | virtual_router_id 100", "b.conf:14 | virtual_router_id 111")),
        ("advert_int 1", "advert_int 3", ("a.conf:30 | advert_int 1", "b.conf:16 | advert_int 3")),
    ],
)
def test_each_mismatch_of_the_notes_pair_is_told_in_an_operators_words(right: str, wrong: str, lines: tuple[str, str]) -> None:
    assert right in SLAVE
    text = told(reported(MASTER, SLAVE.replace(right, wrong)))
    assert "These files do not work together, even if nothing goes wrong: two hosts answer for the same addresses at once" in text
    for line in lines:
        assert line in text


def test_the_other_pitfalls_of_the_notes_pair_are_told_with_their_lines() -> None:
    equal = told(reported(MASTER, SLAVE.replace("priority 50", "priority 100"), faults=Faults(crash=1)))
    assert "may stay at a or b when all is well again" in equal
    assert "their priorities are equal (a.conf:27 and b.conf:15)." in equal
    lazy = [text.replace(f"state {state}", "state BACKUP\nnopreempt") for text, state in ((MASTER, "MASTER"), (SLAVE, "BACKUP"))]
    assert "nopreempt leaves it where it is (a.conf:18 and b.conf:13)." in told(reported(*lazy, faults=Faults(crash=1)))
    for weight in ("", "weight -60"):
        script = SCRIPT.replace("}", f"{weight}\n}}") if weight else SCRIPT
        tracked = script + MASTER.replace("authentication {", "track_script {\nchk\n}\nauthentication {")
        text = told(reported(tracked, SLAVE, faults=Faults(tracked=1)))
        assert "Whenever script chk of a fails and is good again the addresses move twice" in text
        assert f"keep them from following every change (a.conf:{44 if weight else 43})." in text
    blocked = told(reported(MASTER, SLAVE, faults=Faults(one_way=1)))
    assert "be it in one direction only, two of them are Master, whatever is configured: let IP protocol 112 pass" in blocked


def test_what_an_operator_should_know_comes_first() -> None:
    refreshing = "garp_master_refresh 60"
    lines = list(report_lines(reported(instance(lines=refreshing), instance(priority=50, lines=refreshing), faults=Faults(crash=1))))
    first = next(place for place, line in enumerate(lines) if "These files work together: there is one Master" in line)
    assert first < next(place for place, line in enumerate(lines) if line.lstrip().startswith("holds"))
    assert "another has the addresses after at most 3.806 s" in " ".join(lines[first : first + 3])
