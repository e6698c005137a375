"""Virtual servers from start to stop on a real kernel: at every step the table is keepalived's, and so is what its scripts are told."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from conformance.lab.frr import is_there
from conformance.lab.uml import run_job
from tests.interop.manager import missing_packages
from tests.lvs import life


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    missing = missing_packages() + ([] if is_there("bfdd") else ["frr"])
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    answer: dict[str, Any] = run_job(life.live, timeout=240)
    return answer


def test_the_table_is_keepalived_s_at_every_step_and_empty_at_the_end(found: dict[str, Any]) -> None:
    ours, theirs = found["kaspec"]["tables"], found["keepalived"]["tables"]
    assert list(ours) == ["begun", "failed once", "one failed", "all failed", "one back", "all back", "ended"]
    assert ours == theirs
    assert ours["ended"] == []


def test_a_check_that_fails_once_is_tried_again_when_it_is_to_be_and_changes_nothing(found: dict[str, Any]) -> None:
    for name in ("kaspec", "keepalived"):
        assert found[name]["tables"]["failed once"] == found[name]["tables"]["begun"]
        assert life.RETRY_SECONDS <= found[name]["notes"]["retried after"] + 0.05 < life.RETRY_SECONDS + life.LATE
    assert not any("192.0.2.11]:tcp:80 from" in line for line in _until_the_first_fails(found["kaspec"]["log"]))


def _until_the_first_fails(log: list[str]) -> list[str]:
    """The log before server 11 is stopped, which its neighbours tell."""
    return log[: next(place for place, line in enumerate(log) if "Disabling service" in line)]


def test_clients_reach_the_sorry_server_and_then_those_that_are_back(found: dict[str, Any]) -> None:
    for name in ("kaspec", "keepalived"):
        notes = found[name]["notes"]
        assert (notes["who is sorry"], notes["who is back"], notes["exit"]) == ("13:80", "11:80", 0)


def test_scripts_are_told_what_keepalived_tells_them(found: dict[str, Any]) -> None:
    """Of each server and quorum in order; those of different ones run at the same time."""
    ours, theirs = (_by_subject(found[name]["notes"]["told"]) for name in ("kaspec", "keepalived"))
    theirs["bfd"]["quorum"].append("down")  # keepalived does not tell that it begins without
    guided = [{subject: sorted(words) for subject, words in each.pop("bfd").items()} for each in (ours, theirs)]
    assert guided[0] == guided[1], (
        "keepalived hears in one moment that the session is down and that it is up, and runs both scripts at once"
    )
    assert ours == theirs
    assert ours["quorate"] == {"11": ["up", "down", "up"], "12": ["up"], "13": ["up", "down", "up"], "quorum": ["up", "down", "up"]}
    assert ours["alpha"]["quorum"] == ["down", "up", "down", "up"], "alpha begins without"


def test_omega_tells_of_the_end_and_nothing_else_does(found: dict[str, Any]) -> None:
    """At the end a script has a second and a half, which a busy lab may exceed: the log tells that all were started."""
    for name in ("kaspec", "keepalived"):
        told = found[name]["notes"]["told at the end"]
        assert told["inhibited"] == told["quorate"] == []
        for virtual in ("web", "alpha"):
            assert set(told[virtual]) <= {"11 down", "12 down", "quorum down"}
        assert told["web"] + told["alpha"] != []
    log = found["kaspec"]["log"]
    closing = [line.partition("Shutting down ")[2] for line in found["keepalived"]["log"] if "Shutting down service" in line]
    ours = [line.partition("Shutting down ")[2] for line in log if "Shutting down service" in line]
    assert ours == [line for line in closing if "[198.51.100.100]" in line or "[198.51.100.103]" in line], "keepalived logs them all"
    ended = [line for line in log[next(place for place, line in enumerate(log) if "Stopping" in line) :] if "Lost quorum" in line]
    assert [line.split()[-1] for line in ended] == ["[198.51.100.100]:tcp:80", "[198.51.100.103]:tcp:80"]


def test_a_real_server_whose_bfd_falls_silent_is_out_within_the_detection_time(found: dict[str, Any]) -> None:
    """And back when a new bfdd speaks: the tables say so.  The last packet may have come an interval before the end."""
    interval, multiplier = life.BFD_MILLISECONDS / 1000, life.BFD_MULTIPLIER
    for name in ("kaspec", "keepalived"):
        assert interval * (multiplier - 1) < found[name]["notes"]["silent for"] + 0.05 < interval * multiplier + life.LATE, name


def test_mail_about_servers_and_quorums_is_keepalived_s(found: dict[str, Any]) -> None:
    """Every word of it, but for the date: how the client calls itself, the envelope, and the message."""
    ours, theirs = (found[name]["notes"]["heard"]["letters"] for name in ("kaspec", "keepalived"))
    assert [[*letter[:3], _reworded(letter[3])] for letter in theirs] != theirs
    assert sorted(ours) == sorted([*letter[:3], _reworded(letter[3])] for letter in theirs)
    subjects = {line for letter in ours for line in letter[3].splitlines() if line.startswith("Subject: ")}
    assert "Subject: [LAB] Virtualserver [198.51.100.100]:tcp:80 - DOWN" in subjects
    assert "Subject: [LAB] Realserver [192.0.2.11]:tcp:84 of virtual server [198.51.100.104]:tcp:80 - UP" in subjects
    assert not any("Virtualserver [198.51.100.101]" in each for each in subjects), "by default, nobody is written to about quorums"
    assert not any("Realserver [192.0.2.12]:tcp:81" in each for each in subjects), "smtp_alert no"


def _reworded(message: str) -> str:
    """Return keepalived's message in our words: a comparison that is true (its log has it so), and why a page cannot be had."""

    def compared(lost: re.Match[str]) -> str:
        quorum, hysteresis, threshold, weight = map(int, lost.groups()[1:])
        return f"{lost[1]} {quorum}-{hysteresis}={threshold} > {weight} <="

    message = re.sub(r"(Lost quorum|Starting with quorum down) (\d+)\+(\d+)=(\d+) <= (\d+) <=", compared, message)
    return message.replace("failed on service : HTTP request failed", "failed on service : Connection refused")


def test_traps_about_servers_and_quorums_are_keepalived_s(found: dict[str, Any]) -> None:
    """From the beginning to the end, every object of them; those of different virtual servers may come in another order."""
    ours, theirs = (Counter(json.dumps(trap) for trap in found[name]["notes"]["heard"]["traps"]) for name in ("kaspec", "keepalived"))
    assert not theirs - ours
    (more,) = (ours - theirs).elements()
    assert "C6 33 64 68" in more, "keepalived does not tell that a virtual server begins without its quorum if a BFD session is to say"


def _by_subject(told: dict[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for virtual, lines in told.items():
        for line in lines:
            subject, word = line.split()
            found.setdefault(virtual, {}).setdefault(subject, []).append(word)
    return found
