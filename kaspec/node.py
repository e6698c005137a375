"""A node: the virtual routers of one host and the interfaces they see.

An event comes to the node, is routed to the virtual routers it concerns, and what they do comes out in a stable order.  Sync groups and
further trackers settle here too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import assert_never

from attrs import evolve, field, frozen

from kaspec import rules
from kaspec.address import Address, Family, family_of
from kaspec.rules import Rule
from kaspec.succession import Added, Changed, Kept, Moved, Removed, succession
from kaspec.tracking import NOTHING_FOUND, Finding, Link, Tracker, source_candidates, standing
from kaspec.units import ZERO, Instant, Interval
from kaspec.vrrp import state as states
from kaspec.vrrp.association import BLANK, Association, seal
from kaspec.vrrp.authentication import Keyed
from kaspec.vrrp.effects import RemoveAddresses
from kaspec.vrrp.events import DeadlineReached, Event, Reconfigured, Shutdown, StandingChanged, Startup
from kaspec.vrrp.machine import Step, step
from kaspec.vrrp.reception import admit, receive, stray, virtual_router_id
from kaspec.vrrp.router import Identity, Version, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Initialize, Master, Standing, State
from kaspec.wire.ip import Malformed, Packet, decode_ip
from kaspec.wire.vrrp import ADVERTISEMENT


@frozen
class Node:
    """The configuration of a host: its virtual routers, in the configuration's order."""

    routers: tuple[VirtualRouter, ...] = ()

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
        if len(found) <= 1:
            return found[0] if found else None
        return next((place for place in found if _is_for(self.routers[place], packet)), None)

    @cached_property
    def versions(self) -> Mapping[tuple[str, Family], frozenset[Version]]:
        """Which versions are spoken on an interface."""
        spoken: defaultdict[tuple[str, Family], frozenset[Version]] = defaultdict(frozenset)
        for router in self.routers:
            spoken[router.port, router.family] |= {router.version}
        return spoken

    def version_for(self, interface: str, packet: Packet) -> Version:
        """Return as of which version a packet for no virtual router is to be judged: its own, if that is spoken here."""
        spoken = self.versions.get((interface, family_of(packet.source)), frozenset({2}))
        return next((version for version in spoken if packet.payload[:1] == bytes([version << 4 | ADVERTISEMENT])), min(spoken))

    @cached_property
    def tracked(self) -> frozenset[Tracker]:
        """Every script, file, process and BFD session that a virtual router tracks."""
        return frozenset(track.tracker for router in self.routers for track in router.trackers)

    @cached_property
    def virtual_addresses(self) -> frozenset[Address]:
        """Every address that moves; none of them is ever a source address."""
        return frozenset(virtual.address for router in self.routers for virtual in router.addresses)


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


NodeEvent = Startup | Shutdown | LinkChanged | TrackerReported | DatagramReceived | DeadlinesReached | ClockSet


@frozen
class Outcome:
    """What one virtual router made of an event: ``before`` it, the event itself, and the ``Step`` taken.

    ``place`` is its place in the node, ``None`` for one that a new configuration removed.
    """

    place: int | None
    router: VirtualRouter
    before: State
    event: Event
    step: Step


@frozen
class Unclaimed:
    """A datagram that belongs to no virtual router of the interface, and the first rule of RFC 3768 7.1 that it breaks."""

    interface: str
    rule: Rule
    virtual_router_id: int | None
    family: Family = 4


@frozen
class Transition:
    """The node's new state and what its virtual routers did, in order."""

    state: NodeState
    outcomes: tuple[Outcome, ...] = ()
    unclaimed: Unclaimed | None = None


def initial(node: Node, links: Iterable[Link] = (), findings: Mapping[Tracker, Finding] = NOTHING_FOUND) -> NodeState:
    """Return the state before Startup, the interfaces and what is tracked being as given."""
    seen = {link.name: link for link in links}
    virtual = node.virtual_addresses
    states = tuple(Initialize(standing(router, seen, virtual, findings)) for router in node.routers)
    return NodeState(states, seen, dict(findings))


def node_step(node: Node, state: NodeState, event: NodeEvent, now: Instant) -> Transition:
    """Take one event; total, like ``step``."""
    match event:
        case DatagramReceived(interface, datagram):
            return take_datagram(node, state, interface, datagram, now)
        case DeadlinesReached(places):
            return _each(node, state, places, lambda _: DeadlineReached(), now)
        case LinkChanged(name, link):
            return _observe(node, state, name, link, now)
        case TrackerReported(tracker, finding):
            return _hear_of(node, state, tracker, finding, now)
        case ClockSet(epoch):
            return Transition(evolve(state, epoch=epoch))
        case Startup() | Shutdown():
            return _each(node, state, range(len(node.routers)), lambda _: event, now)
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
    if isinstance(router.authentication, Keyed):
        known = state.association(router)
        event, kept = admit(router, packet, known, state.wall(now))
        state = state if kept is known else state.with_association(router, kept)
    else:
        event = receive(router, packet)
    taken = step(router, before, event, now)
    after = state.states if taken.state is before else (*state.states[:place], taken.state, *state.states[place + 1 :])
    return _sealed(Transition(evolve(state, states=after), (Outcome(place, router, before, event, taken),)), now)


def next_deadline(state: NodeState) -> Instant | None:
    """Return the earliest deadline of all virtual routers."""
    return min((at for each in state.states if (at := states.next_deadline(each)) is not None), default=None)


def due(state: NodeState, now: Instant) -> tuple[int, ...]:
    """Return the places whose deadline has been reached."""
    return tuple(place for place, each in enumerate(state.states) if (at := states.next_deadline(each)) is not None and at <= now)


