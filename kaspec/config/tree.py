"""Lines of words and braces into a tree of statements, going on after every brace that is wrong.

A statement is the words between braces and line ends; a ``{`` after it, on its line or a later one, gives it a body.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from attrs import define, field

from kaspec.config.diagnostics import EXTRA_CLOSE, MISSING_CLOSE, STRAY_OPEN, TOO_DEEP
from kaspec.config.lexer import Report
from kaspec.config.source import Brace, Line, Piece, Span, Words

DEEPEST = 16
"""keepalived's own deepest block is five levels down."""


class Statement(NamedTuple):
    """A keyword and its arguments, and for a block what stands between its braces."""

    line: Line
    words: Words
    body: "tuple[Statement, ...] | None" = None

    @property
    def keyword(self) -> str:
        """The first word."""
        return self.words[0].text

    @property
    def span(self) -> Span:
        """Where the keyword stands."""
        return self.stretch(0, 1)

    def text(self, first: int) -> str:
        """Return the words from the one numbered ``first`` on, as they were written."""
        return self.line.text[self.words[first].start : self.words[-1].end] if first < len(self.words) else ""

    def stretch(self, first: int, last: int | None = None) -> Span:
        """Where the words from ``first`` up to ``last`` (all, if ``None``) stand."""
        return self.line.span(self.words[first].start, self.words[first:last][-1].end)


@define
class _Open:
    """A block being read: the statement before its brace (none at the top or for a stray brace) and what is inside so far."""

    statement: Statement | None = None
    inside: list[Statement] = field(factory=list)


def build(lines: Iterable[tuple[Line, tuple[Piece, ...]]], outermost: Collection[str], report: Report) -> tuple[Statement, ...]:
    """Build the tree; a keyword of ``outermost`` is only ever at the top, so inside a block it tells that a ``}`` is missing."""
    stack = [_Open()]
    for line, pieces in lines:
        for piece in pieces:
            if isinstance(piece, tuple):
                if len(stack) > 1 and piece[0].text in outermost:
                    _close_all(stack, f"{piece[0].text} in line {line.number}", report)
                stack[-1].inside.append(Statement(line, piece))
            elif isinstance(piece, Brace):
                (_open if piece.opens else _close)(stack, line, piece, report)
    _close_all(stack, "the end of the file", report)
    return tuple(stack[0].inside)


def _open(stack: list[_Open], line: Line, brace: Brace, report: Report) -> None:
    if len(stack) == DEEPEST:
        report(TOO_DEEP.at(_place(line, brace), f"blocks are nested more than {DEEPEST} deep"))
    inside = stack[-1].inside
    if inside and inside[-1].body is None:
        stack.append(_Open(inside.pop()))
    else:
        hint = "name the block, or remove the brace and its partner"
        report(STRAY_OPEN.at(_place(line, brace), "no keyword stands before this '{'", hint))
        stack.append(_Open())


def _close(stack: list[_Open], line: Line, brace: Brace, report: Report) -> None:
    if len(stack) == 1:
        hint = "remove it, or look above for a '{' that is missing or a '}' too many"
        report(EXTRA_CLOSE.at(_place(line, brace), "this '}' closes nothing", hint))
    else:
        _fold(stack)


def _place(line: Line, brace: Brace) -> Span:
    return line.span(brace.start, brace.start + 1)


def _close_all(stack: list[_Open], before: str, report: Report) -> None:
    while len(stack) > 1:
        if statement := stack[-1].statement:
            message = f"the block of {statement.keyword} is not closed before {before}"
            report(MISSING_CLOSE.at(statement.span, message, "add a '}'"))
        _fold(stack)


def _fold(stack: list[_Open]) -> None:
    """End the innermost block: it becomes a statement of the one around it, unless it has no name or is too deep to mean anything."""
    closed = stack.pop()
    if closed.statement:
        body = tuple(closed.inside) if len(stack) <= DEEPEST else ()
        stack[-1].inside.append(Statement(closed.statement.line, closed.statement.words, body))
