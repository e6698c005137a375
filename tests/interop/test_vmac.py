"""Virtual MAC addresses and accept mode on a real LAN: what hosts and switches see of us is what they see of real keepalived."""

import signal
import subprocess
from collections.abc import Iterator

import pytest

from conformance.lab.capture import Capture, Frame
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from kaspec.units import SECOND, Interval
from kaspec.vrrp.intervals import master_down_interval
from tests.interop.conftest import TwoRouters

PEERS = [pytest.param(KASPEC, id="kaspec"), pytest.param(KEEPALIVED, id="keepalived")]
VIRTUAL, VIRTUAL_6 = "192.168.123.100", "2001:db8::100"
MAC, MAC_6 = "00:00:5e:00:01:33", "00:00:5e:00:02:34"
PATIENCE = 10.0
INSTANCE = """
vrrp_instance {name} {{
    interface eth0
    virtual_router_id {vrid}
    priority {priority}
    advert_int 1
    {more}
    virtual_ipaddress {{
        {addresses}
    }}
}}
"""


def ipv4(priority: int = 150, more: str = "use_vmac") -> str:
    """Return an IPv4 instance, VRID 51."""
    return INSTANCE.format(name="VI_4", vrid=51, priority=priority, more=more, addresses=f"{VIRTUAL}/32")


def ipv6(priority: int = 150, more: str = "use_vmac") -> str:
    """Return an IPv6 instance, VRID 52."""
    return INSTANCE.format(name="VI_6", vrid=52, priority=priority, more=more, addresses=f"fe80::100/64\n        {VIRTUAL_6}/64")


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest) -> Peer:
    found: Peer = request.param
    if not found.available:
        pytest.skip("needs the Debian package keepalived")
    return found


@pytest.fixture(autouse=True)
def client(lan: TwoRouters) -> Host:
    lan.h.set_address("eth0", "2001:db8::1/64")
    return lan.h


@pytest.fixture
def running() -> Iterator[list[Process]]:
    """Daemons that end with the test."""
    started: list[Process] = []
    yield started
    for process in started:
        if process.alive:
            process.stop()


def started(running: list[Process], peer: Peer, host: Host, text: str) -> Process:
    """Start a daemon."""
    running.append(peer.start(host, text))
    return running[-1]


def become_master(running: list[Process], peer: Peer, host: Host, text: str) -> Process:
    """Start a daemon and wait until every instance of it is Master."""
    process = started(running, peer, host, text)
    for number in range(text.count("vrrp_instance")):
        process.wait_for_line(rf"\(VI_{(4, 6)[number] if 'VI_4' in text else 6}\) Entering MASTER STATE", timeout=PATIENCE)
    return process


def command(host: Host, *words: str) -> str:
    """Run a program in a host; return what it says."""
    return subprocess.run(
        words, capture_output=True, text=True, check=False, preexec_fn=host.namespace.enter, stdin=subprocess.DEVNULL
    ).stdout


def answers(host: Host, address: str) -> bool:
    """Tell whether an address answers a host's echo requests."""
    return "bytes from" in command(host, "ping", "-c", "3", "-i", "0.2", "-W", "1", address)


def neighbour(host: Host, address: str) -> str:
    """Return the MAC address that a host has for an address."""
    words = command(host, "ip", "neigh", "show", address).split()
    return words[words.index("lladdr") + 1] if "lladdr" in words else ""


def from_virtual_mac(capture: Capture) -> list[Frame]:
    """Return what was sent under a virtual MAC address."""
    return [frame for frame in capture.frames if frame.source_mac.startswith("00:00:5e:00:0")]


def is_vrrp(frame: Frame) -> bool:
    """Tell whether a frame is an advertisement of either family."""
    next_header = {b"\x08\x00": 23, b"\x86\xdd": 20}.get(frame.data[12:14])
    return next_header is not None and frame.data[next_header] == 112


def is_membership(frame: Frame) -> bool:
    """Tell whether a frame is IGMP or MLD."""
    return (frame.data[12:14] == b"\x08\x00" and frame.data[23] == 2) or (frame.data[12:14] == b"\x86\xdd" and frame.data[20] == 0)


def test_advertisements_and_addresses_have_the_virtual_mac(lan: TwoRouters, capture: Capture, peer: Peer, running: list[Process]) -> None:
    become_master(running, peer, lan.a, ipv4() + ipv6())
    wait_until(lambda: len({frame.source_mac for frame in filter(is_vrrp, capture.frames)}) == 2, PATIENCE, "adverts of both families")
    assert {frame.source_mac for frame in filter(is_vrrp, capture.frames)} == {MAC, MAC_6}
    assert answers(lan.h, VIRTUAL)
    assert answers(lan.h, VIRTUAL_6)
    if peer is KASPEC:  # keepalived 2.2.7 answers by eth0 and asks there in the virtual address's name: hosts learn eth0's MAC address
        assert neighbour(lan.h, VIRTUAL) == MAC
    assert neighbour(lan.h, VIRTUAL_6) == MAC_6
    assert not [frame for frame in from_virtual_mac(capture) if is_membership(frame)], "switches would be led astray"


