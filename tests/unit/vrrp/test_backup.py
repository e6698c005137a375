"""RFC 3768 6.4.2: Backup."""

import pytest
from attrs import evolve

from kaspec import rules
from kaspec.units import SECOND, Interval, seconds
from kaspec.vrrp.effects import Notify
from kaspec.vrrp.events import AdvertisementDiscarded, DeadlineReached, Reconfigured, Shutdown, StandingChanged, Startup
from kaspec.vrrp.state import Backup, Fault, Initialize, Standing
from tests.unit.vrrp.examples import (
    ANNOUNCE,
    DOWN,
    HIGHER,
    INSTALL,
    LOWER,
    OURS,
    OWNER,
    STANDING,
    R,
    at,
    backup,
    heard,
    identity,
    master,
    parts,
    says,
    takes,
)

CALM = evolve(R, preempt=False)
DELAYED = evolve(R, preempt_delay=seconds(10))


def test_a_backup_becomes_master_at_its_deadline() -> None:
    """Master_Down_Timer fires: advertise, hold, announce, in that order; Master."""
    assert parts(takes(backup(), DeadlineReached(), "3.609375")) == (
        master("4.609375", "8.609375"),
        (says(100), INSTALL, ANNOUNCE, Notify("MASTER")),
        rules.MASTER_DOWN,
    )
    assert parts(takes(backup(), DeadlineReached(), "3.609374")) == identity(backup(), rules.NOT_DUE)


@pytest.mark.parametrize("priority", [100, 101, 255])
def test_an_equal_or_higher_priority_is_honoured(priority: int) -> None:
    """Master_Down_Timer = Master_Down_Interval; the address does not count in Backup."""
    for source in (LOWER, HIGHER):
        assert parts(takes(backup(), heard(priority, source), "1")) == (backup("4.609375"), (), rules.BACKUP_REFRESHED)


def test_a_lower_priority_is_discarded() -> None:
    """Preempt_Mode true: the timer runs on."""
    assert parts(takes(backup(), heard(99), "1")) == identity(backup(), rules.BACKUP_LOWER)


def test_a_lower_priority_is_honoured_without_preemption() -> None:
    assert parts(takes(backup(), heard(1), "1", CALM)) == (backup("4.609375"), (), rules.BACKUP_NO_PREEMPT)


def test_an_owner_always_preempts() -> None:
    """RFC 3768 6.1: whatever Preempt_Mode says."""
    owner = evolve(OWNER, preempt=False)
    state = backup("3.003906", priority=255)
    assert parts(takes(state, heard(254), "1", owner)) == identity(state, rules.BACKUP_LOWER)


def test_priority_zero_leaves_skew_time() -> None:
    """V2-6.4.2-06: 0.609375 s for priority 100, from now; heard again, from then."""
    once = takes(backup(), heard(0), "1")
    assert parts(once) == (backup("1.609375"), (), rules.BACKUP_PRIORITY_ZERO)
    assert takes(once.state, heard(0), "1.5").state == backup("2.109375")


def test_priority_zero_uses_and_keeps_what_was_learnt() -> None:
    """Version 3 (VT-7): the interval learnt from the Master is 2 s; priority 0 waits its share and teaches nothing."""
    router = evolve(R, version=3)
    sender = evolve(router, advertisement_interval=Interval(2 * SECOND))
    learnt = takes(backup(), heard(200, router=sender), "0", router).state
    assert learnt == backup("7.21875", learnt=Interval(2 * SECOND))
    assert takes(learnt, heard(0, router=router), "1", router).state == backup("2.21875", learnt=Interval(2 * SECOND))


def test_down_timer_adverts_counts() -> None:
    assert takes(backup(), heard(100), "0", evolve(R, down_timer_adverts=5)).state == backup("5.609375")


