"""Real routers learnt: ours is the specification's machine, keepalived's is that of a core that departs as it is known to."""

import os

import pytest

from conformance.learning.alphabet import VERSION_3, timed
from conformance.learning.answers import Answers
from conformance.learning.device import running
from conformance.learning.report import Learnt, study, verdict
from conformance.peers import PEERS
from conformance.peers.broken import BROKEN

QUICK = timed(VERSION_3, 500)
ROUTERS = {**PEERS, **BROKEN}


def learnt(peer: str) -> Learnt:
    if os.geteuid() != 0:
        pytest.skip("needs root: makes network namespaces")
    if why := ROUTERS[peer].missing():
        pytest.skip(why)
    with running(ROUTERS[peer], QUICK, places=200) as wire:
        return study(peer, ROUTERS[peer].version(), QUICK, Answers(wire.ask), 0, lambda _: None)


@pytest.mark.parametrize(
    ("peer", "expected"),
    [("kaspec", "same"), ("keepalived", "departs as known"), ("kaspec-ignores-priority-zero", "departs")],
)
def test_a_router_is_the_machine_that_it_should_be(peer: str, expected: str) -> None:
    found = learnt(peer)
    assert verdict(found) == expected, found.unexplained
