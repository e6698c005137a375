"""A world as integer tables: what a search looks up instead of computing.

A state of the world is a tuple of small integers: the number of its conditions, of each host's local state, and of each way's queue.  They
are numbered as they are met, and what a host makes of an event is asked of the core once: a few hundred times in a search of half a
million states.
"""

from typing import Any, Generic, NamedTuple, TypeVar

from attrs import field

from kaspec.address import is_multicast
from kaspec.explore.local import Deadline, Local, LocalEvent, PowerChanged, Reaction, beginning, elapse, is_up, next_due, react
from kaspec.explore.moves import Move, Way, duration, is_calm
from kaspec.explore.world import World
from kaspec.frozen import define, frozen
from kaspec.node import DatagramReceived, Outcome
from kaspec.units import Interval
from kaspec.vrrp.effects import SendAdvertisement, SendGratuitousArp, SendUnsolicitedNeighborAdvertisement
from kaspec.vrrp.transmission import transmit
from kaspec.wire.ip import encode_ip

T = TypeVar("T")
NEVER = 1 << 62
"""Longer than anything takes."""
WorldState = tuple[int, ...]
"""The numbers of the conditions, of each host's local state, and of each way's queue, in this order."""
Queue = tuple[tuple[int, int], ...]
"""What is on a way, the oldest first: the number of the datagram, and how long it may still take."""


class Conditions(NamedTuple):
    """What is neither in a host nor on a way.

    ``starting`` hosts have been started at the beginning; ``left`` is how often each of ``FAULTS`` may still happen; ``cuts`` are pairs of
    hosts (sender, receiver); ``caches`` has for each virtual router the host that announced its addresses last, or -1.
    """

    starting: int
    left: tuple[int, ...]
    cuts: frozenset[tuple[int, int]]
    caches: tuple[int, ...]


class Result(NamedTuple):
    """What comes of a reaction: the new local state, what is sent on which ways, and which virtual routers' addresses are announced."""

    after: int
    sent: tuple[tuple[int, int], ...]
    announced: tuple[int, ...]


@frozen
class Happening:
    """A reaction, and whose."""

    host: int
    reaction: Reaction


class UnlearntError(LookupError):
    """A value has no number yet, and must not get one now."""


@define
class Register(Generic[T]):
    """Values and their numbers, in the order met; none is added while it is ``closed``."""

    values: list[T] = field(factory=list)
    numbers: dict[T, int] = field(factory=dict)
    closed: bool = False

    def of(self, value: T) -> int:
        """Return a value's number."""
        if self.closed and value not in self.numbers:
            raise UnlearntError
        number = self.numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


@define
class Memory:
    """What is known of hosts whatever befalls them: searches of worlds with the same hosts may share it, and ask the core once for all.

    ``due`` is by local state how long it is until its deadline, ``paused`` whether it does nothing meanwhile; ``latest`` by queue how long
    until something must arrive.
    """

    locals: Register[Local] = field(factory=Register)
    queues: Register[Queue] = field(factory=Register)
    datagrams: Register[bytes] = field(factory=Register)
    events: Register[LocalEvent] = field(factory=Register)
    due: list[int] = field(factory=list)
    paused: list[bool] = field(factory=list)
    latest: list[int] = field(factory=list)
    reactions: dict[tuple[int, int, int], tuple[Happening, Result]] = field(factory=dict)
    heard: dict[tuple[int, int], int] = field(factory=dict)
    pushed: dict[tuple[int, int], int] = field(factory=dict)
    popped: dict[tuple[int, int], int] = field(factory=dict)
    elapsed: dict[tuple[int, int], int] = field(factory=dict)
    aged: dict[tuple[int, int], int] = field(factory=dict)
    _of: tuple[object, ...] = ()

    def fit(self, world: World) -> None:
        """See to it that it is of such hosts."""
        concerns = world.hosts, world.virtual, world.delay, world.single
        assert self._of in ((), concerns), "the memory is of other hosts"
        self._of = concerns


