"""Backup (RFC 3768 6.4.2), with keepalived's ``preempt_delay``: every transition that begins there."""

from typing import assert_never

from kaspec import rules
from kaspec.frozen import evolve
from kaspec.units import Instant, Interval, after
from kaspec.vrrp.acts import Step, become_master, fault_rule, listen
from kaspec.vrrp.effects import Notify
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
    Shutdown,
    StandingChanged,
    Startup,
)
from kaspec.vrrp.intervals import skew_time
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Standing
from kaspec.wire.vrrp import Advertisement


def backup(router: VirtualRouter, state: Backup, event: Event, now: Instant) -> Step:
    """RFC 3768 6.4.2."""
    match event:
        case AdvertisementReceived():
            return _hears(router, state, event.advertisement, now)
        case AdvertisementDiscarded():
            return Step(state, (), event.rule)
        case DeadlineReached(held):
            return _deadline(router, state, held, now)
        case GroupMoved(to):
            return become_master(router, state.standing, now, rules.GROUP_MASTER) if to == "MASTER" else Step(state, (), rules.UNCHANGED)
        case StandingChanged(standing):
            return _stands(router, state, standing)
        case Shutdown():
            return Step(Initialize(state.standing), (Notify("STOP"),), rules.BACKUP_STOPS)
        case Startup():
            return Step(state, (), rules.ALREADY_STARTED)
        case LinkReturned():
            return Step(state, (), rules.UNCHANGED)
        case Reconfigured(_, standing):
            return _reconfigured(router, state, standing, now)
        case HoldingsLost():
            return Step(state, (), rules.NOTHING_HELD)
        case AddressesAppeared():
            return Step(state, (), rules.ADDRESSES_FOREIGN)
        case _:
            assert_never(event)


def _deadline(router: VirtualRouter, state: Backup, held: bool, now: Instant) -> Step:
    if now < state.master_down_at:
        return Step(state, (), rules.NOT_DUE)
    if not held:
        return become_master(router, state.standing, now, rules.MASTER_DOWN)
    again = listen(router, state.standing, state.master_adver_interval, now)
    return Step(evolve(again, preempt_at=state.preempt_at, waiting=True), (), rules.GROUP_WAITS)


def _hears(router: VirtualRouter, state: Backup, heard: Advertisement, now: Instant) -> Step:
    """RFC 3768 6.4.2, the branches of an advertisement received in Backup; keepalived's preempt_delay."""
    priority = state.standing.priority
    if heard.priority == 0:
        down_at = after(now, skew_time(router.version, priority, state.master_adver_interval))
        return Step(evolve(state, master_down_at=down_at), (), rules.BACKUP_PRIORITY_ZERO)
    learnt = router.advertisement_interval if router.version == 2 else heard.advertisement_interval
    refreshed = listen(router, state.standing, learnt, now)
    if heard.priority >= priority:
        return Step(refreshed, (), rules.BACKUP_REFRESHED)
    if not (router.preempt or router.is_owner):
        return Step(refreshed, (), rules.BACKUP_NO_PREEMPT)
    if router.preempt_delay and state.preempt_at is None:
        delayed = evolve(refreshed, preempt_at=after(now, router.preempt_delay))
        return Step(delayed, (), rules.PREEMPT_DELAY_STARTS)
    if state.preempt_at is not None and now < state.preempt_at:
        return Step(evolve(refreshed, preempt_at=state.preempt_at), (), rules.PREEMPT_DELAY_RUNS)
    return Step(state, (), rules.BACKUP_LOWER)


def _stands(router: VirtualRouter, state: Backup, standing: Standing) -> Step:
    if standing.faults:
        return Step(Fault(standing), (Notify("FAULT"),), fault_rule(standing))
    if standing == state.standing:
        return Step(state, (), rules.UNCHANGED)
    if standing.priority == state.standing.priority:
        return Step(evolve(state, standing=standing), (), rules.STANDING_CHANGED)
    before, now_it_is = (
        skew_time(router.version, priority, state.master_adver_interval) for priority in (state.standing.priority, standing.priority)
    )
    down_at = after(state.master_down_at, Interval(now_it_is - before))
    return Step(evolve(state, standing=standing, master_down_at=down_at), (), rules.PRIORITY_CHANGED)


def _reconfigured(router: VirtualRouter, state: Backup, standing: Standing, now: Instant) -> Step:
    if standing.faults:
        return Step(Fault(standing), (Notify("FAULT"),), fault_rule(standing))
    fresh = listen(router, standing, router.advertisement_interval, now)
    running = state.preempt_at if router.preempt_delay else None
    preempt_at = None if running is None else min(running, after(now, router.preempt_delay))
    down_at = min(fresh.master_down_at, state.master_down_at)
    return Step(evolve(fresh, master_down_at=down_at, preempt_at=preempt_at, waiting=state.waiting), (), rules.RECONFIGURED)
