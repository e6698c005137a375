"""Cores that are wrong in one way each: what a router is that has a known flaw.

Each is a ``Core`` of the judge for one virtual router without sync group or keys; the specification itself is never changed.
"""

from collections.abc import Callable

from attrs import evolve

from conformance.replay.judge import Core
from kaspec import rules
from kaspec.address import Address
from kaspec.node import DatagramReceived, DeadlinesReached, Node, NodeEvent, NodeState, Outcome, Transition, node_step
from kaspec.units import SECOND, Instant, Interval, after
from kaspec.vrrp.acts import listen
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, DeadlineReached, Event, Startup
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.machine import Step, step
from kaspec.vrrp.reception import Verdict, receive
from kaspec.vrrp.router import OWNER_PRIORITY, VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Master, State
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, decode_ip
from kaspec.wire.vrrp import Advertisement, checksum_form, decode

Stepping = Callable[[VirtualRouter, State, Event, Instant], Step | None]
"""What is done instead of what is right; ``None`` where that is right."""
Hearing = Callable[[VirtualRouter, Packet], Verdict]


NEVER = Interval(1 << 50)
"""Longer than anybody looks."""


def _right(*_: object) -> None:
    return None


def core(stepping: Stepping = _right, hearing: Hearing = receive) -> Core:
    """Return a core that steps and hears so."""

    def taken(node: Node, state: NodeState, event: NodeEvent, now: Instant) -> Transition:
        (router,), (before,) = node.routers, state.states
        match event:
            case DatagramReceived(interface, datagram):
                packet = decode_ip(datagram)
                if not isinstance(packet, Packet) or node.place_for(interface, packet) is None:
                    return node_step(node, state, event, now)
                told: Event = hearing(router, packet)
            case DeadlinesReached((0,)):
                told = DeadlineReached()
            case Startup():
                told = event
            case _:
                return node_step(node, state, event, now)
        made = stepping(router, before, told, now) or step(router, before, told, now)
        return Transition(evolve(state, states=(made.state,)), (Outcome(0, router, before, told, made),))

    return taken


