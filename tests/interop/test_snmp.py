"""SNMP through Debian's snmpd: the walk of a router beside that of keepalived 2.2.7, notifications, and masters that come and go."""

import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from scapy.layers.snmp import SNMP

from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from tests.interop.conftest import TwoRouters

CONFIGURATION = (Path(__file__).parent / "snmp.conf").read_text()
KEEPALIVED_MIB, VRRP_MIB, VRRPV3_MIB = ".1.3.6.1.4.1.9586.100.5", ".1.3.6.1.2.1.68", ".1.3.6.1.2.1.207"
STATES = f"{KEEPALIVED_MIB}.2.3.1.4"
GROUP_CHANGED, INSTANCE_CHANGED = f"{KEEPALIVED_MIB}.2.10.0.1", f"{KEEPALIVED_MIB}.2.10.0.2"
PRIORITY = f"{KEEPALIVED_MIB}.2.3.1.7.1"
SNMPD = """
master agentx
agentXSocket /run/agentx
rwcommunity public
trap2sink 127.0.0.1:1162 public
agentaddress udp:127.0.0.1:1161
"""
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
def manager(lan: TwoRouters) -> Iterator[Process]:
    """Host a, with a master agent."""
    if shutil.which("snmpd") is None or shutil.which("snmpwalk") is None:
        pytest.skip("needs snmpd and snmp")
    lan.a.set_link("lo", up=True)
    lan.a.set_address("eth1", "198.51.100.10/24")
    lan.a.file("/run/load").write_text("7\n")
    master = start_master(lan.a)
    yield master
    if master.alive:
        master.stop()


def start_master(host: Host) -> Process:
    host.file("/run/snmpd.conf").write_text(SNMPD)
    host.file("/run/agentx").unlink(missing_ok=True)
    master = Process.start(host, ("snmpd", "-f", "-C", "-c", "/run/snmpd.conf", "-Le", "-p", "/run/snmpd.pid"))
    wait_until(lambda: host.file("/run/agentx").exists(), 10, "the master agent listens")
    return master


def asked(host: Host, program: str, *arguments: str) -> list[str]:
    """Return what net-snmp's program prints: ``name = TYPE: value`` lines, continued ones joined."""
    options = ("-v2c", "-c", "public", "-m", "", "-Onxe", "-t", "1", "-r", "1")
    command = (program, *options, "127.0.0.1:1161", *arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, preexec_fn=host.namespace.enter)
    text = done.stdout + done.stderr
    return re.sub(r"\n(?!\.)", "", text).splitlines()


def walk(host: Host, root: str, program: str = "snmpwalk") -> dict[str, str]:
    pairs = (line.partition(" = ") for line in asked(host, program, root) if " = " in line)
    return {name: value.strip() for name, _, value in pairs if "No Such" not in value}


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


@pytest.mark.usefixtures("manager")
def test_notifications_tell_of_instances_groups_and_new_masters(lan: TwoRouters) -> None:
    told = told_by(KASPEC, lan.a)
    assert changes(told, INSTANCE_CHANGED)["one"] == [[1, 2], [2, 2], [5, 2]]
    assert changes(told, INSTANCE_CHANGED)["four"] == [[1, 1], [2, 1], [5, 1]]
    assert changes(told, GROUP_CHANGED)["G1"] == [[1], [2], [5]]
    assert sum(name == f"{VRRP_MIB}.0.1" for name, _ in told) == 3
    assert sum(name == f"{VRRPV3_MIB}.0.1" for name, _ in told) == 4


@pytest.mark.usefixtures("manager")
def test_notifications_are_keepalived_s(lan: TwoRouters) -> None:
    """From start to stop; virtual routers whose timers end at once may be told of in either order."""
    if not KEEPALIVED.available:
        pytest.skip("needs keepalived")
    theirs, ours = told_by(KEEPALIVED, lan.a), told_by(KASPEC, lan.a)
    for kind in (INSTANCE_CHANGED, GROUP_CHANGED):
        assert changes(ours, kind) == changes(theirs, kind)
    assert sorted(ours, key=repr) == sorted(theirs, key=repr)


def told_by(peer: Peer, host: Host) -> "list[tuple[str, list[object]]]":
    """Run a router until it is Master of everything, and return what it notified of."""
    with host.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 1162))
        router = peer.start(host, CONFIGURATION)
        wait_for_masters(host)
        router.stop()
        return received(sink)


def changes(told: "list[tuple[str, list[object]]]", kind: str) -> dict[str, list[list[object]]]:
    """Return which states were told of, by the name of an instance or group; the router's id is LAB each time."""
    found: dict[str, list[list[object]]] = {}
    for name, (who, *states, router_id) in ((name, values) for name, values in told if name == kind):
        assert isinstance(who, bytes)
        assert router_id == b"LAB", name
        found.setdefault(who.decode(), []).append(states)
    return found


def received(sink: socket.socket) -> list[tuple[str, list[object]]]:
    """Return the notifications that have come: the name of each, and the values it brings."""
    found = list[tuple[str, list[object]]]()
    sink.settimeout(1)
    while True:
        try:
            data = sink.recv(65536)
        except TimeoutError:
            return found
        _, trap, *others = SNMP(data).PDU.varbindlist
        if "9586" in trap.value.val or "2.1.68" in trap.value.val or "2.1.207" in trap.value.val:
            found.append((f".{trap.value.val.lstrip('.')}", [each.value.val for each in others]))
