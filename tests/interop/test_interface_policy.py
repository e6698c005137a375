"""Interfaces that flap (``interface_up_down_delays``) and interfaces that come later (``dynamic_interfaces``), as keepalived has them."""

import subprocess

from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.units import SECOND, Interval
from tests.interop.scenes import DOWN, EARLY_BY_LOG, Programme, Scene, in_window

together = Programme()
INSTANCE = """
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 100
    priority 100
    track_interface {
        %s
    }
    virtual_ipaddress {
        192.168.123.100/24
    }
}
"""
DELAYS = "interface_up_down_delays {\n    eth1 2 1\n}\n" + INSTANCE % "eth1"
LATER = "global_defs {\n    dynamic_interfaces\n}\n" + INSTANCE % "later0"
DOWN_DELAY, UP_DELAY = Interval(2 * SECOND), Interval(SECOND)
FAULT, BACKUP, MASTER = (f"Entering {state} STATE" for state in ("FAULT", "BACKUP", "MASTER"))


def ip(host: Host, *words: str) -> None:
    subprocess.run(("ip", *words), check=True, preexec_fn=host.namespace.enter, stdin=subprocess.DEVNULL)


def flaps(scene: Scene, peer: Peer) -> None:
    """A cut shorter than the delay moves nothing, a longer one counts after the delay, and its end after the other delay."""
    process = scene.start(scene.a, peer, DELAYS)
    process.wait_for_line(MASTER)
    said = len(process.lines)
    scene.lab.plug(scene.a, "eth1", connected=False)
    scene.hear(scene.a, 1)
    scene.lab.plug(scene.a, "eth1", connected=True)
    scene.hear(scene.a, 3)
    assert not any(FAULT in line.text for line in process.lines[said:])
    cut = wall_clock()
    scene.lab.plug(scene.a, "eth1", connected=False)
    assert in_window(process.wait_for_line(FAULT).at - cut, DOWN_DELAY, EARLY_BY_LOG)
    said = len(process.lines)
    mended = wall_clock()
    scene.lab.plug(scene.a, "eth1", connected=True)
    assert in_window(process.wait_for_line(BACKUP, after=said).at - mended, UP_DELAY, EARLY_BY_LOG)


@together
def test_a_flapping_link_is_waited_for(scene: Scene) -> None:
    flaps(scene, KASPEC)


@together
def test_a_flapping_link_is_waited_for_by_keepalived_just_so(scene: Scene) -> None:
    if KEEPALIVED.available:
        flaps(scene, KEEPALIVED)


def appears(scene: Scene, peer: Peer) -> None:
    """An interface that is not there is a fault until it comes, and again when it goes."""
    process = peer.start(scene.a, LATER)
    process.wait_for_line("FAULT", timeout=15)
    assert scene.adverts(scene.a) == []
    ip(scene.a, "link", "add", "later0", "type", "veth", "peer", "name", "later1")
    ip(scene.a, "link", "set", "later1", "up")
    said, came = len(process.lines), wall_clock()
    ip(scene.a, "link", "set", "later0", "up")
    process.wait_for_line(BACKUP, after=said)
    assert in_window(scene.settle(scene.a, came).at - came, DOWN["a"], EARLY_BY_LOG)
    ip(scene.a, "link", "del", "later0")
    process.wait_for_line(FAULT, after=said)
    wait_until(lambda: not scene.holders.now(), 2, "a to give the address up")
    assert process.stop(timeout=10) == 0


@together
def test_an_interface_that_comes_later_ends_the_fault(scene: Scene) -> None:
    appears(scene, KASPEC)


@together
def test_an_interface_that_comes_later_ends_keepalived_s_fault_just_so(scene: Scene) -> None:
    if KEEPALIVED.available:
        appears(scene, KEEPALIVED)
