"""What a property says of a graph: it holds, it is violated (with how that comes about), or the search does not tell."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from attrs import frozen

from kaspec.explore.fairness import Fair, FairRuns
from kaspec.explore.observing import Observer
from kaspec.explore.stays import Inside, components, stays
from kaspec.explore.tables import NEVER, Happening
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


Good = Callable[[int], bool]
VACUOUS = "what it speaks of never came up"
CUT_SHORT = "the search was ended before it was done"


def always(observer: Observer, good: Good, witness: Good) -> Judgement:
    """Every state is good.  ``witness``: some state must be what the property is about, or nothing has been shown."""
    graph = observer.graph
    bad = next((state for state in range(len(graph.states)) if not good(state)), None)
    if bad is not None:
        return Judgement("violated", graph.path(bad))
    return _unless_vacuous(observer, any(map(witness, range(len(graph.states)))))


def never(observer: Observer, bad: Good, witness: Good) -> Judgement:
    """No state is bad."""
    return always(observer, lambda state: not bad(state), witness)


def sometimes(observer: Observer, wanted: Good) -> Judgement:
    """Some state is as wanted; its path shows how."""
    graph = observer.graph
    found = next((state for state in range(len(graph.states)) if wanted(state)), None)
    if found is not None:
        return Judgement("holds", graph.path(found))
    return Judgement("violated") if graph.complete else Judgement("undetermined", reason=CUT_SHORT)


def within(observer: Observer, inside: Inside, bound: Interval, since: Iterable[int] | None = None) -> Judgement:
    """Once nothing goes wrong any more the world stays inside for at most ``bound``; measured from the states ``since``, or from any.

    With ``EVENTUALLY`` it is left in the end.
    """
    graph = observer.graph
    found = stays(graph, inside)
    begins = range(len(graph.states)) if since is None else sorted(since)
    worst = Interval(max((found.longest[state] for state in begins), default=0))
    culprit = next((state for state in begins if found.longest[state] > bound), None)
    if culprit is not None:
        endless = found.longest[culprit] >= NEVER
        run, again = found.longest_run(culprit, NEVER if endless else bound)
        return Judgement("violated", (*graph.path(culprit), *run), "", worst, bound, again)
    judged = _unless_vacuous(observer, any(map(inside, begins)))
    return Judgement(judged.verdict, (), judged.reason, worst, bound)


def leads_to(observer: Observer, cause: Good, effect: Good, bound: Interval = EVENTUALLY, granted: Sequence[Fair] = ()) -> Judgement:
    """Whenever there is the ``cause``, the ``effect`` is there within ``bound`` (or already), once nothing goes wrong any more.

    Without a bound it comes in the end, and what is ``granted`` may be counted on for that.  A cause that never comes up shows nothing.
    """
    graph = observer.graph
    causes = [state for state in range(len(graph.states)) if cause(state)]
    waiting = [state for state in causes if not effect(state)]
    if granted:
        assert bound == EVENTUALLY, "what happens in the end has no bound"
        lasso = FairRuns(graph, lambda state: not effect(state), granted).lasso(waiting)
        if lasso is None:
            return _unless_vacuous(observer, bool(causes))
        start, run, again = lasso
        return Judgement("violated", (*graph.path(start), *run), again=again)
    judged = within(observer, lambda state: not effect(state), bound, waiting)
    if judged.verdict == "violated":
        return judged
    told = _unless_vacuous(observer, bool(causes))
    return Judgement(told.verdict, (), told.reason, judged.worst, None if bound == EVENTUALLY else bound)


def in_the_end(observer: Observer, where: Inside, good: Good) -> Judgement:
    """Of the states ``where`` calm runs come back to for ever, each is good."""
    graph = observer.graph
    found = components(graph, where)
    recurrent = list(found.recurrent())
    bad = min((state for state in recurrent if not good(state)), default=None)
    if bad is None:
        return _unless_vacuous(observer, bool(recurrent))
    around, again = stays(graph, lambda state: found.of[state] == found.of[bad]).longest_run(bad, NEVER)
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
