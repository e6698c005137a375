"""The `virtual_server` section of the notes, whole, on a real kernel, beside keepalived."""

from typing import Any

import pytest

from conformance.lab.uml import run_job
from tests.lvs import notes

NAMES = ("kaspec", "keepalived")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    answer: dict[str, Any] = run_job(notes.run, timeout=300)
    return answer


def test_the_table_is_keepalived_s_when_all_serve_when_all_fail_and_when_they_are_back(found: dict[str, Any]) -> None:
    ours, theirs = found["kaspec"]["tables"], found["keepalived"]["tables"]
    assert list(ours) == ["begun", "failed", "mended", "ended"]
    assert ours == theirs
    assert set(ours["begun"]) - set(ours["mended"]) == {"-a -t 198.51.100.100:80 -r 192.0.2.11:80 -m -w 1"}
    assert ours["ended"] == []


def test_every_scheduler_method_and_protocol_that_the_notes_name_is_in_the_table(found: dict[str, Any]) -> None:
    table = found["kaspec"]["tables"]["begun"]
    for place, (algorithm, _, protocol) in enumerate(notes.ALTERNATIVES):
        assert any(line.startswith(f"{protocol} 198.51.100.102:{9000 + place} {algorithm}") for line in table), algorithm


def test_genhash_gives_the_digests_that_checks_then_find(found: dict[str, Any]) -> None:
    ours, theirs = (found[name]["notes"]["digests"] for name in NAMES)
    assert ours == theirs
    assert len(set(ours.values())) == len(notes.PAGES)


def test_scripts_virtual_host_and_end_are_keepalived_s(found: dict[str, Any]) -> None:
    for name in NAMES:
        told = found[name]["notes"]
        assert (told["told"], told["hosts"], told["exit"]) == (["up", "down"], ["www.firewall.loc"], 0)
