"""What has been said of a virtual router, so that the log neither floods nor hides anything, and whom it follows since when.

Whatever a packet provokes without changing the state is logged the 1st, 10th, 100th, ... time, until the state or the Master followed
changes.  A ``Journal`` is a frozen value for one virtual router (or, for datagrams nobody claims, one interface); the driver keeps one for
each.  It remembers counts by kind only, and kinds are few, so hostile packets cost no memory.
"""

from collections.abc import Mapping

from attrs import field

from kaspec import rules
from kaspec.address import format_address
from kaspec.frozen import evolve, frozen
from kaspec.node import Outcome, Unclaimed
from kaspec.report.holdings import holding_words
from kaspec.report.log import log_lines
from kaspec.report.often import is_telling
from kaspec.rules import Rule
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.events import AddressesAppeared, AdvertisementDiscarded, AdvertisementReceived, HoldingsLost
from kaspec.vrrp.state import Backup, Master, Reason

_FOLLOWING: frozenset[Rule] = frozenset(
    {rules.BACKUP_REFRESHED, rules.BACKUP_NO_PREEMPT, rules.PREEMPT_DELAY_STARTS, rules.PREEMPT_DELAY_RUNS}
)
"""The rules by which a Backup accepts the sender of an advertisement as its Master."""
_YIELDING: frozenset[Rule] = frozenset({rules.MASTER_YIELDS, rules.MASTER_YIELDS_TIE, rules.MASTER_YIELDS_OWNER})
_NOTHING_TO_SAY: frozenset[Rule] = frozenset(
    {rules.ADVER_TIMER, rules.NOT_DUE, rules.NOT_STARTED, rules.ALREADY_STARTED, rules.UNCHANGED, rules.FAULT_DEAF}
)
_MASTER_CHANGED = "master changed"
_SETTLED = Interval(10 * SECOND)
"""A Master that replaces one heard for less than this repeats the change before."""


@frozen
class Journal:
    """What is remembered of one virtual router.

    ``following`` is the last advertisement accepted from the Master while Backup, ``following_since`` when that Master was first heard,
    ``since`` when the state was entered (``None``: not yet), ``repeats`` how often packets provoked each kind since the last change;
    ``faults`` since when the virtual router has each reason to be at fault; ``up_since`` since when it has been taking part, as Backup or
    Master.
    """

    following: AdvertisementReceived | None = None
    following_since: Instant | None = None
    since: Instant | None = None
    repeats: Mapping[str, int] = field(factory=dict)
    faults: Mapping[Reason, Instant] = field(factory=dict)
    up_since: Instant | None = None


BLANK = Journal()
"""Nothing has happened yet."""


def is_routine(journal: Journal, outcome: Outcome) -> bool:
    """Tell, as cheaply as can be, that ``enter`` would change and say nothing; it may answer no although it would not.

    The ordinary advertisement is the very value heard before, because reception is memoised: one comparison of identities decides.
    """
    rule = outcome.step.rule
    if rule in _NOTHING_TO_SAY:
        return True
    following, before, after = journal.following, outcome.before, outcome.step.state
    if following is None or following is not outcome.event or rule not in _FOLLOWING or following.remarks:
        return False
    # a reload makes a Backup forget the interval, which it then learns, and tells, from the same value anew
    return not isinstance(before, Backup) or not isinstance(after, Backup) or before.master_adver_interval == after.master_adver_interval


def enter(journal: Journal, outcome: Outcome, now: Instant, detail: bool) -> tuple[Journal, tuple[str, ...]]:
    """Take an outcome into the journal and return the lines to log; ``detail`` is keepalived's ``-D``."""
    entered, lines = _enter(journal, outcome, now, detail)
    before, state = outcome.before, outcome.step.state
    if type(before) is type(state) and before.standing.faults == state.standing.faults:
        return entered, lines
    faults = {reason: journal.faults.get(reason, now) for reason in state.standing.faults}
    up_since = (now if journal.up_since is None else journal.up_since) if isinstance(state, Backup | Master) else None
    return evolve(entered, faults=faults, up_since=up_since), lines


