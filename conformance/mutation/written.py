"""What is broken by hand: rules that no generic kind gets wrong, and ways of getting them wrong that are more than one step."""

from collections.abc import Mapping

from conformance.mutation.mutant import Mutant
from kaspec.rules import Rule

WRITTEN: Mapping[Rule, Mapping[str, Mutant]] = {}
"""By rule and by a name that says what is wrong."""
