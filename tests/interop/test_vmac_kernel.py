"""What the kernel does with the interfaces that use_vmac makes, and that the same look tells a router that does otherwise."""

from collections.abc import Iterator

import pytest

from conformance.lab.capture import Capture
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from kaspec.address import parse_address
from tests.interop.conftest import TwoRouters
from tests.interop.test_vmac import MAC, MAC_6, PEERS, VIRTUAL, VIRTUAL_6, answers, command, ipv4, ipv6, neighbour

FAR = "203.0.113.9"
OWNER = 255
PHYSICAL = "02:00:00:00:00:01"
GROUP = "ff02::1:ff00:100"
PATIENCE = 60.0


@pytest.fixture
def running() -> Iterator[list[Process]]:
    """Daemons that end with the test."""
    started: list[Process] = []
    yield started
    for process in started:
        process.kill()


@pytest.fixture(autouse=True)
def client(lan: TwoRouters) -> Host:
    lan.h.set_address("eth0", "2001:db8::1/64")
    return lan.h


def start(running: list[Process], host: Host, text: str, state: str = "MASTER", peer: Peer = KASPEC) -> None:
    """Start a daemon and wait until it is in a state."""
    process = peer.start(host, text)
    running.append(process)
    process.wait_for_line(f"Entering {state} STATE", timeout=PATIENCE)


def do(host: Host, text: str) -> None:
    """Run programs in a host, one for each line."""
    for line in text.strip().splitlines():
        command(host, *line.split())


def asked(host: Host, address: str) -> str:
    """Ask for an address anew; return the MAC address that answers."""
    do(host, f"ip neigh flush to {address}\nip -6 neigh flush to {address}")
    answers(host, address)
    return neighbour(host, address)


def test_the_master_forwards_what_is_for_the_virtual_mac(lan: TwoRouters, running: list[Process]) -> None:
    start(running, lan.a, ipv4(OWNER))
    do(lan.b, f"ip address add {FAR}/32 dev lo")
    beyond = next(word.split("/")[0] for word in command(lan.b, "ip", "-4", "-br", "addr", "show", "eth0").split() if "." in word)
    do(lan.a, f"ip route add {FAR} via {beyond}\nsysctl -w net.ipv4.ip_forward=1")
    do(lan.h, f"ip route add {FAR} via {VIRTUAL} dev eth0")
    assert answers(lan.h, FAR)
    assert neighbour(lan.h, VIRTUAL) == MAC
    do(lan.a, "sysctl -w net.ipv4.ip_forward=0")
    assert not answers(lan.h, FAR)


@pytest.mark.parametrize("peer", PEERS)
def test_a_backup_takes_what_is_for_the_virtual_mac(lan: TwoRouters, running: list[Process], peer: Peer) -> None:
    """A departure from RFC 3768 6.4.2, and keepalived's too: the interface is up in Backup, so what a switch floods is taken twice."""
    if not peer.available:
        pytest.skip("needs the Debian package keepalived")
    start(running, lan.b, ipv4(100).replace("advert_int 1", "advert_int 60"), "BACKUP", peer)
    do(lan.b, f"ip address add {FAR}/32 dev lo")
    do(lan.h, f"ip neigh replace {VIRTUAL} lladdr {MAC} dev eth0 nud permanent\nip route add {FAR} via {VIRTUAL} dev eth0")
    assert answers(lan.h, FAR)


@pytest.mark.parametrize(("more", "by"), [("use_vmac", {MAC, MAC_6}), ("", {PHYSICAL})], ids=["virtual", "physical"])
def test_at_boot_addresses_are_announced_by_the_virtual_mac_alone(
    lan: TwoRouters, capture: Capture, running: list[Process], more: str, by: set[str]
) -> None:
    """... from the first announcement on; without use_vmac the same look sees the interface's own."""
    start(running, lan.a, ipv4(OWNER, more) + ipv6(OWNER, more))
    wait_until(lambda: {address for address, _ in announced(capture)} == {VIRTUAL, VIRTUAL_6}, PATIENCE, "both to be announced")
    assert {mac for _, mac in announced(capture)} == by


