"""Processes that must run (keepalived ``vrrp_track_process``): which count, how many are wanted, and how long a change must last.

A number that comes to be right or wrong by a fork counts once ``fork_delay`` has passed, by an end once ``terminate_delay`` has: a service
that restarts, or a shell that forks before it executes something else, is no change.
"""

from typing import assert_never

from kaspec import rules
from kaspec.frozen import evolve, frozen
from kaspec.rules import Rule
from kaspec.trackers.tracked import TrackedProcess
from kaspec.tracking import Finding
from kaspec.units import ZERO, Instant, Interval, after
from kaspec.vrrp.events import DeadlineReached


@frozen
class ProcessState:
    """The processes that count, and whether that was last found good; ``turns_at`` is set while the opposite waits for its delay."""

    pids: frozenset[int]
    good: bool
    turns_at: Instant | None = None

    @property
    def next_deadline(self) -> Instant | None:
        """When ``DeadlineReached`` will next matter."""
        return self.turns_at


@frozen
class Forked:
    """``child`` is a copy of ``parent``."""

    parent: int
    child: int


@frozen
class Became:
    """A process executed a program or changed its name; ``counts`` tells whether it is one of those."""

    pid: int
    counts: bool


@frozen
class Exited:
    """A process ended."""

    pid: int


@frozen
class Surveyed:
    """All processes were looked at: these are the ones that count."""

    pids: frozenset[int]


ProcessEvent = Forked | Became | Exited | Surveyed | DeadlineReached


@frozen
class ProcessStep:
    """A transition."""

    state: ProcessState
    rule: Rule


def begin(tracked: TrackedProcess, pids: frozenset[int]) -> ProcessState:
    """Return how it begins: as it is, no delay counts."""
    return ProcessState(pids, tracked.suffices(len(pids)))


def finding(state: ProcessState) -> Finding:
    """Return how it is found."""
    return Finding(state.good)


def step(tracked: TrackedProcess, state: ProcessState, event: ProcessEvent, now: Instant) -> ProcessStep:
    """Take one event; total."""
    match event:
        case Forked(parent, child):
            pids = state.pids | {child} if parent in state.pids else state.pids
            return _counted(tracked, state, pids, tracked.fork_delay, now)
        case Became(pid, counts):
            return _counted(tracked, state, state.pids | {pid} if counts else state.pids - {pid}, ZERO, now)
        case Exited(pid):
            return _counted(tracked, state, state.pids - {pid}, tracked.terminate_delay, now)
        case Surveyed(pids):
            return _counted(tracked, state, pids, tracked.terminate_delay if state.pids - pids else ZERO, now)
        case DeadlineReached():
            if state.turns_at is None or now < state.turns_at:
                return ProcessStep(state, rules.NOT_DUE)
            return _turned(evolve(state, turns_at=None), not state.good)
        case _:
            assert_never(event)


def _counted(tracked: TrackedProcess, state: ProcessState, pids: frozenset[int], delay: Interval, now: Instant) -> ProcessStep:
    if pids == state.pids:
        return ProcessStep(state, rules.UNCHANGED)
    counted = evolve(state, pids=pids)
    good = tracked.suffices(len(pids))
    if good == state.good:
        return ProcessStep(evolve(counted, turns_at=None), rules.PROCESS_COUNTED)
    if delay == ZERO:
        return _turned(evolve(counted, turns_at=None), good)
    if state.turns_at is not None:
        return ProcessStep(counted, rules.PROCESS_COUNTED)
    return ProcessStep(evolve(counted, turns_at=after(now, delay)), rules.PROCESS_WAITS)


def _turned(state: ProcessState, good: bool) -> ProcessStep:
    return ProcessStep(evolve(state, good=good), rules.PROCESS_GAINED if good else rules.PROCESS_LOST)
