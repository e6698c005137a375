"""Files: the integer in them."""

import pytest

from kaspec.trackers.file import beginning, read, value_of
from kaspec.trackers.tracked import TrackedFile
from kaspec.tracking import Finding


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", 0),
        ("5\n", 5),
        ("  8  ", 8),
        ("-3", -3),
        ("+11", 11),
        ("7abc", 7),
        ("9 8", 9),
        ("13.5", 13),
        ("20\n21", 20),
        ("0x10", 16),
        ("012", 10),
        ("-0", 0),
        ("0x", 0),
        ("08", 0),
        ("x", 0),
        ("2147483647", 2147483647),
        ("99999999999999", None),
        ("-99999999999", None),
    ],
)
def test_what_keepalived_reads(text: str, value: int | None) -> None:
    """Asked of keepalived 2.2.7: strtol(3) with base 0; what is no int does not count."""
    assert value_of(text) == value


def test_a_missing_file_is_0_and_a_number_too_large_changes_nothing() -> None:
    before = Finding.of_file(4)
    assert read(None, before) == Finding(True, 0)
    assert read("99999999999", before) == before
    assert read("-2", before) == Finding(False, -2)


def test_what_a_file_begins_with() -> None:
    left = TrackedFile("load", "/run/load")
    made, overwritten = (TrackedFile("load", "/run/load", initial=7, overwrite=each) for each in (False, True))
    assert [beginning(file, exists) for file in (left, made, overwritten) for exists in (False, True)] == [
        None,
        None,
        "7\n",
        None,
        "7\n",
        "7\n",
    ]
    assert (left.directory, left.base) == ("/run", "load")
    assert TrackedFile("load", "/load").directory == "/"