def announced(capture: Capture) -> set[tuple[str, str]]:
    """Return the virtual addresses announced by ARP or neighbour discovery, each with the MAC address that said so."""
    found = set()
    for frame in capture.frames:
        kind, data = frame.data[12:14], frame.data
        if kind == b"\x08\x06" and data[28:32] == parse_address(VIRTUAL):
            found.add((VIRTUAL, frame.source_mac))
        if kind == b"\x86\xdd" and data[20] == 58 and data[54] == 136 and data[62:78] == parse_address(VIRTUAL_6):
            found.add((VIRTUAL_6, frame.source_mac))
    return found


def test_only_a_master_is_in_the_solicited_node_groups(lan: TwoRouters, running: list[Process]) -> None:
    start(running, lan.a, ipv6(OWNER))
    start(running, lan.b, ipv6(100), "BACKUP")
    assert GROUP in command(lan.a, "ip", "maddr")
    assert GROUP not in command(lan.b, "ip", "maddr")


def test_a_router_that_does_not_answer_solicitations_is_seen(lan: TwoRouters, running: list[Process]) -> None:
    start(running, lan.a, ipv6(more="no_accept"))
    assert asked(lan.h, VIRTUAL_6)
    do(lan.a, "nft add table ip6 deaf\nnft add chain ip6 deaf in { type filter hook input priority 0 ; }")
    do(lan.a, "nft add rule ip6 deaf in icmpv6 type nd-neighbor-solicit drop")
    assert not asked(lan.h, VIRTUAL_6)


def test_the_virtual_mac_makes_no_interface_identifier(lan: TwoRouters, running: list[Process]) -> None:
    start(running, lan.a, ipv6(OWNER))
    assert "vrrp" in command(lan.a, "ip", "-br", "link")
    assert "200:5eff:fe00" not in command(lan.a, "ip", "-6", "address")
    do(lan.b, f"ip link add wrong link eth0 address {MAC_6} type macvlan\nip link set wrong up")
    assert "fe80::200:5eff:fe00:234" in command(lan.b, "ip", "-6", "address")


def test_proxy_arp_answers_by_the_virtual_mac(lan: TwoRouters, running: list[Process]) -> None:
    start(running, lan.a, ipv4(OWNER))
    do(lan.h, f"ip route add {FAR} dev eth0")
    do(lan.a, f"ip route add {FAR} dev eth0\nsysctl -w net.ipv4.ip_forward=1\nsysctl -w net.ipv4.conf.vrrp/51.proxy_arp=1")
    assert asked(lan.h, FAR) == MAC
    do(lan.a, f"ip route replace {FAR} dev lo\nsysctl -w net.ipv4.conf.vrrp/51.proxy_arp=0\nsysctl -w net.ipv4.conf.eth0.proxy_arp=1")
    assert asked(lan.h, FAR) == PHYSICAL


@pytest.mark.parametrize(("forwarding", "flag"), [(1, 0x80), (0, 0)])
def test_neighbour_advertisements_have_the_router_flag_where_the_host_forwards(
    lan: TwoRouters, capture: Capture, running: list[Process], forwarding: int, flag: int
) -> None:
    do(lan.a, f"sysctl -w net.ipv6.conf.all.forwarding={forwarding}")
    start(running, lan.a, ipv6(OWNER))
    assert asked(lan.h, VIRTUAL_6) == MAC_6

    def solicited() -> list[int]:
        neighbours = [frame.data for frame in capture.frames if frame.data[12:14] == b"\x86\xdd" and frame.data[54] == 136]
        return [data[58] for data in neighbours if data[58] & 0x40]

    wait_until(lambda: bool(solicited()), PATIENCE, "an answer")
    assert {each & 0x80 for each in solicited()} == {flag}
