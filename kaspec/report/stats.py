"""Statistics: outcomes counted by rule, and what keepalived's ``.stats`` makes of the counts.

The driver owns the counts (a ``collections.Counter``) and raises those that ``tally`` names; everything else here is a function of them.
"""

from collections.abc import Iterable, Mapping

from kaspec import rules
from kaspec.frozen import frozen
from kaspec.node import Outcome
from kaspec.rules import Rule
from kaspec.vrrp.events import AdvertisementReceived
from kaspec.vrrp.router import Identity, VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, State

Key = tuple[Identity, type[State], Rule]
"""What is counted: the virtual router's identity (renaming it loses nothing), the state it was in, the rule it followed."""
Counts = Mapping[Key, int]

_YIELDED = (rules.MASTER_YIELDS, rules.MASTER_YIELDS_TIE, rules.MASTER_YIELDS_OWNER)
_HEARD_AS_BACKUP = (
    rules.BACKUP_PRIORITY_ZERO,
    rules.BACKUP_REFRESHED,
    rules.BACKUP_NO_PREEMPT,
    rules.BACKUP_LOWER,
    rules.PREEMPT_DELAY_STARTS,
    rules.PREEMPT_DELAY_RUNS,
)
_HEARD_AS_MASTER = (
    rules.MASTER_PRIORITY_ZERO,
    *_YIELDED,
    rules.MASTER_LOWER,
    rules.MASTER_ASSERTS,
    rules.MASTER_ASSERTS_OWNER,
    rules.OWN_ADDRESS,
)
_BECAME_MASTER = (rules.OWNER_STARTS, rules.MASTER_DOWN, rules.FAULT_LEFT_OWNER, rules.INIT_LEFT_OWNER, rules.GROUP_MASTER)
_ANSWERED = (rules.ADVER_TIMER, rules.MASTER_PRIORITY_ZERO, rules.MASTER_ASSERTS, rules.MASTER_ASSERTS_OWNER, rules.LINK_RETURNED)
_NOT_AUTHENTIC = (
    rules.PASSWORD,
    rules.HEADER_INTEGRITY,
    rules.HEADER_SPI,
    rules.HEADER_SEQUENCE,
    rules.TRAILER_MISSING,
    rules.TRAILER_MALFORMED,
    rules.TRAILER_STALE,
    rules.TRAILER_KEY,
    rules.TRAILER_CODE,
    rules.TRAILER_REPLAY,
)
_RESIGNED = (rules.MASTER_STOPS, rules.FAULT_ENTERED, rules.GROUP_FAULT)
_STATES: tuple[type[State], ...] = (Initialize, Backup, Master, Fault)


@frozen
class Statistics:
    """Keepalived's counters of one virtual router, in the order of ``.stats`` (RFC 2787's, as far as they go)."""

    advertisements_received: int
    advertisements_sent: int
    became_master: int
    released_master: int
    length_errors: int
    ttl_errors: int
    invalid_type: int
    interval_errors: int
    address_list_errors: int
    invalid_authentication_type: int
    authentication_type_mismatch: int
    authentication_failure: int
    priority_zero_received: int
    priority_zero_sent: int


def tally(outcome: Outcome) -> tuple[Key, ...]:
    """Name the counts that an outcome raises by one each."""
    router, state, event, rule = outcome.router, type(outcome.before), outcome.event, outcome.step.rule
    key = (router.identity, state, rule)
    if type(event) is not AdvertisementReceived or state not in (Backup, Master):
        return (key,)
    if rule == rules.OVERSLEPT:  # the Backup it became has heard it
        as_backup = rules.BACKUP_LOWER if event.advertisement.priority else rules.BACKUP_PRIORITY_ZERO
        return (key, (router.identity, Backup, as_backup))
    return (key, *((router.identity, state, remark.rule) for remark in event.remarks)) if event.remarks else (key,)


def statistics(router: VirtualRouter, counts: Counts) -> Statistics:
    """Turn the counts of one virtual router into keepalived's counters.

    As with keepalived, only what passed every check (the address list excepted) was received, a wrong checksum or version counts nowhere,
    and nothing at all counts in FAULT.  Unlike keepalived, which never raises it, the interval counter counts.
    """

    def of(*which: Rule, states: Iterable[type[State]] = _STATES) -> int:
        place = router.identity
        return sum(counts.get((place, state, rule), 0) for state in states for rule in which)

    last_word = router.profile.answers_higher_priority
    zero_sent = of(*_RESIGNED, states=(Master,))
    return Statistics(
        advertisements_received=of(*_HEARD_AS_BACKUP, *_HEARD_AS_MASTER, rules.ADDRESS_LIST, rules.PEER_UNKNOWN, rules.PEER_TTL),
        advertisements_sent=of(*_BECAME_MASTER, *_ANSWERED) + zero_sent + (of(*_YIELDED) if last_word else 0),
        became_master=of(*_BECAME_MASTER),
        released_master=of(*_YIELDED, rules.GROUP_BACKUP, rules.OVERSLEPT) + zero_sent,
        length_errors=of(rules.INCOMPLETE),
        ttl_errors=of(rules.TTL, rules.PEER_TTL),
        invalid_type=of(rules.TYPE),
        interval_errors=of(rules.ADVERTISEMENT_INTERVAL),
        address_list_errors=of(rules.ADDRESS_LIST, rules.ADDRESS_LIST_REPORTED),
        invalid_authentication_type=of(rules.AUTH_TYPE_UNKNOWN),
        authentication_type_mismatch=of(rules.AUTH_TYPE_MISMATCH, rules.HEADER_MISSING, rules.HEADER_UNEXPECTED),
        authentication_failure=of(*_NOT_AUTHENTIC),
        priority_zero_received=of(rules.BACKUP_PRIORITY_ZERO, rules.MASTER_PRIORITY_ZERO),
        priority_zero_sent=zero_sent,
    )


def render_stats(routers: Iterable[VirtualRouter], counts: Counts) -> str:
    """Write keepalived 2.2.7's ``.stats``, byte for byte, the virtual routers in the order given."""
    return "".join(_block(router.name, statistics(router, counts)) for router in routers)


def _block(name: str, of: Statistics) -> str:
    return f"""\
VRRP Instance: {name}
  Advertisements:
    Received: {of.advertisements_received}
    Sent: {of.advertisements_sent}
  Became master: {of.became_master}
  Released master: {of.released_master}
  Packet Errors:
    Length: {of.length_errors}
    TTL: {of.ttl_errors}
    Invalid Type: {of.invalid_type}
    Advertisement Interval: {of.interval_errors}
    Address List: {of.address_list_errors}
  Authentication Errors:
    Invalid Type: {of.invalid_authentication_type}
    Type Mismatch: {of.authentication_type_mismatch}
    Failure: {of.authentication_failure}
  Priority Zero:
    Received: {of.priority_zero_received}
    Sent: {of.priority_zero_sent}
"""
