"""The model checker: every run that a deployment can have, tried with the daemon's own code.

In ten lines::

    from kaspec.config import read
    from kaspec.explore import Faults, World, explore, judge
    from kaspec.units import Interval

    routers = [read(open(name).read(), name).configuration.routers[0] for name in ("a.conf", "b.conf")]
    world = World.of(routers, delay=Interval(1_000), faults=Faults(loss=1, crash=1))
    graph = explore(world)
    for name, judgement in judge(graph).items():
        print(name, judgement.verdict, judgement.worst)
"""

from kaspec.explore.judging import FOREVER, Judgement, Verdict
from kaspec.explore.properties import BY_NAME, NO_TWO_MASTERS, PROPERTIES, Property, judge
from kaspec.explore.search import Graph, Progress, explore
from kaspec.explore.world import Faults, Host, World

__all__ = [
    "BY_NAME",
    "FOREVER",
    "NO_TWO_MASTERS",
    "PROPERTIES",
    "Faults",
    "Graph",
    "Host",
    "Judgement",
    "Progress",
    "Property",
    "Verdict",
    "World",
    "explore",
    "judge",
]
