"""A device on a wire, of which the runner sees packets only: a daemon behind a handler that is a program of its own."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from conformance.lab.network import Lab
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until

HANDLER = Path(__file__).with_name("handler.py")


@pytest.mark.parametrize(("peer", "clause"), [(KASPEC, "V2-6.4.1-01"), (KEEPALIVED, "V2-6.4.1-02")], ids=["kaspec", "keepalived"])
def test_a_device_behind_a_wire_is_tested(lab: Lab, peer: Peer, clause: str) -> None:
    """One starts as owner, the other as Backup."""
    if not peer.available:
        pytest.skip("needs the Debian package keepalived")
    device, tester, wire = lab.host("device"), lab.host("tester"), lab.lan("wire")
    lab.connect(device, wire, "eth0", "02:00:00:00:00:0a")
    lab.connect(tester, wire, "eth9", "02:00:00:00:99:01")
    inhabitant = Process.start(device, ("sleep", "1000"))
    handler = shlex.join((sys.executable, str(HANDLER), str(inhabitant.pid), *peer.command, "--"))
    runner = (sys.executable, "-c", "from shell.main import main; main()", "conformance", "run", "--json")
    run = Process.start(tester, (*runner, "--clause", clause, "--peer", "remote", "--interface", "eth9", "--handler", handler))
    run.program.wait(180)
    wait_until(lambda: [line.text for line in run.lines[-1:]] == ["}"], 5, "the last line")
    found = json.loads("\n".join(line.text for line in run.lines))
    assert [each["verdict"] for each in found["cases"]] == ["pass"], found
    assert run.program.returncode == 0
