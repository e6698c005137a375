"""What the checker writes as a capture, as tshark sees it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from kaspec.address import parse_address
from kaspec.explore import Faults, World
from kaspec.explore.capturing import frames
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.wire.pcap import encode_pcap
from tests.interop.tshark import faults, needs_tshark, read_fields
from tests.unit.explore import BETTER, WAY, WORSE, judged, shown

IPV6 = (VirtualAddress(parse_address("fe80::100"), 64, "eth0"),)
KINDS: dict[str, Callable[[VirtualRouter], VirtualRouter]] = {
    "version 2": lambda router: router,
    "version 3": lambda router: evolve(router, version=3),
    "IPv6": lambda router: evolve(router, version=3, family=6, addresses=IPV6),
}


@pytest.mark.parametrize("kind", KINDS)
def test_tshark_reads_a_counterexample_and_finds_nothing_wrong(tmp_path: Path, kind: str) -> None:
    needs_tshark()
    world = World.of([KINDS[kind](each) for each in (BETTER, WORSE)], WAY, Faults(loss=1))
    file = tmp_path / "counterexample.pcap"
    file.write_bytes(encode_pcap(frames(shown(*judged(world, "T1")))))
    assert faults(file) == []
    adverts = read_fields(file, "vrrp", ("frame.time_epoch", "vrrp.prio"))
    assert [(each["vrrp.prio"], each["frame.time_epoch"][:8]) for each in adverts][:2] == [("100", "3.609375"), ("50", "3.804687")]
    announced = read_fields(file, "arp.isgratuitous || icmpv6.type == 136", ("frame.number",))
    assert len(announced) == 2 * BETTER.garp.repeat
