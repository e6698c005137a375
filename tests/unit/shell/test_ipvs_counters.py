"""What the kernel counts, byte by byte, as include/uapi/linux/ip_vs.h has it on a little-endian machine."""

from kaspec.lvs.counted import Counted, Traffic
from shell.ipvs import counters
from tests.unit.shell.test_ipvs_codec import FAMILY, KEY, SERVER, SERVER_KEY, SERVER_REST, SETTINGS, WEB, message, nest

NUMBERS = range(1, 11)
NARROW = "".join(nest(kind, (kind * 7).to_bytes(4, "little").hex()) for kind in NUMBERS)
WIDE = "".join(nest(kind, (kind * 7 + (1 << 40)).to_bytes(8, "little").hex()) for kind in NUMBERS)
SEVENS = Traffic(7, 14, 21, 28, 35), Traffic(42, 49, 56, 63, 70)
LARGE = Traffic(*(kind * 7 + (1 << 40) for kind in NUMBERS[:5])), Traffic(*(kind * 7 + (1 << 40) for kind in NUMBERS[5:]))
CONNECTED = "080007000200000008000800030000000800090004000000"


def test_counters_of_32_bits_are_read_where_there_are_no_longer_ones() -> None:
    data = message(1, nest(1, KEY + SETTINGS + nest(10, NARROW)))
    assert list(counters.read_services(FAMILY, data)) == [(WEB, Counted(*SEVENS))]


def test_the_longer_counters_are_taken_where_there_are_both() -> None:
    data = message(1, nest(1, KEY + SETTINGS + nest(10, NARROW) + nest(12, WIDE)))
    assert list(counters.read_services(FAMILY, data)) == [(WEB, Counted(*LARGE))]


def test_of_a_destination_connections_are_told_too() -> None:
    data = message(5, nest(2, SERVER_KEY + SERVER_REST + CONNECTED + nest(12, WIDE)))
    assert list(counters.read_destinations(FAMILY, data)) == [(SERVER.key, Counted(*LARGE, 2, 3, 4))]
