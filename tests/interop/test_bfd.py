"""BFD with real keepalived and with ourselves: sessions come up both ways, are lost within the Detection Time, and VRRP hears of it."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from conformance.lab.capture import Capture
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import Family
from kaspec.units import MILLISECOND, Interval
from kaspec.wire.bfd import SOURCE_PORTS, Diagnostic, SessionState
from tests.interop.bfd import ADDRESSES, COMES_UP, DETECTION, bfd_instance, mute, seen, tracking, wait_for_state
from tests.interop.conftest import TwoRouters
from tests.interop.scenes import LATE

BOTH = tracking("FAULTY", 51) + tracking("WEIGHED", 52, "weight -20")
TOLD = r"Entering Down state \(Local diagnostic - Neighbor Signaled Session Down, Remote diagnostic - {}\)"
EARLY = Interval(5 * MILLISECOND)
PEERS = {"kaspec": KASPEC, "keepalived": KEEPALIVED}


@pytest.fixture(params=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Peer:
    found = PEERS[request.param]
    if not found.available:
        pytest.skip("needs the Debian package keepalived")
    return found


@pytest.fixture(params=[4, 6], ids=["IPv4", "IPv6"])
def family(request: pytest.FixtureRequest, lan: TwoRouters) -> Family:
    chosen: Family = request.param
    if chosen == 6:
        for host in (lan.a, lan.b):
            host.set_address("eth0", f"{ADDRESSES[6][host.name]}/64")
    return chosen


def start(lan: TwoRouters, peer: Peer, family: Family) -> tuple[Process, Process]:
    """Ours on a, with two virtual routers that track the session; the peer on b."""
    ours = KASPEC.start(lan.a, bfd_instance("a", family) + BOTH)
    theirs = peer.start(lan.b, bfd_instance("b", family))
    ours.wait_for_line(r"\(peer\) Entering Up state", COMES_UP)
    theirs.wait_for_line(r"\(peer\) Entering Up state", COMES_UP)
    return ours, theirs


def test_a_session_comes_up_and_is_lost_within_its_detection_time(lan: TwoRouters, capture: Capture, peer: Peer, family: Family) -> None:
    """The neighbor falls silent: Down a Detection Time after its last packet; one router is at fault, the other gives up its weight."""
    own, other = (ADDRESSES[family][name] for name in "ab")
    ours, theirs = start(lan, peer, family)
    for name in ("FAULTY", "WEIGHED"):
        ours.wait_for_line(rf"\({name}\) Entering MASTER STATE", 15)
    since = wall_clock()
    with mute(lan.b):
        down = wait_for_state(capture, own, SessionState.DOWN, since)
        theirs.wait_for_line(TOLD.format("Control Detection Time Expired"))
    last = [each for each in seen(capture, other) if each.at < down.at][-1]
    assert DETECTION - EARLY <= down.at - last.at <= DETECTION + LATE
    assert down.packet.diagnostic == Diagnostic.DETECTION_TIME_EXPIRED
    ours.wait_for_line(r"\(FAULTY\) Entering FAULT STATE")
    ours.wait_for_line(r"\(WEIGHED\) Changing effective priority from 100 to 80")
    again = len(ours.lines)
    ours.wait_for_line(r"\(FAULTY\) Entering BACKUP STATE", COMES_UP, after=again)
    ours.wait_for_line(r"\(WEIGHED\) Changing effective priority from 80 to 100", COMES_UP)


def test_the_neighbor_finds_us_silent_within_its_detection_time(lan: TwoRouters, capture: Capture, peer: Peer, family: Family) -> None:
    """It goes Down by its own clock, and we by its word."""
    own, other = (ADDRESSES[family][name] for name in "ab")
    ours, _ = start(lan, peer, family)
    since = wall_clock()
    with mute(lan.a):
        down = wait_for_state(capture, other, SessionState.DOWN, since)
        line = ours.wait_for_line(TOLD.format("Control Detection Time Expired"))
    last = [each for each in seen(capture, own) if each.at < down.at][-1]
    assert down.at - last.at >= DETECTION - EARLY
    assert line.at - down.at <= LATE


def test_our_packets(lan: TwoRouters, capture: Capture, peer: Peer, family: Family, tmp_path: Path) -> None:
    """RFC 5881 4, 5: one source port of 49152 on, TTL 255; intervals as agreed; tshark has nothing to say."""
    own = ADDRESSES[family]["a"]
    start(lan, peer, family)
    since = wall_clock()
    wait_until(lambda: len(seen(capture, own, since)) >= 40, 10, "forty packets")
    ours = seen(capture, own)
    assert {each.ttl for each in ours} == {255}
    (port,) = {each.source_port for each in ours}
    assert port in SOURCE_PORTS
    assert {each.packet.state for each in ours[-30:]} == {SessionState.UP}
    assert not any(each.packet.poll and each.packet.final for each in ours)
    file = tmp_path / "bfd.pcap"
    capture.write(file)
    if shutil.which("tshark") is None:
        pytest.skip("needs the Debian package tshark")
    source = f"ip.src=={own}" if family == 4 else f"ipv6.src=={own}"
    fields = ("-T", "fields", "-e", "bfd.version", "-e", "_ws.expert", "-e", "_ws.malformed", "-E", "separator=|")
    command = ["tshark", "-n", "-r", str(file), "-Y", f"bfd && {source}", *fields]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert set(output.splitlines()) == {"1||"}
    assert len(output.splitlines()) >= len(ours)


def test_a_clean_stop_tells_the_neighbor(lan: TwoRouters, peer: Peer) -> None:
    """AdminDown: it need not wait."""
    ours, theirs = start(lan, peer, 4)
    assert ours.stop() == 0
    theirs.wait_for_line(TOLD.format("Administratively Down"))


def test_a_neighbor_that_never_comes_is_reported_down(lan: TwoRouters) -> None:
    """The virtual router waits in INIT for three idle intervals, then is at fault."""
    ours = KASPEC.start(lan.a, bfd_instance("a") + BOTH)
    waiting = ours.wait_for_line(r"\(FAULTY\) waiting in INIT STATE \(BFD session peer\)")
    down = ours.wait_for_line(r"\(FAULTY\) .*FAULT STATE.*peer", 10)
    assert Interval(2_500_000) <= down.at - waiting.at <= Interval(3_000_000 + 10 * LATE)


def test_timers_change_by_reload_without_a_flap(lan: TwoRouters, capture: Capture, peer: Peer) -> None:
    """RFC 5880 6.8.3: by a Poll Sequence, from the same port; the session stays Up on both sides."""
    own = ADDRESSES[4]["a"]
    ours, theirs = start(lan, peer, 4)
    since = wall_clock()
    slower = bfd_instance("a").replace("min_tx 60", "min_tx 150").replace("min_rx 60", "min_rx 90")
    lan.a.file(f"/run/{KASPEC.name}.conf").write_text(slower + BOTH)
    ours.signal(signal.SIGHUP)

    def agreed() -> bool:
        packets = seen(capture, own, since)
        return bool(packets) and packets[-1].packet.desired_min_tx_interval == 150_000 and not packets[-1].packet.poll

    wait_until(agreed, 5, "the Poll Sequence to end")
    wait_until(lambda: len(seen(capture, own, since)) >= 10, 5, "more packets")
    assert {each.packet.state for each in seen(capture, own, since)} == {SessionState.UP}
    assert len({each.source_port for each in seen(capture, own)}) == 1
    gaps = [later.at - earlier.at for earlier, later in zip(seen(capture, own)[-4:], seen(capture, own)[-3:], strict=False)]
    assert all(Interval(150_000 * 3 // 4) - EARLY <= gap <= Interval(150_000) + LATE for gap in gaps)
    for process in (ours, theirs):
        assert not any("Entering Down" in line.text for line in process.lines)


def test_the_end_of_the_bfd_process_is_no_fault(lan: TwoRouters) -> None:
    """It says nothing of the path: what was known stands, the process is started again, and the session comes up again."""
    ours, _ = start(lan, KASPEC, 4)
    ours.wait_for_line(r"\(FAULTY\) Entering MASTER STATE", 15)
    pid = int(lan.a.file("/run/bfd.pid").read_text())
    before = len(ours.lines)
    os.kill(pid, signal.SIGKILL)
    ours.wait_for_line(r"BFD child process\(\d+\) died: Respawning", after=before)
    ours.wait_for_line(r"\(peer\) Entering Up state", COMES_UP, after=before)
    since = [line.text for line in ours.lines[before:]]
    assert not any("(FAULTY) Entering" in line or "Changing effective priority" in line for line in since), since


def test_a_vrrp_process_that_starts_again_is_told_what_is_known(lan: TwoRouters) -> None:
    """The session stays Up, and the new process need not wait for a change."""
    ours, _ = start(lan, KASPEC, 4)
    ours.wait_for_line(r"\(FAULTY\) Entering MASTER STATE", 15)
    before = len(ours.lines)
    os.kill(int(lan.a.file(f"/run/{KASPEC.name}-vrrp.pid").read_text()), signal.SIGKILL)
    ours.wait_for_line(r"\(FAULTY\) Entering BACKUP STATE", 10, after=before)
    assert not any("(peer) Entering" in line.text for line in ours.lines[before:])
