"""Many runs side by side, in arrays: one step of all of them is a few look-ups.  It counts what ``walk`` counts, to the last (a law)."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from attrs import field

from kaspec.explore.arrays import Keys, Numbers
from kaspec.explore.simulation.chain import FOREVER, Chain
from kaspec.explore.simulation.chances import Strike
from kaspec.explore.simulation.walking import Counted, Tally
from kaspec.frozen import define
from kaspec.numbers import GOLDEN
from kaspec.units import Interval

UNKNOWN = 2 * FOREVER
"""How long a node lasts whose row has not been worked out: so long that it is noticed."""
ROOM = 1024
AHEAD = 64
"""So many draws of each run are made at once."""


@define(eq=False)
class _Rows:
    """The rows of a chain as arrays by node, or, where an advertisement may be heard or lost, by twice the node (and one more if lost).

    ``nobody`` and ``several`` tell by virtual router of how many Masters there are, ``troubled`` whether either is so; ``turns`` whether
    somebody becomes Master on the way.
    """

    chain: Chain
    lasts: Numbers = field(factory=lambda: np.full(ROOM, UNKNOWN, dtype=np.int64))
    arrives: Numbers = field(factory=lambda: np.zeros(ROOM, dtype=bool))
    troubled: Numbers = field(factory=lambda: np.zeros(ROOM, dtype=bool))
    next: Numbers = field(factory=lambda: np.zeros(2 * ROOM, dtype=np.int64))
    turns: Numbers = field(factory=lambda: np.zeros(2 * ROOM, dtype=bool))
    nobody: list[Numbers] = field(init=False)
    several: list[Numbers] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.nobody, self.several = ([np.zeros(ROOM, dtype=bool) for _ in self.chain.steps.world.virtual] for _ in range(2))

    def know(self, nodes: Numbers) -> None:
        """Work out the rows of nodes."""
        for node in np.unique(nodes).tolist():
            row, masters = self.chain.row(node), self.chain.masters[node]
            while node >= len(self.lasts):
                self._grow()
            self.lasts[node], self.arrives[node] = row.lasts, row.arrives
            for place, after in ((2 * node, row.heard), (2 * node + 1, row.lost)):
                self.next[place], self.turns[place] = after, masters != self.chain.masters[after]
            for virtual, bits in enumerate(masters):
                self.nobody[virtual][node], self.several[virtual][node] = not bits, bits.bit_count() > 1
            self.troubled[node] = any(bits.bit_count() != 1 for bits in masters)

    def lasting(self, nodes: Numbers) -> Numbers:
        """Return how long each of these nodes lasts, worked out or not."""
        while len(self.chain.rows) > len(self.lasts):
            self._grow()
        return self.lasts.take(nodes)

    def _grow(self) -> None:
        self.lasts = np.concatenate((self.lasts, np.full_like(self.lasts, UNKNOWN)))
        self.arrives, self.troubled, self.next, self.turns = map(_doubled, (self.arrives, self.troubled, self.next, self.turns))
        self.nobody, self.several = list(map(_doubled, self.nobody)), list(map(_doubled, self.several))


@define(eq=False)
class _Spell:
    """How long something of a virtual router has lasted in each run, and how often it lasted how long."""

    lasting: Numbers
    ended: Counter[int] = field(factory=Counter)

    def stay(self, is_so: Numbers, time: Numbers) -> None:
        """Let time pass, in which it is so or not."""
        over = self.lasting[~is_so]
        self.ended.update(over[over > 0].tolist())
        self.lasting = np.where(is_so, self.lasting + time, 0)

    def leave(self, going: Numbers) -> None:
        """Keep the runs that go on; in the others, what has not ended yet counts for as long as it has lasted."""
        over = self.lasting[~going]
        self.ended.update(over[over > 0].tolist())
        self.lasting = self.lasting[going]


@define(eq=False)
class _Herd:
    """Runs on their way: by run its node, its clock, the state of its stream, and when it is struck by something or ends."""

    rows: _Rows
    struck: list[list[Strike]]
    stream: Keys
    lost_below: int
    length: Interval
    node: Numbers
    now: Numbers
    limit: Numbers
    without: list[_Spell]
    twofold: list[_Spell]
    takeovers: list[int]
    arrived: int = 0
    lost: int = 0
    losses: Numbers = field(factory=lambda: np.empty((0, 0), dtype=bool))
    used: int = 0
    troubled: bool = False

    def run(self) -> Counted:
        """Let every run come to its end."""
        runs = len(self.node)
        while len(self.node):
            if self.used == len(self.losses):
                self.draw()
            self.step()
        counted = zip(self.without, self.twofold, self.takeovers, strict=True)
        return Counted(tuple(Tally(without.ended, twofold.ended, count) for without, twofold, count in counted),
                       runs, self.arrived, self.lost)  # fmt: skip

    def draw(self) -> None:
        """Draw for the next steps of every run whether an advertisement that arrives is lost."""
        states = self.stream + np.arange(1, AHEAD + 1, dtype=np.uint64)[:, None] * np.uint64(GOLDEN)
        self.stream = states[-1]
        self.losses = _finished(states) >> np.uint64(11) < np.uint64(self.lost_below)
        self.used = 0

    def step(self) -> None:
        """Let every run make one step, or be struck by what is ahead of it if that comes first."""
        rows, node = self.rows, self.node
        lasts = rows.lasting(node)
        ends = self.now + lasts
        stops = ends >= self.limit
        stopping = bool(stops.any())
        if stopping and lasts.max() == UNKNOWN:
            rows.know(node[lasts == UNKNOWN])
            return
        arrives = rows.arrives.take(node)
        if stopping:
            ends, arrives = np.minimum(ends, self.limit), arrives & ~stops
        lost = arrives & self.losses[self.used]
        self.used += 1
        self.arrived += int(np.count_nonzero(arrives))
        self.lost += int(np.count_nonzero(lost))
        self.stay(ends)
        way = 2 * node + lost
        before, turns = self.now, rows.turns.take(way)
        self.node, self.now = rows.next.take(way), ends
        if stopping:
            self.strike(np.nonzero(stops)[0], node, ends - before)
            turns |= stops
        if turns.any():
            self.turn(node[turns], self.node[turns])
        if stopping:
            self.leave()

    def stay(self, ends: Numbers) -> None:
        """Let time pass where the runs are."""
        rows, node = self.rows, self.node
        troubled = bool(rows.troubled.take(node).any())
        if troubled or self.troubled:
            time = ends - self.now
            for virtual, (without, twofold) in enumerate(zip(self.without, self.twofold, strict=True)):
                without.stay(rows.nobody[virtual].take(node), time)
                twofold.stay(rows.several[virtual].take(node), time)
        self.troubled = troubled

    def strike(self, places: Numbers, node: Numbers, time: Numbers) -> None:
        """Let these runs be struck by what is ahead of them; those for which nothing is are at their end."""
        for place in places.tolist():
            ahead, after = self.struck[place], int(node[place])
            if ahead:
                after = self.rows.chain.struck(after, Interval(int(time[place])), ahead.pop(0))
                self.limit[place] = ahead[0].at if ahead else self.length
            self.node[place] = after

    def turn(self, before: Numbers, after: Numbers) -> None:
        """Count whoever became Master."""
        masters = self.rows.chain.masters
        for one, other in zip(before.tolist(), after.tolist(), strict=True):
            for virtual, (was, bits) in enumerate(zip(masters[one], masters[other], strict=True)):
                self.takeovers[virtual] += (bits & ~was).bit_count()

    def leave(self) -> None:
        """Drop the runs that have come to their end."""
        going = self.now < self.length
        if not going.all():
            for spell in (*self.without, *self.twofold):
                spell.leave(going)
            self.struck = [each for each, goes in zip(self.struck, going.tolist(), strict=True) if goes]
            self.node, self.now, self.limit, self.stream = (each[going] for each in (self.node, self.now, self.limit, self.stream))
            self.losses = self.losses[:, going]


def walk_all(chain: Chain, struck: Sequence[Sequence[Strike]], streams: Sequence[int], lost_below: int, length: Interval) -> Counted:
    """Walk many runs at once: what goes wrong in each, and the state of the stream that each draws its losses from."""
    nothing: Numbers = np.zeros(len(streams), dtype=np.int64)
    virtual = range(len(chain.steps.world.virtual))
    herd = _Herd(
        _Rows(chain),
        [list(each) for each in struck],
        np.array(streams, dtype=np.uint64),
        lost_below,
        length,
        node=nothing,
        now=nothing,
        limit=np.array([each[0].at if each else length for each in struck], dtype=np.int64),
        without=[_Spell(nothing) for _ in virtual],
        twofold=[_Spell(nothing) for _ in virtual],
        takeovers=[0 for _ in virtual],
    )
    return herd.run()


def _doubled(column: Numbers) -> Numbers:
    return np.concatenate((column, np.zeros_like(column)))


def _finished(numbers: Keys) -> Keys:
    """Spread bits as ``kaspec.numbers.finished`` does."""
    numbers = (numbers ^ numbers >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ numbers >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return numbers ^ numbers >> np.uint64(31)
