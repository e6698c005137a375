"""The SNMP subagent: a thread that speaks AgentX with a master agent.  What it says, ``kaspec.snmp`` decides.

The VRRP loop never waits for it: it gives the thread a snapshot when asked, which is a handful of references to values, and a
notification is put in a queue.  A master that hangs, dies or is not there holds up the thread alone.
"""

import queue
import select
import socket
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic

from attrs import field

from kaspec.config.model import Snmp
from kaspec.frozen import define, frozen
from kaspec.snmp import session as sessions
from kaspec.snmp.agent import IDENTITY, LocalPlace, RemotePlace, master_place, place_mistake
from kaspec.snmp.session import Said, Session
from kaspec.snmp.side import O, S, Side
from kaspec.snmp.snapshot import HUNDREDTH
from kaspec.snmp.view import View
from kaspec.units import SECOND, Instant, Interval
from shell import clock, logs

PATIENCE = 5.0
"""Seconds that one connect or send may take; a master that reads nothing for so long is left."""
FRESH = Interval(SECOND // 2)
"""How old a view may be: a walk is a request for each object, and not each is worth a new one."""
SHARE = 10
"""Making views takes no more than one part of so many of the time, however many virtual routers there are."""
MOST_UNTOLD = 1000
"""Notifications that wait for a master; what comes after that is lost, as every notification of SNMP may be."""
_CHUNK = 1 << 16


@frozen
class _Leave(Generic[S]):
    """The agent is to end; the last snapshot, since there will be no other."""

    snapshot: S


@define(eq=False)
class Agent(Generic[S, O]):
    """The subagent of a process, which shows its ``side``.

    ``snapshot`` is called in the loop's thread only, everything else of it runs in its own.
    """

    loop: AbstractEventLoop
    side: Side[S, O]
    snapshot: Callable[[], S]
    settings: Snmp = field(factory=Snmp)
    _thread: threading.Thread | None = None
    _untold: "queue.Queue[O | _Leave[S]]" = field(factory=lambda: queue.Queue(MOST_UNTOLD))
    _bells: tuple[socket.socket, socket.socket] | None = None

    def adopt(self, settings: Snmp) -> None:
        """Show what these settings want from now on."""
        if settings == self.settings:
            return
        self.close()
        self.settings = settings
        if not self.side.regions(settings):
            return
        place = master_place(settings.snmp_socket)
        if place is None:
            logs.info(place_mistake(settings.snmp_socket or ""))
            return
        self._untold = queue.Queue(MOST_UNTOLD)
        self._bells = socket.socketpair()
        for bell in self._bells:
            bell.setblocking(False)
        speaker = _Speaker(self.loop, self.side, self.snapshot, settings, place, self._untold, self._bells[1])
        self._thread = threading.Thread(target=speaker.run, name="snmp", daemon=True)
        self._thread.start()

    def take(self, outcomes: Iterable[O]) -> None:
        """Tell the master of what happened, if it is worth it."""
        if self._thread is None or not self.settings.enable_traps:
            return
        telling = [outcome for outcome in outcomes if self.side.is_telling(outcome)]
        if telling:
            with suppress(queue.Full):
                for outcome in telling:
                    self._untold.put_nowait(outcome)
            self._ring()

    def close(self) -> None:
        """Take leave of the master; whoever hangs is not waited for."""
        if self._thread is None or self._bells is None:
            return
        with suppress(queue.Full):
            self._untold.put_nowait(_Leave(self.snapshot()))
        self._bells[0].close()
        self._thread.join(0.2)
        self._thread = self._bells = None

    def _ring(self) -> None:
        if self._bells is not None:
            with suppress(OSError):
                self._bells[0].send(b"!")


class _Over(Exception):  # noqa: N818 - it is no error
    """The process wants no more SNMP."""


@define(eq=False)
class _Speaker(Generic[S, O]):
    """The thread's own: connects, speaks, and connects anew after a pause."""

    loop: AbstractEventLoop
    side: Side[S, O]
    snapshot: Callable[[], S]
    settings: Snmp
    place: LocalPlace | RemotePlace
    untold: "queue.Queue[O | _Leave[S]]"
    bell: socket.socket
    started: Instant = field(factory=clock.now)
    attempts: int = 0
    _seen: tuple[Instant, View] | None = None
    _complaint: str = ""
    _waiting: list[O | _Leave[S]] = field(factory=list)

    def run(self) -> None:
        """Speak with one master after the other, until the process has had enough."""
        with self.bell, suppress(_Over):
            while True:
                try:
                    self._converse()
                except OSError as error:
                    self._complain(error.strerror or str(error))
                self.attempts += 1
                self._rest(sessions.pause(self.attempts))

    def _converse(self) -> None:
        with self._connect() as master:
            said = sessions.begin(self.side.regions(self.settings), IDENTITY, "kaspec", clock.now())
            while True:
                session = self._carry_out(master, said)
                if session is None:
                    return
                said = self._next(master, session)

    def _connect(self) -> socket.socket:
        match self.place:
            case LocalPlace(path):
                master = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                master.settimeout(PATIENCE)
                try:
                    master.connect(path)
                except OSError:
                    master.close()
                    raise
                return master
            case RemotePlace(host, port):
                return socket.create_connection((host, port), PATIENCE)

    def _carry_out(self, master: socket.socket, said: Said) -> Session | None:
        """Send what there is to send; return the session, or nothing if it is over."""
        if said.out:
            master.sendall(said.out)
        for region in said.taken:
            logs.info(f"SNMP: another subagent answers for {'.'.join(map(str, region))} already")
        if said.ended:
            self._complain(said.ended)
            return None
        if said.session.ready and (self.attempts or not self._complaint):
            logs.info("SNMP: connected to the master agent")
            self.attempts, self._complaint = 0, "connected"
        return said.session

    def _next(self, master: socket.socket, session: Session) -> Said:
        """Wait for the master, for something to tell, or for the time to ask whether it is there."""
        if session.ready and self._waiting:
            return self._tell(master, session)
        now = clock.now()
        readable = _readable((master, self.bell), Interval(session.due - now))
        now = clock.now()
        if self.bell in readable:
            self._hear_bell()
            self._waiting += self._drain()
            if not session.ready and any(isinstance(each, _Leave) for each in self._waiting):
                raise _Over
            return Said(session)
        if master in readable:
            data = master.recv(_CHUNK)
            if not data:
                return Said(session, ended="the master agent hung up")
            return sessions.hear(session, data, self._look, (now - self.started) // HUNDREDTH, now)
        return sessions.tick(session, now)

    def _tell(self, master: socket.socket, session: Session) -> Said:
        """Have the master send what there is to tell."""
        untold, self._waiting = self._waiting, []
        last = next((each for each in untold if isinstance(each, _Leave)), None)
        snapshot, said = last.snapshot if last else self._take_snapshot(), Said(session)
        for outcome in untold:
            if not isinstance(outcome, _Leave):
                for bindings in self.side.notifications(self.settings, snapshot, outcome) if snapshot is not None else ():
                    notified = sessions.notify(said.session, bindings)
                    said = Said(notified.session, said.out + notified.out)
        if last:
            master.sendall(said.out + sessions.finish(said.session))
            raise _Over
        return said

    def _drain(self) -> list[O | _Leave[S]]:
        """Take everything that waits to be told."""
        waiting = list[O | _Leave[S]]()
        with suppress(queue.Empty):
            while True:
                waiting.append(self.untold.get_nowait())
        return waiting

    def _hear_bell(self) -> None:
        with suppress(BlockingIOError):
            if not self.bell.recv(_CHUNK) and self.untold.empty():
                raise _Over

    def _look(self) -> View:
        """Return what there is to see, no older than ``FRESH`` where that is little work."""
        now = clock.now()
        if self._seen is None or now > self._seen[0]:
            snapshot = self._take_snapshot()
            if snapshot is not None:
                view = self.side.shown(self.settings, snapshot)
                self._seen = Instant(now + max(FRESH, SHARE * (clock.now() - now))), view
        return self._seen[1] if self._seen else View({})

    def _take_snapshot(self) -> S | None:
        """Ask the loop; it answers between two of its events, or not at all when the process ends."""
        answer: Future[S] = Future()

        def give() -> None:
            if answer.set_running_or_notify_cancel():
                answer.set_result(self.snapshot())

        try:
            self.loop.call_soon_threadsafe(give)
            return answer.result(PATIENCE)
        except (RuntimeError, TimeoutError):
            return None

    def _rest(self, pause: Interval) -> None:
        """Wait before the next attempt; what nobody was there to be told is forgotten."""
        self._waiting.clear()
        until = clock.now() + pause
        while (left := until - clock.now()) > 0:
            if _readable((self.bell,), Interval(left)):
                self._hear_bell()
                if any(isinstance(each, _Leave) for each in self._drain()):
                    raise _Over

    def _complain(self, why: str) -> None:
        """Log why there is no master, once until there is one or there is another reason."""
        if why != self._complaint:
            self._complaint = why
            where = self.place.path if isinstance(self.place, LocalPlace) else f"{self.place.host} port {self.place.port}"
            logs.info(f"SNMP: no master agent at {where}: {why}; trying again and again")


def _readable(those: Sequence[socket.socket], patience: Interval) -> list[socket.socket]:
    """Wait until any of the sockets has something to read or was hung up, and return which, or none after ``patience``."""
    poll, by_number = select.poll(), {each.fileno(): each for each in those}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(max(patience, 0) // 1000 + 1)]
