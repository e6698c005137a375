"""What a text becomes, asked of real keepalived: it names the first word of every line that it does not know."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.config.expansion.cases import CASES, CONFIG_ID

_UNKNOWN = re.compile(r"\(main\.conf: Line \d+\) Unknown keyword '(.*)'")


@pytest.mark.parametrize("name", CASES)
def test_keepalived_makes_the_same_of_it(name: str, tmp_path: Path) -> None:
    text, expected = CASES[name]
    (tmp_path / "main.conf").write_text(f"{text}\n")
    run = subprocess.run(
        ("keepalived", "-t", "-i", CONFIG_ID, "-f", "main.conf"), cwd=tmp_path, capture_output=True, text=True, timeout=10, check=False
    )
    told = _UNKNOWN.findall(run.stderr)
    times = len(told) // max(len(expected.split()), 1)
    assert " ".join(told) == " ".join([expected] * max(times, 1))
