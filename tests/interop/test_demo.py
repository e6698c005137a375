"""The demo keeps its promises, as root and as an ordinary user; and says so when they are not kept."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from attrs import frozen
from rich.console import Console
from scapy.layers.vrrp import VRRP
from scapy.utils import rdpcap

from conformance.demo.acts import ACTS
from conformance.demo.play import perform, replay
from conformance.lab.namespace import CLONE_NEWUSER, unshare
from conformance.lab.peers import Peer
from conformance.lab.ping import Ping
from kaspec.trace import Trace, parse, run
from kaspec.units import MILLISECOND, SECOND, Instant

DEMO = (sys.executable, "-c", "from shell.main import main; main()", "demo", "--plain")


@frozen
class Run:
    """A finished demo: its exit status, what it printed, what it kept, how long it took."""

    status: int
    output: str
    kept: Path
    seconds: float


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Play the demo as root (if we are) and as an ordinary user, at the same time."""
    started = time.monotonic()
    kept = {who: tmp_path_factory.mktemp(who) for who in ("root", "user") if who == "user" or os.geteuid() == 0}
    playing = {who: _play(directory, as_user=who == "user" and os.geteuid() == 0) for who, directory in kept.items()}
    finished = {}
    for who, process in playing.items():
        output, _ = process.communicate(timeout=60)
        finished[who] = Run(process.returncode, output, kept[who], time.monotonic() - started)
    return finished


def _play(kept: Path, as_user: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (*DEMO, "--keep", str(kept)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        preexec_fn=_become_an_ordinary_user if as_user else None,  # noqa: PLW1509  (no thread runs yet)
    )


def _become_an_ordinary_user() -> None:
    """Give up every privilege but reading root's files (an environment below /root would be out of nobody's reach)."""
    unshare(CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text("1000 0 1")
    Path("/proc/self/gid_map").write_text("1000 0 1")


@pytest.fixture(params=["root", "user"])
def played(request: pytest.FixtureRequest, runs: dict[str, Run]) -> Run:
    if request.param not in runs:
        pytest.skip("needs root")
    run = runs[request.param]
    if request.param == "user" and "user namespace" in run.output:
        pytest.skip("needs user namespaces for ordinary users")
    return run


def test_it_succeeds_in_time(played: Run) -> None:
    assert played.status == 0, played.output
    assert played.seconds < 40


def test_it_measures_every_act_against_the_protocol(played: Run) -> None:
    rows = re.findall(r"(\d\.\d{6}) s (?:Master_Down_Interval|Skew_Time) +(\d\.\d{6}) s", played.output)
    assert [promise for promise, _ in rows] == ["3.609375", "3.804687", "3.609375", "0.804687"]
    assert all(abs(float(measured) - float(promise)) < 0.15 for promise, measured in rows)


def test_the_packets_it_keeps_tell_the_same_story(played: Run) -> None:
    adverts = [packet for packet in rdpcap(str(played.kept / "demo.pcap")) if VRRP in packet]
    masters = [f"{packet['IP'].src[-3:]} {packet[VRRP].priority}" for packet in adverts]
    changes = [this for this, before in zip(masters, [None, *masters], strict=False) if this != before]
    assert changes == ["101 100", "102 50", "101 100", "101 0", "102 50", "102 0"]


def test_the_trace_it_keeps_is_of_every_daemon_that_ran_and_holds(played: Run) -> None:
    trace = parse((played.kept / "demo.trace").read_text(), "demo.trace")

    assert isinstance(trace, Trace)
    assert sorted(router.name for router in trace.routers) == ["LVS-101", "LVS-101-2", "LVS-102"]
    assert run(trace).holds


@pytest.mark.usefixtures("lab")
def test_a_daemon_that_does_not_start_is_a_failure_that_says_why(tmp_path: Path) -> None:
    console = Console(record=True, width=200)
    broken = Peer("broken", (sys.executable, "-c", "raise SystemExit('no such daemon today')"))
    performance = perform(console, broken, tmp_path, plain=True)
    assert not performance.succeeded
    assert len(performance.findings) < len(ACTS)
    assert "no such daemon today" in console.export_text()


RECORD = """\
recorded

router a at 192.168.123.101 on eth0
  vrrp_instance VI_1 { interface eth0  virtual_router_id 100  virtual_ipaddress { 192.168.123.100/24 } }

0.000000  a startup
          => a backup, deadline 3.609375
3.609900  a deadline
          => a master, %s...
"""


def test_a_record_that_is_not_what_the_core_does_is_a_complaint() -> None:
    assert replay(RECORD % "", "a.trace") == ()
    (difference,) = replay(RECORD % "deadline 9.000000, ", "a.trace")
    assert difference.startswith("a.trace:9: a: deadline 9.000000, but the core has deadline 4.609900")
    problem, *_ = replay(RECORD.replace("startup", "stardust") % "", "a.trace")
    assert problem.startswith("a.trace:6:")


def test_a_silence_that_began_before_the_act_is_not_lost() -> None:
    ping = Ping("192.0.2.1", [Instant(n * 20 * MILLISECOND) for n in range(100)], {n: "mac" for n in range(100) if not 10 < n < 60})
    silence = ping.longest_silence(since=Instant(SECOND // 4), until=Instant(2 * SECOND))
    assert silence is not None
    assert (silence.start, silence.end) == (10 * 20 * MILLISECOND, 60 * 20 * MILLISECOND)
    assert ping.lost() == 49
    assert ping.answered_by() == "mac"
