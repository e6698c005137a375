"""What the laws quantify over: routers, standings, states, events, packets and nodes.

Small pools of addresses, priorities and instants make coincidences (ties, deadlines at the same instant, shared addresses) common.
A ``Situation`` is a router in a state at an instant: ``arbitrary_situations`` are whatever the types and the invariants of
``well_formed`` allow, ``reachable_situations`` are what a sequence of events led to from Initialize.
"""

from attrs import evolve, frozen
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import Address, parse_address
from kaspec.node import Node
from kaspec.rules import RULES, Rule
from kaspec.tracking import Link
from kaspec.units import SECOND, ZERO, Instant, Interval
from kaspec.vrrp.events import (
    AdvertisementDiscarded,
    AdvertisementReceived,
    DeadlineReached,
    Event,
    Reconfigured,
    Shutdown,
    StandingChanged,
    Startup,
)
from kaspec.vrrp.machine import step
from kaspec.vrrp.router import (
    KEEPALIVED,
    RFC3768,
    Authentication,
    GarpPolicy,
    InterfaceTrack,
    NoAuthentication,
    SimplePassword,
    Version,
    VirtualAddress,
    VirtualRouter,
)
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, Reason, Standing, State
from kaspec.wire.vrrp import Advertisement

INTERFACES = ("eth0", "eth1", "eth2")
VIRTUAL = tuple(parse_address(f"192.0.2.{host}") for host in (100, 101, 102, 103))
HOSTS = tuple(parse_address(f"192.0.2.{host}") for host in (1, 2, 9, 130, 254))

instants = st.sampled_from((0, -SECOND, SECOND)).map(Instant) | st.integers(-10_000_000, 10_000_000).map(Instant)
intervals = st.integers(0, 10_000_000).map(Interval)
shifts = st.integers(-(10**13), 10**13).map(Interval)
octets = st.integers(0, 255)
priorities = st.sampled_from((1, 2, 99, 100, 101, 150, 200, 254)) | st.integers(1, 254)
hosts = st.sampled_from(HOSTS) | st.binary(min_size=4, max_size=4).map(Address)
interfaces = st.sampled_from(INTERFACES)
virtual_addresses = st.builds(VirtualAddress, st.sampled_from(VIRTUAL), st.sampled_from((24, 32)), st.just("eth0"))
address_lists = st.lists(virtual_addresses, max_size=3, unique_by=lambda virtual: virtual.address).map(tuple)
tracks = st.builds(InterfaceTrack, interfaces, st.sampled_from((0, 0, 5, -5, 253, -253)), st.booleans())
delays = st.none() | st.sampled_from((100_000, SECOND, 5 * SECOND)).map(Interval)
garp_policies = st.builds(GarpPolicy, st.integers(0, 5), delays, delays, st.integers(0, 2), st.integers(0, 5), delays)
passwords = st.just(NoAuthentication()) | st.text(max_size=10).map(SimplePassword.of)
authentications: st.SearchStrategy[Authentication] = passwords
profiles = st.sampled_from((KEEPALIVED, RFC3768))
reasons = st.builds(Reason, st.sampled_from(("interface-missing", "interface-down", "no-address", "tracked-up")), interfaces)
rule_names = st.sampled_from(tuple(RULES))


@st.composite
def routers(draw: st.DrawFn, version: Version | None = None, name: str = "VI_1") -> VirtualRouter:
    """A virtual router on eth0, VRID 51; version 2 with whole seconds, version 3 with centiseconds."""
    versions: tuple[Version, ...] = (2, 2, 3) if version is None else (version,)
    chosen = draw(st.sampled_from(versions))
    unit = SECOND if chosen == 2 else Interval(10_000)
    return VirtualRouter(
        name=name,
        interface="eth0",
        virtual_router_id=51,
        priority=draw(priorities | st.just(255)),
        addresses=draw(address_lists),
        version=chosen,
        advertisement_interval=Interval(unit * draw(st.integers(1, 3) | st.integers(1, 255))),
        preempt=draw(st.booleans()),
        preempt_delay=draw(st.just(ZERO) | intervals),
        authentication=draw(authentications),
        tracks=draw(st.lists(tracks, max_size=3).map(tuple)),
        dont_track_primary=draw(st.booleans()),
        source=draw(st.none() | hosts),
        garp=draw(st.just(GarpPolicy()) | garp_policies),
        down_timer_adverts=draw(st.just(3) | st.integers(1, 10)),
        profile=draw(profiles),
    )


@st.composite
def standings(draw: st.DrawFn, router: VirtualRouter, faulty: bool | None = None) -> Standing:
    """A standing the router can have; ``faulty`` asks for faults, or for none."""
    priority = 255 if router.is_owner else draw(st.just(router.priority) | priorities)
    faults = draw(st.lists(reasons, min_size=1 if faulty else 0, max_size=0 if faulty is False else 2, unique=True))
    return Standing(priority, draw(st.none() | hosts), tuple(sorted(faults, key=lambda reason: (reason.kind, reason.subject))))


