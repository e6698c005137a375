"""A search in Promela: SPIN follows the same matrices in its own way, and must find as many states and moves.

::

    spin -a model.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m1000000

Its transitions are one more than the moves: SPIN counts how the run begins.
"""

from collections.abc import Iterator
from textwrap import wrap

from kaspec.explore.export.matrices import AGES, UNKNOWN, Happens, Rules
from kaspec.explore.world import DUPLICATION, LOSS, REORDERING

WIDTH = 120
BYTE = 256
ROW_BY_ROW = {"after", "sends", "announces", "pop", "hears", "budget", "spent", "cut", "cutting", "elapse", "age"}


def promela(rules: Rules) -> Iterator[str]:
    """Return the lines of a model."""
    steps, ways = rules.steps, range(len(rules.steps.tables.ways.values))
    yield "/* What some virtual routers can do together, as kaspec found it: SPIN must find as many states and transitions,"
    yield f"   {len(rules.graph.states)} and {rules.graph.transitions} (it counts one more, which begins the run)."
    yield f"   c is what may still go wrong, h are the hosts, w what is on its way between them.  A unit of time is {rules.unit} us. */"
    yield from _matrices(rules)
    yield from _state(rules)
    yield "hidden int was, next, what, least, k;"
    yield f"#define KNOWN(number) assert(number != {UNKNOWN})"
    for host in range(steps.hosts):
        yield from _take(rules, host)
    yield from _waiting(rules)
    yield "active proctype world() {"
    yield "end: do"
    for host in range(steps.hosts):
        yield f"  :: d_step {{ starting[c] == {host} -> c = started[c]; take_{host}({_start(rules, host)}) }}"
    yield from (f"  :: d_step {{ READY && {_option(rules, each)} }}" for each in rules.happens)
    yield from (f"  :: d_step {{ READY && {arrival} }}" for way in ways for arrival in _arrivals(rules, way))
    for number in range(len(rules.cuts)):
        after = _at(rules, "cutting", number, "c")
        yield f"  :: d_step {{ READY && {after} != {UNKNOWN} -> c = {after} }}"
    yield "  :: d_step { READY && !MUST && CAN -> wait() }"
    yield "  od"
    yield "}"


def _matrices(rules: Rules) -> Iterator[str]:
    """Write the matrices as arrays, row by row where a row is known when it is asked for: SPIN reads no array that is too long."""
    for name, matrix in rules.matrices.items():
        rows = matrix.shape[0] if name in ROW_BY_ROW else 1
        size = len(matrix.cells) // rows if rows else 0
        yield f"/* {matrix.about} */"
        for row in range(rows if size else 0):
            cells = matrix.cells[row * size : (row + 1) * size]
            yield f"hidden int {name}{f'_{row}' if name in ROW_BY_ROW else ''}[{size}] = {{"
            yield from wrap(", ".join(map(str, cells)), WIDTH, initial_indent="  ", subsequent_indent="  ")
            yield "}"


def _at(rules: Rules, name: str, *indices: int | str) -> str:
    """Return a cell: Promela's arrays have one index."""
    shape = rules.matrices[name].shape
    if name in ROW_BY_ROW:
        name, shape, indices = f"{name}_{indices[0]}", shape[1:], indices[1:]
    known, words, stride = 0, list[str](), 1
    for size, index in reversed(list(zip(shape, indices, strict=True))):
        if isinstance(index, int):
            known += index * stride
        else:
            words.append(index if stride == 1 else f"{index}*{stride}")
        stride *= size
    return f"{name}[{' + '.join(([str(known)] if known or not words else []) + words)}]"


def _state(rules: Rules) -> Iterator[str]:
    tables, first, hosts = rules.steps.tables, rules.graph.states[0], rules.steps.hosts
    sizes = len(tables.conditions.values), len(tables.locals.values), len(tables.queues.values)
    kinds = ["byte" if size <= BYTE else "short" for size in sizes]
    yield f"{kinds[0]} c = {first[0]};"
    yield f"{kinds[1]} h[{hosts}] = {{ {', '.join(map(str, first[1 : 1 + hosts]))} }};"
    yield f"{kinds[2]} w[{max(len(first) - 1 - hosts, 1)}] = {{ {', '.join(map(str, first[1 + hosts :] or (0,)))} }};"


def _start(rules: Rules, host: int) -> int:
    return next(each.event for each in rules.happens if each.host == host and each.concerns == "startable")


def _take(rules: Rules, host: int) -> Iterator[str]:
    """A host takes an event, and puts on its ways what it sends."""
    yield f"inline take_{host}(event) {{"
    yield f"  was = h[{host}]; next = {_at(rules, 'after', host, '(event)', 'was')}; KNOWN(next); h[{host}] = next;"
    for number, way in enumerate(rules.steps.tables.ways.values):
        if way.sender == host:
            queue = _at(rules, "push", "what", f"w[{number}]")
            yield f"  what = {_at(rules, 'sends', number, '(event)', 'was')};"
            yield f"  if :: what && !{_at(rules, 'cut', number, 'c')} ->"
            yield f"       next = {queue}; KNOWN(next); w[{number}] = next :: else -> skip fi;"
    if "announces" in rules.matrices:
        yield f"  what = {_at(rules, 'announces', host, '(event)', 'was')};"
        yield f"  if :: what -> next = {_at(rules, 'cached', 'what', host, 'c')}; KNOWN(next); c = next :: else -> skip fi;"
    yield "  was = 0; what = 0; next = 0"
    yield "}"


