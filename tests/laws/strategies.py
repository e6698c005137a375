"""What the laws quantify over: routers, standings, states, events, packets and nodes.

Small pools of addresses, priorities and instants make coincidences (ties, deadlines at the same instant, shared addresses) common.
A ``Situation`` is a router in a state at an instant: ``arbitrary_situations`` are whatever the types and the invariants of
``well_formed`` allow, ``reachable_situations`` are what a sequence of events led to from Initialize.
"""

from typing import get_args

from attrs import evolve, frozen
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import Address, Family, parse_address
from kaspec.node import Node
from kaspec.rules import RULES, Rule
from kaspec.tracking import Finding, Link, Tracker
from kaspec.units import SECOND, ZERO, Instant, Interval
from kaspec.vrrp.authentication import Authentication, NoAuthentication, SimplePassword
from kaspec.vrrp.events import (
    AddressesAppeared,
    AdvertisementDiscarded,
    AdvertisementReceived,
    DeadlineReached,
    Event,
    LinkReturned,
    Reconfigured,
    Shutdown,
    StandingChanged,
    Startup,
)
from kaspec.vrrp.machine import step
from kaspec.vrrp.router import KEEPALIVED, RFC3768, GarpPolicy, InterfaceTrack, TrackerTrack, Version, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, Reason, Standing, State, TrackerFailure
from kaspec.wire.vrrp import Advertisement

INTERFACES = ("eth0", "eth1", "eth2")
VIRTUAL = tuple(parse_address(f"192.0.2.{host}") for host in (100, 101, 102, 103))
HOSTS = tuple(parse_address(f"192.0.2.{host}") for host in (1, 2, 9, 130, 254))

VIRTUAL_V6 = tuple(parse_address(text) for text in ("fe80::100", "2001:db8::100", "2001:db8::101"))
HOSTS_V6 = tuple(parse_address(f"fe80::{host}") for host in ("1", "2", "9", "ff:fe00:1"))

instants = st.sampled_from((0, -SECOND, SECOND)).map(Instant) | st.integers(-10_000_000, 10_000_000).map(Instant)
intervals = st.integers(0, 10_000_000).map(Interval)
waits = st.lists(st.none() | intervals, max_size=8)
"""How long until the next event; ``None`` is until the deadline."""
shifts = st.integers(-(10**13), 10**13).map(Interval)
octets = st.integers(0, 255)
priorities = st.sampled_from((1, 2, 99, 100, 101, 150, 200, 254)) | st.integers(1, 254)
hosts = st.sampled_from(HOSTS) | st.binary(min_size=4, max_size=4).map(Address)
hosts_v6 = st.sampled_from(HOSTS_V6) | st.binary(min_size=16, max_size=16).map(Address)
hosts_of: dict[Family, st.SearchStrategy[Address]] = {4: hosts, 6: hosts_v6}
interfaces = st.sampled_from(INTERFACES)
X, Y, Z = (VirtualAddress(address, 24, "eth0") for address in VIRTUAL[:3])
L, M, N = (VirtualAddress(address, 64, "eth0") for address in VIRTUAL_V6)
address_lists: dict[Family, st.SearchStrategy[tuple[VirtualAddress, ...]]] = {
    4: st.sampled_from(((), (X,), (X, Y), (Y, X), (Y, Z), (Z, X, Y), (evolve(X, prefix_length=32),))),
    6: st.sampled_from(((L,), (L, M), (M, L), (L, N), (N, L, M), (evolve(M, prefix_length=128),))),
}
tracks = st.builds(InterfaceTrack, interfaces, st.sampled_from((0, 0, 5, -5, 253, -253)), st.booleans())
TRACKERS: tuple[Tracker, ...] = (("script", "chk"), ("script", "other"), ("file", "load"), ("process", "haproxy"), ("bfd", "peer"))
tracked = st.sampled_from(TRACKERS)
values = st.sampled_from((0, 0, 1, -1, 5, -254, 254)) | st.integers(-300, 300)
tracker_weights = st.sampled_from((0, 0, 1, -1, 5, -5, 253, -254))
tracker_tracks = st.builds(lambda tracker, *rest: TrackerTrack(*tracker, *rest), tracked, tracker_weights, st.booleans())
tracker_lists = st.just(()) | st.lists(tracker_tracks, max_size=3).map(tuple)


