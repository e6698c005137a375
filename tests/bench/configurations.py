"""Large configurations, and how long the daemons take to test one."""

import os
import subprocess
import tempfile
import time
from pathlib import Path
from textwrap import indent

from conformance.lab.peers import SEARCH_PATH, Peer

SERVICES, SERVERS, WEIGHTS = 1000, 10, 100
TCP_CHECK = """
TCP_CHECK {
    connect_timeout 3
    retry 3
    delay_before_retry 3
}
"""
HTTP_GET = """
HTTP_GET {
    url {
        path /ok
        status_code 200
    }
    connect_timeout 3
    retry 3
    delay_before_retry 3
}
"""
REAL_SERVERS = "172.16.0.0/12"
"""Where all real servers are."""


def large(services: int = SERVICES, servers: int = SERVERS, check: str = TCP_CHECK, delay_loop: int = 6) -> str:
    """Return a configuration of virtual servers; of 1000 with 10 real servers each, 127 000 lines.

    No two real servers have one address, and their weights differ.
    """
    blocks = (_service(number, servers, check, delay_loop) for number in range(services))
    return "global_defs {\n    router_id lvs-1\n}\n" + "".join(blocks)


def virtual_address(number: int) -> str:
    """Return the address of a virtual server."""
    high, low = divmod(number, 250)
    return f"10.{high}.{low}.1"


def testing(peer: Peer) -> float:
    """Return seconds of a whole process that tests the large configuration and exits."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "large.conf"
        path.write_text(large())
        begun = time.monotonic()
        command = (*peer.command, "-t", "-f", str(path))
        subprocess.run(command, env={**os.environ, "PATH": SEARCH_PATH}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return time.monotonic() - begun


def _service(number: int, servers: int, check: str, delay_loop: int) -> str:
    high, low = divmod(number, 250)
    head = (
        f"\nvirtual_server {virtual_address(number)} 80 {{\n    delay_loop {delay_loop}\n    lb_algo rr\n    lb_kind DR\n    protocol TCP\n"
    )
    each = ((f"172.{16 + high}.{low}.{server}", 1 + (number * servers + server) * 37 % WEIGHTS) for server in range(1, servers + 1))
    return head + "".join(_server(address, weight, check) for address, weight in each) + "}\n"


def _server(address: str, weight: int, check: str) -> str:
    return f"""
    real_server {address} 80 {{
        weight {weight}
        inhibit_on_failure
{indent(check, " " * 8)}    }}

"""
