"""All sessions of a host: whose a packet is (RFC 5880 6.3), and reloads."""

import pytest
from attrs import evolve

from kaspec import rules
from kaspec.address import parse_address
from kaspec.bfd.events import Report, Transmit
from kaspec.bfd.session import Session
from kaspec.bfd.speaker import (
    DatagramReceived,
    Draw,
    Speaker,
    Speaking,
    begin,
    deadlines,
    expire,
    known,
    reconfigure,
    shut_down,
    take_datagram,
    unused,
)
from kaspec.units import Instant, Interval
from kaspec.wire.bfd import LARGEST, ControlPacket, encode
from tests.unit.bfd.examples import DOWN, INIT, MS, NEIGHBOR, UP, S

OTHER = parse_address("192.0.2.3")
FAR = Session("far", NEIGHBOR, multihop=True)
SPEAKER = Speaker((S, evolve(S, name="b2", neighbor=OTHER), FAR))
DRAWS = (Draw(5, 0), Draw(6, 0), Draw(7, 0))
START = begin(SPEAKER, DRAWS, Instant(0))
FIRST = ControlPacket(DOWN, 4, 9, 0, Interval(1000 * MS), Interval(20 * MS))


def came(packet: ControlPacket = FIRST, ttl: int = 255, multihop: bool = False) -> DatagramReceived:
    return DatagramReceived(NEIGHBOR, multihop, ttl, encode(packet))


@pytest.mark.parametrize(
    ("datagram", "place"),
    [
        (came(), 0),
        (evolve(came(), source=OTHER), 1),
        (came(multihop=True), 2),
        (came(evolve(FIRST, your_discriminator=6)), 1),
        (came(evolve(FIRST, your_discriminator=7), multihop=True, ttl=3), 2),
    ],
)
def test_whose_a_packet_is(datagram: DatagramReceived, place: int) -> None:
    """By Your Discriminator alone, whatever the source; without one, by source address and port."""
    (outcome,) = take_datagram(SPEAKER, START, datagram, Instant(10)).outcomes
    assert (outcome.place, outcome.step.rule) == (place, rules.BFD_THREE_WAY_INIT)


@pytest.mark.parametrize(
    "datagram",
    [
        evolve(came(), source=parse_address("192.0.2.9")),
        came(evolve(FIRST, your_discriminator=99)),
        came(evolve(FIRST, your_discriminator=7)),
        came(evolve(FIRST, your_discriminator=5), multihop=True),
    ],
)
def test_a_packet_of_no_session_is_a_stray(datagram: DatagramReceived) -> None:
    transition = take_datagram(SPEAKER, START, datagram, Instant(10))
    assert transition.stray is not None
    assert (transition.stray.rule, transition.outcomes, transition.state) == (rules.BFD_NO_SESSION, (), START)


def test_bytes_that_are_no_packet_are_a_stray() -> None:
    stray = take_datagram(SPEAKER, START, DatagramReceived(NEIGHBOR, multihop=False, ttl=255, payload=b"x"), Instant(10)).stray
    assert stray is not None
    assert stray.rule == rules.BFD_LENGTH


def test_a_packet_from_afar_is_discarded() -> None:
    """RFC 5881 5: it moves nothing."""
    transition = take_datagram(SPEAKER, START, came(ttl=254), Instant(10))
    (outcome,) = transition.outcomes
    assert (outcome.step.rule, transition.state) == (rules.BFD_TTL, START)


def test_each_session_expires_by_itself() -> None:
    assert deadlines(START) == (0, 0, 0)
    after = expire(SPEAKER, START, 1, 0, Instant(0)).state
    assert deadlines(after) == (0, 1000 * MS, 0)


def _up() -> Speaking:
    return take_datagram(SPEAKER, START, came(evolve(FIRST, state=INIT, your_discriminator=5)), Instant(10)).state


def test_what_is_known_is_told_again() -> None:
    """Of a session that may still come up nothing is known."""
    assert known(SPEAKER, START) == ()
    assert known(SPEAKER, _up()) == ((S, Report(up=True)),)
    overdue = expire(SPEAKER, START, 1, 0, Instant(3000 * MS)).state
    assert known(SPEAKER, overdue) == ((SPEAKER.sessions[1], Report(up=False)),)


def test_a_reload_keeps_what_is_the_same() -> None:
    """The same ends: the session goes on, wherever it stands now; its timers are agreed anew if they changed."""
    state = _up()
    quicker = evolve(S, min_rx=Interval(10 * MS))
    renamed = evolve(FAR, name="farther")
    new = Speaker((renamed, quicker))
    transition = reconfigure(SPEAKER, new, state, (Draw(5, 0), Draw(1, 0)), Instant(20))
    assert [(outcome.place, outcome.session.name, outcome.step.rule) for outcome in transition.outcomes] == [
        (None, "b2", rules.BFD_SHUTS_DOWN),
        (None, "far", rules.BFD_SHUTS_DOWN),
        (1, "b1", rules.BFD_TIMERS_CHANGED),
    ]
    started, kept = transition.state.states
    assert (started.local_discriminator, started.state) == (8, DOWN), "5, 6 and 7 were taken"
    assert (kept.local_discriminator, kept.state) == (5, UP)
    assert transition.state.discriminators == {8: 0, 5: 1}


def test_a_session_with_other_ends_is_another() -> None:
    new = Speaker((evolve(S, source=parse_address("192.0.2.1")),))
    transition = reconfigure(Speaker((S,)), new, begin(Speaker((S,)), DRAWS[:1], Instant(0)), (Draw(5, 0),), Instant(20))
    assert [outcome.place for outcome in transition.outcomes] == [None]
    assert transition.state.states[0].local_discriminator == 6


def test_shut_down_tells_every_neighbor() -> None:
    transition = shut_down(SPEAKER, START, Instant(20))
    assert [len([effect for effect in each.step.effects if isinstance(effect, Transmit)]) for each in transition.outcomes] == [1, 1, 1]


def test_discriminators_are_never_zero_and_never_twice() -> None:
    assert unused(0, set()) == 1
    assert unused(LARGEST, {LARGEST, 1}) == 2
    assert unused(LARGEST + 7, set()) == 8