def test_nothing_is_left_when_it_stops(lan: TwoRouters, running: list[Process]) -> None:
    before = command(lan.a, "sysctl", "net.ipv4.conf.eth0")
    process = become_master(running, KASPEC, lan.a, ipv4() + ipv6())
    assert "vrrp.51@eth0" in command(lan.a, "ip", "-br", "link")
    assert process.stop() == 0
    assert "vrrp" not in command(lan.a, "ip", "-br", "link")
    assert command(lan.a, "sysctl", "net.ipv4.conf.eth0") == before
    assert command(lan.a, "nft", "list", "ruleset") == ""


@pytest.mark.parametrize(("first", "second"), [(KASPEC, KEEPALIVED), (KEEPALIVED, KASPEC), (KASPEC, KASPEC)])
def test_a_takeover_leaves_the_virtual_mac_in_a_client_s_cache(
    lan: TwoRouters, capture: Capture, running: list[Process], first: Peer, second: Peer, keepalived: Peer
) -> None:
    assert keepalived.available
    master = become_master(running, first, lan.a, ipv4(150))
    backup = started(running, second, lan.b, ipv4(100))
    backup.wait_for_line("Entering BACKUP STATE", timeout=PATIENCE)
    assert answers(lan.h, VIRTUAL)
    if first is KASPEC:
        assert neighbour(lan.h, VIRTUAL) == MAC
    master.stop()
    backup.wait_for_line("Sending/queueing gratuitous", timeout=PATIENCE)
    wait_until(lambda: neighbour(lan.h, VIRTUAL) == MAC, PATIENCE, "the virtual MAC in the client's cache")
    assert answers(lan.h, VIRTUAL)
    assert {frame.source_mac for frame in filter(is_vrrp, capture.frames)} == {MAC}


def test_adverts_may_leave_by_the_base_interface(lan: TwoRouters, capture: Capture, peer: Peer, running: list[Process]) -> None:
    become_master(running, peer, lan.a, ipv4(more="use_vmac\n    vmac_xmit_base"))
    wait_until(lambda: any(map(is_vrrp, capture.frames)), PATIENCE, "an advert")
    assert {frame.source_mac for frame in filter(is_vrrp, capture.frames)} == {"02:00:00:00:00:01"}
    assert answers(lan.h, VIRTUAL)
    if peer is KASPEC:
        assert neighbour(lan.h, VIRTUAL) == MAC


def test_what_is_not_accepted_is_reached_but_does_not_answer(lan: TwoRouters, peer: Peer, running: list[Process]) -> None:
    become_master(running, peer, lan.a, ipv4(more="no_accept") + ipv6(more="no_accept"))
    assert not answers(lan.h, VIRTUAL)
    assert not answers(lan.h, VIRTUAL_6)
    assert neighbour(lan.h, VIRTUAL) == neighbour(lan.h, VIRTUAL_6) == "02:00:00:00:00:01", "or nobody could route by it"


def test_an_interface_that_somebody_removes_is_made_again(lan: TwoRouters, running: list[Process]) -> None:
    process = become_master(running, KASPEC, lan.a, ipv4())
    seen = len(process.lines)
    command(lan.a, "ip", "link", "del", "vrrp.51")
    process.wait_for_line("Success creating VMAC interface vrrp.51 over eth0", timeout=PATIENCE, after=seen)
    down = master_down_interval(2, 150, SECOND)
    process.wait_for_line("Entering MASTER STATE", timeout=Interval(down + 2 * SECOND) / SECOND, after=seen)
    assert answers(lan.h, VIRTUAL)


def test_a_reload_makes_and_removes_interfaces_and_rules(lan: TwoRouters, running: list[Process]) -> None:
    process = become_master(running, KASPEC, lan.a, ipv4(more="no_accept"))
    file = lan.a.file("/run") / "kaspec.conf"
    file.write_text(ipv4(more="use_vmac"))
    process.signal(signal.SIGHUP)
    process.wait_for_line("Reload complete", timeout=PATIENCE)
    wait_until(lambda: f"ip daddr {VIRTUAL}" not in command(lan.a, "nft", "list", "ruleset"), PATIENCE, "the new rules")
    assert "vrrp.51@eth0" in command(lan.a, "ip", "-br", "link")
    seen = len(process.lines)
    file.write_text(ipv4(more=""))
    process.signal(signal.SIGHUP)
    process.wait_for_line("Reload complete", timeout=PATIENCE, after=seen)
    wait_until(lambda: command(lan.a, "nft", "list", "ruleset") == "", PATIENCE, "no rules")
    assert "vrrp" not in command(lan.a, "ip", "-br", "link")
