"""How the daemon starts, in the background too, and what keeps it from starting."""

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.daemon import ROOT, STAND_IN, Daemon, alive, gone, router

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: the daemon does not start without CAP_NET_ADMIN and CAP_NET_RAW")
needs_setpriv = pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv (util-linux) to give up capabilities")


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon with one virtual router, not yet started."""
    new = Daemon(tmp_path)
    new.configuration.write_text(router())
    yield new
    new.end()


def test_in_the_background_it_returns_once_the_pid_file_is_there(daemon: Daemon) -> None:
    log = daemon.directory / "log"
    assert daemon.finished("-G", "-g", str(log)).returncode == 0
    parent = int(daemon.path("keepalived").read_text())
    assert alive(parent)
    daemon.pid("vrrp")
    assert os.getsid(parent) != os.getsid(0)
    assert {os.readlink(f"/proc/{parent}/fd/{descriptor}") for descriptor in (0, 1, 2)} == {"/dev/null"}
    assert os.readlink(f"/proc/{parent}/cwd") == "/"
    os.kill(parent, signal.SIGTERM)
    gone(parent)
    assert "Stopped kaspec" in log.read_text()
    assert "stand-in ends" in (daemon.directory / "log_vrrp").read_text()
    assert not list(daemon.directory.glob("*.pid"))


def test_relative_paths_still_mean_the_same_in_the_background(daemon: Daemon) -> None:
    files = ["-f", "keepalived.conf", "-p", "keepalived.pid", "-r", "vrrp.pid", "-c", "checkers.pid", "-g", "log"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([*STAND_IN, "-G", *files], cwd=daemon.directory, env=environment, timeout=20, check=True)
    daemon.configuration.write_text(router("VI_2"))
    daemon.pid("vrrp")
    os.kill(daemon.pid("keepalived"), signal.SIGHUP)
    (daemon.directory / "console").symlink_to("log_vrrp")
    daemon.says("stand-in hears Reload VI_2")


def test_in_the_background_a_refusal_is_told_and_counted(daemon: Daemon) -> None:
    daemon.configuration.unlink()
    result = daemon.finished("-G")
    assert result.returncode == 6
    assert f"Configuration file {daemon.configuration} cannot be read: No such file or directory" in result.stderr


@pytest.mark.parametrize("options", [("-G",), ("-n", "-G")], ids=["background", "foreground"])
def test_a_pid_file_that_cannot_be_written_is_told(daemon: Daemon, options: tuple[str, ...]) -> None:
    path = daemon.directory / "no" / "such" / "directory.pid"
    result = subprocess.run(
        [*STAND_IN, *options, "-f", daemon.configuration, "-p", path], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert result.returncode == 1
    assert f"{path} cannot be written: No such file or directory; name another with -p FILE" in result.stderr


def test_a_second_one_does_not_start_and_does_no_harm(daemon: Daemon) -> None:
    daemon.start()
    child = daemon.pid("vrrp")
    result = daemon.finished("-n", "-G")
    assert result.returncode == 1
    assert f"daemon is already running: {daemon.path('keepalived')} names process {daemon.pid('keepalived')}" in result.stderr
    assert daemon.pid("vrrp") == child


def test_a_stale_pid_file_is_replaced_and_one_that_is_not_ours_stays(daemon: Daemon) -> None:
    daemon.path("keepalived").write_text(f"{os.getpid()}\n")  # alive, but no keepalived
    daemon.start()
    daemon.says("stand-in serves")
    assert daemon.program is not None
    assert daemon.pid("keepalived") == daemon.program.pid
    daemon.path("keepalived").write_text("1\n")
    daemon.signal(signal.SIGTERM)
    assert daemon.status() == 0
    assert daemon.path("keepalived").read_text() == "1\n"
    assert not daemon.path("vrrp").exists()


@needs_setpriv
@pytest.mark.parametrize(("given_up", "named"), [("-net_raw", ["RAW"]), ("-net_admin", ["ADMIN"]), ("-all", ["ADMIN", "RAW"])])
def test_missing_capabilities_are_named_with_all_else_that_is_wrong(daemon: Daemon, given_up: str, named: list[str]) -> None:
    daemon.configuration.unlink()
    result = daemon.finished("-n", "-G", prefix=("setpriv", "--bounding-set", given_up))
    assert result.returncode == 4
    for capability in ("ADMIN", "RAW"):
        assert (f"CAP_NET_{capability} is missing" in result.stderr) == (capability in named)
    assert "cannot be read" in result.stderr


@pytest.mark.parametrize(
    ("text", "status", "codes"),
    [
        (router(), 0, []),
        ("", 0, []),
        (router() + "nonsense 1\n", 5, ["K010"]),
        (router().replace("lo", "nosuch0"), 5, ["K050"]),
        (router().replace("priority 100", "priority 999"), 5, ["K015"]),
        (router().replace("priority 100", "priority"), 2, ["K012"]),
        (router().replace("lo", "nosuch0") + router("VI_2", 9999) + "}\nnonsense\n", 5, ["K050", "K015", "K004", "K010"]),
        ("includem other.conf\n" + router(), 6, ["K060"]),
        (None, 4, []),
    ],
)
def test_a_config_test_tells_everything_with_its_place_and_keepalived_s_status(
    daemon: Daemon, text: str | None, status: int, codes: list[str]
) -> None:
    daemon.configuration.unlink() if text is None else daemon.configuration.write_text(text)
    result = daemon.finished("-t")
    assert (result.returncode, "Traceback" in result.stderr) == (status, False)
    for code in codes:
        assert any(f"[{code}]" in line and line.startswith(f"{daemon.configuration}:") for line in result.stderr.splitlines()), code
    assert bool(result.stderr) == bool(status)
    to_file = daemon.finished(f"-t{daemon.directory / 'findings'}")
    assert (to_file.returncode, to_file.stderr) == (status, "")
    assert (daemon.directory / "findings").read_text() == result.stderr
    assert not list(daemon.directory.glob("*.pid"))


@pytest.mark.parametrize(
    ("text", "status"),
    [(router().replace("lo", "nosuch0"), 2), (router().replace("priority 100", "priority"), 2), ("nonsense\n", 2), (None, 6)],
)
def test_what_cannot_be_run_is_not_started(daemon: Daemon, text: str | None, status: int) -> None:
    daemon.configuration.unlink() if text is None else daemon.configuration.write_text(text)
    result = daemon.finished("-n", "-G")
    assert (result.returncode, "Starting VRRP" in result.stderr) == (status, False)


def test_what_is_only_partly_wrong_is_told_and_the_rest_runs(daemon: Daemon) -> None:
    daemon.configuration.write_text(router() + "nonsense 1\n")
    daemon.start()
    daemon.says("stand-in serves VI_1")
    assert "[K010]" in daemon.log


def test_a_console_that_nobody_reads_holds_up_nothing(daemon: Daemon) -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writing, bytes(4096))
    daemon.start("-g", str(daemon.directory / "console"), stderr=writing)
    daemon.pid("vrrp")
    daemon.says("Starting VRRP child process")
    daemon.signal(signal.SIGTERM)
    assert daemon.status() == 0
    os.close(reading)
    os.close(writing)


def test_a_console_whose_reader_is_gone_ends_nothing(daemon: Daemon) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    daemon.start("-g", str(daemon.directory / "console"), stderr=writing)
    os.close(writing)
    child = daemon.pid("vrrp")
    for _ in range(3):
        daemon.signal(signal.SIGHUP)
    daemon.says("Reloading ...")
    assert alive(child)
    daemon.signal(signal.SIGTERM)
    assert daemon.status() == 0


def test_standard_descriptors_that_are_closed_are_never_used_for_anything_else(daemon: Daemon) -> None:
    command = " ".join(daemon.command("-n", "-l", "-G"))
    daemon.program = subprocess.Popen(["/bin/sh", "-c", f"exec {command} <&- >&- 2>&-"], cwd=ROOT)
    for process in ("keepalived", "vrrp"):
        pid = daemon.pid(process)
        assert {os.readlink(f"/proc/{pid}/fd/{descriptor}") for descriptor in (0, 1, 2)} == {"/dev/null"}


def test_a_network_namespace_that_does_not_exist_is_told(daemon: Daemon) -> None:
    result = daemon.finished("-n", "-G", "-s", "no-such-namespace")
    assert result.returncode == 1
    assert "/run/netns/no-such-namespace: No such file or directory" in result.stderr


@pytest.mark.skipif(shutil.which("ip") is None, reason="needs ip (iproute2) to make a network namespace")
def test_all_its_processes_run_in_the_network_namespace_asked_for(daemon: Daemon) -> None:
    name = f"ksd-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        daemon.start("-s", name)
        wanted = Path(f"/run/netns/{name}").stat().st_ino
        assert [Path(f"/proc/{daemon.pid(each)}/ns/net").stat().st_ino for each in ("keepalived", "vrrp")] == [wanted] * 2
        daemon.signal(signal.SIGTERM)
        assert daemon.status() == 0
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


def test_help_and_signal_numbers_need_nothing(tmp_path: Path) -> None:
    for options in (["--help"], ["-v"], ["--signum", "RELOAD"]):
        result = subprocess.run([*STAND_IN, *options], cwd=ROOT, env={"HOME": str(tmp_path)}, capture_output=True, timeout=20, check=False)
        assert (result.returncode, result.stderr) == (0, b"")
