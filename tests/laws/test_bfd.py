"""Laws of BFD: the codec, totality, time, and two sessions over a wire."""

import random
from itertools import pairwise

from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scapy.contrib.bfd import BFD

from kaspec import rules
from kaspec.bfd.events import DeadlineReached, Event, PacketReceived, Shutdown, Transmit
from kaspec.bfd.machine import initial, step
from kaspec.bfd.session import Session, State, next_deadline, rebase
from kaspec.bfd.timers import CHANCES, detection_time, jittered, neighbors_detection_time, transmit_interval
from kaspec.rules import RULES
from kaspec.units import SECOND, Instant, Interval, after
from kaspec.wire.bfd import ControlPacket, SessionState, decode, encode
from kaspec.wire.vrrp import Undecodable
from tests.laws.bfd import (
    A_ADDRESS,
    Situation,
    Wire,
    discriminators,
    events,
    idle_intervals,
    jitters,
    own_intervals,
    packets,
    sessions,
    situations,
)

shifts = st.integers(-(10**9), 10**9).map(Interval)
waits = st.integers(0, 3_000_000).map(Interval)


@given(packets)
def test_decode_undoes_encode(packet: ControlPacket) -> None:
    """What we write we read, and bytes after it do not count."""
    assert decode(encode(packet)) == packet
    assert decode(encode(packet) + b"more") == packet


@given(packets)
def test_scapy_reads_what_we_write(packet: ControlPacket) -> None:
    """Every field, by an independent codec; and what it writes is byte for byte ours."""
    layer = BFD(encode(packet))
    assert (layer.version, layer.diag, layer.sta, layer.detect_mult, layer.len) == (
        1,
        packet.diagnostic,
        packet.state,
        packet.detect_multiplier,
        24,
    )
    assert (layer.my_discriminator, layer.your_discriminator) == (packet.my_discriminator, packet.your_discriminator)
    assert (layer.min_tx_interval, layer.min_rx_interval, layer.echo_rx_interval) == (
        packet.desired_min_tx_interval,
        packet.required_min_rx_interval,
        packet.required_min_echo_rx_interval,
    )
    bits = (("P", packet.poll), ("F", packet.final), ("C", packet.control_plane_independent), ("D", packet.demand))
    assert str(layer.flags) == "".join(letter for letter, is_set in reversed(bits) if is_set)
    assert bytes(evolve_scapy(layer)) == encode(packet)


def evolve_scapy(layer: BFD) -> BFD:
    """The same layer, written anew by scapy."""
    return BFD(**{name: layer.getfieldval(name) for name in layer.fields})


@given(st.binary(max_size=80) | packets.map(encode).flatmap(lambda good: st.integers(0, 24).map(lambda end: good[:end])))
def test_any_bytes_are_a_packet_or_break_a_rule(payload: bytes) -> None:
    """Nothing raises, and what is accepted passes every check that bytes can fail."""
    match decode(payload):
        case Undecodable(rule):
            assert rule in RULES
        case packet:
            assert packet.detect_multiplier
            assert packet.my_discriminator
            assert packet.your_discriminator or packet.state in {SessionState.DOWN, SessionState.ADMIN_DOWN}


@settings(max_examples=500)
@given(situations(), events, waits)
def test_step_is_total_and_names_a_rule(situation: Situation, event: Event, wait: Interval) -> None:
    """Any state meets any event at any time; what is sent is well-formed and never has both Poll and Final (RFC 5880 6.5)."""
    taken = step(situation.session, situation.state, event, after(situation.now, wait))
    assert taken.rule in RULES
    for effect in taken.effects:
        if isinstance(effect, Transmit):
            assert not (effect.packet.poll and effect.packet.final)
            assert not isinstance(decode(encode(effect.packet)), Undecodable)


@settings(max_examples=500)
@given(situations(), events)
def test_the_rfcs_invariants(situation: Situation, event: Event) -> None:
    """RFC 5880 6.8.1, 6.8.3, 6.8.7, in every state that can be reached."""
    session, state = situation.session, step(situation.session, situation.state, event, situation.now).state
    assert state.is_up or state.announced.desired_min_tx_interval >= SECOND or isinstance(event, DeadlineReached)
    assert state.local_discriminator
    if session.passive and not state.neighbor.discriminator:
        assert state.transmit_at is None
    if state.neighbor.required_min_rx_interval == 0:
        assert state.transmit_at is None
    if state.is_up:
        assert state.verdict_at is None
        assert state.detect_at is not None


@settings(max_examples=500)
@given(situations(), events, shifts)
def test_translating_time_commutes_with_step(situation: Situation, event: Event, by: Interval) -> None:
    """To move every instant and then step is to step and then move every instant."""
    session, state, now = situation.session, situation.state, situation.now
    here, there = step(session, state, event, now), step(session, rebase(state, by), event, after(now, by))
    assert (there.state, there.effects, there.rule) == (rebase(here.state, by), here.effects, here.rule)


