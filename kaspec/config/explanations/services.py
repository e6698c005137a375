"""Traps of virtual servers."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation


def _service(lines: str = "protocol TCP\nlb_algo wlc", servers: tuple[str, ...] = ("198.51.100.1 80",), checked: bool = True) -> str:
    """Return a virtual server with those settings and real servers."""
    check = "        TCP_CHECK {\n            connect_timeout 3\n        }\n" if checked else ""
    blocks = "".join(f"    real_server {server} {{\n{check}    }}\n" for server in servers)
    settings = "".join(f"    {line}\n" for line in lines.splitlines())
    return f"virtual_server 192.0.2.100 80 {{\n{settings}{blocks}}}\n"


_DIRECT = "protocol TCP\nlb_algo wlc\nlb_kind DR"
_QUORUM = "protocol TCP\nlb_algo wlc\nquorum {}\nhysteresis {}"
_PAIR = ("198.51.100.1 80", "198.51.100.2 80")

EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.PROTOCOL_MISSING: Explanation(
        "Nearly every service is TCP, but the default is UDP: connections are then not balanced but refused, and the checks look fine.",
        _service("lb_algo wlc"),
        _service(),
        inside=False,
    ),
    kinds.SCHEDULER_MISSING: Explanation(
        "Without a scheduler keepalived logs an error and takes weighted least connections.",
        _service("protocol TCP"),
        _service(),
        inside=False,
    ),
    kinds.SERVICE_TWICE: Explanation(
        "The kernel knows a service by address, port and protocol, so both blocks write to the same entry, each removing what the other "
        "added.",
        _service() + _service(),
        _service() + _service("protocol UDP\nlb_algo wlc"),
        inside=False,
    ),
    kinds.ENGINE_IDLE: Explanation(
        "An engine looks into packets for what makes two of them one client's; without persistence the kernel has no use for that, and "
        "keepalived leaves the engine out.",
        _service("protocol UDP\nlb_algo wlc\npersistence_engine sip"),
        _service("protocol UDP\nlb_algo wlc\npersistence_engine sip\npersistence_timeout 300"),
        inside=False,
    ),
    kinds.SERVER_TWICE: Explanation(
        "The kernel has one entry for both, while two checkers decide about it.",
        _service(servers=("198.51.100.1 80", "198.51.100.1 80")),
        _service(servers=_PAIR),
        inside=False,
    ),
    kinds.SERVER_IS_SERVICE: Explanation(
        "A packet for the service would be sent to the service. A real server is another address, of another host or of this one.",
        _service(servers=("192.0.2.100 80",)),
        _service(),
        inside=False,
    ),
    kinds.PORT_DIFFERS: Explanation(
        "With DR and TUN the packet arrives as the client sent it, so its port is the virtual server's. keepalived corrects it silently, "
        "and the server listens on another port.",
        _service(_DIRECT, ("198.51.100.1 8080",)),
        _service(_DIRECT),
        inside=False,
    ),
    kinds.QUORUM_BEYOND: Explanation(
        "The service counts as up when what is alive weighs at least the quorum. More than everything together can never be alive.",
        _service(_QUORUM.format(3, 0), _PAIR),
        _service(_QUORUM.format(2, 0), _PAIR),
        inside=False,
    ),
    kinds.HYSTERESIS_BEYOND: Explanation(
        "The service goes down when what is alive weighs less than quorum - hysteresis, and comes up at quorum + hysteresis. With a "
        "hysteresis as large as the quorum it would never go down.",
        _service(_QUORUM.format(2, 2), _PAIR),
        _service(_QUORUM.format(2, 1), _PAIR),
        inside=False,
    ),
    kinds.SYNC_DAEMON_IDLE: Explanation(
        "The director that is Master tells the others of its connections, so the kernel's synchronisation daemon sends on the Master and "
        "receives on the others. Without an instance nobody knows which of both it is to do, and none is started.",
        "global_defs {\n    lvs_sync_daemon eth0\n}\n",
        "global_defs {\n    lvs_sync_daemon eth0 inst VI_1\n}\n"
        "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.100/24\n    }\n}\n",
        inside=False,
    ),
    kinds.SERVER_UNCHECKED: Explanation(
        "A server is taken out of service when a checker says that it is dead. Without one it never is.",
        _service(checked=False),
        _service(),
        inside=False,
    ),
}
