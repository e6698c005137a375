"""A large configuration, and how long the daemons take to test it."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from conformance.lab.peers import SEARCH_PATH, Peer

SERVICES, SERVERS = 1000, 10


def large(services: int = SERVICES, servers: int = SERVERS) -> str:
    """Return a configuration of virtual servers; of 1000 with 10 real servers each, 127 000 lines."""
    return "global_defs {\n    router_id lvs-1\n}\n" + "".join(_service(number, servers) for number in range(services))


def testing(peer: Peer) -> float:
    """Return seconds of a whole process that tests the large configuration and exits."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "large.conf"
        path.write_text(large())
        begun = time.monotonic()
        command = (*peer.command, "-t", "-f", str(path))
        subprocess.run(command, env={**os.environ, "PATH": SEARCH_PATH}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return time.monotonic() - begun


def _service(number: int, servers: int) -> str:
    high, low = divmod(number, 250)
    head = f"\nvirtual_server 10.{high}.{low}.1 80 {{\n    delay_loop 6\n    lb_algo rr\n    lb_kind DR\n    protocol TCP\n"
    return head + "".join(_server(f"172.{16 + high}.{low}.{server}") for server in range(1, servers + 1)) + "}\n"


def _server(address: str) -> str:
    return f"""
    real_server {address} 80 {{
        weight 1
        inhibit_on_failure

        TCP_CHECK {{
            connect_timeout 3
            retry 3
            delay_before_retry 3
        }}
    }}

"""
