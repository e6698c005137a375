"""A file that holds an integer (keepalived ``track_file``): what its text means, and what it begins with."""

import re

from kaspec.trackers.tracked import TrackedFile
from kaspec.tracking import Finding

_NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))", re.ASCII)
INTEGERS = range(-(1 << 31), 1 << 31)
LONGEST = 128
"""No more bytes of a file are looked at."""


def value_of(text: str) -> int | None:
    """Return the integer a file's text begins with, 0 if with none, and ``None`` for one beyond 32 bits, which does not count.

    As strtol(3) with base 0 reads it: after blanks, decimal, hexadecimal (0x) or octal (0); what follows does not matter.
    """
    found = _NUMBER.match(text)
    if found is None:
        return 0
    sign, hexadecimal, octal, decimal = found.groups()
    size = int(hexadecimal, 16) if hexadecimal else int(octal, 8) if octal else int(decimal)
    value = -size if sign == "-" else size
    return value if value in INTEGERS else None


def read(text: str | None, before: Finding) -> Finding:
    """Return how a file with this text is found, ``None`` being one that cannot be read; what does not count leaves it as ``before``."""
    value = 0 if text is None else value_of(text)
    return before if value is None else Finding.of_file(value)


def beginning(file: TrackedFile, exists: bool) -> str | None:
    """Return what is written to the file at the start, if anything is."""
    if file.initial is None or (exists and not file.overwrite):
        return None
    return f"{file.initial}\n"
