"""The judge on captures of keepalived 2.2.7 and FRR 8.4.4: they are allowed, and what is done to them is found out."""

import pytest

from kaspec.judge import Capture, Host, capture_of, judge, read_capture
from kaspec.judge.diagnosing import convictions
from kaspec.judge.telling import clashes, gaps, reigns
from kaspec.units import in_seconds
from tests.unit.judge.captures import FOLDER, RECORDED, Recorded, adverts, host, mutant

BY_NAME = {each.name: each for each in RECORDED}
SPOILT = ("removed", "doubled", "later", "earlier", "raised")
MUTANTS = [(each, how) for each in RECORDED for how in SPOILT if (each.name, how) != ("ka227-v2-ah", "raised")]
"""Whoever changes a sealed packet breaks its seal, which has a test of its own."""
EACH = pytest.mark.parametrize("recorded", RECORDED, ids=lambda each: each.name)


def capture(name: str) -> Capture:
    found = read_capture((FOLDER / f"{name}.pcap").read_bytes())
    assert isinstance(found, Capture)
    return found


@EACH
def test_what_real_peers_did_is_allowed(recorded: Recorded) -> None:
    verdict = judge(capture(recorded.name), recorded.hosts)

    assert verdict.answer == "allowed"
    assert len(verdict.judged) == sum(len(each.configuration.routers) for each in recorded.hosts)


@pytest.mark.parametrize(("recorded", "how"), MUTANTS, ids=lambda each: each if isinstance(each, str) else each.name)
def test_one_advertisement_that_is_not_as_it_was_is_found_out(recorded: Recorded, how: str) -> None:
    """Every sixth, and the last ones: all of them take half a minute, and were tried when ``excused`` was written down."""
    frames, hosts = recorded.frames, recorded.hosts
    places = adverts(frames)
    wrong = [
        (place + 1, answer)
        for place in dict.fromkeys((*places[::6], *places[-2:]))
        if (answer := judge(mutant(frames, place, how, recorded.interval), hosts).answer)
        != ("allowed" if (how, place + 1) in recorded.excused else "impossible")
    ]

    assert wrong == []


def test_a_master_that_takes_an_interval_of_zero_is_found_out_by_its_answer() -> None:
    recorded = Recorded("frr-8.4.4-interval-zero-mute", ("mute-frr",))
    frames = recorded.frames
    zero = next(place for place in adverts(frames) if frames[place][2][38:40] == bytes(2))
    before, after = capture_of(frames[: zero + 1]), capture_of(frames[: zero + 2])
    assert isinstance(before, Capture)
    assert isinstance(after, Capture)
    assert [judge(each, recorded.hosts).answer for each in (before, after)] == ["allowed", "impossible"]


def test_a_broken_seal_is_found_out() -> None:
    recorded = BY_NAME["ka227-v2-ah"]
    frames = recorded.frames
    place = adverts(frames)[3]
    at, link_type, frame = frames[place]
    frames[place] = at, link_type, frame[:-1] + bytes([frame[-1] ^ 1])
    found = mutant(frames, place, "later", type(recorded.interval)(0))

    assert judge(found, recorded.hosts).answer == "impossible"


@pytest.mark.parametrize("name", [each.name for each in RECORDED if each.name.startswith("ka227")])
def test_packets_alone_tell_the_story(name: str) -> None:
    """Without any configuration: two Masters one after the other, and no time with both."""
    verdict = judge(capture(name))
    found = reigns(verdict)

    assert verdict.answer == "allowed"
    assert len(found) == 2
    assert not clashes(found)
    assert len({each.who for each in found}) == 2
    assert len([gap for gap in gaps(found, verdict) if gap.until < verdict.capture.ends]) == 1


def test_other_routers_than_these_could_not_have_done_it() -> None:
    """keepalived's second takes over after the Skew_Time of priority 100: with 10 it would have been a third of a second later."""
    recorded = BY_NAME["ka227-v2-none-failover-prio0"]
    verdict = judge(capture(recorded.name), (host("ka-v2-none-a"), host("ka-v2-none-b", priority=10)))

    assert verdict.answer == "impossible"


def test_what_could_have_been_instead_is_told_with_its_clause() -> None:
    recorded = BY_NAME["ka227-v2-none-failover-prio0"]
    frames = recorded.frames
    place = adverts(frames)[2]
    verdict = judge(mutant(frames, place, "removed", recorded.interval), recorded.hosts)

    judged, _ = verdict.first or pytest.fail("it is impossible")
    [first, *_] = convictions(judged)
    assert (first.who, first.what, first.source) == ("ka-v2-none-a", "advertises priority 150", "RFC 3768 6.4.3")
    assert first.frame == place + 2 - 1  # the frame that was behind it
    [expected, *_] = first.expected
    assert expected.what == "advertise priority 150"
    last = expected.last
    assert last is not None
    assert in_seconds(type(recorded.interval)(last - expected.first)) == "0.060000"


def test_a_router_that_answers_losing_advertisements_did_not_make_frr_s_capture() -> None:
    """FRR is silent, as RFC 3768 has it; keepalived's profile answers."""
    [frr] = BY_NAME["frr844-v2-ipv4"].hosts
    as_keepalived = Host(frr.name, frr.configuration)

    assert judge(capture("frr844-v2-ipv4"), (as_keepalived,)).answer == "impossible"


def test_an_advertisement_that_frr_sends_late_is_its_departure_and_nobody_else_s() -> None:
    frr, other = BY_NAME["frr844-ka227-v3-interop"].hosts
    strict = Host(frr.name, frr.configuration, (), frr.profile)

    assert judge(capture("frr844-ka227-v3-interop"), (frr, other)).answer == "allowed"
    assert judge(capture("frr844-ka227-v3-interop"), (strict, other)).answer == "impossible"


def test_carp_is_not_vrrp() -> None:
    """ucarp's packets look like VRRP's and are none: a router that hears them does nothing."""
    from kaspec.address import parse_address

    listening = host("ka-v2-none-a")
    there = Host(listening.name, listening.configuration, (parse_address("10.99.0.9"),))

    assert judge(capture("ucarp-carp"), (there,)).answer == "allowed"
    assert judge(capture("ucarp-carp")).answer == "undetermined"
