"""Log, ``.stats`` and ``.data`` beside real keepalived's, after the same packets.

The adverts come 255 s apart, so nothing but the packets and Skew_Time (which in version 2 does not depend on the interval) happens while
a test runs, and what is counted does not depend on how fast the machine is.
"""

import re
import signal
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from conformance.lab.inject import VRRP_GROUP_MAC, inject
from conformance.lab.network import Host
from conformance.lab.peers import Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from kaspec.address import VRRP_GROUP_V4, Address, parse_address
from kaspec.config.model import Configuration, GlobalDefs
from kaspec.node import DatagramReceived, DeadlinesReached, LinkChanged, Node, NodeEvent, NodeState, due, initial, next_deadline, node_step
from kaspec.report.data import WallClock, render_data
from kaspec.report.journal import BLANK, Journal, enter
from kaspec.report.stats import Key, render_stats, tally
from kaspec.tracking import Link
from kaspec.units import SECOND, ZERO, Instant, Interval
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.events import Startup
from kaspec.vrrp.router import KEEPALIVED as KEEPALIVED_PROFILE
from kaspec.vrrp.router import GarpPolicy, Identity, InterfaceTrack, VirtualAddress, VirtualRouter
from kaspec.wire.checksum import checksum
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, encode_ipv4
from kaspec.wire.vrrp import Advertisement, encode
from tests.interop.conftest import TwoRouters

TEXT = """
global_defs {
    router_id LVS-101
    notification_email {
        admin@example.org
        second@example.org
    }
    notification_email_from lvs@example.org
    smtp_server 192.168.123.103
    smtp_connect_timeout 30
    max_auto_priority 1
    vrrp_garp_master_delay 99
    vrrp_garp_lower_prio_delay 99
}
static_ipaddress {
    192.168.123.150/24 dev eth0 scope global
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 255
    track_interface {
        eth1
    }
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.123.100/24 dev eth0 label eth0:100
        192.168.123.110/24 dev eth0
    }
}
vrrp_instance quiet {
    state BACKUP
    interface eth0
    virtual_router_id 52
    advert_int 255
    nopreempt
    virtual_ipaddress {
        192.168.123.120/24
    }
}
"""
GARP = GarpPolicy(delay=Interval(99 * SECOND), lower_priority_delay=Interval(99 * SECOND))


def _virtual(address: str, label: str | None = None) -> VirtualAddress:
    return VirtualAddress(parse_address(address), 24, "eth0", label)


VI_1 = VirtualRouter(
    "VI_1",
    "eth0",
    51,
    150,
    (_virtual("192.168.123.100", "eth0:100"), _virtual("192.168.123.110")),
    advertisement_interval=Interval(255 * SECOND),
    authentication=SimplePassword.of("1111"),
    tracks=(InterfaceTrack("eth1"),),
    garp=GARP,
    profile=evolve(KEEPALIVED_PROFILE, address_list="drop", refreshes_caches="after-lower"),
)
"""As the text says, and discarding another address list, as keepalived did before 2.3.3."""
QUIET = VirtualRouter(
    "quiet", "eth0", 52, 100, (_virtual("192.168.123.120"),), advertisement_interval=VI_1.advertisement_interval, preempt=False, garp=GARP
)
CONFIGURATION = Configuration(
    GlobalDefs(
        router_id="LVS-101",
        notification_email=("admin@example.org", "second@example.org"),
        notification_email_from="lvs@example.org",
        smtp_server="192.168.123.103",
        garp=GARP,
    ),
    static_addresses=(_virtual("192.168.123.150"),),
    routers=(VI_1, QUIET),
)
NODE = Node(CONFIGURATION.routers)
LINKS = {"eth0": Link("eth0", True, (parse_address("192.168.123.101"),)), "eth1": Link("eth1", True)}
HEARD = Advertisement(2, 51, 200, VI_1.advertisement_interval, tuple(each.address for each in VI_1.addresses), 1, b"1111".ljust(8, b"\0"))


