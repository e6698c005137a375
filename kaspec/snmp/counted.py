"""What the kernel counts, as columns of virtualServerTable and realServerTable."""

from collections.abc import Mapping

from attrs import astuple

from kaspec.lvs.counted import Counted, of_server, of_virtual
from kaspec.lvs.model import RealServer, SorryServer, VirtualServer
from kaspec.snmp.snapshot import CheckSnapshot
from kaspec.snmp.values import Value, counter, counter64, gauge


def service_counters(shown: CheckSnapshot, virtual: VirtualServer) -> Mapping[int, Value | None]:
    """What is counted of a virtual server."""
    return {} if shown.counts is None else _columns(of_virtual(shown.counts, virtual), 27, 28, 38)


def server_counters(shown: CheckSnapshot, virtual: VirtualServer, server: RealServer | SorryServer) -> Mapping[int, Value | None]:
    """What is counted of one of its servers."""
    if shown.counts is None:
        return {}
    found = of_server(shown.counts, virtual, server)
    kinds = {15: gauge(found.active), 16: gauge(found.inactive), 17: gauge(found.persistent)}
    return {**kinds, **_columns(found, 14, 18, 27)}


def _columns(found: Counted, connections: int, packets: int, wide: int) -> dict[int, Value | None]:
    """Number the columns: after packets come octets and rates, after the wide counters the rates again, each as two halves."""
    total = found.total
    columns: dict[int, Value | None] = {
        connections: gauge(total.connections),
        packets: counter(total.packets_in),
        packets + 1: counter(total.packets_out),
        packets + 2: counter64(total.octets_in),
        packets + 3: counter64(total.octets_out),
    }
    for place, number in enumerate((total.connections, total.packets_in, total.packets_out)):
        columns[wide + place] = counter64(number)
    for place, rate in enumerate(astuple(found.rate)):
        columns[packets + 4 + place] = gauge(rate)
        columns[wide + 3 + 2 * place] = gauge(rate & 0xFFFF_FFFF)
        columns[wide + 4 + 2 * place] = gauge(rate >> 32)
    return columns
