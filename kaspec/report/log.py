"""What a virtual router logs, in the words of keepalived 2.2.7 (without time stamp and process name).

Two departures, both at the end of a line so that searching for keepalived's text still finds it: a discard says who sent the packet,
``(from 10.0.0.1)``, which keepalived does since 2.3 in the middle of the sentence; and FAULT always says why.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from kaspec import rules
from kaspec.address import format_address, is_multicast, parse_address
from kaspec.groups import GroupOutcome
from kaspec.node import Outcome
from kaspec.report.holdings import change_lines, gone_lines, intrusion_lines, loss_lines
from kaspec.rules import Rule
from kaspec.tracking import Link, TrackerKind
from kaspec.units import in_seconds
from kaspec.vrrp.effects import (
    Effect,
    InstallAddresses,
    InstallRoutes,
    InstallRules,
    RemoveAddresses,
    RemoveRoutes,
    RemoveRules,
    SendAdvertisement,
    SendGratuitousArp,
    SendUnsolicitedNeighborAdvertisement,
)
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, Remark
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, Reason, State, state_name

_IPV4_HEADER = 20
_ADDRESSLESS = ("no-address", "no-ipv6-address")
_MILLISECOND = 1000

DISCARDS: dict[Rule, str] = {
    rules.NOT_VRRP: "received IP protocol {received} and expect {expected}",
    rules.TTL: "invalid TTL/HL. Received {received} and expect {expected}",
    rules.VERSION: "wrong version. Received {received} and expect {expected}",
    rules.INCOMPLETE: "vrrp packet too short, length {received} and expect {expected}",
    rules.CHECKSUM: "Invalid VRRPv{version} checksum",
    rules.TYPE: "Invalid packet type. {received} and expect {expected}",
    rules.VRID: "received VRID {received} and expect {expected}",
    rules.OWNER: "Dropping packet(s) since we are address owner",
    rules.AUTH_TYPE_UNKNOWN: "Invalid auth type: {received}",
    rules.AUTH_TYPE_MISMATCH: "received a {received} auth, expecting {expected}!",
    rules.PASSWORD: "received an invalid passwd!",
    rules.HEADER_MALFORMED: "received {received}",
    rules.HEADER_MISSING: "No AH header but auth type is AH",
    rules.HEADER_UNEXPECTED: "Received AH header but auth type not AH",
    rules.HEADER_INTEGRITY: "IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !",
    rules.HEADER_SPI: "IPSEC AH : invalid IPSEC SPI value. {received} and expect {expected}",
    rules.HEADER_SEQUENCE: "IPSEC-AH : sequence number {received} already processed. Packet dropped. Expected {expected}",
    rules.TRAILER_MISSING: "auth_hmac: received an advertisement that is not signed",
    rules.TRAILER_MALFORMED: "auth_hmac: malformed trailer, {received}",
    rules.TRAILER_STALE: "auth_hmac: signed {received} seconds ago, expected {expected} either way: are the clocks set alike?",
    rules.TRAILER_KEY: "auth_hmac: signed with the unknown key {received}, known are {expected}",
    rules.TRAILER_CODE: "auth_hmac: invalid code. Another key, or the packet was changed on its way",
    rules.TRAILER_REPLAY: "auth_hmac: sequence number {received} replayed, expected {expected}",
    rules.ADDRESS_LIST: "{addresses}",
    rules.ADDRESS_LIST_REPORTED: "{addresses}",
    rules.ADVERTISEMENT_INTERVAL: "advertisement interval mismatch mine={expected} sec rcv'd={received} sec",
    rules.COUNT_ZERO: "received {received} addresses, expected {expected}",
    rules.INTERVAL_ZERO: "received an advertisement interval of {received}, expected {expected}",
    rules.FIRST_LINK_LOCAL: "first address {received} is not link-local",
    rules.FIRST_LINK_LOCAL_REPORTED: "first address {received} is not link-local",
    rules.INTERVAL_LEARNT: "advertisement interval mismatch ours = {expected} sec rcv'd={received} sec",
    rules.CHECKSUM_FORM: "VRRPv3 checksum covers the {received}, ours the {expected}: v3_checksum_as_v2 differs",
    rules.DESTINATION: "{cast}",
    rules.PEER_UNKNOWN: "unicast source address {received} not a unicast peer",
    rules.PEER_TTL: "TTL/HL {received} not in range {expected}",
}
"""What is wrong with a packet, by the rule that found it."""

HEARD: dict[Rule, str] = {
    rules.BACKUP_LOWER: "received lower priority ({heard}) advert from {source} - discarding",
    rules.PREEMPT_DELAY_STARTS: "start preempt delay ({delay})",
    rules.MASTER_YIELDS: "Master received advert from {source} with higher priority {heard}, ours {ours}",
    rules.MASTER_YIELDS_TIE: "Master received advert from {source} with same priority {heard} but higher IP address than ours",
    rules.MASTER_YIELDS_OWNER: "CONFIGURATION ERROR: we and {source}, which is higher, are both configured as address owner, please fix",
    rules.MASTER_ASSERTS_OWNER: "CONFIGURATION ERROR: we and {source} are both configured as address owner, please fix",
    rules.MASTER_LOWER: "Received advert from {source} with lower priority {heard}, ours {ours}",
    rules.MASTER_ASSERTS: "Received advert from {source} with lower priority {heard}, ours {ours}, forcing new election",
    rules.OWN_ADDRESS: "WARNING - equal priority advert received from remote host with our IP address.",
}
"""What an accepted advertisement led to, where that is worth a line."""

DETAILS: dict[Rule, str] = {
    rules.MASTER_DOWN: "Receive advertisement timeout",
    rules.BACKUP_PRIORITY_ZERO: "Backup received priority 0 advertisement",
    rules.MASTER_PRIORITY_ZERO: "Master received priority 0 message",
    rules.LINK_RETURNED: "an interface carries again: advertising at once",
    rules.HOLDINGS_RETURNED: "an interface came up: what is to be there is put on it again",
}
"""What is only said with ``-D``."""

_KINDS: dict[TrackerKind, str] = {"script": "script", "file": "file", "process": "process", "bfd": "BFD session"}

SILENT: frozenset[Rule] = frozenset(
    {
        rules.NOT_IP,
        rules.BACKUP_STOPS,
        rules.BACKUP_REFRESHED,
        rules.BACKUP_NO_PREEMPT,
        rules.PREEMPT_DELAY_RUNS,
        rules.ADVER_TIMER,
        rules.INIT_WAITS_ON,
        rules.INIT_STOPS,
        rules.GROUP_STARTS,
        rules.GROUP_STOPS,
        rules.FAULT_STOPS,
        rules.FAULT_DEAF,
        rules.NOT_DUE,
        rules.NOT_STARTED,
        rules.ALREADY_STARTED,
        rules.UNCHANGED,
        rules.NOTHING_HELD,
    }
)
"""Rules that add nothing to the log, or (``NOT_IP``, and those of a whole sync group) never reach a virtual router."""


def log_lines(outcome: Outcome, detail: bool) -> tuple[str, ...]:
    """Return the lines one outcome is worth; ``detail`` is keepalived's ``-D``."""
    name = outcome.router.name
    effects = (line for effect in outcome.step.effects for line in _effect(outcome, effect)) if detail else ()
    said = (f"({name}) {line}" for line in (*_remarks(outcome), *loss_lines(outcome), *intrusion_lines(outcome), *_reason(outcome, detail)))
    entering = tuple(_entering(outcome))
    if outcome.step.rule == rules.BACKUP_STARTS:
        return (*said, *effects, *entering)
    return (*said, *entering, *effects)


