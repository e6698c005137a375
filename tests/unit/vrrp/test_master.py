"""RFC 3768 6.4.3: Master."""

import pytest
from attrs import evolve

from kaspec import rules
from kaspec.address import parse_address
from kaspec.units import SECOND, Instant, Interval, seconds
from kaspec.vrrp.effects import InstallAddresses, Notify, NotifyLowerPriority, RemoveAddresses, SendGratuitousArp
from kaspec.vrrp.events import AdvertisementDiscarded, DeadlineReached, LinkReturned, Reconfigured, Shutdown, StandingChanged, Startup
from kaspec.vrrp.router import GarpPolicy, VirtualAddress
from kaspec.vrrp.state import Fault, Initialize, Standing, next_deadline
from tests.unit.vrrp.examples import (
    ANNOUNCE,
    DOWN,
    HIGHER,
    LOWER,
    OURS,
    OWNER,
    REMOVE,
    STANDING,
    STRICT,
    VIPS,
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

LOST = NotifyLowerPriority()
NEW_VIP = VirtualAddress(parse_address("192.0.2.101"), 24, "eth0")


def test_a_master_advertises_when_its_timer_fires() -> None:
    """Adver_Timer: advertise, restart from now (a late one does not hurry the next)."""
    assert parts(takes(master(), DeadlineReached(), "1")) == (master("2"), (says(100),), rules.ADVER_TIMER)
    assert takes(master(), DeadlineReached(), "1.25").state == master("2.25")
    assert parts(takes(master(), DeadlineReached(), "0.999999")) == identity(master(), rules.NOT_DUE)


def test_the_second_burst_follows_garp_master_delay() -> None:
    """At the same instant the advertisement goes first; then the burst, and without a refresh no other is due."""
    advertised = takes(master("5"), DeadlineReached(), "5")
    assert advertised.rule == rules.ADVER_TIMER
    assert next_deadline(advertised.state) == at(5)
    assert parts(takes(advertised.state, DeadlineReached(), "5")) == (master("6", None), (ANNOUNCE,), rules.GARP_AGAIN)


def test_the_refresh_goes_on() -> None:
    """``garp_master_refresh`` 60 with ``garp_master_refresh_repeat`` 2."""
    router = evolve(R, garp=GarpPolicy(refresh=seconds(60), refresh_repeat=2))
    second = takes(master("6"), DeadlineReached(), "5", router)
    assert second.effects == (ANNOUNCE,)
    assert second.state == master("6", "65", repeat=2)
    third = takes(master("66", "65", repeat=2), DeadlineReached(), "65", router)
    assert parts(third) == (master("66", "125", repeat=2), (SendGratuitousArp(VIPS, 2),), rules.GARP_AGAIN)


def test_priority_zero_is_answered_at_once() -> None:
    """V2-6.4.3-07: advertise, restart the timer; whoever sent it.  And announce, unless it is the RFC to the letter."""
    for source in (LOWER, HIGHER):
        assert parts(takes(master(), heard(0, source))) == (master("1.5"), (says(100), ANNOUNCE), rules.MASTER_PRIORITY_ZERO)
        assert parts(takes(master(), heard(0, source), router=STRICT)) == (master("1.5"), (says(100),), rules.MASTER_PRIORITY_ZERO)


def test_a_higher_priority_is_yielded_to() -> None:
    """V2-6.4.3-08: Master_Down_Timer = Master_Down_Interval, Backup; no priority 0 is sent (D-21k)."""
    for source in (LOWER, HIGHER):
        assert parts(takes(master(), heard(101, source))) == (backup("4.109375"), (REMOVE, Notify("BACKUP")), rules.MASTER_YIELDS)


@pytest.mark.parametrize(("ours", "theirs"), [("192.0.2.1", "192.0.2.2"), ("192.0.2.127", "192.0.2.128"), ("10.255.255.255", "192.0.2.0")])
def test_an_equal_priority_is_decided_by_the_address(ours: str, theirs: str) -> None:
    """The higher address wins, as unsigned bytes in network order."""
    low, high = parse_address(ours), parse_address(theirs)
    state = evolve(master(), standing=Standing(100, low))
    assert takes(state, heard(100, high)).rule == rules.MASTER_YIELDS_TIE
    assert takes(evolve(state, standing=Standing(100, high)), heard(100, low)).rule == rules.MASTER_ASSERTS


def test_a_master_without_an_address_loses_every_tie() -> None:
    """It cannot advertise, so it must not hold on."""
    mute = evolve(master(), standing=Standing(100, None))
    assert takes(mute, heard(100, LOWER)).rule == rules.MASTER_YIELDS_TIE


def test_version_3_learns_the_new_masters_interval() -> None:
    """VT-8: 150 steps down for an advertisement with 50 centiseconds: 1.707031 s."""
    router = evolve(R, version=3, priority=150)
    fast = evolve(router, advertisement_interval=Interval(SECOND // 2))
    yielded = takes(master(priority=150), heard(200, router=fast), "0", router)
    assert yielded.state == backup("1.707031", priority=150, learnt=Interval(SECOND // 2))


def test_a_lower_priority_is_answered_as_keepalived_does() -> None:
    """RFC 9568 and keepalived: advertise and announce at once; the timer is not touched, the pending second burst stays."""
    assert parts(takes(master(), heard(99))) == (master(), (says(100), ANNOUNCE, LOST), rules.MASTER_ASSERTS)
    assert parts(takes(master(), heard(100, LOWER))) == (master(), (says(100), ANNOUNCE, LOST), rules.MASTER_ASSERTS)


def test_a_second_burst_follows_the_answer() -> None:
    """``garp_lower_prio_delay``: after five seconds again, sooner than a distant refresh, later than one that is near."""
    assert takes(master(announce_at=None), heard(99)).state == master(announce_at="5.5")
    assert takes(master(announce_at="60", repeat=1), heard(99)).state == master(announce_at="5.5")
    assert takes(master(announce_at="5.4", repeat=1), heard(99)).state == master(announce_at="5.4", repeat=1)


def test_an_announcement_due_at_instant_zero_is_pending() -> None:
    """0 is an instant like any other."""
    state = evolve(master(), announce_at=Instant(0))
    assert takes(state, heard(99), "0").state == state


def test_the_answer_may_go_without_announcements() -> None:
    """``garp_lower_prio_repeat`` 0."""
    router = evolve(R, garp=evolve(R.garp, lower_priority_repeat=0))
    assert parts(takes(master(announce_at=None), heard(99), router=router)) == (
        master(announce_at=None),
        (says(100), LOST),
        rules.MASTER_ASSERTS,
    )
    assert takes(master(), heard(99), router=router).state == master()


def test_a_lower_priority_is_discarded_as_rfc_3768_says() -> None:
    """V2-6.4.3-09: nothing is sent."""
    assert parts(takes(master(), heard(99), router=STRICT)) == (master(), (LOST,), rules.MASTER_LOWER)


def test_without_an_answer_the_addresses_are_announced_all_the_same() -> None:
    """keepalived's ``lower_prio_no_advert`` is about the advertisement only."""
    router = evolve(R, profile=evolve(R.profile, answers_lower_priority=False))
    assert parts(takes(master(), heard(99), router=router)) == (master(), (ANNOUNCE, LOST), rules.MASTER_LOWER)


def test_a_master_that_overslept_rests() -> None:
    """Nothing was sent since 0; at 3.0078125 a Backup of priority 254 takes over: from then on we listen first, before that we are late."""
    rested = (backup("6.617187"), (REMOVE, Notify("BACKUP")), rules.OVERSLEPT)
    assert parts(takes(master(), DeadlineReached(), "3.007812")) == rested
    assert takes(master(), DeadlineReached(), "3.007811").rule == rules.ADVER_TIMER
    assert parts(takes(master(), heard(99), "3.007812")) == rested
    assert takes(master(), heard(99), "3.007811").rule == rules.MASTER_ASSERTS
    assert parts(takes(master(), heard(0), "3.007812")) == (backup("3.617187"), (REMOVE, Notify("BACKUP")), rules.OVERSLEPT)
    assert takes(master(), heard(101), "9").rule == rules.MASTER_YIELDS


def test_when_it_overslept_depends_on_the_highest_rival() -> None:
    """``timer_expired_backup`` 50: the others need 3.804687 s; and neither an owner nor the RFC ever rests."""
    modest = evolve(R, highest_rival=50)
    assert takes(master(), DeadlineReached(), "3.804686", modest).rule == rules.ADVER_TIMER
    assert takes(master(), DeadlineReached(), "3.804687", modest).rule == rules.OVERSLEPT
    assert takes(master(priority=255), DeadlineReached(), "9", OWNER).rule == rules.ADVER_TIMER
    assert takes(master(), DeadlineReached(), "9", STRICT).rule == rules.ADVER_TIMER


def test_a_master_whose_link_returns_speaks_before_it_announces() -> None:
    """At once an advertisement; the burst an interval later, unless one is due before; nothing if it overslept besides."""
    spoken = (master("1.5", "1.5"), (says(100),), rules.LINK_RETURNED)
    assert parts(takes(master(), LinkReturned())) == spoken
    assert takes(master(announce_at="0.7", repeat=1), LinkReturned()).state == master("1.5", "0.7", repeat=1)
    assert parts(takes(master(), LinkReturned(), "9")) == identity(master(), rules.UNCHANGED)


def test_our_own_address_is_not_answered() -> None:
    """A cloned host or a loop: to answer would be to shout at oneself."""
    assert parts(takes(master(), heard(100, OURS))) == identity(master(), rules.OWN_ADDRESS)


def test_a_discarded_packet_moves_no_timer() -> None:
    """D-05 is not copied: whatever comes, the next advertisement is sent on time.  The flawed variant shows the flaw."""
    discard = AdvertisementDiscarded(rules.CHECKSUM, HIGHER)
    assert parts(takes(master(), discard)) == identity(master(), rules.CHECKSUM)
    flawed = evolve(R, profile=evolve(R.profile, discard_rearms_master=True))
    assert parts(takes(master(), discard, router=flawed)) == (master("1.5"), (), rules.REARMED_BY_DISCARD)


def test_a_master_stops_with_priority_zero() -> None:
    """V2-6.4.3-05: one advertisement with priority 0, then the addresses go."""
    assert parts(takes(master(), Shutdown())) == (Initialize(STANDING), (says(0), REMOVE, Notify("STOP")), rules.MASTER_STOPS)
    assert parts(takes(master(), Startup())) == identity(master(), rules.ALREADY_STARTED)


def test_a_master_that_fails_says_priority_zero() -> None:
    """keepalived (D-21k): from the address it had."""
    lost = Standing(100, None, DOWN.faults)
    assert parts(takes(master(), StandingChanged(lost))) == (Fault(lost), (says(0), REMOVE, Notify("FAULT")), rules.FAULT_ENTERED)


def test_another_standing_is_advertised_next_time() -> None:
    lower, moved = Standing(90, OURS), Standing(100, HIGHER)
    assert parts(takes(master(), StandingChanged(lower))) == (master(priority=90), (), rules.PRIORITY_CHANGED)
    assert takes(master(), StandingChanged(moved)).rule == rules.STANDING_CHANGED
    assert parts(takes(master(), StandingChanged(STANDING))) == identity(master(), rules.UNCHANGED)


def test_a_reload_that_wants_periodic_announcements_starts_them() -> None:
    refreshing = evolve(R, garp=evolve(R.garp, refresh=seconds(30), refresh_repeat=2))
    reloaded = takes(master(announce_at=None), Reconfigured(R, STANDING), "0.5", refreshing)
    assert reloaded.state == master(announce_at="30.5", repeat=2)


def test_a_reload_changes_addresses_by_the_difference() -> None:
    """What is gone is removed, what is new installed and announced, what stays is not touched."""
    second = evolve(R, addresses=(NEW_VIP,))
    both = evolve(R, addresses=(*VIPS, NEW_VIP))
    added = (InstallAddresses((NEW_VIP,)), SendGratuitousArp((NEW_VIP,), 5))
    removed = RemoveAddresses(VIPS)
    assert parts(takes(master(), Reconfigured(R, STANDING), router=both)) == (master(), added, rules.RECONFIGURED)
    assert takes(master(), Reconfigured(both, STANDING), router=second).effects == (removed,)
    assert takes(master(), Reconfigured(R, STANDING), router=second).effects == (removed, *added)
    assert takes(master(), Reconfigured(R, STANDING)).effects == ()


def test_a_reload_advertises_no_later_than_before() -> None:
    fast, slow = evolve(R, advertisement_interval=SECOND), evolve(R, advertisement_interval=Interval(10 * SECOND))
    assert takes(master("1"), Reconfigured(R, STANDING), router=slow).state == master("1")
    assert takes(master("10"), Reconfigured(slow, STANDING), router=fast).state == master("1.5")


def test_a_reload_into_a_fault_withdraws_what_was_held() -> None:
    """The old configuration's priority 0 and addresses, not the new one's."""
    other = evolve(R, addresses=(NEW_VIP,))
    assert parts(takes(master(), Reconfigured(R, DOWN), router=other)) == (
        Fault(DOWN),
        (says(0), REMOVE, Notify("FAULT")),
        rules.FAULT_ENTERED,
    )


def test_addresses_on_interfaces_without_advertisements_are_announced_now_and_then() -> None:
    """``garp_extra_if all 100``: one of VI_1's addresses is on eth1, where nothing else of it is sent."""
    elsewhere = evolve(R.addresses[0], interface="eth1")
    router = evolve(R, addresses=(elsewhere, *R.addresses[1:]), garp=GarpPolicy(delay=None, extra=seconds(100), everywhere=True))
    assert router.silent_addresses == (elsewhere,)
    due = evolve(master("101", None), extra_at=at(100))
    burst = takes(due, DeadlineReached(), "100", router)
    assert parts(burst) == (evolve(due, extra_at=at(200)), (SendGratuitousArp((elsewhere,), 1),), rules.GARP_EXTRA)
    assert evolve(router, garp=evolve(router.garp, everywhere=False)).silent_addresses == (), "by default of virtual interfaces only"
