"""What can happen to a host that is neither time nor an advertisement: what goes wrong with it, and what is mended."""

from collections.abc import Callable, Iterator
from functools import partial

from kaspec.explore.local import Local, LocalEvent, Paused, RateChanged, Reloaded, Woken
from kaspec.explore.moves import Crashes, Drifts, LinkFlips, LosesAddress, Move, Pauses, Reloads, Stops, TrackedFlips, Wakes
from kaspec.explore.tables import CRASH, STOP
from kaspec.explore.world import CARRIER, DRIFT, PAUSE, RELOAD, REMOVAL, TRACKED, Host, World
from kaspec.explore.world import CRASH as CRASHES
from kaspec.explore.world import STOP as STOPS
from kaspec.frozen import evolve, frozen
from kaspec.node import LinkChanged, TrackerReported
from kaspec.tracking import Finding, Link, Tracker
from kaspec.vrrp.events import HoldingsLost
from kaspec.vrrp.holdings import VirtualAddress
from kaspec.vrrp.state import Master


@frozen(eq=False)
class Trouble:
    """Something happens to a host where it ``concerns`` it; counted as ``fault``, or, where it is mended, as none."""

    move: Move
    event: LocalEvent
    fault: int | None
    concerns: Callable[[Local], bool]


def troubles(world: World, host: int) -> Iterator[Trouble]:
    """Return everything that a world's faults may do to a host, and what mends it."""
    faults, there = world.faults, world.hosts[host]
    if faults.crash:
        yield Trouble(Crashes(host), CRASH, CRASHES, _runs)
    if faults.stop:
        yield Trouble(Stops(host), STOP, STOPS, _runs)
    if faults.removal:
        routers = (router for setup in there.setups for router in setup.node.routers)
        for address in dict.fromkeys(router.held_addresses[0] for router in routers if router.held_addresses):
            yield Trouble(LosesAddress(host, address), HoldingsLost((address,)), REMOVAL, partial(_holds, there, address))
    if faults.reload:
        yield from _reloads(there, host)
    passing = (
        *_flips(there, host, faults.carrier, faults.tracked),
        *(_pauses(world, host) if faults.pause else ()),
        *(_drifts(world, host) if faults.drift else ()),
    )
    yield from (each for each in passing if each.fault is not None or faults.recovers)


def _drifts(world: World, host: int) -> Iterator[Trouble]:
    right = world.hosts[host].rate
    for rate in world.rates:
        yield Trouble(Drifts(host, rate), RateChanged(rate), DRIFT, partial(_has_rate, right, True))
    yield Trouble(Drifts(host, right), RateChanged(right), None, partial(_has_rate, right, False))


def _reloads(there: Host, host: int) -> Iterator[Trouble]:
    """From each configuration to every other; to itself if it is the only one."""
    numbers = range(len(there.setups))
    for setup in numbers:
        yield Trouble(Reloads(host, setup), Reloaded(setup), RELOAD, partial(_may_take, setup, len(numbers) == 1))


def _pauses(world: World, host: int) -> Iterator[Trouble]:
    yield Trouble(Pauses(host), Paused(world.longest_pause), PAUSE, _runs)
    yield Trouble(Wakes(host), Woken(), None, _sleeps)


def _flips(there: Host, host: int, carrier: int, tracked: int) -> Iterator[Trouble]:
    for link in there.links if carrier else ():
        for up in (False, True):
            yield Trouble(
                LinkFlips(host, link.name, up),
                LinkChanged(link.name, evolve(link, up=up)),
                None if up else CARRIER,
                partial(_has_link, link, not up),
            )
    for tracker in sorted({each for setup in there.setups for each in setup.node.tracked}) if tracked else ():
        bad = Finding.of_file(-1) if tracker[0] == "file" else Finding(good=False)
        for good in (False, True):
            yield Trouble(
                TrackedFlips(host, tracker, good),
                TrackerReported(tracker, Finding(good=True) if good else bad),
                None if good else TRACKED,
                partial(_has_finding, tracker, not good),
            )


def _runs(local: Local) -> bool:
    return local.power == "on"


def _has_rate(right: int, runs_right: bool, local: Local) -> bool:
    return _runs(local) and (local.rate == right) == runs_right


def _may_take(setup: int, again: bool, local: Local) -> bool:
    return local.power in {"on", "off"} and (again or local.setup != setup)


def _sleeps(local: Local) -> bool:
    return local.power == "paused"


def _holds(host: Host, address: VirtualAddress, local: Local) -> bool:
    pairs = zip(host.node_of(local.setup).routers, local.states, strict=True)
    return _runs(local) and any(isinstance(state, Master) and address in router.held_addresses for router, state in pairs)


def _has_link(link: Link, up: bool, local: Local) -> bool:
    return local.power != "paused" and any(each.name == link.name and each.up == up for each in local.links)


def _has_finding(tracker: Tracker, good: bool, local: Local) -> bool:
    return local.power != "paused" and any(each == tracker and finding.good == good for each, finding in local.findings)
