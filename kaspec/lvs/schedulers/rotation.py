"""rr and wrr: the servers take turns (``ip_vs_rr.c``, ``ip_vs_wrr.c``)."""

from functools import reduce
from math import gcd

from kaspec.frozen import evolve, frozen
from kaspec.lvs.schedulers.server import Key, Server, Servers


@frozen
class RoundRobin:
    """rr: ``last`` had the last turn; ``None`` is before the first."""

    last: Key | None = None


def next_in_turn(state: RoundRobin, servers: Servers) -> tuple[RoundRobin, Server | None]:
    """Choose the next available server after the last one, around the list; the last one itself comes last."""
    start = _place(servers, state.last) + 1
    chosen = next((server for server in servers[start:] + servers[:start] if server.available), None)
    return (state, None) if chosen is None else (RoundRobin(chosen.key), chosen)


def without_removed(state: RoundRobin, before: Servers, after: Servers) -> RoundRobin:
    """Step back to its predecessor if the server that had the last turn is gone."""
    if state.last is None or _place(after, state.last) >= 0:
        return state
    place = _place(before, state.last)
    return RoundRobin(before[place - 1].key if place > 0 else None)


@frozen
class WeightedRoundRobin:
    """wrr: passes over the list, each for the servers whose weight is at least ``required``, which falls by ``step`` from ``highest`` to 1.

    ``last`` had the last turn; ``None`` is before the first.  ``step`` is the greatest common divisor of the positive weights, and
    ``highest`` the greatest weight less ``step - 1`` (0: nobody has a weight).
    """

    last: Key | None = None
    required: int = 0
    highest: int = 0
    step: int = 1


def weighted(servers: Servers) -> WeightedRoundRobin:
    """Return the state of a scheduler that has just been given these servers."""
    step, highest = _step_and_highest(servers)
    return WeightedRoundRobin(None, highest, highest, step)


def weighted_again(state: WeightedRoundRobin, servers: Servers) -> WeightedRoundRobin:
    """Return the state after any change of the servers: it begins with the first again, in the middle of its passes."""
    step, highest = _step_and_highest(servers)
    required = state.required
    if required > highest or required == 0:
        required = highest
    elif step > 1:
        required = required // step * step + 1
    return WeightedRoundRobin(None, required, highest, step)


def next_by_weight(state: WeightedRoundRobin, servers: Servers) -> tuple[WeightedRoundRobin, Server | None]:
    """Choose the next available server whose weight is as required; at the end of the list, require less."""
    if state.highest == 0:
        return state, None
    place, began = _place(servers, state.last) + 1, _place(servers, state.last)
    required, restarted, stop = state.required, False, None
    last_pass = False
    while True:
        for server in servers[place:]:
            if not server.overloaded and server.weight >= required:
                return evolve(state, last=server.key, required=required), server
            if server is stop:
                return evolve(state, last=server.key, required=required), None
        required -= state.step
        if required <= 0:
            required = state.highest
            if last_pass or began < 0:
                return evolve(state, last=None, required=required), None
            restarted = True
        last_pass = required <= state.step
        if last_pass and restarted and began >= 0:
            stop = servers[began]
        place = 0


def _step_and_highest(servers: Servers) -> tuple[int, int]:
    weights = [server.weight for server in servers if server.weight > 0]
    step = reduce(gcd, weights, 0) or 1
    return step, max(weights, default=0) - (step - 1)


def _place(servers: Servers, key: Key | None) -> int:
    """Return where the server is, -1 for one that is not there."""
    return next((place for place, server in enumerate(servers) if server.key == key), -1)
