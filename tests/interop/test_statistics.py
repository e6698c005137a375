"""What tools read from the running daemons after the same packets, ours beside real keepalived's; and a configuration test.

The adverts come 255 s apart, so nothing but the packets and Skew_Time happens, and what is counted does not depend on how fast the
machine is.  Left out is where we count what keepalived does not: another interval, another address list.
"""

import re
import signal
from functools import partial

import pytest
from attrs import frozen

from conformance.lab.inject import inject
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from tests.interop.hostility import advert, frame_of
from tests.interop.scenes import SEED, Performances, Scene, perform

TEXT = SEED["a"].replace("advert_int 1", "advert_int 255")
HEARD = partial(advert, interval=255)
BAD = (
    frame_of(HEARD(200), ttl=64),
    frame_of(HEARD(200, version_and_type=0x22)),
    frame_of(HEARD(200)[:6] + b"\x12\x34" + HEARD(200)[8:]),
    frame_of(HEARD(200)[:-4]),
    frame_of(HEARD(200, authentication_type=0, password=bytes(8))),
    frame_of(HEARD(200, authentication_type=9)),
    frame_of(HEARD(200, password=b"2222\0\0\0\0")),
    frame_of(HEARD(200, vrid=77)),
)
HIGHER, LOWER, ZERO = frame_of(HEARD(200)), frame_of(HEARD(50)), frame_of(HEARD(0))
STORY = (
    (r"received lower priority \(50\)", (HIGHER, *BAD, HIGHER, LOWER)),
    ("Entering MASTER STATE", (ZERO,)),
    ("Entering BACKUP STATE", (*BAD, LOWER, ZERO, HIGHER)),
    ("Entering MASTER STATE", (ZERO,)),
    ("forcing new election", (LOWER,)),
)
"""After which packets, what the log is to say."""
STATISTICS_END, DATA_END = r"  Priority Zero:\n    Received: \d+\n    Sent: \d+\n\Z", r"< Interfaces >(.|\n)*Name = eth1(.|\n)*\n\Z"
PARSED = re.compile(
    r" VRRP Instance = |"
    r"   (VRRP Version|State|Wantstate|Interface|Using src_ip|Virtual Router ID|Priority|Effective priority|Advert interval|Preempt) = |"
    r"   Authentication type = |   Virtual IP \(1\):|     192\.168\.123\.100/24 "
)
"""The lines of ``.data`` that exporters look for, in its part about virtual routers."""


@frozen
class Dumps:
    """What a daemon wrote when asked."""

    statistics: str
    data: str


def dump(host: Host, process: Process, number: signal.Signals, name: str, end: str) -> str:
    """Ask for a dump and return it once it is whole (keepalived lets one see it earlier)."""
    file = host.file(f"/tmp/{name}")
    process.signal(number)
    return wait_until(lambda: text if file.exists() and re.search(end, text := file.read_text()) else "", 5, f"{name} written")


def tell(peer: Peer, scene: Scene) -> Dumps:
    """Play the story to one daemon and let it write its dumps."""
    process = scene.start(scene.a, peer, TEXT)
    for expected, frames in STORY:
        said = len(process.lines)
        inject(scene.h, "eth0", *frames)
        process.wait_for_line(expected, after=said)
    wait_until(lambda: scene.holders.now() == {"a"}, 1, "a to hold the address")
    statistics = dump(scene.a, process, signal.SIGUSR2, "keepalived.stats", STATISTICS_END)
    return Dumps(statistics, dump(scene.a, process, signal.SIGUSR1, "keepalived.data", DATA_END))


@pytest.fixture(scope="module")
def performances() -> Performances[Dumps]:
    return perform({peer.name: partial(tell, peer) for peer in (KASPEC, KEEPALIVED) if peer.available})


@pytest.fixture
def ours(performances: Performances[Dumps]) -> Dumps:
    return performances.of("kaspec")


@pytest.fixture
def real(performances: Performances[Dumps]) -> Dumps:
    if "keepalived" not in performances.outcomes:
        pytest.skip("needs the Debian package keepalived")
    return performances.of("keepalived")


def test_the_statistics_are_real_keepalived_s_field_for_field(ours: Dumps, real: Dumps) -> None:
    assert ours.statistics == real.statistics
    assert "  Became master: 2\n  Released master: 1\n" in ours.statistics


def _topology(data: str) -> list[str]:
    _, _, topology = data.partition("< VRRP Topology >")
    return topology.partition("------<")[0].splitlines()


def test_the_dump_has_the_lines_that_tools_parse_as_real_keepalived_writes_them(ours: Dumps, real: Dumps) -> None:
    wanted, found = (list(filter(PARSED.match, _topology(dumps.data))) for dumps in (real, ours))
    assert found == wanted
    assert "   State = MASTER" in found
    assert "     192.168.123.100/24 dev eth0 scope global label eth0:100 set" in found


MISTAKES = """\
global_defs {
    router_id
}
vrrp_instance VI_1 {
    state BAKUP
    interface eth7
    virtual_router_id 300
    priority high
    advert_intt 1
    authentication {
        auth_type PASSWORD
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.123.300/24
    }
}
}
"""
PLACES = ("2:", "5:11", "6:15", "7:23", "8:14", "9:5", "11:19", "15:9", "18:1")


def test_a_configuration_test_names_every_mistake_with_its_place() -> None:
    def check(scene: Scene) -> Process:
        scene.a.file("/run/bad.conf").write_text(MISTAKES)
        process = Process.start(scene.a, (*KASPEC.command, "-t", "-f", "/run/bad.conf"))
        process.program.wait(10)
        wait_until(lambda: any("15:9" in line.text for line in process.lines), 2, "the output read")
        return process

    process = perform({"check": check}).of("check")
    lines = [line.text for line in process.lines]
    assert process.program.returncode > 0
    for place in PLACES:
        assert any(line.startswith(f"/run/bad.conf:{place}") and ": error: " in line for line in lines), f"{place} in {lines}"
    assert not any("Traceback" in line for line in lines)
