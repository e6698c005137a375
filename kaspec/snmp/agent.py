"""What the subagent answers for, where its master is, and what there is to see: functions of the configuration and a snapshot."""

import re
from collections.abc import Iterator

from kaspec.config.model import Snmp
from kaspec.frozen import frozen
from kaspec.snmp.keepalived import GLOBAL, KEEPALIVED, VRRP, keepalived_cells
from kaspec.snmp.rfc2787 import VRRP_MIB, vrrp_cells
from kaspec.snmp.rfc6527 import VRRPV3_MIB, vrrpv3_cells
from kaspec.snmp.side import Side
from kaspec.snmp.snapshot import Snapshot
from kaspec.snmp.traps import is_telling, notifications
from kaspec.snmp.values import Oid
from kaspec.snmp.view import Cell, View, view

IDENTITY: Oid = (*KEEPALIVED, 2)
"""What we are, to the master (RFC 2741 6.2.1: o.id)."""
USUAL_PLACE = "/var/agentx/master"
PORT = 705
"""RFC 2741 8.1.1."""


@frozen
class LocalPlace:
    """A master agent that listens on a socket of this machine."""

    path: str


@frozen
class RemotePlace:
    """A master agent that listens on a TCP port."""

    host: str
    port: int = PORT


def master_place(written: str | None) -> LocalPlace | RemotePlace | None:
    """Read net-snmp's ``unix:PATH``, ``PATH``, ``tcp:HOST:PORT`` or ``tcp6:[HOST]:PORT``; ``None`` if it is nothing that AgentX has."""
    text = written or USUAL_PLACE
    if text.startswith(("unix:", "/")):
        return LocalPlace(text.removeprefix("unix:"))
    found = re.fullmatch(r"(?:tcp6?:)?(?:\[(?P<v6>[^]]+)\]|(?P<host>[^:]+))(?::(?P<port>\d{1,5}))?", text)
    if found is None or (found["host"] or "").lower() in ("udp", "udp6", "unix", "tcp", "tcp6"):
        return None
    port = int(found["port"] or PORT)
    return RemotePlace(found["v6"] or found["host"], port) if 0 < port < 1 << 16 else None


def place_mistake(written: str) -> str:
    """Say what is wrong with a place that is none."""
    return f"snmp_socket {written}: AgentX goes by unix:PATH or tcp:HOST:PORT, so nothing is shown by SNMP"


def regions(settings: Snmp) -> tuple[Oid, ...]:
    """Return the subtrees to answer for: of keepalived's, what is global and what is VRRP's."""
    chosen = (
        (settings.enable_snmp_vrrp, (GLOBAL, VRRP)),
        (settings.enable_snmp_rfcv2, (VRRP_MIB,)),
        (settings.enable_snmp_rfcv3, (VRRPV3_MIB,)),
    )
    return tuple(region for is_wanted, those in chosen if is_wanted for region in those)


def shown(settings: Snmp, snapshot: Snapshot) -> View:
    """Return everything there is to see."""
    return view(_cells(settings, snapshot))


def _cells(settings: Snmp, snapshot: Snapshot) -> Iterator[Cell]:
    if settings.enable_snmp_vrrp:
        yield from keepalived_cells(snapshot)
    if settings.enable_snmp_rfcv2:
        yield from vrrp_cells(snapshot)
    if settings.enable_snmp_rfcv3:
        yield from vrrpv3_cells(snapshot)


VRRP_SIDE = Side(regions, shown, is_telling, notifications)
"""What the VRRP process shows."""
