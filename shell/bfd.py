"""The BFD child process: what comes in becomes an event for the core, what comes out is sent.  It decides nothing."""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Iterable
from functools import partial
from socket import socket

from attrs import field

from kaspec.address import Address
from kaspec.bfd.events import Report, Transmit
from kaspec.bfd.session import Session
from kaspec.bfd.speaker import Draw, Outcome, Speaker, Speaking, Transition, deadlines, expire, known, reconfigure, shut_down
from kaspec.bfd.speaker import take_datagram as take_packet
from kaspec.bfd.timers import CHANCES
from kaspec.config.model import LISTENERS, Configuration, Listener
from kaspec.frozen import define
from kaspec.report.bfd import log_lines, render_bfd_data, stray_line
from kaspec.report.journal import counted
from kaspec.report.often import is_telling
from kaspec.units import SECOND, Instant, Interval
from kaspec.wire.bfd import LARGEST, encode
from shell import clock, exits, logs
from shell.bfd_sockets import BfdReceiver, BfdSender, Place
from shell.channel import Channel, ClearStats, Message, Reload, Stop, WriteData, WriteJson, WriteStats
from shell.files import dump_directory, write_atomically
from shell.findings import Said, Teller
from shell.leash import Leash
from shell.options import Options
from shell.problem import Problem
from shell.process import finish_start, name_process
from shell.tuning import tune

Key = tuple[str, tuple[Address, Address | None, bool]]
"""Whose sender: a session's name and ends."""
FAREWELL = Interval(SECOND)
"""How long neighbors are told of a shutdown at most; the parent's patience is longer."""


def run_child(options: Options, configuration: Configuration, channel: Channel, ends: tuple[socket, socket]) -> int:
    """Run BFD until the parent says stop or ends, telling VRRP and the checker over ``ends``; return the exit code."""
    return asyncio.run(_run(options, configuration, channel, ends))


async def _run(options: Options, configuration: Configuration, channel: Channel, ends: tuple[socket, socket]) -> int:
    loop = asyncio.get_running_loop()
    bfd = BfdLoop(loop, bool(options.log_detail))
    child = _Child(bfd)
    leash = child.leash = Leash("BFD", loop.create_future(), child.obey)
    bfd.tellers = {who: Teller(loop, end, partial(bfd.known, who)) for who, end in zip(LISTENERS, ends, strict=True)}
    loop.set_exception_handler(leash.give_up)
    loop.add_reader(channel.fileno(), leash.listen, channel)
    finish_start()
    child.configure(configuration)
    logs.info("Startup complete")
    status = await leash.ended
    loop.remove_reader(channel.fileno())
    await bfd.shut_down()
    bfd.close()
    return status


