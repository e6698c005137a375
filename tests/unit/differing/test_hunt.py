"""The hunt, its peer a core that departs in some way: the right one agrees, a known way is named, and anything else is not excused."""

import json

import pytest

from conformance import departures
from conformance.differing import report
from conformance.differing.comparing import Comparing
from conformance.differing.hunt import Bag, Hunt
from conformance.differing.plot import UNPLUGS, Move, Pause, Plot, Setting, Until
from conformance.differing.ways import WAYS, known, reading
from conformance.flaws import wrong
from conformance.peers import PEERS
from conformance.replay.trial import Reading
from kaspec.trace import Trace, parse, run
from kaspec.trace import language as t
from tests.unit.differing.players import REARMS, played_by, rearming_seed

RELEASES = {"kaspec": "0.1.0", "keepalived": "2.2.7", "frr": "8.4.4"}
PLOTS = 12
AT_ONCE = "interval zero at once"


def bag_of(acts: Reading, peer: str, plots: int = PLOTS) -> Bag:
    comparing = Comparing(PEERS[peer], RELEASES[peer], 8, run=played_by(acts))
    return Hunt(comparing, rearming_seed(comparing, plots) if peer == "keepalived" else 0).hunt(plots)


def test_who_does_as_the_core_agrees() -> None:
    bag = bag_of(reading(()), "kaspec")
    assert (bag.count("agrees"), bag.quarries) == (len(bag.comparisons), ())


def test_a_known_way_is_shrunk_to_one_move_and_named() -> None:
    bag = bag_of(reading((REARMS,)), "keepalived")
    (quarry,) = bag.quarries
    assert (quarry.name, quarry.comparison.ways, quarry.comparison.verdict) == ("re-arms", (REARMS,), "departure")
    assert (len(quarry.comparison.plot.moves), bag.count("unexplained")) == (1, 0)
    told = "\n".join(report.lines(bag))
    assert "their departure 're-arms' of keepalived 2.2.7: it begins a Master's interval anew" in told
    (found,) = json.loads(report.as_json([bag]))[0]["disagreements"]
    trace = parse(found["trace"], "case.trace")
    assert isinstance(trace, Trace)
    assert run(trace).holds
    assert "re-arms" in trace.routers[0].comments[0]


@pytest.mark.parametrize(("peer", "guilty"), [("kaspec", "a bug of ours"), ("keepalived", "that has no name yet")])
def test_what_nothing_explains_is_shrunk_at_the_peer_and_excused_by_nobody(peer: str, guilty: str) -> None:
    comparing = Comparing(PEERS[peer], RELEASES[peer], 8, run=played_by(Reading("waits", True, wrong.core(wrong.whole_seconds))))
    bag = Hunt(comparing, 0).hunt(4)
    assert bag.count("unexplained")
    simplest = bag.quarries[0].comparison
    assert (simplest.verdict, len(simplest.plot.moves)) == ("unexplained", 0)
    assert guilty in "\n".join(report.lines(bag))


def test_what_an_rfc_asks_for_is_its_freedom() -> None:
    setting = Setting(version=3)
    lower = t.ReceivesAdvert(t.AdvertFields(source=setting.lower, priority=1))
    silent = next(way for way in known("frr", "8.4.4", 3) if way.name == "silent to lower")
    comparing = Comparing(PEERS["frr"], "8.4.4", 1, run=played_by(reading((silent,))))
    (found,) = comparing.compare([Plot(setting, (Move(Pause(50), lower),))], ["one"])
    assert (found.verdict, found.ways, silent.freedom(3)) == ("freedom", (silent,), "RFC 5798")


def test_a_master_that_an_interval_of_zero_strikes_mute_is_named_and_one_that_hears_again_is_not() -> None:
    setting = Setting(version=3)
    zero = t.ReceivesAdvert(t.AdvertFields(source=setting.lower, priority=200, interval=0))
    plot = Plot(setting, (Move(Until(), zero), Move(Pause(10), zero)))
    for name in (AT_ONCE, "interval zero"):
        assert departs(name, plot)


def test_a_master_in_ipv6_whose_first_advertisement_never_comes_is_named() -> None:
    setting = Setting(version=3, family=6)
    gone = t.ReceivesAdvert(t.AdvertFields(source=setting.lower, priority=0))
    assert departs("first advertisement", Plot(setting, (Move(Until(), gone), Move(Pause(4), UNPLUGS))))


def departs(name: str, plot: Plot) -> bool:
    """Whether a plot at FRR, if it departs in one way, is told to depart in just that."""
    way = next(way for way in known("frr", "8.4.4", 3) if way.name == name)
    (found,) = Comparing(PEERS["frr"], "8.4.4", 1, run=played_by(reading((way,)))).compare([plot], ["one"])
    return (found.verdict, found.ways) == ("departure", (way,))


@pytest.mark.parametrize("peer", PEERS)
def test_every_way_is_a_known_departure_by_its_name(peer: str) -> None:
    named = {each.name for each in departures.KNOWN if each.peer == peer}
    assert {way.name for way in WAYS[peer]} <= named


def test_a_departure_that_a_later_version_mended_excuses_it_no_more() -> None:
    assert "address list" in {way.name for way in known("keepalived", "2.2.7", 3)}
    assert "address list" not in {way.name for way in known("keepalived", "2.3.3", 3)}
