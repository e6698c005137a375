"""What is held, as it is told: beside keepalived's dump, and when somebody else puts a virtual address on a host that is not Master."""

import re
import signal

import pytest

from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from tests.interop.conftest import TwoRouters
from tests.interop.test_holdings import BACKUP, EVERYTHING, MASTER, run
from tests.interop.test_statistics import DATA_END, dump

TITLES = re.compile(r"------< Static|   Virtual (IP|Routes|Rules)")
INSTANCE = """
vrrp_instance VI_1 {{
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority {priority}
    {more}
    virtual_ipaddress {{
        192.168.123.100/24
    }}
}}
"""


def told(process: Process, host: Host) -> list[str]:
    """Return what ``keepalived.data`` says of addresses, routes and rules."""
    found, listed = [], False
    for line in dump(host, process, signal.SIGUSR1, "keepalived.data", DATA_END).splitlines():
        listed = bool(TITLES.match(line)) or (listed and line.startswith("     "))
        found += [line] if listed else []
    return found


def held(host: Host, peer: Peer) -> list[str]:
    """Return that of a Master that holds one of everything."""
    process = peer.start(host, EVERYTHING)
    process.wait_for_line(re.escape(MASTER), 15)
    wait_until(lambda: "2001:db8:2::" in run(host, "ip", "-6", "route"), 5, "the virtual routes")
    found = told(process, host)
    process.stop()
    return found


@pytest.mark.skipif(not KEEPALIVED.available, reason="needs keepalived")
def test_the_dump_lists_what_is_held_as_keepalived_s_does(lan: TwoRouters) -> None:
    theirs, ours = held(lan.a, KEEPALIVED), held(lan.a, KASPEC)
    assert len(ours) > 40
    assert ours == theirs


def test_an_address_that_somebody_else_adds_to_a_backup_is_told(lan: TwoRouters) -> None:
    """It stays, since whoever put it there may mean it; the log and the dump say so, and a Master's own address is never told."""
    master = KASPEC.start(lan.b, INSTANCE.format(priority=200, more=""))
    master.wait_for_line(re.escape(MASTER), 15)
    backup = KASPEC.start(lan.a, INSTANCE.format(priority=100, more=""))
    backup.wait_for_line(re.escape(BACKUP), 10)
    run(lan.a, "ip", "address", "add", "192.168.123.100/24", "dev", "eth0")
    backup.wait_for_line(r"\(VI_1\) 192\.168\.123\.100/24 dev eth0 was added by somebody else while BACKUP", 10)
    assert "Here though we are not Master = 192.168.123.100/24 dev eth0" in dump(lan.a, backup, signal.SIGUSR1, "keepalived.data", DATA_END)
    assert lan.a.holds("192.168.123.100")
    assert backup.stop() == 0
    assert master.stop() == 0
    assert not [line for line in master.lines if "somebody else" in line.text]


def promoting(host: Host) -> str:
    """Return what the kernel has for eth0."""
    return run(host, "cat", "/proc/sys/net/ipv4/conf/eth0/promote_secondaries").strip()


def test_promote_secondaries_is_set_while_running_and_put_back(lan: TwoRouters) -> None:
    run(lan.a, "sysctl", "-qw", "net.ipv4.conf.eth0.promote_secondaries=0")
    process = KASPEC.start(lan.a, INSTANCE.format(priority=100, more="promote_secondaries"))
    process.wait_for_line(re.escape(MASTER), 15)
    wait_until(lambda: promoting(lan.a) == "1", 5, "promote_secondaries")
    assert process.stop() == 0
    assert promoting(lan.a) == "0"