def findings_of(tracker: Tracker) -> st.SearchStrategy[Finding]:
    """How a tracker may be found: a file by its value."""
    return values.map(Finding.of_file) if tracker[0] == "file" else st.booleans().map(Finding)


findings = st.fixed_dictionaries({}, optional={tracker: findings_of(tracker) for tracker in TRACKERS})
"""What has been heard of the trackers."""
track_lists = st.lists(tracks, max_size=3).map(tuple)
authentications: st.SearchStrategy[Authentication] = st.sampled_from((NoAuthentication(), SimplePassword.of("1111"), SimplePassword.of("")))
GARP_POLICIES = (
    GarpPolicy(),
    GarpPolicy(delay=None, lower_priority_delay=None),
    GarpPolicy(delay=None, refresh=SECOND),
    GarpPolicy(repeat=1, delay=SECOND, refresh=Interval(100_000), refresh_repeat=3, lower_priority_repeat=0),
    GarpPolicy(refresh=Interval(60 * SECOND), lower_priority_delay=SECOND),
    GarpPolicy(repeat=0, refresh=SECOND, refresh_repeat=0),
    GarpPolicy(extra=Interval(3 * SECOND), everywhere=True),
)
profiles = st.sampled_from((KEEPALIVED, RFC3768))
reasons = st.builds(
    Reason, st.sampled_from(("interface-missing", "interface-down", "no-address", "no-ipv6-address", "tracked-up")), interfaces
) | st.builds(Reason, st.sampled_from(get_args(TrackerFailure)), tracked.map(lambda tracker: tracker[1]))
pending_lists = st.just(()) | st.sets(tracked, max_size=2).map(lambda found: tuple(sorted(found)))
pending = st.sets(tracked, min_size=1, max_size=2).map(lambda found: tuple(sorted(found)))
rule_names = st.sampled_from(tuple(RULES))


spoken: st.SearchStrategy[tuple[Version, Family]] = st.sampled_from(((2, 4), (2, 4), (3, 4), (3, 6)))
"""Versions and the families they are spoken in."""
multiples = st.sampled_from((1, 2, 3, 10, 100, 255))
preempt_delays = st.sampled_from((ZERO, ZERO, SECOND, Interval(20 * SECOND)))
configured_sources: dict[Family, st.SearchStrategy[Address | None]] = {
    4: st.sampled_from((None, None, *HOSTS[:2])),
    6: st.sampled_from((None, None, *HOSTS_V6[:2])),
}
configured_priorities = priorities | st.just(255)
garp_policies = st.sampled_from(GARP_POLICIES)
down_timer_adverts = st.sampled_from((3, 3, 1, 10))
tracked_priorities = st.none() | priorities
sources: dict[Family, st.SearchStrategy[Address | None]] = {4: st.none() | hosts, 6: st.none() | hosts_v6}
fault_lists = {
    None: st.lists(reasons, max_size=2, unique=True),
    True: st.lists(reasons, min_size=1, max_size=2, unique=True),
    False: st.just(list[Reason]()),
}
perhaps_instants = st.none() | instants
repeats = st.integers(1, 5)
centiseconds = st.integers(1, 4095)
message_lists = st.lists(hosts, max_size=6) | hosts.map(lambda host: [host] * 255)
eight_bytes = st.binary(min_size=8, max_size=8)
state_kinds = st.sampled_from(("Master", "Backup", "Master", "Fault", "Initialize", "Waiting"))
event_kinds = st.sampled_from(("received", "plain", "received", "discarded", "standing", "reconfigured"))
advertised_priorities = st.sampled_from((None, 0, 1, 255)) | octets
plain_events: st.SearchStrategy[Event] = st.sampled_from(
    (Startup(), DeadlineReached(), Shutdown(), LinkReturned(), AddressesAppeared((X,)))
)
discards = st.builds(AdvertisementDiscarded, rule_names, hosts)

