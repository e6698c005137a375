"""The parent and its children as real processes: they start, reload, die, are respawned and end as they should."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.lab.waiting import wait_until
from tests.interop.daemon import PATIENCE, Daemon, alive, router

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: the daemon does not start without CAP_NET_ADMIN and CAP_NET_RAW")
BROKEN = "vrrp_instance VI_1 {\n  interfaze lo\n"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon with one virtual router, not yet started."""
    new = Daemon(tmp_path)
    new.configuration.write_text(router())
    yield new
    new.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_and_stops_cleanly(daemon: Daemon, number: signal.Signals) -> None:
    daemon.start("-D")
    child = daemon.pid("vrrp")
    daemon.says("stand-in serves VI_1")
    assert daemon.program is not None
    assert daemon.pid("keepalived") == daemon.program.pid
    daemon.signal(number)
    assert daemon.status() == 0
    assert not alive(child)
    assert not list(daemon.directory.glob("*.pid"))
    said = [line.partition(" 20")[2].partition(": ")[2] for line in daemon.log.splitlines()]
    wanted = [
        "Starting kaspec v",
        "Running on Linux",
        "Command line: 'kaspec' '-n' '-l'",
        f"Configuration file {daemon.configuration}",
        f"Starting VRRP child process, pid={child}",
        "Stopping",
        "CPU usage (self/children) user:",
        "Stopped kaspec v",
    ]
    at = [next(place for place, line in enumerate(said) if line.startswith(start)) for start in wanted]
    assert at == sorted(at)
    assert "stand-in hears Stop" in said
    assert "stand-in ends" in said


def test_processes_can_be_told_apart(daemon: Daemon) -> None:
    daemon.start("--all")
    names = [Path(f"/proc/{daemon.pid(each)}/comm").read_text().strip() for each in ("keepalived", "vrrp", "checkers")]
    assert names == ["kaspec", "kaspec_vrrp", "kaspec_checkers"]


def test_a_reload_reaches_the_child_which_lives_on(daemon: Daemon) -> None:
    daemon.start()
    child = daemon.pid("vrrp")
    daemon.says("stand-in serves VI_1")
    daemon.configuration.write_text(router("VI_1") + router("VI_2", 52))
    daemon.signal(signal.SIGHUP)
    daemon.says("stand-in hears Reload VI_1 VI_2")
    assert daemon.pid("vrrp") == child


@pytest.mark.parametrize("text", [BROKEN, None, router().replace("lo", "nosuch0")], ids=["broken", "missing", "no-interface"])
def test_a_bad_configuration_is_refused_as_a_whole_and_what_runs_runs_on(daemon: Daemon, text: str | None) -> None:
    daemon.start()
    child = daemon.pid("vrrp")
    daemon.says("stand-in serves VI_1")
    daemon.configuration.unlink() if text is None else daemon.configuration.write_text(text)
    daemon.signal(signal.SIGHUP)
    daemon.says("Reload refused: the running configuration stays")
    assert "error" in daemon.log or text is None
    assert "hears Reload" not in daemon.log
    daemon.configuration.write_text(router("VI_9"))
    daemon.signal(signal.SIGHUP)
    daemon.says("stand-in hears Reload VI_9")
    assert daemon.pid("vrrp") == child


def test_a_bug_in_reading_a_configuration_takes_nothing_down(daemon: Daemon) -> None:
    daemon.start(environment={"STAND_IN": "misread"})
    child = daemon.pid("vrrp")
    daemon.says("stand-in serves VI_1")
    daemon.configuration.write_text("# misread\n")
    daemon.signal(signal.SIGHUP)
    daemon.says("Reload refused")
    assert "RecursionError: a bug in reading" in daemon.log
    assert alive(child)


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (signal.SIGUSR1, "WriteData"),
        (signal.SIGUSR2, "WriteStats"),
        (signal.SIGRTMIN + 2, "WriteJson"),
        (signal.SIGRTMAX - 1, "ClearStats"),
    ],
)
def test_requests_are_handed_on(daemon: Daemon, number: int, message: str) -> None:
    daemon.start()
    daemon.says("stand-in serves")
    daemon.signal(number)
    daemon.says(f"stand-in hears {message}")


