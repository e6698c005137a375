"""A failure with daemons is looked at a second time, in a scene played anew; what fails again has failed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REGISTERS = """
from pathlib import Path
from tests import steadiness

steadiness.WATCHED = (Path(__file__).parent / "watched",)

def pytest_configure(config):
    config.pluginmanager.register(steadiness.Steadiness(), "steadiness")
"""
SCENES = """
from itertools import count
import pytest

SCENES = count(1)

@pytest.fixture(scope="module")
def scene():
    return next(SCENES)

def test_in_the_first_scene(scene):
    assert scene == 1

def test_not_before_the_second_scene(scene):
    assert scene >= 2, "too early"

def test_in_the_same_scene(scene):
    assert scene == 2

def test_never(scene):
    assert scene < 0, "never"
"""


def run(folder: Path) -> tuple[int, str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-c",
        str(folder / "pytest.ini"),
        "--rootdir",
        str(folder),
        str(folder),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_failure_is_run_again_in_a_new_scene_and_named(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(REGISTERS)
    for name in ("watched", "pure"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"test_{name}.py").write_text(SCENES)
    status, told = run(tmp_path)
    assert status == 1
    assert "4 failed, 4 passed, " in told  # watched: the last; pure: all but the first
    assert "was run again: watched/test_watched.py::test_not_before_the_second_scene: AssertionError: too early" in told
    assert "was run again: watched/test_watched.py::test_never: AssertionError: never" in told
    assert "was run again: pure" not in told
