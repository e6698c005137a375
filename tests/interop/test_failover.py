"""The seed configuration between two routers, ours and real keepalived in every pairing: election, crash, return, clean stop.

A story is played once for each pairing and start order; every test judges it by the packets on the LAN and by what the hosts' kernels say
of their addresses, against the figures of the protocol.
"""

from functools import partial

import pytest
from attrs import define, field, frozen

from conformance.lab.capture import Advert
from conformance.lab.holders import Holders
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.units import Instant
from tests.interop.scenes import DOWN, EARLY_BY_LOG, LATE, SKEW, Performances, Scene, in_window, is_steady, perform

LABELLED = [("192.168.123.100/24", "eth0:100")]


@frozen
class Pairing:
    """Who is configured as master (on a) and as backup (on b), and which of them starts first."""

    master: Peer
    backup: Peer
    first: str

    @property
    def name(self) -> str:
        """How the tests call it."""
        return f"{self.master.name}-{self.backup.name}-{'master' if self.first == 'a' else 'backup'}-first"


PEERS = {"kaspec": KASPEC, "keepalived": KEEPALIVED}
PAIRS = ((KASPEC, KASPEC), (KASPEC, KEEPALIVED), (KEEPALIVED, KASPEC))
PAIRINGS = {pairing.name: pairing for pair in PAIRS for first in "ab" if (pairing := Pairing(*pair, first))}


@frozen
class Reign:
    """A router became Master: which, by which advert, how long after what began the wait, and the labels then on a and on b."""

    host: str
    advert: Advert
    waited: int
    labels: dict[str, list[tuple[str, str]]]


@define
class Story:
    """What happened in a pairing; ``did`` says when something was done, ``reigns`` what came of it."""

    scene: Scene
    did: dict[str, Instant] = field(factory=dict)
    reigns: dict[str, Reign] = field(factory=dict)
    farewells: dict[str, list[Advert]] = field(factory=dict)
    statuses: dict[str, int] = field(factory=dict)

    def reign(self, act: str, host: Host, since: Instant) -> None:
        """Wait until a host alone is Master since then, and note it."""
        advert = self.scene.settle(host, since)
        labels = {each.name: self.scene.labels(each) for each in (self.scene.a, self.scene.b)}
        self.reigns[act] = Reign(host.name, advert, advert.at - since, labels)

    @property
    def holders(self) -> Holders:
        """Who held the address when."""
        return self.scene.holders


def tell(pairing: Pairing, scene: Scene) -> Story:
    """Start both; cut the master's power; bring it back; stop it; stop the other."""
    story = Story(scene)
    peers = {"a": pairing.master, "b": pairing.backup}
    running = {}
    for host in (scene.a, scene.b) if pairing.first == "a" else (scene.b, scene.a):
        running[host.name] = scene.start(host, peers[host.name])
        began = running[host.name].wait_for_line("Entering BACKUP STATE").at
        if host.name == pairing.first:
            story.reign("first", host, began)
    if pairing.first == "b":
        story.reign("preemption", scene.a, began)
    scene.hear(scene.a, 3)
    story.did["crash"] = wall_clock()
    scene.lab.power_off(scene.a)
    story.reign("crash", scene.b, scene.adverts(scene.a)[-1].at)
    scene.lab.power_on(scene.a)
    story.did["return"] = wall_clock()
    running["a"] = scene.start(scene.a, peers["a"])
    story.reign("return", scene.a, running["a"].wait_for_line("Entering BACKUP STATE").at)
    scene.hear(scene.a, 2)
    story.did["stop"] = wall_clock()
    story.statuses["a"] = running["a"].stop()
    (farewell, *_) = wait_until(lambda: scene.adverts(scene.a, priority_zero=True), 2, "priority 0 of a")
    story.reign("stop", scene.b, farewell.at)
    scene.hear(scene.b, 2)
    story.did["end"] = wall_clock()
    story.statuses["b"] = running["b"].stop()
    wait_until(lambda: not scene.holders.now(), 2, "nobody to hold the address")
    story.farewells = {host.name: scene.adverts(host, priority_zero=True) for host in (scene.a, scene.b)}
    return story


@pytest.fixture(scope="module")
def performances() -> Performances[Story]:
    runnable = {name: pairing for name, pairing in PAIRINGS.items() if pairing.master.available and pairing.backup.available}
    return perform({name: partial(tell, pairing) for name, pairing in runnable.items()})


@pytest.fixture(params=PAIRINGS)
def story(request: pytest.FixtureRequest, performances: Performances[Story]) -> Story:
    if request.param not in performances.outcomes:
        pytest.skip("needs the Debian package keepalived")
    return performances.of(request.param)


def test_the_first_to_start_is_master_after_its_master_down_interval(story: Story) -> None:
    reign = story.reigns["first"]
    assert in_window(reign.waited, DOWN[reign.host], early=EARLY_BY_LOG)


def test_the_higher_priority_is_master_whoever_started_first(story: Story) -> None:
    before = [advert for advert in story.scene.capture.adverts if advert.at < story.did["crash"]]
    assert {advert.advertisement.priority for advert in before[-3:]} == {100}
    if story.reigns["first"].host == "b":
        assert in_window(story.reigns["preemption"].waited, DOWN["a"], early=EARLY_BY_LOG)


def test_a_crash_is_healed_after_the_backup_s_master_down_interval(story: Story) -> None:
    assert in_window(story.reigns["crash"].waited, DOWN["b"])


def test_a_router_that_returns_preempts_after_its_master_down_interval(story: Story) -> None:
    assert in_window(story.reigns["return"].waited, DOWN["a"], early=EARLY_BY_LOG)


def test_a_clean_stop_hands_over_in_skew_time(story: Story) -> None:
    assert in_window(story.reigns["stop"].waited, SKEW["b"])
    assert story.reigns["stop"].advert.at - story.did["stop"] <= SKEW["b"] + LATE


def test_a_clean_stop_sends_exactly_one_advert_of_priority_zero(story: Story) -> None:
    assert {host: len(adverts) for host, adverts in story.farewells.items()} == {"a": 1, "b": 1}
    assert story.statuses == {"a": 0, "b": 0}
    assert story.did["stop"] <= story.farewells["a"][0].at <= story.did["stop"] + LATE


def test_the_address_is_labelled_on_exactly_the_master(story: Story) -> None:
    for reign in story.reigns.values():
        assert reign.labels == {"a": [], "b": [], reign.host: LABELLED}


def test_the_address_is_taken_with_the_first_advert_and_none_is_left(story: Story) -> None:
    for reign in story.reigns.values():
        taken = [change.at for change in story.holders.changes if change.host == reign.host and change.held]
        assert any(abs(at - reign.advert.at) <= LATE for at in taken)
    assert story.holders.now() == frozenset()


def test_two_hold_the_address_only_while_a_preempting_advert_is_on_its_way(story: Story) -> None:
    preempting = [reign.advert.at for act, reign in story.reigns.items() if act in ("preemption", "return")]
    for began, lasted in story.holders.overlaps():
        assert lasted <= LATE
        assert any(abs(began - advert) <= LATE for advert in preempting)


def test_the_master_advertises_every_second_and_nobody_else_does(story: Story) -> None:
    for act in ("crash", "return", "stop"):
        reign = story.reigns[act]
        end = min(at for at in story.did.values() if at > reign.advert.at)
        adverts = [each for each in story.scene.capture.adverts if reign.advert.at <= each.at < end and each.advertisement.priority]
        assert {each.source for each in adverts} == {reign.advert.source}
        assert is_steady(adverts)
