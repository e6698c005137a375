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
from kaspec.config.source import Span
from kaspec.config.tree import Statement
from kaspec.config.values import similar

D = TypeVar("D")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen
class Given(Generic[T_co]):
    """A value and the statement that gives it, from its word ``first`` on; ``order`` is the statement's place in its block."""

    value: T_co
    statement: Statement
    first: int
    order: int

    @property
    def span(self) -> Span:
        """Where the value stands: at the keyword if that says it all."""
        return self.statement.stretch(min(self.first, len(self.statement.words) - 1))

    @property
    def word(self) -> Span:
        """Where the value's first word stands."""
        return self.statement.stretch(self.first, self.first + 1)

    def at(self, placed: Placed[Any]) -> Span:
        """Where a part of the value stands."""
        offset = self.statement.words[self.first].start
        return self.statement.line.span(offset + placed.start, offset + placed.end)


@frozen
class Section:
    """A block as read: its label, where that stands, and by row what the block gives."""

    label: str
    span: Span
    given: dict[Row, list[Any]] = field(factory=dict)

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
        return Section("", NOWHERE, together)


NOWHERE = Span("", 0, 0, 0)
"""Where a section stands that no single block of the text is."""


def read_section(statements: Iterable[Statement], scope: str, report: Report, label: str = "", span: Span = NOWHERE) -> Section:
    """Read the statements of a block by the rows of its ``scope``."""
    section = Section(label, span)
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
                if found and (before := section.last(row)):
                    _report_repeated(before, statement, report)
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
    return _argument(row.argument, statement, 1, order, row.scope, report)


def _block(row: Block, statement: Statement, report: Report) -> tuple[Section, ...]:
    if statement.body is None:
        head = f"{row.name} {row.label.form}" if row.label else row.name
        report(BLOCK_WANTED.at(statement.span, f"{row.name} must be followed by a block", f"write {head} {{ ... }}"))
        return ()
    span, label = statement.span, ""
    if row.label is None:
        _report_extra(statement, 1, row.scope, report)
    else:
        for given in _argument(row.label, statement, 1, 0, row.scope, report):
            span, label = given.word, given.value
    return (read_section(statement.body, row.inside, report, label, span),)


def _listing(row: Listing[Any], statement: Statement, report: Report) -> tuple[Given[Any], ...]:
    if statement.body is None:
        report(BLOCK_WANTED.at(statement.span, f"{row.name} must be followed by a block", f"write {row.name} {{ ... }}"))
        return ()
    _report_extra(statement, 1, row.scope, report)
    found: list[Given[Any]] = []
    for order, line in enumerate(statement.body):
        if line.body is not None:
            report(NO_BLOCK_WANTED.at(line.span, f"a line of {row.name} has no block", "remove the braces and what is between them"))
        found.extend(_argument(row.entry, line, 0, order, row.scope, report))
    return tuple(found)


def _argument(argument: Argument[T], statement: Statement, first: int, order: int, scope: str, report: Report) -> tuple[Given[T], ...]:
    """Read the words from ``first`` on as the argument; none if they are not one."""
    read = read_argument(argument, statement.text(first))
    words, bare = statement.words, first == len(statement.words)
    start = 0 if bare else words[first].start
    if isinstance(read, Accepted):
        if not bare and start + read.end < words[-1].end:
            superfluous = next(index for index, word in enumerate(words) if index >= first and word.end > start + read.end)
            _report_extra(statement, superfluous, scope, report)
        return (Given(read.value, statement, first, order),)
    if bare:
        hint = f"the form is: {statement.keyword} {argument.form}"
        report(MISSING_ARGUMENT.at(statement.span, f"{statement.keyword} needs an argument", hint))
    elif read.start == read.end:
        report(read.kind.at(statement.stretch(len(words) - 1), f"{read.message} after {words[-1].text}", read.hint))
    else:
        report(read.kind.at(statement.line.span(start + read.start, start + read.end), read.message, read.hint))
    return ()


def _report_extra(statement: Statement, first: int, scope: str, report: Report) -> None:
    """Tell that the words from ``first`` on, if any, mean nothing."""
    extra = statement.words[first:]
    if extra:
        hint = f"start a new line before '{extra[0].text}'" if extra[0].text in TABLE.get(scope, {}) else ""
        report(EXTRA_WORDS.at(statement.stretch(first), "these words are ignored" if len(extra) > 1 else "this word is ignored", hint))


def _report_repeated(before: Given[Any], statement: Statement, report: Report) -> None:
    line = before.statement.line.number
    report(REPEATED.at(statement.span, f"{statement.keyword} was already given in line {line}; this one counts"))


def _report_unknown(statement: Statement, scope: str, report: Report) -> None:
    """Tell a misplaced keyword from one that does not exist."""
    keyword, where = statement.keyword, f"in {scope}" if scope else "at the top of the file"
    places = [other for other, rows in TABLE.items() if keyword in rows]
    if places:
        belongs = " or ".join(" inside ".join(reversed(place.split("/"))) or "the top of the file" for place in places[:3])
        report(MISPLACED_KEYWORD.at(statement.span, f"'{keyword}' has no meaning {where}", f"it belongs in {belongs}"))
    else:
        hint = similar(keyword, tuple(TABLE.get(scope, {})))
        report(UNKNOWN_KEYWORD.at(statement.span, f"there is no keyword '{keyword}' {where}", hint))
