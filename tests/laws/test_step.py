"""Laws of ``step``: it is total, its states are well-formed, and what it asks for fits the state it goes to."""

from typing import TypeVar, get_args

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec import rules
from kaspec.rules import RULES
from kaspec.units import Instant, Interval, after
from kaspec.vrrp.effects import (
    Effect,
    InstallAddresses,
    Notify,
    NotifyLowerPriority,
    RemoveAddresses,
    SendAdvertisement,
    SendGratuitousArp,
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
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.machine import Step, step
from kaspec.vrrp.router import KEEPALIVED, RFC3768, Profile, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, State
from tests.laws.strategies import (
    Situation,
    discards,
    events,
    instants,
    intervals,
    previous_routers,
    reachable_situations,
    routers,
    situations,
    standings,
    well_formed,
)

E = TypeVar("E")
YIELDING = {rules.MASTER_YIELDS, rules.MASTER_YIELDS_TIE, rules.MASTER_YIELDS_OWNER}
EFFECTS = get_args(Effect)


def taken(situation: Situation, event: Event) -> Step:
    return step(situation.router, situation.state, event, situation.now)


def of_kind(effects: tuple[Effect, ...], kind: type[E]) -> tuple[E, ...]:
    return tuple(effect for effect in effects if isinstance(effect, kind))


@settings(max_examples=600)
@given(situations, st.data())
def test_step_is_total(situation: Situation, data: st.DataObject) -> None:
    """Any state meets any event: a well-formed state, known effects and a rule from the table come out; nothing is raised."""
    result = taken(situation, data.draw(events(situation.router)))
    assert well_formed(situation.router, result.state)
    assert all(isinstance(effect, EFFECTS) for effect in result.effects)
    assert result.rule in RULES


@given(reachable_situations())
def test_reachable_states_are_well_formed(situation: Situation) -> None:
    """FAULT exactly while there are faults, priorities in range: no sequence of events leads out of the invariants."""
    assert well_formed(situation.router, situation.state)


@given(situations, st.data())
def test_a_backup_never_sends(situation: Situation, data: st.DataObject) -> None:
    """Only a Master sends: advertisements and announcements come from a step out of or into Master, one of ours at most."""
    result = taken(situation, data.draw(events(situation.router)))
    sent = of_kind(result.effects, SendAdvertisement) + of_kind(result.effects, SendGratuitousArp)
    assert not sent or Master in {type(situation.state), type(result.state)}
    assert len(of_kind(result.effects, SendAdvertisement)) <= 1


@given(situations, st.data())
def test_priority_zero_is_sent_exactly_when_a_master_stops_or_fails(situation: Situation, data: st.DataObject) -> None:
    """Priority 0 (RFC 3768 5.3.4) tells of a Master that leaves without an election, and of nothing else."""
    result = taken(situation, data.draw(events(situation.router)))
    zeros = [sent for sent in of_kind(result.effects, SendAdvertisement) if sent.advertisement.priority == 0]
    resigns = isinstance(situation.state, Master) and isinstance(result.state, Fault | Initialize)
    assert bool(zeros) == (resigns and situation.state.standing.address is not None)


@given(situations, st.data())
def test_what_is_sent_is_ours(situation: Situation, data: st.DataObject) -> None:
    """An advertisement carries the VRID, version, interval and address list of the configuration, from the standing's address."""
    event = data.draw(events(situation.router, reloads=False))
    router = situation.router
    for sent in of_kind(taken(situation, event).effects, SendAdvertisement):
        ours = sent.advertisement
        assert sent.source == situation.state.standing.address or isinstance(event, StandingChanged)
        assert (ours.version, ours.virtual_router_id) == (router.version, router.virtual_router_id)
        assert ours.advertisement_interval == router.advertisement_interval
        assert ours.addresses == tuple(virtual.address for virtual in router.addresses)


@given(situations, st.data())
def test_addresses_follow_the_master(situation: Situation, data: st.DataObject) -> None:
    """Installed on entering Master, announced right after, removed on leaving it; an election or a clock alone moves nothing else."""
    router, before = situation.router, situation.state
    event = data.draw(events(router, reloads=False))
    result = taken(situation, event)
    enters = isinstance(result.state, Master) and not isinstance(before, Master)
    leaves = isinstance(before, Master) and not isinstance(result.state, Master)
    assert of_kind(result.effects, InstallAddresses) == ((InstallAddresses(router.addresses),) if enters else ())
    if enters:
        kinds = [type(effect) for effect in result.effects if not isinstance(effect, SendAdvertisement)]
        assert kinds == [InstallAddresses, SendGratuitousArp, Notify]
    removed = of_kind(result.effects, RemoveAddresses)
    assert removed == ((RemoveAddresses(router.addresses),) if leaves or (removed and isinstance(event, Startup)) else ())


@given(situations, st.data())
def test_a_change_of_state_is_told_once_and_only_then(situation: Situation, data: st.DataObject) -> None:
    """``Notify`` says the state that was entered; a step that stays in its state says nothing."""
    words = {Master: "MASTER", Backup: "BACKUP", Fault: "FAULT", Initialize: "STOP"}
    result = taken(situation, data.draw(events(situation.router)))
    moved = type(result.state) is not type(situation.state)
    assert [told.state for told in of_kind(result.effects, Notify)] == ([words[type(result.state)]] if moved else [])


def carry_out(held: frozenset[VirtualAddress], effects: tuple[Effect, ...]) -> frozenset[VirtualAddress]:
    """What a kernel holds after the effects."""
    for effect in effects:
        if isinstance(effect, InstallAddresses):
            held |= frozenset(effect.addresses)
        elif isinstance(effect, RemoveAddresses):
            held -= frozenset(effect.addresses)
    return held


@given(routers(), st.lists(intervals, min_size=1, max_size=12), st.data())
def test_the_kernel_holds_the_addresses_exactly_while_master(router: VirtualRouter, waits: list[int], data: st.DataObject) -> None:
    """Over any history with reloads: what was installed and not removed is the router's addresses in Master, and nothing otherwise."""
    state: State = Initialize(data.draw(standings(router)))
    held: frozenset[VirtualAddress] = frozenset()
    now = 0
    for wait in waits:
        now += wait
        event: Event = data.draw(events(router, reloads=False))
        if data.draw(st.integers(0, 3)) == 0:
            previous, router = router, data.draw(previous_routers(router))
            event = Reconfigured(previous, data.draw(standings(router)))
        result = step(router, state, event, Instant(now))
        state, held = result.state, carry_out(held, result.effects)
        assert held == (frozenset(router.addresses) if isinstance(state, Master) else frozenset())


@given(situations, discards, st.sampled_from((KEEPALIVED, RFC3768)))
def test_a_discarded_packet_changes_nothing(situation: Situation, event: AdvertisementDiscarded, profile: Profile) -> None:
    """I7: whatever the rule it is discarded by, a packet moves no timer and causes no effect; the state stays the same object."""
    result = taken(evolve(situation, router=evolve(situation.router, profile=profile)), event)
    assert result.state is situation.state
    assert result.effects == ()
    assert result.rule in {event.rule, rules.NOT_STARTED, rules.FAULT_DEAF}


@given(situations, discards)
def test_the_flaw_is_a_variant(situation: Situation, event: AdvertisementDiscarded) -> None:
    """keepalived's flaw, where a profile asks for it: a discarded packet postpones a Master's advertisement and changes nothing else."""
    flawed = evolve(situation.router, profile=evolve(KEEPALIVED, discard_rearms_master=True))
    result = step(flawed, situation.state, event, situation.now)
    if isinstance(situation.state, Master):
        assert result.state == evolve(situation.state, adver_at=after(situation.now, flawed.advertisement_interval))
        assert result.rule == rules.REARMED_BY_DISCARD
    else:
        assert result.state is situation.state
    assert result.effects == ()


@given(situations)
def test_startup_and_shutdown_are_idempotent(situation: Situation) -> None:
    """The second Startup, and the second Shutdown, is the identity; a stopped router has no deadline."""
    for event in (Startup(), Shutdown()):
        once = taken(situation, event)
        twice = step(situation.router, once.state, event, situation.now)
        assert (twice.state, twice.effects) == (once.state, ())
    assert isinstance(taken(situation, Shutdown()).state, Initialize)


@given(situations, st.data())
def test_a_standing_told_twice_is_told_once(situation: Situation, data: st.DataObject) -> None:
    """Tracking may repeat itself: the second time nothing happens."""
    event = StandingChanged(data.draw(standings(situation.router)))
    once = taken(situation, event)
    twice = step(situation.router, once.state, event, situation.now)
    assert (twice.state, twice.effects, twice.rule) == (once.state, (), rules.UNCHANGED)


@given(situations, st.data())
def test_a_timer_only_moves_by_what_the_rules_say(situation: Situation, data: st.DataObject) -> None:
    """I4: nothing that happens to a Master that stays Master makes its next advertisement later than one interval from now, nor later
    than it was unless it advertises in this very step."""
    event = data.draw(events(situation.router, reloads=False))
    before, result = situation.state, taken(situation, event)
    if isinstance(before, Master) and isinstance(result.state, Master) and result.state.adver_at != before.adver_at:
        assert result.state.adver_at == situation.now + situation.router.advertisement_interval
        assert of_kind(result.effects, SendAdvertisement) or before.standing.address is None


@given(routers(), st.data())
def test_nobody_starts_before_all_is_known(router: VirtualRouter, data: st.DataObject) -> None:
    """Whoever tracks, without a weight, what has not been heard of waits; once it has been, all is as if it had started then."""
    standing = evolve(data.draw(standings(router)), pending=(("script", "chk"),))
    waiting = step(router, Initialize(standing), Startup(), Instant(0)).state
    assert isinstance(waiting, Fault if standing.faults else Initialize)
    known = evolve(data.draw(standings(router)), pending=())
    late = step(router, waiting, StandingChanged(known), Instant(9)).state
    assert late == step(router, Initialize(known), Startup(), Instant(9)).state


@given(routers(), st.data())
def test_only_an_owner_starts_as_master(router: VirtualRouter, data: st.DataObject) -> None:
    """RFC 3768 6.4.1: Startup without faults, all being known, leads to Master if the priority is 255, else to Backup."""
    healthy = evolve(data.draw(standings(router, faulty=False)), pending=())
    started = step(router, Initialize(healthy), Startup(), Instant(0)).state
    assert isinstance(started, Master if router.is_owner else Backup)


@given(routers(), instants, intervals, st.data())
def test_who_overslept_does_not_claim_to_be_master(router: VirtualRouter, adver_at: Instant, late: Interval, data: st.DataObject) -> None:
    """Once another must have taken over, a Master neither advertises nor announces for a timer, a link or an advertisement (but its last
    word): it has to listen as a Backup first.  Before that it does; an owner, and the RFC to the letter, never rest."""
    awake = router.is_owner or not router.profile.rests_after_oversleeping
    state = Master(data.draw(standings(router, faulty=False)), adver_at)
    theirs = master_down_interval(router.version, 254, router.advertisement_interval, router.down_timer_adverts)
    taken_over = Instant(adver_at - router.advertisement_interval + theirs)
    on_time = step(router, state, DeadlineReached(), Instant(taken_over - 1))
    assert on_time.rule in {rules.ADVER_TIMER, rules.NOT_DUE}
    event = data.draw(events(router, reloads=False))
    now = after(taken_over, late)
    result = step(router, state, event, now)
    sent = [each for each in of_kind(result.effects, SendAdvertisement) if each.advertisement.priority]
    assert awake or not sent or (result.rule in YIELDING and router.profile.answers_higher_priority)
    assert awake or not of_kind(result.effects, SendGratuitousArp)
    if not awake and isinstance(event, DeadlineReached | AdvertisementReceived):
        assert isinstance(result.state, Backup)
        assert result.state.master_down_at > now


@given(situations, st.data())
def test_only_what_is_held_is_announced(situation: Situation, data: st.DataObject) -> None:
    """Announcements are of addresses the router has, and come only from a step that ends in Master."""
    router = situation.router
    result = taken(situation, data.draw(events(router)))
    announced = [virtual for effect in of_kind(result.effects, SendGratuitousArp) for virtual in effect.addresses]
    assert set(announced) <= set(router.addresses)
    assert not announced or isinstance(result.state, Master)


@given(situations, st.data())
def test_a_losing_advertisement_is_told(situation: Situation, data: st.DataObject) -> None:
    """MASTER_RX_LOWER_PRI: exactly when a Master hears an advertisement that loses, not even its own echo or priority 0, and stays."""
    event = data.draw(events(situation.router))
    result = taken(situation, event)
    told = of_kind(result.effects, NotifyLowerPriority)
    assert len(told) == (result.rule in {rules.MASTER_ASSERTS, rules.MASTER_ASSERTS_OWNER, rules.MASTER_LOWER})
    assert not told or (isinstance(event, AdvertisementReceived) and event.advertisement.priority)
