"""What is recorded of broken rules is so: each breakage is noticed by who noticed it, no rule is missing, and holes have reasons."""

from conformance.mutation.along import look
from conformance.mutation.catching import Caught
from conformance.mutation.corpus import corpus
from conformance.mutation.mutant import broken
from conformance.mutation.page import PAGE, figures, page
from conformance.mutation.proofs import is_noticed
from conformance.mutation.record import HOLES, recorded
from conformance.mutation.survey import breakages, mutant_of
from conformance.mutation.worlds import verdicts

RECORD = recorded()
ANEW = "python -m conformance.mutation rules --record writes it anew"


def test_what_can_be_broken_is_what_is_recorded() -> None:
    assert {(each.rule, each.kind) for each in breakages()} == {(each.rule, each.kind) for each in RECORD.caught}, ANEW


def test_each_breakage_is_noticed_as_recorded() -> None:
    assert [each.name for each in RECORD.caught if each.is_caught and not is_noticed_again(each)] == [], ANEW


def is_noticed_again(caught: Caught) -> bool:
    """Ask the first trace, or if there is none the first property."""
    with broken(mutant_of(caught.rule, caught.kind)):
        if caught.traces:
            return look(caught.traces[0])[0]
        name, (place, *_) = caught.properties[0]
        if place.startswith("along "):
            return name in look(place.removeprefix("along "))[1]
        return verdicts(place, [name])[name] == "violated"


def test_at_least_95_of_100_rules_are_noticed_when_broken_and_of_the_others_it_is_said_why() -> None:
    found = figures(RECORD)
    assert found["rules_noticed"] >= 0.95 * found["rules"]
    assert dict(RECORD.holes()) == HOLES


def test_each_clause_has_all_its_traces_and_each_of_them_fails_as_recorded() -> None:
    evidence = {(clause, polarity, name) for name, trace in corpus().items() for clause, polarity in trace.clauses}
    assert {(proof.clause, proof.polarity, proof.trace) for proof in RECORD.proofs} == evidence, ANEW
    assert [proof for proof in RECORD.proofs if not (proof.mutation and is_noticed(proof.trace, proof.mutation))] == [], ANEW


def test_the_page_is_that_of_the_record() -> None:
    assert PAGE.read_text() == page(RECORD), ANEW
