"""Scheduler conformance: for every scheduler random services and 200 real connections each; the pure functions predict every one.

Two kernels work through all cases at once, one of them with ``expire_quiescent_template``.  Who answered a connection tells whom the kernel
chose; its own list of connections must agree.
"""

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from attrs import evolve, frozen

from conformance.lab.uml import SEARCH_PATH, run_job
from conformance.schedulers.case import Added, Case, Edited, Removed
from conformance.schedulers.drawing import draw_cases
from conformance.schedulers.job import run_cases
from conformance.schedulers.order import from_answer, to_order
from conformance.schedulers.prediction import predict
from kaspec.lvs.schedulers.scheduling import SCHEDULERS, SchedulerName
from kaspec.lvs.schedulers.server import Key

COUNT, CONNECTIONS = 20, 200
KERNELS_HAVE = tuple(name for name in SCHEDULERS if name != "twos")
"""Debian's user-mode-linux has no twos."""
OTHERS: Mapping[SchedulerName, SchedulerName] = {
    "rr": "wrr", "wrr": "rr", "lc": "wlc", "wlc": "lc", "lblc": "wlc", "lblcr": "lblc", "dh": "rr", "sh": "mh", "sed": "nq", "nq": "sed",
    "fo": "ovf", "ovf": "fo", "mh": "sh",
}  # fmt: skip
"""A neighbour of each scheduler, which it must be told from."""


@frozen
class Verdicts:
    """What the kernels chose, connection by connection, and how their lists compare with who answered."""

    chosen: Mapping[Case, list[Key | None]]
    listed: int
    differing: list[Any]


@pytest.fixture(scope="session")
def verdicts(kernel_lab: None) -> Verdicts:  # noqa: ARG001
    if shutil.which("iptables-legacy-restore", path=SEARCH_PATH) is None:
        pytest.skip("needs the Debian package iptables")
    cases = [case for name in KERNELS_HAVE for case in draw_cases(name, COUNT)]
    halves = [[case for case in cases if case.expire_quiescent == quiescent] for quiescent in (False, True)]
    with ThreadPoolExecutor(len(halves)) as kernels:
        answers = list(kernels.map(_run, halves))
    chosen = {
        case: from_answer(case, each)
        for half, answer in zip(halves, answers, strict=True)
        for case, each in zip(half, answer["answers"], strict=True)
    }
    return Verdicts(chosen, sum(each["listed"] for each in answers), [one for each in answers for one in each["differing"]])


def _run(cases: list[Case]) -> Any:
    order = {"expire_quiescent": cases[0].expire_quiescent, "cases": [to_order(case) for case in cases]}
    return run_job(run_cases, order, timeout=400, memory=1024)


@pytest.mark.parametrize("name", KERNELS_HAVE)
def test_every_choice_of_the_kernel_is_predicted(name: SchedulerName, verdicts: Verdicts) -> None:
    for case, chosen in verdicts.chosen.items():
        if case.scheduler != name:
            continue
        predicted = predict(case)
        assert len(chosen) == CONNECTIONS
        wrong = next((number for number in range(CONNECTIONS) if predicted[number] != chosen[number]), None)
        assert wrong is None, f"{case}: connection {wrong} went to {chosen[wrong]}, not to {predicted[wrong]}"


@pytest.mark.parametrize("name", KERNELS_HAVE)
def test_another_scheduler_would_have_been_found_out(name: SchedulerName, verdicts: Verdicts) -> None:
    """The cases tell each scheduler from its neighbour, so the agreement is no accident."""
    mine = {case: chosen for case, chosen in verdicts.chosen.items() if case.scheduler == name}
    assert any(_hosts(predict(evolve(case, scheduler=OTHERS[name]))) != _hosts(chosen) for case, chosen in mine.items())


def _hosts(keys: list[Key | None]) -> list[bytes | None]:
    """The addresses without what the scheduler puts into them."""
    return [None if key is None else key.address[2:] for key in keys]


def test_the_kernels_list_agrees_with_who_answered(verdicts: Verdicts) -> None:
    assert verdicts.differing == []
    assert verdicts.listed > len(verdicts.chosen) * CONNECTIONS // 3


@pytest.mark.parametrize("name", KERNELS_HAVE)
def test_the_cases_have_everything_in_them(name: SchedulerName) -> None:
    """For each scheduler: weights, quiescent servers, thresholds, changes on the way, endings, persistence, TCP and UDP, marks."""
    cases = draw_cases(name, COUNT)
    changes = [change for case in cases for phase in case.phases for change in phase.changes]
    settings = [change for change in changes if isinstance(change, Added | Edited)]
    assert len(cases) == COUNT
    assert all(sum(len(phase.asked) for phase in case.phases) == CONNECTIONS for case in cases)
    assert {type(change) for change in changes} == {Added, Edited, Removed}
    assert any(each.weight == 0 for each in settings)
    assert any(each.weight > 10 for each in settings)
    assert any(each.upper for each in settings)
    assert any(each.lower for each in settings)
    assert any(case.persistence for case in cases)
    assert {case.protocol for case in cases} == {"tcp", "udp"}
    assert any(case.by_mark for case in cases)
    assert any(phase.ended for case in cases for phase in case.phases)
    assert any(phase.closed for case in cases for phase in case.phases)
