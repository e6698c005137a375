"""Logging goes to where it should and never holds up or breaks whoever logs."""

import logging
import os
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define, field

from shell import logs
from shell.logs import CAPACITY, Console, Listener, LogFile, Syslog
from shell.options import Options

NOON = 1_795_000_000.0
STAMP = re.compile(rb"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \d{4}: ")


@define
class Kept:
    """A place that keeps every line."""

    lines: list[str] = field(factory=list)
    lost: int = 0

    def write(self, at: float, line: str) -> None:  # noqa: ARG002
        self.lines.append(line)


@pytest.fixture
def kept() -> Iterator[Kept]:
    """Log this process to a list, and leave logging as it was."""
    handlers, raises, sink = logging.root.handlers[:], logging.raiseExceptions, Kept()
    logs.begin([sink])
    yield sink
    logs.stop()
    logging.root.handlers[:], logging.raiseExceptions = handlers, raises


def written(*sinks: logs.Sink, lines: int) -> None:
    """Log so many lines to the sinks and wait until they are dealt with."""
    listener = Listener(sinks)
    listener.start()
    for number in range(lines):
        listener.put(NOON, f"line {number}")
    listener.end(patience=20)


def test_the_console_stamps_lines_as_keepalived_does() -> None:
    reading, writing = os.pipe()
    Console(writing).write(NOON, "Startup complete")
    os.close(writing)
    line = os.read(reading, 4096)
    os.close(reading)
    assert STAMP.sub(b"", line) == b"Startup complete\n"
    assert STAMP.match(line)


def test_text_that_is_no_unicode_is_logged_all_the_same() -> None:
    reading, writing = os.pipe()
    Console(writing).write(NOON, "caf\udce9 \u8a2d\u5b9a")
    os.close(writing)
    assert os.read(reading, 4096).endswith(b": caf\\udce9 \xe8\xa8\xad\xe5\xae\x9a\n")
    os.close(reading)


def test_a_console_that_nobody_reads_costs_its_lines_and_later_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "PATIENCE", 0.01)
    reading, writing = os.pipe()
    console, beside = Console(writing), Kept()
    written(console, beside, lines=3000)
    assert 0 < console.lost < 3000
    assert len(beside.lines) == 3000
    os.set_blocking(reading, False)
    lost, taken = console.lost, os.read(reading, 1 << 20).count(b"\n")
    assert taken + lost == 3000
    written(console, lines=1)
    assert f"{lost} log lines were lost here".encode() in os.read(reading, 1 << 20)
    os.close(reading)
    os.close(writing)


def test_a_console_whose_reader_is_gone_is_no_trouble() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    console = Console(writing)
    written(console, lines=3)
    assert console.lost == 3
    os.close(writing)


def test_a_closed_console_is_no_trouble() -> None:
    console, beside = Console(1_000_000), Kept()
    written(console, beside, lines=3)
    assert (console.lost, len(beside.lines)) == (3, 3)


def test_a_full_disk_is_no_trouble() -> None:
    full = LogFile(Path("/dev/full"))
    written(full, lines=3)
    assert full.lost == 3


def test_a_log_file_is_appended_to_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keepalived.log"
    for _ in range(2):
        written(LogFile(path), lines=2)
    assert [STAMP.sub(b"", line) for line in path.read_bytes().splitlines()] == [b"line 0", b"line 1"] * 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_syslog_gets_facility_ident_and_pid_and_a_restart_is_survived(tmp_path: Path) -> None:
    syslog = Syslog("Keepalived_vrrp", 16, str(tmp_path / "log"))
    written(syslog, lines=1)
    assert syslog.lost == 1
    for said in (2, 1):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
            daemon.bind(syslog.path)
            written(syslog, lines=1)
            first = daemon.recv(4096).decode()
            assert re.fullmatch(rf"<134>\w{{3}} [ \d]\d \d\d:\d\d:\d\d Keepalived_vrrp\[{os.getpid()}\]: line 0", first)
            if said == 2:
                assert "1 log lines were lost here" in daemon.recv(4096).decode()
        os.unlink(syslog.path)


def test_a_syslog_daemon_that_does_not_read_costs_its_lines_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "PATIENCE", 0.01)
    syslog, beside = Syslog("Keepalived", 3, str(tmp_path / "log")), Kept()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(syslog.path)
        written(syslog, beside, lines=2000)
        assert 0 < syslog.lost < 2000
        assert len(beside.lines) == 2000


def test_more_lines_than_the_queue_holds_are_counted_and_said() -> None:
    kept = Kept()
    listener = Listener([kept])
    for number in range(CAPACITY + 5):
        listener.put(NOON, f"line {number}")
    listener.start()
    listener.end(patience=20)
    assert listener.overflowed == 5
    assert len(kept.lines) == CAPACITY + 1
    assert kept.lines[1].startswith("5 log lines were lost here")


def test_no_thread_is_alive_around_a_fork_and_no_line_is_lost(kept: Kept) -> None:
    logs.info("before")
    with logs.paused():
        assert "log" not in {thread.name for thread in threading.enumerate()}
        assert kept.lines == ["before"]
        logs.info("meanwhile")
    logs.info("after")
    logs.stop()
    assert kept.lines == ["before", "meanwhile", "after"]


def test_what_libraries_log_comes_out_too_a_traceback_as_lines(kept: Kept) -> None:
    logging.getLogger("asyncio").warning("slow %s", "callback")
    try:
        raise LookupError("no such thing")
    except LookupError:
        logs.trouble("a bug")
    logs.stop()
    assert kept.lines[:2] == ["slow callback", "a bug"]
    assert kept.lines[-1] == "LookupError: no such thing"
    assert not any("\n" in line for line in kept.lines)


def test_a_percent_sign_is_just_that(kept: Kept) -> None:
    logs.info("100 %s %d")
    logs.stop()
    assert kept.lines == ["100 %s %d"]


def test_sinks_follow_the_options(tmp_path: Path) -> None:
    assert logs.sinks_for("Keepalived", Options(no_syslog=True)) == ()
    console, syslog, file = logs.sinks_for("Keepalived_vrrp", Options(log_console=True, log_facility=17, log_file=tmp_path / "k.log"))
    assert (type(console), type(syslog), type(file)) == (Console, Syslog, LogFile)
    assert isinstance(file, LogFile)
    assert file.path == tmp_path / "k_vrrp.log"
    assert isinstance(syslog, Syslog)
    assert syslog.facility == 17


def test_lines_made_later_come_in_their_turn_and_a_bug_in_making_them_ends_nothing() -> None:
    sink = Kept()
    listener = Listener([sink])
    listener.put(1.0, "first")
    listener.put(2.0, lambda: ("second", "third"))
    listener.put(3.0, lambda: (str(1 // 0),))
    listener.put(4.0, "last")
    listener.start()
    listener.end()

    said = sink.lines

    assert said[:3] == ["first", "second", "third"]
    assert "bug" in said[3]
    assert any("ZeroDivisionError" in line for line in said)
    assert said[-1] == "last"
