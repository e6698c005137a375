"""Lines of words and braces into a tree of statements, going on after every brace that is wrong.

A statement is the words between braces and line ends; a ``{`` after it, on its line or a later one, gives it a body.

Blocks with the same text have one body, of which all but the first are copies that stand elsewhere: what is read of it is read once.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from attrs import field

from kaspec.config.diagnostics import EXTRA_CLOSE, MISSING_CLOSE, STRAY_OPEN, TOO_DEEP, Diagnostic
from kaspec.config.lexer import Report
from kaspec.config.source import Brace, Line, Move, Piece, Span, Stretch, Words
from kaspec.frozen import define

DEEPEST = 16
"""keepalived's own deepest block is five levels down."""


class Body(NamedTuple):
    """What stands between the braces of a block, as it is ``written`` after the line that begins it; one that ``recurs`` has copies."""

    written: "tuple[Statement, ...]"
    start: Line
    recurs: bool = False


class Statement(NamedTuple):
    """A keyword and its arguments, and for a block what stands between its braces (``inside``), here or in a block that is a copy."""

    line: Line
    words: Words
    inside: Body | None = None

    @property
    def body(self) -> "tuple[Statement, ...] | None":
        """The statements of the block, if it is one, where they stand."""
        if self.inside is None or (move := self.move) is None:
            return self.inside and self.inside.written
        return tuple(each.moved(move) for each in self.inside.written)

    @property
    def move(self) -> Move | None:
        """The way from what is written inside to this block, if that is elsewhere."""
        return None if self.inside is None or self.inside.start is self.line else Move(self.inside.start, self.line)

    def moved(self, move: Move) -> "Statement":
        """Return the same statement of a copy of the block it stands in."""
        return Statement(move.line(self.line), self.words, self.inside)

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


Lines = Iterable[tuple[Line, tuple[Piece | Stretch, ...]]]


def build(lines: Lines, outermost: Collection[str], report: Report) -> tuple[Statement, ...]:
    """Build the tree; a keyword of ``outermost`` is only ever at the top, so inside a block it tells that a ``}`` is missing."""
    builder = _Builder(outermost, report)
    builder.add(lines)
    _close_all(builder.stack, "the end of the file", report)
    return tuple(builder.stack[0].inside)


@define
class _Builder:
    """Builds a tree: the blocks that are open, and what was ``made`` of stretches."""

    outermost: Collection[str]
    report: Report
    stack: list[_Open] = field(factory=lambda: [_Open()])
    made: dict[Stretch, Body | None] = field(factory=dict)

    def add(self, lines: Lines) -> None:
        """Add lines to what is open."""
        stack, outermost, made = self.stack, self.outermost, self.made
        for line, pieces in lines:
            if len(pieces) == 3 and isinstance(stretch := pieces[2], Stretch) and (body := made.get(stretch)):
                words = pieces[0]
                assert isinstance(words, tuple)
                if (
                    words[0].text not in outermost and len(stack) + stretch.depth <= DEEPEST
                ):  # As below, at once: most lines are in such blocks.
                    stack[-1].inside.append(Statement(line, words, body))
                    continue
            for piece in pieces:
                if isinstance(piece, tuple):
                    if len(stack) > 1 and piece[0].text in outermost:
                        _close_all(stack, f"{piece[0].text} in line {line.number}", self.report)
                    stack[-1].inside.append(Statement(line, piece))
                elif isinstance(piece, Brace):
                    (_open if piece.opens else _close)(stack, line, piece, self.report)
                elif isinstance(piece, Stretch):
                    self._add_stretch(piece, line)

    def _add_stretch(self, stretch: Stretch, line: Line) -> None:
        """Add what follows a line: the same as before, elsewhere, unless there is something to tell of it."""
        if stretch not in self.made:
            self.made[stretch] = self._first(stretch, line)
        body = self.made[stretch]
        if body is None or len(self.stack) + stretch.depth - 1 > DEEPEST:
            self.add(_lines(stretch, line))
        else:
            _fold(self.stack, body)

    def _first(self, stretch: Stretch, line: Line) -> Body | None:
        """Build the block of a stretch that is met first; nothing if it is not in order."""
        problems: list[Diagnostic] = []
        alone = _Builder(self.outermost, problems.append, [_Open(), _Open(self.stack[-1].statement)])
        alone.add(_lines(stretch, line))
        body = alone.stack[0].inside[0].inside if alone.stack[0].inside else None
        return None if problems or body is None else Body(body.written, line, recurs=True)


def _lines(stretch: Stretch, line: Line) -> Iterator[tuple[Line, tuple[Piece, ...]]]:
    """Yield the lines of a stretch as they stand after a line."""
    for number, (text, pieces) in enumerate(stretch.lines, line.number + 1):
        yield Line(line.file, number, text, line.chain), pieces


def _open(stack: list[_Open], line: Line, brace: Brace, report: Report) -> None:
    if len(stack) == DEEPEST:
        report(TOO_DEEP.at(_place(line, brace), f"blocks are nested more than {DEEPEST} deep"))
    inside = stack[-1].inside
    if inside and inside[-1].inside is None:
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


def _fold(stack: list[_Open], body: Body | None = None) -> None:
    """End the innermost block: it becomes a statement of the one around it, unless it has no name or is too deep to mean anything."""
    closed = stack.pop()
    if closed.statement:
        line, words, _ = closed.statement
        stack[-1].inside.append(Statement(line, words, body or Body(tuple(closed.inside) if len(stack) <= DEEPEST else (), line)))
