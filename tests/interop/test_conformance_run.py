"""The runner convicts copies of our own daemon that are broken on purpose, each by a trace of the clause it breaks; the whole passes.

And it finds departures that keepalived 2.2.7 and FRR 8.4.4 are known for.
"""

import os

import pytest

from conformance.peers import PEERS
from conformance.peers.broken import BROKEN
from conformance.peers.keepalived import KASPEC
from conformance.peers.peer import Peer
from conformance.replay.trial import all_of
from conformance.runner.cases import Case, corpus
from conformance.runner.running import Result, run_case

CONVICTED_BY = {
    "kaspec-no-skew": "rfc3768/6.4.1-backup-starts",
    "kaspec-wrong-checksum": "rfc5798/6.4.2-master-down",
    "kaspec-answers-in-backup": "rfc3768/6.4.2-higher-priority",
    "kaspec-ignores-priority-zero": "rfc3768/6.4.2-priority-zero",
    "kaspec-no-garp": "rfc3768/6.4.2-master-down",
}
DEPARTURES = {
    ("keepalived", "rfc9568/7.1-type-in-master-ipv6"): "begins its interval anew at anything it hears",
    ("keepalived", "rfc3768/6.4.3-priority-zero"): "does not begin its interval anew when it answers priority 0",
    ("keepalived", "rfc3768/7.1-addresses-of-the-owner"): "discards another address list",
    ("keepalived", "rfc9568/7.1-interval-zero-in-backup-ipv6"): "learns an interval of zero",
    ("keepalived", "keepalived/interval-mismatch-moves-no-timer"): "begins its interval anew at anything it hears",
    ("keepalived", "rfc3768/7.1-owner"): "hears others as an owner",
    ("frr", "rfc5798/6.4.2-master-down-ipv6"): "sends no first advertisement in IPv6",
    ("frr", "rfc3768/7.1-addresses-in-backup"): "takes another address list",
    ("frr", "rfc3768/7.1-length-cut-anywhere"): "discards what is longer than it must be",
}


OURS = (
    "rfc3768/7.1-addresses-in-master",
    "rfc9568/7.1-first-link-local-in-master-ipv6",
    "keepalived/link-returns-to-a-master-of-rfc3768",
    "keepalived/two-owners",
)
"""What ours passes since a configuration can ask for an RFC, and since an owner's only address is its own while it is taken off."""


@pytest.fixture(scope="module")
def results() -> dict[tuple[str, str], Result]:
    if os.geteuid() != 0:
        pytest.skip("needs root: makes network namespaces")
    cases = {case.name: case for case in corpus()}
    wanted: list[tuple[Case, Peer]] = [(cases[case], peer) for name, case in CONVICTED_BY.items() for peer in (BROKEN[name], KASPEC)]
    wanted += [(cases[case], KASPEC) for case in OURS]
    wanted += [(cases[case], PEERS[peer]) for peer, case in DEPARTURES if PEERS[peer].missing() is None]
    parts = [lambda case=case, peer=peer: run_case(case, peer) for case, peer in wanted]
    found = all_of(parts, len(parts), lambda _: None)
    return {(each.case.name, each.peer): each for each in found}


@pytest.mark.parametrize("broken", CONVICTED_BY)
def test_a_broken_copy_fails_and_the_whole_one_passes(broken: str, results: dict[tuple[str, str], Result]) -> None:
    case = CONVICTED_BY[broken]
    convicted, whole = results[case, broken], results[case, "kaspec"]
    assert convicted.verdict == "fail", convicted.words
    assert whole.verdict == "pass", whole.words
    assert convicted.case.clauses


@pytest.mark.parametrize("case", OURS)
def test_ours_follows_the_rfc_that_its_configuration_names(case: str, results: dict[tuple[str, str], Result]) -> None:
    assert results[case, "kaspec"].verdict == "pass", results[case, "kaspec"].words


@pytest.mark.parametrize(("peer", "case"), DEPARTURES)
def test_known_departures_of_others_are_found(peer: str, case: str, results: dict[tuple[str, str], Result]) -> None:
    if why := PEERS[peer].missing():
        pytest.skip(why)
    found = results[case, peer]
    assert (found.verdict, DEPARTURES[peer, case] in found.words) == ("fail", True), found.words