def _enter(journal: Journal, outcome: Outcome, now: Instant, detail: bool) -> tuple[Journal, tuple[str, ...]]:
    event = outcome.event
    if type(outcome.step.state) is not type(outcome.before):
        heard = event if isinstance(event, AdvertisementReceived) and outcome.step.rule in _YIELDING else None
        said = log_lines(outcome, detail)
        return Journal(heard, now if heard else None, now), (*said, *_master_line(outcome, None, heard, detail))
    if isinstance(event, AdvertisementReceived) and outcome.step.rule in _FOLLOWING:
        return _follow(journal, outcome, event, now, detail)
    if isinstance(event, AdvertisementReceived | AdvertisementDiscarded):
        return _ration(journal, outcome.step.rule, log_lines(outcome, detail))
    if isinstance(event, HoldingsLost) and event.holdings:
        return _ration(journal, f"lost {holding_words(event.holdings[0])}", log_lines(outcome, detail))
    if isinstance(event, AddressesAppeared):
        return _ration(journal, f"foreign {holding_words(event.addresses[0])}", log_lines(outcome, detail))
    return journal, log_lines(outcome, detail)


def enter_unclaimed(journal: Journal, unclaimed: Unclaimed, log_unknown_vrids: bool) -> tuple[Journal, tuple[str, ...]]:
    """Take a datagram that no virtual router of the interface claims; there are at most 257 kinds an interface."""
    interface, virtual_router_id = unclaimed.interface, unclaimed.virtual_router_id
    if unclaimed.rule == rules.NOT_IP:
        return _ration(journal, unclaimed.rule, (f"Malformed IPv4 packet received on interface({interface}). ignoring...",))
    if virtual_router_id is None:
        return _ration(journal, "too short", (f"IPv{unclaimed.family} VRRP packet too short on interface({interface}). ignoring...",))
    if not log_unknown_vrids:
        return journal, ()
    line = f"Unknown VRID({virtual_router_id}) received on interface({interface}). ignoring..."
    return _ration(journal, f"unknown {virtual_router_id}", (line,))


def _follow(
    journal: Journal, outcome: Outcome, event: AdvertisementReceived, now: Instant, detail: bool
) -> tuple[Journal, tuple[str, ...]]:
    """Follow the sender; a new one opens a fresh page, unless Masters take turns too quickly to tell each."""
    was = journal.following
    if was is not None and was.source == event.source:
        if not event.remarks and outcome.step.rule in (rules.BACKUP_NO_PREEMPT, rules.PREEMPT_DELAY_RUNS):
            return evolve(journal, following=event), ()
        return _say(evolve(journal, following=event), outcome, event, detail)
    times = 0 if was is None else 1
    if was is not None and journal.following_since is not None and now - journal.following_since < _SETTLED:
        times = journal.repeats.get(_MASTER_CHANGED, 0) + 1
    told = times == 0 or is_telling(times)
    repeats = {_MASTER_CHANGED: times} if told else {**journal.repeats, _MASTER_CHANGED: times}
    changed, said = _say(Journal(event, now, journal.since, repeats, journal.faults, journal.up_since), outcome, event, detail)
    return changed, (*said, *counted(_master_line(outcome, was, event, detail), times)) if told else said


def _say(journal: Journal, outcome: Outcome, event: AdvertisementReceived, detail: bool) -> tuple[Journal, tuple[str, ...]]:
    kind = f"{outcome.step.rule} {event.remarks[0].rule if event.remarks else ''}"
    if outcome.router.trusts_address_list and journal.repeats.get(kind) and _is_about_list_alone(event):
        return journal, ()  # keepalived's skip_check_adv_addr: told once of each Master
    return _ration(journal, kind, log_lines(outcome, detail))


def _is_about_list_alone(event: AdvertisementReceived) -> bool:
    return {remark.rule for remark in event.remarks} == {rules.ADDRESS_LIST_REPORTED}


def _master_line(outcome: Outcome, was: AdvertisementReceived | None, event: AdvertisementReceived | None, detail: bool) -> tuple[str, ...]:
    if event is None or not detail:
        return ()
    source = format_address(event.source)
    changed = f"set to {source}" if was is None else f"changed from {format_address(was.source)} to {source}"
    return (f"({outcome.router.name}) master {changed}",)


def _ration(journal: Journal, kind: str, lines: tuple[str, ...]) -> tuple[Journal, tuple[str, ...]]:
    """Let the 1st, 10th, 100th, ... of a kind through, the later ones with their count."""
    if not lines:
        return journal, ()
    times = journal.repeats.get(kind, 0) + 1
    return evolve(journal, repeats={**journal.repeats, kind: times}), counted(lines, times) if is_telling(times) else ()


def counted(lines: tuple[str, ...], times: int) -> tuple[str, ...]:
    """Return the lines with how often that was, unless it was the first time."""
    return lines if times <= 1 or not lines else (f"{lines[0]} [{times} times]", *lines[1:])
