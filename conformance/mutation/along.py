"""The properties of a single host, asked of everything that happens along a trace."""

from collections.abc import Callable, Mapping

from attrs import frozen

from conformance.mutation.corpus import corpus
from conformance.mutation.mutant import broken
from kaspec import node as core
from kaspec.explore import invariants
from kaspec.explore.local import Deadline, Local, Reaction, elapse
from kaspec.explore.tables import Happening
from kaspec.explore.world import Host
from kaspec.node import Node, NodeEvent, NodeState, Transition
from kaspec.trace import run
from kaspec.units import Instant, Interval


@frozen
class Passage:
    """What one host made of an event, as the properties want to see it."""

    host: Host
    before: NodeState
    transition: Transition
    local: Local

    @property
    def happening(self) -> Happening:
        """The same as the checker has it; which event it was does not matter."""
        return Happening(0, Reaction(self.local, Deadline(), self.local, self.transition))


_JUDGES: Mapping[str, Callable[[Passage], bool]] = {
    "S4": lambda passage: invariants.TIMERS.good(passage.host, passage.local),
    "S5": lambda passage: invariants.INSTALLED.good(passage.happening),
    "S6": lambda passage: invariants.FAREWELLS.good(passage.happening),
    "S7": lambda passage: invariants.GROUPS.good(passage.host, passage.local),
    "S10": lambda passage: invariants.REMOVED.good(passage.happening),
    "S11": lambda passage: invariants.PRIORITIES.good(passage.host, passage.local),
    "S12": lambda passage: invariants.tells(passage.host.node, passage.before.states, passage.transition),
    "L5": lambda passage: invariants.TRACKING.good(passage.host, passage.local),
}
"""By the properties' names."""


def look(name: str) -> tuple[bool, tuple[str, ...]]:
    """Run a trace; tell whether it fails, and which properties are violated along it.  All hold along every trace, of the right core."""
    passages: list[Passage] = []
    try:
        with broken({"kaspec.node.node_step": _noting(core.node_step, passages)}):
            failed = not run(corpus()[name]).holds
    except Exception:  # a mutant may raise anything: then the trace has failed
        return True, ()
    return failed, tuple(each for each, judge in _JUDGES.items() if not all(map(judge, passages)))


def _noting(step: Callable[[Node, NodeState, NodeEvent, Instant], Transition], passages: list[Passage]) -> Callable[..., Transition]:
    def noting(node: Node, state: NodeState, event: NodeEvent, now: Instant) -> Transition:
        transition = step(node, state, event, now)
        after = transition.state
        local = elapse(Local("on", after.states, tuple(after.links.values()), tuple(after.findings.items())), Interval(now))
        passages.append(Passage(Host("host", node, ()), state, transition, local))
        return transition

    return noting
