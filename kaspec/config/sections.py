"""The tree read by the keyword table: every statement becomes a value, or a diagnostic says why not.

Nothing here knows a keyword: what is allowed where, and of what form, is the table's business; what it means together, ``instances``'s.
"""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar, assert_never, cast

from attrs import field, frozen

from kaspec.config.argument import Accepted, Argument, Placed, read_argument
from kaspec.config.diagnostics import (
    BLOCK_WANTED,
    EXTRA_WORDS,
    KEYWORD_INACTIVE,
    MISPLACED_KEYWORD,
    MISSING_ARGUMENT,
    NO_BLOCK_WANTED,
    REPEATED,
    UNKNOWN_KEYWORD,
)
from kaspec.config.keywords import TABLE, Block, Later, Listing, Row, Setting
from kaspec.config.lexer import Report
from kaspec.config.source import Span, Word
from kaspec.config.tree import Statement
from kaspec.config.values import similar

D = TypeVar("D")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen
class Given(Generic[T_co]):
    """A value and the words that give it; ``order`` is the place of its statement in its block."""

    value: T_co
    words: tuple[Word, ...]
    order: int

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return _stretch(self.words)

    def at(self, placed: Placed[Any]) -> Span:
        """Where a part of the value stands."""
        offset = self.words[0].start
        return self.words[0].line.span(offset + placed.start, offset + placed.end)


@frozen
class Section:
    """A block as read: its label, and by row what it gives.  ``name`` is the word a diagnostic about the whole block points at."""

    label: str
    name: Word | None
    given: dict[Row, list[Any]] = field(factory=dict)

    @property
    def span(self) -> Span:
        """Where the block's label stands, or its keyword if it has none."""
        assert self.name is not None
        return self.name.span

    def last(self, row: Setting[T]) -> Given[T] | None:
        """Return the setting as given last."""
        found = self.given.get(row)
        return cast("Given[T]", found[-1]) if found else None

    def value(self, row: Setting[T], default: D) -> T | D:
        """Return the value of a setting, or ``default``."""
        found = self.last(row)
        return default if found is None else found.value

    def entries(self, row: Listing[T]) -> tuple[Given[T], ...]:
        """Return the lines of a list."""
        return tuple(self.given.get(row, ()))

    def sections(self, row: Block) -> "tuple[Section, ...]":
        """Return the blocks of that keyword."""
        return tuple(self.given.get(row, ()))

    def merged(self, row: Block) -> "Section":
        """Return the blocks of that keyword as one: later settings win, lists add up."""
        together: dict[Row, list[Any]] = {}
        for section in self.sections(row):
            for inner, found in section.given.items():
                together.setdefault(inner, []).extend(found)
        return Section("", None, together)


def read_section(statements: Iterable[Statement], scope: str, report: Report, label: str = "", name: Word | None = None) -> Section:
    """Read the statements of a block by the rows of its ``scope``."""
    section = Section(label, name)
    rows = TABLE.get(scope, {})
    for order, statement in enumerate(statements):
        row = rows.get(statement.keyword)
        found: Iterable[Any] = ()
        match row:
            case None:
                _report_unknown(statement, scope, report)
                continue
            case Setting():
                found = _setting(row, statement, order, report)
                if found and row in section.given:
                    _report_repeated(section.given[row][-1], statement, report)
            case Block():
                found = _block(row, statement, report)
            case Listing():
                found = _listing(row, statement, report)
            case Later():
                found = (statement,)
                report(row.kind.at(statement.span, f"{row.name} is known, but has no effect in this release"))
            case _:
                assert_never(row)
        section.given.setdefault(row, []).extend(found)
    return section


def _setting(row: Setting[Any], statement: Statement, order: int, report: Report) -> tuple[Given[Any], ...]:
    if statement.body is not None:
        report(NO_BLOCK_WANTED.at(statement.span, f"{row.name} has no block", "remove the braces and what is between them"))
    if not row.active:
        report(KEYWORD_INACTIVE.at(statement.span, f"{row.name} is read, but has no effect in this release"))
    return _argument(row.argument, statement, statement.words[1:], order, row.scope, report)