def advance(session: Session, state: State, until: Instant) -> tuple[State, tuple[tuple[Instant, object], ...]]:
    """Deliver every deadline up to ``until`` at its own instant; the jitter is what an instant makes it, so that two runs agree."""
    seen: list[tuple[Instant, object]] = []
    for _ in range(20_000):
        at = next_deadline(state)
        if at is None or at > until:
            return state, tuple(seen)
        taken = step(session, state, DeadlineReached(at * 7919 % CHANCES), at)
        state = taken.state
        seen.extend((at, effect) for effect in taken.effects)
    raise AssertionError("time stands still")


@given(situations(), waits, waits)
def test_waiting_in_two_parts_equals_waiting_once(situation: Situation, one: Interval, other: Interval) -> None:
    """Waiting a and then b is waiting a + b; asking in between changes nothing."""
    session, state, now = situation.session, situation.state, situation.now
    halfway, first = advance(session, state, after(now, one))
    polled = step(session, halfway, DeadlineReached(1), after(now, one)).state
    end, second = advance(session, polled, after(now, Interval(one + other)))
    assert (end, first + second) == advance(session, state, after(now, Interval(one + other)))


@given(situations(), st.integers(1, 10**7), jitters)
def test_before_the_deadline_nothing_happens(situation: Situation, early: int, jitter: int) -> None:
    """``DeadlineReached`` before ``next_deadline`` is the identity; at it, something becomes of it."""
    deadline = next_deadline(situation.state)
    now = situation.now if deadline is None else Instant(deadline - early)
    taken = step(situation.session, situation.state, DeadlineReached(jitter), now)
    assert (taken.state, taken.effects, taken.rule) == (situation.state, (), rules.NOT_DUE)
    if deadline is not None:
        assert step(situation.session, situation.state, DeadlineReached(jitter), deadline).rule != rules.NOT_DUE


@given(own_intervals, st.integers(1, 255), jitters)
def test_jitter_is_within_the_rfcs_bounds(interval: Interval, multiplier: int, jitter: int) -> None:
    """RFC 5880 6.8.7: 75 to 100 per cent of the interval, at most 90 if Detect Mult is 1; the extremes are reached."""
    most = 90 if multiplier == 1 else 100
    assert 75 * interval <= 100 * jittered(interval, multiplier, jitter) <= most * interval + 100
    assert jittered(Interval(100_000), multiplier, 0) == most * 1000
    assert jittered(Interval(100_000), multiplier, CHANCES - 1) == 75_000


@st.composite
def wires(draw: st.DrawFn) -> Wire:
    """Two sessions with timers of their own, at most one passive, and a wire that is quick beside their Detection Times."""
    a, b = draw(sessions), evolve(draw(sessions), neighbor=A_ADDRESS)
    assume(not (a.passive and b.passive))
    delay = draw(st.integers(0, 300))
    if min(a.multiplier, b.multiplier) == 1:
        delay //= 4  # a tenth of a millisecond's interval is all there is
    chance = random.Random(draw(st.integers(0, 2**32)))
    return Wire((a, b), lambda: chance.randrange(CHANCES), Interval(delay))


def come_up(wire: Wire) -> Instant:
    """Long enough for both to be Up, and their Poll Sequences over."""
    idle = max(session.idle_tx for session in wire.sessions)
    slowest = max(max(each.min_tx, each.min_rx) for each in wire.sessions)
    return Instant(3 * idle + 4 * slowest + 10 * wire.delay)


@settings(max_examples=25, deadline=None)
@given(wires())
def test_two_sessions_over_a_sound_wire_come_up_and_stay_up(wire: Wire) -> None:
    """Whatever their timers; both are told so once, and the Poll Sequences end."""
    wire.run(come_up(wire))
    assert wire.both_up
    wire.run(Instant(wire.now + 2 * SECOND))
    assert wire.both_up
    assert sorted((end, up) for _, end, up in wire.reports) == [(0, True), (1, True)]
    assert [state.polls for state in wire.states] == [0, 0]
    assert [state.in_force for state in wire.states] == [state.announced for state in wire.states]


@settings(max_examples=25, deadline=None)
@given(wires(), st.integers(0, 2_000_000), st.sampled_from(((True, True), (True, False), (False, True))))
def test_a_cut_wire_is_found_out_within_detection_time(wire: Wire, later: int, cut: tuple[bool, bool]) -> None:
    """Both go Down: who hears nothing more by its own clock, the other by the word it gets or by its own clock."""
    wire.run(Instant(come_up(wire) + later))
    assert wire.both_up
    wire.reports.clear()
    wire.is_cut, since = cut, wire.now
    limits = [detection_time(state.in_force, state.neighbor) for state in wire.states]
    slack = wire.delay + 1
    wire.run(Instant(since + sum(limits) + 4 * slack))
    assert not any(state.is_up for state in wire.states)
    for at, end, up in wire.reports:
        assert not up
        deaf = cut[1 - end]
        assert at <= since + (limits[end] if deaf else sum(limits)) + 2 * slack
    assert {end for _, end, _ in wire.reports} == {0, 1}


