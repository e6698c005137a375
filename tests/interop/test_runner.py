"""The runner: scripts run beside their owner, each ends as it is told to have ended, and nothing outlives it."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from itertools import takewhile
from pathlib import Path
from tempfile import gettempdir

import pytest

from kaspec.units import SECOND, Interval, seconds
from shell.runner import Ended, Job, Runner
from tests.interop.conftest import needs_root
from tests.interop.daemon import PATIENCE, alive, gone

Script = Callable[..., Job]
WITHOUT_PATIENCE = seconds("0.2")
NOBODY = 65534
OF_THE_C_LIBRARY = 0b11 << 31
"""The mask of the two signals that the C library keeps for itself: whoever started us may have them ignored."""


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Return a maker of jobs from a script's text."""

    def make(text: str, *arguments: str, timeout: Interval | None = None, first: str = "#!/bin/sh\n", uid: int | None = None) -> Job:
        path = tmp_path / f"script{len(list(tmp_path.iterdir()))}"
        path.write_text(f"{first}cd {tmp_path}\n{text}\n")
        path.chmod(0o755)
        owner = os.getuid() if uid is None else uid
        return Job((str(path), *arguments), owner, owner, tuple(os.getgroups()) if uid is None else (), {"SUBJECT": "VI_1"}, timeout)

    return make


def running(test: Callable[[Runner], Awaitable[None]]) -> None:
    """Run a test with a runner, which ends with it."""

    async def run() -> None:
        runner = Runner(asyncio.get_running_loop())
        try:
            async with asyncio.timeout(PATIENCE):
                await test(runner)
        finally:
            pid = runner.pid
            runner.close()
            if pid is not None:
                os.waitpid(pid, 0)

    asyncio.run(run())


def start(runner: Runner, job: Job) -> "tuple[int, asyncio.Future[Ended]]":
    """Run a job; return its number and how it will have ended."""
    ended: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
    return runner.run(job, ended.set_result), ended


async def ending(runner: Runner, job: Job) -> Ended:
    return await start(runner, job)[1]


async def written(path: Path) -> str:
    """Wait until a script has written a whole line to a file."""
    while not (path.exists() and path.read_text().endswith("\n")):
        await asyncio.sleep(0.005)
    return path.read_text().strip()


def test_a_script_gets_its_arguments_and_its_exit_status_comes_back(script: Script, tmp_path: Path) -> None:
    async def test(runner: Runner) -> None:
        assert await ending(runner, script('echo "$# $1 $SUBJECT" > out; exit 3', "a b", "c")) == Ended(3)
        assert (tmp_path / "out").read_text() == "2 a b VI_1\n"

    running(test)


def test_a_script_that_a_signal_ends_has_the_signal_as_status(script: Script) -> None:
    async def test(runner: Runner) -> None:
        assert await ending(runner, script("kill -USR1 $$")) == Ended(-signal.SIGUSR1)

    running(test)


def test_a_file_that_is_no_program_is_given_to_the_shell(script: Script, tmp_path: Path) -> None:
    async def test(runner: Runner) -> None:
        assert await ending(runner, script('echo "$1" > out', "x", first="")) == Ended(0)
        assert (tmp_path / "out").read_text() == "x\n"

    running(test)


def test_what_cannot_be_executed_says_why(script: Script, tmp_path: Path) -> None:
    async def test(runner: Runner) -> None:
        me = (os.getuid(), os.getgid(), tuple(os.getgroups()))
        (tmp_path / "plain").write_text("#!/bin/sh\n")
        assert await ending(runner, Job((str(tmp_path / "none"),), *me)) == Ended(127, trouble="No such file or directory")
        assert await ending(runner, Job((str(tmp_path / "plain"),), *me)) == Ended(126, trouble="Permission denied")
        assert await ending(runner, Job((str(tmp_path / "none"), "x" * (2 << 20)), *me)) == Ended(126, trouble="Argument list too long")
        assert await ending(runner, script("exit 126")) == Ended(126)

    running(test)


def test_a_script_that_takes_too_long_is_asked_to_end(script: Script) -> None:
    async def test(runner: Runner) -> None:
        assert await ending(runner, script("exec sleep 60", timeout=WITHOUT_PATIENCE)) == Ended(-signal.SIGTERM, timed_out=True)

    running(test)


def test_one_that_will_not_end_is_killed_two_seconds_later_with_all_it_started(script: Script, tmp_path: Path) -> None:
    async def test(runner: Runner) -> None:
        begun = time.monotonic()
        stubborn = script("trap '' TERM; sleep 60 & echo $! > child; wait; wait", timeout=WITHOUT_PATIENCE)
        assert await ending(runner, stubborn) == Ended(-signal.SIGKILL, timed_out=True)
        assert 2 <= time.monotonic() - begun - WITHOUT_PATIENCE / SECOND < 2 + PATIENCE / 2
        gone(int(await written(tmp_path / "child")))

    running(test)


