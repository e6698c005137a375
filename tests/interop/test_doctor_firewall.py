"""Our walk of a packet filter agrees with the kernel's: the same rules, the same packet, the same fate."""

import shutil
import socket
import subprocess
from collections.abc import Iterator

import pytest
from attrs import frozen
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from conformance.lab.inject import advert_frame, inject
from conformance.lab.network import Host, open_lab
from kaspec.address import parse_address
from kaspec.doctor.firewall import Packet, advert, judge, read_nftables
from tests.interop.conftest import needs_root

SOURCE, GROUP = "192.168.123.2", "224.0.0.18"
TESTED, MARKER = 51, 99
"""Virtual router ids: of the advert that is judged, and of the one that is sent after the filter is gone."""


@frozen
class Filtered:
    """A host and its peer on one cable."""

    host: Host
    peer: Host
    ear: socket.socket

    def load(self, ruleset: str) -> str | None:
        """Load an nftables ruleset and return its listing, as ``kaspec doctor`` reads it; ``None`` if nft(8) refuses it."""
        loaded = self.run("nft", "-f", "-", text=ruleset)
        return None if loaded.returncode else self.run("nft", "-j", "list", "ruleset").stdout

    def run(self, *command: str, text: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a command in the host."""
        enter = self.host.namespace.enter
        return subprocess.run(command, input=text, text=True, capture_output=True, preexec_fn=enter, check=False)

    def lets_in(self) -> bool:
        """Tell whether an advert reaches a raw socket: if not, the next thing heard is the marker sent once the filter is gone."""
        self._send(TESTED)
        self.run("nft", "flush", "ruleset")
        self._send(MARKER)
        heard = [self._hear()]
        if heard == [TESTED]:
            heard.append(self._hear())
        assert heard[-1] == MARKER
        return TESTED in heard

    def _send(self, router_id: int) -> None:
        fields = {"vrid": router_id, "priority": 100, "addrlist": ["192.168.123.100"], "auth1": 0, "auth2": 0}
        inject(self.peer, "eth0", advert_frame(SOURCE, "02:00:00:00:00:02", fields))

    def _hear(self) -> int:
        packet = self.ear.recv(2048)
        return packet[(packet[0] & 15) * 4 + 1]


@pytest.fixture(scope="module")
def filtered() -> Iterator[Filtered]:
    needs_root()
    if shutil.which("nft") is None:
        pytest.skip("needs the Debian package nftables")
    with open_lab() as lab:
        wire, host, peer = lab.lan("wire"), lab.host("host"), lab.host("peer")
        lab.connect(host, wire, "eth0", "02:00:00:00:00:01", ["192.168.123.1/24"])
        lab.connect(peer, wire, "eth0", "02:00:00:00:00:02", [f"{SOURCE}/24"])
        with host.socket(socket.AF_INET, socket.SOCK_RAW, 112) as ear:
            membership = socket.inet_aton(GROUP) + socket.inet_aton("192.168.123.1")
            ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
            ear.settimeout(5)
            yield Filtered(host, peer, ear)


def incoming(source: str = SOURCE) -> Packet:
    address = parse_address(source)
    return advert(True, "eth0", (address, address), parse_address(GROUP))


CONDITIONS = st.sampled_from(
    [
        "iifname eth0", 'iifname "et*"', "iifname != eth0", 'iifname { "lo", "eth0" }', "iif lo",
        "meta l4proto 112", "meta l4proto != 112", "meta l4proto { tcp, vrrp }", "ip protocol 112", "ip protocol 100-120",
        "ip daddr 224.0.0.18", "ip daddr 224.0.0.0/4", "ip daddr != 224.0.0.0/8", "ip saddr 192.168.123.0/24", "ip saddr @peers",
        "ip saddr != @peers", "ip saddr 192.168.123.1-192.168.123.9", "ip saddr { 10.0.0.0/8, 192.168.123.2 }", "ip saddr 10.0.0.1",
        "ip ttl 255", "ip ttl < 255", "ip ttl >= 255", "ct state new", "ct state established,related", "ct state invalid",
        "ct state != new", "meta pkttype multicast", "meta pkttype host", "fib daddr type multicast", "fib daddr type local",
        "tcp dport 22", "tcp dport != 22", "udp sport 53", "icmp type echo-request", "ip6 nexthdr 112", "ip6 saddr != fe80::1",
        "meta nfproto ipv4", "meta nfproto ipv6", "meta mark 0", "meta mark 7", "ip dscp cs6", "ip length < 60",
        "ether saddr 02:00:00:00:00:02", "limit rate 100/second", "limit rate over 100/second", "counter", "",
        "ip saddr . ip protocol { 192.168.123.2 . 112, 10.0.0.1 . 6 }", "iifname . ip daddr { eth0 . 224.0.0.18 }",
    ]
)  # fmt: skip
VERDICTS = ["accept", "drop", "return", "continue", "counter", "reject", 'log prefix "x"', "notrack"]
MAPS = [
    "ip protocol vmap { 112 : drop, tcp : accept }", "ct state vmap { new : accept, invalid : drop }", "iifname vmap { eth0 : jump one }",
    "meta l4proto vmap @verdicts",
]  # fmt: skip


@st.composite
def rules(draw: st.DrawFn, hook: str, jumps: tuple[str, ...]) -> str:
    if draw(st.integers(0, 9)) == 0:
        mapping = draw(st.sampled_from(MAPS))
        if "jump" not in mapping or jumps:
            return mapping
    verdicts = [each for each in VERDICTS if each != "reject" or hook == "input"]
    verdicts = [each for each in verdicts if each != "notrack" or hook == "raw"]
    verdict = draw(st.sampled_from([*verdicts, *(f"{how} {name}" for name in jumps for how in ("jump", "goto"))]))
    return " ".join([*draw(st.lists(CONDITIONS, max_size=2)), verdict])


@st.composite
def chains(draw: st.DrawFn, name: str, head: str, hook: str, jumps: tuple[str, ...]) -> str:
    body = draw(st.lists(rules(hook, jumps), max_size=4))
    return "\n".join([f"  chain {name} {{", *([f"    {head}"] if head else []), *(f"    {rule}" for rule in body), "  }"])


@st.composite
def rulesets(draw: st.DrawFn) -> str:
    family = draw(st.sampled_from(["inet", "ip"]))
    policies = st.sampled_from(["accept", "drop"])
    parts = [
        "  set peers { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.123.0/29 }; }",
        "  map verdicts { type inet_proto : verdict; elements = { 112 : accept, 6 : drop }; }",
        draw(chains("two", "", "input", ())),
        draw(chains("one", "", "input", ("two",))),
        draw(chains("input", f"type filter hook input priority 0; policy {draw(policies)};", "input", ("one", "two"))),
    ]
    if draw(st.booleans()):
        parts.append(draw(chains("early", f"type filter hook prerouting priority -300; policy {draw(policies)};", "raw", ())))
    if draw(st.booleans()):
        parts.append(draw(chains("late", f"type filter hook input priority 10; policy {draw(policies)};", "input", ("two",))))
    return "\n".join([f"table {family} filter {{", *parts, "}"])


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(ruleset=rulesets())
def test_what_we_say_of_a_packet_filter_the_kernel_does(filtered: Filtered, ruleset: str) -> None:
    listing = filtered.load(ruleset)
    assume(listing is not None)  # such as a rule about TCP and about UDP at once
    assert listing is not None
    chains = read_nftables(listing)
    assert chains is not None, listing
    judgement = judge(chains, incoming())
    let_in = filtered.lets_in()
    event(judgement.verdict)
    if judgement.verdict != "unclear":
        assert let_in == (judgement.verdict == "accepted"), f"{judgement.verdict} by {judgement.at}"
