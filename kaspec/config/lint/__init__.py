"""Traps: configurations that can be read and do not do what was meant, one small rule for each.

Reading says what is wrong with a text; these rules say what is unwise about what it means.  They are asked by ``kaspec check`` alone: the
daemon runs whatever can be run.
"""

from collections.abc import Callable, Iterable

from kaspec.config.diagnostics import Diagnostic
from kaspec.config.gathering import in_order
from kaspec.config.lint import addresses, groups, idle, mail, scripts, services, tracked, tracking, unicast, words
from kaspec.config.reader import Reading

Rule = Callable[[Reading], Iterable[Diagnostic]]
"""Finds every occurrence of one trap."""

RULES: tuple[Rule, ...] = (
    *addresses.RULES,
    *tracking.RULES,
    *mail.RULES,
    *scripts.RULES,
    *idle.RULES,
    *groups.RULES,
    *tracked.RULES,
    *unicast.RULES,
    *words.RULES,
    *services.RULES,
)


def lint(reading: Reading) -> tuple[Diagnostic, ...]:
    """Find every trap, in the text's order."""
    return in_order(diagnostic for rule in RULES for diagnostic in rule(reading))
