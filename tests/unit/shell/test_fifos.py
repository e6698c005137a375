"""A FIFO takes whole lines while it can, says once that it cannot, and never makes anybody wait."""

import os
import stat
from pathlib import Path

import pytest
from attrs import define, field

from shell.fifos import Fifo

LINE = b'INSTANCE "VI_1" MASTER 150\n'


@define
class Place:
    """A FIFO and what was said of it."""

    path: Path
    said: list[str] = field(factory=list)

    def open(self) -> Fifo:
        fifo = Fifo(str(self.path), os.getuid(), os.getgid(), self.said.append)
        fifo.open()
        return fifo

    def read(self) -> bytes:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            return os.read(descriptor, 1 << 20)
        finally:
            os.close(descriptor)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "fifo")


def test_it_is_made_for_its_owner_alone(place: Place) -> None:
    place.open().close()
    status = place.path.stat()
    assert stat.S_ISFIFO(status.st_mode)
    assert (status.st_mode & 0o777, status.st_uid) == (0o600, os.getuid())


def test_one_that_is_there_is_taken_as_it_is(place: Place) -> None:
    os.mkfifo(place.path, 0o640)
    before = place.path.stat()
    place.open().close(for_good=True)
    after = place.path.stat()
    assert (after.st_mode, after.st_ino) == (before.st_mode, before.st_ino)


def test_a_reader_that_comes_late_gets_every_line(place: Place) -> None:
    fifo = place.open()
    fifo.write(LINE)
    fifo.write(LINE)
    assert place.read() == LINE * 2
    fifo.close()


def test_what_does_not_fit_is_dropped_whole_and_said_once_with_a_count_when_it_is_read_again(place: Place) -> None:
    fifo = place.open()
    for _ in range(10_000):
        fifo.write(LINE)
    assert place.said == [f"FIFO {place.path} is full, for nobody reads it: events are dropped until somebody does"]
    kept = place.read()
    assert kept == LINE * (len(kept) // len(LINE))
    fifo.write(LINE)
    assert place.said[1:] == [f"FIFO {place.path} is read again: {10_000 - len(kept) // len(LINE)} events were dropped"]
    assert place.read() == LINE
    fifo.close()


def test_at_the_end_it_stays_and_goes_only_for_good(place: Place) -> None:
    first = place.open()
    first.close()
    assert place.path.is_fifo()
    place.path.unlink()
    second = place.open()
    second.close(for_good=True)
    assert not place.path.exists()


def test_what_is_no_fifo_is_left_alone_and_told(place: Place) -> None:
    place.path.write_text("precious")
    fifo = place.open()
    fifo.write(LINE)
    fifo.close(for_good=True)
    assert place.path.read_text() == "precious"
    assert place.said == [f"{place.path} exists and is no FIFO: no events are written to it; move it away, or name another"]


def test_a_link_is_not_followed(place: Place, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "other")
    place.path.symlink_to(tmp_path / "other")
    place.open().write(LINE)
    assert place.said == [f"FIFO {place.path} cannot be opened: Too many levels of symbolic links; no events are written to it"]
