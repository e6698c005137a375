"""Two virtual routers in a sync group on two LANs, on us and beside real keepalived: cutting either interface moves both, and back."""

from functools import partial

import pytest
from attrs import frozen

from conformance.lab.capture import Advert, Capture, capturing
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import parse_address
from kaspec.trace.language import Trace
from kaspec.trace.parsing import parse
from kaspec.trace.running import run
from kaspec.units import SECOND, Instant
from kaspec.vrrp.intervals import master_down_interval
from tests.interop.scenes import EARLY_BY_LOG, LATE, Performances, Scene, in_window, perform

GROUP = """
vrrp_sync_group G1 {
    group {
        VI_1
        VI_2
    }
}
"""
INSTANCE = """
vrrp_instance VI_{number} {{
    interface eth{index}
    virtual_router_id 10{number}
    priority {priority}
    virtual_ipaddress {{
        {virtual}/24
    }}
}}
"""
VIRTUAL = ("192.168.123.100", "192.168.124.100")
SOURCES = {"a": "192.168.124.101", "b": "192.168.124.102"}
PRIORITIES = {"a": 150, "b": 100}
PAIRINGS = {f"{one.name}-{other.name}": (one, other) for one, other in ((KASPEC, KASPEC), (KASPEC, KEEPALIVED), (KEEPALIVED, KASPEC))}
RECORDING = "/run/recording.trace"


def configuration(host: str) -> str:
    instances = (
        INSTANCE.format(number=index + 1, index=index, priority=PRIORITIES[host], virtual=virtual) for index, virtual in enumerate(VIRTUAL)
    )
    return GROUP + "".join(instances)


@frozen
class Cut:
    """An interface of a was cut at ``at``, and put back at ``mended``; from then to then b advertised on each LAN as ``taken`` says."""

    interface: str
    at: Instant
    mended: Instant
    resigned: tuple[Advert, ...]
    taken: dict[str, Advert]
    returned: dict[str, Advert]


@frozen
class Story:
    """What a cut of either interface did, and our recordings, by host."""

    cuts: tuple[Cut, ...]
    recordings: dict[str, str]


def _has_both(host: Host, other: Host) -> None:
    """Wait until a host holds both addresses and the other none."""

    def moved() -> bool:
        return all(host.holds(each) for each in VIRTUAL) and not any(other.holds(each) for each in VIRTUAL)

    wait_until(moved, 20, f"{host.name} alone to hold both addresses")


def tell(pairing: tuple[Peer, Peer], scene: Scene) -> Story:
    """Start both, and cut a's first interface and then its second, each until b has taken over everything."""
    peers = dict(zip("ab", pairing, strict=True))
    hosts = {"a": scene.a, "b": scene.b}
    for name, host in hosts.items():
        host.set_address("eth1", f"{SOURCES[name]}/24")
    with capturing(scene.lab, scene.back) as back:
        captures = {"eth0": scene.capture, "eth1": back}
        processes = {name: peers[name].start(host, configuration(name), peers[name].record(RECORDING)) for name, host in hosts.items()}
        _has_both(scene.a, scene.b)
        cuts = tuple(_cut(scene, captures, interface) for interface in ("eth0", "eth1"))
        for process in processes.values():
            assert process.stop(timeout=10) == 0
    recordings = {name: host.file(RECORDING).read_text() for name, host in hosts.items() if peers[name].records}
    return Story(cuts, recordings)


def _cut(scene: Scene, captures: dict[str, Capture], interface: str) -> Cut:
    at = wall_clock()
    scene.lab.plug(scene.a, interface, connected=False)
    _has_both(scene.b, scene.a)
    mended = wall_clock()
    scene.lab.plug(scene.a, interface, connected=True)
    _has_both(scene.a, scene.b)
    whole = next(name for name in captures if name != interface)
    resigned = [each for each in _said(captures[whole], whole, "a", at) if each.at < mended and each.advertisement.priority == 0]
    taken = {name: _first(capture, name, "b", at) for name, capture in captures.items()}
    returned = {name: _first(capture, name, "a", mended) for name, capture in captures.items()}
    return Cut(interface, at, mended, tuple(resigned), taken, returned)


def _first(capture: Capture, interface: str, host: str, since: Instant) -> Advert:
    """The first of what it has advertised, once that has been captured: an address may be seen to be there before."""
    return wait_until(lambda: _said(capture, interface, host, since), 5, f"{host} to advertise on {interface}")[0]


def _said(capture: Capture, interface: str, host: str, since: Instant) -> list[Advert]:
    """What a host has advertised on a LAN since then."""
    source = parse_address(SOURCES[host] if interface == "eth1" else f"192.168.123.10{'_ab'.index(host)}")
    return [each for each in capture.adverts if each.source == source and each.at >= since]


@pytest.fixture(scope="module")
def performances() -> Performances[Story]:
    wanted = {name: pair for name, pair in PAIRINGS.items() if all(peer.available for peer in pair)}
    return perform({name: partial(tell, pair) for name, pair in wanted.items()})


@pytest.fixture(params=PAIRINGS)
def story(request: pytest.FixtureRequest, performances: Performances[Story]) -> Story:
    if request.param not in performances.outcomes:
        pytest.skip("needs the Debian package keepalived")
    return performances.of(request.param)


def test_cutting_either_interface_moves_both_addresses_and_back(story: Story) -> None:
    assert [cut.interface for cut in story.cuts] == ["eth0", "eth1"]


def test_what_is_whole_is_given_up_with_a_word(story: Story) -> None:
    """The member whose LAN is whole says priority 0 (keepalived sometimes twice)."""
    for cut in story.cuts:
        assert len(cut.resigned) in {1, 2}


def test_both_are_taken_at_once_when_the_slower_member_is_ready(story: Story) -> None:
    """b waits for the LAN where it heard nothing: a Master_Down_Interval from a's last advertisement, at most one interval before."""
    down = master_down_interval(2, PRIORITIES["b"], SECOND)
    for cut in story.cuts:
        first, second = sorted(advert.at for advert in cut.taken.values())
        assert second - first <= LATE
        assert down - SECOND - EARLY_BY_LOG <= first - cut.at <= down + LATE


def test_both_come_back_together(story: Story) -> None:
    """a listens for a Master_Down_Interval after its link is back, then preempts on both LANs at once."""
    down = master_down_interval(2, PRIORITIES["a"], SECOND)
    for cut in story.cuts:
        first, second = sorted(advert.at for advert in cut.returned.values())
        assert second - first <= LATE
        assert in_window(first - cut.mended, down, EARLY_BY_LOG)


def test_our_recordings_replay(story: Story) -> None:
    for host, text in story.recordings.items():
        trace = parse(text, host)
        assert isinstance(trace, Trace), trace
        verdict = run(trace)
        assert verdict.holds, verdict.differences
        assert "keepalived.group." in text
