"""The stage: a device on its ground with a neighbour who plays everybody else, everything that happens on record.

A script's instants are the device's: its clock begins when its log says that it has started, and is set anew by each advertisement that
the script has it send, so what the neighbour does comes when the trace says, seen from the device.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from attrs import define, evolve, field, frozen

from conformance.lab.capture import Capture, Frame
from conformance.lab.waiting import wall_clock
from conformance.peers.peer import Device, Peer
from conformance.replay.acts import Advertised, Done, Held, Told, advertised_in, seen_in
from conformance.replay.ground import NEIGHBOURS, Ground, ground_of
from conformance.replay.script import Crashes, Cue, Script, Starts, Stops
from kaspec.node import DatagramReceived, LinkChanged
from kaspec.tracking import Link
from kaspec.units import MILLISECOND, SECOND, Instant, Interval
from kaspec.vrrp.events import Shutdown, Startup

T = TypeVar("T")
POLL, DOZE = 0.01, 0.1
"""How long to wait before looking again, and how long where nothing but the time is looked for."""
LOOKS_BACK = Interval(400 * MILLISECOND)
"""How much earlier than planned an advertisement may be the one that the script means."""
ASLEEP = Interval(SECOND)
"""Who looks every few milliseconds and finds so much time gone was not let run, and then the device neither."""
START_TIMEOUT = Interval(20 * SECOND)


class DisturbedError(RuntimeError):
    """The machine was too busy for what was played to mean anything; the message says how."""


@frozen
class Play:
    """What was played and seen: instants count from when the device began, which by the wall clock of the frames was at ``began``.

    ``links`` are its interfaces with the addresses it sends from; ``log`` has its lines with their instants.
    """

    story: tuple[Told | Done, ...]
    until: Instant
    links: tuple[Link, ...]
    log: tuple[tuple[Instant, str], ...]
    frames: tuple[Frame, ...]
    began: Instant = Instant(0)

    @property
    def adverts(self) -> int:
        """How often it advertised."""
        return sum(isinstance(each, Done) and isinstance(each.act, Advertised) for each in self.story)


@define(eq=False)
class Stage:
    """A device on its ground, and what happened to it; ``began`` is when the script's clock stood at 0."""

    ground: Ground
    peer: Peer
    device: Device
    told: list[Told] = field(factory=list)
    began: Instant = Instant(0)

    def start(self) -> None:
        """Start the device and wait until it has; raises ``TimeoutError``."""
        self.ground.start()
        found = self._wait(self.ground.began, Instant(wall_clock() + START_TIMEOUT))
        if found is None:
            lines = "\n".join(line.text for line in self.ground.log)
            raise TimeoutError(f"{self.peer.name} has not started within {START_TIMEOUT // SECOND} s:\n{lines}")
        self.ground.begun()
        since, began = found
        sent = [at for capture in self.ground.captures.values() for at in _sent(capture, began)]
        at = min(began, *sent) if sent else began
        self.told.append(Told(at, Startup(), min(since, at)))

    def perform(self, cue: Cue) -> None:
        """Do what a cue says, now."""
        match cue.deed:
            case Starts():
                self.start()
            case Stops():
                self.told.append(Told(self.ground.stop(), Shutdown()))
            case Crashes():
                self.told.append(Told(self.ground.crash(), None))
            case DatagramReceived(interface, datagram):
                self.ground.send(interface, datagram)
            case LinkChanged(name, link):
                assert link is not None
                since = wall_clock()
                self.told.append(Told(self.ground.plug(name, connected=link.up), cue.deed, since))

    def keep_time(self, cue: Cue) -> None:
        """Wait until it is time for a cue, having set the clock by the last advertisement before it."""
        if cue.after is not None:
            planned = Instant(self.began + cue.after)
            found = self._wait(lambda: self._advertised_near(planned), Instant(planned + self.peer.tolerance(self.device).late))
            if found is not None:
                self.began = Instant(found - cue.after)
        self.wait_until(Instant(self.began + cue.at))

    def _advertised_near(self, planned: Instant) -> Instant | None:
        """Return when the device advertised, at about an instant."""
        sent = [at for capture in self.ground.captures.values() for at in _sent(capture, planned)]
        return min(sent, key=lambda at: abs(at - planned), default=None)

    def wait_until(self, instant: Instant) -> None:
        """Let time pass."""
        self._wait(lambda: None, instant, DOZE)

    def _wait(self, found: Callable[[], T | None], until: Instant, poll: float = POLL) -> T | None:
        """Return what is found until then, looking again and again; raises ``DisturbedError`` if there was no time to look."""
        pause, looked = threading.Event(), wall_clock()
        while True:
            now = wall_clock()
            if now - looked > ASLEEP:
                raise DisturbedError(f"nothing ran here for {(now - looked) // MILLISECOND} ms")
            if (value := found()) is not None or now >= until:
                return value
            looked = now
            pause.wait(min(poll, (until - now) / SECOND))


