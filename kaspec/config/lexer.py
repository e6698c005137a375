"""Text into lines of tokens, by keepalived's rules.

``!`` and ``#`` start a comment anywhere outside double quotes unless a backslash precedes them; a double quote ends the word before it and
quotes to the next one; ``{`` and ``}`` stand for themselves anywhere.  ``@ID rest`` keeps the rest of a line if ID is the configuration's
id, ``@^ID rest`` if it is not.
"""

import re
from collections.abc import Callable

from kaspec.config.diagnostics import LINE_IGNORED, NOT_READ_YET, UNMATCHED_QUOTE, Diagnostic
from kaspec.config.source import Brace, Line, Token, Word

Report = Callable[[Diagnostic], None]
"""Takes note of a problem; reading always goes on."""

LINE_LIMIT = 1024
"""keepalived's line buffer, in bytes."""

WORD_PATTERN = r"(?:\\[!#]|\$\{[^} \t]*\}|[^ \t\"!#{}])+"
"""An unquoted word; ``${NAME}`` is one, so that its braces open no block."""

_TOKEN = re.compile(rf'(?P<quoted>"[^"]*")|(?P<word>{WORD_PATTERN})|(?P<brace>[{{}}])|(?P<comment>[!#].*)|(?P<unmatched>".*)')
_CONDITION = re.compile(r"[ \t]*@(\^?)([^ \t]*)")
_UNREAD = re.compile(r"[ \t]*(include[a-z]?(?![^ \t])|\$\w+[ \t]*=|~\w+)")
_BLANKS = str.maketrans("\r\f\v", "   ")
_ESCAPE = re.compile(r"\\([!#])")


def lex(text: str, name: str, config_id: str, report: Report) -> list[tuple[Token, ...]]:
    """Split ``text``, the content of the file ``name``, into the tokens of each line that has any."""
    lexed = []
    goes_on = False
    for number, raw in enumerate(text.split("\n"), start=1):
        line = Line(name, number, raw.removesuffix("\r").translate(_BLANKS))
        unread, goes_on = goes_on, goes_on and line.text.endswith("\\")
        if unread:
            continue
        start = _condition(line, config_id)
        if start is None or not _readable(line, report):
            continue
        if directive := _UNREAD.match(line.text, start):
            message = f"{directive[1]} is not read yet, so what it would bring in is missing"
            report(NOT_READ_YET.at(line.span(directive.start(1), directive.end(1)), message, "write its content out in this file"))
            goes_on = directive[1].startswith("$") and line.text.endswith("\\")
        elif tokens := _tokens(line, start, report):
            lexed.append(tokens)
    return lexed


def unescaped(word: str) -> str:
    """Take away the quotes of a word, or the backslashes that keep ``!`` and ``#`` from starting a comment."""
    if word.startswith('"'):
        return word[1:-1]
    return _ESCAPE.sub(r"\1", word) if "\\" in word else word


def _condition(line: Line, config_id: str) -> int | None:
    """Return where the line's content starts, or ``None`` if its ``@ID`` condition does not hold."""
    condition = _CONDITION.match(line.text)
    if condition is None:
        return 0
    holds = (condition[2] == config_id) != bool(condition[1])
    return condition.end() if holds else None


def _readable(line: Line, report: Report) -> bool:
    if "\0" in line.text:
        report(LINE_IGNORED.at(line.span(line.text.index("\0"), line.text.index("\0") + 1), "a line with a NUL character is ignored"))
        return False
    if len(line.text) > LINE_LIMIT // 4 and len(line.text.encode(errors="replace")) > LINE_LIMIT:
        report(LINE_IGNORED.at(line.span(0, len(line.text)), f"a line of more than {LINE_LIMIT} bytes is ignored"))
        return False
    return True


def _tokens(line: Line, start: int, report: Report) -> tuple[Token, ...]:
    tokens: list[Token] = []
    for found in _TOKEN.finditer(line.text, start):
        match found.lastgroup:
            case "word" | "quoted":
                tokens.append(Word(unescaped(found[0]), line, found.start(), found.end()))
            case "brace":
                tokens.append(Brace(line, found.start(), found[0] == "{"))
            case "unmatched":
                report(UNMATCHED_QUOTE.at(line.span(found.start(), found.end()), "this quote is never closed", 'add a " at its end'))
    return tuple(tokens)
