"""The acts: what is done to the routers, what the protocol promises, what was measured."""

from attrs import frozen

from conformance.demo.stage import Router, Stage
from conformance.lab.waiting import wall_clock
from kaspec.units import MILLISECOND, SECOND, ZERO, Instant, Interval, in_seconds
from kaspec.vrrp.intervals import master_down_interval, skew_time

LATE = Interval(150 * MILLISECOND)
"""How much later than the protocol's figure still counts as kept: a busy machine's scheduling, not the protocol."""
EARLY = Interval(2 * MILLISECOND)
"""How much earlier, measured from one advert on the wire to another."""
EARLY_BY_LOG = Interval(60 * MILLISECOND)
"""How much earlier, measured from a line in a log: it is written, and read, later than what it tells."""
SETTLE_ADVERTS = 3
"""How many adverts of a new Master are watched before the next act."""


@frozen
class Finding:
    """What an act showed.  ``silence`` is how long the client had no answer; ``promise`` the interval's name and value."""

    title: str
    name: str
    promise: Interval
    measured: Interval
    silence: Interval | None
    complaints: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether all happened as it should."""
        return not self.complaints


def start(stage: Stage) -> Finding:
    """Start both: the master takes the virtual address after its Master_Down_Interval, the slave stays Backup."""
    promise = _down(stage.master)
    stage.announce("Both routers start", f"{stage.master.title} hears nobody for {in_seconds(promise)} s and becomes Master")
    started = stage.switch_on(stage.master)
    stage.switch_on(stage.slave)
    taken = _settle(stage, stage.master, started)
    slave_rose = any(mark.condition == "MASTER" for mark in stage.slave.history())
    complaints = [*_judge(promise, taken - started, EARLY_BY_LOG), *(["the slave became Master"] if slave_rose else [])]
    return Finding("both start", "Master_Down_Interval", promise, Interval(taken - started), None, tuple(complaints))


def crash(stage: Stage) -> Finding:
    """Cut the master's power right after an advert, the worst moment: the slave waits a whole Master_Down_Interval."""
    promise = _down(stage.slave)
    begun = stage.announce(
        f"{stage.master.title} loses power: every process SIGKILLed, cables dead",
        f"{stage.slave.title} hears nothing for {in_seconds(promise)} s and becomes Master",
    )
    stage.wait_for_adverts(stage.master, begun, 3)
    stage.cut_power(stage.master)
    last = stage.adverts(stage.master, Instant(0))[-1].at
    taken = _settle(stage, stage.slave, last)
    silence = _silence(stage, begun)
    complaints = (*_judge(promise, taken - last), *_judge_silence(promise, silence))
    return Finding("power cut", "Master_Down_Interval", promise, Interval(taken - last), silence, complaints)


def come_back(stage: Stage) -> Finding:
    """Boot the master again: having the higher priority it preempts, and the client notices nothing."""
    promise = _down(stage.master)
    begun = stage.announce(
        f"{stage.master.title} comes back",
        f"it ignores the lower priority's adverts for {in_seconds(promise)} s, then preempts",
    )
    stage.restore_power(stage.master)
    started = stage.switch_on(stage.master)
    taken = _settle(stage, stage.master, started)
    silence = _silence(stage, begun)
    complaints = (*_judge(promise, taken - started, EARLY_BY_LOG), *_judge_silence(ZERO, silence))
    return Finding("return", "Master_Down_Interval", promise, Interval(taken - started), silence, complaints)


def stop(stage: Stage) -> Finding:
    """Stop the master as an operator does: its priority 0 advert lets the slave take over after Skew_Time."""
    promise = skew_time(2, stage.slave.priority, SECOND)
    begun = stage.announce(
        f"{stage.master.title} is stopped with SIGTERM",
        f"it says so with priority 0, and {stage.slave.title} becomes Master {in_seconds(promise)} s later",
    )
    status = stage.switch_off(stage.master)
    farewell = next((each.at for each in stage.capture.adverts if each.at >= begun and each.advertisement.priority == 0), None)
    if farewell is None:
        return Finding("stop", "Skew_Time", promise, ZERO, None, ("no advert of priority 0",))
    taken = _settle(stage, stage.slave, farewell)
    silence = _silence(stage, begun)
    complaints = [*_judge(promise, taken - farewell), *_judge_silence(promise, silence)]
    complaints += [f"exit status {status}"] if status else []
    return Finding("stop", "Skew_Time", promise, Interval(taken - farewell), silence, tuple(complaints))


def curtain(stage: Stage) -> tuple[str, ...]:
    """Stop the last router; return what is wrong with the run as a whole."""
    status = stage.switch_off(stage.slave)
    complaints = [f"{stage.slave.title} ended with exit status {status}"] if status else []
    complaints += [f"{name} still holds the virtual address" for name in stage.holders.now()]
    complaints += [f"two holders for {in_seconds(longest)} s" for _, longest in stage.holders.overlaps() if longest > LATE]
    return tuple(complaints)


ACTS = (start, crash, come_back, stop)


def _down(router: Router) -> Interval:
    return master_down_interval(2, router.priority, SECOND)


def _settle(stage: Stage, router: Router, since: Instant) -> Instant:
    """Wait until the router is Master, the client hears it and some adverts went by; return when its first advert did."""
    first = stage.wait_for_adverts(router, since, 8)[0].at
    stage.wait(lambda: stage.answering() is router, 3, f"{router.title} to answer the client")
    stage.wait_for_adverts(router, first, 2 + SETTLE_ADVERTS, SETTLE_ADVERTS)
    return first


def _silence(stage: Stage, begun: Instant) -> Interval:
    gap = stage.ping.longest_silence(begun, wall_clock())
    return gap.length if gap else ZERO


def _judge(promise: Interval, measured: int, early: Interval = EARLY) -> tuple[str, ...]:
    if promise - early <= measured <= promise + LATE:
        return ()
    return (f"{in_seconds(Interval(measured))} s instead of {in_seconds(promise)} s",)


def _judge_silence(promise: Interval, silence: Interval) -> tuple[str, ...]:
    if silence <= promise + LATE:
        return ()
    return (f"the client heard nothing for {in_seconds(silence)} s",)