def _sent(capture: Capture, planned: Instant) -> Iterator[Instant]:
    earliest = planned - LOOKS_BACK
    for frame in reversed(capture.frames):
        if frame.at < earliest:
            return
        if advertised_in(frame, NEIGHBOURS) is not None:
            yield frame.at


def play(script: Script, peer: Peer, tail: Interval, keep: Path | None = None) -> Play:
    """Play a script at a device, and ``tail`` longer than the trace.

    ``keep`` is a folder for packets, log and configuration.  Raises ``LabUnavailableError``, ``DisturbedError``, and ``TimeoutError``
    if the device does not start.
    """
    with ground_of(peer, script.device) as ground:
        stage = Stage(ground, peer, script.device)
        try:
            stage.start()
            stage.began = stage.told[0].at
            for cue in script.cues[1:]:
                stage.keep_time(cue)
                stage.perform(cue)
            stage.wait_until(Instant(stage.began + script.ends + tail + peer.tolerance(script.device).late))
            return _seen(stage, wall_clock())
        finally:
            if keep is not None:
                _keep(stage, keep)


def _seen(stage: Stage, ended: Instant) -> Play:
    held = [Done(change.at, Held(change.held)) for change in stage.ground.changes]
    began = stage.told[0].at
    until = Instant(ended - began - stage.peer.tolerance(stage.device).late)  # what comes later was owed until later
    seen = [
        found
        for interface, capture in stage.ground.captures.items()
        for frame in list(capture.frames)
        if (found := seen_in(frame, interface, NEIGHBOURS)) is not None
    ]
    story = sorted((*stage.told, *seen, *held), key=lambda each: each.at)  # what is told comes before what is done at that instant
    counted = tuple(_since(each, began) for each in story if each.at - began <= until)
    log = tuple((Instant(line.at - began), line.text) for line in stage.ground.log)
    frames = tuple(frame for capture in stage.ground.captures.values() for frame in capture.frames)
    links = _links(stage, counted)
    return Play(tuple(_sending_from(links, each) for each in counted), until, links, log, frames, began)


def _since(each: Told | Done, began: Instant) -> Told | Done:
    at = Instant(each.at - began)
    if isinstance(each, Done):
        return Done(at, each.act)
    return Told(at, each.event, None if each.since is None else Instant(each.since - began))


def _links(stage: Stage, story: Sequence[Told | Done]) -> tuple[Link, ...]:
    """Return the device's interfaces; one that sends from an address that the trace does not know has that one."""
    links, peer = stage.device.links, stage.peer
    lengths = [] if "sends from the interface's own IPv6 address" in peer.abilities else [16]
    lengths += [4, 16] if any(peer.besides(stage.device, link.name) for link in links) else []
    sources = [each.act.packet.source for each in story if isinstance(each, Done) and isinstance(each.act, Advertised)]
    return tuple(Link(link.name, link.up, (sources[0],)) if sources and len(sources[0]) in lengths else link for link in links)


def _sending_from(links: Sequence[Link], each: Told | Done) -> Told | Done:
    """Have an interface that comes or goes do so with the addresses that it really has."""
    if not isinstance(each, Told) or not isinstance(each.event, LinkChanged) or each.event.link is None:
        return each
    addresses = next(link.addresses for link in links if link.name == each.event.name)
    return evolve(each, event=evolve(each.event, link=evolve(each.event.link, addresses=addresses)))


def _keep(stage: Stage, folder: Path) -> None:
    """Write packets, log and configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    for interface, capture in stage.ground.captures.items():
        capture.write(folder / f"{interface}.pcap")
    (folder / "device.log").write_text("".join(f"{line.text}\n" for line in stage.ground.log))
    (folder / "device.conf").write_text(stage.peer.configuration(stage.device))
