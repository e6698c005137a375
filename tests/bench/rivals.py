"""Other model checkers written in Python, on the moves of ours: what remains to compare is how they search."""

from collections.abc import Callable, Iterator

from kaspec.explore import World
from kaspec.explore.steps import Steps
from kaspec.explore.tables import Tables, WorldState

MOST = 10_000_000


def minicheck(world: World) -> tuple[int, int]:
    """Count states and moves with minicheck."""
    from minicheck import Protocol, check_safety

    begun, moves, count = _moves(world)
    fields = tuple(f"column{number}" for number in range(len(begun)))
    protocol = Protocol("vrrp", False, fields, begun, lambda state: list(moves(state)), {"any": lambda _: True})
    return check_safety(protocol, max_states=MOST)["reachable_states"], count()


def musil(world: World) -> tuple[int, int]:
    """Count states and moves with musil, which wants Python 3.12."""
    from musil import Action, Model, check

    begun, moves, count = _moves(world)

    def actions(state: WorldState) -> Iterator[object]:
        return (Action(name, lambda _: True, lambda _, after=after: after) for name, after in moves(state))

    return check(Model(init=[begun], actions_fn=actions), max_states=MOST).states_explored, count()


def _moves(world: World) -> tuple[WorldState, Callable[[WorldState], Iterator[tuple[str, WorldState]]], Callable[[], int]]:
    """Return where a world begins, the moves from a state by name, and how many were asked for so far."""
    steps, asked = Steps(Tables(world)), list[int]()

    def moves(state: WorldState) -> Iterator[tuple[str, WorldState]]:
        found = steps.successors(state)
        asked.append(len(found))
        return ((str(move), after) for move, after in found)

    return steps.beginning(), moves, lambda: sum(asked)
