"""fo and ovf: the server of the highest weight, until it is gone or full (``ip_vs_fo.c``, ``ip_vs_ovf.c``)."""

from typing import Literal, assert_never

from kaspec.frozen import frozen
from kaspec.lvs.schedulers.server import Server, Servers


@frozen
class Preference:
    """fo (fail over) or ovf (overflow): neither remembers anything."""

    rule: Literal["fo", "ovf"]


def preferred(state: Preference, servers: Servers) -> Server | None:
    """Choose the available server of the highest weight, the first of several.

    ovf passes over those with more active connections than weight, so that each takes ``weight + 1`` of them.
    """
    available = [server for server in servers if server.available]
    match state.rule:
        case "fo":
            candidates = available
        case "ovf":
            candidates = [server for server in available if server.active <= server.weight]
        case _:
            assert_never(state.rule)
    return max(candidates, key=lambda server: server.weight, default=None)
