"""Laws of the judge: whatever the core does on a LAN as bad as is allowed, is allowed; and what it cannot do is found out."""

from random import Random

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.judge import Allowance, Capture, capture_of, judge
from kaspec.judge.following import Follower
from kaspec.judge.sightings import ETHERNET, Advert, sighting
from kaspec.units import CENTISECOND, SECOND, Instant, Interval
from kaspec.vrrp.router import KEEPALIVED, RFC5798, GarpPolicy, TrackerTrack, VirtualAddress, VirtualRouter
from tests.laws.strategies import VIRTUAL, VIRTUAL_V6, spoken
from tests.laws.watched import Host, Watched
from tests.unit.judge.captures import mutant

LASTS = Instant(25 * SECOND)
moments = st.integers(0, 20 * SECOND).map(Instant)
GARPS = st.sampled_from((
    GarpPolicy(),
    GarpPolicy(repeat=1, delay=None),
    GarpPolicy(repeat=2, delay=SECOND, refresh=Interval(7 * SECOND)),
    GarpPolicy(lower_priority_repeat=0),
))  # fmt: skip


@st.composite
def hosts(draw: st.DrawFn) -> tuple[Host, ...]:
    """Two or three routers that can work together, whatever else they are."""
    version, family = draw(spoken)
    prefix = b"\xc0\0\2" if family == 4 else b"\xfe\x80" + bytes(13)
    virtual = VirtualAddress((VIRTUAL if family == 4 else VIRTUAL_V6)[0], 24 if family == 4 else 64, "eth0")
    profile = draw(st.sampled_from((KEEPALIVED, RFC5798)))
    common = VirtualRouter("VI_1", "eth0", 51, addresses=(virtual,), version=version, family=family, profile=profile)
    found = []
    interval = draw(st.integers(1, 2)) * SECOND
    for number in draw(st.permutations((1, 2, 3)))[: draw(st.integers(2, 3))]:
        priority = draw(st.sampled_from((1, 100, 100, 101, 200, 254, 255)))
        own = Interval(draw(st.integers(30, 200)) * CENTISECOND) if version == 3 else Interval(interval)
        trackers = draw(st.sampled_from(((), (), (TrackerTrack("script", "chk", 60),), (TrackerTrack("script", "chk", -150),))))
        router = evolve(
            common, priority=priority, advertisement_interval=own, garp=draw(GARPS), trackers=() if priority == 255 else trackers,
            preempt=draw(st.booleans()) or priority == 255,
            preempt_delay=Interval(draw(st.sampled_from((0, 0, 5 * SECOND)))),
        )  # fmt: skip
        found.append(Host(router, Address(prefix + bytes([number]))))
    return tuple(found)


@st.composite
def watched(draw: st.DrawFn, lossy: bool = False) -> Watched:
    """A run in which hosts start, stop, crash, lose their link, and find what they track otherwise."""
    there = draw(hosts())
    lan = Watched(there, draw(st.randoms(use_true_random=False)), lossy)
    for number, host in enumerate(there):
        lan.start(draw(moments), number)
        for _ in range(draw(st.integers(0, 2))):
            at = draw(moments)
            match draw(st.sampled_from(("stop", "crash", "unplug", "start", "report"))):
                case "stop":
                    lan.stop(at, number)
                case "crash":
                    lan.crash(at, number)
                case "unplug":
                    lan.unplug(at, number, Instant(at + draw(moments)))
                case "start":
                    lan.start(at, number)
                case _ if host.router.trackers:
                    lan.report(at, number, ("script", "chk"), draw(st.booleans()))
                case _:
                    pass
    lan.run(LASTS)
    assume(lan.frames)
    return lan


def answer(lan: Watched, allowance: Allowance | None = None) -> str:
    return judge(lan.capture(), [host.judged() for host in lan.hosts], allowance or lan.allowance()).answer


@settings(max_examples=30)
@given(watched())
def test_whatever_the_core_does_is_allowed(lan: Watched) -> None:
    assert answer(lan) == "allowed"


@settings(max_examples=15)
@given(watched(lossy=True))
def test_whatever_the_core_does_while_packets_are_lost_is_allowed_if_they_may_be(lan: Watched) -> None:
    assert answer(lan) == "allowed"


