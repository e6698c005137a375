"""What we put on the wire is what real keepalived puts there for the same configuration, byte for byte, and is clean to tshark."""

from collections import Counter
from functools import partial
from itertools import groupby
from pathlib import Path

import pytest

from conformance.demo.configuration import VIRTUAL_ADDRESS
from conformance.lab.capture import Capture, Frame
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.waiting import wait_until
from kaspec.address import parse_address
from tests.interop.scenes import EVER, SEED, Performances, Scene, mac_of, perform
from tests.interop.tshark import needs_tshark, read_fields

INSTANCE = """
vrrp_instance {name} {{
    state BACKUP
    interface eth0
    virtual_router_id {vrid}
    priority {priority}
    advert_int {interval}
    {authentication}
    virtual_ipaddress {{
        {addresses}
    }}
}}
"""


def _instance(name: str, vrid: int, priority: int, interval: int, password: str | None, *addresses: str) -> str:
    authentication = f"authentication {{\n auth_type PASS\n auth_pass {password}\n }}" if password else ""
    listed = "\n        ".join(addresses)
    return INSTANCE.format(name=name, vrid=vrid, priority=priority, interval=interval, authentication=authentication, addresses=listed)


TEXT = "".join(
    (
        SEED["a"],
        _instance("owner", 255, 255, 1, None, "192.168.123.10/24"),
        _instance("three", 1, 254, 1, None, "192.168.123.22/24", "10.1.2.3/32", "192.168.123.21/24"),
        _instance("long", 7, 150, 2, "12345678", "192.168.123.30/24"),
        _instance("short", 8, 1, 1, "x", "192.168.123.40/24 dev eth1"),
    )
)
INSTANCES = 5
BURSTS = 2
"""Gratuitous ARP goes out on becoming Master and once more garp_master_delay later."""
ADDRESSES_ON_ETH0, REPEAT = 6, 5
IP_ID, IP_CHECKSUM = slice(18, 20), slice(24, 26)


def life(peer: Peer, scene: Scene) -> list[Frame]:
    """Let one daemon become Master of everything, announce all of it, and stop; return every VRRP and ARP frame it sent."""
    process = scene.start(scene.a, peer, TEXT)

    def sent(kind: bytes) -> list[Frame]:
        return [frame for frame in scene.capture.frames if frame.data[12:14] == kind and frame.source_mac == mac_of("a")]

    wait_until(lambda: len(sent(b"\x08\x06")) >= ADDRESSES_ON_ETH0 * REPEAT * BURSTS, 20, "every announcement")
    wait_until(lambda: len({advert.advertisement.virtual_router_id for advert in scene.adverts(scene.a)}) == INSTANCES, 5, "every advert")
    assert process.stop() == 0
    wait_until(lambda: len(scene.adverts(scene.a, EVER, priority_zero=True)) >= INSTANCES, 2, "every farewell")
    return sorted(sent(b"\x08\x06") + [frame for frame in sent(b"\x08\x00") if frame.data[23] == 112], key=lambda frame: frame.at)


@pytest.fixture(scope="module")
def performances() -> Performances[list[Frame]]:
    return perform({peer.name: partial(life, peer) for peer in (KASPEC, KEEPALIVED) if peer.available})


@pytest.fixture
def ours(performances: Performances[list[Frame]]) -> list[Frame]:
    return performances.of("kaspec")


@pytest.fixture
def real(performances: Performances[list[Frame]]) -> list[Frame]:
    if "keepalived" not in performances.outcomes:
        pytest.skip("needs the Debian package keepalived")
    return performances.of("keepalived")


def _comparable(frame: Frame) -> bytes:
    """An IP datagram without its identification, which counts up, and the IP checksum that covers it."""
    data = bytearray(frame.data)
    if data[12:14] == b"\x08\x00":
        data[IP_ID] = data[IP_CHECKSUM] = bytes(2)
    return bytes(data)