@st.composite
def masters(draw: st.DrawFn, router: VirtualRouter) -> Master:
    announce_at = draw(st.none() | instants)
    repeat = 0 if announce_at is None else draw(st.integers(1, 5))
    return Master(draw(standings(router, faulty=False)), draw(instants), announce_at, repeat)


def backups(router: VirtualRouter) -> st.SearchStrategy[Backup]:
    learnt = (
        st.just(router.advertisement_interval) if router.version == 2 else st.integers(1, 4095).map(lambda each: Interval(each * 10_000))
    )
    return st.builds(Backup, standings(router, faulty=False), instants, learnt, st.none() | instants)


def states(router: VirtualRouter) -> st.SearchStrategy[State]:
    """Any well-formed state."""
    faulty = st.builds(Fault, standings(router, faulty=True))
    return st.one_of(st.builds(Initialize, standings(router)), backups(router), masters(router), masters(router), faulty)


@st.composite
def advertisements(draw: st.DrawFn, router: VirtualRouter | None = None) -> Advertisement:
    """Any version 2 message that can be written; for a ``router``, one that could have passed its checks."""
    if router is None:
        addresses = draw(st.lists(hosts, max_size=6) | hosts.map(lambda host: [host] * 255))
        data = draw(st.binary(min_size=8, max_size=8))
        return Advertisement(2, draw(octets), draw(octets), Interval(draw(octets) * SECOND), tuple(addresses), draw(octets), data)
    learnt = router.advertisement_interval if router.version == 2 else Interval(10_000 * draw(st.integers(1, 4095)))
    priority = draw(st.sampled_from((0, 1, router.priority, 255)) | octets)
    return Advertisement(router.version, router.virtual_router_id, priority, learnt, tuple(each.address for each in router.addresses))


def receptions(router: VirtualRouter) -> st.SearchStrategy[AdvertisementReceived]:
    return st.builds(AdvertisementReceived, advertisements(router), hosts)


discards = st.builds(AdvertisementDiscarded, rule_names, hosts)


@st.composite
def previous_routers(draw: st.DrawFn, router: VirtualRouter) -> VirtualRouter:
    """What the configuration of ``router`` may have been before a reload."""
    return evolve(draw(routers(router.version)), addresses=draw(st.just(router.addresses) | address_lists))


def events(router: VirtualRouter) -> st.SearchStrategy[Event]:
    return st.one_of(
        st.sampled_from((Startup(), DeadlineReached(), Shutdown())),
        receptions(router),
        receptions(router),
        discards,
        st.builds(StandingChanged, standings(router)),
        st.builds(Reconfigured, previous_routers(router), standings(router)),
    )


@frozen
class Situation:
    """A virtual router in a state at an instant."""

    router: VirtualRouter
    state: State
    now: Instant


@st.composite
def arbitrary_situations(draw: st.DrawFn) -> Situation:
    router = draw(routers())
    return Situation(router, draw(states(router)), draw(instants))


@st.composite
def reachable_situations(draw: st.DrawFn) -> Situation:
    """What up to eight events, at growing instants, make of a router that starts; instants hit deadlines often."""
    router = draw(routers())
    state: State = step(router, Initialize(draw(standings(router, faulty=False))), Startup(), Instant(0)).state
    now = Instant(0)
    for wait in draw(st.lists(st.none() | intervals, max_size=8)):
        deadline = deadline_of(state)
        now = deadline if wait is None and deadline is not None else Instant(now + (wait or 0))
        event = DeadlineReached() if wait is None else draw(events(router))
        state = step(router, state, event, now).state
    return Situation(router, state, now)


def deadline_of(state: State) -> Instant | None:
    """The deadline, read off the fields: not by the function under test."""
    match state:
        case Backup():
            return state.master_down_at
        case Master():
            return min(state.adver_at, state.adver_at if state.announce_at is None else state.announce_at)
        case Initialize() | Fault():
            return None


situations = st.one_of(arbitrary_situations(), reachable_situations())


def well_formed(router: VirtualRouter, state: State) -> bool:
    """The invariants of a state: FAULT exactly when there are faults, the priority's range, bursts with a number of packets."""
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
            return in_range


@st.composite
def links(draw: st.DrawFn, name: str | None = None) -> Link:
    addresses = draw(st.lists(st.sampled_from(HOSTS + VIRTUAL), max_size=3, unique=True))
    return Link(name or draw(interfaces), draw(st.booleans()), tuple(addresses))


worlds = st.lists(links(), max_size=3, unique_by=lambda link: link.name)
"""The interfaces of a host, each at most once."""


@st.composite
def nodes(draw: st.DrawFn, max_size: int = 4) -> Node:
    """Virtual routers of version 2 with distinct (interface, VRID)."""
    places = draw(st.lists(st.tuples(interfaces, st.sampled_from((1, 51, 255))), max_size=max_size, unique=True))
    return Node(
        tuple(
            evolve(draw(routers(2, name=f"VI_{index}")), interface=interface, virtual_router_id=virtual_router_id)
            for index, (interface, virtual_router_id) in enumerate(places)
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