@define(eq=False)
class BfdLoop:
    """The state of all sessions, and the sockets and the timer they are connected to."""

    loop: asyncio.AbstractEventLoop
    detail: bool
    tellers: dict[Listener, Teller] = field(factory=dict)
    speaker: Speaker = Speaker()
    state: Speaking = Speaking()
    listeners: dict[str, frozenset[Listener]] = field(factory=dict)
    """By a session's name, who is told of it."""
    _alarm: clock.Alarm = field(init=False)
    _receivers: dict[Place, BfdReceiver] = field(factory=dict)
    _senders: dict[Key, BfdSender] = field(factory=dict)
    _said: Counter[str] = field(factory=Counter)
    _silent: asyncio.Event = field(factory=asyncio.Event)

    def __attrs_post_init__(self) -> None:
        self._alarm = clock.Alarm(self.loop, self.expire)

    def reconfigure(self, configuration: Configuration) -> None:
        """Replace the configuration, at the start by the first: what is the same is not touched."""
        new = Speaker(tuple(each.session for each in configuration.bfd_instances))
        self.listeners = {each.session.name: each.listeners for each in configuration.bfd_instances}
        now = clock.now()
        self._open_receivers(new)
        transition = reconfigure(self.speaker, new, self.state, [_draw() for _ in new.sessions], now)
        self.speaker = new
        self.apply(transition, now)
        kept = {_key(session): session for session in new.sessions}
        for key in tuple(self._senders):
            if key in kept:
                self._senders[key].adjust(kept[key])
            else:
                self._senders.pop(key).close()
        self.expire()

    def listen(self, place: Place) -> None:
        """Datagrams are waiting on a socket."""
        self._hear(place)
        self._rest()

    def expire(self) -> None:
        """The alarm rang: what arrived before is heard first, then every session whose deadline was reached steps."""
        for heard in tuple(self._receivers):
            self._hear(heard)
        now = clock.now()
        while due := [place for place, at in enumerate(deadlines(self.state)) if at is not None and at <= now]:
            for place in due:
                self.apply(expire(self.speaker, self.state, place, random.randrange(CHANCES), now), now)
        self._rest()

    def apply(self, transition: Transition, now: Instant) -> None:
        """Make a transition real: remember the state, send what is to be sent, tell what is to be told, log."""
        self.state = transition.state
        for outcome in transition.outcomes:
            for effect in outcome.step.effects:
                if isinstance(effect, Transmit):
                    self.problems(self._sender(outcome.session).send(encode(effect.packet)))
                elif isinstance(effect, Report):
                    self._report(outcome.session.name, effect.up)
            self._log(outcome, now)
        if transition.stray is not None:
            self._ration(stray_line(transition.stray))

    def known(self, who: Listener) -> Iterable[Said]:
        """What a listener is to be told that has heard nothing."""
        said = ((session.name, report.up) for session, report in known(self.speaker, self.state))
        return [(name, up) for name, up in said if who in self.listeners[name]]

    async def shut_down(self) -> None:
        """Tell every neighbor, as long as the core wants to, but not for ever."""
        now = clock.now()
        self.apply(shut_down(self.speaker, self.state, now), now)
        self.expire()
        try:
            await asyncio.wait_for(self._silent.wait(), FAREWELL / SECOND)
        except TimeoutError:
            return

    def close(self) -> None:
        """Let go of sockets and timer."""
        for place in tuple(self._receivers):
            self._close_receiver(place)
        for sender in self._senders.values():
            sender.close()
        self._alarm.close()
        for teller in self.tellers.values():
            teller.close()

    def _report(self, name: str, is_up: bool) -> None:
        for who in self.listeners.get(name, ()):
            if who in self.tellers:
                self.tellers[who].tell([(name, is_up)])

    def _hear(self, place: Place) -> None:
        for datagram in self._receivers[place].receive():
            now = clock.now()
            self.apply(take_packet(self.speaker, self.state, datagram, now), now)

    def _rest(self) -> None:
        earliest = min((at for at in deadlines(self.state) if at is not None), default=None)
        self._alarm.arm(earliest)
        if earliest is None:
            self._silent.set()
        else:
            self._silent.clear()

    def _sender(self, session: Session) -> BfdSender:
        key = _key(session)
        if key not in self._senders:
            self._senders[key] = BfdSender(session)
        return self._senders[key]

    def _open_receivers(self, speaker: Speaker) -> None:
        wanted = {Place(session.family, session.port) for session in speaker.sessions}
        for place in self._receivers.keys() - wanted:
            self._close_receiver(place)
        for place in wanted - self._receivers.keys():
            try:
                self._receivers[place] = BfdReceiver(place)
            except OSError as error:
                what = f"cannot hear BFD on UDP port {place.port} over IPv{place.family}"
                self.problems([Problem(what, error.errno or 0, "another BFD daemon may run here; reload once it is gone")])
                continue
            self.loop.add_reader(self._receivers[place].fileno(), self.listen, place)

    def _close_receiver(self, place: Place) -> None:
        receiver = self._receivers.pop(place)
        self.loop.remove_reader(receiver.fileno())
        receiver.close()

    def _log(self, outcome: Outcome, now: Instant) -> None:
        lines = log_lines(outcome, now, self.detail)
        if lines and outcome.step.state is outcome.before:
            self._ration(*lines)
        elif lines:
            logs.later(lambda: lines)

    def problems(self, problems: Iterable[Problem]) -> None:
        """Log what was refused, each kind the 1st, 10th, 100th, ... time."""
        for problem in problems:
            self._ration(str(problem))

    def _ration(self, *lines: str) -> None:
        """Log the 1st, 10th, 100th, ... time."""
        self._said[lines[0]] += 1
        times = self._said[lines[0]]
        if is_telling(times):
            logs.later(partial(counted, lines, times))


@define(eq=False)
class _Child:
    """What the parent may ask for."""

    bfd: BfdLoop
    leash: Leash = field(init=False)
    configuration: Configuration = Configuration()

    def configure(self, configuration: Configuration) -> None:
        """Run by a configuration from now on."""
        if name := configuration.process.name_of("bfd"):
            name_process(name)
        self.bfd.problems(tune("bfd", configuration, self.configuration))
        self.configuration = configuration
        self.bfd.reconfigure(configuration)

    def obey(self, message: Message) -> None:
        """Do what the parent asks."""
        match message:
            case Stop():
                self.leash.end(exits.OK)
            case Reload(configuration):
                logs.info("Reloading")
                self.configure(configuration)
                logs.info("Reload complete")
            case WriteData():
                text = render_bfd_data(self.bfd.speaker, self.bfd.state, clock.wall_clock())
                asyncio.get_running_loop().run_in_executor(None, _write, text)
            case WriteStats() | ClearStats() | WriteJson():
                return


def _key(session: Session) -> Key:
    return session.name, session.ends


def _write(text: str) -> None:
    path = dump_directory() / "keepalived_bfd.data"
    try:
        write_atomically(path, text)
    except OSError as error:
        logs.info(f"cannot write {path}: {error.strerror}")


def _draw() -> Draw:
    return Draw(secrets.randbelow(LARGEST) + 1, random.randrange(CHANCES))
