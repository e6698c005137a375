"""A line into words and braces, by keepalived's rules.

``!`` and ``#`` start a comment anywhere outside double quotes unless a backslash precedes them; a double quote ends the word before it and
quotes to the next one; ``{`` and ``}`` stand for themselves anywhere.

What a line says is a function of its text alone, so a text is read once however many of its lines are alike.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from kaspec.config.diagnostics import EXOTIC_BLANK, LINE_IGNORED, UNMATCHED_QUOTE, Diagnostic
from kaspec.config.source import Brace, Line, LoneQuote, Piece, Word
from kaspec.expression import expression

Report = Callable[[Diagnostic], None]
"""Takes note of a problem; reading always goes on."""

LINE_LIMIT = 1024
"""keepalived's line buffer, in bytes."""

WORD_PATTERN = r"(?:\\[!#]|\$\{[^} \t]*\}|[^ \t\"!#{}])+"
"""An unquoted word; ``${NAME}`` is one, so that its braces open no block."""

_TOKEN = expression(rf'(?P<quoted>"[^"]*")|(?P<word>{WORD_PATTERN})|(?P<brace>[{{}}])|(?P<comment>[!#].*)|(?P<unmatched>".*)')
_UNUSUAL = expression(r"[^\w \t.:/-]", re.ASCII)
"""No line of words without quotes and comments, which nearly all lines are."""
_OPENS = " {"
_SUSPICIOUS = expression(r"[$@~]|include|random_seed")
_DIRECTIVE = expression(r'(?:[^"]|"[^"]*")*?(?:^|[{}])[ \t]*(?:[@~]|include[ambrw]?(?![^ \t])|include_check|random_seed)')
_BLANKS = str.maketrans("\r\f\v", "   ")
_OTHER_BLANK = expression(r"[\r\f\v]")
_EXOTIC = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
_EXOTIC_BLANK = expression(rf"(?:^|(?<=[ \t{{}}]))[{_EXOTIC}]+|[{_EXOTIC}]+(?=[ \t{{}}#!]|$)")
_ESCAPE = expression(r"\\([!#])")


class Lexed(NamedTuple):
    """What a line's text says: the text with its blanks made ordinary, and its pieces.

    ``content`` is the text without its comment if it may be something to expand.  A ``plain`` line has nothing to expand or to tell; one
    that ``opens`` has words, and the brace that begins their block, and no more.
    """

    text: str
    pieces: tuple[Piece, ...]
    plain: bool
    content: str = ""
    exotic: tuple[int, int] | None = None
    opens: bool = False


def lex(raw: str) -> Lexed:
    """Read the text of a line, which may end in a carriage return: as ``lex_any`` does, but the usual ones in half the time."""
    body = raw.removesuffix(_OPENS)
    if _UNUSUAL.search(body) or len(body) > LINE_LIMIT // 4 or "include" in body or "random_seed" in body or not body.strip():
        return lex_any(raw)
    words, end = list[Word](), 0
    for word in body.split():
        start = body.index(word, end)
        end = start + len(word)
        words.append(_word(word, start, end))
    if len(body) == len(raw):
        return Lexed(raw, (tuple(words),), plain=True)
    return Lexed(raw, (tuple(words), _brace(len(body) + 1, True)), plain=True, opens=True)


def lex_any(raw: str) -> Lexed:
    """Read a line of any kind."""
    text = raw.removesuffix("\r").translate(_BLANKS) if _OTHER_BLANK.search(raw) else raw
    exotic = None
    if not text.isascii() and (found := _EXOTIC_BLANK.search(text)):
        exotic = found.span()
        text = _EXOTIC_BLANK.sub(lambda found: " " * len(found[0]), text)
    content = without_comment(text) if _SUSPICIOUS.search(text) else ""
    if "$" not in content and not _DIRECTIVE.match(content):
        content = ""
    pieces = _pieces(text)
    quoted = not pieces or not isinstance(pieces[-1], LoneQuote)
    opens = len(pieces) == 2 and isinstance(pieces[1], Brace) and pieces[1].opens and not isinstance(pieces[0], Brace)
    return Lexed(text, pieces, quoted and not content and exotic is None and _is_sound(text), content, exotic, opens)


def complain(line: Line, lexed: Lexed, report: Report) -> bool:
    """Tell what is wrong with a line; return whether keepalived takes it at all."""
    if "\0" in line.text:
        report(LINE_IGNORED.at(line.span(line.text.index("\0"), line.text.index("\0") + 1), "a line with a NUL character is ignored"))
        return False
    if not _is_sound(line.text):
        report(LINE_IGNORED.at(line.span(0, len(line.text)), f"a line of more than {LINE_LIMIT} bytes is ignored"))
        return False
    if lexed.pieces and isinstance(quote := lexed.pieces[-1], LoneQuote):
        report(UNMATCHED_QUOTE.at(line.span(quote.start, quote.end), "this quote is never closed", 'add a " at its end'))
    return True


def complain_of_blanks(line: Line, exotic: tuple[int, int], report: Report) -> None:
    """Tell that a line has blanks that ASCII does not have, as copying from a web page brings them; never inside a word."""
    hint = "type ordinary blanks, for keepalived takes these as part of a word"
    report(EXOTIC_BLANK.at(line.span(*exotic), "these blanks, and perhaps others, are not ASCII, but read as blanks", hint))


def unescaped(word: str) -> str:
    """Take away the quotes of a word, or the backslashes that keep ``!`` and ``#`` from starting a comment."""
    if word.startswith('"'):
        return word[1:].removesuffix('"')
    return _ESCAPE.sub(r"\1", word) if "\\" in word else word


def without_comment(text: str) -> str:
    """Return a line up to its comment."""
    return text[: next((found.start() for found in _TOKEN.finditer(text) if found.lastgroup == "comment"), len(text))]


def _is_sound(text: str) -> bool:
    return "\0" not in text and (len(text) <= LINE_LIMIT // 4 or len(text.encode(errors="replace")) <= LINE_LIMIT)


@lru_cache(maxsize=1024)
def _word(text: str, start: int, end: int) -> Word:
    """Most words are keywords, in the same column each time: they share one value."""
    return Word(text, start, end)


_brace = lru_cache(maxsize=1024)(Brace)
"""So do braces."""


def _pieces(text: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    words: list[Word] = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind in {"word", "quoted", "unmatched"}:
            words.append(_word(unescaped(found[0]), *found.span()))
        if kind in {"word", "quoted"}:
            continue
        if words:
            pieces.append(tuple(words))
            words = []
        if kind == "brace":
            pieces.append(_brace(found.start(), found[0] == "{"))
        elif kind == "unmatched":
            pieces.append(LoneQuote(found.start(), found.end()))
    return (*pieces, tuple(words)) if words else tuple(pieces)
