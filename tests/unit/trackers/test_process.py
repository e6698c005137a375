"""Processes: who counts, and how long a change must last."""

import pytest
from attrs import evolve

from kaspec import rules
from kaspec.trackers.process import Became, Exited, Forked, ProcessState, Surveyed, begin, step
from kaspec.trackers.tracked import Process, TrackedProcess
from kaspec.units import SECOND
from kaspec.vrrp.events import DeadlineReached
from tests.unit.vrrp.examples import at

WEB = TrackedProcess("web", "haproxy")
SLOW = evolve(WEB, fork_delay=SECOND, terminate_delay=SECOND)
ONE, NONE = frozenset({7}), frozenset[int]()


@pytest.mark.parametrize(
    ("tracked", "counts"),
    [
        (WEB, (True, True, False)),
        (evolve(WEB, full_command=True), (True, True, False)),
        (evolve(WEB, match="partial"), (True, False, False)),
        (evolve(WEB, parameters=("-f",)), (False, False, False)),
        (evolve(WEB, parameters=("-f",), match="partial"), (False, True, False)),
        (evolve(WEB, parameters=("-f", "/etc"), match="partial"), (False, False, False)),
        (evolve(WEB, parameters=("-f", "/etc"), match="initial"), (False, True, False)),
        (evolve(WEB, parameters=("-f", "/etc/haproxy.cfg")), (False, True, False)),
        (evolve(WEB, command="/usr/sbin/haproxy", full_command=True), (False, False, True)),
    ],
)
def test_who_counts(tracked: TrackedProcess, counts: tuple[bool, ...]) -> None:
    """By its name; with parameters, ``param_match`` or ``full_command`` by the command line, the command as it was started."""
    plain = Process("haproxy", ("haproxy",))
    configured = Process("haproxy", ("haproxy", "-f", "/etc/haproxy.cfg"))
    elsewhere = Process("another", ("/usr/sbin/haproxy", "-f", "/etc/haproxy.cfg"))
    assert tuple(tracked.matches(each) for each in (plain, configured, elsewhere)) == counts


def test_a_long_name_counts_as_the_kernel_shortens_it() -> None:
    assert TrackedProcess("x", "a-very-long-process-name").matches(Process("a-very-long-pro"))


def test_quorums() -> None:
    between = evolve(WEB, quorum=2, quorum_max=3)
    assert [between.suffices(count) for count in range(5)] == [False, False, True, True, False]
    assert [evolve(WEB, quorum_max=0).suffices(count) for count in range(2)] == [True, False]


def test_without_delay_a_change_counts_at_once() -> None:
    lost = step(WEB, begin(WEB, ONE), Exited(7), at(1))
    assert (lost.state, lost.rule) == (ProcessState(NONE, good=False), rules.PROCESS_LOST)
    gained = step(WEB, lost.state, Became(8, counts=True), at(2))
    assert (gained.state.good, gained.rule) == (True, rules.PROCESS_GAINED)


def test_an_end_must_last() -> None:
    waiting = step(SLOW, begin(SLOW, ONE), Exited(7), at(1))
    assert (waiting.state, waiting.rule) == (ProcessState(NONE, good=True, turns_at=at(2)), rules.PROCESS_WAITS)
    assert step(SLOW, waiting.state, DeadlineReached(), at("1.5")).rule == rules.NOT_DUE
    assert step(SLOW, waiting.state, DeadlineReached(), at(2)).rule == rules.PROCESS_LOST
    assert step(SLOW, waiting.state, Became(9, counts=True), at("1.5")).state == ProcessState(frozenset({9}), good=True)


def test_a_fork_must_last_and_what_is_executed_counts_at_once() -> None:
    """A shell that forks before it executes something else is no change; a program that is executed is one."""
    two = evolve(SLOW, quorum=2)
    forked = step(two, begin(two, ONE), Forked(7, 8), at(1))
    assert (forked.state.turns_at, forked.rule) == (at(2), rules.PROCESS_WAITS)
    assert step(two, forked.state, Became(8, counts=False), at("1.1")).state == begin(two, ONE)
    assert step(two, begin(two, ONE), Became(8, counts=True), at("1.1")).rule == rules.PROCESS_GAINED
    assert step(two, begin(two, ONE), Forked(1, 2), at(1)).rule == rules.UNCHANGED


def test_a_survey_counts_like_the_events_it_stands_for() -> None:
    assert step(SLOW, begin(SLOW, ONE), Surveyed(NONE), at(1)).rule == rules.PROCESS_WAITS
    assert step(SLOW, begin(SLOW, NONE), Surveyed(ONE), at(1)).rule == rules.PROCESS_GAINED
    assert step(SLOW, begin(SLOW, ONE), Surveyed(frozenset({8})), at(1)).rule == rules.PROCESS_COUNTED
