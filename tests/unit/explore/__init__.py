"""Worlds of two routers, as the tests of the checker want them."""

import os

from attrs import evolve

from conformance.flaws.catalogue import TRACES
from kaspec.address import parse_address
from kaspec.explore import BY_NAME, NO_TWO_MASTERS, Faults, Graph, Judgement, World, explore
from kaspec.explore.observing import Observer
from kaspec.explore.playing import Run, play, trace
from kaspec.explore.world import without_later_announcements
from kaspec.trace import Trace, parse
from kaspec.trace import run as run_trace
from kaspec.units import Interval
from kaspec.vrrp.router import VirtualAddress, VirtualRouter

WAY = Interval(1_000)
"""How long an advertisement may take: a millisecond."""
BASE = VirtualRouter("VI_1", "eth0", 51, addresses=(VirtualAddress(parse_address("192.0.2.100"), 24, "eth0"),))
BETTER, WORSE = without_later_announcements([evolve(BASE, priority=100), evolve(BASE, priority=50)])


def judged(world: World, name: str) -> tuple[Graph, Judgement]:
    """Explore a world and ask one property."""
    graph = explore(world)
    assert graph.complete
    asked = NO_TWO_MASTERS if name == NO_TWO_MASTERS.name else BY_NAME[name]
    assert asked.concerns(world)
    return graph, asked.judge(Observer(graph))


def shown(graph: Graph, judgement: Judgement, kept: str | None = None) -> Run:
    """Play what shows a judgement again on the core, and as a trace too where there can be one.

    ``kept`` is the file of the conformance runner that must have this trace (with KASPEC_KEEP_TRACES=1 it is written).
    """
    assert judgement.path
    run = play(graph, judgement.path, judgement.again)
    text = trace(run, ("found by the checker",))
    if text is not None:
        read = parse(text, "counterexample")
        assert isinstance(read, Trace), read
        assert run_trace(read).differences == ()
    if kept is not None:
        file = TRACES / f"{kept}.trace"
        if os.environ.get("KASPEC_KEEP_TRACES"):
            file.write_text(text or "")
        assert file.read_text() == text
    return run


def settled(*routers: VirtualRouter, faults: Faults) -> World:
    """Return a world that begins with a steady Master."""
    return World.of(routers, WAY, faults, "settled")
