"""SNMP through Debian's snmpd: the walk of a router beside that of keepalived 2.2.7, notifications, and masters that come and go."""

import re
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from conformance.lab.inject import advert_frame, inject
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from tests.interop.conftest import TwoRouters
from tests.interop.manager import (
    KEEPALIVED_MIB,
    VRRP_MIB,
    VRRPV3_MIB,
    Listener,
    Trap,
    asked,
    missing_packages,
    start_master,
    walk,
)

CONFIGURATION = (Path(__file__).parent / "snmp.conf").read_text()
STATES = f"{KEEPALIVED_MIB}.2.3.1.4"
GROUP_CHANGED, INSTANCE_CHANGED = f"{KEEPALIVED_MIB}.2.10.0.1", f"{KEEPALIVED_MIB}.2.10.0.2"
FIELDS = {"vrid": 51, "priority": 100, "addrlist": ["192.168.123.100", "192.0.2.101"]}
SECRET = {"authtype": 1, "auth1": int.from_bytes(b"secr"), "auth2": int.from_bytes(b"et\0\0")}
WRONG: tuple[tuple[dict[str, object] | bytes, int], ...] = (
    (FIELDS | {"authtype": 1, "auth1": 0, "auth2": 0}, 255),
    (FIELDS | {"authtype": 0}, 255),
    (FIELDS | {"authtype": 7}, 255),
    (FIELDS | SECRET, 254),
    (FIELDS | SECRET | {"chksum": 1}, 255),
    (bytes.fromhex("31336402006400 00c0a87b64c0000265"), 255),
)
"""Another password, none, a type that nobody knows; then what comes from afar, is damaged, of another version: scapy's fields, and TTL."""
REFUSED = (f"{VRRP_MIB}.0.2", f"{VRRPV3_MIB}.0.2")
CHANGES = 12
"""Of state: of four virtual routers, each to Backup, Master and the end."""
PRIORITY = f"{KEEPALIVED_MIB}.2.3.1.7.1"
DIFFERENCES: Mapping[str, str] = {
    r"9586\.100\.5\.1\.1\.0": "the program's name and version",
    r"9586\.100\.5\.2\.3\.1\.11\.": "keepalived says notTracked of a primary interface unless the instance has a track_interface",
    r"9586\.100\.5\.2\.3\.1\.27\.": "keepalived says 0, which the MIB does not know, where Accept_Mode is off",
    r"9586\.100\.5\.2\.6\.1\.10\.0\.": "keepalived says unset of static addresses, although it has set them",
    r"9586\.100\.5\.2\.6\.1\.11\.[2-9]": "keepalived says notAdvertised of every instance but the first",
    r"9586\.100\.5\.2\.12\.1\.3\.": "keepalived says the file's weight, not the track's",
    r"\.2\.1\.68\.1\.3\.1\.|\.2\.1\.68\.2\.4\.1\.": "keepalived shows the first virtual router of version 2 only, and no Master's address",
    r"\.2\.1\.207\.1\.1\.1\.1\.7\.": "keepalived says the configured priority, not the one that advertisements have",
    r"\.2\.1\.207\.1\.1\.1\.1\.12\.": "how long it has been up depends on when it is asked",
}


@pytest.fixture
def furnished(lan: TwoRouters) -> Host:
    """Host a, with what the configuration speaks of."""
    if missing := missing_packages():
        pytest.skip(f"needs {', '.join(missing)}")
    lan.a.set_link("lo", up=True)
    lan.a.set_address("eth1", "198.51.100.10/24")
    lan.a.file("/run/load").write_text("7\n")
    return lan.a


@pytest.fixture
def manager(furnished: Host) -> Iterator[Process]:
    """A master agent of host a."""
    master = start_master(furnished)
    yield master
    if master.alive:
        master.stop()


def wait_for_masters(host: Host, count: int = 4) -> None:
    wait_until(lambda: list(walk(host, STATES).values()) == ["INTEGER: 2"] * count, 20, f"{count} Masters")


def shown_by(peer: Peer, host: Host) -> dict[str, str]:
    """Run a router until it is Master of everything, and return all it shows."""
    router = peer.start(host, CONFIGURATION)
    wait_for_masters(host)
    found: dict[str, str] = {}
    for root in (KEEPALIVED_MIB, VRRP_MIB, VRRPV3_MIB):
        found |= walk(host, root)
    router.stop()
    return found


@pytest.mark.usefixtures("manager")
def test_the_walk_is_keepalived_s_but_for_what_is_known(lan: TwoRouters) -> None:
    if not KEEPALIVED.available:
        pytest.skip("needs keepalived")
    theirs, ours = shown_by(KEEPALIVED, lan.a), shown_by(KASPEC, lan.a)
    different = {name for name in theirs | ours if theirs.get(name) != ours.get(name)}
    unknown = {name: (theirs.get(name), ours.get(name)) for name in different if not any(re.search(known, name) for known in DIFFERENCES)}
    assert not unknown
    assert not [known for known in DIFFERENCES if not any(re.search(known, name) for name in different)]
    assert len(ours) > 450


