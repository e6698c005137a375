"""A search in TLA+: the same matrices as sequences, and one action for each kind of move.

A state of TLC is a state of the search.  ``Known`` is to be checked as an invariant: nothing is done that the search never did.
"""

from collections.abc import Iterator
from textwrap import wrap

from kaspec.explore.export.matrices import AGES, UNKNOWN, Rules
from kaspec.explore.world import DUPLICATION, LOSS, REORDERING

WIDTH = 120


def tla(rules: Rules, name: str = "Kaspec") -> Iterator[str]:
    """Return the lines of a module."""
    steps, first, ways = rules.steps, rules.graph.states[0], rules.steps.tables.ways.values
    hosts = steps.hosts
    yield f"---- MODULE {name} ----"
    yield "\\* What some virtual routers can do together, as kaspec found it."
    yield f"\\* TLC must find {len(rules.graph.states)} distinct states.  A unit of time is {rules.unit} us."
    yield "EXTENDS Integers, Sequences"
    yield "VARIABLES c, h, w  \\* what may still go wrong; the hosts; what is on its way from one to another"
    yield "vars == <<c, h, w>>"
    for each, matrix in rules.matrices.items():
        yield f"\\* {matrix.about}"
        lines = wrap(_nested(matrix.shape, matrix.cells), WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
        yield from (f"{_called(each)} ==", *lines)
    yield f"Hosts == 0..{hosts - 1}"
    yield f"Ways == 0..{len(ways) - 1}"
    yield f"Sender == {_nested((len(ways),), tuple(way.sender for way in ways))}"
    yield f"Receiver == {_nested((len(ways),), tuple(way.receiver for way in ways))}"
    yield from _operators(rules)
    yield from _actions(rules)
    yield f"Init == c = {first[0]} /\\ h = {_function(first[1 : 1 + hosts])} /\\ w = {_function(first[1 + hosts :])}"
    yield "Spec == Init /\\ [][Next]_vars"
    yield f"Known == c < {UNKNOWN} /\\ (\\A i \\in Hosts : h[i] < {UNKNOWN}) /\\ (\\A j \\in Ways : w[j] < {UNKNOWN})"
    yield "===="


def _called(name: str) -> str:
    return "T_" + name


def _nested(shape: tuple[int, ...], cells: tuple[int, ...]) -> str:
    """Return a matrix as sequences of sequences."""
    if len(shape) <= 1:
        return f"<<{', '.join(map(str, cells))}>>"
    size = len(cells) // shape[0] if shape[0] else 0
    return f"<<{', '.join(_nested(shape[1:], cells[row * size : (row + 1) * size]) for row in range(shape[0]))}>>"


def _function(numbers: tuple[int, ...]) -> str:
    """Return a function from 0."""
    return f"[i \\in 0..{len(numbers) - 1} |-> <<{', '.join(map(str, numbers))}>>[i + 1]]"


def _operators(rules: Rules) -> Iterator[str]:
    cached = "announces" in rules.matrices
    yield "At(row, i) == row[i + 1]"
    yield "Put(b, q) == IF b = 0 THEN q ELSE At(At(T_push, b), q)"
    yield "Announced(i, e, k) == LET a == At(At(At(T_announces, i), e), h[i]) IN IF a = 0 THEN k ELSE At(At(At(T_cached, a), i), k)" \
        if cached else "Announced(i, e, k) == k"  # fmt: skip
    yield "\\* Host i takes event e; k are the conditions and q the ways, as far as the move has changed them already."
    yield "Take(i, e, k, q) =="
    yield "  /\\ h' = [h EXCEPT ![i] = At(At(At(T_after, i), e), h[i])]"
    yield "  /\\ w' = [j \\in Ways |-> IF At(Sender, j) = i /\\ At(At(T_cut, j), k) = 0"
    yield "                         THEN Put(At(At(At(T_sends, j), e), h[i]), q[j]) ELSE q[j]]"
    yield "  /\\ c' = Announced(i, e, k)"
    yield f"Ready == At(T_starting, c) >= {rules.steps.hosts}"
    yield "Until(i) == At(T_due, h[i])"
    yield f"Latest(j) == IF At(T_paused, h[At(Receiver, j)]) = 1 THEN {AGES} ELSE At(T_latest, w[j])"
    yield "Times == {Until(i) : i \\in Hosts} \\union {Latest(j) : j \\in Ways}"
    if rules.steps.world.grid is not None:
        yield f"Early == {{{rules.steps.world.grid // rules.unit}}}"
        return
    leads = [
        (lead // rules.unit, f"At(T_begins, h[{host}]) = 1")
        for host in range(rules.steps.hosts)
        for lead in rules.steps.leads[host]
        if lead
    ]
    anything = "At(T_unquiet, c) = 1 \\/ (\\E j \\in Ways : w[j] # 0) \\/ (\\E i \\in Hosts : At(T_begins, h[i]) = 1)"
    if rules.steps.world.delay:
        leads.append((rules.steps.world.delay // rules.unit, anything))
    yield "Leads == " + (" \\union ".join(f"(IF {applies} THEN {{{lead}}} ELSE {{}})" for lead, applies in leads) or "{}")
    yield f"Early == {{Until(x[1]) - x[2] : x \\in {{y \\in Hosts \\X Leads : Until(y[1]) < {AGES} /\\ Until(y[1]) > y[2]}}}}"


def _actions(rules: Rules) -> Iterator[str]:
    actions = dict(_at_hosts(rules))
    yield "Arriving(j, p) == Ready /\\ At(T_waiting, w[j]) > p /\\ At(T_paused, h[At(Receiver, j)]) = 0"
    yield "Popped(j, p) == [w EXCEPT ![j] = At(At(T_pop, p), w[j])]"
    yield "Heard(j, p) == At(At(At(T_hears, j), p), w[j])"
    actions |= dict(_on_ways(rules))
    if rules.cuts:
        after = "At(At(T_cutting, k), c)"
        actions["Cuts"] = f"\\E k \\in 0..{len(rules.cuts) - 1} : Ready /\\ {after} # {UNKNOWN} /\\ c' = {after} /\\ h' = h /\\ w' = w"
    yield f"Moments == {{i \\in 0..{len(rules.matrices['interval'].cells) - 1} : "
    yield "  At(T_interval, i) \\in Times \\union Early /\\ \\A t \\in Times \\union Early : At(T_interval, i) <= t}"
    passes = "c' = c /\\ h' = [i \\in Hosts |-> At(At(T_elapse, k), h[i])] /\\ w' = [j \\in Ways |-> At(At(T_age, k), w[j])]"
    actions["Passes"] = f"Ready /\\ 0 \\notin Times /\\ (\\E t \\in Times : t < {AGES}) /\\ \\E k \\in Moments : {passes}"
    yield from (f"{name} == {body}" for name, body in actions.items())
    yield "Next == " + " \\/ ".join(actions)


def _at_hosts(rules: Rules) -> Iterator[tuple[str, str]]:
    for host in range(rules.steps.hosts):
        event = next(each.event for each in rules.happens if each.host == host and each.concerns == "startable")
        yield f"Begin_{host}", f"At(T_starting, c) = {host} /\\ Take({host}, {event}, At(T_started, c), w)"
    for number, each in enumerate(rules.happens):
        conditions = "c" if each.fault is None else f"At(At(T_spent, {each.fault}), c)"
        may = "" if each.fault is None else f"/\\ At(At(T_budget, {each.fault}), c) > 0 "
        here = f"Ready /\\ At(T_{each.concerns}, h[{each.host}]) = 1"
        yield f"Happens_{number}", f"{here} {may}/\\ Take({each.host}, {each.event}, {conditions}, w)"


def _on_ways(rules: Rules) -> Iterator[tuple[str, str]]:
    faults = rules.steps.world.faults
    yield "Delivers", "\\E j \\in Ways : Arriving(j, 0) /\\ Take(At(Receiver, j), Heard(j, 0), c, Popped(j, 0))"
    may, spent = "At(At(T_budget, {0}), c) > 0", "At(At(T_spent, {0}), c)"
    if faults.loss:
        lost = f"w' = Popped(j, 0) /\\ c' = {spent.format(LOSS)} /\\ h' = h"
        yield "Loses", f"\\E j \\in Ways : Arriving(j, 0) /\\ {may.format(LOSS)} /\\ {lost}"
    if faults.duplication:
        take = f"Take(At(Receiver, j), Heard(j, 0), {spent.format(DUPLICATION)}, w)"
        yield "Doubles", f"\\E j \\in Ways : Arriving(j, 0) /\\ {may.format(DUPLICATION)} /\\ {take}"
    if faults.reordering and rules.places > 1:
        take = f"Take(At(Receiver, j), Heard(j, p), {spent.format(REORDERING)}, Popped(j, p))"
        where = f"\\E j \\in Ways, p \\in 1..{rules.places - 1} : Arriving(j, p)"
        yield "Overtakes", f"{where} /\\ {may.format(REORDERING)} /\\ {take}"
