"""Strict mode beside real keepalived in strict mode: who is Master, what is not answered, and that virtual addresses do not answer ping."""

from conformance.demo.configuration import VIRTUAL_ADDRESS
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.waiting import wall_clock
from tests.interop.scenes import DOWN, EARLY_BY_LOG, LATE, Programme, Scene, in_window
from tests.interop.test_vmac import answers

together = Programme()
OTHER = KEEPALIVED if KEEPALIVED.available else KASPEC
STRICT = """
global_defs {{
    vrrp_strict
    vrrp_garp_lower_prio_repeat 5
}}
vrrp_instance VI_1 {{
    state MASTER
    interface eth0
    virtual_router_id 100
    priority {priority}
    {more}
    authentication {{
        auth_type PASS
        auth_pass 1111
    }}
    virtual_ipaddress {{
        192.168.123.100/24
    }}
}}
"""


def strict(priority: int, more: str = "preempt_delay 60\n    down_timer_adverts 9") -> str:
    return STRICT.format(priority=priority, more=more)


def play(scene: Scene, master: Peer, backup: Peer) -> None:
    """Both begin as Backup whatever is written, with no authentication and no preempt_delay; the better one is Master after 3 intervals."""
    weaker = scene.start(scene.b, backup, strict(50))
    scene.settle(scene.b, weaker.lines[0].at)
    better = scene.start(scene.a, master, strict(100))
    began = better.wait_for_line("Entering BACKUP STATE").at
    assert in_window(scene.settle(scene.a, began).at - began, DOWN["a"], EARLY_BY_LOG)
    assert {advert.advertisement.authentication_type for advert in scene.capture.adverts} == {0}
    assert not answers(scene.h, VIRTUAL_ADDRESS)
    killed = wall_clock()
    assert better.stop(timeout=10) == 0
    scene.settle(scene.b, killed)
    assert not answers(scene.h, VIRTUAL_ADDRESS)
    assert all(lasted <= LATE for _, lasted in scene.holders.overlaps())


@together
def test_ours_is_the_better_router(scene: Scene) -> None:
    play(scene, KASPEC, OTHER)


@together
def test_theirs_is_the_better_router(scene: Scene) -> None:
    play(scene, OTHER, KASPEC)


@together
def test_version_3_accepts_if_it_is_asked_to(scene: Scene) -> None:
    started = scene.start(scene.a, KASPEC, strict(100, "version 3\n    accept"))
    scene.settle(scene.a, started.lines[0].at)
    assert answers(scene.h, VIRTUAL_ADDRESS)
