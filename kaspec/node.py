"""A node: the virtual routers of one host and the interfaces they see.

An event comes to the node, is routed to the virtual routers it concerns, and what they do comes out in a stable order.  How the members of
a sync group settle is in ``kaspec.settling``, what a new configuration does in ``kaspec.reconfiguration``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import assert_never

from attrs import field

from kaspec import rules
from kaspec.address import Address, Family, family_of
from kaspec.frozen import evolve, frozen
from kaspec.groups import GroupOutcome, share, tracking
from kaspec.rules import Rule
from kaspec.settling import Cast, Outcome, settle
from kaspec.tracking import NOTHING_FOUND, Finding, Link, Tracker, source_candidates, standing
from kaspec.units import ZERO, Instant, Interval
from kaspec.vrrp import state as states
from kaspec.vrrp.association import BLANK, Association, seal
from kaspec.vrrp.authentication import HmacTrailer, Keyed
from kaspec.vrrp.events import AddressesAppeared, DeadlineReached, Event, HoldingsLost, LinkReturned, Shutdown, StandingChanged, Startup
from kaspec.vrrp.holdings import Holding
from kaspec.vrrp.machine import step
from kaspec.vrrp.reception import admit, receive, stray, virtual_router_id
from kaspec.vrrp.router import Identity, Version, VirtualRouter
from kaspec.vrrp.state import Initialize, Master, Standing, State
from kaspec.vrrp.sync_group import SyncGroup
from kaspec.wire.ip import Malformed, Packet, decode_ip
from kaspec.wire.vrrp import ADVERTISEMENT

__all__ = [
    "DatagramReceived",
    "DeadlinesReached",
    "LinkChanged",
    "Node",
    "NodeEvent",
    "NodeState",
    "Outcome",
    "TrackerReported",
    "Transition",
    "Unclaimed",
    "due",
    "give",
    "initial",
    "next_deadline",
    "node_step",
    "sealed",
    "take_datagram",
]


@frozen
class Node:
    """The configuration of a host: its virtual routers and sync groups, in the configuration's order."""

    routers: tuple[VirtualRouter, ...] = ()
    groups: tuple[SyncGroup, ...] = ()

    @cached_property
    def claims(self) -> Mapping[tuple[str, Family, int], tuple[int, ...]]:
        """Where the virtual routers of an interface, family and VRID stand in ``routers``; seldom more than one."""
        found: defaultdict[tuple[str, Family, int], tuple[int, ...]] = defaultdict(tuple)
        for place, router in enumerate(self.routers):
            found[router.port, router.family, router.virtual_router_id] += (place,)
        return found

    def place_for(self, interface: str, packet: Packet) -> int | None:
        """Return which virtual router a packet is for: by its VRID; of several, by whom it comes from or where it was sent to."""
        number = virtual_router_id(packet)
        found = self.claims.get((interface, family_of(packet.source), number), ()) if number is not None else ()
        if len(found) == 1 and interface:
            return found[0]
        if not interface:  # they share no interface, so each hears only what is sent to its own address
            found = tuple(place for place in found if self.routers[place].source == packet.destination)
        if len(found) <= 1:
            return found[0] if found else None
        return next((place for place in found if _is_for(self.routers[place], packet)), None)

    @cached_property
    def reads_clock(self) -> bool:
        """Whether any virtual router signs or verifies by the wall clock."""
        return any(isinstance(router.authentication, HmacTrailer) for router in self.routers)

    @cached_property
    def versions(self) -> Mapping[tuple[str, Family], frozenset[Version]]:
        """Which versions are spoken on an interface."""
        spoken: defaultdict[tuple[str, Family], frozenset[Version]] = defaultdict(frozenset)
        for router in self.routers:
            spoken[router.port, router.family] |= {router.version}
        return spoken

    @cached_property
    def cast(self) -> Cast:
        """The virtual routers, each with its sync group."""
        return Cast.of(self.routers, self.groups)

    @cached_property
    def tracking(self) -> tuple[VirtualRouter, ...]:
        """The virtual routers as far as they track: a member of a sync group tracks what its group does, too."""
        by_place = self.cast.teams
        return tuple(tracking(each, by_place[place].group) if place in by_place else each for place, each in enumerate(self.routers))

    def standings(self, links: Mapping[str, Link], findings: Mapping[Tracker, Finding]) -> tuple[Standing, ...]:
        """Return what the world means for each virtual router, by itself and through its sync group."""
        virtual = self.virtual_addresses
        standings = [standing(router, links, virtual, findings) for router in self.tracking]
        for team in self.cast.groups:
            for place, shared in zip(
                team.places, share(team.of(standings), [router.name for router in team.of(self.routers)]), strict=True
            ):
                standings[place] = shared
        return tuple(standings)

    def version_for(self, interface: str, packet: Packet) -> Version:
        """Return as of which version a packet for no virtual router is to be judged: its own, if that is spoken here."""
        spoken = self.versions.get((interface, family_of(packet.source)), frozenset({2}))
        return next((version for version in spoken if packet.payload[:1] == bytes([version << 4 | ADVERTISEMENT])), min(spoken))

    @cached_property
    def tracked(self) -> frozenset[Tracker]:
        """Every script, file, process and BFD session that a virtual router tracks."""
        return frozenset(track.tracker for router in self.tracking for track in router.trackers)

    @cached_property
    def virtual_addresses(self) -> frozenset[Address]:
        """Every address that moves; none of them is ever a source address."""
        return frozenset(virtual.address for router in self.routers for virtual in router.held_addresses)