@define
class Tables:
    """The tables of a world, which grow as a search asks.

    What hosts do is in the ``memory``; ``happenings`` and ``results`` are those of this search.  ``calm`` and ``lasting`` are by move
    (``is_calm``, ``duration``).
    """

    world: World
    memory: Memory = field(factory=Memory, repr=False)
    ways: Register[Way] = field(factory=Register)
    conditions: Register[Conditions] = field(factory=Register)
    moves: Register[Move] = field(factory=Register)
    calm: list[bool] = field(factory=list)
    lasting: list[int] = field(factory=list)
    happenings: dict[tuple[int, int, int], Happening] = field(factory=dict)
    results: dict[tuple[int, int, int], Result] = field(factory=dict)
    locals: Register[Local] = field(init=False)
    queues: Register[Queue] = field(init=False)
    datagrams: Register[bytes] = field(init=False)
    events: Register[LocalEvent] = field(init=False)
    due: list[int] = field(init=False)
    paused: list[bool] = field(init=False)
    latest: list[int] = field(init=False)
    heard: dict[tuple[int, int], int] = field(init=False)
    pushed: dict[tuple[int, int], int] = field(init=False)
    popped: dict[tuple[int, int], int] = field(init=False)
    elapsed: dict[tuple[int, int], int] = field(init=False)
    aged: dict[tuple[int, int], int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        memory = self.memory
        memory.fit(self.world)
        self.locals, self.queues, self.datagrams, self.events = memory.locals, memory.queues, memory.datagrams, memory.events
        self.due, self.paused, self.latest = memory.due, memory.paused, memory.latest
        self.heard, self.pushed, self.popped = memory.heard, memory.pushed, memory.popped
        self.elapsed, self.aged = memory.elapsed, memory.aged
        for way in _ways(self.world):
            self.ways.of(way)
        self.queue(())

    def beginnings(self) -> tuple[int, ...]:
        """Return the local states of hosts that have never started."""
        return tuple(self.local(beginning(host)) for host in self.world.hosts)

    def local(self, local: Local) -> int:
        """Return the number of a local state."""
        number = self.locals.of(local)
        if number == len(self.due):
            at = next_due(local)
            self.due.append(NEVER if at is None else at)
            self.paused.append(local.power == "paused")
        return number

    def queue(self, queue: Queue) -> int:
        """Return the number of a queue; that of the empty one is 0."""
        number = self.queues.of(queue)
        if number == len(self.latest):
            self.latest.append(queue[0][1] if queue else NEVER)
        return number

    @property
    def known(self) -> int:
        """How many values have numbers so far."""
        return sum(len(register.values) for register in self._registers)

    def close(self, closed: bool = True) -> None:
        """Keep what has numbers from growing, or let it."""
        for register in self._registers:
            register.closed = closed

    @property
    def _registers(self) -> tuple[Register[Any], ...]:
        return self.locals, self.queues, self.conditions, self.datagrams, self.events, self.moves

    def move(self, move: Move) -> int:
        """Return the number of a move."""
        number = self.moves.of(move)
        if number == len(self.calm):
            self.calm.append(is_calm(move))
            self.lasting.append(duration(move))
        return number

    def result(self, host: int, local: int, event: int) -> Result:
        """Return what a host makes of an event: asked of the core once."""
        key = host, local, event
        found = self.results.get(key)
        if found is None:
            self.happenings[key], found = self.memory.reactions.get(key) or self._reaction(*key)
            self.results[key] = found = found if self.world.caches else found._replace(announced=())
        return found

    def _reaction(self, host: int, local: int, event: int) -> tuple[Happening, Result]:
        reaction = react(self.world.hosts[host], self.locals.values[local], self.events.values[event])
        found = self.memory.reactions[host, local, event] = Happening(host, reaction), self._result(host, reaction)
        return found

    def hears(self, way: int, queue: int, place: int = 0) -> int:
        """Return the event of the oldest datagram of a way's queue coming in, or of another."""
        datagram = self.queues.values[queue][place][0]
        event = self.heard.get((way, datagram))
        if event is None:
            there = self.ways.values[way]
            received = DatagramReceived(self._port(there), self.datagrams.values[datagram])
            event = self.heard[way, datagram] = self.events.of(received)
        return event

    def push(self, queue: int, datagram: int) -> int:
        """Return a queue with one more datagram."""
        found = self.pushed.get((queue, datagram))
        if found is None:
            before = () if self.world.single else self.queues.values[queue]
            found = self.pushed[queue, datagram] = self.queue((*before, (datagram, self.world.delay)))
        return found

    def pop(self, queue: int, place: int = 0) -> int:
        """Return a queue without its oldest datagram, or without another."""
        found = self.popped.get((queue, place))
        if found is None:
            there = self.queues.values[queue]
            found = self.popped[queue, place] = self.queue((*there[:place], *there[place + 1 :]))
        return found

    def elapse(self, local: int, interval: int) -> int:
        """Return a local state after some time."""
        found = self.elapsed.get((local, interval))
        if found is None:
            later = elapse(self.locals.values[local], Interval(interval))
            found = self.elapsed[local, interval] = self.local(later)
        return found

    def age(self, queue: int, interval: int) -> int:
        """Return a queue after some time."""
        found = self.aged.get((queue, interval))
        if found is None:
            later = tuple((datagram, max(left - interval, 0)) for datagram, left in self.queues.values[queue])
            found = self.aged[queue, interval] = self.queue(later)
        return found

    def _port(self, way: Way) -> str:
        return next(port for port, wire in self.world.hosts[way.receiver].wires.items() if wire == way.wire)

    def _result(self, host: int, reaction: Reaction) -> Result:
        sent = list[tuple[int, int]]()
        for outcome in reaction.transition.steps:
            for effect in outcome.step.effects:
                if isinstance(effect, SendAdvertisement) and is_up(reaction.after, outcome.router.port):
                    sent += self._sent(host, outcome, effect)
        return Result(self.local(reaction.after), tuple(sent), _announced(self.world, host, reaction))

    def _sent(self, host: int, outcome: Outcome, effect: SendAdvertisement) -> list[tuple[int, int]]:
        """Put an advertisement on the ways that it takes: to every host on the wire, or to the one that it is for."""
        packet = transmit(effect)
        wire = self.world.hosts[host].wires.get(outcome.router.port)
        datagram = self.datagrams.of(encode_ip(packet))
        return [
            (number, datagram)
            for number, way in enumerate(self.ways.values)
            if way.sender == host and way.wire == wire and (is_multicast(packet.destination) or self._has(way.receiver, packet.destination))
        ]

    def _has(self, host: int, address: bytes) -> bool:
        return any(address in link.addresses for link in self.world.hosts[host].links)


DEADLINE, START, STOP, CRASH = Deadline(), PowerChanged("start"), PowerChanged("stop"), PowerChanged("crash")
"""The events that every host knows."""


def _ways(world: World) -> list[Way]:
    """Return every way from a host to another on a wire that both are on."""
    return [
        Way(sender, receiver, wire)
        for sender, one in enumerate(world.hosts)
        for receiver, other in enumerate(world.hosts)
        if sender != receiver
        for wire in dict.fromkeys(one.wires.values())
        if wire in other.wires.values()
    ]


def _announced(world: World, host: int, reaction: Reaction) -> tuple[int, ...]:
    """Return the virtual routers whose addresses are announced."""
    places = {
        outcome.place
        for outcome in reaction.transition.steps
        if outcome.place is not None
        and any(isinstance(each, SendGratuitousArp | SendUnsolicitedNeighborAdvertisement) for each in outcome.step.effects)
    }
    numbers = range(len(world.virtual))
    return tuple(number for number in numbers if world.place(number, host, reaction.after.setup) in places)
