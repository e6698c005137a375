"""The VRRP state machine: RFC 3768 6.4 with keepalived's FAULT.  Every transition of a virtual router is in this file.

``step`` is total and pure: any state meets any event, and what does not apply is the identity with a rule that says so.  Timers are
deadlines in the states; the driver delivers ``DeadlineReached`` at (or after) ``next_deadline`` and nothing is ever cancelled.
"""

from functools import lru_cache
from typing import assert_never

from attrs import evolve, frozen

from kaspec import rules
from kaspec.address import Address, family_of
from kaspec.rules import Rule
from kaspec.units import Instant, Interval, after
from kaspec.vrrp.effects import (
    Effect,
    InstallAddresses,
    Notify,
    RemoveAddresses,
    SendAdvertisement,
    SendGratuitousArp,
    SendUnsolicitedNeighborAdvertisement,
)
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
from kaspec.vrrp.intervals import master_down_interval, skew_time
from kaspec.vrrp.router import SimplePassword, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, Standing, State
from kaspec.wire.vrrp import NO_AUTHENTICATION, SIMPLE_TEXT_PASSWORD, Advertisement


@frozen
class Step:
    """One transition: the new state, the effects in the order they are to happen, and the rule that says why."""

    state: State
    effects: tuple[Effect, ...]
    rule: Rule


