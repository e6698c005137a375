"""The table of rules."""

import re

from kaspec import rules
from kaspec.rules import RULES


def test_every_rule_of_the_module_is_in_the_table() -> None:
    """Each constant names one rule, and each rule has one constant."""
    named = [value for name, value in vars(rules).items() if name.isupper() and isinstance(value, str)]
    assert sorted(named) == sorted(RULES)


def test_a_rule_says_where_it_comes_from() -> None:
    """Identifiers start with their document; source and statement are one line each, the statement a sentence."""
    for rule, clause in RULES.items():
        assert re.fullmatch(r"(rfc\d{4}|keepalived|core)\.[a-z0-9.-]+", rule), rule
        assert clause.source
        assert re.fullmatch(r"[A-Z].*\.", clause.statement), rule
        document = re.match(r"rfc(\d{4})", rule)
        assert document is None or f"RFC {document[1]}" in clause.source, rule
