"""Whether the machine itself kept time while a test with real daemons ran.

A witness on every processor sleeps and notes when it is woken late: no daemon on such a machine can have been on time either.  A test that
fails is run again if, and only if, there was such a standstill while it ran; the closing line says how many tests and how many standstills.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from attrs import define, field

NAP = 0.005
STANDSTILL = 0.03
"""Seconds by which a witness must be late: less than a daemon may be in any test."""
AGAIN = 2
"""How often at most a test is run again."""
WATCHED = tuple(Path(__file__).parent / each for each in ("interop", "lvs"))
"""The folders of tests with daemons, which depend on time."""


def witness(processor: int) -> None:
    """Sleep on a processor until the parent ends; print when (seconds of the monotonic clock) a nap ended late and how late."""
    from conformance.lab.priority import preferred

    preferred()
    with suppress(OSError):
        os.sched_setaffinity(0, {processor})
    parent = os.getppid()
    while os.getppid() == parent:
        due = time.monotonic() + NAP
        time.sleep(NAP)
        now = time.monotonic()
        if now - due > STANDSTILL:
            print(now, now - due, flush=True)


@define(eq=False)
class Steadiness:
    """The plugin, in each process that runs tests: the witnesses, and every standstill they told of: its end and its length."""

    witnesses: list[subprocess.Popen[bytes]] = field(factory=list)
    standstills: list[tuple[float, float]] = field(factory=list)
    began: float = 0.0
    _told: list[bytes] = field(factory=list)

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Have watched tests run again after a standstill."""
        watched = [item for item in items if any(folder in item.path.parents for folder in WATCHED)]
        for item in watched:
            item.add_marker(pytest.mark.flaky(reruns=AGAIN, condition=self.stood_still))
        if watched and not self.witnesses:
            self.witnesses = [_start(processor) for processor in sorted(os.sched_getaffinity(0))]
            self._told = [b"" for _ in self.witnesses]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Iterator[None]:
        """Note when a test began."""
        self.began = time.monotonic()
        return (yield)

    def stood_still(self) -> bool:
        """Tell whether the machine stood still since the test began."""
        time.sleep(2 * STANDSTILL)
        self._listen()
        return any(ended >= self.began for ended, _ in self.standstills)

    def _listen(self) -> None:
        for number, each in enumerate(self.witnesses):
            assert each.stdout is not None
            *lines, self._told[number] = (self._told[number] + (each.stdout.read() or b"")).split(b"\n")
            for ended, length in (line.split() for line in lines):
                self.standstills.append((float(ended), float(length)))

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End the witnesses; tell the process that reports, if it is another."""
        self._listen()
        for each in self.witnesses:
            each.kill()
            each.wait()
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["standstills"] = self.standstills

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Hear of what a worker saw."""
        self.standstills += [(ended, length) for ended, length in getattr(node, "workeroutput", {}).get("standstills", ())]

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how steady the machine was."""
        if self.standstills:
            longest = 1000 * max(length for _, length in self.standstills)
            again = len(terminalreporter.stats.get("rerun", ()))
            text = (
                f"The machine stood still {len(self.standstills)} times for over {1000 * STANDSTILL:.0f} ms, at most for {longest:.0f} ms"
            )
            terminalreporter.write_line(f"{text}; {again} failures that fell on such a moment were run again.")


def _start(processor: int) -> subprocess.Popen[bytes]:
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.steadiness", str(processor)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
        start_new_session=True,
    )
    assert started.stdout is not None
    os.set_blocking(started.stdout.fileno(), False)
    return started


if __name__ == "__main__":
    witness(int(sys.argv[1]))
