"""The tree read by the keyword table: every statement becomes a value, or a diagnostic says why not.

Nothing here knows a keyword: what is allowed where, and of what form, is the table's business; what it means together, ``instances``'s.
"""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar, assert_never, cast

from attrs import field

from kaspec.config.argument import Accepted, Argument, Placed, Refused, read_argument
from kaspec.config.diagnostics import (
    BLOCK_WANTED,
    EXTRA_WORDS,
    KEYWORD_INACTIVE,
    MISPLACED_KEYWORD,
    MISSING_ARGUMENT,
    NEEDLESS,
    NO_BLOCK_WANTED,
    REPEATED,
    TOO_MUCH,
    UNKNOWN_KEYWORD,
    Diagnostic,
    Kind,
)
from kaspec.config.keywords import TABLE, Block, Listing, Row, Setting, within
from kaspec.config.lexer import Report
from kaspec.config.likeness import similar
from kaspec.config.source import Move, Span
from kaspec.config.tree import Body, Statement
from kaspec.frozen import define, frozen

D = TypeVar("D")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen
class Given(Generic[T_co]):
    """A value and the statement that gives it, from its word ``first`` on; ``order`` is the statement's place in its block.

    Two are equal if their values are, wherever they stand.
    """

    value: T_co
    statement: Statement = field(eq=False, repr=False)
    first: int = field(eq=False)
    order: int = field(eq=False)

    @property
    def span(self) -> Span:
        """Where the value stands: at the keyword if that says it all."""
        return self.statement.stretch(min(self.first, len(self.statement.words) - 1))

    @property
    def word(self) -> Span:
        """Where the value's first word stands."""
        return self.statement.stretch(self.first, self.first + 1)

    def written(self, placed: Placed[Any]) -> str:
        """Return a part of the value as it was written."""
        offset = self.statement.words[self.first].start
        return self.statement.line.text[offset + placed.start : offset + placed.end]

    def at(self, placed: Placed[Any]) -> Span:
        """Where a part of the value stands."""
        offset = self.statement.words[self.first].start
        return self.statement.line.span(offset + placed.start, offset + placed.end)

    def moved(self, move: Move) -> "Given[T_co]":
        """Return the same of a copy of the block it stands in."""
        return Given(self.value, self.statement.moved(move), self.first, self.order)


@frozen
class Section:
    """A block as read: its label as text and as a value (``key``), where that stands, and by row what the block gives.

    A label that could not be read is ``""`` and ``None``.  Places do not count when two are compared.  What blocks with the same text give
    is ``written`` once, and moved to where its ``head`` stands when somebody asks for places.
    """

    label: str
    head: Statement | Span = field(eq=False)
    written: dict[Row, list[Any]] = field(factory=dict)
    key: Any = None
    word: int = field(default=0, eq=False)

    @property
    def span(self) -> Span:
        """Where the label stands, or the keyword if there is none."""
        return self.head.stretch(self.word, self.word + 1) if isinstance(self.head, Statement) else self.head

    @property
    def given(self) -> dict[Row, list[Any]]:
        """What the block gives, each where it stands."""
        return self.written if self._move is None else {row: [*self._found(row)] for row in self.written}

    def gives(self, row: Row) -> bool:
        """Tell whether the block has that keyword, whatever became of it."""
        return row in self.written

    def last(self, row: Setting[T]) -> Given[T] | None:
        """Return the setting as given last."""
        found = self.written.get(row)
        if not found:
            return None
        last: Given[T] = found[-1]
        return last if (move := self._move) is None else last.moved(move)

    def value(self, row: Setting[T], default: D) -> T | D:
        """Return the value of a setting, or ``default``."""
        found = self.written.get(row)
        if not found:
            return default
        value: T = found[-1].value
        return value

    def entries(self, row: Listing[T] | Setting[T]) -> tuple[Given[T], ...]:
        """Return the lines of a list, or each of a setting that repeats."""
        return self._found(row)

    def sections(self, row: Block[Any]) -> "tuple[Section, ...]":
        """Return the blocks of that keyword."""
        return self._found(row)

    def _found(self, row: Row) -> tuple[Any, ...]:
        found, move = self.written.get(row, ()), self._move
        return tuple(found) if move is None else tuple(each.moved(move) for each in found)

    @property
    def _move(self) -> Move | None:
        return self.head.move if isinstance(self.head, Statement) else None

    def moved(self, move: Move) -> "Section":
        """Return the same of a copy of the block it stands in."""
        head = self.head.moved(move) if isinstance(self.head, Statement) else self.head
        return Section(self.label, head, self.written, self.key, self.word)

    def name(self, row: Block[T]) -> T | None:
        """Return the label of this block, which is one of ``row``'s, as a value."""
        assert row.label is not None, row.name
        return cast("T | None", self.key)

    def merged(self, row: Block[Any]) -> "Section":
        """Return the blocks of that keyword as one: later settings win, lists add up."""
        together: dict[Row, list[Any]] = {}
        for section in self.sections(row):
            for inner, found in section.given.items():
                together.setdefault(inner, []).extend(found)
        return Section("", NOWHERE, together)