def test_a_killed_child_is_back_at_once_and_then_with_growing_delay(daemon: Daemon) -> None:
    daemon.start()
    delays = []
    for deaths in (1, 2, 3):
        child = daemon.pid("vrrp")
        daemon.says("stand-in serves", times=deaths)
        os.kill(child, signal.SIGKILL)
        killed = time.monotonic()
        daemon.says("stand-in serves", times=deaths + 1)
        delays.append(time.monotonic() - killed)
        assert daemon.pid("vrrp") != child
        assert f"pid {child} exited due to signal 9 (Killed)" in daemon.log
        assert f"VRRP child process({child}) died: Respawning" in daemon.log
    for delay, wanted in zip(delays, (0, 1, 2), strict=True):
        assert wanted <= delay < wanted + 0.9


def test_a_reload_meant_for_a_child_that_is_dead_is_what_the_next_one_serves(daemon: Daemon) -> None:
    daemon.start()
    for times in (1, 2):
        daemon.says("stand-in serves VI_1", times=times)
        os.kill(daemon.pid("vrrp"), signal.SIGKILL)
    daemon.says("delayed 1 seconds")
    daemon.configuration.write_text(router("VI_2"))
    daemon.signal(signal.SIGHUP)
    daemon.says("stand-in serves VI_2")
    daemon.says("Starting VRRP child process", times=3)


def test_a_child_asked_to_end_ends_cleanly_and_is_respawned(daemon: Daemon) -> None:
    daemon.start()
    child = daemon.pid("vrrp")
    daemon.says("stand-in serves")
    os.kill(child, signal.SIGTERM)
    daemon.says("stand-in ends")
    daemon.says(f"VRRP child process({child}) died: Respawning")
    daemon.says("stand-in serves", times=2)


def test_a_bug_in_the_child_is_told_and_it_is_respawned(daemon: Daemon) -> None:
    daemon.start(environment={"STAND_IN": "buggy"})
    daemon.says("LookupError: a bug in the child")
    daemon.says("died: Respawning")


def test_dont_respawn_stops_the_daemon(daemon: Daemon) -> None:
    daemon.start("-R")
    child = daemon.pid("vrrp")
    daemon.says("stand-in serves")
    os.kill(child, signal.SIGKILL)
    assert daemon.status() == 1
    assert f"VRRP child process({child}) died: Exiting" in daemon.log


def test_a_child_that_cannot_be_helped_stops_the_daemon(daemon: Daemon) -> None:
    daemon.start(environment={"STAND_IN": "hopeless"})
    assert daemon.status() == 2
    assert "exited with permanent error CONFIG. Terminating" in daemon.log
    assert daemon.log.count("Starting VRRP child process") == 1


def test_when_the_parent_is_killed_the_children_end_cleanly_and_another_can_start(daemon: Daemon) -> None:
    daemon.start("--all", environment={"STAND_IN": "slow"})
    children = [daemon.pid("vrrp"), daemon.pid("checkers")]
    daemon.says("stand-in serves")
    daemon.signal(signal.SIGKILL)
    assert daemon.status() == -signal.SIGKILL
    assert alive(children[0])
    daemon.start("--all")  # while the children of the old one are still ending
    daemon.says("stand-in serves", times=2)
    assert not any(map(alive, children))
    assert daemon.log.count("stand-in ends") == 1
    daemon.signal(signal.SIGTERM)
    assert daemon.status() == 0


def test_a_child_holds_no_end_of_another_s_channel(daemon: Daemon) -> None:
    daemon.start("--all")
    daemon.says("Initializing ipvs")
    daemon.says("Startup complete")
    assert not sockets_of(daemon.pid("checkers")) & sockets_of(daemon.pid("vrrp"))


def sockets_of(pid: int) -> set[str]:
    """Return the sockets that a process holds, as the kernel names them."""
    named = (os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir())
    found = {name for name in named if name.startswith("socket:")}
    assert found
    return found


