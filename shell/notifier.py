"""Telling scripts, FIFOs and mail: carries out what ``kaspec.notification`` and ``kaspec.turns`` decide, and never waits.

A takeover of many virtual routers has many notices; they are told a few at a time, so that what arrives meanwhile is heard.
"""

import asyncio
import time
from asyncio import AbstractEventLoop, TimerHandle
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from attrs import field

from kaspec.config import terms
from kaspec.config.model import Command, Configuration, Permit, Telling
from kaspec.frozen import define
from kaspec.notification import Audience, Delivery, Memory, Notice, Script, deliver
from kaspec.turns import LAST_PATIENCE, STOP_WAIT, End, Line, Run, Task, enter, next_deadline, over, overdue
from kaspec.units import SECOND, Instant
from shell import clock, logs
from shell.fifos import Fifo
from shell.mail import Mailer
from shell.runner import Ended, Job, Runner

Subject = tuple[str, str]
"""Whose scripts take turns: a virtual router, a sync group, a virtual or a real server."""
Fifos = Callable[[Telling], tuple[tuple[terms.Fifo | None, Command | None], ...]]
"""The FIFOs that events go to, each with the script that reads it."""
A_FEW = 16
"""Notices that are told before the loop goes on with what else there is."""
POLL = 0.01
"""How often it is looked whether everything is told, at the end: there is nothing else to do then."""


