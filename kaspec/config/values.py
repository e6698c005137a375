"""Words into values: each function takes one word, returns what it means, or raises ``Unfit`` with what is wrong.

``Unfit`` never leaves ``kaspec.config.grammar``, which turns it into a diagnostic's text and place.
"""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from attrs import frozen

from kaspec.address import Address, parse_address
from kaspec.config.diagnostics import MALFORMED, OUT_OF_RANGE, Kind
from kaspec.units import SECOND, Interval, in_seconds, seconds

T = TypeVar("T")

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})")
_SCOPES = {"global": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255}
_TABLES = {"default": 253, "main": 254, "local": 255}
_TRUE, _FALSE = ("true", "on", "yes"), ("false", "off", "no")
INTERFACE_LIMIT = 15
"""IFNAMSIZ less its final zero: the longest interface name and the longest label."""


class Unfit(Exception):  # noqa: N818 - a verdict on a word, not a failure
    """A word that is not of the wanted form; ``kind`` says how."""

    def __init__(self, message: str, hint: str = "", kind: Kind = MALFORMED) -> None:
        super().__init__(message)
        self.message, self.hint, self.kind = message, hint, kind


@frozen
class Prefix:
    """An address and the length of its network part, both as written; without a length it is the whole address."""

    address: Address
    length: int


@lru_cache(maxsize=1 << 12)
def similar(word: str, known: tuple[str, ...]) -> str:
    """Return ``did you mean 'x'?`` for the known word most like ``word``, or nothing."""
    close = [each for each in _pairs(known).get(word[:2], ()) if len(word) > 2 and each.startswith(word)]
    if not close and (alike := _sharing(word[:64], known)):
        close = get_close_matches(word[:64], alike, n=1, cutoff=0.68)
    return f"did you mean {close[0]!r}?" if close else ""


def _sharing(word: str, known: tuple[str, ...]) -> list[str]:
    """Return the few known words that share most pairs of letters with ``word``; a file may have a hundred thousand unknown ones."""
    pairs = _pairs(known)
    shared: dict[str, int] = {}
    for start in range(len(word) - 1):
        for each in pairs.get(word[start : start + 2], ()):
            shared[each] = shared.get(each, 0) + 1
    alike = [each for each, count in shared.items() if count * 4 >= len(word) + len(each) - 2]
    return sorted(alike, key=lambda each: shared[each])[-3:]


@lru_cache(maxsize=64)
def _pairs(known: tuple[str, ...]) -> dict[str, list[str]]:
    """Tell which known words have a pair of letters."""
    index: dict[str, list[str]] = {}
    for each in known:
        for pair in map("".join, pairwise(each)):
            index.setdefault(pair, []).append(each)
    return index


def integer(low: int, high: int) -> Callable[[str], int]:
    """Read a whole number of ``low`` to ``high``."""

    def read(word: str) -> int:
        if not _INTEGER.fullmatch(word):
            raise Unfit(f"'{word}' is not a whole number")
        number = int(word)
        if not low <= number <= high:
            raise Unfit(f"{number} is outside {low}..{high}", kind=OUT_OF_RANGE)
        return number

    return read


def duration(low: Interval, high: Interval) -> Callable[[str], Interval]:
    """Read a number of seconds with up to six decimals, ``low`` to ``high``."""

    def read(word: str) -> Interval:
        if not _DECIMAL.fullmatch(word):
            raise Unfit(f"'{word}' is not a number of seconds")
        try:
            interval = seconds(word)
        except ValueError:
            raise Unfit(f"{word} is finer than a microsecond", "six decimals are the finest") from None
        if not low <= interval <= high:
            raise Unfit(f"{word} s is outside {plain_seconds(low)}..{plain_seconds(high)}", kind=OUT_OF_RANGE)
        return interval

    return read


def whole_seconds(low: int, high: int) -> Callable[[str], Interval]:
    """Read a whole number of seconds."""
    count = integer(low, high)
    return lambda word: Interval(count(word) * SECOND)


def plain_seconds(interval: Interval) -> str:
    """Write an interval in seconds with no more decimals than it needs, as a configuration has it."""
    return str(interval // SECOND) if interval % SECOND == 0 else in_seconds(interval).rstrip("0")


def boolean(word: str) -> bool:
    """Read ``true on yes`` or ``false off no``."""
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unfit(f"'{word}' is neither true nor false", "use one of " + ", ".join((*_TRUE, *_FALSE)))


def choice(meanings: Mapping[str, T]) -> Callable[[str], T]:
    """Read one of a few words."""
    known = tuple(meanings)

    def read(word: str) -> T:
        if word not in meanings:
            raise Unfit(f"'{word}' is not one of {', '.join(known)}", similar(word, known) or similar(word.upper(), known))
        return meanings[word]

    return read


def interface(word: str) -> str:
    """Read an interface name as the kernel allows it: at most 15 bytes, no slash."""
    if not 0 < len(word.encode(errors="replace")) <= INTERFACE_LIMIT or "/" in word or word in {".", ".."}:
        raise Unfit(f"'{word}' cannot be the name of an interface", f"names have at most {INTERFACE_LIMIT} bytes and no '/'")
    return word


def label(word: str) -> str:
    """Read an address label such as ``eth0:100``."""
    if not 0 < len(word.encode(errors="replace")) <= INTERFACE_LIMIT:
        raise Unfit(f"the label '{word}' is too long", f"labels have at most {INTERFACE_LIMIT} bytes")
    return word


def address(word: str) -> Address:
    """Read an IPv4 or IPv6 address."""
    try:
        return parse_address(word)
    except ValueError:
        raise Unfit(f"'{word}' is not an IP address") from None


def ipv4(word: str) -> Address:
    """Read an IPv4 address."""
    found = address(word)
    if len(found) != 4:
        raise Unfit(f"'{word}' is not an IPv4 address")
    return found


def prefix(word: str) -> Prefix:
    """Read ``ADDRESS[/LENGTH]``."""
    host, slash, length = word.partition("/")
    found = address(host)
    bits = len(found) * 8
    if not slash:
        return Prefix(found, bits)
    if not _INTEGER.fullmatch(length):
        raise Unfit(f"'{length}' is not a prefix length", f"write the number of network bits, such as {host}/{bits // 4 * 3}")
    if not 0 <= int(length) <= bits:
        raise Unfit(f"a prefix length of {int(length)} is outside 0..{bits}", kind=OUT_OF_RANGE)
    return Prefix(found, int(length))


def destination(word: str) -> Prefix:
    """Read where a route leads: a prefix, or ``default``."""
    return Prefix(Address(bytes(4)), 0) if word == "default" else prefix(word)


def broadcast(word: str) -> Address | str:
    """Read a broadcast address, or ``+`` or ``-`` to have it computed."""
    return word if word in {"+", "-"} else ipv4(word)


def _named_number(names: Mapping[str, int], high: int, what: str) -> Callable[[str], int]:
    def read(word: str) -> int:
        if word in names:
            return names[word]
        if not _INTEGER.fullmatch(word):
            raise Unfit(f"'{word}' is not a known {what}", similar(word, tuple(names)) or f"{what}s known by name: {', '.join(names)}")
        return integer(0, high)(word)

    return read


scope = _named_number(_SCOPES, 255, "scope")
"""Read the scope of an address or a route: the kernel's number or one of iproute2's usual names."""
table = _named_number(_TABLES, 0xFFFFFFFF, "routing table")
"""Read a routing table: the kernel's number or one of its three names."""
SCOPE_NAMES = {number: name for name, number in _SCOPES.items()}
"""The usual name of a scope, by its number."""
