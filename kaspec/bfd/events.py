"""What can happen to a session, and what it wants done: closed unions.  A random number is data: whoever brings the event draws it."""

from kaspec.frozen import frozen
from kaspec.rules import Rule
from kaspec.wire.bfd import ControlPacket


@frozen
class PacketReceived:
    """A packet that passed every check of RFC 5880 6.8.6 and is this session's."""

    packet: ControlPacket


@frozen
class PacketDiscarded:
    """A packet for this session that failed a check: the rule, what was there and what should have been.  Never moves a timer."""

    rule: Rule
    received: str = ""
    expected: str = ""


@frozen
class DeadlineReached:
    """The clock reached ``next_deadline`` (before it, this is the identity); ``jitter``, 0..65535, is for the next interval."""

    jitter: int


@frozen
class Shutdown:
    """The session is to stop, the neighbor being told."""


@frozen
class Reconfigured:
    """The session's configuration was replaced by another for the same neighbor."""


Event = PacketReceived | PacketDiscarded | DeadlineReached | Shutdown | Reconfigured


@frozen
class Transmit:
    """Send the packet to the neighbor."""

    packet: ControlPacket


@frozen
class Report:
    """Tell those who track the session whether it is Up."""

    up: bool


Effect = Transmit | Report