REMOVE_BRACES = "remove the braces and what is between them"
MOST_MISTAKES = 2000
"""So many different ones no configuration has; whatever it is, it is not worth the time that reading it on would take."""
NOWHERE = Span("", 0, 0, 0)
"""Where a section stands that no single block of the text is."""


def _kind_of(row: Row, scope: str) -> Kind:
    if row.description.idle and row.description.idle.harmless:
        return NEEDLESS
    return KEYWORD_INACTIVE if scope or row.description.idle or isinstance(row, Setting) else row.kind


@define
class _Inactive:
    """Where a keyword without effect first stands, how that is told, and how often it is given."""

    kind: Kind
    span: Span
    times: int = 0


def read_section(statements: Iterable[Statement], scope: str, report: Report) -> Section:
    """Read the statements of a block by the rows of its ``scope``."""
    reader = _Reader(report)
    section = Section("", NOWHERE, reader.read(statements, scope, True))
    if reader.lost is not None:
        message = f"{MOST_MISTAKES} different mistakes: this is not read to its end, and nothing of it counts"
        report(TOO_MUCH.at(reader.lost, message, "is this the right file?"))
        return Section("", NOWHERE)
    reader.tell_inactive()
    return section


@define
class _Reader:
    """Reads blocks; takes note of what is without effect, to tell it once for each keyword.

    ``known`` holds what bodies that recur give, if there was nothing to tell or to note of them (``noted`` counts that).
    """

    _report: Report
    known: dict[tuple[int, str, bool], tuple[Body, dict[Row, list[Any]]]] = field(factory=dict)
    noted: int = 0
    inactive: dict[Row, _Inactive] = field(factory=dict)
    mistakes: set[tuple[Any, str]] = field(factory=set)
    lost: Span | None = None

    def report(self, diagnostic: Diagnostic) -> None:
        """Tell of a problem."""
        self.noted += 1
        self._report(diagnostic)

    def inside(self, head: Statement, body: Body, scope: str, acting: bool) -> tuple[Statement, dict[Row, list[Any]]]:
        """Read a block's body: what it gives, and the head of where that stands, or stood first if it is the same."""
        name = id(body), scope, acting
        if name in self.known:
            return head, self.known[name][1]
        statements, noted = head.body or (), self.noted
        given = self.read(statements, scope, acting)
        if head.move is not None:
            return Statement(head.line, head.words, Body(statements, head.line)), given
        if body.recurs and noted == self.noted:
            self.known[name] = body, given
        return head, given

    def read(self, statements: Iterable[Statement], scope: str, acting: bool) -> dict[Row, list[Any]]:
        """Read statements; inside a block that does not act (``acting``) no keyword's lack of effect is told."""
        rows, given = TABLE.get(scope, {}), dict[Row, list[Any]]()
        lines = rows.get("")
        for order, statement in enumerate(statements):
            if self.lost is not None:
                break
            row = rows.get(statement.words[0].text, lines)
            if row is None:
                self._mistaken(scope, statement.keyword, statement.span)
                _report_unknown(statement, scope, self.report)
                continue
            if acting and not row.acts:
                self._note(row, statement, scope)
            match row:
                case Setting():
                    self._setting(row, statement, order, scope, given)
                case Block():
                    self._block(row, statement, scope, acting and row.acts, given)
                case Listing():
                    self._listing(row, statement, scope, given)
                case _:
                    assert_never(row)
        return given

    def tell_inactive(self) -> None:
        """Tell each keyword without effect, where it stands first."""
        for row, found in self.inactive.items():
            others = found.times - 1
            more = f", here and in {others} other place{'s' if others > 1 else ''}" if others else ""
            idle = row.description.idle
            effect = f"is accepted without effect{more}: {idle.why}" if idle else f"is read, but has no effect in this release{more}"
            self.report(found.kind.at(found.span, f"{row.name} {effect}"))

    def _argument(self, argument: Argument[T], statement: Statement, first: int, order: int, scope: str) -> Given[T] | None:
        """Read the words from ``first`` on as the argument; nothing if they are not one."""
        text = statement.text(first)
        read = read_argument(argument, text, again=statement.inside is None)
        if isinstance(read, Accepted):
            if read.end < len(text):
                end = statement.words[first].start + read.end
                superfluous = next(index for index, word in enumerate(statement.words) if index >= first and word.end > end)
                _report_extra(statement, superfluous, scope, self.report)
            return Given(read.value, statement, first, order)
        self._mistaken(argument, text, statement.span)
        _report_refused(argument, read, statement, first, self.report)
        return None

    def _mistaken(self, of: Any, text: str, span: Span) -> None:
        """Take note of a mistake; one that is made again takes no time, and may be the only one of whoever made the file."""
        self.mistakes.add((of, text))
        if len(self.mistakes) >= MOST_MISTAKES:
            self.lost = span

    def _note(self, row: Row, statement: Statement, scope: str) -> None:
        self.noted += 1
        if row not in self.inactive:
            self.inactive[row] = _Inactive(_kind_of(row, scope), statement.span)
        self.inactive[row].times += 1

    def _setting(self, row: Setting[Any], statement: Statement, order: int, scope: str, given: dict[Row, list[Any]]) -> None:
        if statement.inside is not None:
            self.report(NO_BLOCK_WANTED.at(statement.span, f"{row.name} has no block", REMOVE_BRACES))
        found = self._argument(row.argument, statement, 1 if row.name else 0, order, scope)
        before = given.get(row)
        if before is None:
            given[row] = [] if found is None else [found]
        elif found is not None:
            if before and not row.repeats:
                _report_repeated(before[-1], statement, self.report)
            before.append(found)

    def _block(self, row: Block[Any], statement: Statement, scope: str, acting: bool, given: dict[Row, list[Any]]) -> None:
        blocks = given.setdefault(row, [])
        if statement.inside is None:
            head = f"{row.name} {row.label.form}" if row.label else row.name
            self.report(BLOCK_WANTED.at(statement.span, f"{row.name} must be followed by a block", f"write {head} {{ ... }}"))
            return
        label = None
        if row.label is None:
            _report_extra(statement, 1, scope, self.report)
        else:
            label = self._argument(row.label, statement, 1, 0, scope)
        begun, written = self.inside(statement, statement.inside, within(scope, row.name), acting)
        if label is None or row.label is None:
            blocks.append(Section("", begun, written))
        else:
            text = label.value if isinstance(label.value, str) else row.label.write(label.value)
            blocks.append(Section(text, begun, written, label.value, 1))

    def _listing(self, row: Listing[Any], statement: Statement, scope: str, given: dict[Row, list[Any]]) -> None:
        lines = given.setdefault(row, [])
        if statement.body is None:
            self.report(BLOCK_WANTED.at(statement.span, f"{row.name} must be followed by a block", f"write {row.name} {{ ... }}"))
            return
        _report_extra(statement, 1, scope, self.report)
        for order, line in enumerate(statement.body):
            if self.lost is not None:
                break
            if line.inside is not None:
                self.report(
                    NO_BLOCK_WANTED.at(line.span, f"a line of {row.name} has no block", "remove the braces and what is between them")
                )
            found = self._argument(row.entry, line, 0, order, scope)
            if found is not None:
                lines.append(found)


