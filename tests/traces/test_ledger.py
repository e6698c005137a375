"""The clause ledger: every clause has its disposition, whatever it names exists, its page is up to date; and that it notices if not."""

import json
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from conformance.clauses import CLAUSES, LEDGER, Beyond, Clause, Entry, Evidence, as_it_stands
from conformance.clauses.ledger import ROOT, exists
from conformance.clauses.page import page
from conformance.clauses.reading import MiswrittenError, read_file
from shell.commands.conformance import conformance

PAGE = ROOT / "docs" / "clauses.md"
BOTH = Evidence(("one",), ("other",))
TEST = "tests/traces/test_ledger.py::test_nothing_is_wrong_with_it"
PLAIN = Clause("V2-1-01", "MUST", "Do what is right.")
WRITTEN = '[[clause]]\nid = "V2-1-01"\nsection = "1"\nlevel = "MUST"\nstatement = "Do it."\napplies = "version 2"\n'


def test_nothing_is_wrong_with_it() -> None:
    assert as_it_stands().problems() == ()


def test_every_requirement_of_the_rfcs_is_in_it() -> None:
    """As counted in the RFCs: 44 of RFC 3768, 8 more of RFC 2338, 63 of RFC 5798, 22 more of RFC 9568."""
    tables = [clause.identifier.partition("-")[0] for clause in CLAUSES]
    assert [tables.count(each) for each in ("V2", "V2A", "V3", "V9")] == [44, 8, 63, 22]
    assert len(LEDGER) - len(CLAUSES) == 40


def test_most_of_it_is_shown_in_both_polarities() -> None:
    found = as_it_stands()
    assert len(found.bound) / len(found.required) >= 0.85


def test_the_page_in_docs_is_up_to_date() -> None:
    """Made by ``kaspec conformance ledger --page > docs/clauses.md``."""
    assert PAGE.read_text() == page(as_it_stands())


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (Entry(PLAIN, BOTH), ""),
        (Entry(evolve(PLAIN, beyond=Beyond("kernel", "it does")), Evidence()), ""),
        (Entry(evolve(PLAIN, tests=Evidence((TEST,), (TEST,))), Evidence()), ""),
        (Entry(PLAIN, Evidence()), "nothing shows that it holds"),
        (Entry(PLAIN, evolve(BOTH, holds=())), "nothing shows that it holds"),
        (Entry(PLAIN, evolve(BOTH, violated=())), "nothing shows that a violation"),
        (Entry(evolve(PLAIN, beyond=Beyond("kernel", "it does")), BOTH), "is shown after all"),
        (Entry(evolve(PLAIN, tests=Evidence((TEST,), (f"{TEST}_else",))), Evidence()), "there is no test"),
        (Entry(PLAIN, BOTH, {"one": "a mutation", "other": "a mutation"}), ""),
        (Entry(PLAIN, BOTH, {"one": "a mutation", "other": None}), "no record of a mutation that makes other fail"),
        (Entry(PLAIN, BOTH, {"one": "a mutation"}), "no record of a mutation that makes other fail"),
    ],
)
def test_what_is_wrong_with_a_clause_is_told(entry: Entry, told: str) -> None:
    problems = list(entry.problems(ROOT))
    assert bool(problems) == bool(told)
    assert not told or told in problems[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (WRITTEN.replace('section = "1"\n', ""), "has no section"),
        (WRITTEN.replace('section = "1"', 'section = "2"'), "is not named for section 2"),
        (WRITTEN.replace("MUST", "OUGHT"), "'OUGHT' is none of"),
        (WRITTEN + "shown = 3\n", "shown is none of"),
        (WRITTEN + WRITTEN, "is there twice"),
        (WRITTEN + 'exception = { whose = "nobody", reason = "none" }\n', "an exception has a reason"),
        (WRITTEN + 'exception = { whose = "kernel" }\n', "an exception has a reason"),
    ],
)
def test_a_clause_that_is_miswritten_is_refused(text: str, told: str) -> None:
    assert len(list(read_file(WRITTEN, "V2"))) == 1
    with pytest.raises(MiswrittenError, match=told):
        list(read_file(text, "V2"))


def test_a_test_is_looked_for_where_it_is_said_to_be() -> None:
    assert exists(ROOT, TEST)
    assert not exists(ROOT, TEST.replace("ledger.py", "corpus.py"))
    assert not exists(Path("/nowhere"), TEST)


def test_the_command_tells_people_and_machines() -> None:
    told = CliRunner().invoke(conformance, ["ledger"])
    assert (told.exit_code, "0 problems" in told.stdout) == (0, True)
    document = json.loads(CliRunner().invoke(conformance, ["ledger", "--json"]).stdout)
    assert document["required"] == len(CLAUSES)
    assert CliRunner().invoke(conformance, ["ledger", "--page"]).stdout == PAGE.read_text()
