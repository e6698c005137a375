"""What the report tests look at: one virtual router on eth0, and the outcome of each rule."""

from attrs import evolve

from kaspec import rules
from kaspec.address import parse_address
from kaspec.node import Outcome
from kaspec.rules import Rule
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.events import (
    AddressesAppeared,
    AdvertisementDiscarded,
    AdvertisementReceived,
    DeadlineReached,
    Event,
    GroupMoved,
    HoldingsLost,
    LinkReturned,
    Reconfigured,
    Remark,
    Shutdown,
    StandingChanged,
    Startup,
)
from kaspec.vrrp.losses import FIRST_PAUSE, Loss
from kaspec.vrrp.machine import advertisement, step
from kaspec.vrrp.router import RFC3768, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, Reason, Standing, State

NOW = Instant(7 * SECOND)
OURS, THEIRS, ANOTHER = (parse_address(f"192.0.2.{host}") for host in (2, 1, 9))
VIRTUAL = (
    VirtualAddress(parse_address("192.0.2.100"), 24, "eth0", label="eth0:100"),
    VirtualAddress(parse_address("192.0.2.101"), 24, "eth0"),
)
ROUTER = VirtualRouter("VI_1", "eth0", 51, addresses=VIRTUAL)
OWNER = evolve(ROUTER, priority=255)
PATIENT = evolve(ROUTER, preempt_delay=Interval(2 * SECOND))
HEALTHY = Standing(100, OURS)
PENDING = evolve(HEALTHY, pending=(("script", "chk"),))
WAITING = Initialize(PENDING, started=True)
DOWN = Standing(100, OURS, (Reason("interface-down", "eth1"), Reason("no-address", "eth0")))
STILL_DOWN = Standing(100, OURS, (Reason("interface-down", "eth1"),))
OTHER_DOWN = Standing(100, OURS, (Reason("group", "VI_2"),))
INIT = Initialize(HEALTHY)
BACKUP = Backup(HEALTHY, NOW, SECOND)
LATE_BACKUP = evolve(BACKUP, master_down_at=Instant(NOW + SECOND))
MASTER = Master(HEALTHY, NOW)
FAULT = Fault(DOWN)
_ROBBED = evolve(MASTER, losses=tuple(Loss(each, FIRST_PAUSE, Instant(NOW + SECOND)) for each in VIRTUAL))


def heard(priority: int, source: bytes = THEIRS, router: VirtualRouter = ROUTER) -> AdvertisementReceived:
    """An advertisement that passed every check."""
    return AdvertisementReceived(advertisement(router, priority), type(THEIRS)(source))


def outcome(state: State, event: Event, router: VirtualRouter = ROUTER, now: Instant = NOW) -> Outcome:
    """What the virtual router makes of an event."""
    return Outcome(0, router, state, event, step(router, state, event, now))


def discarded(rule: Rule, state: State = BACKUP) -> Outcome:
    """A packet discarded by a rule."""
    received, expected = DISCARDED[rule]
    return outcome(state, AdvertisementDiscarded(rule, THEIRS, received, expected))


DISCARDED: dict[Rule, tuple[str, str]] = {
    rules.NOT_VRRP: ("17", "112"),
    rules.TTL: ("64", "255"),
    rules.VERSION: ("3", "2"),
    rules.INCOMPLETE: ("20", "24"),
    rules.CHECKSUM: ("0x1234", "a sum of 0xffff"),
    rules.TYPE: ("2", "1"),
    rules.VRID: ("52", "51"),
    rules.OWNER: ("100", "no advertisement for the owner"),
    rules.AUTH_TYPE_UNKNOWN: ("9", "1"),
    rules.AUTH_TYPE_MISMATCH: ("0", "1"),
    rules.PASSWORD: ("another password", "ours"),
    rules.HEADER_MALFORMED: ("an authentication header of 20 bytes", "an authentication header before VRRP"),
    rules.HEADER_MISSING: ("no header", "a header"),
    rules.HEADER_UNEXPECTED: ("a header", "no header"),
    rules.HEADER_INTEGRITY: ("another value", "ours"),
    rules.HEADER_SPI: ("192.0.2.9", "192.0.2.1"),
    rules.HEADER_SEQUENCE: ("7", "more than 9"),
    rules.TRAILER_MISSING: ("no trailer", "a signed advertisement"),
    rules.TRAILER_MALFORMED: ("27 bytes behind the message", "a trailer of 28 bytes"),
    rules.TRAILER_STALE: ("60", "at most 5"),
    rules.TRAILER_KEY: ("3", "1 2"),
    rules.TRAILER_CODE: ("another code", "ours"),
    rules.TRAILER_REPLAY: ("7", "more than 9"),
    rules.ADDRESS_LIST: ("192.0.2.100", "192.0.2.100 192.0.2.101"),
    rules.COUNT_ZERO: ("0", "at least 1"),
    rules.INTERVAL_ZERO: ("0", "1..4095 centiseconds"),
    rules.FIRST_LINK_LOCAL: ("2001:db8::1", "a link-local address first"),
    rules.ADVERTISEMENT_INTERVAL: ("2", "1"),
    rules.DESTINATION: ("192.0.2.2", "224.0.0.18"),
    rules.PEER_UNKNOWN: ("192.0.2.1", "192.0.2.9"),
    rules.PEER_TTL: ("64", "254 - 255"),
}
"""What a reception rule finds and expects."""

