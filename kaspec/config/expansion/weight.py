"""How many lines an expansion would make, found without making them.

Generators multiply and definitions refer to each other, so that a few lines can stand for more than any memory holds.
"""

import re
from collections.abc import Callable, Mapping

from attrs import field

from kaspec.config.expansion.definitions import DEEPEST, Definition
from kaspec.config.expansion.generators import GENERATOR, Malformed, read_generator
from kaspec.config.source import Text
from kaspec.expression import expression
from kaspec.frozen import define

MOST_LINES = 2_000_000
"""More than any configuration has."""

_LAST_REFERENCE = expression(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$", re.ASCII)
_CONDITION = expression(r"@\^?[^ \t]*[ \t]+")


def weigh(string: str, definitions: Mapping[str, Definition], resolve: Callable[[str], str]) -> int:
    """Return how many lines a line stands for, as definitions are now; ``resolve`` replaces the references in a sequence's numbers."""
    return _Scales(definitions, resolve).line(string, 0)


@define
class _Scales:
    definitions: Mapping[str, Definition]
    resolve: Callable[[str], str]
    known: dict[str, int] = field(factory=dict)
    """By name, what was weighed already; 1 while it is being weighed, for a circle is told where it closes."""

    def line(self, string: str, depth: int) -> int:
        string = string.strip(" \t")
        if condition := _CONDITION.match(string):
            string = string[condition.end() :]
        if GENERATOR.match(string):
            generator = read_generator(Text(string), self.resolve)
            return 1 if isinstance(generator, Malformed) else len(generator.values) * self.line(string[generator.body :], depth)
        found = _LAST_REFERENCE.search(string)
        definition = self.definitions.get(found[1] or found[2]) if found else None
        if definition is None or depth > DEEPEST:
            return 1
        if definition.name not in self.known:
            self.known[definition.name] = 1
            self.known[definition.name] = max(sum(self.line(line.string, depth + 1) for line in definition.lines), 1)
        return self.known[definition.name]
