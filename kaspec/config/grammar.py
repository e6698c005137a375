"""The grammars of arguments of several words, in pyparsing.  Imported only when one is read, since pyparsing is slow to import.

A grammar yields one token, the argument's value.  Single words are judged by ``kaspec.config.values``; what is grammar here is how words
follow each other.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, assert_never

import pyparsing as pp

from kaspec.config import values
from kaspec.config.argument import Accepted, Placed, Refused
from kaspec.config.diagnostics import MALFORMED, MISSING_ARGUMENT
from kaspec.config.lexer import WORD_PATTERN, unescaped
from kaspec.config.likeness import similar
from kaspec.config.lines import (
    ADDRESS_OPTIONS,
    ENCAPSULATIONS,
    HOP_OPTIONS,
    ROUTE_OPTIONS,
    RULE_OPTIONS,
    Chosen,
    Metric,
    Option,
    address_line,
    encapsulation,
    hop,
    route_line,
    rule_line,
)
from kaspec.config.values import Unfit

_WORD = rf'"[^"]*(?:"|$)|{WORD_PATTERN}'
_BLANK_OR_END = r"(?![^ \t])"
Build = Callable[[], pp.ParserElement]


class _Refusal(pp.ParseSyntaxException):
    """An ``Unfit`` word, with its place; of the kind of exception that ends the parsing at once, whatever alternatives there are."""

    def __init__(self, text: str, start: int, unfit: Unfit) -> None:
        super().__init__(text, start, unfit.message)
        self.unfit = unfit


@cache
def _complete(build: Build) -> pp.ParserElement:
    return pp.Located(build()).parse_with_tabs()


def parse(build: Build, form: str, known: tuple[str, ...], text: str) -> Accepted[Any] | Refused:
    """Read the text of an argument by its grammar; ``known`` words are what a misspelling may have meant."""
    try:
        _, (value, *_), end = _complete(build).parse_string(text)
    except _Refusal as refusal:
        unfit, start = refusal.unfit, refusal.loc
        return Refused(unfit.kind, unfit.message, unfit.hint, start, _word_end(text, start))
    except pp.ParseBaseException as error:
        return _unexpected(form, known, text, error)
    return Accepted(value, min(end, len(text)))  # the end of the text lies behind it, as pyparsing has it


def _unexpected(form: str, known: tuple[str, ...], text: str, error: pp.ParseBaseException) -> Refused:
    start = error.loc + len(text[error.loc :]) - len(text[error.loc :].lstrip(" \t"))
    expected = error.msg.removeprefix("Expected ")
    end = _word_end(text, start)
    if start == end:
        return Refused(MISSING_ARGUMENT, f"{expected} is missing", f"the form is: {form}", start, end)
    word = text[start:end]
    hint = ("" if word in known else similar(word, known)) or f"the form is: {form}"
    return Refused(MALFORMED, f"'{word}' stands where {expected} should", hint, start, end)


def _word_end(text: str, start: int) -> int:
    found = re.compile(_WORD).match(text, start)
    return found.end() if found else len(text)


# Words.


def one(read: Callable[[str], Any], name: str) -> pp.ParserElement:
    """Match one word that ``read`` accepts; ``name`` says what it is."""

    def take(text: str, start: int, tokens: pp.ParseResults) -> Any:
        try:
            return [read(unescaped(tokens[0]))]
        except Unfit as unfit:
            raise _Refusal(text, start, unfit) from None

    return pp.Regex(_WORD).add_parse_action(take).set_name(name)


def placed(element: pp.ParserElement) -> pp.ParserElement:
    """Give the value with its place."""
    located = pp.Located(element)
    return located.add_parse_action(lambda found: Placed(found[1][0], found[0], found[2]))


def literal(words: Iterable[str]) -> pp.ParserElement:
    """Match one of the words, whole."""
    known = sorted(words, key=len, reverse=True)
    pattern = "|".join(re.escape(word) for word in known)
    return pp.Regex(rf"(?:{pattern}){_BLANK_OR_END}").set_name(" or ".join(words))


def looks(pattern: str, element: pp.ParserElement, name: str = "") -> pp.ParserElement:
    """Match the element, called ``name``, only where its word has the look of one."""
    look = pp.Regex(pattern)
    return pp.FollowedBy(look.set_name(name) if name else look) + element


def keyed(**elements: pp.ParserElement) -> pp.ParserElement:
    """Match ``keyword VALUE`` in any order, for each keyword a pair."""
    return pp.ZeroOrMore(pp.MatchFirst([_pair(name, element) for name, element in elements.items()]))


def _pair(name: str, element: pp.ParserElement) -> pp.ParserElement:
    return (literal((name,)) - element).add_parse_action(lambda found: [(found[0], found[1])])


def ended(element: pp.ParserElement, expected: str) -> pp.ParserElement:
    """Match the element and nothing after it; ``expected`` is what else could follow."""
    return element + pp.StringEnd().set_name(expected)


# Options.


def options(table: tuple[Option, ...]) -> pp.ParserElement:
    """Match one option of the table."""
    return pp.MatchFirst([_option(option) for option in table])


def _option(option: Option) -> pp.ParserElement:
    element = placed(literal(option.names))
    match option.shape:
        case "flag":
            pass
        case "word":
            element = element - placed(one(option.read, option.what))
        case "locked":
            lock = pp.Optional(literal(("lock",)))
            amount = (lock + one(option.read, option.what)).add_parse_action(lambda found: Metric(found[-1], len(found) > 1))
            element = element - placed(amount)
        case "gateway":
            element = element - pp.Optional(literal(("inet", "inet6", "to"))).suppress() - placed(one(option.read, option.what))
        case "encapsulation":
            element = element - placed(_encapsulations())
        case "hop":
            parts = pp.OneOrMore(options(HOP_OPTIONS)).set_name("via, dev or another option of a next hop")
            element = element - placed(parts.add_parse_action(lambda found: hop(*found)))
        case _:
            assert_never(option.shape)
    return element.add_parse_action(lambda found: Chosen(option, found[0], found[1] if len(found) > 1 else None))


def _encapsulations() -> pp.ParserElement:
    labels = values.matching(r"[0-9]{1,7}(?:/[0-9]{1,7})*", "a stack of labels", "write the labels as 100/200")
    heads = {
        "mpls": one(lambda word: tuple(map(int, labels(word).split("/"))), "a label"),
        "ila": one(values.matching(r"[0-9A-Fa-f:]+", "a locator"), "a locator"),
    }
    kinds = [_encapsulation(kind, heads.get(kind)) for kind in ENCAPSULATIONS]
    return pp.MatchFirst(kinds).set_name(" or ".join(ENCAPSULATIONS))


def _encapsulation(kind: str, head: pp.ParserElement | None) -> pp.ParserElement:
    element = literal((kind,))
    if head is not None:
        element = element - head
    if ENCAPSULATIONS[kind]:
        element += pp.ZeroOrMore(options(ENCAPSULATIONS[kind]))
    first = 1 if head is None else 2
    return element.add_parse_action(lambda found: encapsulation(kind, () if head is None else found[1], *found[first:]))


# Lines.


def address_lines() -> pp.ParserElement:
    """Match ``ADDRESS[/LENGTH] [option ...]``."""
    line = placed(one(values.prefix, "an address")) + pp.ZeroOrMore(options(ADDRESS_OPTIONS))
    return ended(line, "an option of an address").add_parse_action(lambda found: address_line(*found))


def route_lines() -> pp.ParserElement:
    """Match a destination and options around it in any order."""
    to = pp.Suppress(pp.Optional(literal(("to",))) + pp.Optional(literal(("unicast",))))
    look = r"(?:default|any|all)(?![^ \t])|[0-9A-Fa-f]*[0-9:]"
    destination = looks(look, placed(one(values.destination, "a destination")))
    line = pp.OneOrMore(options(ROUTE_OPTIONS) | to + destination)
    return ended(line, "an option of a route").add_parse_action(lambda found: route_line(*found))


def rule_lines() -> pp.ParserElement:
    """Match options of a rule in any order."""
    line = pp.OneOrMore(options(RULE_OPTIONS))
    return ended(line, "an option of a rule").add_parse_action(lambda found: rule_line(*found))
