"""A play without a stage: a core runs the script in virtual time, as late as it is told to be."""

from collections.abc import Iterator

from attrs import define, field

from conformance.replay.acts import Advertised, Done, Told, acts_of, watched_of
from conformance.replay.judge import Core
from conformance.replay.script import Crashes, Cue, Script, Starts, Stops
from conformance.replay.stage import Play
from conformance.replay.tolerance import USUAL
from conformance.replay.trial import Reading
from kaspec.node import DeadlinesReached, Node, NodeEvent, NodeState, due, initial, next_deadline
from kaspec.tracking import Link
from kaspec.units import Instant, Interval
from kaspec.vrrp.events import Shutdown, Startup


@define
class Device:
    """A core at work; each deadline is served so many microseconds late."""

    core: Core
    node: Node
    links: tuple[Link, ...]
    lateness: Iterator[int]
    state: NodeState = field()
    story: list[Told | Done] = field(factory=list)
    advertised: Instant | None = None
    late: int = 0

    @state.default
    def _initial(self) -> NodeState:
        return initial(self.node, self.links)

    def take(self, event: NodeEvent, at: Instant) -> None:
        """Let the core take an event."""
        transition = self.core(self.node, self.state, event, at)
        done = [Done(at, act) for act in acts_of(transition, watched_of(self.node))]
        self.advertised = at if any(isinstance(each.act, Advertised) for each in done) else self.advertised
        self.story.extend(done)
        self.state, self.late = transition.state, next(self.lateness)

    def tell(self, event: NodeEvent | None, at: Instant) -> None:
        """Have something happen to it; ``None`` is a crash."""
        self.story.append(Told(at, event))
        if event is None:
            self.state = self._initial()
        else:
            self.take(event, at)

    def run(self, until: Instant, to_advert: Instant | None = None) -> None:
        """Serve deadlines until then, or until it has advertised since ``to_advert``."""
        while (at := next_deadline(self.state)) is not None and (now := Instant(at + self.late)) < until:
            if to_advert is not None and self.advertised is not None and self.advertised >= to_advert:
                return
            self.take(DeadlinesReached(due(self.state, now)), now)


def perform(script: Script, core: Core, node: Node, tail: Interval, lateness: Iterator[int]) -> tuple[tuple[Told | Done, ...], Instant]:
    """Return the story, and until when it is told."""
    device, began = Device(core, node, script.device.links, lateness), 0
    for cue in script.cues:
        if cue.after is not None:
            planned = Instant(began + cue.after)
            device.run(Instant(planned + USUAL.late), to_advert=planned)
            began = device.advertised - cue.after if device.advertised is not None and device.advertised >= planned else began
        at = Instant(began + cue.at)
        device.run(at)
        device.tell(_event(cue), at)
    until = Instant(began + script.ends + tail)
    device.run(until)
    return tuple(device.story), until


def play_virtually(script: Script, reading: Reading, tail: Interval, lateness: Iterator[int]) -> Play:
    """Have a core that reads the protocol so play a script, and return that as what was seen."""
    story, until = perform(script, reading.core, reading.node(script.device.node), tail, lateness)
    return Play(story, until, script.device.links, (), ())


def _event(cue: Cue) -> NodeEvent | None:
    match cue.deed:
        case Starts():
            return Startup()
        case Stops():
            return Shutdown()
        case Crashes():
            return None
        case happened:
            return happened
