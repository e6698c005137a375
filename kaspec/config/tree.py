"""Lines of tokens into a tree of statements, going on after every brace that is wrong.

A statement is the words between braces and line ends; a ``{`` after it, on its line or a later one, gives it a body.
"""

from collections.abc import Collection, Iterable

from attrs import define, field, frozen

from kaspec.config.diagnostics import EXTRA_CLOSE, MISSING_CLOSE, STRAY_OPEN, TOO_DEEP
from kaspec.config.lexer import Report
from kaspec.config.source import Brace, Span, Token, Word

DEEPEST = 16
"""keepalived's own deepest block is five levels down."""


@frozen
class Statement:
    """A keyword and its arguments, and for a block what stands between its braces."""

    words: tuple[Word, ...]
    body: "tuple[Statement, ...] | None" = None

    @property
    def keyword(self) -> str:
        """The first word."""
        return self.words[0].text

    @property
    def span(self) -> Span:
        """Where the keyword stands."""
        return self.words[0].span

    @property
    def arguments(self) -> str:
        """What follows the keyword, as it was written."""
        return self.words[0].line.text[self.words[1].start : self.words[-1].end] if len(self.words) > 1 else ""

    @property
    def whole(self) -> str:
        """Keyword and arguments as they were written."""
        return self.words[0].line.text[self.words[0].start : self.words[-1].end]


@define
class _Open:
    """A block being read: the words before its brace (none at the top or for a stray brace) and its statements so far."""

    words: tuple[Word, ...]
    statements: list[Statement] = field(factory=list)


def build(lines: Iterable[tuple[Token, ...]], outermost: Collection[str], report: Report) -> tuple[Statement, ...]:
    """Build the tree; a keyword of ``outermost`` is only ever at the top, so inside a block it tells that a ``}`` is missing."""
    stack = [_Open(())]
    for tokens in lines:
        words: list[Word] = []
        for token in tokens:
            if isinstance(token, Word):
                words.append(token)
                continue
            _statement(stack, words, outermost, report)
            words = []
            if token.opens:
                _open(stack, token, report)
            else:
                _close(stack, token, report)
        _statement(stack, words, outermost, report)
    _close_all(stack, "the end of the file", report)
    return tuple(stack[0].statements)


def _statement(stack: list[_Open], words: list[Word], outermost: Collection[str], report: Report) -> None:
    if not words:
        return
    if len(stack) > 1 and words[0].text in outermost:
        _close_all(stack, f"{words[0].text} in line {words[0].line.number}", report)
    stack[-1].statements.append(Statement(tuple(words)))


def _open(stack: list[_Open], brace: Brace, report: Report) -> None:
    if len(stack) == DEEPEST:
        report(TOO_DEEP.at(brace.span, f"blocks are nested more than {DEEPEST} deep"))
    statements = stack[-1].statements
    if statements and statements[-1].body is None:
        stack.append(_Open(statements.pop().words))
    else:
        report(STRAY_OPEN.at(brace.span, "no keyword stands before this '{'", "name the block, or remove the brace and its partner"))
        stack.append(_Open(()))


def _close(stack: list[_Open], brace: Brace, report: Report) -> None:
    if len(stack) == 1:
        report(EXTRA_CLOSE.at(brace.span, "this '}' closes nothing", "remove it, or look for a '{' missing above"))
        return
    _fold(stack)


def _close_all(stack: list[_Open], before: str, report: Report) -> None:
    while len(stack) > 1:
        if words := stack[-1].words:
            report(MISSING_CLOSE.at(words[0].span, f"the block of {words[0].text} is not closed before {before}", "add a '}'"))
        _fold(stack)


def _fold(stack: list[_Open]) -> None:
    """End the innermost block: it becomes a statement of the one around it, unless it has no name or is too deep to mean anything."""
    closed = stack.pop()
    if closed.words:
        body = tuple(closed.statements) if len(stack) <= DEEPEST else ()
        stack[-1].statements.append(Statement(closed.words, body))