def _block(row: Block, statement: Statement, report: Report) -> tuple[Section, ...]:
    if statement.body is None:
        report(BLOCK_WANTED.at(statement.span, f"{row.name} must be followed by a block", f"write {row.name} {{ ... }}"))
        return ()
    name, label = statement.words[0], ""
    if row.label is None and len(statement.words) > 1:
        report(EXTRA_WORDS.at(_stretch(statement.words[1:]), f"{row.name} has no name, so this is ignored"))
    elif row.label is not None:
        for given in _argument(row.label, statement, statement.words[1:], 0, row.scope, report):
            name, label = given.words[0], given.value
    return (read_section(statement.body, row.inside, report, label, name),)


def _listing(row: Listing[Any], statement: Statement, report: Report) -> tuple[Given[Any], ...]:
    if len(statement.words) > 1:
        report(EXTRA_WORDS.at(_stretch(statement.words[1:]), f"{row.name} takes its lines between braces, so this is ignored"))
    if statement.body is None:
        report(BLOCK_WANTED.at(statement.span, f"{row.name} must be followed by a block", f"write {row.name} {{ ... }}"))
        return ()
    found: list[Given[Any]] = []
    for order, line in enumerate(statement.body):
        if line.body is not None:
            report(NO_BLOCK_WANTED.at(line.span, f"a line of {row.name} has no block", "remove the braces and what is between them"))
        found.extend(_argument(row.entry, line, line.words, order, row.scope, report))
    return tuple(found)


def _argument(
    argument: Argument[T], statement: Statement, words: tuple[Word, ...], order: int, scope: str, report: Report
) -> tuple[Given[T], ...]:
    """Read the words as the argument; none if they are not one."""
    keyword, start = statement.words[0], words[0].start if words else 0
    text = keyword.line.text[start : words[-1].end] if words else ""
    read = read_argument(argument, text)
    if isinstance(read, Accepted):
        extra = tuple(word for word in words if word.start >= start + read.end)
        if extra:
            _report_extra(extra, scope, report)
        return (Given(read.value, words or (keyword,), order),)
    if not words:
        report(MISSING_ARGUMENT.at(keyword.span, f"{keyword.text} needs an argument", f"the form is: {keyword.text} {argument.form}"))
    elif read.start == read.end:
        report(read.kind.at(words[-1].span, f"{read.message} after {words[-1].text}", read.hint))
    else:
        report(read.kind.at(keyword.line.span(start + read.start, start + read.end), read.message, read.hint))
    return ()


def _report_extra(extra: tuple[Word, ...], scope: str, report: Report) -> None:
    hint = f"start a new line before '{extra[0].text}'" if extra[0].text in TABLE.get(scope, {}) else ""
    report(EXTRA_WORDS.at(_stretch(extra), "these words are ignored" if len(extra) > 1 else "this word is ignored", hint))


def _report_repeated(before: Given[Any], statement: Statement, report: Report) -> None:
    line = before.words[0].line.number
    report(REPEATED.at(statement.span, f"{statement.keyword} was already given in line {line}; this one counts"))


def _report_unknown(statement: Statement, scope: str, report: Report) -> None:
    """Tell a misplaced keyword from one that does not exist."""
    keyword, where = statement.keyword, f"in {scope}" if scope else "at the top of the file"
    places = [other for other, rows in TABLE.items() if keyword in rows]
    if places:
        belongs = " or ".join(place or "the top of the file" for place in places[:3])
        report(MISPLACED_KEYWORD.at(statement.span, f"'{keyword}' has no meaning {where}", f"it belongs in {belongs}"))
    else:
        hint = similar(keyword, tuple(TABLE.get(scope, {})))
        report(UNKNOWN_KEYWORD.at(statement.span, f"there is no keyword '{keyword}' {where}", hint))


def _stretch(words: tuple[Word, ...]) -> Span:
    return words[0].line.span(words[0].start, words[-1].end)
