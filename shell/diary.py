"""What is remembered beside the state: counts, what was logged, who is followed.  Folds of ``kaspec.report``; it decides nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from attrs import define, field

from kaspec.node import Outcome, Transition
from kaspec.report.journal import BLANK, Journal, enter, enter_unclaimed, is_routine
from kaspec.report.log import link_lines
from kaspec.report.stats import Key, tally
from kaspec.tracking import Link
from kaspec.units import Instant
from kaspec.vrrp.effects import Notify
from kaspec.vrrp.router import VirtualRouter
from shell.problem import Problem

Who = tuple[str, int]
"""A virtual router by its interface and VRID, so that renaming it loses nothing."""


@define
class Diary:
    """The driver's memory; ``log`` takes a line and never blocks, ``detail`` is keepalived's ``-D``."""

    log: Callable[[str], None]
    detail: bool = False
    log_unknown_vrids: bool = False
    counts: Counter[Key] = field(factory=Counter)
    journals: defaultdict[Who, Journal] = field(factory=lambda: defaultdict(lambda: BLANK))
    strays: defaultdict[str, Journal] = field(factory=lambda: defaultdict(lambda: BLANK))
    troubles: Counter[str] = field(factory=Counter)

    def note(self, transition: Transition, now: Instant) -> None:
        """Count and log what a transition was."""
        for outcome in transition.outcomes:
            for key in tally(outcome):
                self.counts[key] += 1
            who = who_is(outcome.router)
            journal = self.journals[who]
            if not is_routine(journal, outcome):
                self._write(who, journal, outcome, now)
        if transition.unclaimed:
            stray = transition.unclaimed
            self.strays[stray.interface], lines = enter_unclaimed(self.strays[stray.interface], stray, self.log_unknown_vrids)
            self._say(lines)

    def note_link(self, was: Link | None, link: Link | None) -> None:
        """Log how an interface changed."""
        self._say(link_lines(was, link, self.detail))

    def notify(self, router: VirtualRouter, notification: Notify) -> None:
        """Take note that scripts, FIFOs and mail are to hear of a new state: they join with issue C's notifications."""

    def problems(self, problems: Iterable[Problem]) -> None:
        """Log what the kernel refused: each kind the 1st, 10th, 100th, ... time."""
        for problem in problems:
            line = str(problem)
            self.troubles[line] += 1
            if str(self.troubles[line]).strip("0") == "1":
                self._say((line if self.troubles[line] == 1 else f"{line} [{self.troubles[line]} times]",))

    def _write(self, who: Who, journal: Journal, outcome: Outcome, now: Instant) -> None:
        self.journals[who], lines = enter(journal, outcome, now, self.detail)
        self._say(lines)

    def _say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.log(line)


def who_is(router: VirtualRouter) -> Who:
    """Return what identifies a virtual router on this host."""
    return router.interface, router.virtual_router_id