def test_preempt_delay() -> None:
    """keepalived: the first lower advertisement starts the delay; until it is over they count as good, then the timer runs out."""
    started = takes(backup(), heard(50), "1", DELAYED)
    assert parts(started) == (backup("4.609375", preempt_at=at(11)), (), rules.PREEMPT_DELAY_STARTS)
    runs = takes(started.state, heard(50), "2", DELAYED)
    assert parts(runs) == (backup("5.609375", preempt_at=at(11)), (), rules.PREEMPT_DELAY_RUNS)
    last = takes(runs.state, heard(50), "10.999999", DELAYED)
    assert last.rule == rules.PREEMPT_DELAY_RUNS
    assert parts(takes(last.state, heard(50), "11", DELAYED)) == identity(last.state, rules.BACKUP_LOWER)


def test_an_equal_or_higher_priority_ends_the_preempt_delay() -> None:
    assert takes(backup(preempt_at=at(11)), heard(100), "1", DELAYED).state == backup("4.609375")


def test_preempt_delay_does_not_delay_when_nobody_advertises() -> None:
    assert takes(backup(preempt_at=at(11)), DeadlineReached(), "3.609375", DELAYED).rule == rules.MASTER_DOWN


def test_a_backup_stops_in_silence() -> None:
    """V2-6.4.2-04: nothing is sent."""
    assert parts(takes(backup(), Shutdown())) == (Initialize(STANDING), (Notify("STOP"),), rules.BACKUP_STOPS)


def test_a_backup_ignores_a_second_startup_and_discarded_packets() -> None:
    assert parts(takes(backup(), Startup())) == identity(backup(), rules.ALREADY_STARTED)
    assert parts(takes(backup(), AdvertisementDiscarded(rules.TTL, HIGHER))) == identity(backup(), rules.TTL)


def test_a_fault_is_entered_in_silence() -> None:
    for event in (StandingChanged(DOWN), Reconfigured(R, DOWN)):
        assert parts(takes(backup(), event)) == (Fault(DOWN), (Notify("FAULT"),), rules.FAULT_ENTERED)


def test_another_priority_moves_the_deadline_by_the_difference_in_skew() -> None:
    """From 100 to 164: 64/256 s sooner; and back."""
    raised = takes(backup(), StandingChanged(Standing(164, OURS)))
    assert parts(raised) == (backup("3.359375", priority=164), (), rules.PRIORITY_CHANGED)
    assert takes(raised.state, StandingChanged(STANDING)).state == backup()


def test_another_address_moves_nothing() -> None:
    moved = Standing(100, HIGHER)
    assert parts(takes(backup(), StandingChanged(moved))) == (evolve(backup(), standing=moved), (), rules.STANDING_CHANGED)
    assert parts(takes(backup(), StandingChanged(STANDING))) == identity(backup(), rules.UNCHANGED)


@pytest.mark.parametrize(("interval", "down_at"), [(3, "3.609375"), (1, "3.609375")])
def test_a_reload_never_makes_the_deadline_later(interval: int, down_at: str) -> None:
    """A longer interval must not let a dead Master be missed later than was promised."""
    router = evolve(R, advertisement_interval=Interval(interval * SECOND))
    assert takes(backup(), Reconfigured(R, STANDING), "1", router).state == backup(down_at, learnt=router.advertisement_interval)


def test_a_reload_lets_a_running_preempt_delay_run_on_but_no_longer_than_the_new_one() -> None:
    waiting = backup("3.609375", preempt_at=at("30"))
    for delay, preempt_at in ((seconds(60), at("30")), (seconds(10), at("11")), (seconds(0), None)):
        reloaded = takes(waiting, Reconfigured(R, STANDING), "1", evolve(R, preempt_delay=delay)).state
        assert isinstance(reloaded, Backup)
        assert reloaded.preempt_at == preempt_at


def test_a_reload_to_a_shorter_interval_makes_it_sooner() -> None:
    slow = evolve(R, advertisement_interval=Interval(10 * SECOND))
    reloaded = takes(backup("30.609375", learnt=Interval(10 * SECOND)), Reconfigured(slow, STANDING), "1")
    assert parts(reloaded) == (backup("4.609375"), (), rules.RECONFIGURED)
