"""Commands: the second quoting grammar of keepalived, which the keywords that run something read the rest of their line with.

Words are quoted by ``'`` or ``"``, whole or in part, and a backslash escapes: ``\\a \\b \\E \\f \\n \\r \\t \\v``,
``\\xH...``, ``\\NNN`` (octal), ``\\cX`` (a control character), and any other character itself.  A command with arguments is therefore
one quoted word; a user and a group may follow.  Source: keepalived.conf(5), and what keepalived 2.2.7 makes of such lines.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kaspec.config.argument import Accepted, Argument, Refused
from kaspec.config.diagnostics import MALFORMED, MISSING_ARGUMENT
from kaspec.config.model import Command
from kaspec.expression import expression

_BARE = expression(r"[^ \t\"'\\]+")
_QUOTED = {'"': expression(r'[^"\\]+'), "'": expression(r"[^'\\]+")}
_ESCAPE = expression(r"\\(?:x([0-9A-Fa-f]+)|([0-7]{1,3})|c(.)|(.)|$)", re.DOTALL)
_NAMED = {"a": "\a", "b": "\b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class _Taken(NamedTuple):
    """A word as read and where it ends; ``open_quote`` is where a quote begins that nothing ends."""

    text: str
    end: int
    open_quote: int | None = None


def _take(text: str, start: int) -> _Taken:
    """Read the word that begins at ``start``."""
    parts: list[str] = []
    quote, opened, place = "", 0, start
    while place < len(text):
        if text[place] == "\\":
            found = _ESCAPE.match(text, place)
            assert found, "a backslash begins an escape"
            parts.append(_unescaped(found))
            place = found.end()
        elif quote and text[place] == quote:
            quote, place = "", place + 1
        elif not quote and text[place] in "\"'":
            quote, opened, place = text[place], place, place + 1
        elif run := (_QUOTED[quote] if quote else _BARE).match(text, place):
            parts.append(run[0])
            place = run.end()
        else:
            break
    return _Taken("".join(parts), place, opened if quote else None)


def _unescaped(found: re.Match[str]) -> str:
    hexadecimal, octal, control, plain = found.groups()
    if hexadecimal is not None:
        return chr(int(hexadecimal, 16) & 0xFF)
    if octal is not None:
        return chr(int(octal, 8) & 0xFF)
    if control is not None:
        return chr(ord(control.upper()) & 0x1F)
    return _NAMED.get(plain, plain) if plain else ""


def _read(limit: int, form: str, text: str) -> Accepted[Command] | Refused:
    """Read up to ``limit`` words as a command, a user and a group."""
    found: list[str] = []
    place = end = 0
    while place < len(text) and len(found) < limit:
        taken = _take(text, place)
        if taken.open_quote is not None:
            return Refused(MALFORMED, "this quote is never closed", f"add a {text[taken.open_quote]}", taken.open_quote, len(text))
        found.append(taken.text)
        end = taken.end
        place = end + len(text[end:]) - len(text[end:].lstrip(" \t"))
    if not found or not found[0].strip():
        kind = MALFORMED if found else MISSING_ARGUMENT
        return Refused(kind, "a command is missing", f"the form is: {form}", 0, end)
    return Accepted(Command(*found), end)


def arguments(line: str) -> tuple[str, ...]:
    """Split the line of a command into the program and its arguments, as keepalived does: the same quoting once more."""
    found: list[str] = []
    place = len(line) - len(line.lstrip(" \t"))
    while place < len(line):
        taken = _take(line, place)
        found.append(taken.text)
        place = taken.end + len(line[taken.end :]) - len(line[taken.end :].lstrip(" \t"))
    return tuple(found)


def write(command: Command) -> str:
    """Write a command so that both of keepalived's quoting grammars give it back."""
    return " ".join((quoted(command.line), *(_written(name) for name in (command.user, command.group) if name is not None)))


_WRITTEN = {"\\": "\\\\", '"': "\\042", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\000", "\f": "\\f", "\v": "\\v"}


def quoted(text: str) -> str:
    """Quote a command; what ends a word or a line for the first grammar becomes an escape of the second."""
    return '"' + "".join(_WRITTEN.get(each, each) for each in text) + '"'


def _written(name: str) -> str:
    return name if re.fullmatch(r"[\w.:-]+", name) else quoted(name)


COMMAND: Argument[Command] = Argument(
    "CMD [USER [GROUP]]", lambda text: _read(3, "CMD [USER [GROUP]]", text), write, '"/usr/local/bin/notify.sh"'
)
"""A command, and whom to run it as."""
LONE_COMMAND: Argument[Command] = Argument("CMD", lambda text: _read(1, "CMD", text), write, '"/usr/local/bin/check.sh"')
"""A command alone; a keyword of its own says whom to run it as."""
OPTIONAL_COMMAND: Argument[Command | None] = Argument(
    "[CMD [USER [GROUP]]]", COMMAND.read, lambda command: "" if command is None else write(command), COMMAND.example, (None,)
)
"""A command, or none."""


def _text(text: str) -> Accepted[str] | Refused:
    read = _read(1, "TEXT", text)
    return read if isinstance(read, Refused) else Accepted(read.value.line, read.end)


TEXT: Argument[str] = Argument("TEXT", _text, quoted, '"status: *ok"')
"""A text that is quoted as commands are."""
