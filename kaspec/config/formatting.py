"""The canonical layout of a configuration: one statement a line, four blanks a level, comments kept, meaning untouched.

A pass of its own over the text, since the tree knows neither comments nor what an expansion will make of a line.  Some lines are kept as
they are but for their indentation: those that keepalived takes as lines (``@ID`` conditions, includes, definitions and what refers to
them, generators), and those that would mean something else if a blank changed.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from attrs import field

from kaspec.config.diagnostics import EXTRA_CLOSE, MISSING_CLOSE, STRAY_OPEN, TOO_DEEP, Diagnostic
from kaspec.config.keywords import TABLE
from kaspec.config.lexer import LINE_LIMIT, WORD_PATTERN, unescaped
from kaspec.config.reader import OUTERMOST
from kaspec.config.source import Brace, Line, Piece, Word, Words
from kaspec.config.tree import build
from kaspec.frozen import define, evolve, frozen

INDENT = "    "
BRACE_ERRORS = frozenset(kind.code for kind in (EXTRA_CLOSE, MISSING_CLOSE, STRAY_OPEN, TOO_DEEP))
"""What a text must be free of to have a layout."""
COMMANDS = frozenset(name for rows in TABLE.values() for name, row in rows.items() if "CMD" in row.description.form)
"""Keywords whose argument is a command line, in which every blank may count."""

_TOKEN = re.compile(rf'(?P<word>"[^"]*"|{WORD_PATTERN})|(?P<brace>[{{}}])|(?P<comment>[!#].*)|(?P<lone>")')
_BLANKS = " \t\r\f\v"
_TO_BLANKS = str.maketrans("\r\f\v", "   ")
_CONDITION = re.compile(r"[ \t]*@(\^?)([^ \t]*)")
_REFERENCE = re.compile(r"\$\{[^}]*\}")
_LINE_BOUND = re.compile(r"[ \t]*(@|~|include|.*\$)")
"""What keepalived treats line by line."""
_NOT_READ = re.compile(r"[ \t]*(include[ambrw]?(?![^ \t])|\$\w+[ \t]*=|~\w+)")
"""Lines whose braces are somebody else's."""


@frozen
class _Comment:
    text: str


