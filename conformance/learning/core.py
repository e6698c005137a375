"""What the core answers to a word: the daemon's own ``node_step`` by virtual time."""

from collections.abc import Iterator

from attrs import define, evolve, field

from conformance.learning.alphabet import HOME, INTERFACE, LINKS, OWN, Alphabet
from conformance.learning.machine import Letter, Output, Word
from conformance.learning.slots import Slot
from kaspec.node import DatagramReceived, DeadlinesReached, Node, NodeEvent, NodeState, Transition, due, initial, next_deadline, node_step
from kaspec.trace import language as t
from kaspec.trace.configuration import block
from kaspec.trace.recording import Recording, entry
from kaspec.trace.writing import write
from kaspec.units import Instant
from kaspec.vrrp.effects import SendAdvertisement, SendGratuitousArp, SendUnsolicitedNeighborAdvertisement
from kaspec.vrrp.events import Startup
from kaspec.vrrp.router import KEEPALIVED, Profile

NAME = "a"


@define
class _Virtual:
    """A router by virtual time, and everything that happened to it."""

    alphabet: Alphabet
    profile: Profile
    node: Node = field(init=False)
    state: NodeState = field(init=False)
    now: Instant = Instant(0)
    happened: list[tuple[Instant, NodeEvent, Transition]] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.node = Node(tuple(evolve(router, profile=self.profile) for router in self.alphabet.routers(range(1, 2))))
        self.state = initial(self.node, LINKS)

    def take(self, event: NodeEvent, slot: Slot) -> Slot:
        """Let the router take an event, and see what it does."""
        transition = node_step(self.node, self.state, event, self.now)
        self.state = transition.state
        self.happened.append((self.now, event, transition))
        for outcome in transition.steps:
            for effect in outcome.step.effects:
                match effect:
                    case SendAdvertisement():
                        slot = slot.saw(self.now, "advert", effect.advertisement.priority)
                    case SendGratuitousArp(_, repeat) | SendUnsolicitedNeighborAdvertisement(_, repeat) if repeat:
                        slot = slot.saw(self.now, "announcement")
                    case _:
                        pass
        return slot

    def play(self, letter: Letter) -> Output:
        """Return the output of a letter."""
        slot = Slot(self.alphabet.interval, self.now)
        datagram = self.alphabet.datagram(self.node.routers[0], letter)
        if datagram is not None:
            slot = self.take(DatagramReceived(INTERFACE, datagram), slot)
        while (at := next_deadline(self.state)) is not None and at <= slot.ends:
            self.now = at
            slot = self.take(DeadlinesReached(due(self.state, at)), slot)
        self.now = slot.ends
        return slot.output

    def begin(self) -> None:
        """Start, and hear a Master."""
        self.take(Startup(), Slot(self.alphabet.interval, self.now))
        self.play(HOME)


def answer(alphabet: Alphabet, word: Word, profile: Profile = KEEPALIVED) -> tuple[Output, ...]:
    """Return the core's outputs to a word."""
    router = _Virtual(alphabet, profile)
    router.begin()
    return tuple(router.play(letter) for letter in word)


def trace(alphabet: Alphabet, word: Word, title: tuple[str, ...]) -> str:
    """Write what the core makes of a word in the trace language (docs/trace-language.md)."""
    router = _Virtual(alphabet, KEEPALIVED)
    router.begin()
    for letter in word:
        router.play(letter)
    interfaces = (t.Interface(INTERFACE, (OWN,)),)
    head = t.Router(NAME, interfaces, block(alphabet.configuration(range(1, 2))), comments=title)
    return "\n".join((write(t.Trace((), (head,), ())), *_lines(router))) + "\n"


def _lines(router: _Virtual) -> Iterator[str]:
    recording = Recording(NAME, Instant(0))
    for at, event, transition in router.happened:
        yield entry(recording, event, transition, at).rstrip("\n")