@st.composite
def ruled(draw: st.DrawFn) -> tuple[Watched, int, int]:
    """A run in which one router is Master for long, the place of its first advertisement, and that of a later one not its last."""
    one, other, *_ = draw(hosts())
    master, backup = (
        evolve(each, router=evolve(each.router, priority=priority, trackers=(), preempt_delay=Interval(0), preempt=True))
        for each, priority in ((one, 200), (other, 100))
    )
    lan = Watched((master, backup), draw(st.randoms(use_true_random=False)))
    lan.start(Instant(0), 0)
    lan.start(draw(moments), 1)
    lan.run(LASTS)
    lan.frames.sort(key=lambda each: each[0])
    mine = [place for place, (_, _, frame) in enumerate(lan.frames) if _is_advert(frame, master)]
    return lan, mine[0], draw(st.sampled_from(mine[1:-2]))


def _is_advert(frame: bytes, host: Host) -> bool:
    shown = sighting(ETHERNET, frame)
    return isinstance(shown, Advert) and shown.packet.source == host.address


@settings(max_examples=15)
@given(ruled(), st.sampled_from(("removed", "doubled", "later", "earlier", "raised")))
def test_an_advertisement_of_a_master_is_not_removed_doubled_moved_or_changed_unnoticed(found: tuple[Watched, int, int], how: str) -> None:
    """A Master advertises its priority once every interval (the checker's S4 and S11), and no oftener unless it is asked."""
    lan, _, place = found
    interval = lan.hosts[0].router.advertisement_interval
    judged = [host.judged() for host in lan.hosts]

    assert judge(lan.capture(), judged).answer == "allowed"
    assert judge(mutant(lan.frames, place, how, interval), judged).answer == "impossible"


@settings(max_examples=15)
@given(ruled(), st.integers(70_000, 180_000).map(Interval))
def test_a_backup_that_takes_over_too_soon_is_found_out(found: tuple[Watched, int, int], by: Interval) -> None:
    """Priority 0, and the Backup's frames all come earlier than Skew_Time and the tolerance allow, or than Master_Down_Interval does."""
    lan, _, _ = found
    lan.stop(Instant(LASTS + 1), 0)
    lan.run(Instant(LASTS + 10 * SECOND))
    lan.frames.sort(key=lambda each: each[0])
    skewed = [(Instant(at - by) if frame[6:12] == lan.hosts[1].mac else at, kind, frame) for at, kind, frame in lan.frames]
    stopped = max(at for at, _, frame in lan.frames if _is_advert(frame, lan.hosts[0]))
    assume(all(at > stopped for at, _, frame in skewed if _is_advert(frame, lan.hosts[1])))
    judged = [host.judged() for host in lan.hosts]
    capture = capture_of(sorted(skewed, key=lambda each: each[0]))
    assert isinstance(capture, Capture)

    assert answer(lan) == "allowed"
    assert judge(capture, judged).answer == "impossible"


@settings(max_examples=15)
@given(watched(), st.data())
def test_looking_up_comes_to_what_working_out_does(lan: Watched, data: st.DataObject) -> None:
    """Of any capture, one that is impossible included: spoilt, so that what is looked up is looked up where it no longer holds."""
    frames = sorted(lan.frames, key=lambda each: each[0])
    how = data.draw(st.sampled_from(("removed", "doubled", "later", "earlier")))
    capture = mutant(frames, data.draw(st.integers(0, len(frames) - 1)), how, Interval(SECOND))
    assume(capture.instants)
    judged = [host.judged() for host in lan.hosts]
    looked_up = judge(capture, judged)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Follower, "_learn", lambda *_: None)
        worked_out = judge(capture, judged)

    assert [(each.impossible, each.chapters, each.cost) for each in looked_up.judged] == [
        (each.impossible, each.chapters, each.cost) for each in worked_out.judged
    ]


def test_the_laws_can_fail() -> None:
    """What is allowed with the tolerance is impossible without it."""
    one = Host(VirtualRouter("VI_1", "eth0", 51, priority=200), Address(b"\xc0\0\2\1"))
    lan = Watched((one,), Random(1))
    lan.start(Instant(0), 0)
    lan.run(LASTS)

    assert answer(lan) == "allowed"
    assert answer(lan, Allowance(Interval(0), Interval(0))) == "impossible"
