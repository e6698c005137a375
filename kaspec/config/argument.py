"""Arguments: how what follows a keyword is written, and reading it.

An ``Argument`` is data of the keyword table; its pyparsing grammar (``kaspec.config.grammar``) is built when first used, since most
programs read a handful of keywords.  Reading is a function of the text alone, so lines that repeat are read once.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from attrs import frozen

from kaspec.config.diagnostics import Kind

if TYPE_CHECKING:
    from pyparsing import ParserElement

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen(eq=False)
class Argument(Generic[T]):
    """The argument of a keyword, or a line of a list.

    ``form`` is how the reference shows it, ``build`` makes its grammar, ``absent`` holds what no argument at all means (nothing: one is
    needed), ``words`` are the option words a misspelling may have meant.
    """

    form: str
    build: Callable[[], "ParserElement"]
    absent: tuple[T, ...] = ()
    words: tuple[str, ...] = ()


@frozen
class Placed(Generic[T_co]):
    """A value and where in the argument's text it stands."""

    value: T_co
    start: int
    end: int


@frozen
class Accepted(Generic[T_co]):
    """The argument's value; ``end`` is how far the grammar got, what follows is superfluous."""

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


def read_argument(argument: Argument[T], text: str) -> Accepted[T] | Refused:
    """Read the text of an argument; never raises."""
    if not text and argument.absent:
        return Accepted(argument.absent[0], 0)
    return cast("Accepted[T] | Refused", _read(argument, text))


@lru_cache(maxsize=1 << 17)
def _read(argument: Argument[Any], text: str) -> Accepted[Any] | Refused:
    from kaspec.config import grammar

    return grammar.parse(argument, text)
