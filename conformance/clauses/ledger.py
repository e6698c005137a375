"""Clauses with what shows them: from the traces, which name their clauses, from tests, and from the record of mutations."""

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

import conformance.traces
from conformance.clauses.clause import Clause, Evidence
from conformance.clauses.reading import read
from kaspec.trace import Trace, parse

LEDGER = read()
CLAUSES = tuple(clause for clause in LEDGER if clause.is_required)
"""Those that are more than recommendations."""
ROOT = Path(__file__).parents[2]
CORPUS = Path(conformance.traces.__file__).parent
MUTATIONS = ROOT / "conformance" / "mutation" / "recorded.json"
"""By clause, polarity and trace: which mutation was seen to make the trace fail."""
Proofs = Mapping[str, Mapping[str, Mapping[str, str | None]]]


@frozen
class Entry:
    """A clause and all that shows it.

    ``proofs`` has by trace the mutation that it was seen to fail under, if there is one; it is ``None`` where there is no record of that.
    """

    clause: Clause
    traces: Evidence
    proofs: Mapping[str, str | None] | None = None

    @property
    def shown(self) -> Evidence:
        """Traces and tests together."""
        return self.traces + self.clause.tests

    @property
    def is_bound(self) -> bool:
        """Whether it is shown in both polarities."""
        return bool(self.shown.holds and self.shown.violated)

    def problems(self, root: Path | None) -> Iterator[str]:
        """Return what is wrong, in sentences; tests are looked up below ``root`` if that is given."""
        name, shown, beyond = self.clause.identifier, self.shown, self.clause.beyond
        if beyond and (shown.holds or shown.violated):
            yield f"{name} has an exception, and is shown after all: {', '.join((*shown.holds, *shown.violated))}"
        if not beyond and not shown.holds:
            yield f"{name}: nothing shows that it holds: {self.clause.requirement}"
        if not beyond and not shown.violated:
            yield f"{name}: nothing shows that a violation of it is noticed: {self.clause.requirement}"
        for test in (*self.clause.tests.holds, *self.clause.tests.violated):
            if root is not None and not exists(root, test):
                yield f"{name}: there is no test {test}"
        for trace in (*self.traces.holds, *self.traces.violated):
            if self.proofs is not None and self.proofs.get(trace) is None:
                yield f"{name}: there is no record of a mutation that makes {trace} fail"


@frozen
class Ledger:
    """Every clause with all that shows it."""

    entries: tuple[Entry, ...]

    @property
    def required(self) -> tuple[Entry, ...]:
        """Those that are more than recommendations."""
        return tuple(entry for entry in self.entries if entry.clause.is_required)

    @property
    def bound(self) -> tuple[Entry, ...]:
        """Those required that are shown in both polarities."""
        return tuple(entry for entry in self.required if entry.is_bound)

    def problems(self, root: Path | None = ROOT) -> tuple[str, ...]:
        """Return what is wrong, in sentences."""
        known = root if root is not None and (root / "tests").is_dir() else None
        return tuple(problem for entry in self.entries for problem in entry.problems(known))


@cache
def as_it_stands() -> Ledger:
    """Return the ledger as it stands: with the corpus, and with the recorded mutations if there are any."""
    traces = [parsed(file) for file in sorted(CORPUS.rglob("*.trace"))]
    proofs: Proofs | None = json.loads(MUTATIONS.read_text())["clauses"] if MUTATIONS.is_file() else None
    shown = coverage(traces)
    return Ledger(tuple(Entry(clause, shown[clause.identifier], _proofs(proofs, clause)) for clause in LEDGER))


def _proofs(proofs: Proofs | None, clause: Clause) -> dict[str, str | None] | None:
    if proofs is None:
        return None
    return {trace: mutation for polarity in proofs.get(clause.identifier, {}).values() for trace, mutation in polarity.items()}


def parsed(file: Path) -> Trace:
    """Read a trace of the corpus."""
    trace = parse(file.read_text(), str(file.relative_to(CORPUS).with_suffix("")))
    assert isinstance(trace, Trace), trace
    return trace


def coverage(traces: Iterable[Trace]) -> dict[str, Evidence]:
    """Return the traces that show each clause that is in the ledger or that a trace names, in the order of the ledger."""
    named = [(identifier, polarity, trace.name) for trace in traces for identifier, polarity in trace.clauses]
    identifiers = dict.fromkeys([clause.identifier for clause in LEDGER] + [identifier for identifier, _, _ in named])
    return {
        each: Evidence(
            *(tuple(name for which, shown, name in named if (which, shown) == (each, polarity)) for polarity in ("holds", "violated"))
        )
        for each in identifiers
    }


def exists(root: Path, test: str) -> bool:
    """Tell whether there is a test function called so: ``tests/file.py::function``."""
    file, _, function = test.partition("::")
    return function in _functions(root / file)


@cache
def _functions(file: Path) -> frozenset[str]:
    tree: Any = ast.parse(file.read_text()) if file.is_file() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
