"""VRRP version 3 beside real keepalived in either role, IPv4 and IPv6, at 1 s, 100 ms and 10 ms, judged by what is on the wire."""

from functools import partial
from pathlib import Path

import pytest

from conformance.lab.peers import KASPEC, KEEPALIVED
from kaspec.address import Family, is_link_local, parse_address
from kaspec.trace import Trace, parse, run
from kaspec.units import MILLISECOND, Interval, seconds
from tests.interop.scenes import LATE, Performances, in_window, is_steady, perform
from tests.interop.tshark import MESSAGE_ONLY, faults, needs_tshark, read_fields
from tests.interop.version_3 import VIRTUAL, Pairing, Story, tell

FAMILIES: tuple[Family, ...] = (4, 6)
PAIRS = ((KASPEC, KASPEC), (KASPEC, KEEPALIVED), (KEEPALIVED, KASPEC))
MESSAGE = "v3_checksum_as_v2"
STEADY = {
    pairing.name: pairing
    for pairing in (
        *(Pairing(*pair, family, seconds(interval)) for pair in PAIRS for family in FAMILIES for interval in ("1", "0.1")),
        Pairing(KASPEC, KASPEC, 4, seconds("0.1"), {"a": MESSAGE}),
        Pairing(KASPEC, KASPEC, 4, seconds("0.1"), {"a": MESSAGE, "b": MESSAGE}),
    )
}
QUICK = {pairing.name: pairing for pair in PAIRS for family in FAMILIES for pairing in [Pairing(*pair, family, seconds("0.01"))]}
"""Few at a time: the third of a hundredth of a second that a Backup waits is soon over on a busy machine."""
ALL = STEADY | QUICK
BUSY = Interval(20 * MILLISECOND)


def _perform(pairings: dict[str, Pairing], at_once: int) -> Performances[Story]:
    there = {name: each for name, each in pairings.items() if each.a.available and each.b.available}
    return perform({name: partial(tell, each) for name, each in there.items()}, at_once)


@pytest.fixture(scope="module")
def performances() -> Performances[Story]:
    return Performances({**_perform(STEADY, 4).outcomes, **_perform(QUICK, 1).outcomes})


@pytest.fixture(params=ALL)
def story(request: pytest.FixtureRequest, performances: Performances[Story]) -> Story:
    if request.param not in performances.outcomes:
        pytest.skip("needs the Debian package keepalived")
    return performances.of(request.param)


def test_a_crash_is_healed_after_the_backup_s_master_down_interval(story: Story) -> None:
    assert in_window(story.took["crash"], story.pairing.down("b"))


def test_a_clean_stop_hands_over_in_skew_time(story: Story) -> None:
    assert in_window(story.took["stop"], story.pairing.skew("b"))
    assert story.statuses == {"a": 0, "b": 0}
    assert story.farewells == {"a": 1, "b": 1}


def test_the_higher_priority_is_master_and_stays_it(story: Story) -> None:
    """A Backup of 10 ms that a busy machine holds up for 40 ms may think its Master dead; of a longer interval it must not."""
    assert story.disturbed == 0 or story.pairing.interval < BUSY


def test_the_master_advertises_steadily_and_says_its_interval(story: Story) -> None:
    adverts = story.adverts(story.scene.b)
    assert {each.advertisement.advertisement_interval for each in story.scene.capture.adverts} == {story.pairing.interval}
    assert is_steady(adverts[-3:], story.pairing.interval) or story.pairing.interval < LATE


def test_addresses_and_source_are_the_family_s(story: Story) -> None:
    wanted = {parse_address(each.partition("/")[0]) for each in VIRTUAL[story.pairing.family]}
    for advert in story.scene.capture.adverts:
        assert set(advert.advertisement.addresses) == wanted
        assert story.pairing.family == 4 or is_link_local(advert.source)


def test_every_packet_is_clean_to_tshark(story: Story, tmp_path: Path) -> None:
    needs_tshark()
    story.scene.capture.write(tmp_path / "story.pcap")
    forms = {MESSAGE if MESSAGE in extra else "" for extra in (story.pairing.extra.get(name, "") for name in "ab")}
    if len(forms) == 2:
        return  # tshark knows one form at a time
    preferences = MESSAGE_ONLY if MESSAGE in forms else ()
    assert faults(tmp_path / "story.pcap", preferences) == []
    rows = read_fields(tmp_path / "story.pcap", "vrrp", ("vrrp.checksum.status", "ip.ttl", "ipv6.hlim", "_ws.malformed"), preferences)
    limits = {"ip.ttl": "255", "ipv6.hlim": ""} if story.pairing.family == 4 else {"ip.ttl": "", "ipv6.hlim": "255"}
    assert {tuple(row.items()) for row in rows} == {(("vrrp.checksum.status", "1"), *limits.items(), ("_ws.malformed", ""))}


def test_what_we_recorded_replays(story: Story) -> None:
    if story.pairing.b is not KASPEC:
        assert story.recording == ""
        return
    trace = parse(story.recording, "recording.trace")
    assert isinstance(trace, Trace), trace
    assert run(trace).differences == ()
    assert len(trace.timeline) > 10


def test_another_form_of_checksum_is_told(story: Story) -> None:
    forms = {name: "message" if MESSAGE in story.pairing.extra.get(name, "") else "pseudo-header" for name in "ab"}
    told = [line for line in story.logs["b"] if "VRRPv3 checksum covers the" in line]
    expected = f"checksum covers the {forms['a']}, ours the {forms['b']}"
    assert bool(told) == (forms["a"] != forms["b"])
    assert all(expected in line for line in told)
