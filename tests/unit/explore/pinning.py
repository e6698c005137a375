"""The whole way to each known flaw, kept as a text (``flaws``), and a search as simple as can be that finds no shorter one.

A text says which property is violated, then each move with its instant, and what its router became.  Moves are counted with those by which
only time passes, which a text does not show.  With KASPEC_KEEP_TRACES=1 the texts are written instead of compared.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kaspec.explore import BY_NAME, FOREVER, NO_TWO_MASTERS, Judgement, World
from kaspec.explore.moves import Passes
from kaspec.explore.playing import Played, Run, brief
from kaspec.explore.search import Graph
from kaspec.explore.steps import Steps
from kaspec.explore.tables import WorldState
from kaspec.vrrp.state import Master, state_name
from tests.unit.explore import judged, shown

FLAWS = Path(__file__).parent / "flaws"
Flawed = Callable[[Steps, WorldState], bool]
"""Tells of a state whether the flaw shows in it."""


def masters(steps: Steps, state: WorldState) -> list[int]:
    """Return the hosts that are Master of the only virtual router."""
    (row,) = steps.world.virtual
    local = [steps.tables.locals.values[number] for number in state[1 : steps.first_queue]]
    return [host for host, place in enumerate(row) if place is not None and isinstance(local[host].states[place], Master)]


def two_masters(steps: Steps, state: WorldState) -> bool:
    return len(masters(steps, state)) > 1


def two_masters_for_ever(steps: Steps, state: WorldState) -> bool:
    """Tell whether there are two Masters, and may be until everything is as it is again."""
    return two_masters(steps, state) and _comes_back(steps, state, lambda _, after: two_masters(steps, after))


def comes_back_at_once(steps: Steps, state: WorldState) -> bool:
    """Tell whether everything can be as it is again without any time."""
    return _comes_back(steps, state, lambda move, _: steps.tables.lasting[move] == 0)


def misled_for_ever(steps: Steps, state: WorldState) -> bool:
    """Tell whether the addresses were announced last by another than the only Master, and whether that comes again."""
    mastering, (announcer,) = masters(steps, state), steps.tables.conditions.values[state[0]].caches
    return len(mastering) == 1 and mastering != [announcer] and _comes_back(steps, state, lambda *_: True)


def _comes_back(steps: Steps, state: WorldState, along: Callable[[int, WorldState], bool]) -> bool:
    """Tell whether some of the moves at which nothing goes wrong, each with where it leads, lead back to a state."""
    met, ahead = set[WorldState](), [state]
    while ahead:
        for move, after in steps.successors(ahead.pop()):
            if after not in met and steps.tables.calm[move] and along(move, after):
                met.add(after)
                ahead.append(after)
    return state in met


def fewest(steps: Steps, begun: WorldState, flawed: Flawed) -> int:
    """Return how many moves it takes at least until the flaw shows: level by level, in sets, without the search that is tested."""
    met, level, moves = {begun}, {begun}, 0
    while not any(flawed(steps, state) for state in level):
        level = {after for state in level for _, after in steps.successors(state)} - met
        met |= level
        moves += 1
        assert level, "it never shows"
    return moves


def pinned(world: World, name: str, kept: str, flawed: Flawed = two_masters, traced: bool = True) -> None:
    """Find a property violated by the way that is kept, on which the flaw shows as soon as it can.

    ``traced``: it is kept as a trace too.
    """
    graph, judgement = judged(world, name)
    assert judgement.verdict == "violated"
    text = "".join(f"{line}\n" for line in _lines(graph, name, judgement, shown(graph, judgement, kept if traced else None)))
    file = FLAWS / f"{kept}.txt"
    if os.environ.get("KASPEC_KEEP_TRACES"):
        file.write_text(text)
    assert text == file.read_text()
    searched = _visited(graph, judgement)[len(graph.walk) :]
    shows = next(place for place, state in enumerate(searched) if flawed(graph.steps, state))
    assert shows == fewest(graph.steps, searched[0], flawed)
    assert len(searched) - 1 - shows <= 2 * judgement.again  # what follows is the round, and getting into it


def _visited(graph: Graph, judgement: Judgement) -> list[WorldState]:
    """Return the states that a way leads through."""
    visited = [graph.steps.beginning()]
    for move in judgement.path:
        visited.append(dict(graph.steps.successors(visited[-1]))[move])
    return visited


def _lines(graph: Graph, name: str, judgement: Judgement, run: Run) -> Iterator[str]:
    title = NO_TWO_MASTERS.title if name == NO_TWO_MASTERS.name else BY_NAME[name].title
    yield f"{name}, {title}, is violated{' for ever' if judgement.worst == FOREVER else ''}:"
    settled, again = _number_of_moves(graph, judgement.path[: len(graph.walk)]), len(run.played) - run.again
    for number, (line, played) in enumerate(zip(brief(run), run.played, strict=True)):
        if settled and number == settled:
            yield "from a steady Master on:"
        if number == again:
            yield "again and again:"
        yield f"  {line}{_became(played)}"


def _number_of_moves(graph: Graph, path: Iterable[int]) -> int:
    return sum(not isinstance(graph.move(number), Passes) for number in path)


def _became(played: Played) -> str:
    """Tell what state a router came to, if to another."""
    changes = [(outcome.before, outcome.step.state) for _, taken in played.done for outcome in taken.steps]
    return "".join(f", and is {state_name(after)}" for before, after in changes if state_name(before) != state_name(after))
