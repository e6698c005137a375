"""One session: its configuration, and its state with the variables of RFC 5880 6.8.1 and its deadlines."""

from kaspec.address import Address, Family, family_of
from kaspec.frozen import evolve, frozen
from kaspec.units import MILLISECOND, SECOND, ZERO, Instant, Interval
from kaspec.wire.bfd import MULTIHOP_PORT, SINGLE_HOP_PORT, Diagnostic, SessionState

TEN_MILLISECONDS = Interval(10 * MILLISECOND)
LARGEST_TTL = 255
LOWEST_HOP_LIMIT = 64
"""What keepalived sends over IPv6 unless told otherwise, where RFC 5881 5 has 255."""
ANY_HOPS, NO_HOPS = 255, -1
"""keepalived's ``max_hops`` that checks nothing, and the one that drops everything."""


@frozen
class Session:
    """What a ``bfd_instance`` says of the protocol; the defaults are keepalived's.

    ``passive`` waits for the neighbor to begin.  ``ttl`` and ``max_hops`` are ``None`` where not given: see ``sent_ttl`` and
    ``lowest_ttl``.
    """

    name: str
    neighbor: Address
    source: Address | None = None
    min_rx: Interval = TEN_MILLISECONDS
    min_tx: Interval = TEN_MILLISECONDS
    idle_tx: Interval = SECOND
    multiplier: int = 5
    passive: bool = False
    ttl: int | None = None
    max_hops: int | None = None
    multihop: bool = False

    @property
    def family(self) -> Family:
        """4 or 6."""
        return family_of(self.neighbor)

    @property
    def ends(self) -> tuple[Address, Address | None, bool]:
        """What makes it this session and no other: with other ends, another one begins."""
        return self.neighbor, self.source, self.multihop

    @property
    def port(self) -> int:
        """The port it sends to and hears on: RFC 5881 4, RFC 5883 5."""
        return MULTIHOP_PORT if self.multihop else SINGLE_HOP_PORT

    @property
    def sent_ttl(self) -> int:
        """The TTL or hop limit it sends with: RFC 5881 5's 255 unless configured, which keepalived and FRR accept in both families."""
        return LARGEST_TTL if self.ttl is None else self.ttl

    @property
    def lowest_ttl(self) -> int:
        """The lowest TTL or hop limit it accepts: its own less ``max_hops``, as keepalived has it.

        Where neither is given: over several hops any (RFC 5883 has no such check); over one, RFC 5881 5's 255 for IPv4, and for IPv6
        the 64 that keepalived sends by itself.  ``hoplimit 255`` asks for the RFC's check.
        """
        if self.max_hops == ANY_HOPS or (self.multihop and self.max_hops is None):
            return 0
        if self.max_hops == NO_HOPS:
            return LARGEST_TTL + 1
        unconfigured_ipv6 = self.ttl is None and self.family == 6
        return max((LOWEST_HOP_LIMIT if unconfigured_ipv6 else self.sent_ttl) - (self.max_hops or 0), 0)


@frozen
class Timers:
    """bfd.DesiredMinTxInterval and bfd.RequiredMinRxInterval."""

    desired_min_tx_interval: Interval
    required_min_rx_interval: Interval


@frozen
class Neighbor:
    """What the neighbor last said of itself; the defaults are RFC 5880 6.8.1's for one that has not been heard."""

    discriminator: int = 0
    state: SessionState = SessionState.DOWN
    diagnostic: int = Diagnostic.NONE
    detect_multiplier: int = 0
    desired_min_tx_interval: Interval = ZERO
    required_min_rx_interval: Interval = Interval(1)
    demand: bool = False


UNHEARD = Neighbor()


@frozen
class State:
    """The variables of RFC 5880 6.8.1, and the deadlines.

    ``announced`` timers are in our packets; those ``in_force`` lag behind them during a Poll Sequence (6.8.3).  ``polls`` counts the Poll
    Sequences still to end: two if the timers changed again during one.  ``jitter`` (0..65535) was drawn for the present interval.
    """

    local_discriminator: int
    announced: Timers
    in_force: Timers
    state: SessionState = SessionState.DOWN
    diagnostic: int = Diagnostic.NONE
    neighbor: Neighbor = UNHEARD
    polls: int = 0
    jitter: int = 0
    sent_at: Instant | None = None
    heard_at: Instant | None = None
    transmit_at: Instant | None = None
    detect_at: Instant | None = None
    verdict_at: Instant | None = None
    silent_at: Instant | None = None

    @property
    def is_silent(self) -> bool:
        """Whether it has been shut down and the neighbor told: nothing will come of it any more."""
        return self.state == SessionState.ADMIN_DOWN and self.silent_at is None

    @property
    def is_up(self) -> bool:
        """Whether the path works both ways."""
        return self.state == SessionState.UP


def next_deadline(state: State) -> Instant | None:
    """Return when ``DeadlineReached`` will next matter, or ``None`` if never."""
    deadlines = (state.transmit_at, state.detect_at, state.verdict_at, state.silent_at)
    return min((at for at in deadlines if at is not None), default=None)


def rebase(state: State, by: Interval) -> State:
    """Translate every instant of the state by ``by``; translating time commutes with ``step``."""
    return evolve(
        state,
        sent_at=_shift(state.sent_at, by),
        heard_at=_shift(state.heard_at, by),
        transmit_at=_shift(state.transmit_at, by),
        detect_at=_shift(state.detect_at, by),
        verdict_at=_shift(state.verdict_at, by),
        silent_at=_shift(state.silent_at, by),
    )


def _shift(instant: Instant | None, by: Interval) -> Instant | None:
    return None if instant is None else Instant(instant + by)
