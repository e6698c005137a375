"""A single change costs a single command, counted where commands are sent to the lab's kernel."""

from conformance.lab.uml import run_job
from tests.bench.configurations import large
from tests.lvs.commands import count

SERVICES, SERVERS = 100, 10


def test_one_change_among_a_thousand_servers_is_one_command() -> None:
    sent = run_job(count, large(SERVICES, SERVERS))
    assert len(sent.pop("start")) == SERVICES * (1 + SERVERS)
    assert sent == {
        "failure": ["change [172.16.50.4]:80 of [10.0.50.1]:tcp:80"],
        "failure again": [],
        "recovery": ["change [172.16.50.4]:80 of [10.0.50.1]:tcp:80"],
        "weight": ["change [172.16.50.10]:80 of [10.0.50.1]:tcp:80"],
        "same again": [],
        "successor": [],
    }