@frozen
class NodeState:
    """The states of the virtual routers, place by place, and the interfaces and ``findings`` of what is tracked as last reported.

    What is not in ``findings`` has not been heard of yet.  ``associations`` are what virtual routers with keys remember of sequence
    numbers; ``epoch`` is what an instant of our clock lacks to microseconds since 1970.
    """

    states: tuple[State, ...] = ()
    links: Mapping[str, Link] = field(factory=dict)
    findings: Mapping[Tracker, Finding] = field(factory=dict)
    associations: Mapping[Identity, Association] = field(factory=dict)
    epoch: Interval = ZERO

    def wall(self, instant: Instant) -> Instant:
        """Return an instant in microseconds since 1970."""
        return Instant(instant + self.epoch)

    def association(self, router: VirtualRouter) -> Association:
        """Return what a virtual router remembers."""
        return self.associations.get(router.identity, BLANK)

    def with_association(self, router: VirtualRouter, kept: Association) -> "NodeState":
        """Remember something else of a virtual router."""
        return evolve(self, associations={**self.associations, router.identity: kept})


@frozen
class LinkChanged:
    """The kernel reports an interface: ``link`` is how it is now, ``None`` if it is gone."""

    name: str
    link: Link | None


@frozen
class TrackerReported:
    """A script, file, process or BFD session was found so; ``None`` if nothing is known of it any more."""

    tracker: Tracker
    finding: Finding | None


@frozen
class DatagramReceived:
    """An IP datagram came in on ``interface``."""

    interface: str
    datagram: bytes


@frozen
class DeadlinesReached:
    """The deadlines of the virtual routers at ``places`` were reached."""

    places: tuple[int, ...]


@frozen
class ClockSet:
    """Somebody set the wall clock: an instant of our clock now lacks ``epoch`` to microseconds since 1970."""

    epoch: Interval


NodeEvent = Startup | Shutdown | LinkChanged | TrackerReported | DatagramReceived | DeadlinesReached | ClockSet | HoldingsLost


@frozen
class Unclaimed:
    """A datagram that belongs to no virtual router of the interface, and the first rule of RFC 3768 7.1 that it breaks."""

    interface: str
    rule: Rule
    virtual_router_id: int | None
    family: Family = 4


