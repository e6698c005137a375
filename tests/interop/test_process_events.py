"""What the kernel tells of processes: their counting follows real ones, by the connector where it is to be had, else by looking."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from kaspec.config import read
from kaspec.config.model import Configuration
from kaspec.tracking import Finding, Tracker
from shell.trackers.processes import Processes
from tests.interop.conftest import needs_root

WEB: Tracker = ("process", "web")
PATIENCE = 10.0


@asynccontextmanager
async def counting(configuration: Configuration) -> AsyncIterator[tuple[Processes, list[Finding]]]:
    """Count the processes of a configuration; what is reported is in the list."""
    found: list[Finding] = []
    processes = Processes(asyncio.get_running_loop(), lambda _, finding: found.append(finding))
    processes.adopt(configuration, [WEB])
    try:
        yield processes, found
    finally:
        processes.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def tracking(number: int, extra: str = "") -> Configuration:
    return read(f"vrrp_track_process web {{\nprocess sleep {number}\n{extra}\n}}\n", "x").configuration


def test_a_process_is_counted_while_it_runs() -> None:
    """Not there, there by an exec, another beside it, both gone: one report each way."""
    needs_root()

    async def play() -> None:
        async with counting(tracking(471101)) as (processes, found):
            assert found == [Finding(False)]
            one = subprocess.Popen(["sleep", "471101"])
            await until(lambda: found == [Finding(False), Finding(True)])
            two = subprocess.Popen(["sleep", "471101"])
            await until(lambda: len(processes.states["web"].pids) == 2)
            assert processes.states["web"].pids == {one.pid, two.pid}
            for each in (one, two):
                each.kill()
                each.wait()
            await until(lambda: found == [Finding(False), Finding(True), Finding(False)])

    asyncio.run(play())


def test_too_many_are_too_many_and_what_runs_already_is_seen() -> None:
    needs_root()

    async def play() -> None:
        one = subprocess.Popen(["sleep", "471102"])
        async with counting(tracking(471102, "quorum_max 1")) as (_, found):
            await until(lambda: bool(found))
            two = subprocess.Popen(["sleep", "471102"])
            await until(lambda: found[-1:] == [Finding(False)])
            two.kill()
            two.wait()
            await until(lambda: found[-1:] == [Finding(True)])
        one.kill()
        one.wait()

    asyncio.run(play())


def test_lost_events_are_made_up_for_by_a_look_at_all() -> None:
    """A buffer for a handful of events, and hundreds of processes while nobody reads: what was missed is found."""
    needs_root()

    async def play() -> None:
        small = read(
            "global_defs {\nprocess_monitor_rcv_bufs 2048\n}\nvrrp_track_process web {\nprocess sleep 471103\n}\n", "x"
        ).configuration
        async with counting(small) as (processes, found):
            for _ in range(300):
                subprocess.run(["true"], check=True)
            web = subprocess.Popen(["sleep", "471103"])
            for _ in range(50):
                subprocess.run(["true"], check=True)
            await until(lambda: processes.states["web"].pids == {web.pid})
            assert found[-1] == Finding(True)
            web.kill()
            web.wait()

    asyncio.run(play())
