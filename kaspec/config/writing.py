"""Values into words, as keepalived's language has them."""

from collections.abc import Callable, Iterable
from typing import Any

from kaspec.address import Address, format_address
from kaspec.config.values import Prefix, plain_seconds
from kaspec.expression import expression
from kaspec.units import Interval

_PLAIN = expression(r"[^\s\\\"!#{}@$~]+")
"""A word that needs no quotes."""


def word(text: str) -> str:
    """Quote a word that would not be one as it stands; a double quote cannot be said at all."""
    return text if _PLAIN.fullmatch(text) else f'"{text}"'


def words(texts: Iterable[str]) -> str:
    """Write several words."""
    return " ".join(map(word, texts))


def nothing(_: object) -> str:
    """Write what the keyword alone says."""
    return ""


def boolean(value: bool) -> str:
    """Write ``true`` or ``false``."""
    return "true" if value else "false"


def milliseconds(interval: Interval) -> str:
    """Write an interval in milliseconds with no more decimals than it needs."""
    whole, fraction = divmod(interval, 1000)
    return f"{whole}.{fraction:03}".rstrip("0") if fraction else str(whole)


def prefix(value: Prefix) -> str:
    """Write ``ADDRESS/LENGTH``."""
    return f"{format_address(value.address)}/{value.length}"


def bounds(value: tuple[int, int]) -> str:
    """Write ``A-B``, or ``A`` if there is no other."""
    return str(value[0]) if value[0] == value[1] else f"{value[0]}-{value[1]}"


def either(value: object) -> str:
    """Write a number, a name or an address."""
    return word(value) if isinstance(value, str) else address(Address(value)) if isinstance(value, bytes) else str(value)


def following(head: str, *parts: tuple[str, Any, Callable[[Any], str]]) -> str:
    """Write ``head`` and, of each part that is there, its keyword and value."""
    return " ".join((head, *(f"{keyword} {write(value)}" for keyword, value, write in parts if value is not None))).strip()


address, seconds = format_address, plain_seconds
"""An address and an interval in seconds."""