@frozen
class _Source:
    """A line of the text: its tokens, whether it must be kept as it is, and whether even its indentation must.

    ``condition`` is the ``@ID`` before it: the id, and whether the line is for every other one.
    """

    number: int
    raw: str
    tokens: tuple[Words | Brace | _Comment, ...] = ()
    kept: bool = False
    rigid: bool = False
    condition: tuple[str, bool] | None = None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What the line means to the tree."""
        return tuple(token for token in self.tokens if not isinstance(token, _Comment))

    def holds(self, config_id: str) -> bool:
        """Tell whether the line is there for a configuration of this id."""
        return self.condition is None or (self.condition[0] == config_id) != self.condition[1]


@define
class _Row:
    """A line of the result; one that is ``rigid`` is not indented."""

    depth: int
    text: str
    comment: str = ""
    rigid: bool = False

    @property
    def is_blank(self) -> bool:
        return not (self.text or self.comment or self.rigid)

    def lines(self) -> Iterator[str]:
        """Write the row; what would be too long for keepalived goes without its blanks, at worst with its comment on a line before."""
        indent = "" if self.rigid else INDENT * self.depth
        close = self.text + self.comment
        wide = " ".join(filter(None, (self.text, self.comment)))
        fitting = (line for line in (indent + wide, wide, close) if not _is_long(line))
        yield from (close,) if self.rigid else ((line,) if (line := next(fitting, None)) is not None else (self.comment, self.text))


@define
class _Layout:
    """The result so far.

    ``_head`` is the row that a ``{`` would belong to; ``_at_start`` is set between a ``{`` and its first line, ``_ended`` after the last
    ``}`` of a block at the top of the file.
    """

    rows: list[_Row] = field(factory=list)
    _depth: int = 0
    _head: int | None = None
    _at_start: bool = True
    _ended: bool = False

    def add(self, source: _Source, holds: bool) -> None:
        """Add a line of the text."""
        if source.kept:
            self._keep(source, source.pieces if holds else ())
            return
        if not source.tokens:
            self._blank()
        last: _Row | None = None
        for token in source.tokens:
            match token:
                case _Comment(text) if last is not None and not last.comment:
                    last.comment = text
                case _Comment(text):
                    self._append(_Row(self._depth, "", text))
                case Brace(_, True):
                    last = self._open()
                case Brace():
                    last = self._close()
                case words:
                    last = self._append(_Row(self._depth, _canonical(source.raw, words)))
                    self._head = len(self.rows) - 1

    def finish(self) -> str:
        """Return the text."""
        while self.rows and self.rows[-1].is_blank:
            self.rows.pop()
        return "".join(f"{line}\n" for row in self.rows for line in row.lines())

    def _append(self, row: _Row) -> _Row:
        """Add a row; what follows a block at the top of the file stands apart from it."""
        if self._ended and not self.rows[-1].is_blank:
            self.rows.append(_Row(0, ""))
        self._ended = self._at_start = False
        self.rows.append(row)
        return row

    def _blank(self) -> None:
        if not self._at_start and not self.rows[-1].is_blank:
            self.rows.append(_Row(0, ""))

    def _open(self) -> _Row:
        if self._head is None:
            head = self._append(_Row(self._depth, "{"))
        else:
            head, between = self.rows[self._head], self.rows[self._head + 1 :]
            head.text += " {"
            self.rows[self._head + 1 :] = [evolve(row, depth=row.depth + 1) for row in between if not row.is_blank]
        self._depth, self._head, self._at_start = self._depth + 1, None, True
        return head

    def _close(self) -> _Row:
        if self.rows and self.rows[-1].is_blank:
            self.rows.pop()
        self._depth, self._head = self._depth - 1, None
        row = self._append(_Row(self._depth, "}"))
        self._ended = self._depth == 0
        return row

    def _keep(self, source: _Source, pieces: tuple[Piece, ...]) -> None:
        braces = [1 if piece.opens else -1 for piece in pieces if isinstance(piece, Brace)]
        closing = next((place for place, step in enumerate(braces) if step > 0), len(braces))
        text = source.raw if source.rigid else source.raw.lstrip(_BLANKS)
        trimmed = text.rstrip(_BLANKS)
        self._append(_Row(self._depth - closing, text if source.rigid or trimmed.endswith("\\") else trimmed, rigid=source.rigid))
        self._depth, self._head = self._depth + sum(braces), None


def format_text(text: str, name: str) -> str | tuple[Diagnostic, ...]:
    """Lay out the text of the file ``name``; for one whose braces do not match, say where instead.

    Total.  The result reads as the same configuration with the same kinds of diagnostics, and is its own layout.
    """
    sources = tuple(_read(text))
    ids = dict.fromkeys(("", *(source.condition[0] for source in sources if source.condition)))
    wrong: tuple[Diagnostic, ...] = ()
    for config_id in ids:
        here = _brace_errors(sources, name, config_id)
        if not here:
            layout = _Layout()
            for source in sources:
                layout.add(source, source.holds(config_id))
            return layout.finish()
        wrong = wrong or here
    return wrong


def _brace_errors(sources: Iterable[_Source], name: str, config_id: str) -> tuple[Diagnostic, ...]:
    found: list[Diagnostic] = []
    lines = ((Line(name, source.number, source.raw), source.pieces) for source in sources if source.holds(config_id))
    build(lines, OUTERMOST, found.append)
    return tuple(each for each in found if each.code in BRACE_ERRORS)


def _read(text: str) -> Iterator[_Source]:
    """Split a text into lines; one that a backslash continues, and all that continue it, are nobody's to change."""
    goes_on = False
    for number, raw in enumerate(text.removesuffix("\n").split("\n"), start=1):
        source = _continuation(number, raw) if goes_on else _line(number, raw)
        goes_on = _code(raw).rstrip(_BLANKS).endswith("\\")
        yield source


def _continuation(number: int, raw: str) -> _Source:
    return _Source(number, raw, kept=True, rigid=True)


def _line(number: int, raw: str) -> _Source:
    if "\0" in raw or _is_long(raw):
        return _Source(number, raw, kept=True, rigid=True)
    line = raw.translate(_TO_BLANKS)
    code = _code(line)
    found = _CONDITION.match(line)
    condition = (found[2], bool(found[1])) if found else None
    rest = line if found is None else " " * found.end() + line[found.end() :]
    tokens = () if _NOT_READ.match(rest) else tuple(_tokens(rest))
    kept = bool(condition or _LINE_BOUND.match(code)) or _is_delicate(line, code, tokens)
    return _Source(number, raw, tokens, kept, condition=condition)


def _is_delicate(line: str, code: str, tokens: tuple[Words | Brace | _Comment, ...]) -> bool:
    """Tell whether a line would mean something else if it were split, joined or trimmed."""
    runs = [token for token in tokens if isinstance(token, tuple)]
    bound = any(_LINE_BOUND.match(code[run[0].start :]) for run in runs)
    lone = sum(found.lastgroup == "lone" for found in _TOKEN.finditer(line)) > 0
    exotic = any(character.isspace() or character in "\u200b\ufeff" for character in line if not character.isascii())
    return lone or bound or exotic or any(line[run[-1].end - 1] == "\\" for run in runs)


def _tokens(line: str) -> Iterator[Words | Brace | _Comment]:
    run: list[Word] = []
    for found in _TOKEN.finditer(_REFERENCE.sub(lambda reference: "$" * len(reference[0]), line)):
        if found.lastgroup == "word":
            run.append(Word(unescaped(found[0]), found.start(), found.end()))
            continue
        if run:
            yield tuple(run)
            run = []
        if found.lastgroup == "brace":
            yield Brace(found.start(), found[0] == "{")
        elif found.lastgroup == "comment":
            yield _Comment(line[found.start() :].rstrip(_BLANKS))
        else:
            return
    if run:
        yield tuple(run)


def _code(line: str) -> str:
    """Return what is left of a line without its comment."""
    comment = next((found for found in _TOKEN.finditer(line) if found.lastgroup in {"comment", "lone"}), None)
    return line[: comment.start()] if comment and comment.lastgroup == "comment" else line


def _canonical(raw: str, words: Words) -> str:
    """Write words with one blank wherever there were any; the text of a command stays as it is."""
    start, end = words[0].start, words[-1].end
    if words[0].text in COMMANDS or set(raw[start:end]) & set("'\\"):
        keyword, rest = raw[start : words[0].end], raw[words[0].end : end]
        argument = rest.lstrip(_BLANKS)
        return keyword + (" " if len(argument) < len(rest) else "") + argument
    gaps = ["" if before.end == after.start else " " for before, after in pairwise(words)]
    return "".join(raw[word.start : word.end] + gap for word, gap in zip(words, (*gaps, ""), strict=True))


def _is_long(line: str) -> bool:
    return len(line) > LINE_LIMIT // 4 and len(line.encode(errors="replace")) > LINE_LIMIT
