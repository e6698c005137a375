"""Every way to authenticate and to address advertisements, ours beside real keepalived in either role: election, clean stop, return.

a (priority 150) and b (100) take turns.  What keys make is judged by the peer, which must believe it, and by tshark, which must find no
fault; a wrong password and a packet heard before must change nothing.
"""

from functools import partial
from pathlib import Path

import pytest
from attrs import frozen

from conformance.lab.capture import Capture
from conformance.lab.inject import inject
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import Address, parse_address
from kaspec.units import Instant, seconds
from kaspec.vrrp.intervals import skew_time
from kaspec.vrrp.router import Version
from tests.interop.conftest import TwoRouters
from tests.interop.scenes import Performances, Scene, perform
from tests.interop.tshark import faults, needs_tshark, read_fields

KEY = "hex:" + "0123456789abcdef" * 4
SLACK = 400_000
"""Microseconds that a busy machine may be late."""
COMPLAINTS = (
    "IPSEC",
    "expecting",
    "invalid",
    "Invalid",
    "mismatch",
    "too short",
    "too long",
    "not a unicast peer",
    "auth_hmac",
    "Expected",
    "bug",
)
"""Words of log lines about packets that are not as they should be."""


@frozen
class Way:
    """How two routers speak: the lines of their instances (``{own}`` and ``{other}`` are addresses), where from, and where to."""

    lines: str
    version: Version = 2
    family: int = 4
    interval: str = "1"
    interface: str = "interface eth0"

    def address(self, host: str) -> str:
        """The address that a host speaks from."""
        last = {"a": 101, "b": 102}[host]
        return f"192.168.123.{last}" if self.family == 4 else f"fd99::{last}"

    def configuration(self, host: str) -> str:
        """The file of a host."""
        other = "b" if host == "a" else "a"
        return FILE.format(
            version=self.version,
            interface=self.interface,
            priority=150 if host == "a" else 100,
            interval=self.interval,
            lines=self.lines.format(own=self.address(host), other=self.address(other)),
            address="192.168.123.100/24 dev eth0" if self.family == 4 else "fe80::100/64\n        fd99::100/64",
        )


FILE = """\
global_defs {{
    vrrp_version {version}
}}
vrrp_instance VI_1 {{
    state BACKUP
    {interface}
    virtual_router_id 51
    priority {priority}
    advert_int {interval}
    {lines}
    virtual_ipaddress {{
        {address}
    }}
}}
"""
PASS = "authentication {{\n auth_type PASS\n auth_pass s3cr3t\n }}\n"
AH = "authentication {{\n auth_type AH\n auth_pass s3cr3t\n }}\n"
UNICAST = "unicast_src_ip {own}\n unicast_peer {{\n {other}\n }}\n"
HMAC = f"auth_hmac {{{{\n key 1 {KEY}\n }}}}\n"
WAYS = {
    "none": Way(""),
    "PASS": Way(PASS),
    "AH": Way(AH),
    "unicast": Way(UNICAST),
    "unicast, AH": Way(UNICAST + AH),
    "unicast, checked": Way(UNICAST + "check_unicast_src\n unicast_ttl 7\n"),
    "another group": Way("mcast_dst_ip 224.0.0.99\n"),
    "unicast, version 3": Way(UNICAST, 3, interval="0.2"),
    "unicast, IPv6": Way(UNICAST, 3, 6, "0.2"),
}
OURS = {
    "unicast, on no interface, beside a peer out of reach": Way(UNICAST.replace("{other}", "203.0.113.9\n {other}"), interface=""),
    "auth_hmac": Way(HMAC, 3, interval="0.2"),
    "auth_hmac, version 2": Way(HMAC),
    "auth_hmac, IPv6": Way(HMAC, 3, 6, "0.2"),
    "auth_hmac, unicast, IPv6": Way(UNICAST + HMAC, 3, 6, "0.2"),
}
"""What keepalived 2.2.7 has not: it refuses an instance without an interface."""
PAIRS = ((KASPEC, KEEPALIVED), (KEEPALIVED, KASPEC))
STORIES = {
    **{f"{name}, {pair[0].name} and {pair[1].name}": (way, pair) for name, way in WAYS.items() for pair in PAIRS},
    **{f"{name}, ours alone": (way, (KASPEC, KASPEC)) for name, way in OURS.items()},
}


@pytest.fixture
def town(lan: TwoRouters) -> TwoRouters:
    """The LAN with IPv6 addresses too."""
    furnish(lan.a, lan.b)
    return lan


def furnish(*hosts: Host) -> None:
    """Give hosts IPv6 addresses of their own, without duplicate detection."""
    for host, last in zip(hosts, (101, 102), strict=True):
        host.netlink.addr("add", index=host.index("eth0"), address=f"fd99::{last}", prefixlen=64, flags=0x02)


def adverts(capture: Capture, source: str, since: Instant, zero: bool = False) -> list[Instant]:
    """When a router advertised since then: a priority, or (``zero``) that it goes."""
    sender: Address = parse_address(source)
    found = (advert for advert in capture.adverts if advert.source == sender and advert.at >= since)
    return [advert.at for advert in found if (advert.advertisement.priority == 0) == zero]


def first_of(capture: Capture, source: str, since: Instant, zero: bool = False, count: int = 1) -> Instant:
    """Wait for an advertisement."""
    return wait_until(lambda: adverts(capture, source, since, zero)[count - 1 :], 12, f"{count} advertisements of {source}")[0]


def link_local(way: Way, host: Host) -> str:
    """What a router really speaks from: IPv6 multicast comes from the link-local address."""
    return host.link_local("eth0") if way.family == 6 and "unicast" not in way.lines else way.address(host.name)