# What follows draws from the strategies above and makes none of its own: to make one costs more than to draw from it.


_IPV4: Family = 4


def _router(draw: st.DrawFn, version: Version | None = None, name: str = "VI_1") -> VirtualRouter:
    """A virtual router on eth0, VRID 51; version 2 with whole seconds, version 3 with centiseconds."""
    chosen, family = draw(spoken) if version is None else (version, _IPV4)
    unit = SECOND if chosen == 2 else Interval(10_000)
    return VirtualRouter(
        name=name,
        interface="eth0",
        virtual_router_id=51,
        priority=draw(configured_priorities),
        addresses=draw(address_lists[family]),
        version=chosen,
        family=family,
        advertisement_interval=Interval(unit * draw(multiples)),
        preempt=draw(st.booleans()),
        preempt_delay=draw(preempt_delays),
        authentication=draw(authentications),
        tracks=draw(track_lists),
        trackers=draw(tracker_lists),
        dont_track_primary=draw(st.booleans()),
        source=draw(configured_sources[family]),
        garp=draw(garp_policies),
        down_timer_adverts=draw(down_timer_adverts),
        profile=draw(profiles),
    )


def _standing(draw: st.DrawFn, router: VirtualRouter, faulty: bool | None = None) -> Standing:
    """A standing the router can have; ``faulty`` asks for faults, or for none."""
    priority = 255 if router.is_owner else draw(tracked_priorities) or router.priority
    faults = sorted(draw(fault_lists[faulty]), key=lambda reason: (reason.kind, reason.subject))
    return Standing(priority, draw(sources[router.family]), tuple(faults), draw(pending_lists))


def _state(draw: st.DrawFn, router: VirtualRouter) -> State:
    """Any well-formed state."""
    match draw(state_kinds):
        case "Master":
            announce_at = draw(perhaps_instants)
            repeat = 0 if announce_at is None else draw(repeats)
            extra_at = draw(perhaps_instants)
            return Master(_standing(draw, router, faulty=False), draw(instants), announce_at, repeat, extra_at=extra_at)
        case "Backup":
            return Backup(_standing(draw, router, faulty=False), draw(instants), _interval(draw, router), draw(perhaps_instants))
        case "Fault":
            return Fault(_standing(draw, router, faulty=True))
        case "Waiting":
            return Initialize(evolve(_standing(draw, router, faulty=False), pending=draw(pending)), started=True)
        case _:
            return Initialize(_standing(draw, router))


def _interval(draw: st.DrawFn, router: VirtualRouter) -> Interval:
    """What a Master's interval may be: in version 2 our own."""
    return router.advertisement_interval if router.version == 2 else Interval(10_000 * draw(centiseconds))


def _previous_router(draw: st.DrawFn, router: VirtualRouter) -> VirtualRouter:
    """What the configuration of ``router`` may have been before a reload."""
    previous = _router(draw, router.version)
    return evolve(previous, addresses=router.addresses) if draw(st.booleans()) else previous


def _event(draw: st.DrawFn, router: VirtualRouter, reloads: bool = True) -> Event:
    """Any event; without ``reloads``, any but ``Reconfigured``."""
    match draw(event_kinds):
        case "received":
            addresses = tuple(virtual.address for virtual in router.addresses)
            interval, priority = _interval(draw, router), draw(advertised_priorities)
            heard = Advertisement(
                router.version, router.virtual_router_id, router.priority if priority is None else priority, interval, addresses
            )
            return AdvertisementReceived(heard, draw(hosts_of[router.family]))
        case "discarded":
            return draw(discards)
        case "standing":
            return StandingChanged(_standing(draw, router))
        case "reconfigured" if reloads:
            return Reconfigured(_previous_router(draw, router), _standing(draw, router))
        case _:
            return draw(plain_events)


routers = st.composite(_router)
standings = st.composite(_standing)
previous_routers = st.composite(_previous_router)
events = st.composite(_event)


