"""What tshark, which is not ours, makes of the packets of a capture."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

MESSAGE_ONLY = ("-o", "vrrp.v3_checksum_as_in_v2:TRUE")
"""The preference by which a version 3 checksum covers the message alone."""


def needs_tshark() -> None:
    """Skip the test where there is none."""
    if shutil.which("tshark") is None:
        pytest.skip("needs the Debian package tshark")


def read_fields(file: Path, layer: str, fields: tuple[str, ...], preferences: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return the fields of every frame of the layer, as tshark sees them with every checksum checked."""
    wanted = [option for name in fields for option in ("-e", name)]
    checked = ["-o", "ip.check_checksum:TRUE", *preferences]
    command = ["tshark", "-n", "-r", str(file), *checked, "-Y", layer, "-T", "fields", "-E", "separator=|", *wanted]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    return [dict(zip(fields, line.split("|"), strict=True)) for line in output.splitlines()]


def faults(file: Path, preferences: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return every packet that is malformed, or that tshark warns of."""
    layer = "_ws.malformed || vrrp.checksum.status == 0 || icmpv6.checksum.status == 0 || (vrrp && _ws.expert.severity >= 0x600000)"
    return read_fields(file, layer, ("frame.number", "_ws.col.Info", "_ws.expert.message"), preferences)
