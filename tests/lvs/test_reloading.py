"""Reloads and the death of the checker process on a real kernel: what stays as it is keeps its connections."""

from typing import Any

import pytest

from conformance.lab.uml import run_job
from tests.lvs import reloading

NAMES = ("kaspec", "keepalived")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    answer: dict[str, Any] = run_job(reloading.reload, timeout=240)
    return answer


def test_the_table_is_keepalived_s_after_every_reload_and_death(found: dict[str, Any]) -> None:
    ours, theirs = found["kaspec"]["tables"], found["keepalived"]["tables"]
    assert [step for step in ours if ours[step] != theirs[step]] == ["changed"]
    assert set(ours["changed"]) ^ set(theirs["changed"]) == {f"192.0.2.13:80 takes {limit}, again below 50" for limit in (100, 200)}
    assert ours["begun"] != ours["failed"] == ours["reloaded as it was"] != ours["added"] != ours["changed"] != ours["removed"]
    assert ours["killed"] == ours["removed"]
    assert ours["ended"] == []
    assert "TCP 198.51.100.100:80 wrr persistent 60" in ours["changed"]
    assert "192.0.2.13:80 takes 200, again below 50" in ours["changed"], "keepalived leaves thresholds as they were until it starts anew"


def test_connections_to_servers_that_stay_outlive_reloads_and_the_checker(found: dict[str, Any]) -> None:
    """Two clients stay connected, each to another server: they get their pages, and the kernel lists the same two connections."""
    for name in NAMES:
        notes = found[name]["notes"]
        at_first = notes["before"]
        assert sorted(at_first["answers"]) == ["11:80", "12:80"]
        assert [line[1] for line in at_first["listed"]] == ["ESTABLISHED", "ESTABLISHED"]
        for step in ("reloaded as it was", "added", "changed", "removed", "killed", "at the end"):
            assert notes[step] == at_first, f"{name}, {step}"
        assert notes["exit"] == 0


def test_a_new_checker_is_started_and_finds_what_fails(found: dict[str, Any]) -> None:
    for name in NAMES:
        assert any("Respawning" in line for line in found[name]["log"])
        assert "fails to the new checker" in found[name]["tables"]


def test_a_new_checker_does_not_put_a_dead_server_back(found: dict[str, Any]) -> None:
    """Server 12 was down when the checker died: kaspec goes by the kernel's table, keepalived puts it back until its first check fails."""
    anew = "[192.0.2.12]:tcp:81 from VS"
    assert not any(anew in line for line in _after_the_death(found["kaspec"]["log"]))
    assert any(anew in line for line in _after_the_death(found["keepalived"]["log"]))


def test_another_check_does_not_put_a_dead_server_back(found: dict[str, Any]) -> None:
    """A reload changed how server 12 is checked while it was down: keepalived lets it serve until the new check fails."""
    back = "Adding service [192.0.2.12]:tcp:81 to VS"
    assert not any(back in line for line in found["kaspec"]["log"])
    assert any(back in line for line in found["keepalived"]["log"])


def test_what_somebody_else_changes_is_put_right(found: dict[str, Any]) -> None:
    assert found["kaspec"]["tables"]["put right"] == found["kaspec"]["tables"]["killed"]


def _after_the_death(log: list[str]) -> list[str]:
    return log[next(place for place, line in enumerate(log) if "Respawning" in line) :]