def as_told(outcomes: Sequence[Outcome | GroupOutcome]) -> tuple[Outcome | GroupOutcome, ...]:
    """Put what was done into the order in which keepalived's log tells it: of a group behind the first member that moved.

    (Scripts and FIFOs hear of a group once all its members have moved.)
    """
    if len(outcomes) < 2:
        return tuple(outcomes)
    told = list[Outcome | GroupOutcome]()
    for outcome in outcomes:
        if isinstance(outcome, GroupOutcome):
            names = set(outcome.members)
            first = next((at for at, each in enumerate(told) if isinstance(each, Outcome) and each.router.name in names), len(told) - 1)
            told.insert(first + 1, outcome)
        else:
            told.append(outcome)
    return tuple(told)


def group_lines(outcome: GroupOutcome) -> tuple[str, ...]:
    """Return the line that a sync group's change is worth, if it is worth one."""
    if outcome.rule in (rules.GROUP_STARTS, rules.GROUP_STOPS):
        return ()
    return (f"VRRP_Group({outcome.group}) Syncing instances to {outcome.state} state",)


def discard_line(router: VirtualRouter, discarded: Remark | AdvertisementDiscarded) -> str:
    """Say what is wrong with a packet, without the instance and the sender."""
    received, expected = discarded.received, discarded.expected
    if discarded.rule == rules.INCOMPLETE and router.family == 4:
        received, expected = (str(int(length) + _IPV4_HEADER) for length in (received, expected))
    return DISCARDS[discarded.rule].format(
        received=received,
        expected=expected,
        version=router.version,
        addresses=_address_list(router, received, expected) if "{addresses}" in DISCARDS[discarded.rule] else "",
        cast=_cast(router, received) if discarded.rule == rules.DESTINATION else "",
    )


