"""Master (RFC 3768 6.4.3; RFC 9568 calls it Active): every transition that begins there."""

from typing import Literal, assert_never

from kaspec import rules
from kaspec.frozen import evolve
from kaspec.rules import Rule
from kaspec.units import Instant, after
from kaspec.vrrp.acts import Step, advertise, announce, announcing, fault_rule, listen, next_extra, remove, resign
from kaspec.vrrp.backup import backup
from kaspec.vrrp.effects import Effect, Notify, NotifyLowerPriority
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
from kaspec.vrrp.holding import due_again, lost, put_on, reconfigured_holdings
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.losses import keep
from kaspec.vrrp.router import OWNER_PRIORITY, VirtualRouter
from kaspec.vrrp.state import Fault, Initialize, Master, Standing


def master(router: VirtualRouter, state: Master, event: Event, now: Instant) -> Step:
    """RFC 3768 6.4.3."""
    match event:
        case DeadlineReached():
            return _deadline(router, state, now)
        case AdvertisementReceived():
            return _hears(router, state, event, now)
        case AdvertisementDiscarded():
            if router.profile.discard_rearms_master:
                rearmed = evolve(state, adver_at=after(now, router.advertisement_interval))
                return Step(rearmed, (), rules.REARMED_BY_DISCARD)
            return Step(state, (), event.rule)
        case StandingChanged(standing):
            return _stands(router, state, standing)
        case Shutdown():
            effects = (*resign(router, state.standing), Notify("STOP"))
            return Step(Initialize(state.standing), effects, rules.MASTER_STOPS)
        case Startup():
            return Step(state, (), rules.ALREADY_STARTED)
        case GroupMoved(to):
            return _follows(router, state, to, now)
        case LinkReturned(interface):
            return _returns(router, state, interface, now)
        case Reconfigured(previous, standing):
            return _reconfigured(router, state, previous, standing, now)
        case HoldingsLost():
            return lost(router, state, event, now)
        case AddressesAppeared():
            return Step(state, (), rules.UNCHANGED)
        case _:
            assert_never(event)


def _follows(router: VirtualRouter, state: Master, to: Literal["MASTER", "BACKUP"], now: Instant) -> Step:
    """A member of the sync group yielded: whoever is the better router there is Master here too, so there is nobody to tell."""
    if to == "MASTER":
        return Step(state, (), rules.UNCHANGED)
    backup = listen(router, state.standing, router.advertisement_interval, now)
    return Step(backup, (*remove(router.holdings), Notify("BACKUP")), rules.GROUP_BACKUP)


def _deadline(router: VirtualRouter, state: Master, now: Instant) -> Step:
    """Adver_Timer (RFC 3768 6.4.3), then keepalived's delayed and periodic gratuitous ARP."""
    if now >= state.adver_at:
        if _overslept(router, state, now):
            return _rests(router, state, DeadlineReached(), now)
        ticking = evolve(state, adver_at=after(now, router.advertisement_interval))
        return Step(ticking, advertise(router, state.standing), rules.ADVER_TIMER)
    if state.announce_at is not None and now >= state.announce_at:
        burst = announce(router.held_addresses, state.announce_repeat)
        return Step(announcing(state, now, router.garp.refresh, router.garp.refresh_repeat), burst, rules.GARP_AGAIN)
    if state.extra_at is not None and now >= state.extra_at:
        return Step(evolve(state, extra_at=next_extra(router, now)), announce(router.silent_addresses, 1), rules.GARP_EXTRA)
    return due_again(router, state, now)


def _overslept(router: VirtualRouter, state: Master, now: Instant) -> bool:
    """Tell whether so much time has passed since the last advertisement that another router must have taken over.

    An owner is never at rest: at Startup too it is Master at once (RFC 3768 6.4.1).
    """
    if router.is_owner or not router.profile.rests_after_oversleeping:
        return False
    interval = router.advertisement_interval
    theirs = master_down_interval(router.version, router.highest_rival, interval, router.down_timer_adverts)
    return now >= state.adver_at - interval + theirs


def _rests(router: VirtualRouter, state: Master, event: DeadlineReached | AdvertisementReceived, now: Instant) -> Step:
    """Give up the addresses unasked and begin again as Backup, which is what hears the event."""
    listening = listen(router, state.standing, router.advertisement_interval, now)
    effects = (*remove(router.holdings), Notify("BACKUP"))
    return Step(backup(router, listening, event, now).state, effects, rules.OVERSLEPT)


def _hears(router: VirtualRouter, state: Master, event: AdvertisementReceived, now: Instant) -> Step:
    """RFC 3768 6.4.3, the branches of an advertisement received in Master."""
    heard, standing = event.advertisement, state.standing
    own_address = standing.address or b""
    if (heard.priority, event.source) > (standing.priority, own_address):
        interval = router.advertisement_interval if router.version == 2 else heard.advertisement_interval
        last_word = advertise(router, standing) if router.profile.answers_higher_priority else ()
        effects = (*last_word, *remove(router.holdings), Notify("BACKUP"))
        return Step(listen(router, standing, interval, now), effects, _yielding(heard.priority, standing.priority))
    if _overslept(router, state, now):
        return _rests(router, state, event, now)
    if heard.priority == 0:
        return _outlives(router, state, now)
    if (heard.priority, event.source) == (standing.priority, own_address):
        return Step(state, (), rules.OWN_ADDRESS)
    return _prevails(router, state, heard.priority, now)


