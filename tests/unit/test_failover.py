"""How long failovers take, by the numbers."""

from kaspec.failover import failover
from kaspec.units import SECOND, Interval
from kaspec.vrrp.router import InterfaceTrack, TrackerTrack, VirtualRouter

PLAIN = VirtualRouter("V", "eth0", 51)


def test_the_timers_of_keepalived_s_defaults() -> None:
    times = failover(PLAIN)
    assert (times.skew_time, times.master_down_interval) == (609_375, 3_609_375)
    assert (times.crash, times.clean_stop, times.comeback) == (3_609_375, 609_375, 3_609_375)


def test_tracking_can_make_it_slower() -> None:
    times = failover(VirtualRouter("V", "eth0", 51, tracks=(InterfaceTrack("eth1", -50), InterfaceTrack("eth2", 20, reverse=True))))
    assert (times.lowest_priority, times.highest_priority) == (30, 100)
    assert (times.master_down_interval, times.crash) == (3_609_375, 3 * SECOND + 226 * SECOND // 256)


def test_what_is_tracked_beside_interfaces_counts_too() -> None:
    """A script and a process by their weights; a file may hold anything that is no fault."""
    trackers = (TrackerTrack("script", "chk", 10), TrackerTrack("process", "web", -30), TrackerTrack("bfd", "peer"))
    times = failover(VirtualRouter("V", "eth0", 51, trackers=trackers))
    assert (times.lowest_priority, times.highest_priority) == (70, 110)
    times = failover(VirtualRouter("V", "eth0", 51, trackers=(TrackerTrack("file", "load", 1),)))
    assert (times.lowest_priority, times.highest_priority) == (1, 254)


def test_an_owner_comes_back_at_once_and_one_without_preemption_never() -> None:
    assert failover(VirtualRouter("V", "eth0", 51, 255)).comeback == 0
    assert failover(VirtualRouter("V", "eth0", 51, preempt=False)).comeback is None


def test_a_preempt_delay_begins_when_the_other_is_heard() -> None:
    delayed = VirtualRouter("V", "eth0", 51, preempt_delay=Interval(60 * SECOND))
    assert failover(delayed).comeback == 61 * SECOND + 3_609_375
