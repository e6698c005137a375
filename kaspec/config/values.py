"""Words into values: each function takes one word, returns what it means, or raises ``Unfit`` with what is wrong.

``Unfit`` never leaves ``kaspec.config.arguments`` and ``kaspec.config.grammar``, which turn it into a diagnostic's text and place.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from kaspec.address import Address, is_multicast, parse_address
from kaspec.config.diagnostics import MALFORMED, OUT_OF_RANGE, Kind
from kaspec.config.likeness import similar
from kaspec.expression import expression
from kaspec.frozen import frozen
from kaspec.units import SECOND, Interval, in_seconds, seconds

T = TypeVar("T")

_INTEGER = expression(r"[+-]?[0-9]{1,19}")
_DECIMAL = expression(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})")
_NUMBER = expression(r"[0-9]{1,18}|0[xX][0-9a-fA-F]{1,16}")
_MILLISECONDS = expression(r"\+?(?:[0-9]{1,10}(?:\.[0-9]{0,3})?|\.[0-9]{1,3})")
_SCOPES = {"global": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255}
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


def integer(low: int, high: int) -> Callable[[str], int]:
    """Read a whole number of ``low`` to ``high``."""

    def read(word: str) -> int:
        if not _INTEGER.fullmatch(word):
            raise Unfit(f"'{word}' is not a whole number")
        return _bounded(int(word), low, high)

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
    """Read an IPv4 or IPv6 address, which keepalived takes without a zone (``%eth0``)."""
    if "%" in word:
        raise Unfit(f"'{word}' names an interface", "write the address alone, and the interface where there is a keyword for it")
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


def range_end(word: str, first: Address, last: str) -> Address:
    """Read the end of a range of addresses: an address, or its last part (decimal for IPv4, hexadecimal for IPv6)."""
    if "." in last or ":" in last:
        end = address(last)
    elif len(first) == 4 and _INTEGER.fullmatch(last):
        end = Address(first[:3] + bytes((_bounded(int(last), 0, 255),)))
    elif len(first) == 16 and re.fullmatch(r"[0-9A-Fa-f]{1,4}", last):
        end = Address(first[:14] + bytes.fromhex(last.zfill(4)))
    else:
        raise Unfit(f"'{last}' is no end of a range of addresses")
    if len(end) != len(first) or end <= first:
        raise Unfit(f"the range {word} does not end after its beginning", kind=OUT_OF_RANGE)
    return end


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
    """Read where a route leads: a prefix, or ``default`` (also called ``any`` and ``all``)."""
    return Prefix(Address(bytes(4)), 0) if word in DEFAULT_ROUTES else prefix(word)


DEFAULT_ROUTES = frozenset(("default", "any", "all"))
"""The names of the prefix of length 0, which is written as IPv4's."""


def preferred_lifetime(word: str) -> int | str:
    """Read seconds, or ``forever``."""
    return word if word == "forever" else integer(0, 0xFFFFFFFF)(word)


def broadcast(word: str) -> Address | str:
    """Read a broadcast address, or ``+`` or ``-`` to have it computed."""
    return word if word in {"+", "-"} else ipv4(word)


def scope(word: str) -> int:
    """Read the scope of an address or a route: the kernel's number or one of iproute2's usual names."""
    if word in _SCOPES:
        return _SCOPES[word]
    if not _INTEGER.fullmatch(word):
        raise Unfit(f"'{word}' is not a known scope", similar(word, tuple(_SCOPES)) or f"scopes known by name: {', '.join(_SCOPES)}")
    return integer(0, 255)(word)


SCOPE_NAMES = {number: name for name, number in _SCOPES.items()}
"""The usual name of a scope, by its number."""


def named(names: Mapping[str, int], high: int, what: str) -> Callable[[str], int | str]:
    """Read the number of a table, protocol, ... up to ``high``, or its name, which only the machine knows unless it is in ``names``."""

    def read(word: str) -> int | str:
        if word in names:
            return names[word]
        if word[:1].isalpha() or word[:1] == "_":
            return word
        if not _NUMBER.fullmatch(word):
            raise Unfit(f"'{word}' is not a {what}")
        return _bounded(int(word, 0 if word[:2].lower() == "0x" else 10), 0, high)

    return read


table = named({"default": 253, "main": 254, "local": 255}, 0xFFFFFFFF, "routing table")
"""Read a routing table: the kernel's number, one of its three names, or a name that the machine knows."""


def _bounded(number: int, low: int, high: int) -> int:
    if not low <= number <= high:
        raise Unfit(f"{number} is outside {low}..{high}", kind=OUT_OF_RANGE)
    return number


