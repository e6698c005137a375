"""A search as it is, state by state: Aldebaran's ``.aut``, which CADP and mCRL2 read, and Graphviz's dot."""

from collections.abc import Iterator

from kaspec.explore.moves import Cuts, Delivers, Doubles, Heals, LinkFlips, Loses, LosesAddress, Move, Overtakes, Passes, TrackedFlips
from kaspec.explore.observing import Observer, hosts_of
from kaspec.explore.search import Graph
from kaspec.units import in_seconds

COLOURS = ("#f4f4f4", "#cfe8cf", "#f4c7c3")
"""By how many Masters the first virtual router has: none, one, more."""


def aldebaran(graph: Graph) -> Iterator[str]:
    """Return the lines: the number of the first state, of moves and of states; then every move with what it is called."""
    yield f"des (0, {graph.transitions}, {len(graph.states)})"
    names = _names(graph)
    for state in range(len(graph.states)):
        yield from (f'({state}, "{names[move]}", {target})' for move, target in graph.edges(state))


def dot(graph: Graph) -> Iterator[str]:
    """Return the lines: each state says who is Master; what goes wrong or is mended is dashed."""
    observer, names, hosts = Observer(graph), _names(graph), [host.name for host in graph.world.hosts]
    yield "digraph kaspec {"
    yield '  node [shape=box style="rounded,filled" fontname="sans-serif"]; edge [fontname="sans-serif" fontsize=10];'
    for state in range(len(graph.states)):
        masters = [hosts_of(bits) for bits in observer.seen(state).masters]
        told = "; ".join(" and ".join(hosts[host] for host in each) or "nobody" for each in masters)
        yield f'  {state} [label="{state}: {told}" fillcolor="{COLOURS[min(len(masters[0]) if masters else 0, 2)]}"];'
        for move, target in graph.edges(state):
            yield f'  {state} -> {target} [label="{names[move]}"{"" if graph.tables.calm[move] else " style=dashed"}];'
    yield "}"


def _names(graph: Graph) -> list[str]:
    hosts = [host.name for host in graph.world.hosts]
    return [_name(move, hosts).replace("\\", "\\\\").replace('"', "'") for move in graph.tables.moves.values]


def _name(move: Move, hosts: list[str]) -> str:
    """Call a move by its kind and by what it is about."""
    kind = type(move).__name__.lower()
    match move:
        case Passes(interval):
            return f"{kind} {in_seconds(interval)}"
        case Delivers(way) | Loses(way) | Doubles(way):
            return f"{kind} {hosts[way.sender]} {hosts[way.receiver]} {way.wire}"
        case Overtakes(way, others):
            return f"{kind} {hosts[way.sender]} {hosts[way.receiver]} {way.wire} {others}"
        case Cuts(sender, receiver, both):
            return f"{kind} {hosts[sender]} {hosts[receiver]}{'' if both else ' one-way'}"
        case Heals(one, other):
            return f"{kind} {hosts[one]} {hosts[other]}"
        case LinkFlips(host, interface, up):
            return f"{kind} {hosts[host]} {interface} {'up' if up else 'down'}"
        case TrackedFlips(host, tracker, good):
            return f"{kind} {hosts[host]} {' '.join(map(str, tracker))} {'good' if good else 'bad'}"
        case LosesAddress(host, address):
            return f"{kind} {hosts[host]} {address}"
        case _:
            return f"{kind} {hosts[move.host]}"
