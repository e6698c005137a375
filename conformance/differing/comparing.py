"""Plots played at a router, or in virtual time at a core that departs in some way, and what the core says to it."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Literal

from attrs import frozen

from conformance.differing import ways as known_ways
from conformance.differing.plot import Plot
from conformance.differing.telling import NAME, trace_of
from conformance.differing.ways import Way, explanation, reading, suspects
from conformance.peers.peer import Peer
from conformance.replay.judge import Accepted, Refuted
from conformance.replay.script import Script, Unplayable, script
from conformance.replay.trial import judge_play
from conformance.replay.virtual import play_virtually
from conformance.runner.cases import Case
from conformance.runner.running import Result, run_all
from kaspec.units import MILLISECOND, SECOND, Interval

Run = Callable[[Sequence[Case], Sequence[Peer], int, "Path | None", Callable[[Result], None]], Sequence[Result]]
Verdict = Literal["agrees", "freedom", "departure", "unexplained", "undetermined"]
LONGEST = Interval(10 * SECOND)
"""A plot that takes longer is as a rule not played: something else shows the same sooner."""
_LATENESS = 2 * MILLISECOND


@frozen
class Comparison:
    """A plot, what became of it at a peer, and by which known ways: ``None`` if it is not (only) those."""

    plot: Plot
    result: Result
    ways: tuple[Way, ...] | None = None

    @property
    def verdict(self) -> Verdict:
        """What that comes to."""
        match self.result.verdict:
            case "pass":
                return "agrees"
            case "fail" if self.ways is None:
                return "unexplained"
            case "fail":
                assert self.ways is not None
                return "freedom" if all(way.freedom(self.plot.setting.version) for way in self.ways) else "departure"
            case _:
                return "undetermined"

    @property
    def refuted(self) -> Refuted | None:
        """The first thing that the core cannot have done, if there is one."""
        answer = self.result.judged[0].answer if self.result.judged else None
        return answer if isinstance(answer, Refuted) else None


@frozen
class Comparing:
    """Compares a peer of a release with the core, so many plots ``at_once``; ``told`` hears of each that was played.

    ``run`` plays cases; it does so at the real peer, unless a test has a core play the peer.
    """

    peer: Peer
    release: str
    at_once: int
    told: Callable[[Result], None] = lambda _: None
    run: Run = run_all
    longest: Interval = LONGEST

    def ways(self, plot: Plot) -> tuple[Way, ...]:
        """Return how the peer is known to depart in the version of a plot."""
        return known_ways.known(self.peer.name, self.release, plot.setting.version)

    def wanted(self, plot: Plot) -> bool:
        """Tell whether the peer can be such a router, and whether it does not take too long."""
        what = _script(self._case(plot, ""))
        return what.ends <= self.longest and self.peer.objection(what.device) is None

    def compare(self, plots: Sequence[Plot], names: Sequence[str], keep: Path | None = None) -> tuple[Comparison, ...]:
        """Play plots at the peer, until each has a verdict or there was no time for it.  Raises ``LabUnavailableError``."""
        cases = [self._case(plot, name) for plot, name in zip(plots, names, strict=True)]
        results = self.run(cases, [self.peer], self.at_once, keep, self.told)
        return tuple(Comparison(plot, result, self._explained(plot, result)) for plot, result in zip(plots, results, strict=True))

    def _case(self, plot: Plot, name: str) -> Case:
        trace = trace_of(plot)
        departing = map(reading, suspects(self.ways(plot)))
        return Case(name, trace, script(trace, NAME), (reading(()), *departing))

    def _explained(self, plot: Plot, result: Result) -> tuple[Way, ...] | None:
        if result.verdict != "fail" or result.played is None:
            return None
        judge = partial(judge_play, _script(result.case), self.peer, result.played, counts_announcements=False)
        return explanation(self.ways(plot), lambda ways: isinstance(judge(reading(ways)), Accepted))

    def reveals(self, plot: Plot, way: Way) -> bool:
        """Tell, by virtual time, whether a core that departs so shows it in a plot, and is not taken for one that departs otherwise."""
        case = self._case(plot, "")
        played = play_virtually(_script(case), reading((way,)), case.tail, repeat(_LATENESS))

        def explains(*ways: Way) -> bool:
            judged = judge_play(_script(case), self.peer, played, reading(ways), counts_announcements=False)
            return isinstance(judged, Accepted)

        if explains():
            return False
        alike = [each for each in self.ways(plot) if explains(each)]
        return {each.name for each in alike} == {way.name} and alike[-1] == way


def _script(case: Case) -> Script:
    assert not isinstance(case.what, Unplayable), case.what.reason
    return case.what
