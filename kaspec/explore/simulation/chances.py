"""What may go wrong at random and how often, and what a run draws from that: a function of a seed and the run's number.

Nothing here is random.  ``stream`` gives each run numbers of its own, so that it comes out the same however many runs there are, in what
order, and wherever they are made.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import log

from attrs import field

from kaspec.explore.moves import Crashes, Cuts, Heals, LinkFlips, Move, Starts, Stops, TrackedFlips
from kaspec.explore.steps import Steps
from kaspec.explore.world import CARRIER, CRASH, CUT, FAULTS, ONE_WAY, STOP, TRACKED, Faults
from kaspec.frozen import frozen
from kaspec.numbers import GOLDEN, MASK, finished, scatter
from kaspec.units import SECOND, Instant, Interval

FINE = 1 << 53
"""Chances are told apart to this part of one, which is what a float holds."""
SIMULATED = ("crash", "stop", "cut", "one_way", "carrier", "tracked")
"""What can go wrong at random, beside losses: each host, pair, direction, interface or thing tracked by itself."""
SALT = 0x6B61737065630001
"""Sets apart what a run draws for its faults from what it draws for its losses."""
NOTHING: Mapping[str, Interval] = {}


@frozen
class Chances:
    """How often things go wrong.

    ``loss`` is the chance, 0 to 1, of each advertisement on its way to each host, one independent of another.  ``every`` has by the name of
    a fault (``SIMULATED``) the mean time that passes from a mend to the next break; the ``mended`` mean time later all is well again.  Both
    are drawn from exponential distributions, in whole multiples of ``grain``.
    """

    loss: float = 0.0
    every: Mapping[str, Interval] = field(default=NOTHING, hash=False)
    mended: Interval = Interval(60 * SECOND)
    grain: Interval = Interval(10_000)

    def __attrs_post_init__(self) -> None:
        assert 0 <= self.loss <= 1, self.loss
        assert set(self.every) <= set(SIMULATED), self.every
        assert self.mended > 0
        assert self.grain > 0
        assert all(each > 0 for each in self.every.values()), self.every

    @property
    def faults(self) -> Faults:
        """What a world must allow for: any of these at any moment."""
        return Faults.once(*(["loss"] if self.loss else []), *self.every)

    @property
    def lost_below(self) -> int:
        """An advertisement is lost if what is drawn for it (``draw``) is below this."""
        return round(self.loss * FINE)


@frozen
class Strike:
    """At an instant something goes wrong, or is mended: ``fault`` is its place in ``FAULTS``."""

    at: Instant
    fault: int
    move: Move


def stream(seed: int, run: int) -> int:
    """Return the state of the stream of numbers that a run draws from."""
    return scatter(scatter(seed & MASK) + run & MASK)


def draw(state: int) -> tuple[int, int]:
    """Return a number below ``FINE``, and the state of the stream after it."""
    state = (state + GOLDEN) & MASK
    return finished(state) >> 11, state


def strikes(chances: Chances, steps: Steps, seed: int, run: int, length: Interval) -> tuple[Strike, ...]:
    """Draw what goes wrong in a run before ``length`` is over, and when it is mended, in order."""
    drawn = [
        strike
        for number, (fault, breaks, mends) in enumerate(_sources(chances, steps))
        for strike in _alternately(chances, stream(seed ^ SALT + number, run), (fault, breaks, mends), length)
    ]
    return tuple(sorted(drawn, key=lambda strike: strike.at))


def _alternately(chances: Chances, state: int, source: tuple[int, Move, Move], length: Interval) -> Iterator[Strike]:
    fault, breaks, mends = source
    at = 0
    while True:
        for mean, move in ((chances.every[FAULTS[fault]], breaks), (chances.mended, mends)):
            drawn, state = draw(state)
            grains = -log((drawn + 0.5) / FINE) * mean / chances.grain
            at += max(round(grains), 1) * chances.grain
            if at >= length:
                return
            yield Strike(Instant(at), fault, move)


def _sources(chances: Chances, steps: Steps) -> Iterator[tuple[int, Move, Move]]:
    """Return everything that can go wrong by itself: which fault it is, the move that breaks it, and the one that mends it."""
    hosts, wanted = range(steps.hosts), {FAULTS.index(name) for name in chances.every}
    pairs: Sequence[tuple[int, int]] = [(one, other) for one in hosts for other in hosts if one != other]
    found: list[tuple[int, Move, Move]] = [
        *((CRASH, Crashes(host), Starts(host)) for host in hosts),
        *((STOP, Stops(host), Starts(host)) for host in hosts),
        *((CUT, Cuts(one, other, True), Heals(one, other)) for one, other in pairs if one < other),
        *((ONE_WAY, Cuts(one, other, False), Heals(min(one, other), max(one, other))) for one, other in pairs),
    ]
    for host in hosts:
        there = steps.world.hosts[host]
        found += [(CARRIER, LinkFlips(host, link.name, False), LinkFlips(host, link.name, True)) for link in there.links]
        found += [(TRACKED, TrackedFlips(host, each, False), TrackedFlips(host, each, True)) for each in sorted(there.node.tracked)]
    return (each for each in found if each[0] in wanted)
