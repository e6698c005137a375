"""The VRRP state machine: RFC 3768 6.4 with keepalived's FAULT.  ``backup`` and ``master`` have a file of their own beside this one,
and ``acts`` has what transitions are made of.

``step`` is total and pure: any state meets any event, and what does not apply is the identity with a rule that says so.  Timers are
deadlines in the states; the driver delivers ``DeadlineReached`` at (or after) ``next_deadline`` and nothing is ever cancelled.
"""

from typing import assert_never

from kaspec import rules
from kaspec.units import Instant
from kaspec.vrrp.acts import Step, advertisement, become_master, listen, remove
from kaspec.vrrp.backup import backup
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
from kaspec.vrrp.master import master
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, Standing, State

__all__ = ["Step", "advertisement", "step"]


def step(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
    """Take one event.  ``now`` is the instant it is taken, on the clock of the state's deadlines."""
    match state:
        case Backup():
            return backup(router, state, event, now)
        case Master():
            return master(router, state, event, now)
        case Fault():
            return _fault(router, state, event, now)
        case Initialize():
            return _initialize(router, state, event, now)
        case _:
            assert_never(state)


def _initialize(router: VirtualRouter, state: Initialize, event: Event, now: Instant) -> Step:
    """RFC 3768 6.4.1, and keepalived's waiting there for what is tracked."""
    if state.started:
        return _waiting(router, state, event, now)
    match event:
        case Startup(held):
            if state.standing.faults:
                effects = (*remove(router.holdings), Notify("FAULT"))
                return Step(Fault(state.standing), effects, rules.FAULT_AT_START)
            if state.standing.pending:
                return Step(Initialize(state.standing, started=True), remove(router.holdings), rules.INIT_WAITS)
            if router.is_owner and not held:
                return become_master(router, state.standing, now, rules.OWNER_STARTS)
            backup = listen(router, state.standing, router.advertisement_interval, now)
            return Step(backup, (*remove(router.holdings), Notify("BACKUP")), rules.BACKUP_STARTS)
        case StandingChanged(standing) | Reconfigured(_, standing):
            if standing == state.standing:
                return Step(state, (), rules.UNCHANGED)
            return Step(Initialize(standing), (), rules.STANDING_CHANGED)
        case HoldingsLost():
            return Step(state, (), rules.NOTHING_HELD)
        case Shutdown() | DeadlineReached() | AdvertisementReceived() | AdvertisementDiscarded() | GroupMoved() | LinkReturned():
            return Step(state, (), rules.NOT_STARTED)
        case AddressesAppeared():
            return Step(state, (), rules.NOT_STARTED)
        case _:
            assert_never(event)


def _waiting(router: VirtualRouter, state: Initialize, event: Event, now: Instant) -> Step:
    """Started, but something tracked has not been heard of: deaf and dumb until it has."""
    match event:
        case StandingChanged(standing, held) | Reconfigured(_, standing, held):
            return _waiting_stands(router, state, standing, held, now)
        case Shutdown():
            return Step(Initialize(state.standing), (Notify("STOP"),), rules.INIT_STOPS)
        case Startup():
            return Step(state, (), rules.ALREADY_STARTED)
        case HoldingsLost():
            return Step(state, (), rules.NOTHING_HELD)
        case AddressesAppeared():
            return Step(state, (), rules.ADDRESSES_FOREIGN)
        case DeadlineReached() | AdvertisementReceived() | AdvertisementDiscarded() | GroupMoved() | LinkReturned():
            return Step(state, (), rules.NOT_STARTED)
        case _:
            assert_never(event)


def _waiting_stands(router: VirtualRouter, state: Initialize, standing: Standing, held: bool, now: Instant) -> Step:
    if standing == state.standing:
        return Step(state, (), rules.UNCHANGED)
    if standing.faults:
        return Step(Fault(standing), (Notify("FAULT"),), rules.INIT_FAILED)
    if standing.pending:
        return Step(Initialize(standing, started=True), (), rules.INIT_WAITS_ON)
    if router.is_owner and not held:
        return become_master(router, standing, now, rules.INIT_LEFT_OWNER)
    backup = listen(router, standing, router.advertisement_interval, now)
    return Step(backup, (Notify("BACKUP"),), rules.INIT_LEFT)


def _fault(router: VirtualRouter, state: Fault, event: Event, now: Instant) -> Step:
    """Keepalived's FAULT: deaf and dumb until nothing tracked is at fault."""
    match event:
        case StandingChanged(standing, held) | Reconfigured(_, standing, held):
            return _fault_stands(router, state, standing, held, now)
        case Shutdown():
            return Step(Initialize(state.standing), (Notify("STOP"),), rules.FAULT_STOPS)
        case Startup():
            return Step(state, (), rules.ALREADY_STARTED)
        case DeadlineReached():
            return Step(state, (), rules.NOT_DUE)
        case GroupMoved() | LinkReturned():
            return Step(state, (), rules.UNCHANGED)
        case AdvertisementReceived() | AdvertisementDiscarded():
            return Step(state, (), rules.FAULT_DEAF)
        case HoldingsLost():
            return Step(state, (), rules.NOTHING_HELD)
        case AddressesAppeared():
            return Step(state, (), rules.ADDRESSES_FOREIGN)
        case _:
            assert_never(event)


def _fault_stands(router: VirtualRouter, state: Fault, standing: Standing, held: bool, now: Instant) -> Step:
    if standing == state.standing:
        return Step(state, (), rules.UNCHANGED)
    if standing.faults:
        return Step(Fault(standing), (), rules.FAULT_GOES_ON)
    if standing.pending:
        return Step(Initialize(standing, started=True), (), rules.FAULT_WAITS)
    if router.is_owner and not held:
        return become_master(router, standing, now, rules.FAULT_LEFT_OWNER)
    backup = listen(router, standing, router.advertisement_interval, now)
    return Step(backup, (Notify("BACKUP"),), rules.FAULT_LEFT)
