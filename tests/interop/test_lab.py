"""The lab itself: what the interoperation tests stand on."""

import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from conformance.lab.capture import Capture
from conformance.lab.holders import Holders
from conformance.lab.inject import advert_frame, inject
from conformance.lab.network import Lab, open_lab
from conformance.lab.ping import pinging
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import parse_address
from tests.interop.conftest import VIRTUAL_ADDRESS, TwoRouters

SLEEPER = (sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()")


def test_a_client_reaches_a_host_and_learns_which_machine_answers(lan: TwoRouters) -> None:
    with pinging(lan.h, "eth0", "192.168.123.102") as ping:
        assert wait_until(ping.answered_by, 5, "an answer") == "02:00:00:00:00:02"


def test_a_machine_without_power_answers_nothing_and_comes_back_with_its_own_addresses_only(lan: TwoRouters, holders: Holders) -> None:
    lan.a.set_address("eth0", f"{VIRTUAL_ADDRESS}/24")
    with pinging(lan.h, "eth0", VIRTUAL_ADDRESS) as ping:
        wait_until(ping.answered_by, 5, "an answer")
        lan.lab.power_off(lan.a)
        cut = wall_clock()
        wait_until(lambda: ping.answered_by() is None, 5, "silence")
        assert not [sequence for sequence in ping.answers if ping.sent[sequence] > cut]
        wait_until(lambda: not holders.now(), 5, "the address to be gone with it")
        lan.lab.power_on(lan.a)
        assert lan.a.addresses("eth0")[0] == "192.168.123.101/24"
        with pinging(lan.h, "eth0", "192.168.123.101") as again:
            wait_until(again.answered_by, 5, "an answer from its own address")


def test_two_holders_of_one_address_do_not_go_unseen(lan: TwoRouters, holders: Holders) -> None:
    lan.a.set_address("eth0", f"{VIRTUAL_ADDRESS}/24")
    wait_until(lambda: holders.now() == {"a"}, 5, "a alone")  # what two kernels tell at the same time has no order
    lan.b.set_address("eth0", f"{VIRTUAL_ADDRESS}/24")
    wait_until(lambda: holders.now() == {"a", "b"}, 5, "both")
    lan.a.set_address("eth0", f"{VIRTUAL_ADDRESS}/24", present=False)
    wait_until(lambda: holders.now() == {"b"}, 5, "b alone")
    assert [(change.host, change.held) for change in holders.changes] == [("a", True), ("b", True), ("a", False)]
    ((began, lasted),) = holders.overlaps()
    assert began == holders.changes[1].at
    assert lasted == holders.changes[2].at - holders.changes[1].at


def test_an_injected_advert_is_captured_as_it_was_sent(lan: TwoRouters, capture: Capture, tmp_path: Path) -> None:
    before = wall_clock()
    frame = advert_frame(
        "192.168.123.1", "02:00:00:00:00:03", {"vrid": 100, "priority": 200, "addrlist": [VIRTUAL_ADDRESS], "auth1": 0, "auth2": 0}
    )
    inject(lan.h, "eth0", frame)
    wait_until(lambda: capture.adverts, 5, "the advert")
    (advert,) = capture.adverts
    assert advert.source == parse_address("192.168.123.1")
    assert (advert.advertisement.virtual_router_id, advert.advertisement.priority) == (100, 200)
    assert before <= advert.at <= wall_clock()
    capture.write(tmp_path / "lan.pcap")
    assert frame in (tmp_path / "lan.pcap").read_bytes()


def test_a_process_has_its_own_run_and_tmp(lan: TwoRouters) -> None:
    script = "import pathlib; pathlib.Path('/run/mark').write_text('r'); pathlib.Path('/tmp/mark').write_text('t'); print('done')"
    Process.start(lan.a, (sys.executable, "-c", script)).wait_for_line("done")
    assert [lan.a.file(f"/{place}/mark").read_text() for place in ("run", "tmp")] == ["r", "t"]
    assert not Path("/run/mark").exists()


def test_orphans_end_with_the_lab() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: makes network namespaces")
    with open_lab() as lab:
        host = lab.host("a")
        forks = f"import subprocess; subprocess.Popen({SLEEPER!r}, start_new_session=True); print('left', flush=True)"
        Process.start(host, (sys.executable, "-c", forks)).wait_for_line("up")
        (orphan,) = wait_until(lambda: pids if len(pids := host.namespace.inhabitants()) == 1 else [], 5, "only the orphan")
    assert not Path(f"/proc/{orphan}/ns/net").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_an_ended_run_leaves_nothing_behind(lab: Lab, number: signal.Signals) -> None:
    orphan = f"import subprocess; print(subprocess.Popen({SLEEPER!r}, start_new_session=True).pid, flush=True)"
    program = f"""if True:
        import signal, sys
        from conformance.lab.network import open_lab
        from conformance.lab.process import Process
        with open_lab() as lab:
            sleeper = Process.start(lab.host("a"), {SLEEPER!r})
            sleeper.wait_for_line("up")
            orphan = Process.start(lab.host("b"), (sys.executable, "-c", {orphan!r}))
            print("in", sleeper.pid, orphan.wait_for_line("[0-9]").text, lab.directory, flush=True)
            signal.pause()
    """
    run = Process.start(lab.host(f"outer-{number}"), (sys.executable, "-c", program))
    _, inner, orphaned, directory = run.wait_for_line(r"^in ").text.split()
    run.signal(number)
    wait_until(lambda: not any(Path(f"/proc/{pid}/ns/net").exists() for pid in (inner, orphaned)), 5, "the inner processes gone")
    wait_until(lambda: not run.host.file(directory).exists(), 5, "the inner files gone")


def test_a_line_was_written_when_it_was_not_when_it_is_read(lab: Lab) -> None:
    program = "import os, time; print(time.time(), flush=True); os.write(1, b''); print('late', end='')"
    process = Process.start(lab.host("writer"), (sys.executable, "-c", program))
    process.wait_for_line("late")
    written, late = process.lines
    assert 0 <= written.at - float(written.text) * 1_000_000 < 5_000
    assert (late.text, late.said >= written.said == written.at) == ("late", True)


def test_stopping_killing_and_children(lab: Lab) -> None:
    parent = f"import subprocess, signal; subprocess.Popen({SLEEPER!r}); signal.pause()"
    process = Process.start(lab.host("a"), (sys.executable, "-c", parent))
    (child,) = process.wait_for_children()
    assert process.kill_children() == [child]
    assert process.stop() == -signal.SIGTERM
    assert not process.alive


def test_waiting_for_a_line_that_never_comes_shows_what_came(lab: Lab) -> None:
    process = Process.start(lab.host("a"), (sys.executable, "-c", "print('something else')"))
    with pytest.raises(TimeoutError, match="something else"):
        process.wait_for_line("MASTER STATE", timeout=0.5)


def test_a_lab_shows_nothing_outside(lan: TwoRouters) -> None:
    assert {name for _, name in socket.if_nameindex()}.isdisjoint({lan.lan.bridge, "a-eth0", "b-eth0"})
    with lan.a.socket(socket.AF_INET, socket.SOCK_DGRAM) as inside, pytest.raises(OSError, match="unreachable"):
        inside.connect(("198.51.100.1", 9))
