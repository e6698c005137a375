"""The runner convicts copies of our own daemon that are broken on purpose, each by a trace of the clause it breaks; the whole passes."""

import os

import pytest

from conformance.peers.broken import BROKEN
from conformance.peers.keepalived import KASPEC
from conformance.replay.trial import all_of
from conformance.runner.cases import corpus
from conformance.runner.running import Result, run_case

CONVICTED_BY = {
    "kaspec-no-skew": "rfc3768/6.4.1-backup-starts",
    "kaspec-wrong-checksum": "rfc5798/6.4.2-master-down",
    "kaspec-answers-in-backup": "rfc3768/6.4.2-higher-priority",
    "kaspec-ignores-priority-zero": "rfc3768/6.4.2-priority-zero",
    "kaspec-no-garp": "rfc3768/6.4.2-master-down",
}


@pytest.fixture(scope="module")
def results() -> dict[tuple[str, str], Result]:
    if os.geteuid() != 0:
        pytest.skip("needs root: makes network namespaces")
    cases = {case.name: case for case in corpus()}
    wanted = [(cases[case], peer) for name, case in CONVICTED_BY.items() for peer in (BROKEN[name], KASPEC)]
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