def _cast(router: VirtualRouter, received: str) -> str:
    if router.peers:
        return "Expected unicast packet but received multicast packet"
    return f"Expected multicast packet but received {'other multi' if is_multicast(parse_address(received)) else 'uni'}cast packet"


def reason_line(reason: Reason) -> str:
    """Say why a virtual router is at fault, as keepalived puts it in brackets; keepalived does not name the failed member of a group."""
    match reason.kind:
        case "interface-missing":
            return f"interface {reason.subject} does not exist"
        case "interface-down":
            return f"interface {reason.subject} down"
        case "no-address":
            return f"no IPv4 address for interface {reason.subject}"
        case "no-ipv6-address":
            return f"no IPv6 address for interface {reason.subject}"
        case "tracked-up":
            return f"interface {reason.subject} up"
        case "source-missing":
            return f"source address {reason.subject} is gone"
        case "no-peer":
            return "unicast without any peers"
        case "group":
            return f"{reason.subject} of its sync group"
        case "script-failed" | "process-failed":
            return f"{reason.kind.removesuffix('-failed')} {reason.subject} failed"
        case "script-good" | "process-good":
            return f"{reason.kind.removesuffix('-good')} {reason.subject} succeeded, and reverse is set"
        case "bfd-failed":
            return f"BFD session {reason.subject} down"
        case "bfd-good":
            return f"BFD session {reason.subject} up, and reverse is set"
        case "file-not-zero":
            return f"file {reason.subject} is not 0"
        case "file-zero":
            return f"file {reason.subject} is 0, and reverse is set"
        case "file-low":
            return f"file {reason.subject} times its weight is below -253"
        case _:
            assert_never(reason.kind)


def pending_line(state: State) -> str:
    """Say what a virtual router waits for before it starts; empty if for nothing."""
    return ", ".join(f"{_KINDS[kind]} {name}" for kind, name in state.standing.pending)


def faults_line(state: State) -> str:
    """Say everything a virtual router is at fault for; empty if nothing."""
    return ", ".join(map(reason_line, state.standing.faults))


def link_lines(was: Link | None, link: Link | None, detail: bool) -> tuple[str, ...]:
    """Return what is said of an interface that changed from ``was`` to ``link``; ``None`` is one that does not exist."""
    return tuple(_link(was, link, detail))


def _remarks(outcome: Outcome) -> Iterator[str]:
    event = outcome.event
    if isinstance(event, AdvertisementDiscarded) and outcome.step.rule in (event.rule, rules.REARMED_BY_DISCARD):
        yield f"{discard_line(outcome.router, event)} (from {format_address(event.source)})"
    if isinstance(event, AdvertisementReceived) and outcome.step.rule not in (rules.FAULT_DEAF, rules.NOT_STARTED):
        for remark in event.remarks:
            yield f"{discard_line(outcome.router, remark)} (from {format_address(event.source)})"


def _reason(outcome: Outcome, detail: bool) -> Iterator[str]:
    rule, event, before, now_it_is = outcome.step.rule, outcome.event, outcome.before, outcome.step.state
    if rule == rules.OVERSLEPT:
        yield "overslept: another router must have taken over by now, so it listens before it advertises again"
    if detail and rule in DETAILS:
        yield DETAILS[rule]
    if detail and rule == rules.GROUP_WAITS and isinstance(before, Backup) and not before.waiting:
        yield "Receive advertisement timeout, but its sync group waits"
    if rule in HEARD and isinstance(event, AdvertisementReceived):
        yield HEARD[rule].format(
            source=format_address(event.source),
            heard=event.advertisement.priority,
            ours=before.standing.priority,
            delay=in_seconds(outcome.router.preempt_delay),
        )
    yield from _interval(outcome)
    if rule == rules.BACKUP_REFRESHED and isinstance(before, Backup) and before.preempt_at is not None:
        yield "stop preempt delay"
    changing = (rules.PRIORITY_CHANGED, rules.STANDING_CHANGED, rules.RECONFIGURED)
    if rule in changing and before.standing.priority != now_it_is.standing.priority:
        yield f"Changing effective priority from {before.standing.priority} to {now_it_is.standing.priority}"
    address = now_it_is.standing.address
    if detail and rule in (rules.STANDING_CHANGED, rules.RECONFIGURED) and address and address != before.standing.address:
        yield f"source address is now {format_address(address)}"


