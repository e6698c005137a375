"""A file is seen old or new, never half."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shell.files import dump_directory, write_atomically


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)))
def test_what_is_written_is_there_and_private(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("dump") / "keepalived.data"
    write_atomically(path, text)
    assert path.read_bytes() == text.encode("utf-8", "surrogateescape")
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == [path.name]


def test_a_reader_of_the_old_file_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "keepalived.stats"
    write_atomically(path, "old")
    with path.open() as reader:
        write_atomically(path, "new")
        assert (reader.read(), path.read_text()) == ("old", "new")


def test_the_umask_does_not_matter(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        write_atomically(tmp_path / "a", "text", 0o644)
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_a_symbolic_link_is_replaced_not_followed(tmp_path: Path) -> None:
    victim, link = tmp_path / "victim", tmp_path / "keepalived.data"
    victim.write_text("mine")
    link.symlink_to(victim)
    write_atomically(link, "dump")
    assert (victim.read_text(), link.read_text(), link.is_symlink()) == ("mine", "dump", False)


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_atomically(tmp_path / "taken", "text")
    assert os.listdir(tmp_path) == ["taken"]


def test_dumps_go_where_TMPDIR_says(monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: N802
    monkeypatch.setenv("TMPDIR", "/var/tmp")
    assert dump_directory() == Path("/var/tmp")
    monkeypatch.delenv("TMPDIR")
    assert dump_directory() == Path("/tmp")
