"""A reload that changes one of fifty virtual routers touches that one: of the others no packet, no address and no state is another."""

import re
import signal
import socket
import struct
from collections import defaultdict

from conformance.lab.capture import Advert
from conformance.lab.peers import KASPEC
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.units import SECOND, Instant
from tests.interop.scenes import Programme, Scene, is_steady, mac_of

together = Programme()
MANY = 50
CHANGED = 25
INSTANCE = """
vrrp_instance VI_{number} {{
    interface eth0
    virtual_router_id {number}
    priority 200
    garp_master_delay 0
    virtual_ipaddress {{
        192.168.{net}.{number}/24 dev eth0
    }}
}}
"""
RTM_NEWADDR, RTM_DELADDR = 20, 21
RTMGRP_IPV4_IFADDR = 0x10


def configuration(changed: bool) -> str:
    return "".join(INSTANCE.format(number=each, net=201 if changed and each == CHANGED else 200) for each in range(1, MANY + 1))


def virtual(number: int, net: int = 200) -> str:
    return f"192.168.{net}.{number}"


@together
def test_a_reload_of_one_of_fifty_touches_only_that_one(scene: Scene) -> None:
    process = KASPEC.start(scene.a, configuration(changed=False))
    wait_until(lambda: all(scene.a.holds(virtual(number)) for number in range(1, MANY + 1)), 15, "every address to be held")
    wait_until(lambda: len(_by_router(scene, Instant(0))) == MANY, 5, "every virtual router to have advertised")
    told = scene.a.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    told.bind((0, RTMGRP_IPV4_IFADDR))
    began, lines = wall_clock(), len(process.lines)
    _reload(process)
    process.wait_for_line("Reload complete", after=lines)
    wait_until(
        lambda: [len(each) >= 3 for each in _by_router(scene, began).values()] == [True] * MANY, 8, "three more advertisements of each"
    )
    _judge_packets(scene, began)
    assert _addresses_told(told) == {(RTM_NEWADDR, virtual(CHANGED, 201)), (RTM_DELADDR, virtual(CHANGED))}
    said = [line.text for line in process.lines[lines:]]
    assert not [line for line in said if "Entering" in line or "priority" in line]
    assert {int(found) for line in said for found in re.findall(r"\(VI_(\d+)\)", line)} == {CHANGED}
    told.close()
    assert process.stop() == 0


def _reload(process: Process) -> None:
    process.host.file("/run/kaspec.conf").write_text(configuration(changed=True))
    process.signal(signal.SIGHUP)


def _by_router(scene: Scene, since: Instant) -> dict[int, list[Advert]]:
    """What each virtual router has advertised since then, by VRID."""
    found = defaultdict[int, list[Advert]](list)
    for advert in scene.capture.adverts:
        if advert.at >= since:
            found[advert.advertisement.virtual_router_id].append(advert)
    return found


def _judge_packets(scene: Scene, began: Instant) -> None:
    """Every other virtual router went on with the very advertisement, a second apart; nothing else was sent but for the changed one."""
    before, since = _by_router(scene, Instant(began - 2 * SECOND)), _by_router(scene, began)
    assert set(since) == set(range(1, MANY + 1))
    for number in since.keys() - {CHANGED}:
        adverts = before[number]
        assert len({each.advertisement for each in adverts}) == 1
        assert is_steady(adverts)
    others = [frame.data for frame in scene.capture.frames if frame.at >= began and frame.source_mac == mac_of("a")]
    assert {data[38:42] for data in others if data[12:14] == b"\x08\x06"} == {socket.inet_aton(virtual(CHANGED, 201))}
    assert {data[23] for data in others if data[12:14] == b"\x08\x00"} == {112}


def _addresses_told(told: socket.socket) -> set[tuple[int, str]]:
    """What the kernel has said of IPv4 addresses that came or went: the message's type and the address."""
    found = set[tuple[int, str]]()
    told.settimeout(0)
    while True:
        try:
            data = told.recv(65536)
        except BlockingIOError:
            return found
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind in {RTM_NEWADDR, RTM_DELADDR}:
                found |= {(kind, socket.inet_ntoa(value)) for number, value in _attributes(data[24:length]) if number == 2}
            data = data[(length + 3) & ~3 :]


def _attributes(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found.append((kind, data[4:length]))
        data = data[(length + 3) & ~3 :]
    return found
