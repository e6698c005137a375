"""Processes die, interfaces and addresses go and come: the virtual address is where it belongs, and nowhere else."""

from conformance.demo.configuration import VIRTUAL_ADDRESS
from conformance.lab.inject import inject
from conformance.lab.peers import KASPEC, KEEPALIVED
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.units import SECOND
from tests.interop.hostility import advert, frame_of
from tests.interop.scenes import DOWN, EARLY_BY_LOG, LATE, SKEW, Programme, Scene, in_window

together = Programme()
OTHER = KEEPALIVED if KEEPALIVED.available else KASPEC
"""The router that ours plays with: real keepalived, where it is installed."""
RESPAWNED = 2.0
HALF_WAY = SECOND // 2
"""A Master that dies this long after an advert has a successor before it is Master again itself, however fast it is back."""


def _kill_child(process: Process) -> int:
    """SIGKILL the VRRP child and return the process id of its successor."""
    (victim,) = process.kill_children()
    (child,) = wait_until(lambda: [each for each in process.children() if each != victim], RESPAWNED, "another VRRP child")
    return child


@together
def test_a_master_s_killed_child_is_respawned_without_the_address_and_becomes_master_again(scene: Scene) -> None:
    ours, _ = scene.start_pair(KASPEC, OTHER)
    scene.hear(scene.a, 1)
    last = scene.adverts(scene.a)[-1].at
    wait_until(lambda: wall_clock() >= last + HALF_WAY, 1, "half an advertisement interval")
    said = len(ours.lines)
    killed = wall_clock()
    _kill_child(ours)
    started = ours.wait_for_line("Entering BACKUP STATE", timeout=RESPAWNED, after=said).at
    wait_until(lambda: not scene.holders.now(), RESPAWNED, "the address to be gone with the Master")
    assert wall_clock() - killed < RESPAWNED * SECOND
    assert in_window(scene.settle(scene.b, killed).at - last, DOWN["b"])
    assert in_window(scene.settle(scene.a, killed).at - started, DOWN["a"], EARLY_BY_LOG)
    assert all(lasted <= LATE for _, lasted in scene.holders.overlaps())


@together
def test_a_backup_s_killed_child_is_respawned_and_nobody_notices(scene: Scene) -> None:
    _, ours = scene.start_pair(OTHER, KASPEC)
    changes = len(scene.holders.changes)
    said = len(ours.lines)
    _kill_child(ours)
    ours.wait_for_line("Entering BACKUP STATE", timeout=RESPAWNED, after=said)
    scene.hear(scene.a, 5)
    assert scene.holders.changes[changes:] == []
    assert scene.adverts(scene.b) == scene.adverts(scene.b, priority_zero=True) == []


@together
def test_when_the_parent_is_killed_the_child_says_goodbye_and_takes_the_address_away(scene: Scene) -> None:
    ours, _ = scene.start_pair(KASPEC, OTHER)
    killed = wall_clock()
    ours.kill()
    wait_until(lambda: not scene.a.namespace.inhabitants(), 2, "every process of a gone")
    first = scene.settle(scene.b, killed)
    (farewell,) = scene.adverts(scene.a, killed, priority_zero=True)
    assert farewell.at - killed <= LATE
    assert in_window(first.at - farewell.at, SKEW["b"])
    assert scene.labels(scene.a) == []
    assert scene.holders.overlaps() == []


@together
def test_what_a_predecessor_that_crashed_left_behind_is_removed_at_the_start(scene: Scene) -> None:
    scene.start_pair(KASPEC, OTHER)
    killed = wall_clock()
    scene.a.kill_everything()
    scene.wait_for_advert(scene.b, killed)
    wait_until(lambda: len(scene.holders.now()) == 2, 2, "b to hold the address, and a still")
    ours = scene.start(scene.a, KASPEC)
    wait_until(lambda: scene.holders.now() == {"b"}, LATE / SECOND, "only b to hold the address")
    began = ours.wait_for_line("Entering BACKUP STATE").at
    assert in_window(scene.settle(scene.a, began).at - began, DOWN["a"], EARLY_BY_LOG)


