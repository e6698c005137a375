"""255 virtual routers at a tenth of a second on a LAN that loses packets: who takes over, and when, the core says.

It says so of the packets that arrived.  Which these are is told by a packet socket on the Backup's own interface, behind the switch that
loses, with the kernel's time stamps.
"""

import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import pytest
from attrs import define, field

from conformance.lab.capture import packet_socket
from conformance.lab.listening import listening
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC
from conformance.lab.stamping import stamp as stamp_of
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import Address, parse_address
from kaspec.units import MILLISECOND, SECOND, Instant, Interval
from kaspec.vrrp.intervals import master_down_interval
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, decode_ipv4
from tests.interop.conftest import TwoRouters

pytestmark = pytest.mark.alone

ROUTERS = 255
INTERVAL = Interval(100 * MILLISECOND)
PRIORITIES = {"a": 150, "b": 100}
DURATION = 60
LOST_PERCENT = 5
DOWN = master_down_interval(3, PRIORITIES["b"], INTERVAL)
LATE = Interval(150 * MILLISECOND)
"""How much later than the core's figure a takeover may be on a busy machine."""
UNDER_WAY = Interval(20 * MILLISECOND)
"""What came so shortly before b's own advert may have come after b had decided to send it."""
LOSS = f"""
table bridge loss {{
    chain forward {{
        type filter hook forward priority 0; policy accept;
        ether type ip ip protocol 112 numgen random mod 100 < {LOST_PERCENT} counter drop
    }}
}}
"""


@define
class Heard:
    """When an advert of each virtual router came to b, and when b sent one itself; priority 0 counts as neither."""

    came: defaultdict[int, list[Instant]] = field(factory=lambda: defaultdict(list))
    sent: defaultdict[int, list[Instant]] = field(factory=lambda: defaultdict(list))
    own: Address = parse_address("192.168.123.102")

    def take(self, at: Instant, frame: bytes) -> None:
        """Note a frame."""
        packet = decode_ipv4(frame[14:]) if frame[12:14] == b"\x08\x00" else None
        if isinstance(packet, Packet) and packet.protocol == VRRP_PROTOCOL and packet.payload[2]:
            (self.sent if packet.source == self.own else self.came)[packet.payload[1]].append(at)


@contextmanager
def hearing(host: Host) -> Iterator[Heard]:
    """Note every advert at a host's interface until left."""
    heard, tap = Heard(), packet_socket(host, "eth0")

    def read(socket: object) -> None:
        assert socket is tap
        data, ancillary, _, _ = tap.recvmsg(2048, 64)
        heard.take(stamp_of(ancillary), data)

    with listening({tap: read}):
        yield heard


def configuration(name: str) -> str:
    """Return 255 virtual routers."""
    instances = (
        f"vrrp_instance V{vrid} {{\n version 3\n interface eth0\n virtual_router_id {vrid}\n priority {PRIORITIES[name]}\n"
        f" advert_int 0.1\n virtual_ipaddress {{\n 10.0.{vrid}.1/32\n }}\n}}\n"
        for vrid in range(1, ROUTERS + 1)
    )
    return f"global_defs {{\n router_id {name}\n vrrp_garp_master_delay 0\n}}\n" + "".join(instances)


def nft(host: Host, *words: str, ruleset: str = "") -> str:
    """Run nft(8) in a host; return what it says."""
    command = ["nft", *words]
    return subprocess.run(command, input=ruleset, capture_output=True, text=True, check=True, preexec_fn=host.namespace.enter).stdout


def takeovers(sent: Sequence[Instant], came: Sequence[Instant]) -> list[Instant]:
    """Return when b became Master: each advert of its own that is the first since it heard one."""
    events = sorted([(at, True) for at in sent] + [(at, False) for at in came])
    return [at for (_, before), (at, ours) in pairwise([(Instant(0), False), *events]) if ours and not before]


def test_nobody_takes_over_but_for_the_packets_that_were_lost(lan: TwoRouters) -> None:
    master = KASPEC.start(lan.a, configuration("a"))
    master.wait_for_line(rf"\(V{ROUTERS}\) Entering MASTER STATE", timeout=20)
    backup = KASPEC.start(lan.b, configuration("b"))
    with hearing(lan.b) as heard:
        wait_until(lambda: len(heard.came) == ROUTERS and min(map(len, heard.came.values())) > 5, 20, "adverts of every virtual router")
        subprocess.run(["nft", "-f", "-"], input=LOSS, text=True, check=True, preexec_fn=lan.lab.switch.namespace.enter)
        began = wall_clock()
        wait_until(lambda: wall_clock() - began > DURATION * SECOND, DURATION + 10, "the end of the minute")
        ended = Instant(wall_clock() - SECOND)
    lost = nft(lan.lab.switch, "list", "table", "bridge", "loss")
    assert backup.stop() == master.stop() == 0
    false, missed, rightly = [], [], 0
    for vrid in range(1, ROUTERS + 1):
        came, sent = heard.came[vrid], heard.sent[vrid]
        for at in takeovers(sent, came):
            last = max(arrived for arrived in came if arrived < at - UNDER_WAY)
            false += [(vrid, at, at - last)] if at - last < DOWN else []
            rightly += at - last >= DOWN
        for before, after in pairwise(each for each in came if each < ended):
            due = Instant(before + DOWN)
            if after > due + LATE and not any(due <= at <= due + LATE for at in sent):
                missed.append((vrid, before, after - before))
    print(f"{rightly} takeovers, each after {DOWN} us of silence or more; {lost.split('counter ')[1].split(' drop')[0]}")
    assert false == [], "took over although an advert had come"
    assert missed == [], "did not take over although none had come"
    assert rightly, "nothing was lost often enough to show anything"


def test_a_backup_that_was_not_let_run_hears_all_that_came_before_it_takes_over(lan: TwoRouters) -> None:
    """More waits then than is taken at once, the oldest of it older than Master_Down_Interval."""
    master = KASPEC.start(lan.a, configuration("a"))
    master.wait_for_line(rf"\(V{ROUTERS}\) Entering MASTER STATE", timeout=20)
    backup = KASPEC.start(lan.b, configuration("b"))
    backup.wait_for_line(rf"\(V{ROUTERS}\) Entering BACKUP STATE", timeout=20)
    with hearing(lan.b) as heard:
        wait_until(lambda: len(heard.came) == ROUTERS and min(map(len, heard.came.values())) > 5, 20, "adverts of every virtual router")
        (child,) = backup.children()
        for _ in range(3):
            os.kill(child, signal.SIGSTOP)
            time.sleep(1.2 * DOWN / SECOND)
            os.kill(child, signal.SIGCONT)
            time.sleep(0.5)
    assert not any(heard.sent.values())