@settings(max_examples=25, deadline=None)
@given(wires())
def test_a_mended_wire_brings_them_up_again(wire: Wire) -> None:
    """A cut of both directions, long enough for everything to be forgotten, is no more than a start."""
    wire.run(come_up(wire))
    wire.is_cut = (True, True)
    wire.run(Instant(wire.now + sum(detection_time(state.in_force, state.neighbor) for state in wire.states) + 10 * SECOND))
    assert {state.neighbor.discriminator for state in wire.states} == {0}
    wire.is_cut = (False, False)
    wire.run(Instant(wire.now + come_up(wire)))
    assert wire.both_up


@settings(max_examples=25, deadline=None)
@given(wires(), own_intervals, own_intervals, st.integers(1, 255), st.integers(0, 1))
def test_timers_change_without_a_flap(wire: Wire, min_tx: Interval, min_rx: Interval, multiplier: int, end: int) -> None:
    """RFC 5880 6.8.3: new intervals are agreed by a Poll Sequence, and no session goes Down over them."""
    assume(multiplier > 1 or wire.delay < 50)
    wire.run(come_up(wire))
    assert wire.both_up
    wire.reconfigure(end, min_tx=min_tx, min_rx=min_rx, multiplier=multiplier)
    wire.run(Instant(wire.now + 2 * come_up(wire)))
    assert wire.both_up
    assert all(up for _, _, up in wire.reports)
    assert [state.in_force for state in wire.states] == [state.announced for state in wire.states]
    assert wire.states[end].in_force.desired_min_tx_interval == min_tx


@settings(max_examples=25, deadline=None)
@given(wires(), st.integers(0, 1))
def test_intervals_are_kept(wire: Wire, end: int) -> None:
    """Once settled, a session sends no faster than three quarters of the agreed interval, and never slower than it (RFC 5880 6.8.7)."""
    wire.run(come_up(wire))
    settled, interval = wire.now, transmit_interval(wire.states[end].in_force, wire.states[end].neighbor)
    wire.run(Instant(settled + 20 * interval))
    times = [at for at, sender, packet in wire.sent if sender == end and at >= settled and not packet.final]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) >= 18
    assert all(75 * interval <= 100 * gap <= 100 * interval for gap in gaps)


@settings(max_examples=25, deadline=None)
@given(wires(), st.integers(0, 1))
def test_a_shutdown_is_heard_at_once(wire: Wire, end: int) -> None:
    """RFC 5880 6.8.16: AdminDown takes the neighbor down without waiting, and after a Detection Time nothing is sent any more."""
    wire.run(come_up(wire))
    wire.reports.clear()
    since, lasting = wire.now, neighbors_detection_time(wire.sessions[end], wire.states[end])
    wire.take(end, Shutdown())
    wire.run(Instant(since + wire.delay))
    assert wire.reports == [(since + wire.delay, 1 - end, False)]
    assert wire.states[1 - end].diagnostic == 3
    wire.run(Instant(since + lasting + 1))
    assert wire.states[end].is_silent
    assert next_deadline(wire.states[end]) is None
    assert not wire.states[1 - end].is_up


@given(sessions, discriminators, jitters)
def test_a_session_alone_never_comes_up(session: Session, discriminator: int, jitter: int) -> None:
    """It is reported down once, after three idle intervals; an active one sends at most once a second, a passive one nothing."""
    state = initial(session, discriminator, jitter, Instant(0))
    state, seen = advance(session, state, Instant(10 * SECOND))
    effects = [(at, effect) for at, effect in seen if not isinstance(effect, Transmit)]
    assert [(at, getattr(effect, "up", None)) for at, effect in effects] == [(3 * max(session.idle_tx, SECOND), False)]
    sent = [at for at, effect in seen if isinstance(effect, Transmit)]
    assert not sent if session.passive else 3 <= len(sent) <= 14


@given(situations(shut_down=False), packets, idle_intervals)
def test_poll_is_answered_with_final_at_once(situation: Situation, packet: ControlPacket, wait: Interval) -> None:
    """RFC 5880 6.5, 6.8.7: whatever the state but AdminDown and the timers are."""
    state = situation.state
    taken = step(situation.session, state, PacketReceived(evolve(packet, poll=True)), after(situation.now, wait))
    answers = [effect.packet for effect in taken.effects if isinstance(effect, Transmit)]
    assert [answer.final for answer in answers] == [True]
    assert answers[0].your_discriminator == packet.my_discriminator
