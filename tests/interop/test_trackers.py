"""Tracked scripts, files, processes and interfaces in the running daemon: each is a lower priority or a fault, in its time, and told of."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen

from conformance.lab.capture import Capture
from conformance.lab.peers import Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import parse_address
from kaspec.units import MILLISECOND, SECOND, Interval
from tests.interop.conftest import TwoRouters
from tests.interop.scenes import LATE, is_steady

OURS = parse_address("192.168.123.101")
SCRIPT_INTERVAL = Interval(200 * MILLISECOND)
LOOK = SECOND
"""How often processes are looked at in a network namespace of its own, where the kernel does not tell of them."""
SLACK = Interval(4 * LATE)
"""For a script to be started and end, on a busy machine."""
NUMBER = f"4711{os.getpid()}"
DEFINITIONS = f"""
global_defs {{
    script_user root
}}
vrrp_script chk {{
    script "/bin/sh -c 'test ! -e /run/bad'"
    interval 0.2
    fall 2
}}
track_file load {{
    file /run/load
}}
vrrp_track_process web {{
    process sleep {NUMBER}
}}
"""


def instance(name: str, vrid: int, script: str, file: str, process: str, interface: str) -> str:
    tracked = (("track_script", f"chk {script}"), ("track_file", f"load {file}"), ("track_process", f"web {process}"))
    lists = "".join(f"    {name} {{\n        {line}\n    }}\n" for name, line in (*tracked, ("track_interface", f"eth1 {interface}")))
    return (
        f"vrrp_instance {name} {{\n    interface eth0\n    virtual_router_id {vrid}\n    priority 100\n"
        f"    virtual_ipaddress {{\n        192.168.123.{vrid}/24\n    }}\n{lists}}}\n"
    )


BOTH = (
    DEFINITIONS
    + instance("FAULTY", 51, "weight 0", "weight 0", "weight 0", "weight 0")
    + instance("WEIGHED", 52, "weight -10", "weight -1", "weight -30", "weight -40")
)


@frozen
class Ways:
    """How something fails and recovers; how long that may take; the fault it is, and what its weight comes to."""

    fail: Callable[[], None]
    mend: Callable[[], None]
    within: Interval
    fault: str
    weight: int


@frozen
class Running:
    """Ours, and the processes that it tracks."""

    daemon: Process
    web: list[Process]


@pytest.fixture
def running(lan: TwoRouters, kaspec: Peer) -> Running:
    """Ours on a, Master of both, everything being well."""
    lan.a.file("/run").joinpath("load").write_text("0\n")
    web = [Process.start(lan.a, ("sleep", NUMBER))]
    process = kaspec.start(lan.a, BOTH)
    for name in ("FAULTY", "WEIGHED"):
        process.wait_for_line(rf"\({name}\) Entering MASTER STATE", 15)
    return Running(process, web)


def ways(lan: TwoRouters, running: Running) -> dict[str, Ways]:
    run = lan.a.file("/run")
    web = running.web
    script_time = Interval(2 * SCRIPT_INTERVAL + SLACK)
    return {
        "script": Ways((run / "bad").touch, (run / "bad").unlink, script_time, "script chk failed", 10),
        "file": Ways(lambda: write(run / "load", "20\n"), lambda: write(run / "load", "0\n"), LATE, "file load is not 0", 20),
        "process": Ways(
            lambda: web.pop().kill(),
            lambda: web.append(Process.start(lan.a, ("sleep", NUMBER))),
            Interval(LOOK + SLACK),
            "process web failed",
            30,
        ),
        "interface": Ways(
            lambda: lan.a.set_link("eth1", up=False), lambda: lan.a.set_link("eth1", up=True), SLACK, "interface eth1 down", 40
        ),
    }


def write(path: Path, text: str) -> None:
    path.write_text(text)


def dump(lan: TwoRouters, process: Process) -> str:
    """Have it write keepalived.data, and return that."""
    path = lan.a.file("/tmp/keepalived.data")
    path.unlink(missing_ok=True)
    process.signal(signal.SIGUSR1)
    return wait_until(lambda: path.read_text() if path.exists() else "", 5, "the dump")


@pytest.mark.parametrize("kind", ["script", "file", "process", "interface"])
def test_what_fails_is_a_fault_or_a_lower_priority_in_its_time(lan: TwoRouters, running: Running, kind: str) -> None:
    """One instance goes to FAULT and says for what, the other loses the weight; both come back; .data says which and since when."""
    way = ways(lan, running)[kind]
    begun, seen = wall_clock(), len(running.daemon.lines)
    way.fail()
    fault = running.daemon.wait_for_line(rf"\(FAULTY\) Entering FAULT STATE \({way.fault}\)", 10, after=seen)
    lowered = running.daemon.wait_for_line(rf"\(WEIGHED\) Changing effective priority from 100 to {100 - way.weight}", 10, after=seen)
    assert max(fault.at, lowered.at) - begun <= way.within + LATE
    told = dump(lan, running.daemon)
    assert f"   Fault = {way.fault}" in told
    assert f"   Effective priority = {100 - way.weight}\n" in told
    if kind != "interface":
        assert told.count("   Since = ") == 3
    begun, seen = wall_clock(), len(running.daemon.lines)
    way.mend()
    back = running.daemon.wait_for_line(r"\(FAULTY\) Entering BACKUP STATE", 10, after=seen)
    raised = running.daemon.wait_for_line(rf"\(WEIGHED\) Changing effective priority from {100 - way.weight} to 100", 10, after=seen)
    assert max(back.at, raised.at) - begun <= way.within + LATE


def test_failures_add_up_whatever_their_order(lan: TwoRouters, running: Running) -> None:
    """All four fail: the priority is less all weights, FAULT names all four, and leaves only with the last."""
    every = ways(lan, running)
    for way in every.values():
        way.fail()
    running.daemon.wait_for_line(r"\(WEIGHED\) Changing effective priority from \d+ to 1$", 10)
    told = wait_until(lambda: told if (told := dump(lan, running.daemon)).count("   Fault = ") == 4 else None, 10, "four faults")
    assert told is not None
    for way in every.values():
        assert f"   Fault = {way.fault}" in told
    seen = len(running.daemon.lines)
    for kind in ("interface", "process", "file", "script"):
        assert not [line for line in running.daemon.lines[seen:] if "(FAULTY) Entering BACKUP" in line.text]
        every[kind].mend()
        running.daemon.wait_for_line(r"\(WEIGHED\) Changing effective priority", 10, after=seen)
        seen = len(running.daemon.lines) if kind != "script" else seen
    running.daemon.wait_for_line(r"\(FAULTY\) Entering BACKUP STATE", 10)
    running.daemon.wait_for_line(r"\(WEIGHED\) Changing effective priority from \d+ to 100", 10)


def test_a_script_that_hangs_is_ended_and_delays_nothing(lan: TwoRouters, capture: Capture, kaspec: Peer) -> None:
    """It ignores SIGTERM: two seconds after its time it is killed, and meanwhile every advertisement comes in its turn."""
    hanging = "trap '' TERM; while :; do sleep 0.1; done"
    script = f'vrrp_script hang {{\n    script "/bin/sh -c \\"{hanging}\\""\n    interval 1\n    timeout 1\n    weight -10\n}}\n'
    body = "    track_script {\n        hang\n    }\n    virtual_ipaddress {\n        192.168.123.100/24\n    }\n"
    own = f"vrrp_instance VI_1 {{\n    interface eth0\n    virtual_router_id 51\n    priority 100\n{body}}}\n"
    process = kaspec.start(lan.a, "global_defs {\n    script_user root\n}\n" + script + own)
    process.wait_for_line(r"VRRP_Script\(hang\) timed_out", 10)
    process.wait_for_line(r"Track script hang is already running, expect idle - skipping run", 5)
    process.wait_for_line(r"\(VI_1\) Entering MASTER STATE", 15)
    wait_until(lambda: sum(advert.source == OURS for advert in capture.adverts) >= 7, 15, "seven advertisements")
    assert is_steady([advert for advert in capture.adverts if advert.source == OURS])
    assert {advert.advertisement.priority for advert in capture.adverts if advert.source == OURS} == {90}


def test_nobody_starts_before_its_scripts_have_reported(lan: TwoRouters, capture: Capture, kaspec: Peer) -> None:
    """INIT until then, and the dump says for what; then Backup, by the script's word."""
    script = 'vrrp_script slow {\n    script "/bin/sleep 2"\n    interval 5\n}\n'
    body = "    track_script {\n        slow\n    }\n    virtual_ipaddress {\n        192.168.123.100/24\n    }\n"
    own = f"vrrp_instance VI_1 {{\n    interface eth0\n    virtual_router_id 51\n    priority 100\n{body}}}\n"
    process = kaspec.start(lan.a, "global_defs {\n    script_user root\n}\n" + script + own)
    waiting = process.wait_for_line(r"\(VI_1\) waiting in INIT STATE \(script slow\)", 10)
    told = dump(lan, process)
    assert "   State = INIT\n" in told
    assert "   Waiting for = script slow\n" in told
    good = process.wait_for_line(r"VRRP_Script\(slow\) succeeded", 10)
    backup = process.wait_for_line(r"\(VI_1\) Entering BACKUP STATE", 5)
    assert good.at - waiting.at <= 2 * SECOND + SLACK
    assert backup.at - good.at <= LATE
    assert not capture.adverts