def test_a_kill_ends_a_script_and_is_no_time_out(script: Script, tmp_path: Path) -> None:
    async def test(runner: Runner) -> None:
        number, ended = start(runner, script("echo > begun; exec sleep 60"))
        await written(tmp_path / "begun")
        runner.kill(number)
        assert await ended == Ended(-signal.SIGTERM)
        runner.kill(number)

    running(test)


def test_scripts_run_beside_each_other_and_a_hanging_one_delays_none(script: Script) -> None:
    async def test(runner: Runner) -> None:
        number, hanging = start(runner, script("exec sleep 60"))
        quick = [ending(runner, script(f"exit {status}")) for status in range(50)]
        assert await asyncio.gather(*quick) == [Ended(status) for status in range(50)]
        assert not hanging.done()
        runner.kill(number)

    running(test)


def test_more_jobs_than_the_socket_takes_wait_their_turn(script: Script, tmp_path: Path) -> None:
    async def test(runner: Runner) -> None:
        job = script("echo >> out", "x" * 60_000)
        endings = [start(runner, job)[1] for _ in range(40)]
        assert await asyncio.gather(*endings) == [Ended(0)] * 40
        assert (tmp_path / "out").read_text() == "\n" * 40

    running(test)


def test_a_script_is_an_ordinary_process_whatever_its_owner_is(script: Script, tmp_path: Path) -> None:
    needs_root()

    async def test(runner: Runner) -> None:
        lines = "grep -E 'Sig(Blk|Ign)|VmLck' /proc/$$/status; nice; cut -d' ' -f41 /proc/$$/stat; ls /proc/$$/fd | grep -vx 10"
        assert await ending(runner, script(f"({lines}) > out; echo $LD_PRELOAD$IFS$LD_LIBRARY_PATH >> out")) == Ended(0)
        found = (tmp_path / "out").read_text().split()
        assert found[:5] == ["VmLck:", "0", "kB", "SigBlk:", "0" * 16]
        assert int(found[6], 16) & ~OF_THE_C_LIBRARY == 0
        assert found[7:] == ["0", "0", "0", "1", "2"]

    before = os.sched_getscheduler(0), os.sched_getparam(0)
    handler = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    descriptor = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    os.environ["LD_LIBRARY_PATH"] = "/nonexistent"
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        running(test)
    finally:
        os.sched_setscheduler(0, *before)
        signal.signal(signal.SIGUSR1, handler)
        os.close(descriptor)
        del os.environ["LD_LIBRARY_PATH"]


def test_a_script_runs_as_its_user_with_its_groups_only(script: Script, tmp_path: Path) -> None:
    needs_root()

    async def test(runner: Runner) -> None:
        (tmp_path / "out").touch()
        (tmp_path / "out").chmod(0o666)
        for directory in takewhile(lambda each: each != Path(gettempdir()), (tmp_path, *tmp_path.parents)):
            directory.chmod(0o755)
        assert await ending(runner, script("echo $(id -u) $(id -g) $(id -G) > out; exit $(id -u)", uid=NOBODY)) == Ended(NOBODY & 0xFF)
        assert (tmp_path / "out").read_text() == f"{NOBODY} {NOBODY} {NOBODY}\n"

    running(test)


def test_a_runner_that_dies_takes_its_scripts_along_says_so_and_is_started_again(script: Script, tmp_path: Path) -> None:
    async def test(runner: Runner) -> None:
        _, ended = start(runner, script("echo $$ > pid; exec sleep 60"))
        pid, first = int(await written(tmp_path / "pid")), runner.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert await ended == Ended(-signal.SIGKILL, trouble="the process that runs scripts died")
        gone(pid)
        assert await ending(runner, script("exit 5")) == Ended(5)
        assert runner.pid != first

    running(test)


def test_what_runs_ends_with_the_owner(script: Script, tmp_path: Path) -> None:
    pids: list[int] = []

    async def test(runner: Runner) -> None:
        start(runner, script("echo $$ > polite; exec sleep 60"))
        start(runner, script("trap '' TERM; echo $$ > stubborn; while :; do sleep 60; done"))
        pids.extend([int(await written(tmp_path / "polite")), int(await written(tmp_path / "stubborn"))])

    running(test)
    assert [alive(pid) for pid in pids] == [False, False]


def test_a_stopped_runner_does_not_hold_up_its_owner(script: Script) -> None:
    async def test(runner: Runner) -> None:
        assert await ending(runner, script("exit 0")) == Ended(0)
        pid = runner.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        begun = time.monotonic()
        job = script("exit 1", "x" * 10_000)
        endings = [start(runner, job)[1] for _ in range(200)]
        assert time.monotonic() - begun < PATIENCE / 2
        os.kill(pid, signal.SIGCONT)
        assert await asyncio.gather(*endings) == [Ended(1)] * 200

    running(test)