@frozen
class Transition:
    """The node's new state and what its virtual routers and sync groups did, in order."""

    state: NodeState
    outcomes: tuple[Outcome | GroupOutcome, ...] = ()
    unclaimed: Unclaimed | None = None

    @property
    def steps(self) -> tuple[Outcome, ...]:
        """What its virtual routers did."""
        match self.outcomes:
            case (Outcome() as only,):
                return (only,)
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Outcome))


def initial(node: Node, links: Iterable[Link] = (), findings: Mapping[Tracker, Finding] = NOTHING_FOUND) -> NodeState:
    """Return the state before Startup, the interfaces and what is tracked being as given."""
    seen = {link.name: link for link in links}
    return NodeState(tuple(map(Initialize, node.standings(seen, findings))), seen, dict(findings))


def node_step(node: Node, state: NodeState, event: NodeEvent, now: Instant) -> Transition:
    """Take one event; total, like ``step``."""
    match event:
        case DatagramReceived(interface, datagram):
            return take_datagram(node, state, interface, datagram, now)
        case DeadlinesReached(places):
            return give(node, state, [(place, DeadlineReached()) for place in places], now)
        case LinkChanged(name, link):
            return _observe(node, state, name, link, now)
        case TrackerReported(tracker, finding):
            return _hear_of(node, state, tracker, finding, now)
        case ClockSet(epoch):
            return Transition(evolve(state, epoch=epoch))
        case HoldingsLost():
            return give(node, state, [(place, event) for place in _holders(node, state, event.holdings)], now)
        case Startup() | Shutdown():
            return give(node, state, [(place, event) for place in range(len(node.routers))], now)
        case _:
            assert_never(event)


def take_datagram(node: Node, state: NodeState, interface: str, datagram: bytes, now: Instant) -> Transition:
    """Route a datagram by its VRID to a virtual router, which judges it and steps."""
    packet = decode_ip(datagram)
    if isinstance(packet, Malformed):
        return Transition(state, unclaimed=Unclaimed(interface, rules.NOT_IP, None))
    place = node.place_for(interface, packet)
    if place is None:
        rule = stray(node.version_for(interface, packet), packet)
        return Transition(state, unclaimed=Unclaimed(interface, rule, virtual_router_id(packet), family_of(packet.source)))
    router, before = node.routers[place], state.states[place]
    keyed = isinstance(router.authentication, Keyed)
    if keyed:
        known = state.association(router)
        event, kept = admit(router, packet, known, state.wall(now))
        state = state if kept is known else state.with_association(router, kept)
    else:
        event = receive(router, packet)
    taken = step(router, before, event, now)
    if type(taken.state) is not type(before) and place in node.cast.teams:
        return give(node, state, [(place, event)], now)
    after = state.states if taken.state is before else (*state.states[:place], taken.state, *state.states[place + 1 :])
    moved = NodeState(after, state.links, state.findings, state.associations, state.epoch)  # this is the hot path: evolve is slower
    transition = Transition(moved, (Outcome(place, router, before, event, taken),))
    return sealed(transition, now) if keyed else transition


def next_deadline(state: NodeState) -> Instant | None:
    """Return the earliest deadline of all virtual routers."""
    return min((at for each in state.states if (at := states.next_deadline(each)) is not None), default=None)


def due(state: NodeState, now: Instant) -> tuple[int, ...]:
    """Return the places whose deadline has been reached."""
    return tuple(place for place, each in enumerate(state.states) if (at := states.next_deadline(each)) is not None and at <= now)


def _observe(node: Node, state: NodeState, name: str, link: Link | None, now: Instant) -> Transition:
    before, virtual = state.links.get(name), node.virtual_addresses
    links = {known: was for known, was in state.links.items() if known != name} | ({name: link} if link else {})
    seen = evolve(state, links=links)
    if before and link and before.up == link.up and source_candidates(before, virtual) == source_candidates(link, virtual):
        # only virtual addresses moved, which are no one's source: a takeover's own echo, or somebody else's doing
        return give(node, seen, _intrusions(node, seen, before, link), now)
    settled = _settle(node, seen, now)
    if link is None or not link.up or (before and before.up):
        return settled
    pairs = enumerate(zip(node.routers, state.states, settled.state.states, strict=True))
    steadfast = [place for place, (router, *both) in pairs if all(isinstance(each, Master) for each in both) and _is_on(router, name)]
    returned = give(node, settled.state, [(place, LinkReturned(name)) for place in steadfast], now)
    return Transition(returned.state, settled.outcomes + returned.outcomes)


