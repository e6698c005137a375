"""Where the core names a rule, and how a hook comes between: it is shown what is right and every generic way of getting it wrong."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from attrs import evolve

from conformance.mutation.kinds import for_ours, wrong_outcomes, wrong_steps, wrong_verdicts
from conformance.mutation.mutant import Mutant
from kaspec.groups import GroupOutcome, outcome_of
from kaspec.node import Node, NodeState, Transition, give, take_datagram
from kaspec.rules import Rule
from kaspec.units import Instant
from kaspec.vrrp.events import Event
from kaspec.vrrp.machine import Step, step
from kaspec.vrrp.reception import Verdict, admit, receive
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import State
from kaspec.wire.ip import Packet

T = TypeVar("T")


class Hook(Protocol):
    """Says what takes the place of what is right."""

    def __call__(self, rule: Rule, right: T, wrongs: Iterable[tuple[str, T]]) -> T:
        """Return ``right`` or one of ``wrongs``, which have names."""
        ...


def hooked(hook: Hook) -> Mutant:
    """Return the core with a hook wherever a rule of VRRP is taken."""

    def stepping(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
        right = step(router, state, event, now)
        return hook(right.rule, right, wrong_steps(router, state, right, now))

    def judging(router: VirtualRouter, packet: Packet, right: Verdict) -> Verdict:
        for rule, name, wrong in wrong_verdicts(router, packet, right):
            if hook(rule, right, ((name, wrong),)) is wrong:
                return wrong
        return right

    def admitting(router: VirtualRouter, packet: Packet, *known: Any) -> tuple[Verdict, Any]:
        right, kept = admit(router, packet, *known)
        return judging(router, packet, right), kept

    def taking(node: Node, state: NodeState, interface: str, datagram: bytes, now: Instant) -> Transition:
        right = take_datagram(node, state, interface, datagram, now)
        if right.unclaimed is None or not node.routers:
            return right
        wrong = give(node, state, [(0, for_ours(node.routers[0]))], now)
        return hook(right.unclaimed.rule, right, (("taken for ours", evolve(wrong, unclaimed=right.unclaimed)),))

    def grouping(*arguments: Any) -> GroupOutcome | None:
        right = outcome_of(*arguments)
        return right and hook(right.rule, right, wrong_outcomes(right))

    return {
        **dict.fromkeys(("kaspec.node.step", "kaspec.settling.step", "kaspec.reconfiguration.step"), stepping),
        "kaspec.node.receive": lambda router, packet: judging(router, packet, receive(router, packet)),
        "kaspec.node.admit": admitting,
        "kaspec.node.take_datagram": taking,
        "kaspec.settling.outcome_of": grouping,
    }


def noting(met: dict[tuple[Rule, str], None]) -> Hook:
    """Return a hook that changes nothing and notes what could be got wrong; with an empty name, every rule taken."""

    def hook(rule: Rule, right: T, wrongs: Iterable[tuple[str, T]]) -> T:
        met[rule, ""] = None
        met.update(dict.fromkeys((rule, name) for name, _ in wrongs))
        return right

    return hook


def breaking(broken: Rule, how: str) -> Hook:
    """Return a hook that gets one rule wrong in one way, wherever that is another thing than what is right."""

    def hook(rule: Rule, right: T, wrongs: Iterable[tuple[str, T]]) -> T:
        return next((wrong for name, wrong in wrongs if name == how), right) if rule == broken else right

    return hook