@together
def test_a_tracked_interface_that_fails_hands_over_and_comes_back(scene: Scene) -> None:
    ours, _ = scene.start_pair(KASPEC, OTHER)
    cut = wall_clock()
    scene.lab.plug(scene.a, "eth1", connected=False)
    first = scene.settle(scene.b, cut)
    (farewell,) = scene.adverts(scene.a, cut, priority_zero=True)
    assert farewell.at - cut <= LATE
    assert in_window(first.at - farewell.at, SKEW["b"])
    ours.wait_for_line(r"Entering FAULT STATE \(interface eth1 down\)")
    scene.hear(scene.b, 2)
    back = wall_clock()
    scene.lab.plug(scene.a, "eth1", connected=True)
    assert in_window(scene.settle(scene.a, back).at - back, DOWN["a"])
    assert all(lasted <= LATE for _, lasted in scene.holders.overlaps())


@together
def test_an_interface_that_loses_its_cable_is_at_fault_until_it_is_back(scene: Scene) -> None:
    ours, _ = scene.start_pair(KASPEC, OTHER)
    scene.hear(scene.a, 1)
    scene.lab.plug(scene.a, "eth0", connected=False)
    last = scene.adverts(scene.a)[-1].at
    wait_until(lambda: not scene.holders.now(), 1, "a to give the address up")
    ours.wait_for_line(r"Entering FAULT STATE \(interface eth0 down\)")
    assert in_window(scene.settle(scene.b, last).at - last, DOWN["b"])
    back = wall_clock()
    scene.lab.plug(scene.a, "eth0", connected=True)
    assert in_window(scene.settle(scene.a, back).at - back, DOWN["a"])
    assert all(lasted <= LATE for _, lasted in scene.holders.overlaps())


@together
def test_an_interface_that_is_set_down_and_up_again_is_at_fault_meanwhile(scene: Scene) -> None:
    ours, _ = scene.start_pair(KASPEC, OTHER)
    down = wall_clock()
    scene.a.set_link("eth0", up=False)
    wait_until(lambda: not scene.holders.now(), 1, "a to give the address up")
    ours.wait_for_line(r"Entering FAULT STATE")
    scene.settle(scene.b, down)
    back = wall_clock()
    scene.a.set_link("eth0", up=True)
    assert in_window(scene.settle(scene.a, back).at - back, DOWN["a"])


@together
def test_an_interface_that_is_deleted_and_made_anew_serves_again(scene: Scene) -> None:
    ours, _ = scene.start_pair(KASPEC, OTHER)
    gone = wall_clock()
    scene.a.netlink.link("del", index=scene.a.index("eth0"))
    ours.wait_for_line(r"FAULT STATE \(interface eth0 does not exist\)")
    scene.settle(scene.b, gone)
    back = wall_clock()
    scene.connect(scene.a, "eth0")
    first = scene.settle(scene.a, back)
    assert in_window(first.at - back, DOWN["a"])
    assert scene.labels(scene.a) == [(f"{VIRTUAL_ADDRESS}/24", "eth0:100")]
    inject(scene.h, "eth0", frame_of(advert(255)))
    wait_until(lambda: not scene.holders.now(), 1, "a to hear on the new interface that another is Master")


@together
def test_a_router_whose_own_address_is_taken_away_is_at_fault_until_it_has_one(scene: Scene) -> None:
    ours, _ = scene.start_pair(KASPEC, OTHER)
    taken = wall_clock()
    scene.a.set_address("eth0", "192.168.123.101/24", present=False)
    ours.wait_for_line(r"Entering FAULT STATE \(no IPv4 address for interface eth0\)")
    scene.settle(scene.b, taken)
    assert scene.a.addresses("eth0") == [each for each in scene.a.addresses("eth0") if each.startswith("fe80:")]
    given = wall_clock()
    scene.a.set_address("eth0", "192.168.123.101/24")
    assert in_window(scene.settle(scene.a, given).at - given, DOWN["a"])
    assert all(lasted <= LATE for _, lasted in scene.holders.overlaps())