def _yielding(heard: int, ours: int) -> Rule:
    """Return why a Master yields; that two of 255 meet is a mistake in a configuration, and told as such."""
    if heard > ours:
        return rules.MASTER_YIELDS
    return rules.MASTER_YIELDS_OWNER if heard == OWNER_PRIORITY else rules.MASTER_YIELDS_TIE


def _outlives(router: VirtualRouter, state: Master, now: Instant) -> Step:
    """Answer priority 0: who said it was Master too, so the network may still look for the addresses there."""
    ticking = evolve(state, adver_at=after(now, router.advertisement_interval))
    answer = advertise(router, state.standing)
    if router.profile.refreshes_caches != "always":
        return Step(ticking, answer, rules.MASTER_PRIORITY_ZERO)
    return Step(_announcing_again(router, ticking, now), (*answer, *_announced_anew(router)), rules.MASTER_PRIORITY_ZERO)


def _prevails(router: VirtualRouter, state: Master, heard: int, now: Instant) -> Step:
    """Hear an advertisement that loses: answer it, and announce the addresses anew, as far as the profile goes.

    A healed split brain left stale caches, whether or not an answer is wanted (keepalived's ``lower_prio_no_advert``).
    """
    profile, told = router.profile, NotifyLowerPriority()
    asserts = rules.MASTER_ASSERTS_OWNER if heard == OWNER_PRIORITY else rules.MASTER_ASSERTS
    rule = asserts if profile.answers_lower_priority else rules.MASTER_LOWER
    answer = advertise(router, state.standing) if profile.answers_lower_priority else ()
    if profile.refreshes_caches == "never":
        return Step(state, (*answer, told), rule)
    return Step(_announcing_again(router, state, now), (*answer, *_announced_anew(router), told), rule)


def _announced_anew(router: VirtualRouter) -> tuple[Effect, ...]:
    repeat = router.garp.lower_priority_repeat
    return announce(router.held_addresses, repeat) if repeat else ()


def _announcing_again(router: VirtualRouter, state: Master, now: Instant) -> Master:
    """Let a second burst follow the one that answers another Master; a burst that is due sooner stays."""
    return _no_later(state, announcing(state, now, router.garp.lower_priority_delay, router.garp.lower_priority_repeat))


def _no_later(state: Master, again: Master) -> Master:
    if state.announce_at is not None and (again.announce_at is None or state.announce_at <= again.announce_at):
        return state
    return again


def _returns(router: VirtualRouter, state: Master, interface: str, now: Instant) -> Step:
    """Speak up at once, so that a better Master, if there is one now, answers before the addresses are announced.

    What the kernel may have dropped from the interface is put on it again.
    """
    back = put_on(router, interface)
    if _overslept(router, state, now) or router.profile.refreshes_caches != "always":
        return Step(state, back, rules.HOLDINGS_RETURNED if back else rules.UNCHANGED)
    interval = router.advertisement_interval
    speaking = evolve(state, adver_at=after(now, interval))
    again = _no_later(speaking, announcing(speaking, now, interval, router.garp.lower_priority_repeat))
    return Step(again, (*advertise(router, state.standing), *back), rules.LINK_RETURNED)


def _stands(router: VirtualRouter, state: Master, standing: Standing) -> Step:
    if standing.faults:
        effects = (*resign(router, state.standing), Notify("FAULT"))
        return Step(Fault(standing), effects, fault_rule(standing))
    if standing == state.standing:
        return Step(state, (), rules.UNCHANGED)
    rule = rules.STANDING_CHANGED if standing.priority == state.standing.priority else rules.PRIORITY_CHANGED
    return Step(evolve(state, standing=standing), (), rule)


def _reconfigured(router: VirtualRouter, state: Master, previous: VirtualRouter, standing: Standing, now: Instant) -> Step:
    if standing.faults:
        return Step(Fault(standing), (*resign(previous, state.standing), Notify("FAULT")), fault_rule(standing))
    effects = reconfigured_holdings(previous, router)
    adver_at = min(state.adver_at, after(now, router.advertisement_interval))
    fresh, running = next_extra(router, now), state.extra_at
    extra_at = fresh if fresh is None or running is None else min(fresh, running)
    reloaded = evolve(state, standing=standing, adver_at=adver_at, losses=keep(state.losses, router.holdings), extra_at=extra_at)
    if state.announce_at is None:
        reloaded = announcing(reloaded, now, router.garp.refresh, router.garp.refresh_repeat)
    return Step(reloaded, effects, rules.RECONFIGURED)
