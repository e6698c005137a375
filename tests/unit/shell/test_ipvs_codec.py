"""IPVS's messages byte by byte, as include/uapi/linux/ip_vs.h has them on a little-endian machine."""

from kaspec.address import parse_address
from kaspec.lvs.model import AddressService, MarkService
from kaspec.lvs.plan import AddDestination, AddService, DeleteDestination, DeleteService, SetDestination, SetService
from kaspec.lvs.settings import Forwarding, SyncDaemon, Timeouts
from kaspec.lvs.table import Destination, ServiceSettings
from kaspec.units import SECOND, Interval
from shell.ipvs import codec

FAMILY = 0x22
WEB = AddressService(parse_address("192.0.2.1"), 80, "TCP")
KEY = "0600010002000000060002000600000008000300c00002010600040000500000"
STICKY = ServiceSettings("wrr", ("flag-2",), False, Interval(300 * SECOND), 24)
SETTINGS = "08000600777272000c00070011000000ffffffff080008002c01000008000900ffffff00"
SERVER = Destination(parse_address("198.51.100.2"), 8080, Forwarding("TUN", "gue", 6080, "csum"), 7, 10, 5)
SERVER_KEY = "08000100c6336402060002001f90000006000b0002000000"
SERVER_REST = (
    "0800030002000000" "0800040007000000" "080005000a000000" "0800060005000000"
    "05000d0001000000" "06000e0017c00000" "06000f0001000000"
)  # fmt: skip


def nest(kind: int, inside: str) -> str:
    return (len(inside) // 2 + 4).to_bytes(2, "little").hex() + kind.to_bytes(2, "little").hex() + inside


def message(command: int, body: str = "", flags: int = 1) -> bytes:
    inside = bytes.fromhex(body)
    head = (20 + len(inside)).to_bytes(4, "little") + FAMILY.to_bytes(2, "little") + flags.to_bytes(2, "little") + bytes(8)
    return head + bytes((command, 1, 0, 0)) + inside


def test_services() -> None:
    assert codec.write(FAMILY, AddService(WEB, STICKY)) == message(1, nest(1, KEY + SETTINGS))
    assert codec.write(FAMILY, SetService(WEB, STICKY)) == message(2, nest(1, KEY + SETTINGS))
    assert codec.write(FAMILY, DeleteService(WEB)) == message(3, nest(1, KEY))


def test_destinations() -> None:
    """The port of a tunnel is in network order, which is where pyroute2 errs."""
    assert codec.write(FAMILY, AddDestination(WEB, SERVER)) == message(5, nest(1, KEY) + nest(2, SERVER_KEY + SERVER_REST))
    assert codec.write(FAMILY, SetDestination(WEB, SERVER)) == message(6, nest(1, KEY) + nest(2, SERVER_KEY + SERVER_REST))
    assert codec.write(FAMILY, DeleteDestination(WEB, SERVER)) == message(7, nest(1, KEY) + nest(2, SERVER_KEY))


def test_a_mark_of_ipv6_has_a_prefix_length_for_a_netmask() -> None:
    mark = MarkService(7, 6)
    settings = ServiceSettings("rr", granularity=128)
    body = "060001000a000000080005000700000007000600727200000c00070000000000ffffffff08000800000000000800090080000000"
    assert codec.write(FAMILY, AddService(mark, settings)) == message(1, nest(1, body))


def test_what_concerns_the_whole() -> None:
    assert codec.flush_wanted(FAMILY) == message(17)
    assert codec.zeroing(FAMILY) == message(16)
    assert codec.information_wanted(FAMILY) == message(15)
    assert codec.timeouts_wanted(FAMILY) == message(13)
    timeouts = Timeouts(Interval(900 * SECOND), None, Interval(60 * SECOND))
    assert codec.timeouts_change(FAMILY, timeouts) == message(12, "08000400840300000800050000000000080006003c000000")
    assert codec.services_wanted(FAMILY) == message(4, flags=0x301)
    assert codec.destinations_wanted(FAMILY, WEB) == message(8, nest(1, KEY), 0x301)
    assert codec.daemons_wanted(FAMILY) == message(11, flags=0x301)


def test_the_synchronisation_daemon() -> None:
    """Its port is in host order, unlike all others."""
    daemon = SyncDaemon("eth0", "VI_1", 5, 1400, 8848, 2, parse_address("224.0.0.81"))
    body = (
        "0800010001000000" "0900020065746830" "00000000" "0800030005000000" "0600040078050000"
        "08000500e0000051" "0600070090220000" "0500080002000000"
    )  # fmt: skip
    assert codec.daemon_start(FAMILY, daemon, codec.MASTER) == message(9, nest(3, body))
    assert codec.daemon_stop(FAMILY, codec.BACKUP) == message(10, nest(3, "0800010002000000"))
