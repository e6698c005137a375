"""BFD control packets: every check of RFC 5880 6.8.6 that bytes can fail."""

import pytest

from kaspec import rules
from kaspec.rules import Rule
from kaspec.units import Interval
from kaspec.wire.bfd import ControlPacket, SessionState, decode, encode
from kaspec.wire.vrrp import Undecodable

BYTES = bytes.fromhex("20 c0 03 18 00000005 00000009 0000c350 00013880 00000000".replace(" ", ""))
PACKET = ControlPacket(SessionState.UP, 3, 5, 9, Interval(50_000), Interval(80_000))


def test_the_layout() -> None:
    """RFC 5880 4.1: version 1, Up, multiplier 3, length 24, both discriminators, 50 ms, 80 ms, no echo."""
    assert encode(PACKET) == BYTES
    assert decode(BYTES) == PACKET


def _with(place: int, *values: int) -> bytes:
    return BYTES[:place] + bytes(values) + BYTES[place + len(values) :]


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        (b"", rules.BFD_LENGTH),
        (BYTES[:23], rules.BFD_LENGTH),
        (_with(0, 0x00), rules.BFD_VERSION),
        (_with(0, 0x40), rules.BFD_VERSION),
        (_with(3, 23), rules.BFD_LENGTH),
        (_with(1, 0xC4, 3, 25) + bytes(8), rules.BFD_LENGTH),
        (_with(3, 25), rules.BFD_LONGER_THAN_PAYLOAD),
        (_with(2, 0), rules.BFD_DETECT_MULTIPLIER),
        (_with(1, 0xC1), rules.BFD_MULTIPOINT),
        (_with(4, 0, 0, 0, 0), rules.BFD_MY_DISCRIMINATOR),
        (_with(8, 0, 0, 0, 0), rules.BFD_YOUR_DISCRIMINATOR),
        (_with(1, 0xC4, 3, 26) + bytes(2), rules.BFD_AUTHENTICATION),
    ],
)
def test_what_is_discarded(payload: bytes, rule: Rule) -> None:
    found = decode(payload)
    assert isinstance(found, Undecodable)
    assert found.rule == rule
