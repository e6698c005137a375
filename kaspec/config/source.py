"""Where text came from: lines, words and spans.

A ``Span`` is what a diagnostic points at.  Lines are separated by line feeds only, as keepalived reads them; columns count characters.
"""

from attrs import frozen


@frozen(order=True)
class Span:
    """A stretch of one line: ``line`` and ``column`` count from 1, ``end`` is the column after the last character."""

    file: str
    line: int
    column: int
    end: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@frozen
class Line:
    """One line of a file, as the operator wrote it."""

    file: str
    number: int
    text: str

    def span(self, start: int, end: int) -> Span:
        """Return the span of ``text[start:end]``."""
        return Span(self.file, self.number, start + 1, end + 1)


@frozen
class Word:
    """A word of a line: ``text`` without its quotes and escapes, at ``line.text[start:end]``."""

    text: str
    line: Line
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where the word stands, quotes included."""
        return self.line.span(self.start, self.end)


@frozen
class Brace:
    """A ``{`` (``opens``) or ``}`` at ``line.text[start]``."""

    line: Line
    start: int
    opens: bool

    @property
    def span(self) -> Span:
        """Where the brace stands."""
        return self.line.span(self.start, self.start + 1)


Token = Word | Brace
