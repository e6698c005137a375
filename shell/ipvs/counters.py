"""What the kernel counts, read from the same messages as the table (include/uapi/linux/ip_vs.h, IPVS_STATS_ATTR_*).  Pure."""

from collections.abc import Iterator
from struct import Struct

from kaspec.lvs.counted import Counted, Traffic
from kaspec.lvs.model import ServerKey, Service
from shell.ipvs.codec import DESTINATION, SERVICE, bodies, nested, read_destination, read_service

_COUNTERS, _LONG_COUNTERS = 10, 12
"""Counters of 32 bits, which every kernel has, and of 64, which it has had since 4.1."""
_ACTIVE, _INACTIVE, _PERSISTENT = 7, 8, 9
_TOTAL, _RATE = range(1, 6), range(6, 11)
_U32, _U64 = Struct("=I"), Struct("=Q")


def read_services(family: int, data: bytes) -> Iterator[tuple[Service, Counted]]:
    """Read what is counted of services."""
    for found in bodies(family, data):
        inside = nested(found.get(SERVICE, b""))
        report = read_service(inside)
        if report is not None:
            yield report.service, Counted(*_traffic(inside))


def read_destinations(family: int, data: bytes) -> Iterator[tuple[ServerKey, Counted]]:
    """Read what is counted of destinations."""
    for found in bodies(family, data):
        if DESTINATION in found:
            inside = nested(found[DESTINATION])
            connections = (_number(inside, kind) for kind in (_ACTIVE, _INACTIVE, _PERSISTENT))
            yield read_destination(inside).key, Counted(*_traffic(inside), *connections)


def _traffic(found: dict[int, bytes]) -> tuple[Traffic, Traffic]:
    """Read totals and rates, the longer ones if there are any."""
    counters = nested(found.get(_LONG_COUNTERS) or found.get(_COUNTERS) or b"")
    total, rate = (Traffic(*(_number(counters, kind) for kind in kinds)) for kinds in (_TOTAL, _RATE))
    return total, rate


def _number(found: dict[int, bytes], kind: int) -> int:
    octets = found.get(kind, bytes(4))
    return int((_U64 if len(octets) == _U64.size else _U32).unpack(octets)[0])
