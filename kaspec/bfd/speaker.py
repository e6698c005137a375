"""All sessions of a host: which packet is whose (RFC 5880 6.3), what is due, and what a new configuration does."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from attrs import field

from kaspec import rules
from kaspec.address import Address
from kaspec.bfd.events import DeadlineReached, Event, PacketDiscarded, PacketReceived, Reconfigured, Report, Shutdown
from kaspec.bfd.machine import Step, initial, step
from kaspec.bfd.session import Session, State, next_deadline
from kaspec.frozen import frozen
from kaspec.rules import Rule
from kaspec.units import Instant
from kaspec.wire.bfd import LARGEST, ControlPacket, decode
from kaspec.wire.vrrp import Undecodable


@frozen
class Speaker:
    """The sessions of a host, in the configuration's order; no two have the same name, nor the same neighbor over the same port."""

    sessions: tuple[Session, ...] = ()

    @cached_property
    def places(self) -> Mapping[tuple[Address, bool], int]:
        """Where the session with a neighbor, over several hops or not, stands in ``sessions``."""
        return {(session.neighbor, session.multihop): place for place, session in enumerate(self.sessions)}


@frozen
class Speaking:
    """The states of the sessions, place by place, and which place has which discriminator."""

    states: tuple[State, ...] = ()
    discriminators: Mapping[int, int] = field(factory=dict)


@frozen
class Draw:
    """What chance gives a session that starts: a discriminator (not 0) and a jitter, 0..65535."""

    discriminator: int
    jitter: int


@frozen
class DatagramReceived:
    """A UDP payload came from ``source``, to port 4784 if ``multihop`` and else 3784, with that TTL or hop limit."""

    source: Address
    multihop: bool
    ttl: int
    payload: bytes


@frozen
class Outcome:
    """What one session made of an event; ``place`` is ``None`` for one that a new configuration removed."""

    place: int | None
    session: Session
    before: State
    event: Event
    step: Step


@frozen
class Stray:
    """A datagram that is no session's: the rule it breaks, whence it came, what was there and what should have been."""

    rule: Rule
    source: Address
    received: str
    expected: str


@frozen
class Transition:
    """The sessions' new states and what each did, in order."""

    state: Speaking
    outcomes: tuple[Outcome, ...] = ()
    stray: Stray | None = None


def begin(speaker: Speaker, draws: Sequence[Draw], now: Instant) -> Speaking:
    """Start every session, each with its own draw."""
    return reconfigure(Speaker(), speaker, Speaking(), draws, now).state


def take_datagram(speaker: Speaker, state: Speaking, event: DatagramReceived, now: Instant) -> Transition:
    """Give a datagram to the session it is for, if that may take it; total."""
    packet = decode(event.payload)
    if isinstance(packet, Undecodable):
        return Transition(state, stray=Stray(packet.rule, event.source, packet.received, packet.expected))
    place = _addressee(speaker, state, packet, event)
    if place is None:
        received = f"your discriminator field is 0x{packet.your_discriminator:08x}"
        return Transition(state, stray=Stray(rules.BFD_NO_SESSION, event.source, received, "a session's"))
    lowest = speaker.sessions[place].lowest_ttl
    if event.ttl < lowest:
        return _one(speaker, state, place, PacketDiscarded(rules.BFD_TTL, str(event.ttl), f"at least {lowest}"), now)
    return _one(speaker, state, place, PacketReceived(packet), now)


def expire(speaker: Speaker, state: Speaking, place: int, jitter: int, now: Instant) -> Transition:
    """The deadline of one session was reached."""
    return _one(speaker, state, place, DeadlineReached(jitter), now)


def shut_down(speaker: Speaker, state: Speaking, now: Instant) -> Transition:
    """Shut every session down: AdminDown to each neighbor."""
    outcomes = tuple(
        Outcome(place, session, before, Shutdown(), step(session, before, Shutdown(), now))
        for place, (session, before) in enumerate(zip(speaker.sessions, state.states, strict=True))
    )
    return Transition(Speaking(tuple(outcome.step.state for outcome in outcomes), state.discriminators), outcomes)


def reconfigure(old: Speaker, new: Speaker, state: Speaking, draws: Sequence[Draw], now: Instant) -> Transition:
    """Replace the configuration: a session with the same name and the same ends goes on, with new timers if they changed.

    Another is shut down, or starts with its place's draw.
    """
    running = {session.name: (session, before) for session, before in zip(old.sessions, state.states, strict=True)}
    kept = {session.name for session in new.sessions if session.name in running and session.ends == running[session.name][0].ends}
    outcomes = [
        Outcome(None, session, before, Shutdown(), step(session, before, Shutdown(), now))
        for name, (session, before) in running.items()
        if name not in kept
    ]
    taken = {before.local_discriminator for _, before in running.values()}
    states: list[State] = []
    for place, (session, draw) in enumerate(zip(new.sessions, draws, strict=True)):
        if session.name not in kept:
            discriminator = unused(draw.discriminator, taken)
            taken.add(discriminator)
            states.append(initial(session, discriminator, draw.jitter, now))
            continue
        was, before = running[session.name]
        states.append(before)
        if was != session:
            outcome = Outcome(place, session, before, Reconfigured(), step(session, before, Reconfigured(), now))
            outcomes.append(outcome)
            states[place] = outcome.step.state
    places = {each.local_discriminator: place for place, each in enumerate(states)}
    return Transition(Speaking(tuple(states), places), tuple(outcomes))


def unused(discriminator: int, taken: set[int]) -> int:
    """Return the first number from ``discriminator`` on that is a discriminator and no session's (RFC 5880 6.8.1)."""
    while discriminator in taken or not 0 < discriminator <= LARGEST:
        discriminator = discriminator % LARGEST + 1
    return discriminator


def known(speaker: Speaker, state: Speaking) -> tuple[tuple[Session, Report], ...]:
    """Return what is known of every session, for someone who has heard no report: nothing of those that may still come up."""
    pairs = zip(speaker.sessions, state.states, strict=True)
    return tuple((session, Report(each.is_up)) for session, each in pairs if each.is_up or each.verdict_at is None)


def deadlines(state: Speaking) -> tuple[Instant | None, ...]:
    """Return each session's next deadline, place by place."""
    return tuple(next_deadline(each) for each in state.states)


def _addressee(speaker: Speaker, state: Speaking, packet: ControlPacket, event: DatagramReceived) -> int | None:
    """RFC 5880 6.3: by Your Discriminator alone; while the neighbor does not know it, by its address."""
    if not packet.your_discriminator:
        return speaker.places.get((event.source, event.multihop))
    place = state.discriminators.get(packet.your_discriminator)
    return place if place is not None and speaker.sessions[place].multihop == event.multihop else None


def _one(speaker: Speaker, state: Speaking, place: int, event: Event, now: Instant) -> Transition:
    session, before = speaker.sessions[place], state.states[place]
    taken = step(session, before, event, now)
    states = state.states if taken.state is before else (*state.states[:place], taken.state, *state.states[place + 1 :])
    return Transition(Speaking(states, state.discriminators), (Outcome(place, session, before, event, taken),))