def whole_seconds(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
    """Wait whole seconds: nothing is left of Skew_Time (holo)."""
    made = step(router, state, event, now)
    match made.state:
        case Backup(standing, down_at, interval) as waiting:
            waits = master_down_interval(router.version, standing.priority, interval, router.down_timer_adverts)
            if down_at == now + waits:
                return evolve(made, state=evolve(waiting, master_down_at=Instant(now + waits // SECOND * SECOND)))
    return None


def literal(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
    """Answer whatever does not win, one's own priority from one's own address too (RFC 9568 6.4.3 as it stands)."""
    if not (isinstance(state, Master) and isinstance(event, AdvertisementReceived)):
        return None
    own, heard = (state.standing.priority, state.standing.address or b""), event.advertisement.priority
    worse = evolve(event, advertisement=evolve(event.advertisement, priority=heard - 1))
    return step(router, state, worse, now) if (heard, event.source) == own else None


def blind(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
    """Compare no addresses among equals, as keepalived before 1.2.22 in IPv6."""
    if not (isinstance(state, Master) and isinstance(event, AdvertisementReceived)):
        return None
    tie = event.advertisement.priority == state.standing.priority
    return step(router, state, evolve(event, source=Address(bytes(len(event.source)))), now) if tie else None


def yielding(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
    """Yield as an owner to any other owner, whatever their addresses, and go on with priority 254 (keepalived before 2.3.3)."""
    if not (isinstance(state, Master) and isinstance(event, AdvertisementReceived) and router.is_owner):
        return None
    if event.advertisement.priority != OWNER_PRIORITY:
        return None
    lower = evolve(state, standing=evolve(state.standing, priority=OWNER_PRIORITY - 1))
    return step(evolve(router, priority=OWNER_PRIORITY - 1), lower, event, now)


def rearming(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
    """Begin the advertisement interval anew at anything of one's VRID that is heard, be it discarded (keepalived)."""
    made = step(router, state, event, now)
    if not (
        isinstance(state, Master) and isinstance(made.state, Master) and isinstance(event, AdvertisementReceived | AdvertisementDiscarded)
    ):
        return None
    return evolve(made, state=evolve(made.state, adver_at=after(now, router.advertisement_interval)))


def unmoved(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
    """Answer priority 0 and advertise when it was to be all the same (keepalived 2.2.7 with ``lower_prio_no_advert``)."""
    made = step(router, state, event, now)
    if not (isinstance(state, Master) and isinstance(made.state, Master) and isinstance(event, AdvertisementReceived)):
        return None
    return evolve(made, state=evolve(made.state, adver_at=state.adver_at)) if event.advertisement.priority == 0 else None


def unspoken(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
    """Become Master in IPv6 without a word: the first advertisement comes an interval later (FRR 8.4.4, whose interface is not up yet)."""
    made = step(router, state, event, now)
    if router.family == 4 or isinstance(state, Master) or not isinstance(made.state, Master):
        return None
    return evolve(made, effects=tuple(each for each in made.effects if not isinstance(each, SendAdvertisement)))


def hesitant(node: Node, state: NodeState, event: NodeEvent, now: Instant) -> Transition:
    """Be Backup as an owner whose fault ends, not Master at once (keepalived 2.2.7)."""
    made = node_step(node, state, event, now)
    (router,), (before,), (after,) = node.routers, state.states, made.state.states
    if not (router.is_owner and isinstance(before, Fault) and isinstance(after, Master)):
        return made
    waits = Step(listen(router, after.standing, router.advertisement_interval, now), (), rules.FAULT_LEFT)
    outcome = evolve(made.steps[0], step=waits)
    return Transition(evolve(made.state, states=(waits.state,)), (outcome,))


def exact(router: VirtualRouter, packet: Packet) -> Verdict:
    """Discard what is longer than its addresses need (keepalived before 2.3.3, FRR)."""
    verdict = receive(router, packet)
    if not isinstance(verdict, AdvertisementReceived) or packet.protocol != VRRP_PROTOCOL:
        return verdict
    needed = _needed(router, verdict.advertisement)
    return verdict if len(packet.payload) <= needed else AdvertisementDiscarded(rules.INCOMPLETE, packet.source)


def _needed(router: VirtualRouter, said: Advertisement) -> int:
    """Return how long a message must be."""
    return 8 + sum(map(len, said.addresses)) + (8 if router.version == 2 else 0)


def strict(router: VirtualRouter, packet: Packet) -> Verdict:
    """Believe one form of checksum only: what one sends oneself (there are several in version 3)."""
    verdict = receive(router, packet)
    if router.version == 2 or not isinstance(verdict, AdvertisementReceived):
        return verdict
    message = packet.payload[: _needed(router, verdict.advertisement)]
    if checksum_form(message, (packet.source, packet.destination)) == router.checksum_form:
        return verdict
    return AdvertisementDiscarded(rules.CHECKSUM, packet.source)


def credulous(router: VirtualRouter, packet: Packet) -> Verdict:
    """Take an interval of 0 for one (before erratum 8301)."""
    verdict = receive(router, packet)
    if not (isinstance(verdict, AdvertisementDiscarded) and verdict.rule == rules.INTERVAL_ZERO):
        return verdict
    said = decode(router.version, packet.payload, (packet.source, packet.destination))
    return AdvertisementReceived(said, packet.source) if isinstance(said, Advertisement) else verdict


def struck(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
    """Yield as Master for no time at all, take over again, advertise that, and from then on nothing more, not even that (FRR 8.4.4)."""
    yielded = step(router, state, event, now)
    if not (isinstance(state, Master) and isinstance(yielded.state, Backup) and yielded.state.master_down_at <= now):
        return None
    if state.adver_at > after(now, router.advertisement_interval):
        return evolve(yielded, state=state, effects=())
    again = step(router, yielded.state, DeadlineReached(), now)
    mute = evolve(again.state, adver_at=after(now, NEVER)) if isinstance(again.state, Master) else again.state
    return evolve(again, state=mute, effects=yielded.effects + again.effects)


def settled(router: VirtualRouter, packet: Packet) -> Verdict:
    """Discard any interval but one's own, in version 3 too (holo)."""
    verdict = receive(router, packet)
    if isinstance(verdict, AdvertisementReceived) and verdict.advertisement.advertisement_interval != router.advertisement_interval:
        return AdvertisementDiscarded(rules.ADVERTISEMENT_INTERVAL, packet.source)
    return verdict
