"""Seeded random runs of a world that is explored: how often and for how long, where the search says whether at all and how long at worst.

::

    from kaspec.explore.simulation import Case, Chances, sweep
    from kaspec.units import SECOND, Interval

    case = Case(world, Chances(loss=0.05, every={"crash": Interval(86_400 * SECOND)}), length=Interval(86_400 * SECOND), seed=1)
    for number, counted in sweep([case], runs=1000):
        print(counted.tallies[0].without)
"""

from kaspec.explore.simulation.chances import SIMULATED, Chances, Strike
from kaspec.explore.simulation.sweeping import Case, sweep
from kaspec.explore.simulation.walking import Counted, Tally, summed

__all__ = ["SIMULATED", "Case", "Chances", "Counted", "Strike", "Tally", "summed", "sweep"]
