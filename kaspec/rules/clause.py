"""What a rule is, and the table of all."""

from typing import NewType

from kaspec.frozen import frozen

Rule = NewType("Rule", str)


@frozen
class Clause:
    """What a rule follows: ``source`` names document and section, ``statement`` says it in one line."""

    source: str
    statement: str


RULES: dict[Rule, Clause] = {}
"""Every rule of the core, in the order of the protocol's own text."""


def rule(identifier: str, source: str, statement: str) -> Rule:
    """Enter a rule into the table; each has an identifier of its own."""
    entered = Rule(identifier)
    assert entered not in RULES, entered
    RULES[entered] = Clause(source, statement)
    return entered