def _datagram(
    source: str = "192.168.123.1", ttl: int = 255, at: int | None = None, octet: int = 0, mended: bool = True, **changes: Any
) -> bytes:
    """An advertisement with some fields changed and, at byte ``at``, another octet, the checksum mended or not."""
    message = bytearray(encode(evolve(HEARD, **changes)))
    if at is not None:
        message[at] = octet
    if mended:
        message[6:8] = bytes(2)
        message[6:8] = checksum(bytes(message)).to_bytes(2, "big")
    return encode_ipv4(Packet(parse_address(source), VRRP_GROUP_V4, ttl, VRRP_PROTOCOL, bytes(message)))


def _shortened(datagram: bytes) -> bytes:
    packet = Packet(Address(datagram[12:16]), VRRP_GROUP_V4, 255, VRRP_PROTOCOL, datagram[20:-4])
    return encode_ipv4(packet)


BAD = (
    _datagram(ttl=64),
    _datagram(at=0, octet=0x22),
    _datagram(at=6, octet=0x12, mended=False),
    _shortened(_datagram()),
    _datagram(authentication_type=0, authentication_data=bytes(8)),
    _datagram(authentication_type=9),
    _datagram(authentication_data=b"2222".ljust(8, b"\0")),
    _datagram(addresses=(HEARD.addresses[0], parse_address("192.168.123.200"))),
    _datagram(virtual_router_id=77),
)
FOR_QUIET = _datagram(virtual_router_id=52, addresses=(QUIET.addresses[0].address,), authentication_type=0, authentication_data=bytes(8))
ZERO_PRIORITY, LOWER = _datagram(priority=0), _datagram(priority=100)
STORY: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    (r"\(quiet\) Entering BACKUP STATE", ()),
    (r"received lower priority \(100\)", (FOR_QUIET, _datagram(), *BAD, _datagram(priority=150), LOWER)),
    ("Entering MASTER STATE", (ZERO_PRIORITY,)),
    ("Entering BACKUP STATE", (*BAD, LOWER, ZERO_PRIORITY, _datagram())),
    ("Entering MASTER STATE", (ZERO_PRIORITY,)),
    ("Entering BACKUP STATE", (_datagram(priority=150), _datagram(priority=150, source="192.168.123.102"))),
    ("Entering MASTER STATE", (ZERO_PRIORITY,)),
)
"""What keepalived is to say next, after which packets."""


@frozen
class Core:
    """The core and its reports, driven by hand."""

    state: NodeState
    now: Instant = Instant(0)
    counts: Counter[Key] = field(factory=Counter)
    journals: dict[Identity, Journal] = field(factory=dict)
    lines: list[str] = field(factory=list)

    def take(self, event: NodeEvent) -> "Core":
        transition = node_step(NODE, self.state, event, self.now)
        for outcome in transition.steps:
            self.counts.update(tally(outcome))
            who = outcome.router.identity
            self.journals[who], lines = enter(self.journals.get(who, BLANK), outcome, self.now, detail=True)
            self.lines.extend(lines)
        return evolve(self, state=transition.state)

    def wait(self) -> "Core":
        """Let a Skew_Time pass."""
        deadline = next_deadline(self.state)
        assert deadline is not None
        there = evolve(self, now=deadline)
        return there.take(DeadlinesReached(due(self.state, deadline)))


def _play(core: Core, chapter: tuple[str, tuple[bytes, ...]]) -> Core:
    expected, datagrams = chapter
    for datagram in datagrams:
        core = core.take(DatagramReceived("eth0", datagram))
    return core.wait() if expected == "Entering MASTER STATE" else core


def _ours() -> Core:
    core = Core(initial(NODE, LINKS.values())).take(Startup())
    for chapter in STORY:
        core = _play(core, chapter)
    return core


def _real(lan: TwoRouters, keepalived: Peer) -> Process:
    process = keepalived.start(lan.a, TEXT)
    for expected, datagrams in STORY:
        said = len(process.lines)
        ethernet = bytes.fromhex(VRRP_GROUP_MAC.replace(":", "") + "020000000003" + "0800")
        inject(lan.h, "eth0", *(ethernet + datagram for datagram in datagrams))
        process.wait_for_line(expected, after=said if datagrams else 0)
    announced = "Sending gratuitous ARP on eth0 for 192.168.123.110"
    wait_until(lambda: sum(announced in line.text for line in process.lines[said:]) == GARP.repeat, 5, "every announcement")
    return process


