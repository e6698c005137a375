"""What a terminal shows of work going on, and that a file or a pipe gets none of it."""

import sys

import pytest

from shell.terminal import WIDEST, StatusLine, Tally, give_up


def test_a_status_line_is_written_over(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    line = StatusLine("searching: ")
    line.show("x" * 1000)
    line.clear()
    first, second = capsys.readouterr().err.split("\r\x1b[K")[1:]
    assert (first[:12], len(first), second) == ("searching: x", WIDEST, "")


def test_a_tally_counts_and_the_last_line_stays(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    tally = Tally(2)
    tally.one_more(": one")
    tally.one_more(": other")
    assert capsys.readouterr().err == "\r\x1b[K1 of 2: one\r\x1b[K2 of 2: other\n"


def test_elsewhere_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Tally(1).one_more()
    assert capsys.readouterr().err == ""


def test_a_complaint_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        give_up("no such file", 2)
    assert (ended.value.code, capsys.readouterr().err) == (2, "no such file\n")
