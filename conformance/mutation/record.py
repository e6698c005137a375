"""What was found last time: the table of rules and what notices that they are broken, and the proofs that traces can fail."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

from attrs import field, frozen

from conformance.mutation.catching import Caught
from conformance.mutation.proofs import Proof
from kaspec.rules import RULES, Rule, reception, states

FILE = Path(__file__).with_name("recorded.json")
SHOWN = 3
"""So many of those that notice a breakage are kept."""


def rules_of(module: ModuleType) -> tuple[Rule, ...]:
    """Return the rules of a part of the table, in its order."""
    return tuple(Rule(value) for value in vars(module).values() if isinstance(value, str) and value in RULES)


MACHINE: Mapping[str, tuple[Rule, ...]] = {
    "Reception": rules_of(reception),
    "States, tracking, sync groups": rules_of(states),
}
"""The rules of the VRRP machine, by part."""

HOLES: Mapping[str, str] = {
    "keepalived.flaw.discard-rearms-master": "The daemon never takes it: it is itself a mutation, under which "
    "`rfc3768/7.1-discarded-means-nothing-happens.violated` fails.",
    "core.nothing-held": "No driver can bring it about: a node passes a loss to those only that hold something. That `step` takes it "
    "all the same, a law says (`tests/laws/test_step.py`).",
    "core.unchanged: speaks": "It can only be seen where a new configuration changes nothing, and there what stays as it is is left out, "
    "whatever it would do (`kaspec/reconfiguration.py`).",
}
"""Why nothing notices: by a rule, or by ``RULE: KIND``."""


@frozen
class Record:
    """What notices what: of each breakage those that noticed, and the proofs."""

    caught: tuple[Caught, ...]
    proofs: tuple[Proof, ...]
    by_rule: Mapping[Rule, tuple[Caught, ...]] = field(init=False, eq=False)

    @by_rule.default
    def _by_rule(self) -> Mapping[Rule, tuple[Caught, ...]]:
        return {rule: tuple(each for each in self.caught if each.rule == rule) for rule in RULES}

    def holes(self) -> Iterator[tuple[str, str]]:
        """Return what nothing notices, with the reason, if there is one: rules that nothing breaks, and breakages."""
        for rule in (each for part in MACHINE.values() for each in part):
            if not self.by_rule[rule]:
                yield rule, HOLES.get(rule, "")
            for each in self.by_rule[rule]:
                if not each.is_caught:
                    yield each.name, HOLES.get(each.name, "")


def trimmed(caught: Iterable[Caught]) -> tuple[Caught, ...]:
    """Return what is kept: of each the first few."""
    return tuple(
        Caught(each.rule, each.kind, each.traces[:SHOWN], tuple((name, places[:1]) for name, places in each.properties)) for each in caught
    )


def write(record: Record) -> str:
    """Return the record as JSON: ``rules`` by rule and kind, ``clauses`` by clause, polarity and trace."""
    rules: dict[str, dict[str, object]] = {}
    for each in record.caught:
        found = {"traces": list(each.traces), "properties": {name: list(places) for name, places in each.properties}}
        rules.setdefault(each.rule, {})[each.kind] = found
    clauses: dict[str, dict[str, dict[str, str | None]]] = {}
    for proof in sorted(record.proofs, key=lambda proof: proof.clause):
        clauses.setdefault(proof.clause, {}).setdefault(proof.polarity, {})[proof.trace] = proof.mutation
    return json.dumps({"rules": rules, "clauses": clauses}, indent=1) + "\n"


def read(text: str) -> Record:
    """Read what ``write`` wrote."""
    said = json.loads(text)
    caught = tuple(
        Caught(Rule(rule), kind, tuple(found["traces"]), tuple((name, tuple(places)) for name, places in found["properties"].items()))
        for rule, kinds in said["rules"].items()
        for kind, found in kinds.items()
    )
    proofs = tuple(
        Proof(clause, polarity, trace, mutation)
        for clause, polarities in said["clauses"].items()
        for polarity, traces in polarities.items()
        for trace, mutation in traces.items()
    )
    return Record(caught, proofs)


def recorded() -> Record:
    """Return the record of this tree."""
    return read(FILE.read_text())
