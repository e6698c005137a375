"""Thousands of checks in one process: events for their machines, effects onto the wire.  It decides nothing.

All sockets are in one epoll, which itself is one descriptor of the event loop; all deadlines are in one agenda behind one timer.  Work
is done in turns, and one that found something to do is followed by a rest: what happens meanwhile is taken in together, and what is to be
done is done together.  That costs far fewer wake-ups, and our code and the kernel's do not drive each other out of the processor's caches.
"""

import errno
import os
import random
import resource
import select
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from functools import partial

from attrs import field

from kaspec.frozen import define
from kaspec.health import machine
from kaspec.health.events import (
    CheckEffect,
    CheckEvent,
    Close,
    Connect,
    ConnectionFailed,
    DeadlineReached,
    FileRead,
    Hindered,
    Observation,
    Resumed,
    RunScript,
    ScriptEnded,
    Send,
    SendDatagram,
    SendEcho,
    SessionReported,
    StopScript,
    Suspended,
    TlsFailed,
    TlsWish,
    Verdict,
)
from kaspec.health.machine import DRAW_BITS, CheckState, CheckStep
from kaspec.health.model import Target
from kaspec.health.reported import CheckReported
from kaspec.report.checks import check_lines, mail_words
from kaspec.report.often import is_telling
from kaspec.report.verdicts import Remembered, remember
from kaspec.units import Instant, Interval, after
from shell import clock, logs
from shell.checks.agenda import TURN, Agenda, turn_of
from shell.checks.opening import open_datagram, open_echo, open_stream
from shell.checks.subject import Key, Subject
from shell.checks.tls import Layer
from shell.checks.wires import Datagrams, Echoes, Stream, Wire, echo_request
from shell.runner import Ended, Job, Runner

SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EAGAIN}
"""What a socket can be refused for that is not the server's fault."""
SPARE = 512
"""Descriptors for all else."""
AT_ONCE = 512
"""As many sockets are looked at before the loop has its turn."""
_REACHED = DeadlineReached()


@define(eq=False)
class _Watched:
    """A check, how it stands, and what it has under way: a socket, a script."""

    subject: Subject
    state: CheckState
    wire: Wire | None = None
    script: int | None = None
    turn: int | None = None
    """When it will be looked at: the turn of its deadline, or one before that."""
    last: Remembered | None = None
    is_gone: bool = False


