"""A configuration's text into the lines that mean something: a stack of what is being read.

On the stack are files, and in them the lines that definitions and generators add.  Lines are taken from the top; what a line brings in is
put on top of it, so that it is read before the next one.

Nothing grows without end: what stands in a circle is told where it closes, and what multiplies is weighed before it is written out.
"""

import re
from collections.abc import Iterator

from attrs import field

from kaspec.config.diagnostics import (
    ENDLESS,
    INCLUDE_COMPUTED,
    INCLUDE_NOT_FOLLOWED,
    MALFORMED,
    MALFORMED_DEFINITION,
    MALFORMED_GENERATOR,
    TOO_MUCH,
)
from kaspec.config.expansion.definitions import DEFINITION, Definition, Replacement
from kaspec.config.expansion.generators import GENERATOR, Generator, Malformed, read_generator
from kaspec.config.expansion.includes import ALL_CHECKS, CHECKS_OF, INCLUDE, Checks, changed_checks, include
from kaspec.config.expansion.library import Found, Library, Question, Settings
from kaspec.config.expansion.names import Names
from kaspec.config.expansion.patterns import directory_of
from kaspec.config.expansion.stretches import RawLines, Stretches
from kaspec.config.expansion.weight import MOST_LINES, weigh
from kaspec.config.lexer import Lexed, Report, complain, complain_of_blanks, lex, without_comment
from kaspec.config.source import BLANKS, Chain, Line, Piece, Stretch, Substituted, Text, Written
from kaspec.expression import expression
from kaspec.frozen import define, frozen

DEEPEST = 300
"""How much may be read within each other: files, and lines that definitions and generators add."""

DEEPEST_INCLUDE = 64
"""How deep files may include each other."""

UNFORESEEN = 100_000
"""How many lines may be added that were not counted beforehand, by files included again or definitions that change as they are read."""

REPEATED_FILE = 10
"""How many lines it counts for to include a file again."""

MOST_REMEMBERED = 1024
"""So many lines are remembered: those that are written again are so soon, and memory costs more than reading."""

MOST_FILES_AHEAD = 500
"""How many files are looked into before reading; what they include is found then, or when it is read."""

_CONDITION = expression(r"@(\^?)([^ \t]*)[ \t]+")
_SPACED_DEFINITION = expression(r"\$[A-Za-z_]\w*[ \t]+=", re.ASCII)
_SETTING = expression(r"(?:^|[{}])[ \t]*(random_seed|include_check)(?![^ \t])([^{}]*)")
_RESIDUE = expression(r'(?:[^"]|"[^"]*")*?[{}][ \t]*(?=[@~]|\$\w+=|include[ambrw]?[ \t])')
_INCLUDE_LINE = expression(r"^[ \t]*include[ambrw]?[ \t]+([^\n$]+)$", re.MULTILINE)

Lines = Iterator[tuple[Line, tuple[Piece | Stretch, ...]]]


@frozen
class _File:
    """A file being read: what relative names are relative to, and what is known of it."""

    path: str
    within: frozenset[str]
    """The identities of this file and of those it is included by."""

    @property
    def directory(self) -> str:
        return directory_of(self.path)


@define
class _Reading:
    """Something on the stack: the lines of a file by number, or those that a definition or generator adds, each with its chain."""

    file: _File
    chain: Chain
    raws: RawLines | None = None
    texts: Iterator[tuple[Text, Chain]] = field(factory=lambda: iter(()))
    definition: Definition | None = None
    checks_after: Checks | None = None


