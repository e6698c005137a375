"""What genhash prints."""

from kaspec.report.genhash import dump, verbose
from kaspec.units import Interval


def test_a_dump_has_rows_of_sixteen_octets_in_two_halves() -> None:
    assert list(dump(b"HTTP/1.1 200 OK\r\nA")) == [
        "0000  48 54 54 50 2f 31 2e 31 - 20 32 30 30 20 4f 4b 0d   HTTP/1.1 200 OK.",
        "0016  0a 41                   -                           .A              ",
    ]


def test_everything_is_printed_piece_by_piece_and_no_more_than_the_body() -> None:
    printed = list(verbose((b"HTTP/1.0 200 OK\r\n", b"\r\nhel", b"loX"), 5, "5d41402abc4b2a76b9719d911017c592", "/x", Interval(7)))
    titles = [line.strip("-[] ") for line in printed if line.startswith("-")]
    assert titles == ["HTTP Header Buffer", "HTTP Header Ascii Buffer", "HTML Buffer", "HTML hash resulting", "HTML hash final resulting"]
    assert [line[-16:].rstrip() for line in printed if line.startswith("0000")][1:3] == ["hel", "lo"]
    assert printed[-3:] == ["5d41402abc4b2a76b9719d911017c592", "", "Global response time for [/x] = 7 usecs"]


def test_a_head_that_never_ends_is_all_there_is() -> None:
    assert "HTML Buffer" not in "".join(verbose((b"HTTP/1.0",), 0, "00" * 16, "/", Interval(0)))
