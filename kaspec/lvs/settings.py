"""What is said about LVS before any virtual server is: the settings of ``global_defs``, and how packets may reach a server."""

from typing import Literal

from kaspec.address import Address
from kaspec.frozen import frozen
from kaspec.health.credentials import Credentials
from kaspec.units import Interval


@frozen
class Forwarding:
    """``lvs_method``: how packets reach a server; ``port`` and ``checksum`` are a tunnel's."""

    method: Literal["NAT", "DR", "TUN"]
    tunnel: Literal["ipip", "gue", "gre"] | None = None
    port: int | None = None
    checksum: Literal["nocsum", "csum", "remcsum"] | None = None


NAT = Forwarding("NAT")


@frozen
class Timeouts:
    """IPVS's timeouts of connections, ``None`` to leave the kernel's."""

    tcp: Interval | None = None
    tcpfin: Interval | None = None
    udp: Interval | None = None


@frozen
class SyncDaemon:
    """``lvs_sync_daemon``: the interface, the instance whose state it follows, and the daemon's settings."""

    interface: str
    instance: str | None = None
    identifier: int | None = None
    longest: int | None = None
    port: int | None = None
    ttl: int | None = None
    group: Address | None = None


@frozen
class LvsSettings:
    """What ``global_defs`` says about LVS; every field has its keyword's name.

    ``lvs_flush_on_stop`` empties the whole table (``""``), removes our virtual servers (``"VS"``), or does neither by itself (``None``):
    then ours are removed as well, unless the process is to leave them behind.  ``credentials`` are those of the ``SSL`` block.
    """

    lvs_timeouts: Timeouts | None = None
    lvs_flush: bool = False
    lvs_flush_on_stop: str | None = None
    lvs_sync_daemon: SyncDaemon | None = None
    checker_log_all_failures: bool = False
    smtp_alert_checker: bool | None = None
    no_checker_emails: bool = False
    rs_init_notifies: bool = False
    credentials: Credentials = Credentials()