REMARKS = {
    rules.ADDRESS_LIST_REPORTED: ("192.0.2.100 192.0.2.102", "192.0.2.100 192.0.2.101"),
    rules.FIRST_LINK_LOCAL_REPORTED: ("2001:db8::1", "a link-local address first"),
    rules.INTERVAL_LEARNT: ("2.000000", "1.000000"),
    rules.CHECKSUM_FORM: ("message", "pseudo-header"),
}
_ODD = Remark(rules.ADDRESS_LIST_REPORTED, "192.0.2.100 192.0.2.102", "192.0.2.100 192.0.2.101")
REMARKED = evolve(heard(200), remarks=(_ODD,))
_OWNING = Master(evolve(HEALTHY, priority=255), NOW)
_STRICT = evolve(ROUTER, profile=RFC3768)
_ELSEWHERE = evolve(ROUTER, interface="eth9", garp=evolve(ROUTER.garp, extra=Interval(SECOND), everywhere=True))
_FLAWED = evolve(ROUTER, profile=evolve(ROUTER.profile, discard_rearms_master=True))
_RENUMBERED = evolve(ROUTER, addresses=VIRTUAL[:1])

SCENES: dict[Rule, Outcome] = {
    **{rule: discarded(rule) for rule in DISCARDED},
    **{rule: outcome(BACKUP, evolve(heard(200), remarks=(Remark(rule, *words),))) for rule, words in REMARKS.items()},
    rules.OWNER_STARTS: outcome(Initialize(evolve(HEALTHY, priority=255)), Startup(), OWNER),
    rules.BACKUP_STARTS: outcome(INIT, Startup()),
    rules.FAULT_AT_START: outcome(Initialize(DOWN), Startup()),
    rules.INIT_WAITS: outcome(Initialize(PENDING), Startup()),
    rules.INIT_WAITS_ON: outcome(WAITING, StandingChanged(evolve(PENDING, priority=80))),
    rules.INIT_LEFT: outcome(WAITING, StandingChanged(HEALTHY)),
    rules.INIT_LEFT_OWNER: outcome(WAITING, StandingChanged(evolve(HEALTHY, priority=255)), OWNER),
    rules.INIT_FAILED: outcome(WAITING, StandingChanged(DOWN)),
    rules.INIT_STOPS: outcome(WAITING, Shutdown()),
    rules.BACKUP_STOPS: outcome(BACKUP, Shutdown()),
    rules.MASTER_DOWN: outcome(BACKUP, DeadlineReached()),
    rules.BACKUP_PRIORITY_ZERO: outcome(BACKUP, heard(0)),
    rules.BACKUP_REFRESHED: outcome(BACKUP, heard(200)),
    rules.BACKUP_NO_PREEMPT: outcome(BACKUP, heard(50), evolve(ROUTER, preempt=False)),
    rules.BACKUP_LOWER: outcome(BACKUP, heard(50)),
    rules.PREEMPT_DELAY_STARTS: outcome(BACKUP, heard(50), PATIENT),
    rules.PREEMPT_DELAY_RUNS: outcome(evolve(BACKUP, preempt_at=Instant(NOW + 1)), heard(50), PATIENT),
    rules.MASTER_STOPS: outcome(MASTER, Shutdown()),
    rules.ADVER_TIMER: outcome(MASTER, DeadlineReached()),
    rules.MASTER_PRIORITY_ZERO: outcome(MASTER, heard(0)),
    rules.OVERSLEPT: outcome(MASTER, DeadlineReached(), now=Instant(NOW + 9 * SECOND)),
    rules.LINK_RETURNED: outcome(MASTER, LinkReturned()),
    rules.MASTER_YIELDS: outcome(MASTER, heard(200)),
    rules.MASTER_YIELDS_TIE: outcome(MASTER, heard(100, ANOTHER)),
    rules.MASTER_YIELDS_OWNER: outcome(_OWNING, heard(255, ANOTHER), OWNER),
    rules.MASTER_ASSERTS_OWNER: outcome(_OWNING, heard(255), OWNER),
    rules.MASTER_LOWER: outcome(MASTER, heard(50), _STRICT),
    rules.MASTER_ASSERTS: outcome(MASTER, heard(50)),
    rules.OWN_ADDRESS: outcome(MASTER, heard(100, OURS)),
    rules.GARP_AGAIN: outcome(Master(HEALTHY, Instant(NOW + 1), NOW, 2), DeadlineReached()),
    rules.GARP_EXTRA: outcome(Master(HEALTHY, Instant(NOW + 1), extra_at=NOW), DeadlineReached(), _ELSEWHERE),
    rules.REARMED_BY_DISCARD: outcome(MASTER, AdvertisementDiscarded(rules.TTL, THEIRS, "64", "255"), _FLAWED),
    rules.FAULT_ENTERED: outcome(MASTER, StandingChanged(DOWN)),
    rules.FAULT_GOES_ON: outcome(FAULT, StandingChanged(STILL_DOWN)),
    rules.FAULT_LEFT: outcome(FAULT, StandingChanged(HEALTHY)),
    rules.FAULT_LEFT_OWNER: outcome(FAULT, StandingChanged(evolve(HEALTHY, priority=255)), OWNER),
    rules.FAULT_WAITS: outcome(FAULT, StandingChanged(PENDING)),
    rules.FAULT_STOPS: outcome(FAULT, Shutdown()),
    rules.FAULT_DEAF: outcome(FAULT, REMARKED),
    rules.GROUP_WAITS: outcome(BACKUP, DeadlineReached(held=True)),
    rules.GROUP_MASTER: outcome(evolve(BACKUP, waiting=True), GroupMoved("MASTER")),
    rules.GROUP_BACKUP: outcome(MASTER, GroupMoved("BACKUP")),
    rules.GROUP_FAULT: outcome(MASTER, StandingChanged(OTHER_DOWN)),
    rules.PRIORITY_CHANGED: outcome(BACKUP, StandingChanged(evolve(HEALTHY, priority=80))),
    rules.STANDING_CHANGED: outcome(BACKUP, StandingChanged(evolve(HEALTHY, address=ANOTHER))),
    rules.RECONFIGURED: outcome(MASTER, Reconfigured(_RENUMBERED, evolve(HEALTHY, priority=90))),
    rules.HOLDINGS_RESTORED: outcome(MASTER, HoldingsLost(VIRTUAL, "process 812 (thief)")),
    rules.HOLDINGS_AWAITED: outcome(_ROBBED, HoldingsLost(VIRTUAL, "process 812 (thief)")),
    rules.ADDRESSES_FOREIGN: outcome(BACKUP, AddressesAppeared(VIRTUAL)),
    rules.HOLDINGS_RETURNED: outcome(MASTER, LinkReturned("eth0"), _STRICT),
    rules.NOTHING_HELD: outcome(BACKUP, HoldingsLost(VIRTUAL)),
    rules.NOT_DUE: outcome(LATE_BACKUP, DeadlineReached()),
    rules.NOT_STARTED: outcome(INIT, REMARKED),
    rules.ALREADY_STARTED: outcome(BACKUP, Startup()),
    rules.UNCHANGED: outcome(BACKUP, StandingChanged(HEALTHY)),
}
"""An outcome for every rule that a virtual router can follow or find in a packet."""
