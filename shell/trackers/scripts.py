"""Tracked scripts: each is started when its turn comes, by the process that runs scripts; nothing here waits for one."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable, Iterable
from functools import partial

from attrs import field

from kaspec.config.model import Command, Configuration, Permit
from kaspec.frozen import define
from kaspec.report.trackers import kept_line, script_lines
from kaspec.trackers import script as core
from kaspec.trackers.script import ScriptEnded, ScriptEvent, ScriptState
from kaspec.trackers.tracked import Script
from kaspec.tracking import Finding, Tracker
from kaspec.units import SECOND
from kaspec.vrrp.events import DeadlineReached
from shell import clock, logs
from shell.runner import Ended, Job, Runner

Report = Callable[[Tracker, Finding], None]


@define
class _Watched:
    """A script, how it stands, its run, and when its next turn is; ``turn`` counts the runs that are heard of."""

    script: Script
    permit: Permit
    state: ScriptState
    run: int | None = None
    turn: int = 0
    alarm: TimerHandle | None = None


@define(eq=False)
class Scripts:
    """The scripts that something tracks, by name."""

    loop: AbstractEventLoop
    runner: Runner
    report: Report
    _watched: dict[str, _Watched] = field(factory=dict)

    @property
    def states(self) -> dict[str, ScriptState]:
        """How each stands."""
        return {name: watched.state for name, watched in self._watched.items()}

    def adopt(self, configuration: Configuration, tracked: Iterable[Tracker]) -> None:
        """Run the scripts of this configuration that are ``tracked``; what was found of those that stay is kept."""
        names = {name for kind, name in tracked if kind == "script"}
        wanted = {each.name: each for each in configuration.scripts if each.name in names}
        for name in self._watched.keys() - wanted.keys():
            self._forget(self._watched.pop(name))
        for name, script in wanted.items():
            permit = configuration.permits.get(Command(script.line, script.user, script.group))
            if permit is not None:
                self._adopt(name, script, permit)

    def close(self) -> None:
        """Run nothing any more; the runner ends what still runs."""
        for watched in self._watched.values():
            self._forget(watched)
        self._watched.clear()

    def _adopt(self, name: str, script: Script, permit: Permit) -> None:
        watched = self._watched.get(name)
        if watched is None:
            self._watched[name] = watched = _Watched(script, permit, core.begin(script, clock.now()))
            self._tell(watched)
        else:
            state = core.succeed(watched.script, script, watched.state, clock.now())
            if watched.state.running and not state.running:
                self._end_run(watched)
            watched.script, watched.permit, watched.state = script, permit, state
            if line := kept_line(script, state):
                logs.info(line)
        self._arm(watched)

    def _due(self, watched: _Watched) -> None:
        watched.alarm = None
        self._step(watched, DeadlineReached())
        self._arm(watched)

    def _ended(self, watched: _Watched, turn: int, ended: Ended) -> None:
        if turn != watched.turn:
            return  # the run of a command that is no longer configured
        watched.run = None
        self._step(watched, ScriptEnded(ended.status, ended.timed_out, ended.trouble))

    def _step(self, watched: _Watched, event: ScriptEvent) -> None:
        before = watched.state
        taken = core.step(watched.script, before, event, clock.now())
        watched.state = taken.state
        for line in script_lines(watched.script, before, event, taken):
            logs.info(line)
        if taken.runs:
            permit, script = watched.permit, watched.script
            job = Job(permit.argv, permit.uid, permit.gid, permit.groups, timeout=script.patience, title=script.name, umask=permit.umask)
            watched.turn += 1
            watched.run = self.runner.run(job, partial(self._ended, watched, watched.turn))
        if core.finding(watched.script, before) != core.finding(watched.script, taken.state):
            self._tell(watched)

    def _tell(self, watched: _Watched) -> None:
        found = core.finding(watched.script, watched.state)
        if found is not None:
            self.report(("script", watched.script.name), found)

    def _arm(self, watched: _Watched) -> None:
        if watched.alarm is not None:
            watched.alarm.cancel()
        delay = max(watched.state.next_deadline - clock.now(), 0) / SECOND
        watched.alarm = self.loop.call_later(delay, self._due, watched)

    def _end_run(self, watched: _Watched) -> None:
        """Let what still runs end; nobody hears of it."""
        if watched.run is not None:
            self.runner.kill(watched.run)
            watched.run = None
            watched.turn += 1

    def _forget(self, watched: _Watched) -> None:
        if watched.alarm is not None:
            watched.alarm.cancel()
        self._end_run(watched)
