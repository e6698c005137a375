"""``nopreempt`` in a sync group, beside real keepalived: who is Master of both LANs stays so until he goes."""

from conformance.lab.capture import capturing
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.waiting import wait_until
from kaspec.address import parse_address
from tests.interop.scenes import Programme, Scene
from tests.interop.test_sync_groups import SOURCES, VIRTUAL, configuration

together = Programme()
OTHER = KEEPALIVED if KEEPALIVED.available else KASPEC
QUIET = 6
"""So many advertisements of the weaker router after the better one has started: more than its Master_Down_Interval."""


def polite(host: str) -> str:
    return configuration(host).replace("    virtual_ipaddress", "    nopreempt\n    virtual_ipaddress")


def stays(scene: Scene, better: Peer, weaker: Peer) -> None:
    for host in (scene.a, scene.b):
        host.set_address("eth1", f"{SOURCES[host.name]}/24")
    with capturing(scene.lab, scene.back) as back:
        incumbent = weaker.start(scene.b, polite("b"))
        wait_until(lambda: all(map(scene.b.holds, VIRTUAL)), 20, "b to hold both addresses")
        newcomer = better.start(scene.a, polite("a"))
        newcomer.wait_for_line("Entering BACKUP STATE", timeout=15)
        scene.hear(scene.b, QUIET)
        assert not any(map(scene.a.holds, VIRTUAL))
        assert scene.adverts(scene.a) == []
        assert {advert.source for advert in back.adverts} == {parse_address(SOURCES["b"])}
        assert incumbent.stop(timeout=10) == 0
        wait_until(lambda: all(map(scene.a.holds, VIRTUAL)), 10, "a to hold both addresses")
        assert newcomer.stop(timeout=10) == 0


@together
def test_ours_leaves_theirs_alone(scene: Scene) -> None:
    stays(scene, KASPEC, OTHER)


@together
def test_theirs_leaves_ours_alone(scene: Scene) -> None:
    stays(scene, OTHER, KASPEC)