def reconfigure(old: Node, new: Node, state: NodeState, now: Instant) -> Transition:
    """Replace the configuration, as ``succession`` decides: what is gone stops, what is new starts, what is the same is not touched.

    Findings stay, for all that is still tracked.
    """
    links, virtual = state.links, new.virtual_addresses
    findings = {tracker: finding for tracker, finding in state.findings.items() if tracker in new.tracked}
    fates = succession(old.routers, new.routers)
    outcomes = []
    for place in sorted(fate.old for fate in fates if isinstance(fate, Removed | Moved)):
        router, before = old.routers[place], state.states[place]
        outcomes.append(Outcome(None, router, before, Shutdown(), step(router, before, Shutdown(), now)))
    after: list[State] = []
    for fate in fates:
        if isinstance(fate, Removed):
            continue
        router = new.routers[fate.new]
        before, event = _inherited(fate, old, state, standing(router, links, virtual, findings))
        taken = step(router, before, event, now)
        after.append(taken.state)
        if taken.rule != rules.UNCHANGED:
            outcomes.append(Outcome(fate.new, router, before, event, taken))
    masters = (router for router, each in zip(new.routers, after, strict=True) if isinstance(each, Master))
    held = frozenset(virtual for router in masters for virtual in router.addresses)
    settled_state = evolve(state, states=tuple(after), findings=findings)
    settled = _sealed(Transition(settled_state, tuple(_sparing(outcome, held) for outcome in outcomes)), now)
    stays = {router.identity for router in new.routers if isinstance(router.authentication, Keyed)}
    associations = {identity: kept for identity, kept in settled.state.associations.items() if identity in stays}
    return evolve(settled, state=evolve(settled.state, associations=associations))


def _inherited(fate: Kept | Changed | Moved | Added, old: Node, state: NodeState, fresh: Standing) -> tuple[State, Event]:
    """Return the state a virtual router begins the new configuration in, and the event that brings it there."""
    match fate:
        case Kept(was):
            return state.states[was], StandingChanged(fresh)
        case Changed(was):
            return state.states[was], Reconfigured(old.routers[was], fresh)
        case Moved() | Added():
            return Initialize(fresh), Startup()
        case _:
            assert_never(fate)


def _sparing(outcome: Outcome, held: frozenset[VirtualAddress]) -> Outcome:
    """Take no address away that a Master of the new configuration holds: it moved from one virtual router to another."""
    effects = tuple(
        RemoveAddresses(tuple(virtual for virtual in effect.addresses if virtual not in held))
        if isinstance(effect, RemoveAddresses)
        else effect
        for effect in outcome.step.effects
    )
    return evolve(outcome, step=evolve(outcome.step, effects=effects))


def _observe(node: Node, state: NodeState, name: str, link: Link | None, now: Instant) -> Transition:
    before, virtual = state.links.get(name), node.virtual_addresses
    links = {known: was for known, was in state.links.items() if known != name} | ({name: link} if link else {})
    seen = evolve(state, links=links)
    if before and link and before.up == link.up and source_candidates(before, virtual) == source_candidates(link, virtual):
        return Transition(seen)  # only virtual addresses moved, which are no one's source: a takeover's own echo
    return _settle(node, seen, now)


def _hear_of(node: Node, state: NodeState, tracker: Tracker, finding: Finding | None, now: Instant) -> Transition:
    if state.findings.get(tracker) == finding:
        return Transition(state)
    others = {known: was for known, was in state.findings.items() if known != tracker}
    return _settle(node, evolve(state, findings=others if finding is None else {**others, tracker: finding}), now)


def _settle(node: Node, seen: NodeState, now: Instant) -> Transition:
    """Let every virtual router know that what it stands by has changed, if it has."""
    virtual = node.virtual_addresses
    standings = [standing(router, seen.links, virtual, seen.findings) for router in node.routers]
    moved = [place for place, now_it_is in enumerate(standings) if now_it_is != seen.states[place].standing]
    return _each(node, seen, moved, lambda place: StandingChanged(standings[place]), now)


def _each(node: Node, state: NodeState, places: Iterable[int], event_for: Callable[[int], Event], now: Instant) -> Transition:
    after = list(state.states)
    outcomes = []
    for place in places:
        router, before, event = node.routers[place], after[place], event_for(place)
        taken = step(router, before, event, now)
        after[place] = taken.state
        outcomes.append(Outcome(place, router, before, event, taken))
    return _sealed(Transition(evolve(state, states=tuple(after)), tuple(outcomes)), now)


def _sealed(transition: Transition, now: Instant) -> Transition:
    """Put on what virtual routers with keys send what makes it authentic; the number of each packet is remembered."""
    if not any(isinstance(outcome.router.authentication, Keyed) for outcome in transition.outcomes):
        return transition
    state, outcomes = transition.state, []
    for outcome in transition.outcomes:
        known = state.association(outcome.router)
        association, effects = seal(outcome.router, known, outcome.step.effects, state.wall(now))
        state = state if association is known else state.with_association(outcome.router, association)
        outcomes.append(evolve(outcome, step=evolve(outcome.step, effects=effects)))
    return evolve(transition, state=state, outcomes=tuple(outcomes))


def _is_for(router: VirtualRouter, packet: Packet) -> bool:
    """Tell a virtual router from others with its VRID on its interface: by its peers, its source or its group."""
    if not router.peers:
        return packet.destination == router.multicast_group
    return packet.source in {peer.address for peer in router.peers} and router.source in {None, packet.destination}
