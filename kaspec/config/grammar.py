"""The grammars of arguments, in pyparsing.  Imported only when the first argument is read, since pyparsing is slow to import.

A grammar yields one token, the argument's value.  Single words are judged by ``kaspec.config.values``; what is grammar here is how words
follow each other.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pyparsing as pp

from kaspec.config import values
from kaspec.config.argument import Accepted, Argument, Placed, Refused
from kaspec.config.diagnostics import MALFORMED, MISSING_ARGUMENT
from kaspec.config.lexer import WORD_PATTERN, unescaped
from kaspec.config.lines import ADDRESS_OPTIONS, ROUTE_OPTIONS, Chosen, Option, Server, TrackLine, address_line, route_line
from kaspec.config.model import Command
from kaspec.config.values import Unfit

_WORD = rf'"[^"]*(?:"|$)|{WORD_PATTERN}'
_BLANK_OR_END = r"(?![^ \t])"


class _Refusal(pp.ParseSyntaxException):
    """An ``Unfit`` word, with its place; of the kind of exception that ends the parsing at once, whatever alternatives there are."""

    def __init__(self, text: str, start: int, unfit: Unfit) -> None:
        super().__init__(text, start, unfit.message)
        self.unfit = unfit


@cache
def _complete(argument: Argument[Any]) -> pp.ParserElement:
    return pp.Located(argument.build()).parse_with_tabs()


def parse(argument: Argument[Any], text: str) -> Accepted[Any] | Refused:
    """Read the text of an argument by its grammar."""
    try:
        _, (value, *_), end = _complete(argument).parse_string(text)
    except _Refusal as refusal:
        unfit, start = refusal.unfit, refusal.loc
        return Refused(unfit.kind, unfit.message, unfit.hint, start, _word_end(text, start))
    except pp.ParseBaseException as error:
        return _unexpected(argument, text, error)
    return Accepted(value, end)


def _unexpected(argument: Argument[Any], text: str, error: pp.ParseBaseException) -> Refused:
    start = error.loc + len(text[error.loc :]) - len(text[error.loc :].lstrip(" \t"))
    expected = error.msg.removeprefix("Expected ")
    end = _word_end(text, start)
    if start == end:
        return Refused(MISSING_ARGUMENT, f"{expected} is missing", f"the form is: {argument.form}", start, end)
    hint = values.similar(text[start:end], argument.words) or f"the form is: {argument.form}"
    return Refused(MALFORMED, f"'{text[start:end]}' stands where {expected} should", hint, start, end)


def _word_end(text: str, start: int) -> int:
    found = re.compile(_WORD).match(text, start)
    return found.end() if found else len(text)


# Words.


def one(read: Callable[[str], Any], name: str) -> pp.ParserElement:
    """Match one word that ``read`` accepts; ``name`` says what it is."""

    def take(text: str, start: int, tokens: pp.ParseResults) -> Any:
        try:
            return read(unescaped(tokens[0]))
        except Unfit as unfit:
            raise _Refusal(text, start, unfit) from None

    return pp.Regex(_WORD).add_parse_action(take).set_name(name)


def nothing() -> pp.ParserElement:
    """Match no word at all: a flag."""
    return pp.Empty().add_parse_action(lambda: True)


def text_words() -> pp.ParserElement:
    """Match one or more words: a tuple of them."""
    return pp.OneOrMore(one(str, "a word")).add_parse_action(tuple)


def placed(element: pp.ParserElement) -> pp.ParserElement:
    """Give the value with its place."""
    located = pp.Located(element)
    return located.add_parse_action(lambda found: Placed(found[1][0], found[0], found[2]))


def literal(words: tuple[str, ...]) -> pp.ParserElement:
    """Match one of the words, whole."""
    pattern = "|".join(re.escape(word) for word in words)
    return pp.Regex(rf"(?:{pattern}){_BLANK_OR_END}").set_name(" or ".join(words))


# Several words.


def options(table: tuple[Option, ...]) -> pp.ParserElement:
    """Match one option of the table."""
    return pp.MatchFirst([_option(option) for option in table])


def _option(option: Option) -> pp.ParserElement:
    element = placed(literal(option.names))
    if option.read is not None:
        element = element - placed(one(option.read, option.what))
    return element.add_parse_action(lambda found: Chosen(option, found[0], found[1] if len(found) > 1 else None))


def _end(what: str) -> pp.ParserElement:
    return pp.StringEnd().set_name(what)


def address_lines() -> pp.ParserElement:
    """Match ``ADDRESS[/LENGTH] [option ...]``."""
    line = placed(one(values.prefix, "an address")) + pp.ZeroOrMore(options(ADDRESS_OPTIONS)) + _end("an option of an address")
    return line.add_parse_action(lambda found: address_line(*found))


def route_lines() -> pp.ParserElement:
    """Match a destination and options around it in any order."""
    to = pp.Suppress(pp.Optional(literal(("to",))) + pp.Optional(literal(("unicast",))))
    destination = pp.FollowedBy(pp.Regex(r"default(?![^ \t])|[0-9A-Fa-f]*[0-9:]")) + placed(one(values.destination, "a destination"))
    line = pp.OneOrMore(options(ROUTE_OPTIONS) | to + destination) + _end("an option of a route")
    return line.add_parse_action(lambda found: route_line(*found))


def track_lines(bound: int) -> pp.ParserElement:
    """Match ``INTERFACE [weight N [reverse|noreverse]]``."""
    weight = literal(("weight",)).suppress() - one(values.integer(-bound, bound), "a weight")
    reverse = literal(("reverse", "noreverse")).add_parse_action(lambda found: found[0] == "reverse")
    line = placed(one(values.interface, "the name of an interface")) + pp.Optional(weight + pp.Optional(reverse))
    return (line + _end("weight")).add_parse_action(lambda found: TrackLine(*found))


def servers() -> pp.ParserElement:
    """Match ``HOST [PORT]``."""
    line = one(str, "an address or a host name") + pp.Optional(one(values.integer(1, 65535), "a port"))
    return line.add_parse_action(lambda found: Server(*found))


_COMMAND_WORD = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^ \t"']+"""


def commands() -> pp.ParserElement:
    """Match ``COMMAND [USER [GROUP]]``; a command with arguments is quoted, singly or doubly."""
    command = pp.Regex(_COMMAND_WORD).add_parse_action(lambda found: _unquoted(found[0])).set_name("a command")
    line = command + pp.Optional(one(str, "a user") + pp.Optional(one(str, "a group")))
    return line.add_parse_action(lambda found: Command(*found))


def _unquoted(word: str) -> str:
    inner = word[1:-1] if word[0] in "\"'" else word
    return re.sub(r"\\(.)", r"\1", inner)
