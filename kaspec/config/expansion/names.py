"""What names stand for as reading goes on: definitions, generators' values, and what is defined without a definition."""

from attrs import field

from kaspec.config.chance import draw
from kaspec.config.diagnostics import RANDOM_RANGE, Diagnostic
from kaspec.config.expansion.definitions import Definition, Reference, Replacement
from kaspec.config.expansion.library import Settings
from kaspec.config.expansion.patterns import join
from kaspec.config.lexer import Report
from kaspec.config.likeness import MOST_GUESSES
from kaspec.config.source import Text, Written
from kaspec.frozen import define

MOST_RANDOM = 32767
"""The largest of ``${_RANDOM}`` unless another is given."""

SHOWN = 40
"""How many characters of a value are shown."""


@define
class Names:
    """The names known at a line.  ``directory`` is that of the file being read; ``report`` hears of each place once."""

    settings: Settings
    report: Report
    directory: str = ""
    defined: dict[str, Definition] = field(factory=dict)
    _seed: int | None = None
    _drawn: int = 0
    _told: set[tuple[str, str, int, int]] = field(factory=set)

    def seed(self, seed: int) -> None:
        """Begin to draw from this seed (``random_seed``)."""
        self._seed, self._drawn = seed, 0

    def define(self, name: str, lines: tuple[Text, ...], multiline: bool = False) -> None:
        """Let a name stand for a line, or for several."""
        value = lines[0].string
        told = f"${name} = {value if len(value) <= SHOWN else f'{value[:SHOWN]}...'}"
        given = lines[0].first.origin("given", told) if lines[0].nodes and not multiline else None
        self.defined[name] = Definition(name, lines, multiline, given)

    def look_up(self, reference: Reference) -> Definition | None:
        """Find what a name stands for here."""
        name, asked = reference.name, reference.asked
        if name in self.defined:
            return None if asked else self.defined[name]
        if name == "_ENV":
            value = self.settings.environment.get(asked)
        elif name == "_RANDOM":
            value = self._random(reference)
        elif asked:
            value = None
        elif name == "_PWD":
            value = join(self.settings.directory, self.directory)
        elif name in {"_HASH", "_BANG"}:
            value = ("" if reference.quoted else "\\") + ("#" if name == "_HASH" else "!")
        else:
            value = self.settings.config_id if name == "_INSTANCE" else None
        return None if value is None else Definition(name, (Text(value),))

    def known(self) -> tuple[str, ...]:
        """Return what a misspelled reference may mean; nothing after so many that it is not spelling."""
        return () if len(self._told) >= MOST_GUESSES else tuple(self.defined)

    def resolved(self, string: str) -> str:
        """Replace the references in the numbers of a sequence."""
        if "$" not in string:
            return string
        replacement = Replacement(self.look_up, tuple, lambda _: None, (), [])
        return replacement.replace(Text(string, (Written("", 0, 0, string),))).string

    def tell_once(self, diagnostic: Diagnostic) -> None:
        """Tell of a place once, however often it is read."""
        place = (diagnostic.code, diagnostic.span.file, diagnostic.span.line, diagnostic.span.column)
        if place not in self._told:
            self._told.add(place)
            self.report(diagnostic)

    def _random(self, reference: Reference) -> str | None:
        words = reference.asked.split()
        if not all(word.isdecimal() for word in words) or len(words) > 2:
            return None
        low, high = (*(int(word[:18]) for word in words), *(0, MOST_RANDOM)[len(words) :])
        if low > high:
            message = f"there is no number of {low} to {high}; keepalived crashes here"
            self.tell_once(RANDOM_RANGE.at(reference.place.span(), message, "give the smaller number first"))
            return str(low)
        self._drawn += 1
        return str(draw(self.settings.seed if self._seed is None else self._seed, self._drawn, low, high))