def _adverts(frames: list[Frame]) -> list[bytes]:
    return [_comparable(frame) for frame in frames if frame.data[12:14] == b"\x08\x00"]


def _announcements(frames: list[Frame]) -> list[bytes]:
    return [frame.data for frame in frames if frame.data[12:14] == b"\x08\x06"]


def test_every_advert_is_real_keepalived_s_byte_for_byte(ours: list[Frame], real: list[Frame]) -> None:
    assert set(_adverts(ours)) == set(_adverts(real))
    assert len(set(_adverts(ours))) == 2 * INSTANCES


def test_every_farewell_is_sent_once_as_real_keepalived_does(ours: list[Frame], real: list[Frame]) -> None:
    farewells, theirs = (Counter(advert for advert in _adverts(frames) if advert[36] == 0) for frames in (ours, real))
    assert farewells == theirs
    assert set(farewells.values()) == {1}


def test_gratuitous_arp_is_real_keepalived_s_byte_for_byte_and_as_often(ours: list[Frame], real: list[Frame]) -> None:
    assert Counter(_announcements(ours)) == Counter(_announcements(real))
    assert len(set(_announcements(ours))) == ADDRESSES_ON_ETH0


def test_an_address_is_announced_after_the_advert_that_takes_it_as_real_keepalived_does(ours: list[Frame], real: list[Frame]) -> None:
    def beginning(frames: list[Frame]) -> list[bytes]:
        return [frame for frame, _ in groupby(_comparable(frame) for frame in frames if _is_of_the_seed(frame.data))][:2]

    assert [frame[12:14] for frame in beginning(ours)] == [b"\x08\x00", b"\x08\x06"]
    assert beginning(ours) == beginning(real)


def _is_of_the_seed(frame: bytes) -> bool:
    return frame[38:42] == parse_address(VIRTUAL_ADDRESS) if frame[12:14] == b"\x08\x06" else frame[35] == 100


FIELDS = {
    "eth.dst": "01:00:5e:00:00:12",
    "ip.ttl": "255",
    "ip.dsfield": "0xc0",
    "ip.hdr_len": "20",
    "ip.dst": "224.0.0.18",
    "ip.checksum.status": "1",
    "vrrp.checksum.status": "1",
    "vrrp.typever": "33",
    "_ws.expert": "",
    "_ws.malformed": "",
}


def test_every_packet_is_clean_to_tshark(ours: list[Frame], tmp_path: Path) -> None:
    needs_tshark()
    file = tmp_path / "ours.pcap"
    Capture(ours).write(file)
    rows = read_fields(file, "vrrp", (*FIELDS, "ip.len", "vrrp.addr_count"))
    assert len(rows) == len(_adverts(ours))
    for row in rows:
        assert {name: row[name] for name in FIELDS} == FIELDS
        assert int(row["ip.len"]) == 20 + 16 + 4 * int(row["vrrp.addr_count"])
    announcements = read_fields(file, "arp", ("arp.isgratuitous", "arp.opcode", "eth.dst", "_ws.expert", "_ws.malformed"))
    assert len(announcements) == len(_announcements(ours))
    assert {tuple(row.values()) for row in announcements} == {("1", "1", "ff:ff:ff:ff:ff:ff", "", "")}


def test_tshark_would_see_a_wrong_checksum(ours: list[Frame], tmp_path: Path) -> None:
    needs_tshark()
    frame = next(frame for frame in ours if frame.data[12:14] == b"\x08\x00")
    broken = bytes([*frame.data[:36], frame.data[36] ^ 1, *frame.data[37:]])
    Capture([Frame(frame.at, broken)]).write(tmp_path / "broken.pcap")
    (row,) = read_fields(tmp_path / "broken.pcap", "vrrp", ("vrrp.checksum.status", "_ws.expert"))
    assert row["vrrp.checksum.status"] == "0"
    assert row["_ws.expert"]