@define
class Expansion:
    """A configuration being expanded.

    ``texts`` holds the files that were read, ``questions`` what must be answered before the lines are all there are.  Unless it ``follows``
    them, includes are told instead.
    """

    library: Library
    settings: Settings
    report: Report
    follows: bool = True
    texts: dict[str, str] = field(factory=dict)
    questions: set[Question] = field(factory=set)
    _stack: list[_Reading] = field(factory=list)
    _names: Names = field(init=False)
    _lexed: dict[str, Lexed] = field(factory=dict)
    _stretches: Stretches = field(init=False)
    _checks: Checks = frozenset()
    _added: int = 0
    _allowed: int = UNFORESEEN
    _told_blanks: bool = False

    def lines(self, path: str, content: Found) -> Lines:
        """Yield the lines of a file, and of all it includes, that mean something."""
        self._checks = ALL_CHECKS if self.settings.all_checks else frozenset()
        self._stretches = Stretches(self._lex)
        self._names = Names(self.settings, self.report)
        if self.follows:
            self._look_ahead(path, content, set())
        if self.questions:
            return
        self._open(path, content, ())
        while self._stack:
            reading = self._stack[-1]
            self._names.directory = reading.file.directory
            if reading.raws is not None:
                yield from self._read_file(reading, reading.raws)
            else:
                yield from self._read_texts(reading)
            if self._stack and self._stack[-1] is reading:
                self._close()
        self._lexed.clear()
        self._stretches.forget()

    # Files.

    def _open(self, path: str, content: Found, chain: Chain, within: frozenset[str] = frozenset()) -> None:
        text = content.text
        if path in self.texts:
            self._added += REPEATED_FILE + text.count("\n") + 1
        self.texts[path] = text
        self._stack.append(_Reading(_File(path, within | {content.identity}), chain, RawLines(text), checks_after=self._checks))

    def _look_ahead(self, path: str, content: Found, seen: set[str]) -> None:
        """Ask for all that is plainly included before reading anything, since reading begins again when there are answers."""
        seen.add(content.identity)
        for found in _INCLUDE_LINE.finditer(content.text) if "include" in content.text else ():
            included = include(without_comment(found[1]).strip(BLANKS), directory_of(path), frozenset(), self.library)
            self.questions |= included.questions
            for inner, inside in included.files:
                if inside.identity not in seen and len(seen) < MOST_FILES_AHEAD:
                    self._look_ahead(inner, inside, seen)

    def _close(self) -> None:
        ended = self._stack.pop()
        if ended.checks_after is not None:
            self._checks = ended.checks_after

    def _read_file(self, reading: _Reading, raws: RawLines) -> Lines:
        """Yield lines until the file ends or something is on top of it."""
        path, chain = reading.file.path, reading.chain
        for number, raw in raws:
            lexed = self._lexed.get(raw) or self._lex(raw)
            if lexed.plain:
                stretch = self._stretches.take(raw, raws) if lexed.opens else None
                if lexed.pieces:
                    yield Line(path, number, lexed.text, chain), lexed.pieces if stretch is None else (*lexed.pieces, stretch)
                continue
            yield from self._read_line(Line(path, number, lexed.text, chain), lexed, raws)
            if not self._stack or self._stack[-1] is not reading:
                return

    def _lex(self, raw: str) -> Lexed:
        lexed = self._lexed.get(raw)
        if lexed is None:
            if len(self._lexed) == MOST_REMEMBERED:
                self._lexed.clear()
            lexed = self._lexed[raw] = lex(raw)
        return lexed

    def _read_line(self, line: Line, lexed: Lexed, raws: Iterator[tuple[int, str]]) -> Lines:
        if lexed.exotic and not self._told_blanks:
            complain_of_blanks(line, lexed.exotic, self.report)
            self._told_blanks = True
        if not lexed.content:
            if complain(line, lexed, self.report):
                yield line, lexed.pieces
            return
        text = _content(line, lexed.content)
        made = self._take(text, line.chain, raws if line.text.rstrip(BLANKS).endswith("\\") else None)
        if made is text:
            if complain(line, lexed, self.report):
                yield line, lexed.pieces
        elif made is not None:
            yield from self._finish(made, line.chain)

    # Lines that are not written as they are read.

    def _read_texts(self, reading: _Reading) -> Lines:
        for text, chain in reading.texts:
            self._added += 1
            if not self._has_room(text, chain):
                return
            made = self._take(text, chain, None)
            if made is not None:
                yield from self._finish(made, chain)
            if not self._stack or self._stack[-1] is not reading:
                return

    def _finish(self, text: Text, chain: Chain) -> Lines:
        lexed, line = self._lex(text.string), text.line(chain)
        if complain(line, lexed, self.report) and lexed.pieces:
            yield line, lexed.pieces

    def _push(self, texts: Iterator[tuple[Text, Chain]], chain: Chain, definition: Definition | None = None) -> None:
        self._stack.append(_Reading(self._stack[-1].file, chain, None, texts, definition))

    def _take(self, text: Text, chain: Chain, raws: Iterator[tuple[int, str]] | None) -> Text | None:
        """Do what a line says; return what is left of it to be read as a statement.

        ``raws`` are the lines after it, if it ends in a backslash and so goes on if it is a definition.
        """
        written = text
        while text.string:
            string = text.string
            if string[0] == "@":
                condition = _CONDITION.match(string)
                if condition is None or (condition[2] == self.settings.config_id) == bool(condition[1]):
                    if raws is not None and condition is not None and DEFINITION.match(string, condition.end()):
                        tuple(self._continued(raws))
                    return None
                text = text.cut(condition.end())
            elif string[0] == "$" and (definition := DEFINITION.match(string)):
                self._define(definition, text, raws)
                return None
            elif GENERATOR.match(string):
                self._generate(text, chain)
                return None
            elif "$" not in string:
                break
            else:
                replaced = self._replace(text, chain, text is written)
                if replaced is None:
                    return None
                if replaced is text:
                    break
                text = replaced.stripped()
        return self._act(text, chain, text is not written) if text.string else None

    def _act(self, text: Text, chain: Chain, computed: bool) -> Text | None:
        """Do what a line without references says to the text level, and return the rest."""
        if found := INCLUDE.match(text.string):
            self._include(found, text, chain, computed or self._stack[-1].raws is None)
            return None
        for setting in _SETTING.finditer(text.string):
            words = setting[2].split()
            if setting[1] == "include_check":
                self._checks = changed_checks(self._checks, words)
            elif words and words[0].isdecimal():
                self._names.seed(int(words[0][:20]))
        if residue := _RESIDUE.match(text.string):
            self._push(iter([(text.cut(residue.end()), chain)]), chain)
            self._allowed += 1
            return text.cut(0, residue.end()).stripped()
        return text

    # Includes.

    def _include(self, found: re.Match[str], text: Text, chain: Chain, computed: bool) -> None:
        line = text.line(chain)
        place, named = line.span(0, found.end(1)), line.span(max(found.start(2), 0), found.end())
        if not found[2]:
            self.report(MALFORMED.at(place, "include lacks the name of a file", "write include FILE; FILE may be a pattern"))
            return
        if not self.follows:
            self.report(INCLUDE_NOT_FOLLOWED.at(named, "what this includes is not read here", "write its content out"))
            return
        if computed:
            message = "keepalived reads an include twice or out of place if a condition, definition or generator makes it"
            self._names.tell_once(
                INCLUDE_COMPUTED.at(place, message, "here it is read once, in its place; write it plainly to have both agree")
            )
        within = self._stack[-1].file.within
        if len(within) >= DEEPEST_INCLUDE:
            self.report(TOO_MUCH.at(named, f"includes are nested more than {DEEPEST_INCLUDE} deep", "look for a circle"))
            return
        included = include(found[2], self._stack[-1].file.directory, self._checks | CHECKS_OF[found[1]], self.library)
        self.questions |= included.questions
        for complaint in included.complaints:
            self.report(complaint.kind.at(named, complaint.message, complaint.hint))
        for number, (path, content) in reversed(tuple(enumerate(included.files))):
            if content.identity in within:
                self.report(ENDLESS.at(named, f"{path} is being read already: it includes itself", "remove an include of the circle"))
            else:
                self._open(path, content, (text.first.origin("included", f"{number:05}"), *chain), within)
        self._has_room(text, chain)

    # Definitions.

    def _define(self, found: re.Match[str], text: Text, raws: Iterator[tuple[int, str]] | None) -> None:
        value = text.cut(found.end())
        if raws is not None:
            lines = tuple(line for line in (_without_backslash(value), *self._continued(raws)) if line.string)
            self._names.define(found[1], lines or (Text(""),), multiline=bool(lines))
        else:
            self._names.define(found[1], (value,))

    def _continued(self, raws: Iterator[tuple[int, str]]) -> Iterator[Text]:
        """Take the lines that continue a definition: up to the first without a backslash at its end, or an empty one."""
        file = self._stack[-1].file
        for number, raw in raws:
            line = Line(file.path, number, lex(raw).text)
            text = _content(line, without_comment(line.text))
            goes_on = line.text.rstrip(BLANKS).endswith("\\")
            yield _without_backslash(text)
            if not goes_on:
                return

    def _replace(self, text: Text, chain: Chain, again: bool) -> Text | None:
        """Replace the references of a line, ``again`` if it was expanded before; none if it must not be read at all."""
        if spaced := _SPACED_DEFINITION.match(text.string):
            hint = "write $NAME=VALUE, with no blank before the ="
            self.report(MALFORMED_DEFINITION.at(text.line(chain).span(*spaced.span()), "this is no definition", hint))
            return None
        active = [each.definition for each in self._stack if each.definition is not None]
        replacement = Replacement(self._names.look_up, self._names.known, self._names.tell_once, chain, active, again)
        replaced = replacement.replace(text)
        if replacement.failed or (replacement.following and not self._is_affordable(text, chain)):
            return None
        for definition, inner in replacement.following:
            self._push(iter([(line, inner) for line in definition.lines[1:]]), inner, definition)
        return replaced

    # Generators.

    def _generate(self, text: Text, chain: Chain) -> None:
        generator = read_generator(text, self._names.resolved)
        if isinstance(generator, Malformed):
            place = text.line(chain).span(generator.start, generator.end)
            self._names.tell_once(MALFORMED_GENERATOR.at(place, generator.message, generator.hint))
        elif self._is_affordable(text, chain):
            first = text.nodes[0]
            repeated = self._names.defined.get(first.name) if isinstance(first, Substituted) else None
            self._push(self._repeated(generator, text, chain), chain, repeated)

    def _repeated(self, generator: Generator, text: Text, chain: Chain) -> Iterator[tuple[Text, Chain]]:
        body, place = text.cut(generator.body), text.first
        for index in range(len(generator.values)):
            told = []
            for name, value in zip(generator.names, generator.texts(index), strict=True):
                self._names.defined[name] = Definition(name, (value,))
                told.append(f"{name} = {value.string}")
            yield body, (place.origin("generated", f"{generator.word} with {', '.join(told)}"), *chain)

    def _has_room(self, text: Text, chain: Chain) -> bool:
        """End reading if more was added than could be foreseen."""
        if self._added <= self._allowed and len(self._stack) <= DEEPEST:
            return True
        message = f"this is nested too deep, or adds more than {UNFORESEEN} lines that could not be foreseen; reading ends here"
        self.report(TOO_MUCH.at(text.line(chain).span(0, len(text.string)), message, "look for files or definitions in a circle"))
        self._stack.clear()
        return False

    def _is_affordable(self, text: Text, chain: Chain) -> bool:
        """Weigh what a line of a file makes before it is made."""
        if any(each.raws is None for each in self._stack):
            return True
        count = weigh(text.string, self._names.defined, self._names.resolved)
        if self._added + count > MOST_LINES:
            message = f"this makes {count if count < 10**12 else 'far too many'} lines; {MOST_LINES} in all are the limit"
            self.report(TOO_MUCH.at(text.line(chain).span(0, len(text.string)), message, "it is not expanded"))
            return False
        self._allowed += 2 * count
        return True


def _content(line: Line, content: str) -> Text:
    """Return what stands on a line of a file besides blanks and comment."""
    string = content.strip(BLANKS)
    start = len(content) - len(content.lstrip(BLANKS))
    return Text(string, (Written(line.file, line.number, start, string),)) if string else Text("")


def _without_backslash(text: Text) -> Text:
    return text.cut(0, len(text.string.removesuffix("\\"))).stripped()
