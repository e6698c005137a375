"""IPv4 datagrams that are none, or are odd."""

import pytest

from kaspec.wire.ip import Malformed, Packet, decode_ipv4

GOOD = bytes.fromhex("45c0001800010000ff70000000000001e0000012") + b"abcd"


def changed(at: int, octet: int) -> bytes:
    return GOOD[:at] + bytes([octet]) + GOOD[at + 1 :]


def test_a_plain_datagram() -> None:
    assert decode_ipv4(GOOD) == Packet(GOOD[12:16], GOOD[16:20], 255, 112, b"abcd")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "datagram",
    [b"", GOOD[:19], changed(0, 0x65), changed(0, 0x44), changed(0, 0x47), changed(3, 25), changed(3, 19), changed(2, 1)],
    ids=["empty", "short", "version 6", "header too short", "header past the end", "longer than it is", "shorter than a header", "huge"],
)
def test_lengths_must_fit(datagram: bytes) -> None:
    assert isinstance(decode_ipv4(datagram), Malformed)
