"""What happens to a check, and what it wants done: the language between the machines and whoever has sockets."""

from kaspec.frozen import frozen
from kaspec.health.credentials import Credentials
from kaspec.health.model import Target
from kaspec.health.reported import WeightChange
from kaspec.rules import Rule
from kaspec.units import Interval

# Events.


@frozen
class Connected:
    """The connection is made."""


@frozen
class ConnectionFailed:
    """The connection cannot be made: ``reason`` in words.  Also what an ICMP error says of a datagram."""

    reason: str


@frozen
class Secured:
    """TLS is agreed on."""


@frozen
class TlsFailed:
    """TLS cannot be agreed on, or the certificate is refused."""

    reason: str


@frozen
class Received:
    """Some of a stream, never nothing, or one whole datagram."""

    octets: bytes


@frozen
class StreamEnded:
    """The other side closed; ``clean`` is false for TLS without its close_notify."""

    clean: bool = True


@frozen
class StreamFailed:
    """The stream was reset, or is otherwise of no use any more."""

    reason: str


@frozen
class ScriptEnded:
    """The script ended: its exit status (a signal's number is negative), or why it could not run."""

    status: int
    trouble: str = ""


@frozen
class FileRead:
    """The number that a tracked file holds."""

    value: int


@frozen
class SessionReported:
    """The BFD session came up or went down."""

    is_up: bool


@frozen
class Hindered:
    """We ourselves lack what an attempt needs, such as a free descriptor: that says nothing of the server."""

    reason: str


@frozen
class Suspended:
    """The virtual address is not here: nothing is to be checked (``ha_suspend``)."""


@frozen
class Resumed:
    """It is here: checks begin ``draw`` from now, which is a random part of ``warmup``."""

    draw: Interval


@frozen
class DeadlineReached:
    """The clock reached ``next_deadline`` (before it, this is the identity)."""


ExchangeEvent = Connected | ConnectionFailed | Secured | TlsFailed | Received | StreamEnded | StreamFailed | ScriptEnded
"""What happens to one attempt."""
Observation = FileRead | SessionReported
CheckEvent = ExchangeEvent | Observation | Hindered | Suspended | Resumed | DeadlineReached

# Effects.


@frozen
class TlsWish:
    """How TLS is wanted: the name told the server (``None``: none), whether its certificate must hold (for that name, if there is one)."""

    server_name: str | None
    verify: bool
    credentials: Credentials


@frozen
class Connect:
    """Connect a stream; with ``tls``, agree on that too."""

    target: Target
    tls: TlsWish | None = None


@frozen
class Send:
    """Send on the stream."""

    octets: bytes


@frozen
class SendDatagram:
    """Send a datagram from a socket of its own, and listen for answers and ICMP errors."""

    target: Target
    octets: bytes


@frozen
class SendEcho:
    """Send an ICMP echo request with that payload and listen for its answer."""

    target: Target
    octets: bytes


@frozen
class Close:
    """Let go of the socket; nothing that happens to it is of interest any more."""


@frozen
class RunScript:
    """Start the program."""

    line: str
    user: str | None
    group: str | None


@frozen
class StopScript:
    """Have the program end: it is asked, and if it does not, killed."""


CheckEffect = Connect | Send | SendDatagram | SendEcho | Close | RunScript | StopScript

# Verdicts.


@frozen
class Verdict:
    """What an attempt came to, by which rule; ``detail`` says more in words (``status_code [404]``).  No weight: the configured one."""

    is_good: bool
    rule: Rule
    detail: str = ""
    weight: WeightChange | None = None
