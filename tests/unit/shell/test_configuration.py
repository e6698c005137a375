"""Configurations of several files on a real disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kaspec.config.diagnostics import ENDLESS, INCLUDE_MISSING, INCLUDE_SKIPPED
from shell import config_test, exits
from shell.configuration import Loaded, Unreadable, read

NOBODY = 65534


def written(directory: Path, files: dict[str, str]) -> Path:
    """Write files, return the first."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory / next(iter(files))


def loaded(directory: Path, files: dict[str, str], all_config: bool = False) -> Loaded:
    found = read(written(directory, files), "host", all_config)
    assert isinstance(found, Loaded)
    return found


def told(found: Loaded) -> list[tuple[str, str, int]]:
    return [(each.code, Path(each.span.file).name, each.span.line) for each in found.diagnostics]


def test_a_configuration_may_be_in_parts(tmp_path: Path) -> None:
    files = {
        "k.conf": "$IF=eth0\ninclude conf.d/*.conf\n",
        "conf.d/1.conf": "vrrp_instance A {\n  virtual_router_id 1\n  include ../lines\n}\n",
        "conf.d/2.conf": "vrrp_instance B {\n  virtual_router_id 2\n  include ../lines\n}\n",
        "lines": "interface $IF\nvirtual_ipaddress {\n  192.0.2.1/24\n}\n",
    }
    found = loaded(tmp_path, files)
    assert [(router.name, router.interface) for router in found.configuration.routers] == [("A", "eth0"), ("B", "eth0")]
    assert {Path(path).name for path in found.texts} == {"k.conf", "1.conf", "2.conf", "lines"}


def test_relative_names_are_relative_to_the_file_wherever_it_is_named_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"sub/k.conf": "include a.conf", "sub/a.conf": "x${_PWD}"})
    monkeypatch.chdir(tmp_path)
    found = read(Path("sub/k.conf"), "host")
    assert isinstance(found, Loaded)
    assert [str(each.span) for each in found.diagnostics] == ["sub/a.conf:1:1"]
    assert f"x{tmp_path}/sub" in found.lines[0]


def test_a_circle_of_links_is_a_circle(tmp_path: Path) -> None:
    path = written(tmp_path, {"k.conf": "include loop/k.conf\n"})
    (tmp_path / "loop").symlink_to(tmp_path)
    found = read(path, "host")
    assert isinstance(found, Loaded)
    assert told(found) == [(ENDLESS.code, "k.conf", 1)]


@pytest.mark.parametrize(
    ("directive", "code", "status"), [("include", INCLUDE_SKIPPED.code, exits.OK), ("includer", INCLUDE_MISSING.code, exits.NO_CONFIG)]
)
def test_executables_and_directories_are_not_included(tmp_path: Path, directive: str, code: str, status: int) -> None:
    path = written(tmp_path, {"k.conf": f"{directive} run\n{directive} sub\n", "run": "", "sub/x": ""})
    (tmp_path / "run").chmod(0o755)
    found = read(path, "host")
    assert isinstance(found, Loaded)
    assert told(found) == [(code, "k.conf", 1), (code, "k.conf", 2)]
    assert "is executable" in found.lines[0]
    assert config_test.status(found) == status


@contextmanager
def without_root() -> Iterator[None]:
    """Be nobody for a while if we are root, who reads everything."""
    was = os.geteuid()
    os.seteuid(was or NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_file_that_may_not_be_read_is_told() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # pytest's own directories are closed to others
        path = written(Path(folder), {"k.conf": "includer secret\n", "secret": ""})
        (Path(folder) / "secret").chmod(0)
        with without_root():
            found = read(path, "host")
    assert isinstance(found, Loaded)
    assert "Permission denied" in found.lines[0]


def test_the_option_e_wants_every_file(tmp_path: Path) -> None:
    files = {"k.conf": "include none\n"}
    assert told(loaded(tmp_path, files)) == [(INCLUDE_SKIPPED.code, "k.conf", 1)]
    assert told(loaded(tmp_path, files, all_config=True)) == [(INCLUDE_MISSING.code, "k.conf", 1)]


def test_the_main_file_may_be_a_pipe(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b"vrrp_instance V { interface eth0\nvirtual_router_id 1\n}\n")
    os.close(write_end)
    found = read(Path(f"/dev/fd/{read_end}"), "host")
    os.close(read_end)
    assert isinstance(found, Loaded)
    assert [router.name for router in found.configuration.routers] == ["V"]
    assert isinstance(read(tmp_path / "none", "host"), Unreadable)


def test_names_that_cannot_be_are_missing(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"k.conf": f"include {'x' * 300}\ninclude k.conf/x\n"})
    assert [code for code, *_ in told(found)] == [INCLUDE_SKIPPED.code] * 2