def _spending(rules: Rules, fault: int | None) -> tuple[str, str]:
    """Return where a fault may happen, and how it is counted."""
    if fault is None:
        return "", ""
    return f" && {_at(rules, 'budget', fault, 'c')}", f"next = {_at(rules, 'spent', fault, 'c')}; KNOWN(next); c = next; "


def _option(rules: Rules, each: Happens) -> str:
    may, spend = _spending(rules, each.fault)
    return f"{_at(rules, each.concerns, f'h[{each.host}]')}{may} -> {spend}take_{each.host}({each.event})"


def _arrivals(rules: Rules, way: int) -> Iterator[str]:
    faults, receiver = rules.steps.world.faults, rules.steps.tables.ways.values[way].receiver
    here = f"waiting[w[{way}]] > {{}} && !paused[h[{receiver}]]"
    hear = f"k = {{}}; KNOWN(k); {{}}take_{receiver}(k); k = 0"
    pop = f"next = {{}}; KNOWN(next); w[{way}] = next; "
    popped, heard = pop.format(_at(rules, "pop", 0, f"w[{way}]")), _at(rules, "hears", way, 0, f"w[{way}]")
    yield f"{here.format(0)} -> {hear.format(heard, popped)}"
    if faults.loss:
        may, spend = _spending(rules, LOSS)
        yield f"{here.format(0)}{may} -> {spend}{popped}next = 0"
    if faults.duplication:
        may, spend = _spending(rules, DUPLICATION)
        yield f"{here.format(0)}{may} -> {spend}{hear.format(heard, '')}"
    for place in range(1, rules.places if faults.reordering else 1):
        may, spend = _spending(rules, REORDERING)
        popped = pop.format(_at(rules, "pop", place, f"w[{way}]"))
        yield f"{here.format(place)}{may} -> {spend}{hear.format(_at(rules, 'hears', way, place, f'w[{way}]'), popped)}"


def _waiting(rules: Rules) -> Iterator[str]:
    """Time passes: until something must happen, or may be done that just meets a deadline."""
    steps, hosts, ways = rules.steps, range(rules.steps.hosts), rules.steps.tables.ways.values
    arrivals = [(f"latest[w[{number}]]", f"!paused[h[{way.receiver}]]") for number, way in enumerate(ways)]
    times = [*((f"due[h[{host}]]", "1") for host in hosts), *arrivals]
    yield f"#define READY (starting[c] >= {steps.hosts})"
    yield "#define MUST (" + " || ".join(f"({at} == 0 && {counts})" for at, counts in times) + ")"
    yield "#define CAN (" + " || ".join(f"({at} < {AGES} && {counts})" for at, counts in times) + ")"
    yield "inline until(at) { if :: (at) < least -> least = (at) :: else -> skip fi }"
    yield "#define NEVER " + str(AGES)
    yield "inline before(at, lead) { if :: (at) < NEVER && (at) > lead -> until((at) - lead) :: else -> skip fi }"
    yield "inline wait() {"
    yield f"  least = {AGES if steps.world.grid is None else steps.world.grid // rules.unit};"
    yield from (f"  if :: {counts} -> until({at}) :: else -> skip fi;" for at, counts in times)
    if steps.world.grid is None:
        yield from _leading(rules)
    yield "  if"
    for row, interval in enumerate(rules.matrices["interval"].cells):
        later = [*((f"h[{host}]", _at(rules, "elapse", row, f"h[{host}]")) for host in hosts),
                 *((f"w[{way}]", _at(rules, "age", row, f"w[{way}]")) for way in range(len(ways)))]  # fmt: skip
        yield f"  :: least == {interval} -> " + "; ".join(f"next = {value}; KNOWN(next); {place} = next" for place, value in later)
    yield "  fi;"
    yield "  next = 0; least = 0"
    yield "}"


def _leading(rules: Rules) -> Iterator[str]:
    """How long before each deadline something may be done that meets it."""
    steps, hosts = rules.steps, range(rules.steps.hosts)
    leads = [(lead // rules.unit, f"begins[h[{host}]]") for host in hosts for lead in steps.leads[host] if lead]
    if steps.world.delay:
        ways = range(len(steps.tables.ways.values))
        anything = ["unquiet[c]", *(f"w[{way}]" for way in ways), *(f"begins[h[{host}]]" for host in hosts)]
        leads.append((steps.world.delay // rules.unit, " || ".join(anything)))
    for lead, applies in leads:
        yield f"  if :: {applies} -> " + "; ".join(f"before(due[h[{host}]], {lead})" for host in hosts) + " :: else -> skip fi;"
