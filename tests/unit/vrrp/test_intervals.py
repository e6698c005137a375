"""The timing vectors of the RFCs' formulas; the figures are exact in microseconds."""

import pytest

from kaspec.units import Interval, in_seconds, seconds
from kaspec.vrrp.intervals import master_down_interval, skew_time
from kaspec.vrrp.router import Version

VECTORS: dict[str, tuple[Version, int, str, str, str]] = {
    "VT-1": (2, 100, "1", "0.609375", "3.609375"),
    "VT-2": (2, 200, "2", "0.218750", "6.218750"),
    "VT-3": (2, 254, "1", "0.007812", "3.007812"),
    "VT-4": (3, 100, "1", "0.609375", "3.609375"),
    "VT-5": (3, 150, "1", "0.414062", "3.414062"),
    "VT-6": (3, 100, "0.25", "0.152343", "0.902343"),
    "VT-7": (3, 100, "2", "1.218750", "7.218750"),
    "VT-8": (3, 150, "0.5", "0.207031", "1.707031"),
    "VT-9": (3, 1, "40.95", "40.790039", "163.640039"),
    "the lowest priority": (2, 1, "1", "0.996093", "3.996093"),
    "an owner": (2, 255, "1", "0.003906", "3.003906"),
    "the longest interval": (2, 100, "255", "0.609375", "765.609375"),
    "keepalived 155, measured 3.394531": (2, 155, "1", "0.394531", "3.394531"),
    "keepalived v3 0.5 s, measured 1.804687": (3, 100, "0.5", "0.304687", "1.804687"),
    "keepalived v3 210, measured 3.179687": (3, 210, "1", "0.179687", "3.179687"),
}


@pytest.mark.parametrize(("version", "priority", "interval", "skew", "down"), VECTORS.values(), ids=VECTORS)
def test_vectors(version: Version, priority: int, interval: str, skew: str, down: str) -> None:
    assert in_seconds(skew_time(version, priority, seconds(interval))) == skew
    assert in_seconds(master_down_interval(version, priority, seconds(interval))) == down


def test_the_skew_of_version_2_does_not_depend_on_the_interval() -> None:
    """RFC 3768 6.1, unlike RFC 5798."""
    assert skew_time(2, 100, seconds(1)) == skew_time(2, 100, seconds(255)) == 609_375
    assert skew_time(3, 100, seconds(2)) == 2 * skew_time(3, 100, seconds(1))


def test_a_higher_priority_waits_less() -> None:
    """The whole point of Skew_Time: every step of priority takes over earlier."""
    waits = [skew_time(2, priority, seconds(1)) for priority in range(1, 256)]
    assert waits == sorted(set(waits), reverse=True)


def test_down_timer_adverts_replaces_the_three() -> None:
    """keepalived ``down_timer_adverts``."""
    assert master_down_interval(2, 100, seconds(1), adverts=1) == Interval(1_609_375)
    assert master_down_interval(2, 100, seconds(1), adverts=10) == Interval(10_609_375)