def _dump(process: Process, host: Host, number: signal.Signals, name: str) -> str:
    file = host.file(f"/tmp/{name}")
    file.unlink(missing_ok=True)
    process.signal(number)
    ending = {"keepalived.stats": r"    Sent: \d+\n\Z", "keepalived.data": r"< Interfaces >(.|\n)*Name = eth1(.|\n)*\n\Z"}[name]
    return wait_until(lambda: _complete(file, ending), 5, f"{name} written")


def _complete(file: Path, ending: str) -> str:
    """Return what the file holds once it is all there, nothing before."""
    text = file.read_text() if file.exists() else ""
    return text if "quiet" in text and re.search(ending, text) else ""


def _without_time(line: str) -> str:
    return re.sub(r"^\w{3} \w{3} [ \d]\d [\d:.]+ \d{4}: ", "", line)


def _spoken(lines: Sequence[str]) -> list[str]:
    """What is about VI_1 and announcements; without the sender that we add and keepalived's silence about whom it follows."""
    about = [line for line in map(_without_time, lines) if line.startswith(("(VI_1)", "Sending gratuitous"))]
    return [re.sub(r" \(from [\d.]+\)$", "", line) for line in about if not re.search(r"\) master (set|changed)", line)]


def test_statistics_are_real_keepalived_s_byte_for_byte(lan: TwoRouters, keepalived: Peer) -> None:
    process = _real(lan, keepalived)
    assert render_stats(NODE.routers, _ours().counts) == _dump(process, lan.a, signal.SIGUSR2, "keepalived.stats")


def test_the_log_is_real_keepalived_s_line_for_line(lan: TwoRouters, keepalived: Peer) -> None:
    process = _real(lan, keepalived)
    ours = _spoken(_ours().lines)
    real = wait_until(lambda: found if len(found := _spoken([line.text for line in process.lines])) >= len(ours) else [], 5, "the log")
    assert ours == real


def test_the_dump_holds_nothing_but_keepalived_s_lines(lan: TwoRouters, keepalived: Peer) -> None:
    process = _real(lan, keepalived)
    core = _ours()
    clock = WallClock(core.now, 0, ZERO)
    real = _dump(process, lan.a, signal.SIGUSR1, "keepalived.data").splitlines()
    ours = render_data(CONFIGURATION, core.state, core.journals, clock).splitlines()
    changing = re.compile(r"(Last transition|Read timeout|Master down timer|IPv6 address|Password) = .*")
    # keepalived notes of static addresses, too, that they are set: we give them to the kernel and ask no more
    static = "     192.168.123.150/24 dev eth0 scope global"
    remaining = iter([changing.sub(r"\1", line).replace(f"{static} set", static) for line in real])
    for line in ours:
        assert changing.sub(r"\1", line) in remaining, f"not keepalived's, or out of order: {line}"


def test_a_fault_is_reported_as_real_keepalived_does_with_its_reason(lan: TwoRouters, keepalived: Peer) -> None:
    process = _real(lan, keepalived)
    before = len(process.lines)
    lan.a.set_link("eth1", up=False)
    process.wait_for_line("removing VIPs", after=before)
    core = _ours()
    said = len(core.lines)
    core = core.take(LinkChanged("eth1", evolve(LINKS["eth1"], up=False)))
    assert [re.sub(r" \(interface eth1 down\)$", "", line) for line in core.lines[said:]] == _spoken(
        [line.text for line in process.lines[before:]]
    )
    real = _dump(process, lan.a, signal.SIGUSR2, "keepalived.stats")
    ours = render_stats(NODE.routers, core.counts)
    # keepalived sends its last advertisement twice, and counts priority zero once; RFC 3768 wants one
    assert ours == real.replace("    Sent: 8\n", "    Sent: 7\n", 1) != real
    assert "   Fault = interface eth1 down, since " in render_data(CONFIGURATION, core.state, core.journals, WallClock(core.now, 0, ZERO))
