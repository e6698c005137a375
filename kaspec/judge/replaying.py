"""A judged capture as a trace (docs/trace-language.md): a run of the core's nodes that comes to what the capture shows.

What no packet shows is taken from the story: a router that was Master or Backup when the capture began has started before it.
"""

from collections.abc import Iterator

from attrs import field

from kaspec.address import family_of
from kaspec.config import Configuration
from kaspec.config.render import render
from kaspec.frozen import define, evolve
from kaspec.judge.cast import SILENCE, is_for
from kaspec.judge.judging import Judged, Verdict
from kaspec.judge.sightings import Advert
from kaspec.node import DatagramReceived, DeadlinesReached, Node, NodeEvent, NodeState, due, initial, next_deadline, node_step
from kaspec.trace import language as t
from kaspec.trace.configuration import block
from kaspec.trace.recording import Recording, entry
from kaspec.trace.writing import write
from kaspec.tracking import Link
from kaspec.units import Instant, after
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.router import KEEPALIVED, PROFILES, GarpPolicy, ProfileName, VirtualRouter
from kaspec.wire.ip import encode_ip


def trace(verdict: Verdict) -> str | None:
    """Write the trace; ``None`` if it cannot be one: its routers follow several profiles, or one that the language has no name for."""
    profiles = {_profile(each.suspect.router) for each in verdict.judged}
    if len(profiles) != 1 or None in profiles:
        return None
    (profile,) = profiles
    used = () if profile in {"keepalived", None} else (t.UsesProfile(profile or "keepalived"),)
    run = _Run(verdict)
    routers = tuple(_host(each, name) for each, name in zip(verdict.judged, run.names, strict=True))
    head = write(t.Trace((*used, t.Recorded()), routers, ()))
    return head + "\n" + "\n".join(run.lines()) + "\n"


def _word(name: str) -> str:
    """Return a name as the language has it: it begins with no digit, as an instant does."""
    letters = "".join(letter if letter.isalnum() or letter in "_.-" else "-" for letter in name)
    return letters if letters[0].isalpha() else f"host-{letters}"


def _profile(router: VirtualRouter) -> ProfileName | None:
    alike = (name for name, profile in PROFILES.items() if evolve(router.profile, name=profile.name) == profile)
    return next(alike, None)


def _router(judged: Judged) -> VirtualRouter:
    """Where the capture shows no announcements they are as usual."""
    router = judged.suspect.router
    return evolve(router, garp=GarpPolicy()) if router.garp == SILENCE else router


def _host(judged: Judged, name: str) -> t.Router:
    router = evolve(_router(judged), profile=KEEPALIVED)
    interface = t.Interface(router.interface or "eth0", (judged.suspect.address,))
    return t.Router(name, (interface,), block(render(Configuration(routers=(router,)))))


@define
class _Run:
    """The nodes on their way through the capture; 0 is when the first of them starts."""

    verdict: Verdict
    names: list[str] = field(init=False)
    nodes: list[Node] = field(init=False)
    states: list[NodeState] = field(init=False)
    starts: list[Instant] = field(init=False)
    began: Instant = field(init=False)
    now: Instant = field(init=False)

    def __attrs_post_init__(self) -> None:
        judged = self.verdict.judged
        self.names = [_word(each.suspect.name) for each in judged]
        self.nodes = [Node((_router(each),)) for each in judged]
        self.states = [
            initial(node, (Link(node.routers[0].interface, True, (each.suspect.address,)),))
            for node, each in zip(self.nodes, judged, strict=True)
        ]
        self.starts = [_starts(each, self.verdict.capture.begins) for each in judged]
        self.began = self.now = min(self.starts)

    def lines(self) -> Iterator[str]:
        """Go through the capture."""
        for at, place in sorted((at, place) for place, at in enumerate(self.starts)):
            yield from self._take(place, Startup(), at)
        capture, whose = self.verdict.capture, {(each.line, each.suspect.address): n for n, each in enumerate(self.verdict.judged)}
        for at, kind in zip(capture.instants, capture.kinds, strict=True):
            sighting = capture.sightings[kind]
            if not isinstance(sighting, Advert):
                continue
            sender = next((n for (_, address), n in whose.items() if address == sighting.packet.source), None)
            if sender is not None:
                yield from self._speaks(sender, sighting, at)
            for place, judged in enumerate(self.verdict.judged):
                if place != sender and judged.line[1] == family_of(sighting.packet.source) and is_for(judged.suspect, sighting):
                    event = DatagramReceived(judged.suspect.router.port, encode_ip(sighting.packet))
                    yield from self._take(place, event, at)

    def _speaks(self, place: int, sighting: Advert, at: Instant) -> Iterator[str]:
        """Let a node do what makes it send, if it has not sent already in answer to something heard."""
        payload = sighting.packet.payload
        priority = payload[26] if sighting.packet.protocol == 51 else payload[2]
        if not priority:
            yield from self._take(place, Shutdown(), at)
            return
        deadline = next_deadline(self.states[place])
        allowed = self.verdict.judged[place].suspect.allowance
        if deadline is None or at < deadline - allowed.early:
            return
        at = max(at, deadline)
        yield from self._take(place, DeadlinesReached(due(self.states[place], at)), at)

    def _take(self, place: int, event: NodeEvent, at: Instant) -> Iterator[str]:
        self.now = max(self.now, at)
        transition = node_step(self.nodes[place], self.states[place], event, self.now)
        self.states[place] = transition.state
        yield entry(Recording(self.names[place], self.began), event, transition, self.now).rstrip("\n")
        if isinstance(event, DeadlinesReached) and due(transition.state, self.now):
            yield from self._take(place, DeadlinesReached(due(transition.state, self.now)), self.now)


def _starts(judged: Judged, begins: Instant) -> Instant:
    """Return when a router must have started to be Master when it was first seen to be, nobody better being there before."""
    suspect = judged.suspect
    if suspect.router.is_owner:
        return begins
    spoken = next((each.at for each in judged.chapters if each.cause == "timer"), None)
    heard = any(each.cause == "heard" and (spoken is None or each.at < spoken) for each in judged.chapters)
    if spoken is None or heard:
        return begins
    down = master_down_interval(
        suspect.router.version, suspect.standings[0].priority, suspect.router.advertisement_interval, suspect.router.down_timer_adverts
    )
    return after(spoken, type(down)(-down))
