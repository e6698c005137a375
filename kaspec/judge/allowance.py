"""What the judge allows: how exact clocks and timers are, and what may have happened that no packet shows."""

from typing import Literal

from kaspec.frozen import frozen
from kaspec.units import MILLISECOND, Interval

Departure = Literal["first-advert-late", "any-advert-rearms"]
"""What a real peer is known to do and the core does not: an IPv6 Master whose first advertisement is not sent (FRR 8.4.4), a Master whose
next advertisement is put off by any that it hears (keepalived <= 2.4.3)."""


@frozen
class Allowance:
    """How far a packet may be from where the core has it.

    ``early``: a timer may seem to end so much too soon (the capture's clock, a peer that rounds Skew_Time down).  ``late``: so long may
    pass until a router has heard a packet, has served a timer, and until what it sends is on the wire.

    ``loss``: a router may not have heard what the capture shows.  ``hidden``: routers may start, crash or lose their link at any moment.
    """

    early: Interval = Interval(10 * MILLISECOND)
    late: Interval = Interval(50 * MILLISECOND)
    loss: bool = False
    hidden: bool = True


USUAL = Allowance()
"""For daemons and captures on machines that are not overloaded."""
