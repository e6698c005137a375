"""The common forms of arguments of several words, read without their grammar.

To import the grammar takes as long as to check a file of usual size, and to ask it takes ten times as long as this.  Whatever is read here
the grammar reads in the same way, which is a law (``tests/laws/test_config_table.py``); what is not, it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from kaspec.config import terms, values
from kaspec.config.argument import Placed
from kaspec.config.lines import (
    ADDRESS_OPTIONS,
    ROUTE_OPTIONS,
    RULE_OPTIONS,
    AddressLine,
    Chosen,
    Metric,
    Option,
    RouteLine,
    RuleLine,
    address_line,
    route_line,
    rule_line,
)
from kaspec.config.values import Prefix, Unfit
from kaspec.expression import expression

T = TypeVar("T")
Plain = Sequence[Placed[str]]
"""Words without quotes and escapes, each with its place."""
Brief = Callable[[str], T]
"""Reads a text of such words, or raises ``Unfit`` where they are another form, or wrong."""
MANY = 1 << 16
_PORT = values.integer(0, 65535)
_WORD = r"[^\s\"\\!#{}]+"
_PLAIN, _PLAIN_WORD = expression(rf"{_WORD}(?:[ \t]+{_WORD})*"), expression(_WORD)
_DESTINATION = expression(r"(?:default|any|all)$|[0-9A-Fa-f]*[0-9:]")


def is_plain(text: str) -> bool:
    """Tell whether all words of a text are plain, and there is one."""
    return _PLAIN.fullmatch(text) is not None


def _words(text: str) -> Plain:
    return [Placed(each[0], each.start(), each.end()) for each in _PLAIN_WORD.finditer(text)]


def briefly(read: Callable[..., T], most: int = 1) -> Brief[T]:
    """Read at most so many words by what they are alone."""

    def read_words(text: str) -> T:
        words = text.split()
        if len(words) > most:
            raise Unfit("more words than that")
        return read(*words)

    return read_words


def tracked_briefly(name: Callable[[str], str], weight: Callable[[str], int]) -> Brief[terms.TrackLine]:
    """Read ``NAME [weight N [reverse|noreverse]]``."""

    def read(text: str) -> terms.TrackLine:
        first, *others = _words(text)
        tracked = Placed(name(first.value), first.start, first.end)
        match [word.value for word in others]:
            case []:
                return terms.TrackLine(tracked)
            case ["weight", amount]:
                return terms.TrackLine(tracked, weight(amount))
            case ["weight", amount, "reverse" | "noreverse" as reversal]:
                return terms.TrackLine(tracked, weight(amount), reversal == "reverse")
            case _:
                raise Unfit("no weight")

    return read


def addresses_of(word: str) -> terms.Endpoint | terms.AddressRange | terms.Network:
    """Read ``ADDRESS``, ``FIRST-LAST``, where LAST may be the last part alone, or ``ADDRESS/LENGTH``."""
    if "/" in word:
        return terms.Network(values.prefix(word))
    first, dash, last = word.partition("-")
    begin = values.address(first)
    if not dash:
        return terms.Endpoint(begin)
    return terms.AddressRange(begin, values.range_end(word, begin, last))


def entry(found: terms.Endpoint | terms.AddressRange | terms.Network, port: int | None = None) -> terms.GroupEntry:
    """Give the addresses their port."""
    match found:
        case terms.Endpoint(address):
            return terms.Endpoint(address, port)
        case terms.AddressRange(first, last):
            return terms.AddressRange(first, last, port)
        case terms.Network(prefix):
            return terms.Network(prefix, port)


def group_entry_briefly(text: str) -> terms.GroupEntry:
    """Read addresses of a ``virtual_server_group``, and their port."""
    addresses, *ports = text.split()
    if len(ports) > 1:
        raise Unfit("more words than that")
    return entry(addresses_of(addresses), *map(_PORT, ports))


def address_briefly(text: str) -> AddressLine:
    """Read an address line."""
    prefix, *others = _words(text)
    return address_line(_placed(values.prefix, prefix), *_chosen(_ADDRESS, others))


def rule_briefly(text: str) -> RuleLine:
    """Read a rule line."""
    return rule_line(*_chosen(_RULE, _words(text)))


def route_briefly(text: str) -> RouteLine:
    """Read a route line: options, and a destination anywhere among them."""
    parts: list[Placed[Prefix] | Chosen] = []
    rest = [*reversed(_words(text))]
    while rest:
        if rest[-1].value in _ROUTE:
            parts.append(_option(_ROUTE, rest))
        elif _DESTINATION.match(rest[-1].value):
            parts.append(_placed(values.destination, rest.pop()))
        else:
            raise Unfit("neither an option nor a destination")
    return route_line(*parts)


def _chosen(table: Mapping[str, Option], words: Plain) -> list[Chosen]:
    found, rest = [], [*reversed(words)]
    while rest:
        found.append(_option(table, rest))
    return found


def _option(table: Mapping[str, Option], rest: list[Placed[str]]) -> Chosen:
    """Take an option, and what belongs to it, from the end of what is left."""
    word = rest.pop()
    option = table.get(word.value)
    if option is None:
        raise Unfit("no option that is told here")
    if option.shape == "flag":
        return Chosen(option, word, None)
    start = rest[-1].start if rest else 0
    skipped = _BEFORE[option.shape]
    mark = rest.pop().value if rest and rest[-1].value in skipped else ""
    if not rest:
        raise Unfit("no argument")
    given = _placed(option.read, rest.pop())
    if option.shape == "locked":
        return Chosen(option, word, Placed(Metric(given.value, bool(mark)), start, given.end))
    return Chosen(option, word, given)


def _placed(read: Callable[[str], Any], word: Placed[str]) -> Placed[Any]:
    return Placed(read(word.value), word.start, word.end)


_BEFORE: Mapping[str, frozenset[str]] = {"word": frozenset(), "locked": frozenset(("lock",)), "gateway": frozenset(("inet", "inet6", "to"))}
"""What may stand before an option's argument, by its shape; options of other shapes are not told here."""


def _by_name(table: tuple[Option, ...]) -> Mapping[str, Option]:
    return {name: option for option in table if option.shape == "flag" or option.shape in _BEFORE for name in option.names}


_ADDRESS, _ROUTE, _RULE = map(_by_name, (ADDRESS_OPTIONS, ROUTE_OPTIONS, RULE_OPTIONS))