def number(low: int, high: int) -> Callable[[str], int]:
    """Read a whole number, decimal or, after ``0x``, hexadecimal."""

    def read(word: str) -> int:
        if not _NUMBER.fullmatch(word):
            raise Unfit(f"'{word}' is not a whole number")
        return _bounded(int(word, 16 if word[:2].lower() == "0x" else 10), low, high)

    return read


def span(low: int, high: int) -> Callable[[str], tuple[int, int]]:
    """Read ``A-B`` or ``A``, which is ``A-A``."""
    bound = integer(low, high)

    def read(word: str) -> tuple[int, int]:
        first, dash, last = word.partition("-")
        found = bound(first), bound(last) if dash else bound(first)
        if found[0] > found[1]:
            raise Unfit(f"{word} runs backwards", f"write {last}-{first}", OUT_OF_RANGE)
        return found

    return read


def matching(pattern: str, what: str, hint: str = "") -> Callable[[str], str]:
    """Read a word that the regular expression describes whole."""
    expected = expression(pattern)

    def read(word: str) -> str:
        if not expected.fullmatch(word):
            raise Unfit(f"'{word}' is not {what}", hint)
        return word

    return read


def at_most(limit: int, what: str) -> Callable[[str], str]:
    """Read a word of at most ``limit`` bytes."""

    def read(word: str) -> str:
        if len(word.encode(errors="replace")) > limit:
            raise Unfit(f"'{word}' is too long", f"{what} has at most {limit} bytes")
        return word

    return read


def ipv6(word: str) -> Address:
    """Read an IPv6 address."""
    found = address(word)
    if len(found) != 16:
        raise Unfit(f"'{word}' is not an IPv6 address")
    return found


def group4(word: str) -> Address:
    """Read an IPv4 multicast group."""
    return _group(ipv4(word), word)


def group6(word: str) -> Address:
    """Read an IPv6 multicast group."""
    return _group(ipv6(word), word)


def _group(found: Address, word: str) -> Address:
    if not is_multicast(found):
        raise Unfit(f"'{word}' is not a multicast group")
    return found


_PERMISSION_BITS = ("IXOTH", "IWOTH", "IROTH", "IXGRP", "IWGRP", "IRGRP", "IXUSR", "IWUSR", "IRUSR")
_PERMISSIONS = {name: 1 << bit for bit, name in enumerate(_PERMISSION_BITS)}
_PERMISSIONS |= {f"IRWX{who}": 7 << shift for who, shift in (("O", 0), ("G", 3), ("U", 6))}


def umask(word: str) -> int:
    """Read a mask of permissions: octal, hexadecimal after ``0x``, or names joined by ``|``."""
    if re.fullmatch(r"0[xX][0-9A-Fa-f]{1,3}", word):
        return _bounded(int(word, 16), 0, 0o777)
    if re.fullmatch(r"[0-7]{1,6}", word):
        return _bounded(int(word, 8), 0, 0o777)
    names = word.split("|")
    if unknown := next((name for name in names if name not in _PERMISSIONS), None):
        raise Unfit(f"'{unknown}' is no permission", f"write an octal number such as 022, or some of {', '.join(_PERMISSIONS)} joined by |")
    mask = 0
    for name in names:
        mask |= _PERMISSIONS[name]
    return mask


def milliseconds(low: int, high: int) -> Callable[[str], Interval]:
    """Read a number of milliseconds, of ``low`` to ``high``, with up to three decimals."""

    def read(word: str) -> Interval:
        if not _MILLISECONDS.fullmatch(word):
            raise Unfit(f"'{word}' is not a number of milliseconds", "write it with at most three decimals")
        whole, _, fraction = word.lstrip("+").partition(".")
        interval = Interval(int(whole or "0") * 1000 + int(fraction.ljust(3, "0")))
        if not low * 1000 <= interval <= high * 1000:
            raise Unfit(f"{word} ms is outside {low}..{high}", kind=OUT_OF_RANGE)
        return interval

    return read


def netmask(word: str) -> Address | int:
    """Read an IPv4 netmask such as 255.255.255.0, or the length of an IPv6 prefix."""
    if _INTEGER.fullmatch(word):
        return integer(1, 128)(word)
    mask = ipv4(word)
    bits = int.from_bytes(mask)
    if bits == 0 or (~bits & 0xFFFFFFFF) & ((~bits & 0xFFFFFFFF) + 1):
        raise Unfit(f"'{word}' is not a netmask", "the ones come first, as in 255.255.255.0")
    return mask
