"""What version 3 daemons write after the same packets, IPv4 and IPv6, ours beside real keepalived's: statistics, dump and log.

The adverts come 40 s apart, so nothing but the packets and Skew_Time happens.
"""

import re
import signal
from collections.abc import Iterable
from functools import partial

import pytest
from attrs import evolve, frozen

from conformance.lab.inject import inject
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.waiting import wait_until
from kaspec.address import Family, family_of, parse_address, vrrp_group
from kaspec.units import SECOND, Interval, seconds
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet, encode_ip
from kaspec.wire.vrrp import Advertisement, encode
from tests.interop.scenes import Performances, Scene, perform
from tests.interop.test_statistics import DATA_END, STATISTICS_END, dump
from tests.interop.version_3 import VIRTUAL

FORTY_SECONDS = Interval(40 * SECOND)
TEXT = "global_defs {\n    vrrp_garp_master_delay 99\n}\n" + "".join(
    f"""
vrrp_instance VI_{family} {{
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 254
    version 3
    advert_int 40
    virtual_ipaddress {{
        {VIRTUAL[family][0]}
        {VIRTUAL[family][1]}
    }}
}}
"""
    for family in (4, 6)
)
PEER: dict[Family, str] = {4: "192.168.123.1", 6: "fe80::ff:fe00:3"}
GROUP_MAC: dict[Family, str] = {4: "01005e000012", 6: "333300000012"}


def heard(family: Family, priority: int, interval: Interval = FORTY_SECONDS) -> Packet:
    """Return an advertisement of the peer's."""
    source, addresses = parse_address(PEER[family]), tuple(parse_address(each.partition("/")[0]) for each in VIRTUAL[family])
    ends = source, vrrp_group(family)
    return Packet(*ends, VRRP_TTL, VRRP_PROTOCOL, encode(Advertisement(3, 51, priority, interval, addresses), ends))


def frame(packet: Packet) -> bytes:
    """Return the Ethernet frame of a packet."""
    family = family_of(packet.source)
    return bytes.fromhex(GROUP_MAC[family] + "020000000003" + ("0800" if family == 4 else "86dd")) + encode_ip(packet)


def _bad(family: Family) -> Iterable[bytes]:
    """What both discard, each in another way; in IPv6 the kernel keeps a wrong checksum from keepalived, and so everything else."""
    good = heard(family, 255)
    yield frame(evolve(good, ttl=64))
    if family == 4:
        yield frame(evolve(good, payload=encode(Advertisement(2, 51, 255, SECOND, (parse_address("192.168.123.100"),) * 2))))
        yield frame(evolve(good, payload=good.payload[:6] + b"\x12\x34" + good.payload[8:]))


def _each(priority: int, interval: Interval = FORTY_SECONDS) -> tuple[bytes, ...]:
    return tuple(frame(heard(family, priority, interval)) for family in (4, 6))


BAD = tuple(each for family in (4, 6) for each in _bad(family))
STORY = (
    (r"received lower priority \(50\)", (*_each(255), *BAD, *_each(255), *_each(50))),
    ("Entering MASTER STATE", _each(0)),
    ("Entering BACKUP STATE", (*BAD, *_each(50), *_each(255, seconds("20")))),
    ("Entering MASTER STATE", _each(0)),
    ("Entering BACKUP STATE", _each(255)),
)
"""After which packets, what the log is to say of each."""
CHANGING = re.compile(r"(Last transition|Read timeout|Master down timer) = .*")
OURS_ALONE = re.compile(r"   Master checksum covers = ")


@frozen
class Reports:
    """What a daemon wrote when asked, and what it said of the instances (without the sender that we add)."""

    statistics: str
    data: list[str]
    log: list[str]


def tell(peer: Peer, scene: Scene) -> Reports:
    """Play the story to one daemon and let it write its dumps."""
    process = scene.start(scene.a, peer, TEXT)
    wait_until(lambda: len([line for line in process.lines if "Entering BACKUP STATE" in line.text]) == 2, 5, "two Backups")
    for expected, frames in STORY:
        said = len(process.lines)
        inject(scene.h, "eth0", *frames)
        for family in (4, 6):
            process.wait_for_line(rf"\(VI_{family}\) {expected}", after=said)
    wait_until(lambda: not scene.holders.now(), 5, "the kernel to have let go of the virtual address")
    statistics = dump(scene.a, process, signal.SIGUSR2, "keepalived.stats", STATISTICS_END)
    data = dump(scene.a, process, signal.SIGUSR1, "keepalived.data", DATA_END)
    told = [match.group(1) for line in process.lines if (match := re.search(r"(\(VI_\d\) .*|Sending .*)$", line.text))]
    return Reports(statistics, _topology(data), [re.sub(r" \(from [0-9a-f.:]+\)$", "", line) for line in told])


def _topology(data: str) -> list[str]:
    _, _, topology = data.partition("< VRRP Topology >")
    return [CHANGING.sub(r"\1", line) for line in topology.partition("------< VRRP Sockpool")[0].partition("------< Inter")[0].splitlines()]


@pytest.fixture(scope="module")
def performances() -> Performances[Reports]:
    return perform({peer.name: partial(tell, peer) for peer in (KASPEC, KEEPALIVED) if peer.available})


@pytest.fixture
def ours(performances: Performances[Reports]) -> Reports:
    return performances.of("kaspec")


@pytest.fixture
def real(performances: Performances[Reports]) -> Reports:
    if "keepalived" not in performances.outcomes:
        pytest.skip("needs the Debian package keepalived")
    return performances.of("keepalived")


def test_the_statistics_are_real_keepalived_s_field_for_field(ours: Reports, real: Reports) -> None:
    assert ours.statistics == real.statistics
    assert ours.statistics.count("  Became master: 2\n  Released master: 2\n") == 2


def test_the_dump_holds_nothing_but_keepalived_s_lines_and_the_form_of_checksum(ours: Reports, real: Reports) -> None:
    remaining = iter([re.sub(r", ifindex \d+$", "", line) for line in real.data])
    for line in ours.data:
        assert OURS_ALONE.match(line) or line in remaining, f"not keepalived's, or out of order: {line}"
    assert "   Using Native IPv6" in ours.data
    assert "   Advert interval = 40000 milli-sec" in ours.data
    assert "   Master checksum covers = pseudo-header" in ours.data


@pytest.mark.parametrize("family", [4, 6])
def test_the_log_is_real_keepalived_s_line_for_line(ours: Reports, real: Reports, family: int) -> None:
    def about(lines: list[str]) -> list[str]:
        mine = [line for line in lines if line.startswith(f"(VI_{family})")]
        return [
            line
            for line in mine
            if not re.search(r"\) master (set|changed)|advertisement interval mismatch|split brain", line, re.IGNORECASE)
        ]

    assert about(ours.log) == about(real.log)