def _interval(outcome: Outcome) -> Iterator[str]:
    """Say how a version 3 Backup comes to another interval."""
    before, state, own = outcome.before, outcome.step.state, outcome.router.advertisement_interval
    was = before.master_adver_interval if isinstance(before, Backup) else own
    if isinstance(outcome.event, AdvertisementReceived) and isinstance(state, Backup) and state.master_adver_interval != was:
        yield f"advertisement interval updated from {was // _MILLISECOND}ms to {state.master_adver_interval // _MILLISECOND}ms by master"


def _entering(outcome: Outcome) -> Iterator[str]:
    """Say which state is entered, and for FAULT, why."""
    before, state, rule = outcome.before, outcome.step.state, outcome.step.rule
    name = f"({outcome.router.name})"
    if rule == rules.FAULT_AT_START:
        for reason in state.standing.faults:
            yield f"{name}{'' if reason.kind in _ADDRESSLESS else ':'} entering FAULT state ({reason_line(reason)})"
        yield f"{name} entering FAULT state"
    elif isinstance(state, Fault):
        if rule in (rules.FAULT_ENTERED, rules.GROUP_FAULT, rules.FAULT_GOES_ON, rules.INIT_FAILED):
            yield f"{name} {'still in' if rule == rules.FAULT_GOES_ON else 'Entering'} FAULT STATE ({faults_line(state)})"
    elif rule in (rules.INIT_WAITS, rules.FAULT_WAITS):
        yield f"{name} waiting in INIT STATE ({pending_line(state)})"
    elif type(state) is not type(before) and not isinstance(state, Initialize):
        yield f"{name} Entering {state_name(state)} STATE{' (init)' if rule == rules.BACKUP_STARTS else ''}"
        own = outcome.router.advertisement_interval
        if isinstance(state, Master) and isinstance(before, Backup) and (was := before.master_adver_interval) != own:
            yield f"{name} changing advert interval from {was // _MILLISECOND}ms to locally configured {own // _MILLISECOND}ms"


def _effect(outcome: Outcome, effect: Effect) -> Iterator[str]:
    name = outcome.router.name
    match effect:
        case SendAdvertisement(advertisement):
            if advertisement.priority == 0:
                yield f"({name}) sent 0 priority"
        case RemoveAddresses() | RemoveRoutes() | RemoveRules() if outcome.step.rule == rules.RECONFIGURED:
            yield from (f"({name}) {line}" for line in gone_lines(effect))
        case InstallAddresses() | InstallRoutes() | InstallRules() | RemoveAddresses() | RemoveRoutes() | RemoveRules():
            yield from (f"({name}) {line}" for line in change_lines(outcome, effect))
        case SendGratuitousArp():
            yield from _announcements(name, effect, "gratuitous ARPs", "gratuitous ARP")
        case SendUnsolicitedNeighborAdvertisement():
            yield from _announcements(name, effect, "Unsolicited Neighbour Adverts", "unsolicited Neighbour Advert")
        case _:
            return


def _announcements(name: str, burst: SendGratuitousArp | SendUnsolicitedNeighborAdvertisement, packets: str, packet: str) -> Iterator[str]:
    """One line a packet, round after round, as keepalived sends them."""
    for turn in range(burst.repeat):
        for virtual in burst.addresses:
            target = f"on {virtual.interface} for {format_address(virtual.address)}"
            if turn == 0:
                yield f"({name}) Sending/queueing {packets} {target}"
            yield f"Sending {packet} {target}"


def _address_list(router: VirtualRouter, received: str, expected: str) -> str:
    theirs, ours = ([] if addresses == "none" else addresses.split() for addresses in (received, expected))
    if len(theirs) != len(ours):
        return f"received an unexpected ip number count {len(theirs)}, expected {len(ours)}!"
    missing = next((address for address in ours if address not in theirs), "none")
    return f"ip address associated with VRID {router.virtual_router_id} not present in MASTER advert: {missing}"


def _link(was: Link | None, link: Link | None, detail: bool) -> Iterator[str]:
    name = link.name if link else was.name if was else ""
    if was is None and link is not None:
        yield f"Interface {name} added"
    if (was is not None and was.up) != (link is not None and link.up):
        yield f"Netlink reports {name} {'up' if link and link.up else 'down'}"
    if detail:
        before, after = (each.addresses if each else () for each in (was, link))
        yield from (f"Deassigned address {format_address(gone)} from interface {name}" for gone in before if gone not in after)
        yield from (f"Assigned address {format_address(new)} for interface {name}" for new in after if new not in before)
    if was is not None and link is None:
        yield f"Interface {name} deleted"
