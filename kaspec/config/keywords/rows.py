"""What a row of the keyword table holds, and entering it.

A row is a ``Setting`` (keyword and argument), a ``Block`` (keyword, label and further keywords), a ``Listing`` (keyword and a block of
lines) or ``Later``: known and described, but not looked at yet.  A row's ``scope`` is the path of blocks around it, such as
``vrrp_instance/authentication``; ``""`` is the top of the file.
"""

from typing import Any, Generic, Literal, TypeVar

from attrs import frozen

from kaspec.config.argument import Argument
from kaspec.config.diagnostics import KEYWORD_INACTIVE, Kind

T = TypeVar("T")
Tier = Literal[1, 2, 3]
Process = Literal["G", "V", "L", "B", "G/V", "L/V", "V/L", "L/B", "B/V"]


@frozen
class Description:
    """The reference's words for a keyword.

    ``form`` of its argument, ``default``, ``tier`` (1: in nearly every configuration), ``process`` that acts on it (G all, V VRRP,
    L checker, B BFD), the keepalived release that brought it (``since``), and a remark.
    """

    form: str
    default: str
    tier: Tier
    process: Process
    since: str
    remark: str = ""


@frozen(eq=False)
class Setting(Generic[T]):
    """``keyword argument``; the last one given counts.  One that is not ``active`` is read without effect."""

    scope: str
    name: str
    argument: Argument[T]
    description: Description
    active: bool = True


@frozen(eq=False)
class Block:
    """``keyword [label] { keywords }``; ``label`` is ``None`` for a block that has none."""

    scope: str
    name: str
    label: Argument[str] | None
    description: Description

    @property
    def inside(self) -> str:
        """The scope of the keywords between the braces."""
        return f"{self.scope}/{self.name}" if self.scope else self.name


@frozen(eq=False)
class Listing(Generic[T]):
    """``keyword { lines }``, each line an ``entry``; the lines of several such blocks add up."""

    scope: str
    name: str
    entry: Argument[T]
    description: Description


@frozen(eq=False)
class Later:
    """A keyword without effect yet, whose argument and block are not looked at; ``kind`` is how that is told."""

    scope: str
    name: str
    description: Description
    kind: Kind = KEYWORD_INACTIVE


Row = Setting[Any] | Block | Listing[Any] | Later

TABLE: dict[str, dict[str, Row]] = {}
"""Every row, by scope and name."""


def _enter(row: Row) -> None:
    scope = TABLE.setdefault(row.scope, {})
    assert row.name not in scope, (row.scope, row.name)
    scope[row.name] = row


def setting(scope: str, name: str, argument: Argument[T], description: Description, active: bool = True) -> Setting[T]:
    """Enter a setting."""
    row = Setting(scope, name, argument, description, active)
    _enter(row)
    return row


def block(scope: str, name: str, label: Argument[str] | None, description: Description) -> Block:
    """Enter a block of keywords."""
    row = Block(scope, name, label, description)
    _enter(row)
    return row


def listing(scope: str, name: str, entry: Argument[T], description: Description) -> Listing[T]:
    """Enter a block of lines."""
    row = Listing(scope, name, entry, description)
    _enter(row)
    return row


def later(scope: str, rows: tuple[tuple[str, Description], ...], kind: Kind = KEYWORD_INACTIVE) -> None:
    """Enter keywords that are not looked at yet."""
    for name, description in rows:
        _enter(Later(scope, name, description, kind))