def test_a_child_that_will_not_end_is_killed(daemon: Daemon) -> None:
    """After ``child_wait_time``."""
    daemon.configuration.write_text(f"child_wait_time 0\n{daemon.configuration.read_text()}")
    daemon.start(environment={"STAND_IN": "stubborn"})
    child = daemon.pid("vrrp")
    daemon.says("stand-in serves")
    daemon.signal(signal.SIGTERM)
    daemon.says("stand-in hears Stop")
    daemon.signal(signal.SIGTERM)
    assert daemon.status() == 0
    assert not alive(child)
    assert not daemon.path("vrrp").exists()
    assert f"VRRP child process({child}) did not end" in daemon.log


def test_a_stopped_child_does_not_hold_up_the_parent(daemon: Daemon) -> None:
    daemon.start()
    child = daemon.pid("vrrp")
    daemon.says("stand-in serves")
    os.kill(child, signal.SIGSTOP)
    daemon.configuration.write_text("".join(router(f"VI_{vrid}", vrid) for vrid in range(1, 255)))
    for times in range(1, 6):
        daemon.signal(signal.SIGHUP)
        daemon.says("Reloading ...", times=times)
    os.kill(child, signal.SIGCONT)
    daemon.says("stand-in hears Reload VI_1 VI_2", times=5)


def test_checkers_come_and_go_with_the_configuration(daemon: Daemon) -> None:
    lvs = "virtual_server 192.0.2.1 80 {\n  lb_algo rr\n  lb_kind NAT\n  protocol TCP\n}\n"
    daemon.start()
    daemon.says("stand-in serves")
    assert not daemon.path("checkers").exists()
    daemon.configuration.write_text(router() + lvs)
    daemon.signal(signal.SIGHUP)
    daemon.says("Initializing ipvs")
    checkers = daemon.pid("checkers")
    daemon.configuration.write_text(router())
    daemon.signal(signal.SIGHUP)
    wait_until(lambda: not Path(f"/proc/{checkers}").exists(), PATIENCE, "the parent to have seen the end of its checkers")
    daemon.configuration.write_text(router() + lvs)
    daemon.signal(signal.SIGHUP)
    daemon.says("Initializing ipvs", times=2)
    assert "died" not in daemon.log


def test_only_vrrp_or_only_checkers_run_if_so_asked(daemon: Daemon) -> None:
    daemon.start("-C", "--all")
    daemon.says("Starting Healthcheck child process")
    daemon.says("Initializing ipvs")
    daemon.signal(signal.SIGTERM)
    assert daemon.status() == 0
    assert "VRRP child" not in daemon.log


def test_without_anything_to_run_it_says_so_and_waits(daemon: Daemon) -> None:
    daemon.configuration.write_text("")
    daemon.start()
    daemon.says("Warning - keepalived has no configuration to run")
    daemon.configuration.write_text(router("VI_3"))
    daemon.signal(signal.SIGHUP)
    daemon.says("stand-in serves VI_3")


def test_options_that_do_not_act_say_so_once(daemon: Daemon) -> None:
    daemon.start("--core-dump-pattern=core", "-a")
    daemon.says("stand-in serves")
    assert daemon.log.count("-M (--core-dump-pattern) does not write") == 1


def test_systemd_hears_when_it_is_ready_reloading_and_stopping(daemon: Daemon) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(10)
        manager.bind(str(daemon.directory / "notify"))
        daemon.start(environment={"NOTIFY_SOCKET": str(daemon.directory / "notify")})
        assert daemon.program is not None
        assert manager.recv(4096).decode() == f"READY=1\nMAINPID={daemon.program.pid}"
        daemon.signal(signal.SIGHUP)
        assert manager.recv(4096).startswith(b"RELOADING=1")
        assert manager.recv(4096).startswith(b"READY=1")
        daemon.signal(signal.SIGTERM)
        assert manager.recv(4096) == b"STOPPING=1"
        assert daemon.status() == 0
