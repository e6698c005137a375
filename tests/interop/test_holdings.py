"""What a Master holds, on a real kernel: as keepalived has it, and put back in place when somebody takes it away."""

import re
import subprocess
from pathlib import Path

import pytest

from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.waiting import wait_until
from tests.interop.conftest import TwoRouters

EVERYTHING = (Path(__file__).parent / "holdings.conf").read_text()
SHOWN = (
    ("-d", "address", "show", "dev", "eth0"),
    ("-d", "-4", "route", "show", "table", "all"),
    ("-d", "-6", "route", "show", "table", "all"),
    ("-d", "rule"),
    ("-d", "-6", "rule"),
)
FLEETING = re.compile(r"expires \d+sec|(valid_lft|preferred_lft) \S+|promiscuity.*")
LINK_SCOPED = "unicast 10.61.0.0/16 dev eth0 table main proto keepalived scope "
"""A route without a gateway: of the link for iproute2 and us, global for keepalived, which no gateway can then be behind."""
MASTER, BACKUP = "Entering MASTER STATE", "Entering BACKUP STATE"


def run(host: Host, *command: str) -> str:
    """Run a command in the host."""
    return subprocess.run(command, check=True, capture_output=True, text=True, preexec_fn=host.namespace.enter).stdout


def kernel_of(host: Host) -> list[str]:
    """Return all that ip shows, less what is counted down."""
    return [FLEETING.sub("", line).rstrip() for what in SHOWN for line in run(host, "ip", *what).splitlines()]


def held(host: Host, peer: Peer) -> tuple[list[str], list[str], list[str]]:
    """Return what the kernel has when the daemon is Backup, when it is Master, and when it has stopped."""
    process = peer.start(host, EVERYTHING)
    process.wait_for_line(re.escape(BACKUP))
    wait_until(lambda: any("10.9.8.0/24" in line for line in kernel_of(host)), 5, "the static rules")
    backup = kernel_of(host)
    process.wait_for_line(re.escape(MASTER), 10)
    wait_until(lambda: any(line.startswith("77:") for line in kernel_of(host)), 5, "the virtual rules")
    wait_until(lambda: any("2001:db8:2::" in line for line in kernel_of(host)), 5, "the virtual routes")
    master = kernel_of(host)
    process.stop()
    return backup, master, kernel_of(host)


@pytest.mark.skipif(not KEEPALIVED.available, reason="needs keepalived")
def test_the_kernel_holds_what_keepalived_has_it_hold(lan: TwoRouters) -> None:
    """As Backup (the static items), as Master and afterwards: equal but for the scope of a route to the link."""
    before = kernel_of(lan.a)
    theirs, ours = held(lan.a, KEEPALIVED), held(lan.a, KASPEC)
    for ours_then, theirs_then in zip(ours, theirs, strict=True):
        assert [line for line in ours_then if not line.startswith(LINK_SCOPED)] == [
            line for line in theirs_then if not line.startswith(LINK_SCOPED)
        ]
    assert [line for line in ours[1] if line.startswith(LINK_SCOPED)] == [f"{LINK_SCOPED}link"]
    assert [line for line in theirs[1] if line.startswith(LINK_SCOPED)] == [f"{LINK_SCOPED}global"]
    assert ours[2] == before


THEFTS = (
    (("address", "delete", "192.168.123.100/24", "dev", "eth0"), "192.168.123.100/24 dev eth0 was removed by"),
    (("address", "delete", "10.60.0.1/24", "dev", "eth0"), "10.60.0.1/24 dev eth0 was removed by"),
    (("-6", "address", "delete", "2001:db8::1/64", "dev", "eth0"), "2001:db8::1/64 dev eth0 was removed by"),
    (("route", "delete", "10.61.0.0/16"), "route 10.61.0.0/16 dev eth0 was removed by"),
    (("-6", "route", "delete", "2001:db8:1::/64", "metric", "4"), "route 2001:db8:1::/64 via 2001:db8::9 was removed by"),
    (("rule", "delete", "preference", "77"), "rule 77 to 10.2.0.0/24 was removed by"),
    (("route", "delete", "10.50.0.0/16"), "static route 10.50.0.0/16 via 192.168.123.1 dev eth0 was removed by"),
    (("address", "delete", "10.77.0.1/24", "dev", "eth0"), "static 10.77.0.1/24 dev eth0 was removed by"),
    (("rule", "delete", "preference", "16384"), "static rule 16384 from 10.9.9.0/24 was removed by"),
)


def test_what_somebody_takes_away_is_put_back_in_place(lan: TwoRouters) -> None:
    """Each is there again, with who did it in the log; the virtual router stays what it is and says nothing about it."""
    process = KASPEC.start(lan.a, EVERYTHING)
    process.wait_for_line(re.escape(MASTER), 10)
    wait_until(lambda: any("2001:db8:2::" in line for line in kernel_of(lan.a)), 5, "the virtual routes")
    whole = sorted(kernel_of(lan.a))
    for theft, told in THEFTS:
        after = len(process.lines)
        run(lan.a, "ip", *theft)
        process.wait_for_line(re.escape(told) + r".*: it is put back", after=after)
        wait_until(lambda: sorted(kernel_of(lan.a)) == whole, 5, f"everything as before ip {' '.join(theft)}")
    said = [line.text for line in process.lines]
    became = next(place for place, line in enumerate(said) if MASTER in line)
    assert not [line for line in said[became + 1 :] if "STATE" in line]
    assert process.stop() == 0


def test_a_thief_is_answered_ever_more_slowly(lan: TwoRouters) -> None:
    process = KASPEC.start(lan.a, EVERYTHING)
    process.wait_for_line(re.escape(MASTER), 10)
    for _ in range(5):
        wait_until(lambda: lan.a.holds("192.168.123.100"), 5, "the address")
        run(lan.a, "ip", "address", "delete", "192.168.123.100/24", "dev", "eth0")
    wait_until(lambda: lan.a.holds("192.168.123.100"), 10, "the address in the end")
    assert process.stop() == 0


def test_a_static_address_waits_for_its_interface_and_a_lost_link_takes_no_route_for_good(lan: TwoRouters) -> None:
    statics = "static_ipaddress {{\n10.88.0.1/24 dev eth1\n}}\nstatic_routes {{\n10.89.0.0/16 via 10.88.0.2 dev eth1\n}}\n".format()
    everything = EVERYTHING.replace("10.20.1.1 scope link", "10.20.1.1 scope link\n10.20.3.1 peer 10.20.3.2")
    process = KASPEC.start(lan.a, statics + everything)
    process.wait_for_line(re.escape(MASTER), 10)
    wait_until(lambda: "inet 10.20.3.1 peer 10.20.3.2/32" in run(lan.a, "ip", "address"), 5, "a point-to-point address")
    assert "10.88.0.1/24" in lan.a.addresses("eth1")
    lan.a.netlink.link("del", index=lan.a.index("eth1"))
    process.wait_for_line("Interface eth1 deleted", 5)
    lan.a.netlink.link("add", ifname="eth1", kind="veth", peer="eth9")
    for name in ("eth1", "eth9"):
        lan.a.set_link(name, up=True)
    wait_until(lambda: "10.88.0.1/24" in lan.a.addresses("eth1"), 5, "the static address on the new interface")
    wait_until(lambda: "10.89.0.0/16" in run(lan.a, "ip", "route"), 5, "the static route through it")
    assert process.stop() == 0
    assert "10.88.0.1/24" not in lan.a.addresses("eth1")
    assert "10.20.3.1" not in run(lan.a, "ip", "address")  # keepalived leaves it