def _intrusions(node: Node, state: NodeState, before: Link, link: Link) -> list[tuple[int, Event]]:
    """Tell the virtual routers that are not Master which of their addresses came to the interface, unless a Master of ours has them."""
    came = {address for address in link.addresses if address in node.virtual_addresses} - set(before.addresses)
    if not came:
        return []
    both = tuple(zip(node.routers, state.states, strict=True))
    ours = {each.address for router, now_it_is in both if isinstance(now_it_is, Master) for each in router.held_addresses}
    found = (
        (place, tuple(each for each in router.held_addresses if each.interface == link.name and each.address in came - ours))
        for place, (router, _) in enumerate(both)
    )
    return [(place, AddressesAppeared(addresses)) for place, addresses in found if addresses]


def _hear_of(node: Node, state: NodeState, tracker: Tracker, finding: Finding | None, now: Instant) -> Transition:
    if state.findings.get(tracker) == finding:
        return Transition(state)
    others = {known: was for known, was in state.findings.items() if known != tracker}
    return _settle(node, evolve(state, findings=others if finding is None else {**others, tracker: finding}), now)


def _settle(node: Node, seen: NodeState, now: Instant) -> Transition:
    """Let every virtual router know that what it stands by has changed, if it has."""
    standings = node.standings(seen.links, seen.findings)
    changed = [(place, StandingChanged(now_it_is)) for place, now_it_is in enumerate(standings) if now_it_is != seen.states[place].standing]
    return give(node, seen, changed, now)


def give(node: Node, state: NodeState, events: Sequence[tuple[int, Event]], now: Instant) -> Transition:
    """Give events to virtual routers by place, and let the sync groups settle."""
    settled = settle(node.cast, state.states, events, now)
    return sealed(Transition(evolve(state, states=settled.states), settled.outcomes), now)


def _is_on(router: VirtualRouter, interface: str) -> bool:
    """Tell whether advertisements, addresses or routes go by an interface; a route may lead through one that it does not name."""
    return router.interface == interface or bool(router.routes) or any(each.interface == interface for each in router.held_addresses)


def _holders(node: Node, state: NodeState, lost: Iterable[Holding]) -> list[int]:
    """Return the places of the Masters that hold any of what was lost."""
    gone = frozenset(lost)
    pairs = enumerate(zip(node.routers, state.states, strict=True))
    return [place for place, (router, each) in pairs if isinstance(each, Master) and not gone.isdisjoint(router.holdings)]


def sealed(transition: Transition, now: Instant) -> Transition:
    """Put on what virtual routers with keys send what makes it authentic; the number of each packet is remembered."""
    if not any(isinstance(outcome.router.authentication, Keyed) for outcome in transition.steps):
        return transition
    state, outcomes = transition.state, list[Outcome | GroupOutcome]()
    for outcome in transition.outcomes:
        if isinstance(outcome, GroupOutcome):
            outcomes.append(outcome)
            continue
        known = state.association(outcome.router)
        association, effects = seal(outcome.router, known, outcome.step.effects, state.wall(now))
        state = state if association is known else state.with_association(outcome.router, association)
        outcomes.append(evolve(outcome, step=evolve(outcome.step, effects=effects)))
    return evolve(transition, state=state, outcomes=tuple(outcomes))


def _is_for(router: VirtualRouter, packet: Packet) -> bool:
    """Tell a virtual router from others with its VRID on its interface: by its peers, its source or its group."""
    if not router.peers:
        return packet.destination == router.multicast_group
    from_peer = packet.source in {peer.address for peer in router.peers}
    return from_peer and not packet.is_multicast and router.source in {None, packet.destination}
