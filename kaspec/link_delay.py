"""A line of ``interface_up_down_delays``; what comes of it is ``kaspec.debounce``'s business."""

from kaspec.frozen import frozen
from kaspec.units import ZERO, Interval


@frozen
class LinkDelay:
    """How long an interface must have been down, and up, before that counts."""

    interface: str
    down: Interval
    up: Interval = ZERO
