"""Regular expressions that are compiled when something is first matched with them.

Of those that reading a configuration may need, the usual file needs a third; compiling one takes longer than to read a line with it.
"""

import re
from typing import TYPE_CHECKING, Any

__all__ = ["expression"]


class _Expression:
    """A ``re.Pattern`` to be: when it is first asked for a method, it takes over all of them, and is as fast from then on."""

    __slots__ = ("_flags", "_pattern", "findall", "finditer", "fullmatch", "match", "search", "split", "sub")

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._pattern, self._flags)
        for each in self.__slots__[2:]:
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)


if TYPE_CHECKING:
    from re import compile as expression
else:
    expression = _Expression
