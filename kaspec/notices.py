"""What there is to tell of what a node did; whom, and in which words, is for ``kaspec.notification``."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from kaspec.groups import GroupOutcome
from kaspec.node import NodeState, Outcome, Transition
from kaspec.notification import Notice, StateWord, Subject, Word
from kaspec.report.log import faults_line
from kaspec.rules import RULES
from kaspec.vrrp.effects import Notify, NotifyLowerPriority
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master


def notices(transition: Transition) -> tuple[Notice, ...]:
    """Return what there is to tell of a transition, in its order; of most there is nothing."""
    if not any(map(_is_telling, transition.outcomes)):
        return ()
    starting = {outcome.router.name for outcome in transition.outcomes if isinstance(outcome, Outcome) and outcome.place is not None}
    return tuple(notice for outcome in transition.outcomes for notice in _of(outcome, starting))


def _is_telling(outcome: Outcome | GroupOutcome) -> bool:
    if isinstance(outcome, GroupOutcome) or outcome.before.standing.priority != outcome.step.state.standing.priority:
        return True
    return any(isinstance(effect, Notify | NotifyLowerPriority) for effect in outcome.step.effects)


def states_again(routers: Iterable[VirtualRouter], state: NodeState) -> tuple[Notice, ...]:
    """Return the states to write to FIFOs after a reload (``fifo_write_vrrp_states_on_reload``)."""
    words: dict[type, StateWord] = {Master: "MASTER", Backup: "BACKUP", Fault: "FAULT"}
    return tuple(
        Notice(("INSTANCE", router.name), words[type(each)], each.standing.priority, "the configuration was reloaded", again=True)
        for router, each in zip(routers, state.states, strict=True)
        if not isinstance(each, Initialize)
    )


def _of(outcome: Outcome | GroupOutcome, starting: set[str]) -> Iterator[Notice]:
    match outcome:
        case Outcome():
            yield from _of_instance(outcome, starting)
        case GroupOutcome(name, word):
            yield Notice(("GROUP", name), word, 0, RULES[outcome.rule].statement)
        case _:
            assert_never(outcome)


def _of_instance(outcome: Outcome, starting: set[str]) -> Iterator[Notice]:
    subject: Subject = ("INSTANCE", outcome.router.name)
    before, state = outcome.before, outcome.step.state
    reason = faults_line(state) if isinstance(state, Fault) else RULES[outcome.step.rule].statement
    for effect in outcome.step.effects:
        if isinstance(effect, Notify) and not (outcome.place is None and outcome.router.name in starting):
            word: Word = "DELETED" if outcome.place is None else effect.state
            yield Notice(subject, word, state.standing.priority, reason)
        if isinstance(effect, NotifyLowerPriority):
            yield Notice(subject, "MASTER_RX_LOWER_PRI", state.standing.priority, reason)
    if type(before) is type(state) and isinstance(state, Master | Backup) and before.standing.priority != state.standing.priority:
        yield Notice(subject, "MASTER_PRIORITY" if isinstance(state, Master) else "BACKUP_PRIORITY", state.standing.priority, reason)