@define(eq=False)
class Notifier:
    """The lines of all subjects, the FIFOs, the mail, and what was told so far."""

    loop: AbstractEventLoop
    runner: Runner
    host: str
    mailer: Mailer
    fifos_of: Fifos
    _audience: Audience = field(factory=Audience)
    _memory: Memory = field(factory=Memory)
    _lines: dict[Subject, Line[Script]] = field(factory=dict)
    _numbers: dict[Subject, int] = field(factory=dict)
    _alarms: dict[Subject, TimerHandle] = field(factory=dict)
    _untold: deque[tuple[Notice, int]] = field(factory=deque)
    _fifos: dict[terms.Fifo, Fifo] = field(factory=dict)
    _readers: dict[tuple[terms.Fifo, Permit], int] = field(factory=dict)

    @classmethod
    def at(cls, loop: AbstractEventLoop, runner: Runner, host: str, fifos_of: Fifos | None = None) -> "Notifier":
        """Return a notifier of this host that has nobody to tell yet; without ``fifos_of`` its FIFOs are those of VRRP."""
        return cls(loop, runner, host, Mailer(runner, host, logs.info), fifos_of or _fifos)

    def adopt(self, configuration: Configuration) -> None:
        """Tell those whom this configuration names from now on; FIFOs whose path stays are not touched."""
        self._audience = Audience.of(configuration, self.host).succeeding(self._audience)
        self.mailer.defs = configuration.global_defs
        if configuration.permits or self._audience.mails:
            self.runner.start()
        self._adopt_fifos(configuration)

    def take(self, notices: Iterable[Notice]) -> None:
        """Tell what there is to tell of a transition."""
        self._tell(notices)

    def again(self, notices: Iterable[Notice]) -> None:
        """Tell FIFOs the states once more, after a reload, if they want it."""
        if self._audience.defs.telling.fifo_write_vrrp_states_on_reload:
            self._tell(notices)

    async def finish(self) -> None:
        """Tell the last words, and wait a moment until they are heard."""
        while self._untold:
            self._tell_a_few()
        for fifo in self._fifos.values():
            fifo.close()
        deadline = self.loop.time() + (LAST_PATIENCE + STOP_WAIT) / SECOND
        while self.loop.time() < deadline and not self._is_idle():
            await asyncio.sleep(POLL)
        for alarm in self._alarms.values():
            alarm.cancel()
        self.runner.close()

    def _is_idle(self) -> bool:
        return all(line.is_idle for line in self._lines.values()) and self.mailer.is_idle and not self._readers

    def _tell(self, found: Iterable[Notice]) -> None:
        waiting, at = bool(self._untold), time.time_ns() // 1000
        self._untold.extend((notice, at) for notice in found)
        if self._untold and not waiting:
            self.loop.call_soon(self._tell_a_few)

    def _tell_a_few(self) -> None:
        for _ in range(min(A_FEW, len(self._untold))):
            notice, at = self._untold.popleft()
            self._memory, delivery = deliver(self._audience, self._memory, notice, at)
            self.deliver(notice.subject, delivery, at)
        if self._untold:
            self.loop.call_soon(self._tell_a_few)

    def deliver(self, subject: Subject, delivery: Delivery, at: int) -> None:
        """Tell what a change of a subject comes to, ``at`` microseconds since 1970."""
        if delivery.line is not None:
            for fifo in self._fifos.values():
                fifo.write(delivery.line)
        if delivery.mail is not None:
            self.mailer.send(delivery.mail, at / SECOND)
        self._enter(subject, delivery.task)

    def _enter(self, subject: Subject, task: Task[Script]) -> None:
        line, run = enter(self._lines.get(subject, Line()), task, clock.now())
        self._keep(subject, line, run)

    def _over(self, subject: Subject, script: Script, how: Ended) -> None:
        if how.status or how.trouble:
            logs.info(f"{' '.join(subject)}: script {' '.join(script.argv)} {_outcome(how)}")
        line, run = over(self._lines[subject], clock.now())
        self._keep(subject, line, run)

    def _overdue(self, subject: Subject) -> None:
        line, end = overdue(self._lines[subject], clock.now())
        if isinstance(end, End):
            self.runner.kill(self._numbers[subject], end.at_once)
        self._keep(subject, line, None)

    def _keep(self, subject: Subject, line: Line[Script], run: Run[Script] | None) -> None:
        self._lines[subject] = line
        if run is not None:
            script = run.script
            job = _job(script.permit, script.arguments, script.environment, " ".join(subject))
            self._numbers[subject] = self.runner.run(job, lambda how: self._over(subject, script, how))
        self._arm(subject, next_deadline(line))

    def _arm(self, subject: Subject, deadline: Instant | None) -> None:
        if alarm := self._alarms.pop(subject, None):
            alarm.cancel()
        if deadline is not None:
            self._alarms[subject] = self.loop.call_later(max(deadline - clock.now(), 0) / SECOND, self._overdue, subject)

    def _adopt_fifos(self, configuration: Configuration) -> None:
        telling = configuration.global_defs.telling
        wanted = [(fifo, command) for fifo, command in self.fifos_of(telling) if fifo is not None]
        for gone in self._fifos.keys() - {fifo for fifo, _ in wanted}:
            self._fifos.pop(gone).close(for_good=True)
        for fifo, _ in wanted:
            if fifo not in self._fifos:
                uid, gid = configuration.owners.get(fifo, (-1, -1))
                self._fifos[fifo] = Fifo(fifo.path, uid, gid, logs.info)
                self._fifos[fifo].open()
        readers = {(fifo, permit) for fifo, command in wanted if command and (permit := configuration.permits.get(command))}
        for ended in self._readers.keys() - readers:
            self.runner.kill(self._readers.pop(ended))
        for reader in readers - self._readers.keys():
            self._read(reader)

    def _read(self, reader: tuple[terms.Fifo, Permit]) -> None:
        """Start the script that reads a FIFO: it runs until it ends by itself, or its FIFO goes."""

        def ended(how: Ended) -> None:
            if self._readers.get(reader) == number:
                del self._readers[reader]
                logs.info(f"notify fifo script {permit.argv[0]} {'terminated' if not how.status else _outcome(how)}")

        fifo, permit = reader
        number = self._readers[reader] = self.runner.run(_job(permit, (fifo.path,), {}, fifo.path), ended)


def _job(permit: Permit, arguments: tuple[str, ...], environment: Mapping[str, str], title: str) -> Job:
    argv = (*permit.argv, *arguments)
    return Job(argv, permit.uid, permit.gid, permit.groups, environment, title=title, umask=permit.umask)


def _fifos(telling: Telling) -> tuple[tuple[terms.Fifo | None, Command | None], ...]:
    """The FIFOs for events of VRRP, each with the script that reads it."""
    return (telling.notify_fifo, telling.notify_fifo_script), (telling.vrrp_notify_fifo, telling.vrrp_notify_fifo_script)


def service_fifos(telling: Telling) -> tuple[tuple[terms.Fifo | None, Command | None], ...]:
    """Return the FIFOs for events of virtual servers."""
    return (telling.notify_fifo, telling.notify_fifo_script), (telling.lvs_notify_fifo, telling.lvs_notify_fifo_script)


def _outcome(how: Ended) -> str:
    if how.timed_out:
        return "took too long and was ended"
    if how.trouble:
        return f"did not run: {how.trouble}"
    return f"was ended by signal {-how.status}" if how.status < 0 else f"exited with status {how.status}"