@define(eq=False)
class CheckEngine:
    """All checks of a process.  ``report`` hears what the services are to know, and must not raise."""

    loop: AbstractEventLoop
    runner: Runner
    report: Callable[[CheckReported], None]
    ended: int = field(default=0, init=False)
    """How many attempts have come to a verdict."""
    _watched: dict[Key, _Watched] = field(factory=dict)
    _servers: dict[Hashable, list[_Watched]] = field(factory=dict)
    _wires: dict[int, _Watched] = field(factory=dict)
    _happened: deque[tuple[_Watched, CheckEvent]] = field(factory=deque)
    _wanted: deque[tuple[_Watched, tuple[CheckEffect, ...]]] = field(factory=deque)
    _agenda: Agenda[_Watched] = field(factory=Agenda)
    _observed: dict[tuple[str, str], Observation] = field(factory=dict)
    _hindered: int = 0
    _turned_at: Instant = Instant(0)
    _is_busy: bool = False
    """Whether this turn found or opened a socket: then more is to come, soon."""
    _listens: bool = False
    _poll: select.epoll = field(factory=select.epoll)
    _alarm: clock.Alarm = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._alarm = clock.Alarm(self.loop, self._turn)
        self._listen(True)

    # What is checked.

    def adopt(self, subjects: Iterable[Subject]) -> None:
        """Make these checks from now on: one that is the same goes on as it stands, one that changed begins as its server stood."""
        wanted = {each.key: each for each in subjects}
        _allow_descriptors(len(wanted) + SPARE)
        for key in self._watched.keys() - wanted.keys():
            self._forget(self._watched.pop(key))
        now = clock.now()
        for key, subject in wanted.items():
            old = self._watched.get(key)
            if old is not None and old.subject.check == subject.check:
                old.subject = subject
                continue
            is_up = None
            if old is not None:
                is_up = old.state.is_up
                self._forget(old)
            state = machine.begin(subject.check, _part_of(subject.check.probing.warmup), now, is_up)
            self._watched[key] = watched = _Watched(subject, state)
            self._arm(watched)
            self._tell_known(watched)
        self._servers = {}
        for watched in self._watched.values():
            self._servers.setdefault(watched.subject.server, []).append(watched)
        self._settle()

    def suspend(self, server: Hashable) -> None:
        """Check nothing of a server until ``resume`` (``ha_suspend``)."""
        for watched in self._servers.get(server, ()):
            self._happened.append((watched, Suspended()))
        self._settle()

    def resume(self, server: Hashable) -> None:
        """Check a server again."""
        for watched in self._servers.get(server, ()):
            self._happened.append((watched, Resumed(_part_of(watched.subject.check.probing.warmup))))
            self._tell_known(watched)
        self._settle()

    def file_read(self, name: str, value: int) -> None:
        """A tracked file holds a number."""
        self._observe(("file", name), FileRead(value))

    def session_reported(self, name: str, is_up: bool) -> None:
        """A BFD session is up or not."""
        self._observe(("bfd", name), SessionReported(is_up))

    def states(self) -> dict[Key, CheckState]:
        """Return how every check stands."""
        return {key: watched.state for key, watched in self._watched.items()}

    def remembered(self) -> dict[Key, Remembered]:
        """Return the last verdict of every check that has had one."""
        return {key: watched.last for key, watched in self._watched.items() if watched.last is not None}

    def close(self) -> None:
        """Let go of everything."""
        for watched in self._watched.values():
            self._forget(watched)
        self._watched.clear()
        self._happened.clear()
        self._wanted.clear()
        self._agenda.clear()
        self._alarm.close()
        self._listen(False)
        self._poll.close()

    # What happens.

    def _turn(self) -> None:
        """Take in what has happened since the last turn: to sockets first, then to deadlines."""
        now = self._turned_at = clock.now()
        ready = self._poll.poll(0, AT_ONCE)
        self._is_busy = bool(ready)
        hurries = self._look(ready, now) or len(ready) == AT_ONCE
        for turn, noted in self._agenda.take(now):
            for watched in noted:
                if watched.turn == turn:
                    self._expire(watched, now)
        self._settle(hurries)

    def _look(self, ready: list[tuple[int, int]], now: Instant) -> bool:
        """Take in what happened to sockets; tell whether any of them may hold more."""
        looked = [watched for descriptor, mask in ready if (watched := self._hear(descriptor, mask, now)) is not None]
        self._carry_out_all()
        fuller = [watched.wire for watched in looked if watched.wire is not None and watched.wire.may_hold_more]
        for wire in fuller:
            self._poll.modify(wire.socket.fileno(), wire.interest)
        return bool(fuller)

    def _hear(self, descriptor: int, mask: int, now: Instant) -> _Watched | None:
        watched = self._wires.get(descriptor)
        if watched is not None and watched.wire is not None:
            for event in watched.wire.ready(mask):
                self._step(watched, event, now)
        return watched

    def _expire(self, watched: _Watched, now: Instant) -> None:
        """Its turn has come: its deadline has too, unless that was put off."""
        watched.turn = None
        deadline = watched.state.next_deadline
        if deadline is not None and deadline <= now:
            self._step(watched, _REACHED, now, random.getrandbits(DRAW_BITS))
        else:
            self._arm(watched)

    def _ended(self, watched: _Watched, ended: Ended) -> None:
        """A script ended, at its own wish or ours."""
        watched.script = None
        self._happened.append((watched, ScriptEnded(ended.status, ended.trouble)))
        self._settle()

    def _observe(self, what: tuple[str, str], observation: Observation) -> None:
        self._observed[what] = observation
        for watched in self._watched.values():
            if watched.subject.observes == what:
                self._happened.append((watched, observation))
        self._settle()

    def _tell_known(self, watched: _Watched) -> None:
        what = watched.subject.observes
        if what is not None and what in self._observed:
            self._happened.append((watched, self._observed[what]))

    # What is done.

    def _settle(self, hurries: bool = False) -> None:
        """Take in all that has happened, do all that is wanted of it, and wait for the next turn; one that ``hurries`` comes at once."""
        self._carry_out_all()
        while self._happened:
            watched, event = self._happened.popleft()
            if not watched.is_gone:
                self._step(watched, event, clock.now())
            self._carry_out_all()
        soonest, first = after(self._turned_at, TURN), self._agenda.first()
        rests = self._is_busy and not hurries
        self._listen(not rests)
        self._alarm.arm(soonest if rests else None if first is None else max(first, soonest))

    def _listen(self, listens: bool) -> None:
        """Have a turn as soon as something happens to a socket, or not until the alarm rings."""
        if listens != self._listens:
            self._listens = listens
            if listens:
                self.loop.add_reader(self._poll.fileno(), self._turn)
            else:
                self.loop.remove_reader(self._poll.fileno())

    def _step(self, watched: _Watched, event: CheckEvent, now: Instant, draw: int = 0) -> None:
        before = watched.state
        taken = machine.step(watched.subject.check, before, event, now, draw)
        watched.state = taken.state
        if taken.effects:
            self._wanted.append((watched, taken.effects))
        self._arm(watched)
        if taken.verdict is not None:
            self._judged(watched, before, taken, taken.verdict, now)

    def _carry_out_all(self) -> None:
        while self._wanted:
            watched, effects = self._wanted.popleft()
            if not watched.is_gone:
                for effect in effects:
                    self._carry_out(watched, effect)

    def _judged(self, watched: _Watched, before: CheckState, taken: CheckStep, verdict: Verdict, now: Instant) -> None:
        self.ended += 1
        watched.last = remember(watched.last, verdict, now)
        subject = watched.subject
        for line in check_lines(subject.check, subject.server_name, subject.service_name, before, taken):
            logs.info(line)
        if taken.reports:
            words = mail_words(subject.check, verdict)
            self.report(CheckReported(subject.server, subject.number, taken.state.is_up, verdict.weight, words))

    def _carry_out(self, watched: _Watched, effect: CheckEffect) -> None:
        try:
            match effect:
                case Connect(target, wish):
                    self._connect(watched, target, wish)
                case Send(octets):
                    self._send(watched, octets)
                case SendDatagram(target, octets):
                    self._open(watched, Datagrams(open_datagram(target)), octets)
                case SendEcho(target, octets):
                    self._open(watched, Echoes(open_echo(target)), echo_request(target.family, octets))
                case Close():
                    self._shut(watched)
                case RunScript():
                    self._run(watched)
                case StopScript():
                    if watched.script is not None:
                        self.runner.kill(watched.script)
        except OSError as error:
            self._happened.append((watched, self._failure(watched, error)))

    def _failure(self, watched: _Watched, error: OSError) -> ConnectionFailed | Hindered:
        """Tell what the server's fault is from our own; that is logged the 1st, 10th, 100th, ... time."""
        reason = error.strerror or str(error)
        if error.errno not in SHORTAGES:
            return ConnectionFailed(reason)
        self._hindered += 1
        if is_telling(self._hindered):
            name, times = watched.subject.server_name, self._hindered
            logs.info(f"cannot check {name} now: {reason}; it stays as it was found ({times} such check{'s' if times > 1 else ''} so far)")
        return Hindered(reason)

    def _connect(self, watched: _Watched, target: Target, wish: TlsWish | None) -> None:
        """Connect; files of TLS that are missing or of no use are told before anything is sent."""
        try:
            layer = None if wish is None else Layer(wish)
        except (OSError, ValueError) as error:
            self._happened.append((watched, TlsFailed(f"the SSL block: {error}")))
            return
        self._open(watched, Stream(open_stream(target), layer))

    def _open(self, watched: _Watched, wire: Wire, octets: bytes = b"") -> None:
        """Watch a socket, after sending on it what it is for; an error of that is the socket's end."""
        try:
            if octets:
                wire.socket.send(octets)
        except OSError:
            wire.socket.close()
            raise
        descriptor = wire.socket.fileno()
        watched.wire, self._is_busy = wire, True
        self._wires[descriptor] = watched
        self._poll.register(descriptor, wire.interest)

    def _send(self, watched: _Watched, octets: bytes) -> None:
        if isinstance(watched.wire, Stream):
            watched.wire.send(octets)

    def _shut(self, watched: _Watched) -> None:
        wire, watched.wire = watched.wire, None
        if wire is not None:
            del self._wires[wire.socket.fileno()]
            wire.socket.close()  # which takes it out of the poll, for nobody else has it

    def _run(self, watched: _Watched) -> None:
        subject = watched.subject
        if subject.permit is None:
            self._happened.append((watched, ScriptEnded(os.EX_NOPERM, subject.trouble)))
            return
        permit = subject.permit
        job = Job(permit.argv, permit.uid, permit.gid, permit.groups, title=subject.server_name, umask=permit.umask)
        watched.script = self.runner.run(job, partial(self._ended, watched))

    def _arm(self, watched: _Watched) -> None:
        """Have it looked at when its deadline comes; one that was put off is looked at when it would have come, and armed anew."""
        deadline = watched.state.next_deadline
        if deadline is None:
            return
        turn = turn_of(deadline)
        if watched.turn is None or turn < watched.turn:
            watched.turn = turn
            self._agenda.note(turn, watched)

    def _forget(self, watched: _Watched) -> None:
        watched.is_gone, watched.turn = True, None
        self._shut(watched)
        if watched.script is not None:
            self.runner.kill(watched.script)


def _part_of(warmup: Interval) -> Interval:
    return Interval(random.randint(0, warmup))


def _allow_descriptors(count: int) -> None:
    """Have the process allowed that many descriptors, as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        allowed = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
