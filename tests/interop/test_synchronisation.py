"""``lvs_sync_daemon`` where the kernel has no IPVS (with it: tests/lvs): that is said, and VRRP goes on as if nothing were."""

import signal
from pathlib import Path

from conformance.lab.peers import Peer
from tests.interop.conftest import TwoRouters

CONFIGURATION = """
global_defs {
    lvs_sync_daemon eth0 inst VI_1
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.168.123.100/24
    }
}
"""
MISSING = r"lvs_sync_daemon cannot be started: this kernel has no IPVS: load the module ip_vs.*VRRP goes on without it"


def test_without_ipvs_vrrp_lives_and_says_what_is_missing_at_each_reload_that_could_find_it(lan: TwoRouters, kaspec: Peer) -> None:
    process = kaspec.start(lan.a, CONFIGURATION)
    process.wait_for_line(r"\(VI_1\) Entering MASTER STATE", 15)
    before = len(process.lines)
    process.signal(signal.SIGHUP)
    process.wait_for_line("Reload complete", 10, after=before)
    process.wait_for_line("Initializing ipvs", 5, after=before)
    if not Path("/proc/net/ip_vs").exists():
        process.wait_for_line(MISSING, 5)
        process.wait_for_line(MISSING, 5, after=before)
    assert process.stop(10) == 0
    assert not lan.a.holds("192.168.123.100")
