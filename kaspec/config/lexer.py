"""Text into lines of words and braces, by keepalived's rules.

``!`` and ``#`` start a comment anywhere outside double quotes unless a backslash precedes them; a double quote ends the word before it and
quotes to the next one; ``{`` and ``}`` stand for themselves anywhere.  ``@ID rest`` keeps the rest of a line if ID is the configuration's
id, ``@^ID rest`` if it is not.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from kaspec.config.diagnostics import EXOTIC_BLANK, LINE_IGNORED, NOT_READ_YET, UNMATCHED_QUOTE, Diagnostic
from kaspec.config.source import Brace, Line, LoneQuote, Piece, Span, Word

Report = Callable[[Diagnostic], None]
"""Takes note of a problem; reading always goes on."""

LINE_LIMIT = 1024
"""keepalived's line buffer, in bytes."""

WORD_PATTERN = r"(?:\\[!#]|\$\{[^} \t]*\}|[^ \t\"!#{}])+"
"""An unquoted word; ``${NAME}`` is one, so that its braces open no block."""

_TOKEN = re.compile(rf'(?P<quoted>"[^"]*")|(?P<word>{WORD_PATTERN})|(?P<brace>[{{}}])|(?P<comment>[!#].*)|(?P<unmatched>".*)')
_CONDITION = re.compile(r"[ \t]*@(\^?)([^ \t]*)")
_UNREAD = re.compile(r"[ \t]*(include[ambrw]?(?![^ \t])|\$\w+[ \t]*=|~\w+)")
_BLANKS = str.maketrans("\r\f\v", "   ")
_EXOTIC = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
_EXOTIC_BLANK = re.compile(rf"(?:^|(?<=[ \t{{}}]))[{_EXOTIC}]+|[{_EXOTIC}]+(?=[ \t{{}}#!]|$)")
_ESCAPE = re.compile(r"\\([!#])")


def lex(text: str, name: str, config_id: str, report: Report) -> Iterator[tuple[Line, tuple[Piece, ...]]]:
    """Split ``text``, the content of the file ``name``, into the pieces of each line that has any."""
    goes_on = told = False
    for number, raw in enumerate(text.split("\n"), start=1):
        line, exotic = _line(name, number, raw, config_id)
        if exotic and not told:
            hint = "type ordinary blanks, for keepalived takes these as part of a word"
            report(EXOTIC_BLANK.at(exotic, "these blanks, and perhaps others, are not ASCII, but read as blanks", hint))
            told = True
        unread, goes_on = goes_on, goes_on and line.text.endswith("\\")
        if unread or line.text.isspace() or not _readable(line, report):
            continue
        if directive := _UNREAD.match(line.text):
            message = f"{directive[1]} is not read yet, so what it would bring in is missing"
            report(NOT_READ_YET.at(line.span(*directive.span(1)), message, "write its content out in this file"))
            goes_on = directive[1].startswith("$") and line.text.endswith("\\")
        elif pieces := _pieces(line.text):
            yield line, pieces
            if isinstance(quote := pieces[-1], LoneQuote):
                report(UNMATCHED_QUOTE.at(line.span(quote.start, quote.end), "this quote is never closed", 'add a " at its end'))


def unescaped(word: str) -> str:
    """Take away the quotes of a word, or the backslashes that keep ``!`` and ``#`` from starting a comment."""
    if word.startswith('"'):
        return word[1:].removesuffix('"')
    return _ESCAPE.sub(r"\1", word) if "\\" in word else word


def _line(name: str, number: int, raw: str, config_id: str) -> tuple[Line, Span | None]:
    """Return a line, and where it had blanks that ASCII does not have, as copying from a web page brings them; never inside a word."""
    line = Line(name, number, _condition(raw.removesuffix("\r").translate(_BLANKS), config_id))
    exotic = None if raw.isascii() else _EXOTIC_BLANK.search(line.text)
    if exotic is None:
        return line, None
    return Line(name, number, _EXOTIC_BLANK.sub(lambda found: " " * len(found[0]), line.text)), line.span(*exotic.span())


def _condition(text: str, config_id: str) -> str:
    """Blank out an ``@ID`` condition, and the whole line if it does not hold."""
    condition = _CONDITION.match(text) if "@" in text else None
    if condition is None:
        return text
    holds = (condition[2] == config_id) != bool(condition[1])
    return " " * condition.end() + text[condition.end() :] if holds else ""


def _readable(line: Line, report: Report) -> bool:
    if "\0" in line.text:
        report(LINE_IGNORED.at(line.span(line.text.index("\0"), line.text.index("\0") + 1), "a line with a NUL character is ignored"))
        return False
    if len(line.text) > LINE_LIMIT // 4 and len(line.text.encode(errors="replace")) > LINE_LIMIT:
        report(LINE_IGNORED.at(line.span(0, len(line.text)), f"a line of more than {LINE_LIMIT} bytes is ignored"))
        return False
    return True


@lru_cache(maxsize=1 << 16)
def _pieces(text: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    words: list[Word] = []
    for found in _TOKEN.finditer(text):
        if found.lastgroup in {"word", "quoted", "unmatched"}:
            words.append(Word(unescaped(found[0]), found.start(), found.end()))
        if found.lastgroup in {"word", "quoted"}:
            continue
        if words:
            pieces.append(tuple(words))
            words = []
        if found.lastgroup == "brace":
            pieces.append(Brace(found.start(), found[0] == "{"))
        elif found.lastgroup == "unmatched":
            pieces.append(LoneQuote(found.start(), found.end()))
    return (*pieces, tuple(words)) if words else tuple(pieces)
