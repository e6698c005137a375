"""FRR's vrrpd as peer, version 3, IPv4 and IPv6: each is Master and Backup of the other, judged by what is on the wire."""

import signal
from functools import partial
from pathlib import Path

import pytest
from attrs import define, field, frozen

from conformance.lab.capture import Advert
from conformance.lab.frr import Frr
from conformance.lab.peers import KASPEC
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import Family, family_of
from kaspec.units import SECOND, Interval, seconds
from kaspec.vrrp.intervals import master_down_interval, skew_time
from tests.interop.scenes import LATE, Performances, Scene, in_window, perform
from tests.interop.tshark import faults, needs_tshark
from tests.interop.version_3 import VIRTUAL, WATCHED

VRID, FRR_PRIORITY = 5, 150
INTERVAL = seconds("0.5")
TEXT = """
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 5
    priority {priority}
    version 3
    advert_int 0.5
    {more}
    virtual_ipaddress {{
        {addresses}
    }}
}}
"""
CASES: dict[str, tuple[Family, int, str]] = {
    f"ours-{priority}-ipv{family}{f'-{more}' if more else ''}": (family, priority, more)
    for family in (4, 6)
    for priority in (100, 200)
    for more in ("", "use_vmac")
}


@define
class Story:
    """What happened: ``took`` says how long each takeover of ours took, ``said`` what we logged."""

    scene: Scene
    family: Family
    took: dict[str, int] = field(factory=dict)
    said: list[str] = field(factory=list)


@frozen
class Wire:
    """Whose adverts are whose: FRR's come from its virtual MAC's interface."""

    scene: Scene
    family: Family

    def adverts(self, priority: int, since: int = 0) -> list[Advert]:
        """Return the advertisements with a priority since then."""
        return [
            each
            for each in self.scene.capture.adverts
            if each.at >= since and family_of(each.source) == self.family and each.advertisement.priority == priority
        ]

    def wait_for(self, priority: int, since: int, count: int = 3) -> Advert:
        """Wait until so many have come since then, and return the first."""

        def enough() -> list[Advert]:
            return heard if len(heard := self.adverts(priority, since)) >= count else []

        return wait_until(enough, 15, f"{count} adverts of priority {priority}")[0]


def tell(family: Family, priority: int, more: str, scene: Scene) -> Story:
    """FRR is Master; we join, with less or more; the Master stops, the other takes over."""
    story, wire, held = Story(scene, family), Wire(scene, family), VIRTUAL[family]
    theirs = Frr(VRID, FRR_PRIORITY, INTERVAL // 1000, held if family == 4 else (), held if family == 6 else ()).start(scene.a)
    wire.wait_for(FRR_PRIORITY, 0)
    ours = KASPEC.start(scene.b, TEXT.format(priority=priority, more=more, addresses="\n        ".join(held)))
    began = ours.wait_for_line("Entering BACKUP STATE", timeout=15).at
    if priority > FRR_PRIORITY:
        story.took["preemption"] = wire.wait_for(priority, began).at - began
        settled = wire.adverts(priority)[0].at + LATE
        wait_until(lambda: wall_clock() > settled + 3 * INTERVAL, 5, "FRR has yielded")
        assert wire.adverts(FRR_PRIORITY, settled) == []
        stopped = wall_clock()
        assert ours.stop() == 0
        story.took["theirs"] = wire.wait_for(FRR_PRIORITY, stopped).at - wire.adverts(0, stopped)[0].at
    else:
        wire.wait_for(FRR_PRIORITY, began, 6)
        assert wire.adverts(priority) == []
        stopped = wall_clock()
        theirs.signal(signal.SIGTERM)
        farewell = wait_until(lambda: wire.adverts(0, stopped), 5, "priority 0 of FRR")[0].at
        story.took["ours"] = wire.wait_for(priority, farewell).at - farewell
        assert scene.b.holds(WATCHED[family])
        assert ours.stop() == 0
    story.said = [line.text for line in ours.lines]
    return story


@pytest.fixture(scope="module")
def performances() -> Performances[Story]:
    if not Frr(VRID, 1, 1).available:
        pytest.skip("needs the Debian package frr")
    return perform({name: partial(tell, *case) for name, case in CASES.items()}, 2)


@pytest.mark.parametrize("case", CASES)
def test_frr_and_ours_take_over_from_each_other(case: str, performances: Performances[Story], tmp_path: Path) -> None:
    needs_tshark()
    story, (family, priority, _) = performances.of(case), CASES[case]
    down, skew = master_down_interval(3, priority, INTERVAL), skew_time(3, priority, INTERVAL)
    if "preemption" in story.took:
        assert in_window(story.took["preemption"], down, early=Interval(SECOND // 4))
        late = Interval(0) if family == 4 else INTERVAL  # see conformance/captures: FRR's first IPv6 advert is lost
        assert story.took["theirs"] <= skew_time(3, FRR_PRIORITY, INTERVAL) + late + LATE
    else:
        assert in_window(story.took["ours"], skew)
    assert not [line for line in story.said if "checksum" in line or "interval" in line]
    story.scene.capture.write(tmp_path / "story.pcap")
    assert faults(tmp_path / "story.pcap") == []
