"""What a property says of a graph: it holds, it is violated (with how that comes about), or the search does not tell."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from kaspec.explore.arrays import Numbers, Truths
from kaspec.explore.fairness import Fair, FairRuns
from kaspec.explore.observing import Observer
from kaspec.explore.search import Where
from kaspec.explore.stays import Rounds, rounds, stays
from kaspec.explore.tables import NEVER, Happening
from kaspec.frozen import frozen
from kaspec.units import Interval

Verdict = Literal["holds", "violated", "undetermined"]
FOREVER = Interval(NEVER)
"""Longer than anything takes."""
EVENTUALLY = Interval(NEVER - 1)
"""Any time at all, but not for ever."""


@frozen
class Judgement:
    """A verdict.  ``path`` are the moves that show why, the last ``again`` of them for ever; ``reason`` is for what else there is to say.

    ``worst`` is the longest time found, ``bound`` the longest allowed, where the property is about time.  ``subject`` is the virtual router
    that it is about, if it is about one.
    """

    verdict: Verdict
    path: tuple[int, ...] = ()
    reason: str = ""
    worst: Interval | None = None
    bound: Interval | None = None
    again: int = 0
    subject: int | None = None


VACUOUS = "what it speaks of never came up"
CUT_SHORT = "the search was ended before it was done"


def always(observer: Observer, good: Where, witness: Where) -> Judgement:
    """Every state is good.  ``witness``: some state must be what the property is about, or nothing has been shown."""
    graph = observer.graph
    bad = np.flatnonzero(~graph.truths(good))
    if len(bad):
        return Judgement("violated", graph.path(int(bad[0])))
    return _unless_vacuous(observer, bool(graph.truths(witness).any()))


def never(observer: Observer, bad: Where, witness: Where) -> Judgement:
    """No state is bad."""
    return always(observer, ~observer.graph.truths(bad), witness)


def sometimes(observer: Observer, wanted: Where) -> Judgement:
    """Some state is as wanted; its path shows how."""
    graph = observer.graph
    found = np.flatnonzero(graph.truths(wanted))
    if len(found):
        return Judgement("holds", graph.path(int(found[0])))
    return Judgement("violated") if graph.complete else Judgement("undetermined", reason=CUT_SHORT)


def within(observer: Observer, inside: Where, bound: Interval, since: Where | None = None) -> Judgement:
    """Once nothing goes wrong any more the world stays inside for at most ``bound``; measured from the states ``since``, or from any.

    With ``EVENTUALLY`` it is left in the end.
    """
    graph = observer.graph
    there = graph.truths(inside)
    begins = np.ones_like(there) if since is None else graph.truths(since)
    found = stays(graph, there)
    worst = Interval(int(found.longest[begins].max(initial=0)))
    if worst > bound:
        culprit = int(np.flatnonzero(begins & (found.longest > bound))[0])
        endless = found.longest[culprit] >= NEVER
        run, again = found.longest_run(culprit, NEVER if endless else bound)
        return Judgement("violated", (*graph.path(culprit), *run), "", worst, bound, again)
    judged = _unless_vacuous(observer, bool((begins & there).any()))
    return Judgement(judged.verdict, (), judged.reason, worst, bound)


def leads_to(observer: Observer, cause: Where, effect: Where, bound: Interval = EVENTUALLY, granted: Sequence[Fair] = ()) -> Judgement:
    """Whenever there is the ``cause``, the ``effect`` is there within ``bound`` (or already), once nothing goes wrong any more.

    Without a bound it comes in the end, and what is ``granted`` may be counted on for that.  A cause that never comes up shows nothing.
    """
    graph = observer.graph
    causes, lacking = graph.truths(cause), ~graph.truths(effect)
    told = _unless_vacuous(observer, bool(causes.any()))
    if granted:
        assert bound == EVENTUALLY, "what happens in the end has no bound"
        lasso = FairRuns(graph, lacking, granted).lasso(np.flatnonzero(causes & lacking).tolist())
        if lasso is None:
            return told
        start, run, again = lasso
        return Judgement("violated", (*graph.path(start), *run), again=again)
    judged = within(observer, lacking, bound, causes & lacking)
    if judged.verdict == "violated":
        return judged
    return Judgement(told.verdict, (), told.reason, judged.worst, None if bound == EVENTUALLY else bound)


def in_the_end(observer: Observer, where: Where, good: Where) -> Judgement:
    """Of the states ``where`` calm runs come back to for ever, each is good."""
    found = rounds(observer.graph, where)
    bad = found.first(~observer.graph.truths(good))
    if bad is None:
        return _unless_vacuous(observer, bool(found.left.any()))
    return for_ever(observer, found, bad)


def at_rest(observer: Observer, where: Where, looks: Sequence[Numbers]) -> Judgement:
    """However calm runs within ``where`` go round, none of the looks of the world changes."""
    found = rounds(observer.graph, where)
    changing: Truths = np.zeros(len(found.moves.before), dtype=np.bool_)
    for each in looks:
        changing |= each[found.moves.before] != each[found.moves.after]
    if changing.any():
        differing = (state for state, head in sorted(found.of.items()) if any(each[state] != each[head] for each in looks))
        bad = next(differing, None)
        if bad is not None:
            return for_ever(observer, found, bad)
    return _unless_vacuous(observer, bool(found.left.any()))


def for_ever(observer: Observer, found: Rounds, bad: int) -> Judgement:
    """Show how a state that must not be comes about again and again."""
    graph = observer.graph
    around, again = stays(graph, lambda state: found.of.get(state) == found.of[bad]).longest_run(bad, NEVER)
    return Judgement("violated", (*graph.path(bad), *around), again=again)


def in_every_reaction(observer: Observer, good: Callable[[Happening], bool], witness: Callable[[Happening], bool]) -> Judgement:
    """Whatever any host made of any event was good; the path leads to where one that was not happened first."""
    graph, tables = observer.graph, observer.graph.tables
    bad = {key for key, happening in tables.happenings.items() if not good(happening)}
    if not bad:
        return _unless_vacuous(observer, any(map(witness, tables.happenings.values())))
    after = {(host, tables.results[host, local, event].after) for host, local, event in bad}
    for state in range(1, len(graph.states)):
        world, before = graph.states[state], graph.states[graph.parents[state]]
        for host, local in after:
            if world[1 + host] == local and any(key[:2] == (host, before[1 + host]) for key in bad):
                return Judgement("violated", graph.path(state))
    return Judgement("violated", reason="in a state that many moves lead to")


def _unless_vacuous(observer: Observer, witnessed: bool) -> Judgement:
    if not observer.graph.complete:
        return Judgement("undetermined", reason=CUT_SHORT)
    return Judgement("holds") if witnessed else Judgement("undetermined", reason=VACUOUS)
