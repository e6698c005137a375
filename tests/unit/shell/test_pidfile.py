"""A pid file is written whole, names a live daemon or nobody, and is removed by its owner only."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shell import pidfile

PRETEND = "import sys; open('/proc/self/comm', 'w').write(sys.argv[1]); print(flush=True); sys.stdin.read()"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keepalived.pid"


@pytest.fixture(params=["keepalived", "kaspec", "kaspec_vrrp", "sshd"])
def program(request: pytest.FixtureRequest) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A live process of the given name."""
    with subprocess.Popen([sys.executable, "-c", PRETEND, request.param], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield request.param, process
        process.kill()


def test_what_is_written_is_read(path: Path) -> None:
    pidfile.write(path, 4711)
    assert path.read_text() == "4711\n"
    assert pidfile.read(path) == 4711
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("content", ["", "x", "-1", "0", "12 34", "9" * 40])
def test_a_file_without_a_pid_names_nobody(path: Path, content: str) -> None:
    path.write_text(content)
    assert pidfile.holder(path) is None


def test_a_live_daemon_holds_its_file_and_another_program_does_not(path: Path, program: tuple[str, subprocess.Popen[bytes]]) -> None:
    name, process = program
    pidfile.write(path, process.pid)
    assert pidfile.holder(path) == (None if name == "sshd" else process.pid)


def test_a_daemon_that_ended_holds_nothing_even_while_it_waits_to_be_reaped(
    path: Path, program: tuple[str, subprocess.Popen[bytes]]
) -> None:
    _, process = program
    pidfile.write(path, process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert pidfile.holder(path) is None
    process.wait()
    assert pidfile.holder(path) is None


def test_only_ones_own_file_is_removed(path: Path) -> None:
    pidfile.write(path, 4711)
    pidfile.remove(path, 4712)
    assert path.exists()
    pidfile.remove(path, 4711)
    assert not path.exists()
    pidfile.remove(path, 4711)
