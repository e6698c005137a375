"""One run, step by step: the plain way, which says what ``herd`` must do with many runs at once."""

from collections import Counter
from collections.abc import Sequence
from functools import reduce

from attrs import field

from kaspec.explore.simulation.chain import Chain
from kaspec.explore.simulation.chances import Strike, draw
from kaspec.frozen import define, frozen
from kaspec.units import Interval


@frozen
class Tally:
    """What was counted of one virtual router in some runs.

    ``without`` and ``twofold`` have by how long it lasted how often there was no Master, and more than one; ``takeovers`` is how often a
    host became Master.
    """

    without: Counter[int] = field(factory=Counter)
    twofold: Counter[int] = field(factory=Counter)
    takeovers: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.without + other.without, self.twofold + other.twofold, self.takeovers + other.takeovers)


@frozen
class Counted:
    """What was counted in ``runs`` runs: a tally for each virtual router, how many advertisements arrived, and how many were lost."""

    tallies: tuple[Tally, ...]
    runs: int = 1
    arrived: int = 0
    lost: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        tallies = tuple(one + another for one, another in zip(self.tallies, other.tallies, strict=True))
        return Counted(tallies, self.runs + other.runs, self.arrived + other.arrived, self.lost + other.lost)


@define
class Clock:
    """How long one virtual router has had no Master by now, and how long two; counted in ``tally`` as each ends."""

    without: int = 0
    twofold: int = 0
    ended: Counter[int] = field(factory=Counter)
    ended_twofold: Counter[int] = field(factory=Counter)
    takeovers: int = 0

    def stay(self, masters: int, time: int) -> None:
        """Let time pass with these Masters."""
        if masters and self.without:
            self.ended[self.without] += 1
            self.without = 0
        if masters.bit_count() < 2 and self.twofold:
            self.ended_twofold[self.twofold] += 1
            self.twofold = 0
        self.without += 0 if masters else time
        self.twofold += time if masters.bit_count() > 1 else 0

    def turn(self, before: int, after: int) -> None:
        """Count whoever became Master."""
        self.takeovers += (after & ~before).bit_count()

    def tally(self) -> Tally:
        """Return what was counted; what has not ended yet counts as long as it has lasted."""
        self.stay(1, 0)
        return Tally(self.ended, self.ended_twofold, self.takeovers)


def walk(chain: Chain, struck: Sequence[Strike], state: int, lost_below: int, length: Interval) -> Counted:
    """Walk a chain from its first node for a time: what goes wrong is given, losses are drawn from a stream in that ``state``."""
    clocks = [Clock() for _ in chain.steps.world.virtual]
    node, now, arrived, lost = 0, 0, 0, 0
    ahead = [*struck, None]
    while True:
        row, strike = chain.row(node), ahead[0]
        limit = length if strike is None else strike.at
        time = min(row.lasts, limit - now)
        for clock, masters in zip(clocks, chain.masters[node], strict=True):
            clock.stay(masters, time)
        drawn, state = draw(state)
        if now + row.lasts < limit:
            is_lost = row.arrives and drawn < lost_below
            arrived, lost = arrived + row.arrives, lost + is_lost
            after = row.lost if is_lost else row.heard
        elif strike is not None:
            after = chain.struck(node, Interval(time), strike)
            ahead.pop(0)
        else:
            return Counted(tuple(clock.tally() for clock in clocks), 1, arrived, lost)
        for clock, before, masters in zip(clocks, chain.masters[node], chain.masters[after], strict=True):
            clock.turn(before, masters)
        node, now = after, now + time


def summed(counted: Sequence[Counted]) -> Counted:
    """Add up what was counted in several lots of runs."""
    return reduce(lambda one, other: one + other, counted)