def _report_refused(argument: Argument[Any], refused: Refused, statement: Statement, first: int, report: Report) -> None:
    words = statement.words
    if first == len(words):
        hint = f"the form is: {statement.keyword} {argument.form}"
        report(MISSING_ARGUMENT.at(statement.span, f"{statement.keyword} needs an argument", hint))
    elif refused.start == refused.end:
        report(refused.kind.at(statement.stretch(len(words) - 1), f"{refused.message} after {words[-1].text}", refused.hint))
    else:
        start = words[first].start
        report(refused.kind.at(statement.line.span(start + refused.start, start + refused.end), refused.message, refused.hint))


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
        report(MISPLACED_KEYWORD.at(statement.span, f"'{keyword}' has no meaning {where}", f"it belongs in {_listed(places)}"))
    elif not keyword.isascii() and any(each.isspace() for each in keyword):
        hint = "a blank in it is not an ASCII one, as on web pages: type it anew"
        report(UNKNOWN_KEYWORD.at(statement.span, f"there is no keyword '{keyword}' {where}", hint))
    else:
        hint = similar(keyword, tuple(TABLE.get(scope, {})))
        report(UNKNOWN_KEYWORD.at(statement.span, f"there is no keyword '{keyword}' {where}", hint))


def _listed(scopes: list[str]) -> str:
    """Name a few scopes, by the innermost block alone if there are several."""
    if len(scopes) == 1:
        return " inside ".join(reversed(scopes[0].split("/"))) or "no block: it stands at the top of the file"
    blocks = list(dict.fromkeys(scope.rpartition("/")[2] or "the top of the file" for scope in scopes))
    rest = f" and {len(blocks) - 3} other blocks" if len(blocks) > 4 else ""
    return (", ".join(blocks[:3]) + rest) if rest else " or ".join(blocks)
