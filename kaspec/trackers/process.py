"""Processes that must run (keepalived ``vrrp_track_process``): which count, how many are wanted, and how long a change must last.

A number that comes to be right or wrong by a fork counts once ``fork_delay`` has passed, by an end once ``terminate_delay`` has: a service
that restarts, or a shell that forks before it executes something else, is no change.
"""

from typing import Literal, assert_never

from attrs import evolve, frozen

from kaspec import rules
from kaspec.rules import Rule
from kaspec.tracking import Finding
from kaspec.units import ZERO, Instant, Interval, after
from kaspec.vrrp.events import DeadlineReached

ParameterMatch = Literal["exact", "initial", "partial"]
LONGEST_NAME = 15
"""The kernel keeps so many bytes of a process's name."""


@frozen
class Process:
    """A process as /proc has it: its name, and its arguments, the command first; one of the kernel's own has none."""

    name: str
    arguments: tuple[str, ...] = ()


@frozen
class TrackedProcess:
    """A ``vrrp_track_process``: between ``quorum`` and ``quorum_max`` (``None``: any number) processes must be ``command``.

    ``match`` tells how the parameters are compared; ``None``: exactly, if there are any.
    """

    name: str
    command: str
    parameters: tuple[str, ...] = ()
    match: ParameterMatch | None = None
    full_command: bool = False
    weight: int = 0
    reverse: bool = False
    quorum: int = 1
    quorum_max: int | None = None
    terminate_delay: Interval = ZERO
    fork_delay: Interval = ZERO

    @property
    def reads_arguments(self) -> bool:
        """Whether the command line counts, rather than the process's name."""
        return self.full_command or bool(self.parameters) or self.match is not None

    def matches(self, process: Process) -> bool:
        """Tell whether a process counts.  An ``initial`` match may go on in the last parameter, a ``partial`` one only behind it."""
        if not self.reads_arguments:
            return _shortened(process.name) == _shortened(self.command)
        if process.arguments[:1] != (self.command,):
            return False
        given = process.arguments[1:]
        if not self.parameters:
            return self.match is None or not given
        *firm, last = self.parameters
        if self.match == "initial":
            return given[: len(firm)] == tuple(firm) and given[len(firm) :][:1] != () and given[len(firm)].startswith(last)
        return (given[: len(self.parameters)] if self.match == "partial" else given) == self.parameters

    def suffices(self, count: int) -> bool:
        """Tell whether that many are enough and not too many; with ``quorum_max`` 0, none must run."""
        if self.quorum_max == 0:
            return count == 0
        return count >= self.quorum and (self.quorum_max is None or count <= self.quorum_max)


def _shortened(name: str) -> bytes:
    return name.encode(errors="surrogateescape")[:LONGEST_NAME]


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
