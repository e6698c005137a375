"""The states (RFC 3768 6.3, and keepalived's FAULT): each holds exactly its own deadlines.

RFC 9568 calls Master "Active".  A ``Standing`` is what tracking makes of the world for one virtual router.
"""

from typing import Literal, assert_never

from kaspec.address import Address
from kaspec.frozen import frozen
from kaspec.units import Instant, Interval
from kaspec.vrrp import losses as losing
from kaspec.vrrp.losses import Losses
from kaspec.vrrp.router import Tracker

StateName = Literal["INIT", "BACKUP", "MASTER", "FAULT"]
InterfaceFailure = Literal[
    "interface-missing", "interface-down", "no-address", "no-ipv6-address", "tracked-up", "source-missing", "no-peer"
]
TrackerFailure = Literal[
    "script-failed", "script-good", "process-failed", "process-good", "bfd-failed", "bfd-good", "file-not-zero", "file-zero", "file-low"
]
"""``-good`` and ``file-zero`` are faults where the track is reversed; ``file-low``: value times weight is -254 or less."""


@frozen
class Reason:
    """Why a virtual router is at fault: the ``kind`` of failure and its ``subject``, an interface or the name of what is tracked.

    Of kind ``group``, the subject is the member of its sync group that is at fault.
    """

    kind: InterfaceFailure | TrackerFailure | Literal["group"]
    subject: str


@frozen
class Standing:
    """What the state machine needs of the world: effective priority, source address, and the faults (sorted; empty means healthy).

    ``pending`` (sorted) has not been heard of yet, and would be a fault if it had failed: nobody starts before it has.
    """

    priority: int
    address: Address | None
    faults: tuple[Reason, ...] = ()
    pending: tuple[Tracker, ...] = ()


@frozen
class Initialize:
    """Not started, or stopped (RFC 3768 6.4.1); or ``started`` and waiting until something tracked is heard of, as keepalived does.

    It waits for ``standing.pending``.
    """

    standing: Standing
    started: bool = False


@frozen
class Backup:
    """Listening (RFC 3768 6.4.2): becomes Master at ``master_down_at`` unless an advertisement comes first.

    ``master_adver_interval`` is the interval learnt from the Master (version 2: always our own).  ``preempt_at`` is set while a
    ``preempt_delay`` runs or has run out.  ``waiting``: its time had come, but another member of its sync group does not want to be Master.
    """

    standing: Standing
    master_down_at: Instant
    master_adver_interval: Interval
    preempt_at: Instant | None = None
    waiting: bool = False


@frozen
class Master:
    """Holding the addresses (RFC 3768 6.4.3): advertises at ``adver_at``.

    The next gratuitous ARP burst, of ``announce_repeat`` packets an address, is due at ``announce_at``; that of addresses on interfaces
    without advertisements at ``extra_at``.  ``losses`` is what somebody took away lately.
    """

    standing: Standing
    adver_at: Instant
    announce_at: Instant | None = None
    announce_repeat: int = 0
    losses: Losses = ()
    extra_at: Instant | None = None


@frozen
class Fault:
    """Unable to take part (keepalived): ``standing.faults`` says why."""

    standing: Standing


State = Initialize | Backup | Master | Fault

_NAMES: dict[type, StateName] = {Initialize: "INIT", Backup: "BACKUP", Master: "MASTER", Fault: "FAULT"}


def state_name(state: State) -> StateName:
    """Return keepalived's word for the state, as scripts and logs use it."""
    return _NAMES[type(state)]


def next_deadline(state: State) -> Instant | None:
    """Return when ``DeadlineReached`` will next matter, or ``None`` if never."""
    match state:
        case Backup():
            return state.master_down_at
        case Master(_, adver_at, announce_at):
            dues = (adver_at, announce_at, state.extra_at, losing.next_due(state.losses))
            return min(at for at in dues if at is not None)
        case Initialize() | Fault():
            return None
        case _:
            assert_never(state)


def is_urgent(state: State) -> bool:
    """Tell whether until its next deadline is acted upon the addresses may have no Master: then each microsecond counts."""
    return isinstance(state, Backup)


def rebase(state: State, by: Interval) -> State:
    """Translate every instant of the state by ``by``; translating time commutes with ``step``."""
    match state:
        case Backup(standing, master_down_at, interval, preempt_at, waiting):
            return Backup(standing, Instant(master_down_at + by), interval, _shift(preempt_at, by), waiting)
        case Master(standing, adver_at, announce_at, repeat, losses, extra_at):
            lost = losing.rebase(losses, by)
            return Master(standing, Instant(adver_at + by), _shift(announce_at, by), repeat, lost, _shift(extra_at, by))
        case Initialize() | Fault():
            return state
        case _:
            assert_never(state)


def _shift(instant: Instant | None, by: Interval) -> Instant | None:
    return None if instant is None else Instant(instant + by)
