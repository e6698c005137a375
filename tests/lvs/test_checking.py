"""Every checker against real servers on a real kernel: what it makes of the table is what keepalived's makes of it."""

from typing import Any

import pytest
import trustme

from conformance.lab.uml import run_job
from tests.lvs import checking

NAMES = ("kaspec", "keepalived")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    certificate = trustme.CA().issue_cert("www.example.com").private_key_and_cert_chain_pem.bytes().decode()
    answer: dict[str, Any] = run_job(checking.check, {"certificate": certificate}, timeout=240)
    return answer


def test_the_table_is_keepalived_s_at_every_step(found: dict[str, Any]) -> None:
    ours, theirs = found["kaspec"]["tables"], found["keepalived"]["tables"]
    assert list(ours) == ["begun", "failed once", "weighed", "failed", "recovered", "ended"]
    assert ours == theirs
    assert ours["ended"] == []


def test_a_server_that_fails_once_is_tried_again_after_a_while_and_stays(found: dict[str, Any]) -> None:
    for name in NAMES:
        assert found[name]["tables"]["failed once"] == found[name]["tables"]["begun"]
        after = found[name]["notes"]["retried after"]
        assert set(after) == {"80", "443", "8080", "25", "53", "5000"}
        for port, seconds in after.items():
            assert checking.RETRY_SECONDS <= seconds + 0.05 < checking.RETRY_SECONDS + 3, (name, port)


def test_a_page_is_asked_for_by_its_virtual_host(found: dict[str, Any]) -> None:
    for name in NAMES:
        assert found[name]["notes"]["hosts"] == ["www.example.com"]
