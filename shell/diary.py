"""What is remembered beside the state: counts, what was logged, who is followed.  Folds of ``kaspec.report``; it decides nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import partial

from attrs import field

from kaspec.frozen import define
from kaspec.groups import GroupOutcome
from kaspec.node import Outcome, Transition, Unclaimed
from kaspec.report.conflict import PEACE, Conflict, observe
from kaspec.report.journal import BLANK, Journal, counted, enter, enter_unclaimed, is_routine
from kaspec.report.lateness import ON_TIME, Lateness, late
from kaspec.report.log import as_told, group_lines, link_lines
from kaspec.report.often import is_telling
from kaspec.report.stats import Key, tally
from kaspec.tracking import Link
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.router import Identity
from shell.logs import Said
from shell.problem import Problem


@define
class Diary:
    """The driver's memory; ``detail`` is keepalived's ``-D``, ``addresses`` its ``-a``.

    ``tell`` hears of every transition after it was carried out, ``overslept`` whenever a timer was served later than is ``tolerated``.

    ``log`` never blocks: it takes what makes lines and calls it in the log's own thread, one after the other.  A takeover of 255 virtual
    routers has some 2000 lines, and none of them may delay an advertisement; so journals and strays are that thread's to change.
    """

    log: Callable[[Said], None]
    detail: bool = False
    addresses: bool = False
    log_unknown_vrids: bool = False
    tell: Callable[[Transition], None] = field(default=lambda _: None)
    counts: Counter[Key] = field(factory=Counter)
    journals: defaultdict[Identity, Journal] = field(factory=lambda: defaultdict(lambda: BLANK))
    conflicts: defaultdict[Identity, Conflict] = field(factory=lambda: defaultdict(lambda: PEACE))
    strays: defaultdict[str, Journal] = field(factory=lambda: defaultdict(lambda: BLANK))
    troubles: Counter[str] = field(factory=Counter)
    lateness: Lateness = ON_TIME
    tolerated: Interval = SECOND
    overslept: Callable[[], None] = lambda: None

    def note(self, transition: Transition, now: Instant) -> None:
        """Count, log and tell what a transition was."""
        self.tell(transition)
        for outcome in as_told(transition.outcomes):
            if isinstance(outcome, GroupOutcome):
                self.log(partial(group_lines, outcome))
                continue
            for key in tally(outcome):
                self.counts[key] += 1
            who = outcome.router.identity
            if not is_routine(self.journals[who], outcome) or self.conflicts[who].rivals:
                self.log(partial(self._enter, who, outcome, now))
        if transition.unclaimed:
            self.log(partial(self._enter_unclaimed, transition.unclaimed))

    def note_link(self, was: Link | None, link: Link | None) -> None:
        """Log how an interface changed."""
        self.log(partial(link_lines, was, link, self.detail or self.addresses))

    def served_late(self, by: Interval) -> None:
        """A timer was served so much too late."""
        self.lateness, lines = late(self.lateness, by, self.tolerated)
        if by >= self.tolerated:
            self.overslept()
        if lines:
            self.log(lambda: lines)

    def problems(self, problems: Iterable[Problem]) -> None:
        """Log what the kernel refused: each kind the 1st, 10th, 100th, ... time."""
        for problem in problems:
            line = str(problem)
            self.troubles[line] += 1
            if is_telling(self.troubles[line]):
                self.log(partial(counted, (line,), self.troubles[line]))

    def _enter(self, who: Identity, outcome: Outcome, now: Instant) -> tuple[str, ...]:
        self.journals[who], lines = enter(self.journals[who], outcome, now, self.detail)
        self.conflicts[who], disputes = observe(self.conflicts[who], outcome, now)
        return (*lines, *disputes)

    def _enter_unclaimed(self, stray: Unclaimed) -> tuple[str, ...]:
        self.strays[stray.interface], lines = enter_unclaimed(self.strays[stray.interface], stray, self.log_unknown_vrids)
        return lines
