"""Skew_Time and Master_Down_Interval, exact in microseconds (RFC 3768 6.1, RFC 5798 6.1)."""

from kaspec.units import CENTISECOND, SECOND, Interval
from kaspec.vrrp.router import Version


def skew_time(version: Version, priority: int, master_adver_interval: Interval) -> Interval:
    """Return Skew_Time for an effective priority 1..255.

    Version 2: (256 - priority) / 256 seconds, whatever the interval.  Version 3: the same share of the Master's interval, computed in
    whole microseconds from centiseconds as keepalived does.
    """
    if version == 2:
        return Interval((256 - priority) * SECOND // 256)
    return Interval((256 - priority) * (master_adver_interval // CENTISECOND) * 625 // 16)


def master_down_interval(version: Version, priority: int, master_adver_interval: Interval, adverts: int = 3) -> Interval:
    """Return Master_Down_Interval: ``adverts`` (3 in the RFCs) intervals and Skew_Time."""
    return Interval(adverts * master_adver_interval + skew_time(version, priority, master_adver_interval))
