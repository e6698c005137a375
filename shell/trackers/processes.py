"""Tracked processes: the kernel tells of each that begins, changes and ends; where it will not, all are looked at every second."""

import errno
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Iterable, Mapping
from functools import partial

from attrs import field

from kaspec.config.model import Configuration
from kaspec.frozen import define
from kaspec.report.trackers import process_lines
from kaspec.trackers import process as core
from kaspec.trackers.process import Became, ProcessEvent, ProcessState, Surveyed
from kaspec.trackers.tracked import Process, TrackedProcess
from kaspec.tracking import Tracker
from kaspec.units import SECOND
from kaspec.vrrp.events import DeadlineReached
from shell import clock, logs
from shell.trackers.connector import Connector, Executed, look, survey
from shell.trackers.scripts import Report

A_FEW = 512
"""Events that are taken before the loop goes on with what else there is."""
AGAIN = 1.0
"""Seconds between two looks at all processes, where the kernel does not tell."""


@define
class _Watched:
    """What is tracked, how it stands, and when that may turn."""

    tracked: TrackedProcess
    state: ProcessState
    alarm: TimerHandle | None = None


@define(eq=False)
class Processes:
    """The processes that something tracks, by name."""

    loop: AbstractEventLoop
    report: Report
    _watched: dict[str, _Watched] = field(factory=dict)
    _connector: Connector | None = None
    _again: TimerHandle | None = None
    _looking: bool = False

    @property
    def states(self) -> dict[str, ProcessState]:
        """How each stands."""
        return {name: watched.state for name, watched in self._watched.items()}

    def adopt(self, configuration: Configuration, tracked: Iterable[Tracker]) -> None:
        """Count the processes of this configuration that are ``tracked``."""
        names = {name for kind, name in tracked if kind == "process"}
        wanted = {each.name: each for each in configuration.processes if each.name in names}
        for name in self._watched.keys() - wanted.keys():
            self._disarm(self._watched.pop(name))
        if not wanted:
            self._deaf()
            return
        if self._connector is None and self._again is None:
            self._listen(configuration)
        there = survey(any(each.reads_arguments for each in wanted.values()))
        for name, each in wanted.items():
            watched = self._watched.get(name)
            if watched is None or watched.tracked != each:
                self._begin(name, each, there)
            else:
                self._step(watched, Surveyed(_matching(each, there)))

    def close(self) -> None:
        """Count nothing any more."""
        self._deaf()
        for watched in self._watched.values():
            self._disarm(watched)
        self._watched.clear()

    def _begin(self, name: str, tracked: TrackedProcess, there: Mapping[int, Process]) -> None:
        before = self._watched.pop(name, None)
        if before is not None:
            self._disarm(before)
        watched = self._watched[name] = _Watched(tracked, core.begin(tracked, _matching(tracked, there)))
        self.report(("process", name), core.finding(watched.state))

    def _listen(self, configuration: Configuration) -> None:
        defs = configuration.global_defs
        try:
            self._connector = Connector(defs.process_monitor_rcv_bufs, defs.process_monitor_rcv_bufs_force)
        except OSError as error:
            why = f"errno {error.errno} - {error.strerror}"
            logs.info(f"Failed to set/clear process event listen - {why}: all processes are looked at every second")
            self._again = self.loop.call_later(AGAIN, self._look_again)
            return
        self.loop.add_reader(self._connector.fileno(), self._told)

    def _deaf(self) -> None:
        if self._connector is not None:
            self.loop.remove_reader(self._connector.fileno())
            self._connector.close()
            self._connector = None
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def _told(self) -> None:
        """Take what the kernel tells; if some of it was lost, look at all."""
        assert self._connector is not None, "we are called by its descriptor"
        try:
            for told in self._connector.events(A_FEW):
                if isinstance(told, Executed):
                    self._became(told)
                else:
                    for watched in self._watched.values():
                        self._step(watched, told)
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            logs.info("process monitor: buffer overrun, all processes are looked at again (process_monitor_rcv_bufs)")
            self._look()

    def _became(self, pid: int) -> None:
        process = look(pid, self._reads_arguments)
        for watched in self._watched.values():
            self._step(watched, Became(int(pid), process is not None and watched.tracked.matches(process)))

    @property
    def _reads_arguments(self) -> bool:
        return any(watched.tracked.reads_arguments for watched in self._watched.values())

    def _look_again(self) -> None:
        self._again = self.loop.call_later(AGAIN, self._look_again)
        self._look()

    def _look(self) -> None:
        """Look at all processes, beside the loop: that takes milliseconds where there are many."""
        if self._looking:
            return
        self._looking = True
        looked = self.loop.run_in_executor(None, survey, self._reads_arguments)
        looked.add_done_callback(lambda done: self._looked(done.result()))

    def _looked(self, there: Mapping[int, Process]) -> None:
        self._looking = False
        for watched in self._watched.values():
            self._step(watched, Surveyed(_matching(watched.tracked, there)))

    def _step(self, watched: _Watched, event: ProcessEvent) -> None:
        before = watched.state
        taken = core.step(watched.tracked, before, event, clock.now())
        watched.state = taken.state
        if taken.state is before:
            return
        for line in process_lines(watched.tracked, taken):
            logs.info(line)
        if taken.state.turns_at != before.turns_at:
            self._arm(watched)
        if taken.state.good != before.good:
            self.report(("process", watched.tracked.name), core.finding(taken.state))

    def _arm(self, watched: _Watched) -> None:
        self._disarm(watched)
        at = watched.state.next_deadline
        if at is not None:
            watched.alarm = self.loop.call_later(max(at - clock.now(), 0) / SECOND, partial(self._due, watched))

    def _due(self, watched: _Watched) -> None:
        watched.alarm = None
        self._step(watched, DeadlineReached())
        if watched.alarm is None and watched.state.turns_at is not None:  # rung a microsecond early
            self._arm(watched)

    def _disarm(self, watched: _Watched) -> None:
        if watched.alarm is not None:
            watched.alarm.cancel()
            watched.alarm = None


def _matching(tracked: TrackedProcess, there: Mapping[int, Process]) -> frozenset[int]:
    return frozenset(pid for pid, process in there.items() if tracked.matches(process))