@st.composite
def advertisements(draw: st.DrawFn) -> Advertisement:
    """Any version 2 message that can be written."""
    interval = Interval(draw(octets) * SECOND)
    return Advertisement(2, draw(octets), draw(octets), interval, tuple(draw(message_lists)), draw(octets), draw(eight_bytes))


@frozen
class Situation:
    """A virtual router in a state at an instant."""

    router: VirtualRouter
    state: State
    now: Instant


@st.composite
def arbitrary_situations(draw: st.DrawFn) -> Situation:
    router = _router(draw)
    return Situation(router, _state(draw, router), draw(instants))


@st.composite
def reachable_situations(draw: st.DrawFn) -> Situation:
    """What up to eight events, at growing instants, make of a router that starts; instants hit deadlines often."""
    router = _router(draw)
    state: State = step(router, Initialize(_standing(draw, router, faulty=False)), Startup(), Instant(0)).state
    now = Instant(0)
    for wait in draw(waits):
        deadline = deadline_of(state)
        now = deadline if wait is None and deadline is not None else Instant(now + (wait or 0))
        event = DeadlineReached() if wait is None else _event(draw, router)
        state = step(router, state, event, now).state
    return Situation(router, state, now)


def deadline_of(state: State) -> Instant | None:
    """The deadline, read off the fields: not by the function under test."""
    match state:
        case Backup():
            return state.master_down_at
        case Master():
            return min(at for at in (state.adver_at, state.announce_at, state.extra_at) if at is not None)
        case Initialize() | Fault():
            return None


situations = st.one_of(arbitrary_situations(), reachable_situations())


def well_formed(router: VirtualRouter, state: State) -> bool:
    """The invariants of a state: FAULT exactly when there are faults, the priority's range, bursts with a number of packets, and whoever
    has started and still is in Initialize waits for something."""
    standing = state.standing
    in_range = standing.priority == 255 if router.is_owner else 1 <= standing.priority <= 254
    match state:
        case Fault():
            return in_range and bool(standing.faults)
        case Backup():
            return in_range and not standing.faults and state.master_adver_interval > 0
        case Master():
            return in_range and not standing.faults and (state.announce_at is not None) == (state.announce_repeat > 0)
        case Initialize():
            return in_range and not (state.started and (standing.faults or not standing.pending))


link_addresses = st.lists(st.sampled_from(HOSTS + VIRTUAL + HOSTS_V6[:2] + VIRTUAL_V6[:2]), max_size=4, unique=True)


@st.composite
def links(draw: st.DrawFn, name: str | None = None) -> Link:
    addresses = draw(link_addresses)
    return Link(name or draw(interfaces), draw(st.booleans()), tuple(addresses))


worlds = st.lists(links(), max_size=3, unique_by=lambda link: link.name)
"""The interfaces of a host, each at most once."""


node_places = st.lists(st.tuples(interfaces, st.sampled_from((1, 51, 255))), max_size=4, unique=True)


@st.composite
def nodes(draw: st.DrawFn) -> Node:
    """Up to four virtual routers of any version with distinct (interface, VRID)."""
    return Node(
        tuple(
            evolve(_router(draw, None, f"VI_{index}"), interface=interface, virtual_router_id=virtual_router_id)
            for index, (interface, virtual_router_id) in enumerate(draw(node_places))
        )
    )


RECEPTION_RULES: tuple[Rule, ...] = (
    rules.NOT_VRRP,
    rules.TTL,
    rules.VERSION,
    rules.INCOMPLETE,
    rules.CHECKSUM,
    rules.TYPE,
    rules.VRID,
    rules.OWNER,
    rules.AUTH_TYPE_UNKNOWN,
    rules.AUTH_TYPE_MISMATCH,
    rules.PASSWORD,
    rules.ADDRESS_LIST,
    rules.ADVERTISEMENT_INTERVAL,
    rules.DESTINATION,
)
"""Every rule a packet can be discarded by, in the order of the ladder."""
