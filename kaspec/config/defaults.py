"""Defaults as values: what a setting is where it is not given, as far as that is one value."""

from typing import TypeVar

from kaspec.config.argument import Accepted, Choices, read_argument
from kaspec.config.keywords import Setting

T = TypeVar("T")
_SWITCHED_ON = {"yes": True, "on": True, "no": False, "off": False}


def default_text(row: Setting[T], scope: str | None = None) -> str | None:
    """Return the default as one would write it, in a ``scope`` of the row's; ``None`` if it is no single value, or another keyword's."""
    description = row.description
    for elsewhere, text in description.elsewhere:
        if elsewhere == scope:
            return text
    if description.preset is not None:
        return description.preset
    if row.argument.domain is None:
        return None
    if row.argument.domain == Choices((True,)):
        return description.default if description.default in _SWITCHED_ON else None
    read = read_argument(row.argument, description.default)
    return description.default if description.default and isinstance(read, Accepted) and read.end == len(description.default) else None


def default_value(row: Setting[T], scope: str | None = None) -> T | bool | None:
    """Return the default as a value; of a flag whether it is on."""
    text = default_text(row, scope)
    if text is None:
        return None
    if row.argument.domain == Choices((True,)):
        return _SWITCHED_ON[text]
    read = read_argument(row.argument, text)
    return read.value if isinstance(read, Accepted) else None
