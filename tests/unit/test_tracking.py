"""Tracking (keepalived ``track_interface``): weights, faults and the source address."""

import pytest
from attrs import evolve

from kaspec.address import parse_address
from kaspec.tracking import (
    NOTHING,
    Contribution,
    Finding,
    Link,
    Tracker,
    interface_contribution,
    source_address,
    standing,
    tracker_contribution,
)
from kaspec.vrrp.router import InterfaceTrack, TrackerTrack, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Reason, Standing

OURS, SECOND, VIP, V6 = map(parse_address, ("192.0.2.1", "192.0.2.5", "192.0.2.100", "fe80::1"))
CHK: Tracker = ("script", "chk")
R = VirtualRouter("VI_1", "eth0", 51)
UP, DOWN = Link("eth0", up=True, addresses=(OURS,)), Link("eth0", up=False, addresses=(OURS,))


def fault(kind: str, subject: str = "eth1") -> Contribution:
    return Contribution(faults=frozenset({Reason(kind, subject)}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("weight", "reverse", "up", "down", "gone"),
    [
        (0, False, NOTHING, fault("interface-down"), fault("interface-missing")),
        (0, True, fault("tracked-up"), NOTHING, NOTHING),
        (10, False, Contribution(10), NOTHING, NOTHING),
        (-10, False, NOTHING, Contribution(-10), Contribution(-10)),
        (10, True, Contribution(-10), NOTHING, NOTHING),
        (-10, True, NOTHING, Contribution(10), Contribution(10)),
    ],
)
def test_weights(weight: int, reverse: bool, up: Contribution, down: Contribution, gone: Contribution) -> None:
    """A positive weight is added while up, a negative one while down, ``reverse`` subtracts; weight 0 makes a fault."""
    track = InterfaceTrack("eth1", weight, reverse)
    links = (Link("eth1", up=True), Link("eth1", up=False), None)
    assert tuple(interface_contribution(track, link) for link in links) == (up, down, gone)


@pytest.mark.parametrize(
    ("weight", "reverse", "good", "bad", "unknown"),
    [
        (0, False, NOTHING, fault("script-failed", "chk"), Contribution(pending=frozenset({CHK}))),
        (0, True, fault("script-good", "chk"), NOTHING, Contribution(pending=frozenset({CHK}))),
        (10, False, Contribution(10), NOTHING, NOTHING),
        (-10, False, NOTHING, Contribution(-10), NOTHING),
        (10, True, Contribution(-10), NOTHING, NOTHING),
        (-10, True, NOTHING, Contribution(10), NOTHING),
    ],
)
def test_weights_of_scripts(weight: int, reverse: bool, good: Contribution, bad: Contribution, unknown: Contribution) -> None:
    """As of interfaces; one that has not reported adds nothing, and without a weight is waited for."""
    track = TrackerTrack("script", "chk", weight, reverse)
    assert tuple(tracker_contribution(track, each) for each in (Finding(True), Finding(False), None)) == (good, bad, unknown)


@pytest.mark.parametrize(
    ("weight", "reverse", "value", "contribution"),
    [
        (1, False, -20, Contribution(-20)),
        (2, False, 30, Contribution(60)),
        (2, True, 30, Contribution(-60)),
        (1, False, -253, Contribution(-253)),
        (1, False, -254, fault("file-low", "load")),
        (-2, False, 127, fault("file-low", "load")),
        (10, False, 200, Contribution(253)),
        (0, False, 0, NOTHING),
        (0, False, -1, fault("file-not-zero", "load")),
        (0, True, 0, fault("file-zero", "load")),
        (0, True, 7, NOTHING),
    ],
)
def test_weights_of_files(weight: int, reverse: bool, value: int, contribution: Contribution) -> None:
    """keepalived ``track_file``: value times weight; -254 and less is a fault; without a weight, anything but 0 is one."""
    assert tracker_contribution(TrackerTrack("file", "load", weight, reverse), Finding.of_file(value)) == contribution


@pytest.mark.parametrize(
    ("priority", "weights", "effective"),
    [(100, (10, 20), 130), (250, (100,), 254), (10, (-100,), 1), (254, (1,), 254), (255, (-100,), 255)],
)
def test_the_effective_priority_is_clamped(priority: int, weights: tuple[int, ...], effective: int) -> None:
    """1..254; the clamp hides the total.  An owner's priority never changes."""
    tracks = tuple(InterfaceTrack(f"eth{index}", weight) for index, weight in enumerate(weights, 1))
    links = {track.interface: Link(track.interface, up=track.weight > 0) for track in tracks}
    assert standing(evolve(R, priority=priority, tracks=tracks), {"eth0": UP, **links}).priority == effective


def test_opposite_weights_cancel_before_the_clamp() -> None:
    tracks = (InterfaceTrack("eth1", 253), InterfaceTrack("eth2", -253))
    links = {"eth0": UP, "eth1": Link("eth1", up=True), "eth2": Link("eth2", up=False)}
    assert standing(evolve(R, tracks=tracks), links).priority == 100


def test_the_routers_own_interface_is_tracked() -> None:
    """Unless ``dont_track_primary``; an interface that is not there is a fault in any case."""
    careless = evolve(R, dont_track_primary=True)
    assert standing(R, {"eth0": UP}) == Standing(100, OURS)
    assert standing(R, {"eth0": DOWN}) == Standing(100, OURS, (Reason("interface-down", "eth0"),))
    assert standing(careless, {"eth0": DOWN}) == Standing(100, OURS)
    for router in (R, careless):
        assert standing(router, {}) == Standing(100, None, (Reason("interface-missing", "eth0"),))


def test_an_interface_without_an_address_is_a_fault() -> None:
    bare = Link("eth0", up=True, addresses=(V6,))
    assert standing(R, {"eth0": bare}) == Standing(100, None, (Reason("no-address", "eth0"),))
    assert standing(evolve(R, source=OURS), {"eth0": bare}) == Standing(100, OURS)


def test_faults_are_sorted() -> None:
    router = evolve(R, tracks=(InterfaceTrack("eth2"), InterfaceTrack("eth1"), InterfaceTrack("eth1")))
    assert [reason.subject for reason in standing(router, {"eth0": DOWN, "eth1": Link("eth1", up=False)}).faults] == [
        "eth0",
        "eth1",
        "eth2",
    ]


def test_the_source_is_the_first_address_that_does_not_move() -> None:
    """RFC 3768 5.2.1, keepalived: never the VIP, even when it stands first; only an owner's own may serve."""
    virtual = frozenset({VIP})
    assert source_address(R, evolve(UP, addresses=(V6, VIP, OURS, SECOND)), virtual) == OURS
    assert source_address(R, evolve(UP, addresses=(VIP,)), virtual) is None
    owner = evolve(R, priority=255, addresses=(VirtualAddress(VIP, 24, "eth0"),))
    assert [source_address(owner, evolve(UP, addresses=there), virtual) for there in ((VIP, OURS), (VIP,), ())] == [OURS, VIP, VIP]
    assert source_address(evolve(R, family=6), evolve(UP, addresses=(OURS, V6)), virtual) == V6
    assert source_address(evolve(R, source=SECOND), None) == SECOND
    assert source_address(R, None) is None


def test_an_ipv6_owner_speaks_from_its_link_local_virtual_address_whatever_else_it_has() -> None:
    own, other = parse_address("fe80::100"), parse_address("2001:db8::1")
    router = VirtualRouter("VI_6", "eth0", 51, 255, (VirtualAddress(own, 64, "eth0"),), version=3, family=6)
    link = Link("eth0", True, (other, own))
    assert source_address(router, link, frozenset({own})) == own
    assert source_address(evolve(router, priority=254), link, frozenset({own})) is None
