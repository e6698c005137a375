"""Split brain: another router advertises for the same virtual router while we are Master.  With whom, since when, and why.

A fold over outcomes beside the state, like the journal.  Evidence is an advertisement that loses against ours, and a packet that is
discarded while we are Master, or while we are Backup: then it explains why we became Master.  A rival is gone when it was silent for its
Master_Down_Interval, says priority 0, or is accepted as Master.
"""

from collections.abc import Iterator

from kaspec import rules
from kaspec.address import Address, format_address
from kaspec.frozen import evolve, frozen
from kaspec.node import Outcome
from kaspec.report.journal import counted
from kaspec.report.often import is_telling
from kaspec.rules import Rule
from kaspec.units import Instant, Interval, after, in_seconds
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Master, State, state_name

MOST = 8
"""How many rivals of one virtual router are remembered: those of the lowest addresses, so that forged packets cost no memory."""
WITHOUT_COUNT = 10
"""How many of a kind are told before only the 10th, 100th, ... is."""
_UNHEARD = "it does not hear us, or does not accept what it hears: its log says why"

CAUSES: dict[Rule, str] = {
    rules.OWN_ADDRESS: "it has our own address: a loop, or a cloned host",
    rules.MASTER_LOWER: _UNHEARD,
    rules.MASTER_ASSERTS: _UNHEARD,
    rules.MASTER_ASSERTS_OWNER: "it has priority 255 too, which only one router can",
    rules.OWNER: "we own the addresses and discard whatever others advertise",
    rules.DESTINATION: "it sends to another address (multicast group or unicast_peer)",
    rules.PEER_UNKNOWN: "it is not among our unicast_peer",
    rules.PEER_TTL: "its packets come from too far away (min_ttl, max_ttl)",
    rules.TTL: "its packets have another TTL than 255: they are routed, or altered on the way",
    rules.TYPE: "it sends packets of an unknown type",
    rules.INCOMPLETE: "its packets are cut short",
    rules.COUNT_ZERO: "it advertises no address",
    rules.INTERVAL_ZERO: "its interval is 0",
    rules.FIRST_LINK_LOCAL: "its first address is not link-local",
    rules.CHECKSUM: "its checksum is wrong (version 3: v3_checksum_as_v2 may differ)",
    rules.ADDRESS_LIST: "its virtual addresses are not ours",
    rules.ADVERTISEMENT_INTERVAL: "its advert_int is not ours",
    rules.AUTH_TYPE_UNKNOWN: "its auth_type is unknown",
    rules.AUTH_TYPE_MISMATCH: "its auth_type is not ours",
    rules.HEADER_MALFORMED: "its authentication header is malformed (AH)",
    rules.HEADER_MISSING: "it does not use auth_type AH",
    rules.HEADER_UNEXPECTED: "it uses auth_type AH, which we do not",
    rules.HEADER_INTEGRITY: "its auth_pass is not ours (AH)",
    rules.HEADER_SPI: "its authentication header is another's (AH)",
    rules.HEADER_SEQUENCE: "its sequence numbers are behind (AH)",
    rules.TRAILER_MISSING: "it sends no auth_hmac",
    rules.TRAILER_MALFORMED: "its auth_hmac is malformed",
    rules.TRAILER_STALE: "its auth_hmac is stale: do the clocks agree?",
    rules.TRAILER_KEY: "it uses an auth_hmac key that we do not have",
    rules.TRAILER_CODE: "its auth_hmac key is not ours",
    rules.TRAILER_REPLAY: "its auth_hmac was seen before",
    rules.PASSWORD: "its auth_pass is not ours",
    rules.VERSION: "it speaks another version of VRRP",
}
"""What keeps two Masters apart, by the rule that shows it; of two at one instant the later in this table is told."""
_RANK = {rule: rank for rank, rule in enumerate(CAUSES)}
_LOSING = frozenset({rules.OWN_ADDRESS, rules.MASTER_LOWER, rules.MASTER_ASSERTS, rules.MASTER_ASSERTS_OWNER})


@frozen
class Rival:
    """Another router that advertises, and is not accepted: ``silent_at`` is when it counts as gone unless it is heard again."""

    source: Address
    since: Instant
    heard_at: Instant
    silent_at: Instant
    cause: Rule
    changes: int = 0

    @property
    def why(self) -> str:
        """The likely cause, in words."""
        return CAUSES[self.cause]


@frozen
class Conflict:
    """The rivals of one virtual router, by address; they are a split brain while it is Master.  ``begun`` counts what was to be told."""

    rivals: tuple[Rival, ...] = ()
    begun: int = 0


