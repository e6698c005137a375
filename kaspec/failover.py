"""How long a failover takes by a virtual router's settings: what the protocol's timers promise to those who wait for the address."""

from kaspec.frozen import frozen
from kaspec.tracking import Finding, Link, Tracker, TrackerKind, fold, interface_contribution, standing, tracker_contribution
from kaspec.units import ZERO, Interval
from kaspec.vrrp.intervals import master_down_interval, skew_time
from kaspec.vrrp.router import VirtualRouter


@frozen
class Failover:
    """The effective timers of a virtual router, as Backup of a Master that advertises at its own interval.

    ``skew_time`` and ``master_down_interval`` go by the configured priority; tracking can lower it to ``lowest_priority`` or raise it to
    ``highest_priority``.  Counted at the lowest: ``crash`` is how long after its Master's last advertisement it takes over at the latest,
    ``clean_stop`` how long after the Master said priority 0.  ``comeback`` is how long after starting it takes over from a Master of lower
    priority, at the latest; ``None`` if it leaves that Master alone.
    """

    advertisement_interval: Interval
    skew_time: Interval
    master_down_interval: Interval
    lowest_priority: int
    highest_priority: int
    crash: Interval
    clean_stop: Interval
    comeback: Interval | None


def failover(router: VirtualRouter) -> Failover:
    """Return what a virtual router's settings promise."""
    lowest, highest = (_priority(router, best) for best in (False, True))
    return Failover(
        router.advertisement_interval,
        skew_time(router.version, router.priority, router.advertisement_interval),
        _down(router, router.priority),
        lowest,
        highest,
        _down(router, lowest),
        skew_time(router.version, lowest, router.advertisement_interval),
        _comeback(router, lowest),
    )


def _comeback(router: VirtualRouter, priority: int) -> Interval | None:
    """A preempt_delay begins with the first advertisement heard, and while it runs each of them begins Master_Down_Interval anew."""
    if router.is_owner:
        return ZERO
    if not router.preempt:
        return None
    waiting = router.advertisement_interval + router.preempt_delay if router.preempt_delay else 0
    return Interval(waiting + _down(router, priority))


def _down(router: VirtualRouter, priority: int) -> Interval:
    return master_down_interval(router.version, priority, router.advertisement_interval, router.down_timer_adverts)


def _priority(router: VirtualRouter, best: bool) -> int:
    """Return the effective priority when all that is tracked is for the best, or for the worst."""
    choose = max if best else min
    tracked = {track.interface for track in router.tracks}
    trackers = {track.tracker for track in router.trackers}
    links = {name: choose(_links(name), key=lambda link: _weight(router, link)) for name in tracked}
    findings = {each: choose(_findings(each[0]), key=lambda found: _adds(router, each, found)) for each in trackers}
    return standing(router, links, findings=findings).priority


def _findings(kind: TrackerKind) -> tuple[Finding, ...]:
    """Return the best and the worst that may be found; a file may hold anything that is no fault."""
    return tuple(map(Finding.of_file, range(-253, 254))) if kind == "file" else (Finding(False), Finding(True))


def _adds(router: VirtualRouter, tracker: Tracker, found: Finding) -> int:
    """Return what a finding adds to the priority; one that is a fault has none."""
    return fold(tracker_contribution(track, found) for track in router.trackers if track.tracker == tracker).weight


def _links(name: str) -> tuple[Link, Link]:
    return Link(name, up=False), Link(name, up=True)


def _weight(router: VirtualRouter, link: Link) -> int:
    """Return what an interface adds to the priority as it is."""
    return fold(interface_contribution(track, link) for track in router.tracks if track.interface == link.name).weight
