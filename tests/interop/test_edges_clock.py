"""The clock and the alarm, on the real kernel."""

import asyncio
from collections.abc import Callable
from statistics import quantiles

import pytest

from kaspec.units import MILLISECOND, Instant, Interval, after
from shell.clock import Alarm, now

PATIENCE = 5.0


def rings(instants: Callable[[Instant], list[Instant | None]]) -> list[Instant]:
    """Arm an alarm for each of the instants in turn (the last one must ring), and return when it rang."""
    rung: list[Instant] = []

    async def ring() -> None:
        loop = asyncio.get_running_loop()
        over = loop.create_future()

        def note() -> None:
            rung.append(now())
            loop.call_soon(over.set_result, None)

        alarm = Alarm(loop, note)
        for at in instants(now()):
            alarm.arm(at)
        await asyncio.wait_for(over, PATIENCE)
        alarm.close()

    asyncio.run(ring())
    return rung


@pytest.mark.parametrize("past", [Interval(0), Interval(-1), Interval(-1_000_000)])
def test_an_instant_that_is_past_rings_at_once(past: Interval) -> None:
    assert len(rings(lambda start: [after(start, past)])) == 1


@pytest.mark.parametrize("at", [Instant(0), Instant(1), Instant(-5)])
def test_the_first_instant_of_all_does_not_disarm(at: Instant) -> None:
    assert len(rings(lambda _: [at])) == 1


def test_arming_anew_replaces_and_never_is_never() -> None:
    first, second = Interval(20 * MILLISECOND), Interval(40 * MILLISECOND)
    at: list[Instant] = []

    def instants(start: Instant) -> list[Instant | None]:
        at.append(after(start, second))
        return [after(start, first), None, after(start, first), at[0]]

    (rung,) = rings(instants)
    assert rung >= at[0]


def test_an_alarm_put_off_in_the_turn_of_the_loop_in_which_it_is_due_does_not_ring_early() -> None:
    rung: list[Instant] = []
    complaints: list[object] = []
    later = after(now(), Interval(20 * MILLISECOND))

    async def ring() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        over = asyncio.Event()

        def note() -> None:
            rung.append(now())
            over.set()

        alarm = Alarm(loop, note)
        alarm.arm(Instant(0))
        loop.call_soon(alarm.arm, later)  # runs when the loop has already seen that the alarm is due
        async with asyncio.timeout(PATIENCE):
            await over.wait()
        alarm.close()

    asyncio.run(ring())
    assert not complaints
    assert len(rung) == 1
    assert rung[0] >= later


def test_it_never_rings_early_and_is_finer_than_a_millisecond(record_property: Callable[[str, object], None]) -> None:
    late: list[int] = []

    async def measure() -> None:
        loop = asyncio.get_running_loop()
        over = loop.create_future()
        at = [after(now(), Interval(700))]

        def note() -> None:
            late.append(now() - at[0])
            if len(late) == 500:
                over.set_result(None)
            else:
                at[0] = after(now(), Interval(700))
                alarm.arm(at[0])

        alarm = Alarm(loop, note)
        alarm.arm(at[0])
        await asyncio.wait_for(over, PATIENCE)
        alarm.close()

    asyncio.run(measure())
    median, *_, worst = quantiles(late, n=100)[49:]
    record_property("microseconds late (median, 99th percentile)", (median, worst))
    print(f"late by {min(late)} us at best, {median:.0f} us in the median, {worst:.0f} us at the 99th percentile")
    assert min(late) >= 0
    assert median < MILLISECOND