PEACE = Conflict()
"""Nobody disputes anything."""


def observe(conflict: Conflict, outcome: Outcome, now: Instant) -> tuple[Conflict, tuple[str, ...]]:
    """Take an outcome into account and return the lines to log: each beginning, change and end of a split brain, once."""
    was, is_now = isinstance(outcome.before, Master), isinstance(outcome.step.state, Master)
    present = tuple(rival for rival in conflict.rivals if rival.silent_at > now)
    over = [(rival, "it is silent") for rival in conflict.rivals if rival.silent_at <= now]
    evidence, resigned = _evidence(outcome, now), _accepted(outcome)
    over += [(rival, "it resigned" if is_now else "we follow it") for rival in present if rival.source == resigned]
    present = _with(tuple(rival for rival in present if rival.source != resigned), evidence)
    begun = 0 if was != is_now else conflict.begun
    lines: list[str] = []
    if was:
        lines += (_end(outcome, rival, now, why) for rival, why in over)
    if was and not is_now:
        lines += (_end(outcome, rival, now, f"we are {state_name(outcome.step.state)}") for rival in present)
    if is_now:
        for line in _beginnings(outcome, conflict if was else PEACE, present):
            begun += 1
            if begun <= WITHOUT_COUNT or is_telling(begun):
                lines += counted((line,), begun if begun > WITHOUT_COUNT else 1)
    return Conflict(present, begun), tuple(lines)


def is_split(state: State, conflict: Conflict) -> bool:
    """Tell whether a virtual router in this state shares its role with another."""
    return isinstance(state, Master) and bool(conflict.rivals)


def _evidence(outcome: Outcome, now: Instant) -> Rival | None:
    event, rule, router = outcome.event, outcome.step.rule, outcome.router
    if isinstance(event, AdvertisementReceived) and rule in _LOSING:
        heard = event.advertisement
        return Rival(event.source, now, now, after(now, _patience(router, heard.advertisement_interval)), rule)
    told = isinstance(event, AdvertisementDiscarded) and isinstance(outcome.before, Backup | Master) and event.rule in _RANK
    if told and isinstance(event, AdvertisementDiscarded):
        return Rival(event.source, now, now, after(now, _patience(router, router.advertisement_interval)), event.rule)
    return None


def _patience(router: VirtualRouter, interval: Interval) -> Interval:
    """Return a Master_Down_Interval that is long enough whatever the priority."""
    return master_down_interval(router.version, 1, interval or router.advertisement_interval, router.down_timer_adverts)


def _accepted(outcome: Outcome) -> Address | None:
    """Return who is no rival, or none any more: a Master that we follow or yield to, or one that says it leaves."""
    event = outcome.event
    return event.source if isinstance(event, AdvertisementReceived) and outcome.step.rule not in _LOSING else None


def _with(rivals: tuple[Rival, ...], seen: Rival | None) -> tuple[Rival, ...]:
    if seen is None:
        return rivals
    known = {rival.source: rival for rival in rivals}
    before = known.get(seen.source)
    if before is not None:
        outranked = before.heard_at == seen.heard_at and _RANK[before.cause] > _RANK[seen.cause]
        cause = before.cause if outranked else seen.cause
        silent_at = max(before.silent_at, seen.silent_at)
        changes = before.changes + (cause != before.cause)
        seen = evolve(seen, since=before.since, silent_at=silent_at, cause=cause, changes=changes)
    return tuple(rival for _, rival in sorted({**known, seen.source: seen}.items())[:MOST])


def _beginnings(outcome: Outcome, before: Conflict, present: tuple[Rival, ...]) -> Iterator[str]:
    known = {rival.source: rival for rival in before.rivals}
    became = not isinstance(outcome.before, Master)
    for rival in present:
        who, was = format_address(rival.source), known.get(rival.source)
        if was is None or was.since != rival.since:
            said = f"became Master while {who} advertises" if became else f"{who} is Master too"
            yield f"({outcome.router.name}) SPLIT BRAIN: {said}: {rival.why}"
        elif rival.changes != was.changes and is_telling(rival.changes) and rival.why != was.why:
            yield f"({outcome.router.name}) SPLIT BRAIN with {who} goes on: {rival.why}"


def _end(outcome: Outcome, rival: Rival, now: Instant, why: str) -> str:
    lasted = in_seconds(Interval(now - rival.since))
    return f"({outcome.router.name}) split brain with {format_address(rival.source)} is over after {lasted} s: {why}"
