"""Whether the machine itself kept time while a test with real daemons ran, and a second look at what failed.

A witness on every processor sleeps and notes when it is woken late: no daemon on such a machine can have been on time either.  A test that
failed while the machine stood still is run again, at most twice, from the scene it looks at on.  One that failed without such an excuse is
run again once; the closing lines name it with what it said, for it is the test or the daemon that needs mending.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from attrs import define, field

NAP = 0.005
STANDSTILL = 0.03
"""Seconds by which a witness must be late: less than a daemon may be in any test."""
AGAIN = 2
"""How often at most a test is run again that the machine may have failed."""
LONGEST_REASON = 300
EXCUSED = "machine stood still"
AGAIN_OUTCOME = "rerun"
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
    file: Path | None = None
    began: float = 0.0
    _told: list[bytes] = field(factory=list)

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Have the witnesses look on where there are watched tests."""
        if any(map(_watched, items)) and not self.witnesses:
            self.witnesses = [_start(processor) for processor in sorted(os.sched_getaffinity(0))]
            self._told = [b"" for _ in self.witnesses]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a watched test, again if it may or must."""
        if not _watched(item):
            return None
        attempt, again = 0, True
        while again:
            attempt += 1
            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            reports = self._attempt(item, nextitem)
            failed = [report for report in reports if report.failed]
            excused = bool(failed) and self._stood_still()
            again = bool(failed) and attempt <= (AGAIN if excused else 1)
            for report in reports:
                if again and report.failed:
                    report.outcome = AGAIN_OUTCOME  # type: ignore[assignment]
                    report.user_properties.append((EXCUSED, excused))
                item.ihook.pytest_runtest_logreport(report=report)
            item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _attempt(self, item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
        """Run a test; after a failure nothing stays of the scene it looked at, which is played anew for whoever comes next."""
        if item.path != self.file:
            self.file, self.began = item.path, time.monotonic()
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if any(report.failed for report in reports):
            self.file = None
            with suppress(Exception):
                item.session._setupstate.teardown_exact(None)
        return reports

    def _stood_still(self) -> bool:
        """Tell whether the machine stood still since the scene began."""
        time.sleep(2 * STANDSTILL)
        self._listen()
        return any(ended >= self.began for ended, _ in self.standstills)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count what is run again."""
        return (AGAIN_OUTCOME, "R", "RERUN") if str(report.outcome) == AGAIN_OUTCOME else None

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
        """Say how steady the machine was, and what was run again."""
        if self.standstills:
            count, longest = len(self.standstills), 1000 * max(length for _, length in self.standstills)
            late = f"{count} times by more than {1000 * STANDSTILL:.0f} ms, at most by {longest:.0f} ms"
            terminalreporter.write_line(f"The machine was late for its witnesses: {late}.")
        for report in terminalreporter.stats.get(AGAIN_OUTCOME, ()):
            excuse = "while the machine stood still" if (EXCUSED, True) in report.user_properties else "without an excuse"
            reason = getattr(getattr(report.longrepr, "reprcrash", None), "message", str(report.longrepr))
            terminalreporter.write_line(f"Failed {excuse} and was run again: {report.nodeid}: {reason[:LONGEST_REASON]}")


def _watched(item: pytest.Item) -> bool:
    return any(folder in item.path.parents for folder in WATCHED)


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
