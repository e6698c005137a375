"""What is told of a capture: two Masters, a router that hears nothing, one that is silent, one whose priority changes."""

from random import Random

from attrs import evolve

from kaspec.address import Address
from kaspec.judge import Allowance, Verdict, judge
from kaspec.judge.diagnosing import convictions
from kaspec.judge.telling import clashes, reigns
from kaspec.units import SECOND, Instant, in_seconds
from kaspec.vrrp.router import TrackerTrack, VirtualAddress, VirtualRouter
from tests.laws.watched import Host, Watched

VIRTUAL = VirtualAddress(Address(b"\xc0\0\2\x64"), 24, "eth0")
ROUTER = VirtualRouter("VI_1", "eth0", 51, addresses=(VIRTUAL,))


def lan(*priorities: int, trackers: tuple[TrackerTrack, ...] = ()) -> Watched:
    """Hosts of these priorities, none of them started."""
    hosts = (
        Host(evolve(ROUTER, priority=priority, trackers=trackers), Address(b"\xc0\0\2" + bytes([number])))
        for number, priority in enumerate(priorities, 1)
    )
    return Watched(tuple(hosts), Random(1))


def seen(watched: Watched, allowance: Allowance | None = None) -> Verdict:
    watched.run(Instant(20 * SECOND))
    return judge(watched.capture(), [host.judged() for host in watched.hosts], allowance or Allowance())


def deaf(allowance: Allowance) -> Verdict:
    """Two routers neither of which hears the other, as behind a firewall: two captures of one each, put together."""
    frames = []
    for number in (0, 1):
        watched = lan(150, 100)
        watched.start(Instant(0), number)
        watched.run(Instant(20 * SECOND))
        frames += watched.frames
    both = lan(150, 100)
    both.frames = frames
    return judge(both.capture(), [host.judged() for host in both.hosts], allowance)


def test_two_masters_that_do_not_hear_each_other_are_impossible_if_they_must_and_it_is_said_what_would_explain_them() -> None:
    verdict = deaf(Allowance())

    assert verdict.answer == "impossible"
    convicted = [each for judged in verdict.judged for each in convictions(judged)]
    assert all(each.if_lost for each in convicted)


def test_how_long_there_were_two_masters_is_told() -> None:
    verdict = deaf(Allowance(loss=True))
    [clash] = clashes(reigns(verdict))

    assert verdict.answer == "allowed"
    assert clash.who == ("host1", "host2")
    assert in_seconds(type(SECOND)(clash.until - clash.since)).startswith("16.")


def test_a_master_that_is_silent_has_crashed_and_that_is_impossible_if_nothing_may_be_hidden() -> None:
    watched = lan(150, 100)
    watched.start(Instant(0), 0)
    watched.start(Instant(0), 1)
    watched.crash(Instant(8 * SECOND), 0)
    verdict = seen(watched)
    steady = seen(watched, Allowance(hidden=False))

    assert verdict.answer == "allowed"
    assert [each.cause for each in verdict.judged[0].chapters][-1] == "crashes"
    assert steady.answer == "impossible"
    judged, wrong = steady.first or (None, None)
    assert judged is not None
    assert wrong is not None
    assert (judged.suspect.name, wrong.frame) == ("host1", 0)


def test_a_priority_that_tracking_can_make_is_explained_and_another_is_not() -> None:
    watched = lan(150, trackers=(TrackerTrack("script", "chk", -60),))
    watched.start(Instant(0), 0)
    watched.report(Instant(8 * SECOND), 0, ("script", "chk"), False)
    verdict = seen(watched)

    assert verdict.answer == "allowed"
    assert ("tracking", 90) in [(each.cause, each.priority) for each in verdict.judged[0].chapters]

    untracked = evolve(watched.hosts[0], router=evolve(watched.hosts[0].router, trackers=()))
    assert judge(watched.capture(), [untracked.judged()]).answer == "impossible"


def test_a_tracked_file_whose_values_are_many_is_no_more_work() -> None:
    watched = lan(150, trackers=(TrackerTrack("file", "load", 1),))
    watched.start(Instant(0), 0)
    verdict = seen(watched)

    assert verdict.answer == "allowed"
    assert [each.priority for each in verdict.judged[0].suspect.standings] == [150, 1, 254]


def test_an_announcement_too_many_is_found_out() -> None:
    watched = lan(150)
    watched.start(Instant(0), 0)
    assert seen(watched).answer == "allowed"

    announced = next(frame for frame in reversed(watched.frames) if frame[2][12:14] == b"\x08\x06")
    watched.frames.append((Instant(announced[0] + 2 * SECOND), *announced[1:]))
    verdict = seen(watched)
    [convicted] = [each for judged in verdict.judged for each in convictions(judged)]

    assert (convicted.what, convicted.source) == ("announces 192.0.2.100", "keepalived garp_master_delay, _refresh")
