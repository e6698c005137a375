"""Arguments: how what follows a keyword is written, reading it and writing it.

An ``Argument`` is data of the keyword table.  Reading is a function of the text alone, so lines that repeat are read once.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Generic, TypeVar

from attrs import field

from kaspec.config.diagnostics import Kind
from kaspec.frozen import frozen

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen
class Placed(Generic[T_co]):
    """A value and where in the argument's text it stands; the place does not count when two are compared."""

    value: T_co
    start: int = field(default=0, eq=False)
    end: int = field(default=0, eq=False)


@frozen
class Accepted(Generic[T_co]):
    """The argument's value; ``end`` is how far it reaches, what follows is superfluous."""

    value: T_co
    end: int


@frozen
class Refused:
    """Why the text is no such argument, about ``text[start:end]``."""

    kind: Kind
    message: str
    hint: str
    start: int
    end: int


@frozen
class Numbers:
    """The multiples of ``step`` from ``low`` to ``high``."""

    low: int
    high: int
    step: int = 1


@frozen
class Choices:
    """A few values."""

    values: tuple[Any, ...]


@frozen(eq=False)
class Argument(Generic[T]):
    """The argument of a keyword, or a line of a list.

    ``form`` is how the reference shows it; ``read`` reads its text and never raises; ``write`` writes a value so that ``read`` gives it
    back; ``absent`` holds what no argument at all means (nothing: one is needed); ``example`` is a text that ``read`` accepts; ``domain``
    tells the values there are where they can be counted.
    """

    form: str
    read: Callable[[str], Accepted[T] | Refused]
    write: Callable[[T], str]
    example: str
    absent: tuple[T, ...] = ()
    domain: Numbers | Choices | None = None


def read_argument(argument: Argument[T], text: str, again: bool = True) -> Accepted[T] | Refused:
    """Read the text of an argument, which may be read ``again`` (labels of blocks hardly are); never raises."""
    read: Accepted[T] | Refused = (_read_again if again else _read)(argument, text)
    return read


def _read(argument: Argument[Any], text: str) -> Accepted[Any] | Refused:
    if not text and argument.absent:
        return Accepted(argument.absent[0], 0)
    return argument.read(text)


_read_again = lru_cache(maxsize=1 << 17)(_read)
