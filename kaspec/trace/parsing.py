"""Text to ``Trace``: total, every text gives a trace or the tuple of its problems, all at once."""

from collections.abc import Callable
from typing import TypeVar

import pyparsing as pp
from attrs import field, mutable

from kaspec.frozen import evolve, frozen
from kaspec.trace import grammar
from kaspec.trace.checking import problems_of
from kaspec.trace.configuration import block
from kaspec.trace.language import (
    Comments,
    Expectation,
    Moment,
    Problem,
    Reloads,
    Router,
    Statement,
    Trace,
)

_Element = TypeVar("_Element", bound=Statement | Router | Moment | Expectation)


@frozen
class _Line:
    """A line of the text, trailing blanks taken off; ``number`` counts from 1."""

    number: int
    text: str

    @property
    def bare(self) -> str:
        return self.text.lstrip()

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.bare)


@mutable
class _Draft:
    """A trace as far as it has been read.

    ``block`` holds the lines of the configuration being read, if one is; a comment that is indented no deeper than ``depth`` is
    not part of it.
    """

    name: str
    statements: list[Statement] = field(factory=list)
    routers: list[Router] = field(factory=list)
    timeline: list[Moment] = field(factory=list)
    comments: list[str] = field(factory=list)
    problems: list[Problem] = field(factory=list)
    block: list[_Line] | None = None
    depth: int = 0

    def take_comments(self) -> Comments:
        """Return the comments read since the last element, which are the next one's."""
        taken, self.comments = tuple(self.comments), []
        return taken


def parse(text: str, name: str = "trace") -> Trace | tuple[Problem, ...]:
    """Read a trace called ``name``; never raises."""
    draft = _Draft(name)
    for number, line in enumerate(text.split("\n"), 1):
        _take(draft, _Line(number, line.rstrip()))
    _close_block(draft)
    trace = Trace(tuple(draft.statements), tuple(draft.routers), tuple(draft.timeline), tuple(draft.comments), name)
    problems = tuple(draft.problems) or problems_of(trace)
    lines = text.split("\n")
    return tuple(evolve(each, text=lines[each.line - 1].rstrip()) for each in problems) if problems else trace


def _take(draft: _Draft, line: _Line) -> None:
    if draft.block is not None:
        if not line.text or _continues(draft.depth, line):
            draft.block.append(line)
            return
        _close_block(draft)
    if not line.text:
        return
    if line.bare.startswith("#"):
        draft.comments.append(_comment(line.bare[1:]))
    elif _is_expectation(line):
        _take_expectation(draft, line)
    elif line.indent:
        draft.problems.append(Problem(draft.name, line.number, line.indent + 1, "an indented line that belongs to nothing"))
    elif line.text[0].isdigit():
        _take_moment(draft, line)
    else:
        _take_statement(draft, line)


def _continues(depth: int, line: _Line) -> bool:
    return line.indent > (depth if line.bare.startswith("#") else 0) and not _is_expectation(line)


def _is_expectation(line: _Line) -> bool:
    return line.bare.startswith(("=>", "=/>"))


def _take_statement(draft: _Draft, line: _Line) -> None:
    read = _read(draft, grammar.statement, line)
    if read is None:
        _open_block(draft, 0)  # what is indented below it is no further mistake
        return
    if draft.timeline:
        draft.problems.append(Problem(draft.name, line.number, 1, "comes before the timeline"))
    if isinstance(read, Router):
        draft.routers.append(_dress(draft, read, line))
        _open_block(draft, 0)
    else:
        draft.statements.append(_dress(draft, read, line))


def _take_moment(draft: _Draft, line: _Line) -> None:
    read = _read(draft, grammar.moment, line)
    if read is not None:
        draft.timeline.append(_dress(draft, read, line))
        if isinstance(read.stimulus, Reloads):
            _open_block(draft, len(line.text.split()[0]) + 2)


def _take_expectation(draft: _Draft, line: _Line) -> None:
    if not draft.timeline:
        draft.problems.append(Problem(draft.name, line.number, 1, "an expectation follows a moment of the timeline"))
        return
    read = _read(draft, grammar.expectation, line)
    if read is not None:
        last = draft.timeline[-1]
        draft.timeline[-1] = evolve(last, expectations=(*last.expectations, _dress(draft, read, line)))


def _read(draft: _Draft, read: Callable[[str], _Element], line: _Line) -> _Element | None:
    said, _, _ = line.text.partition("#")
    try:
        return read(said)
    except pp.ParseBaseException as error:
        message = "this is not understood here" if "end of text" in error.msg else error.msg
        draft.problems.append(Problem(draft.name, line.number, min(error.loc, len(said.rstrip())) + 1, message))
        return None


def _dress(draft: _Draft, element: _Element, line: _Line) -> _Element:
    """Give an element its comments and its place."""
    _, _, note = line.text.partition("#")
    return evolve(element, comments=draft.take_comments(), note=_comment(note), line=line.number)


def _comment(text: str) -> str:
    return text.removeprefix(" ").rstrip()


def _open_block(draft: _Draft, depth: int) -> None:
    draft.block, draft.depth = [], depth


def _close_block(draft: _Draft) -> None:
    """Give the configuration just read to its router or reload."""
    lines, draft.block = draft.block, None
    if lines is None:
        return
    configuration = block("\n".join(line.text for line in lines))
    if lines:
        configuration = evolve(configuration, line=lines[0].number + configuration.line)
    if draft.timeline:
        draft.timeline[-1] = evolve(draft.timeline[-1], stimulus=Reloads(configuration))
    elif draft.routers:
        draft.routers[-1] = evolve(draft.routers[-1], configuration=configuration)
