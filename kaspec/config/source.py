"""Where text came from: lines, words and spans.

A ``Span`` is what a diagnostic points at.  Lines are separated by line feeds only, as keepalived reads them; columns count characters.

Pieces know their columns, not their line, so that the many lines of a configuration that are alike share them.
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
    start: int
    end: int


@frozen
class Brace:
    """A ``{`` (``opens``) or ``}`` at ``line.text[start]``."""

    start: int
    opens: bool


@frozen
class LoneQuote:
    """A double quote without a partner, and the rest of its line."""

    start: int
    end: int


Words = tuple[Word, ...]
Piece = Words | Brace | LoneQuote
"""What a line consists of; words that follow each other are one piece."""