def step(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
    """Take one event.  ``now`` is the instant it is taken, on the clock of the state's deadlines."""
    match state:
        case Backup():
            return _backup(router, state, event, now)
        case Master():
            return _master(router, state, event, now)
        case Fault():
            return _fault(router, state, event, now)
        case Initialize():
            return _initialize(router, state, event, now)
        case _:
            assert_never(state)


def _initialize(router: VirtualRouter, state: Initialize, event: Event, now: Instant) -> Step:
    """RFC 3768 6.4.1."""
    match event:
        case Startup():
            if state.standing.faults:
                effects = (RemoveAddresses(router.addresses), Notify("FAULT"))
                return Step(Fault(state.standing), effects, rules.FAULT_AT_START)
            if router.is_owner:
                return _become_master(router, state.standing, now, rules.OWNER_STARTS)
            backup = _listen(router, state.standing, router.advertisement_interval, now)
            return Step(backup, (RemoveAddresses(router.addresses), Notify("BACKUP")), rules.BACKUP_STARTS)
        case StandingChanged(standing) | Reconfigured(_, standing):
            if standing == state.standing:
                return Step(state, (), rules.UNCHANGED)
            return Step(Initialize(standing), (), rules.STANDING_CHANGED)
        case Shutdown() | DeadlineReached() | AdvertisementReceived() | AdvertisementDiscarded():
            return Step(state, (), rules.NOT_STARTED)
        case _:
            assert_never(event)


def _backup(router: VirtualRouter, state: Backup, event: Event, now: Instant) -> Step:
    """RFC 3768 6.4.2."""
    match event:
        case AdvertisementReceived():
            return _backup_hears(router, state, event.advertisement, now)
        case AdvertisementDiscarded():
            return Step(state, (), event.rule)
        case DeadlineReached():
            if now < state.master_down_at:
                return Step(state, (), rules.NOT_DUE)
            return _become_master(router, state.standing, now, rules.MASTER_DOWN)
        case StandingChanged(standing):
            return _backup_stands(router, state, standing)
        case Shutdown():
            return Step(Initialize(state.standing), (Notify("STOP"),), rules.BACKUP_STOPS)
        case Startup():
            return Step(state, (), rules.ALREADY_STARTED)
        case Reconfigured(_, standing):
            return _backup_reconfigured(router, state, standing, now)
        case _:
            assert_never(event)


def _backup_hears(router: VirtualRouter, state: Backup, heard: Advertisement, now: Instant) -> Step:
    """RFC 3768 6.4.2, the branches of an advertisement received in Backup; keepalived's preempt_delay."""
    priority = state.standing.priority
    if heard.priority == 0:
        down_at = after(now, skew_time(router.version, priority, state.master_adver_interval))
        return Step(evolve(state, master_down_at=down_at), (), rules.BACKUP_PRIORITY_ZERO)
    learnt = router.advertisement_interval if router.version == 2 else heard.advertisement_interval
    refreshed = _listen(router, state.standing, learnt, now)
    if heard.priority >= priority:
        return Step(refreshed, (), rules.BACKUP_REFRESHED)
    if not (router.preempt or router.is_owner):
        return Step(refreshed, (), rules.BACKUP_NO_PREEMPT)
    if router.preempt_delay and state.preempt_at is None:
        waiting = evolve(refreshed, preempt_at=after(now, router.preempt_delay))
        return Step(waiting, (), rules.PREEMPT_DELAY_STARTS)
    if state.preempt_at is not None and now < state.preempt_at:
        return Step(evolve(refreshed, preempt_at=state.preempt_at), (), rules.PREEMPT_DELAY_RUNS)
    return Step(state, (), rules.BACKUP_LOWER)


def _backup_stands(router: VirtualRouter, state: Backup, standing: Standing) -> Step:
    if standing.faults:
        return Step(Fault(standing), (Notify("FAULT"),), rules.FAULT_ENTERED)
    if standing == state.standing:
        return Step(state, (), rules.UNCHANGED)
    if standing.priority == state.standing.priority:
        return Step(evolve(state, standing=standing), (), rules.STANDING_CHANGED)
    before, now_it_is = (
        skew_time(router.version, priority, state.master_adver_interval) for priority in (state.standing.priority, standing.priority)
    )
    down_at = after(state.master_down_at, Interval(now_it_is - before))
    return Step(evolve(state, standing=standing, master_down_at=down_at), (), rules.PRIORITY_CHANGED)


def _backup_reconfigured(router: VirtualRouter, state: Backup, standing: Standing, now: Instant) -> Step:
    if standing.faults:
        return Step(Fault(standing), (Notify("FAULT"),), rules.FAULT_ENTERED)
    fresh = _listen(router, standing, router.advertisement_interval, now)
    running = state.preempt_at if router.preempt_delay else None
    preempt_at = None if running is None else min(running, after(now, router.preempt_delay))
    down_at = min(fresh.master_down_at, state.master_down_at)
    return Step(evolve(fresh, master_down_at=down_at, preempt_at=preempt_at), (), rules.RECONFIGURED)


def _master(router: VirtualRouter, state: Master, event: Event, now: Instant) -> Step:
    """RFC 3768 6.4.3."""
    match event:
        case DeadlineReached():
            return _master_deadline(router, state, now)
        case AdvertisementReceived():
            return _master_hears(router, state, event, now)
        case AdvertisementDiscarded():
            if router.profile.discard_rearms_master:
                rearmed = evolve(state, adver_at=after(now, router.advertisement_interval))
                return Step(rearmed, (), rules.REARMED_BY_DISCARD)
            return Step(state, (), event.rule)
        case StandingChanged(standing):
            return _master_stands(router, state, standing)
        case Shutdown():
            effects = (*_resign(router, state.standing), Notify("STOP"))
            return Step(Initialize(state.standing), effects, rules.MASTER_STOPS)
        case Startup():
            return Step(state, (), rules.ALREADY_STARTED)
        case Reconfigured(previous, standing):
            return _master_reconfigured(router, state, previous, standing, now)
        case _:
            assert_never(event)


def _master_deadline(router: VirtualRouter, state: Master, now: Instant) -> Step:
    """Adver_Timer (RFC 3768 6.4.3), then keepalived's delayed and periodic gratuitous ARP."""
    if now >= state.adver_at:
        ticking = evolve(state, adver_at=after(now, router.advertisement_interval))
        return Step(ticking, _advertise(router, state.standing), rules.ADVER_TIMER)
    if state.announce_at is not None and now >= state.announce_at:
        burst = _announce(router.addresses, state.announce_repeat)
        return Step(_announcing(state, now, router.garp.refresh, router.garp.refresh_repeat), burst, rules.GARP_AGAIN)
    return Step(state, (), rules.NOT_DUE)


def _master_hears(router: VirtualRouter, state: Master, event: AdvertisementReceived, now: Instant) -> Step:
    """RFC 3768 6.4.3, the branches of an advertisement received in Master."""
    heard, standing = event.advertisement, state.standing
    if heard.priority == 0:
        ticking = evolve(state, adver_at=after(now, router.advertisement_interval))
        return Step(ticking, _advertise(router, standing), rules.MASTER_PRIORITY_ZERO)
    own_address = standing.address or b""
    if (heard.priority, event.source) > (standing.priority, own_address):
        interval = router.advertisement_interval if router.version == 2 else heard.advertisement_interval
        rule = rules.MASTER_YIELDS if heard.priority > standing.priority else rules.MASTER_YIELDS_TIE
        effects = (RemoveAddresses(router.addresses), Notify("BACKUP"))
        return Step(_listen(router, standing, interval, now), effects, rule)
    if (heard.priority, event.source) == (standing.priority, own_address):
        return Step(state, (), rules.OWN_ADDRESS)
    if not router.profile.answers_lower_priority:
        return Step(state, (), rules.MASTER_LOWER)
    return Step(_announcing_again(router, state, now), _assertion(router, standing), rules.MASTER_ASSERTS)


def _assertion(router: VirtualRouter, standing: Standing) -> tuple[Effect, ...]:
    """Answer a losing advertisement: one of ours, and the addresses announced anew (a healed split brain left stale caches)."""
    repeat = router.garp.lower_priority_repeat
    return (*_advertise(router, standing), *(_announce(router.addresses, repeat) if repeat else ()))


def _announcing_again(router: VirtualRouter, state: Master, now: Instant) -> Master:
    """Let a second burst follow the one that answers a losing advertisement; a burst that is due sooner stays."""
    again = _announcing(state, now, router.garp.lower_priority_delay, router.garp.lower_priority_repeat)
    if state.announce_at is not None and (again.announce_at is None or state.announce_at <= again.announce_at):
        return state
    return again


def _announcing(state: Master, now: Instant, delay: Interval | None, repeat: int) -> Master:
    """Set when the next gratuitous ARP burst is due, if one is wanted at all."""
    if delay is None or not repeat:
        return evolve(state, announce_at=None, announce_repeat=0)
    return evolve(state, announce_at=after(now, delay), announce_repeat=repeat)


def _master_stands(router: VirtualRouter, state: Master, standing: Standing) -> Step:
    if standing.faults:
        effects = (*_resign(router, state.standing), Notify("FAULT"))
        return Step(Fault(standing), effects, rules.FAULT_ENTERED)
    if standing == state.standing:
        return Step(state, (), rules.UNCHANGED)
    rule = rules.STANDING_CHANGED if standing.priority == state.standing.priority else rules.PRIORITY_CHANGED
    return Step(evolve(state, standing=standing), (), rule)


def _master_reconfigured(router: VirtualRouter, state: Master, previous: VirtualRouter, standing: Standing, now: Instant) -> Step:
    if standing.faults:
        return Step(Fault(standing), (*_resign(previous, state.standing), Notify("FAULT")), rules.FAULT_ENTERED)
    gone = tuple(address for address in previous.addresses if address not in router.addresses)
    new = tuple(address for address in router.addresses if address not in previous.addresses)
    effects: tuple[Effect, ...] = (RemoveAddresses(gone),) if gone else ()
    if new:
        effects = (*effects, InstallAddresses(new), *_announce(new, router.garp.repeat))
    adver_at = min(state.adver_at, after(now, router.advertisement_interval))
    reloaded = evolve(state, standing=standing, adver_at=adver_at)
    if state.announce_at is None:
        reloaded = _announcing(reloaded, now, router.garp.refresh, router.garp.refresh_repeat)
    return Step(reloaded, effects, rules.RECONFIGURED)


def _fault(router: VirtualRouter, state: Fault, event: Event, now: Instant) -> Step:
    """Keepalived's FAULT: deaf and dumb until nothing tracked is at fault."""
    match event:
        case StandingChanged(standing) | Reconfigured(_, standing):
            return _fault_stands(router, state, standing, now)
        case Shutdown():
            return Step(Initialize(state.standing), (Notify("STOP"),), rules.FAULT_STOPS)
        case Startup():
            return Step(state, (), rules.ALREADY_STARTED)
        case DeadlineReached():
            return Step(state, (), rules.NOT_DUE)
        case AdvertisementReceived() | AdvertisementDiscarded():
            return Step(state, (), rules.FAULT_DEAF)
        case _:
            assert_never(event)


def _fault_stands(router: VirtualRouter, state: Fault, standing: Standing, now: Instant) -> Step:
    if standing == state.standing:
        return Step(state, (), rules.UNCHANGED)
    if standing.faults:
        return Step(Fault(standing), (), rules.FAULT_GOES_ON)
    if router.is_owner:
        return _become_master(router, standing, now, rules.FAULT_LEFT_OWNER)
    backup = _listen(router, standing, router.advertisement_interval, now)
    return Step(backup, (Notify("BACKUP"),), rules.FAULT_LEFT)


def _listen(router: VirtualRouter, standing: Standing, interval: Interval, now: Instant) -> Backup:
    """Be Backup with a fresh Master_Down_Timer."""
    down = master_down_interval(router.version, standing.priority, interval, router.down_timer_adverts)
    return Backup(standing, after(now, down), interval)


def _become_master(router: VirtualRouter, standing: Standing, now: Instant, rule: Rule) -> Step:
    """Advertise, hold the addresses, announce them; in that order (RFC 3768 6.4.1, 6.4.2)."""
    policy = router.garp
    effects: tuple[Effect, ...] = (
        *_advertise(router, standing),
        InstallAddresses(router.addresses),
        *_announce(router.addresses, policy.repeat),
        Notify("MASTER"),
    )
    master = Master(standing, after(now, router.advertisement_interval))
    if policy.delay is None:
        announcing = _announcing(master, now, policy.refresh, policy.refresh_repeat)
    else:
        announcing = _announcing(master, now, policy.delay, policy.repeat)
    return Step(announcing, effects, rule)


def _resign(router: VirtualRouter, standing: Standing) -> tuple[Effect, ...]:
    """Let a Backup take over in Skew_Time (RFC 3768 5.3.4) and give up the addresses."""
    return (*_send(router, 0, standing.address), RemoveAddresses(router.addresses))


def _advertise(router: VirtualRouter, standing: Standing) -> tuple[Effect, ...]:
    return _send(router, standing.priority, standing.address)


@lru_cache(maxsize=4096)
def _send(router: VirtualRouter, priority: int, source: Address | None) -> tuple[Effect, ...]:
    if source is None:
        return ()
    return (SendAdvertisement(advertisement(router, priority), source, router.checksum_form),)


@lru_cache(maxsize=4096)
def _announce(addresses: tuple[VirtualAddress, ...], repeat: int) -> tuple[Effect, ...]:
    """Tell where the addresses now are: gratuitous ARP for IPv4, unsolicited neighbour advertisements for IPv6 (RFC 9568 6.4.1)."""
    ipv6 = tuple(virtual for virtual in addresses if family_of(virtual.address) == 6)
    ipv4 = tuple(virtual for virtual in addresses if family_of(virtual.address) == 4)
    neighbours = (SendUnsolicitedNeighborAdvertisement(ipv6, repeat),) if ipv6 else ()
    return (SendGratuitousArp(ipv4, repeat), *neighbours) if ipv4 or not ipv6 else neighbours


def advertisement(router: VirtualRouter, priority: int) -> Advertisement:
    """Return what the router advertises with ``priority`` (RFC 3768 7.2)."""
    password = router.authentication.data if isinstance(router.authentication, SimplePassword) else bytes(8)
    authentication_type = SIMPLE_TEXT_PASSWORD if isinstance(router.authentication, SimplePassword) else NO_AUTHENTICATION
    return Advertisement(
        router.version,
        router.virtual_router_id,
        priority,
        router.advertisement_interval,
        _advertised(router.addresses),
        authentication_type,
        password,
    )


def _advertised(addresses: tuple[VirtualAddress, ...]) -> tuple[Address, ...]:
    return tuple(virtual.address for virtual in addresses)
