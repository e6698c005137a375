"""lc, wlc, sed, nq: the server with least to do (``ip_vs_lc.c``, ``ip_vs_wlc.c``, ``ip_vs_sed.c``, ``ip_vs_nq.c``).

The first in the list keeps a tie, so that of equal servers the newest is chosen.
"""

from collections.abc import Callable, Iterable
from typing import Literal, assert_never

from kaspec.frozen import frozen
from kaspec.lvs.schedulers.server import Server, Servers

Measure = Literal["lc", "wlc", "sed", "nq"]


@frozen
class Least:
    """A scheduler that remembers nothing but what it measures load by."""

    measure: Measure


def least_busy(state: Least, servers: Servers) -> Server | None:
    """Choose the available server with the least load.

    lc compares overheads; wlc overheads per weight; sed what a server would have per weight with one connection more, inactive ones left
    out; nq takes the first that has no active connection, else as sed.
    """
    available = [server for server in servers if server.available]
    match state.measure:
        case "lc":
            return min(available, key=lambda server: server.overhead, default=None)
        case "wlc":
            return least_by_weight(available)
        case "sed":
            return _least(available, _expected)
        case "nq":
            idle = next((server for server in available if server.active == 0), None)
            return idle or _least(available, _expected)
        case _:
            assert_never(state.measure)


def least_by_weight(servers: Iterable[Server]) -> Server | None:
    """Choose the available server with the least overhead per weight, as wlc, lblc and lblcr do."""
    return _least((server for server in servers if server.available), lambda server: server.overhead)


def _expected(server: Server) -> int:
    return server.active + 1


def _least(servers: Iterable[Server], load: Callable[[Server], int]) -> Server | None:
    """Return the first server whose load per weight no other's is below; products are compared, as the kernel has no fractions."""
    least: Server | None = None
    for server in servers:
        if least is None or load(least) * server.weight > load(server) * least.weight:
            least = server
    return least