@pytest.mark.usefixtures("manager")
def test_get_walk_and_bulk_agree_and_nothing_can_be_set(lan: TwoRouters) -> None:
    router = KASPEC.start(lan.a, CONFIGURATION)
    wait_for_masters(lan.a)
    steady = walk(lan.a, KEEPALIVED_MIB)
    assert walk(lan.a, KEEPALIVED_MIB, "snmpbulkwalk") == steady
    assert asked(lan.a, "snmpget", PRIORITY) == [f"{PRIORITY} = INTEGER: 150"]
    assert "No Such Instance" in asked(lan.a, "snmpget", f"{STATES}.99")[0]
    assert any("notWritable" in line or "noAccess" in line for line in asked(lan.a, "snmpset", PRIORITY, "i", "7"))
    assert asked(lan.a, "snmpget", PRIORITY) == [f"{PRIORITY} = INTEGER: 150"]
    router.stop()


@pytest.mark.usefixtures("manager")
def test_options_show_everything_wherever_the_master_is(lan: TwoRouters) -> None:
    """keepalived's ``-x`` and ``-A``."""
    silent = re.sub(r"(?m)^ *(enable_snmp|enable_traps|snmp_socket).*\n", "", CONFIGURATION)
    router = KASPEC.start(lan.a, silent, ("-x", "-A", "unix:/run/agentx"))
    wait_for_masters(lan.a)
    assert walk(lan.a, VRRP_MIB)
    assert walk(lan.a, VRRPV3_MIB)
    router.stop()


def test_masters_of_snmp_come_and_go_and_the_router_does_not_care(lan: TwoRouters, manager: Process) -> None:
    """One that dies is connected to again; one that hangs delays nobody: the router resigns at once."""
    router = KASPEC.start(lan.a, CONFIGURATION)
    wait_for_masters(lan.a)
    manager.stop()
    router.wait_for_line("SNMP: no master agent", 10)
    again = start_master(lan.a)
    wait_for_masters(lan.a)
    again.signal(signal.SIGSTOP)
    router.signal(signal.SIGTERM)
    wait_until(lambda: not router.alive, 3, "the router has ended beside a master that hangs")
    again.signal(signal.SIGCONT)
    again.stop()


@pytest.mark.usefixtures("furnished")
def test_notifications_are_keepalived_s(lan: TwoRouters) -> None:
    """From start to stop; virtual routers whose timers end at once may be told of in either order."""
    if not KEEPALIVED.available:
        pytest.skip("needs keepalived")
    theirs, ours = told_by(KEEPALIVED, lan), told_by(KASPEC, lan)
    for kind in (INSTANCE_CHANGED, GROUP_CHANGED):
        assert changes(ours, kind) == changes(theirs, kind)
    assert sorted(ours, key=repr) == sorted(theirs, key=repr)
    assert changes(ours, INSTANCE_CHANGED)["one"] == [["1", "2"], ["2", "2"], ["5", "2"]]
    assert changes(ours, INSTANCE_CHANGED)["four"] == [["1", "1"], ["2", "1"], ["5", "1"]]
    assert changes(ours, GROUP_CHANGED)["G1"] == [["1"], ["2"], ["5"]]
    assert [sum(trap.name == f"{mib}.0.1" for trap in ours) for mib in (VRRP_MIB, VRRPV3_MIB)] == [3, 4]


def told_by(peer: Peer, lan: TwoRouters) -> list[Trap]:
    """Run a router until it is Master of everything, have it hear what it refuses, stop it; return what it notified of."""
    host = lan.a
    master, listener = start_master(host), Listener.start(host)
    router = peer.start(host, CONFIGURATION)
    wait_for_masters(host)
    for message, ttl in WRONG:
        inject(lan.b, "eth0", advert_frame("192.168.123.102", "02:00:00:00:00:02", message, ttl))
    wait_until(lambda: sum(trap.name in REFUSED for trap in listener.heard) >= len(WRONG), 10, "what is refused")
    router.stop()
    wait_until(lambda: sum(map(len, changes(listener.heard, INSTANCE_CHANGED).values())) >= CHANGES, 10, "the last notifications")
    master.stop()
    return listener.whole()


def changes(told: list[Trap], kind: str) -> dict[str, list[list[str]]]:
    """Return which states were told of, by the name of an instance or group; the router's id is LAB each time."""
    found: dict[str, list[list[str]]] = {}
    for trap in told:
        if trap.name == kind:
            who, *states, router_id = (value.partition(": ")[2] for _, value in trap.bindings)
            assert router_id == '"LAB"', trap
            found.setdefault(who.strip('"'), []).append(states)
    return found
