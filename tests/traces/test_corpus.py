"""The corpus: every trace runs on the core as it says, every clause has its evidence, and wrong routers are found out."""

from functools import cache
from pathlib import Path

import pytest

import conformance.traces
from conformance.clauses import CLAUSES, Clause, coverage
from conformance.mutation.along import look
from conformance.mutation.corpus import corpus
from conformance.mutation.mutant import broken
from conformance.mutation.proofs import commits, is_noticed
from conformance.mutation.version2 import COMMITS
from conformance.mutation.version3 import COMMITS as VERSION_3
from kaspec.trace import Trace, parse, run, write

CORPUS = Path(conformance.traces.__file__).parent
FILES = sorted(CORPUS.rglob("*.trace"))
VIOLATED = [file for file in FILES if file.name.endswith(".violated.trace")]
BY_TRACES = [clause for clause in CLAUSES if not clause.beyond and not clause.tests.holds]


@cache
def read(file: Path) -> Trace:
    return parsed(file)


def parsed(file: Path) -> Trace:
    trace = parse(file.read_text(), file.name)
    assert isinstance(trace, Trace), "\n".join(map(str, trace))
    return trace


def named(file: Path) -> str:
    return str(file.relative_to(CORPUS).with_suffix(""))


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_trace_holds_on_the_core_and_is_written_canonically(file: Path) -> None:
    trace = read(file)
    assert run(trace).differences == ()
    assert write(trace) == file.read_text()


@pytest.mark.parametrize(
    "clause", [clause for clause in CLAUSES if not clause.beyond and not clause.tests.holds], ids=lambda clause: clause.identifier
)
def test_a_clause_is_shown_to_hold_and_a_violation_of_it_to_be_rejected(clause: Clause) -> None:
    evidence = coverage(map(read, FILES))[clause.identifier]
    assert evidence.holds, f"no trace shows that {clause.identifier} holds: {clause.requirement}"
    assert evidence.violated, f"no trace shows that a violation of {clause.identifier} is rejected: {clause.requirement}"


def test_a_clause_beyond_the_core_has_a_reason_and_no_trace() -> None:
    shown = coverage(map(read, FILES))
    for clause in CLAUSES:
        if clause.beyond:
            assert clause.beyond.reason
            assert not shown[clause.identifier].holds, f"{clause.identifier} has a trace after all"


def test_the_name_tells_the_polarity() -> None:
    for file in FILES:
        polarities = {polarity for _, polarity in read(file).clauses}
        assert polarities <= ({"violated"} if file in VIOLATED else {"holds"}), file


@pytest.mark.parametrize("file", VIOLATED, ids=named)
def test_a_router_that_commits_the_violation_is_found_out(file: Path) -> None:
    assert is_noticed(named(file), commits(named(file)))


@pytest.mark.parametrize(("folder", "stem"), [("rfc3768", stem) for stem in COMMITS] + [("rfc", stem) for stem in VERSION_3])
def test_a_wrong_router_fails_a_trace_that_shows_what_is_right(folder: str, stem: str) -> None:
    rightly = [read(file) for file in FILES if file not in VIOLATED and file.parent.name.startswith(folder)]
    with broken((COMMITS if folder == "rfc3768" else VERSION_3)[stem]):
        assert not all(run(trace).holds for trace in rightly)


@pytest.mark.parametrize("name", corpus())
def test_what_is_true_of_any_host_is_true_along_every_trace(name: str) -> None:
    assert look(name) == (False, ())