def complaints(*processes: Process) -> list[str]:
    return [line.text for process in processes for line in process.lines if any(word in line.text for word in COMPLAINTS)]


@frozen
class Story:
    """How long the takeover after priority 0 took, what the second router said when it should not have, and all that was on the wire."""

    took: int
    disturbed: list[Instant]
    complaints: list[str]
    capture: Capture


def tell(way: Way, pair: tuple[Peer, Peer], scene: Scene) -> Story:
    """The first is Master, the second Backup; the first stops, the second takes over; the first returns and is Master again."""
    first, second = pair
    furnish(scene.a, scene.b)
    began, capture = wall_clock(), scene.capture
    here, there = link_local(way, scene.a), link_local(way, scene.b)
    a = first.start(scene.a, way.configuration("a"))
    first_of(capture, here, began)
    b = second.start(scene.b, way.configuration("b"))
    heard = b.wait_for_line("Entering BACKUP STATE", timeout=15).at
    first_of(capture, here, heard, count=5)
    disturbed = adverts(capture, there, began)
    assert a.stop() == 0
    farewell = first_of(capture, here, began, zero=True)
    taken = first_of(capture, there, farewell)
    first_of(capture, there, farewell, count=3)
    again = first.start(scene.a, way.configuration("a"))
    returned = first_of(capture, here, farewell)
    first_of(capture, here, returned, count=3)
    disturbed += [at for at in adverts(capture, there, returned) if at > returned + SLACK]
    found = complaints(a, b, again)
    again.stop()
    b.stop()
    return Story(taken - farewell, disturbed, found, capture)


@pytest.fixture(scope="module")
def performances() -> Performances[Story]:
    runnable = {name: story for name, story in STORIES.items() if all(peer.available for peer in story[1])}
    return perform({name: partial(tell, *story) for name, story in runnable.items()}, 6)


@pytest.mark.usefixtures("keepalived")
@pytest.mark.parametrize("name", STORIES)
def test_two_routers_take_turns(name: str, performances: Performances[Story], tmp_path: Path) -> None:
    way, _ = STORIES[name]
    story = performances.of(name)
    skew = skew_time(way.version, 100, seconds(way.interval))
    assert skew - SLACK // 8 <= story.took <= skew + SLACK
    assert story.disturbed == []
    assert story.complaints == []
    judge(story.capture, tmp_path / "lan.pcap", bare=HMAC not in way.lines or way.family == 6)


def judge(capture: Capture, file: Path, bare: bool) -> None:
    """Let tshark look at every packet.  It knows no trailer, and in IPv4 counts it into the checksum, which covers the message alone."""
    needs_tshark()
    capture.write(file)
    assert len(read_fields(file, "vrrp", ("frame.number",))) >= 5
    assert [fault for fault in faults(file) if bare or "Bad checksum" not in fault["_ws.expert.message"]] == []


def replayed(capture: Capture, source: str) -> bytes:
    """The last frame that a router sent to the group in an authentication header."""
    sender = parse_address(source)
    return next(frame.data for frame in reversed(capture.frames) if frame.data[23:24] == b"\x33" and frame.data[26:30] == sender)


@pytest.mark.parametrize("peer", [KASPEC, KEEPALIVED], ids=lambda peer: peer.name)
def test_a_packet_heard_before_and_a_wrong_password_change_nothing(town: TwoRouters, capture: Capture, peer: Peer) -> None:
    """Our Backup behind a Master that dies: what an attacker sends again, or makes with another password, does not keep it waiting."""
    way, began = WAYS["AH"], wall_clock()
    peer.start(town.a, way.configuration("a"))
    first_of(capture, way.address("a"), began)
    backup = KASPEC.start(town.b, way.configuration("b"))
    heard = backup.wait_for_line("Entering BACKUP STATE").at
    last = first_of(capture, way.address("a"), heard, count=2)
    old = replayed(capture, way.address("a"))
    forged = old[:46] + bytes([old[46] ^ 1]) + old[47:]
    inject(town.h, "eth0", old, forged)
    backup.wait_for_line("sequence number .* already processed")
    backup.wait_for_line("invalid IPSEC HMAC-MD5 value")
    town.lab.power_off(town.a)
    first_seen = {frame.data: frame.at for frame in reversed(capture.frames) if frame.data != forged}
    last = max(set(adverts(capture, way.address("a"), last)) & set(first_seen.values()))  # of its own: not what was sent again

    def taken() -> list[Instant]:
        inject(town.h, "eth0", forged)
        return adverts(capture, way.address("b"), last)

    waited = wait_until(taken, 8, "b is Master")[0] - last
    assert 3_609_375 - SLACK // 8 <= waited <= 3_609_375 + SLACK
    backup.stop()


def test_two_passwords_make_two_masters_and_each_says_why(town: TwoRouters, capture: Capture) -> None:
    """Ours and keepalived with different passwords believe nothing of each other; the password is never told."""
    way, began = WAYS["AH"], wall_clock()
    ours = KASPEC.start(town.a, way.configuration("a").replace("s3cr3t", "another8"))
    theirs = KEEPALIVED.start(town.b, way.configuration("b"))
    first_of(capture, way.address("a"), began, count=3)
    first_of(capture, way.address("b"), began)  # and no second one: whatever it hears postpones its advertisements
    for process in (ours, theirs):
        process.wait_for_line("invalid IPSEC HMAC-MD5 value")
        assert not any("another8" in line.text or "s3cr3t" in line.text for line in process.lines)
        process.stop()
