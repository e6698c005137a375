"""What a row of the keyword table holds, and entering it.

A row is a ``Setting`` (keyword and argument), a ``Block`` (keyword, label and further keywords) or a ``Listing`` (keyword and a block of
lines).  A row's ``scope`` is the path of blocks around it, such as ``vrrp_instance/authentication``; ``""`` is the top of the file.  A
keyword that several blocks have in common is one row, whose other scopes are ``also``.
"""

from typing import Any, Generic, Literal, TypeVar

from kaspec.config.argument import Argument
from kaspec.config.diagnostics import BLOCK_INACTIVE, Kind
from kaspec.frozen import frozen

T = TypeVar("T")
Tier = Literal[1, 2, 3]
Process = Literal["G", "V", "L", "B", "G/V", "L/V", "V/L", "L/B", "B/V"]


@frozen
class Idle:
    """Why a keyword is accepted without effect, and stays so; ``harmless`` if nothing is missed without it."""

    why: str
    harmless: bool = False


@frozen
class Description:
    """The reference's words for a keyword.

    ``form`` of its argument, ``default``, ``tier`` (1: in nearly every configuration), ``process`` that acts on it (G all, V VRRP,
    L checker, B BFD), the keepalived release that brought it (``since``), and a remark.

    ``preset`` is the default as one would write it, where ``default`` is not already that; ``elsewhere`` is that for some of the scopes;
    ``inherits`` is the scope and name of the keyword whose value is taken where this one is not given; ``synonym`` is the name this one
    is another word for; ``example`` is used in the reference where the argument's own would mislead; ``idle`` is for a keyword that does
    not act.
    """

    form: str
    default: str
    tier: Tier
    process: Process
    since: str
    remark: str = ""
    preset: str | None = None
    elsewhere: tuple[tuple[str, str], ...] = ()
    inherits: tuple[str, str] | None = None
    synonym: str = ""
    example: str = ""
    idle: Idle | None = None


@frozen(eq=False)
class Setting(Generic[T]):
    """``keyword argument``; the last one given counts, unless it ``repeats``: then all do.

    ``acts`` tells that this release acts on it; otherwise it is read without effect.
    """

    scope: str
    name: str
    argument: Argument[T]
    description: Description
    acts: bool = False
    repeats: bool = False
    also: tuple[str, ...] = ()


@frozen(eq=False)
class Block(Generic[T]):
    """``keyword [label] { keywords }``; ``label`` is ``None`` for a block that has none.

    ``kind`` is how it is told that this release does not act on a block at the top of the file.
    """

    scope: str
    name: str
    label: Argument[T] | None
    description: Description
    acts: bool = False
    kind: Kind = BLOCK_INACTIVE
    also: tuple[str, ...] = ()

    @property
    def inside(self) -> str:
        """The scope of the keywords between the braces."""
        return within(self.scope, self.name)


@frozen(eq=False)
class Listing(Generic[T]):
    """``keyword { lines }``, each line an ``entry``; the lines of several such blocks add up."""

    scope: str
    name: str
    entry: Argument[T]
    description: Description
    acts: bool = False
    kind: Kind = BLOCK_INACTIVE
    also: tuple[str, ...] = ()


Row = Setting[Any] | Block[Any] | Listing[Any]

TABLE: dict[str, dict[str, Row]] = {}
"""Every row, by scope and name."""


def within(scope: str, name: str) -> str:
    """Return the scope inside a block of that scope and name."""
    return f"{scope}/{name}" if scope else name


def _enter(row: Row) -> None:
    for each in (row.scope, *row.also):
        scope = TABLE.setdefault(each, {})
        assert row.name not in scope, (each, row.name)
        scope[row.name] = row


def setting(
    scope: str,
    name: str,
    argument: Argument[T],
    description: Description,
    acts: bool = False,
    repeats: bool = False,
    also: tuple[str, ...] = (),
) -> Setting[T]:
    """Enter a setting."""
    row = Setting(scope, name, argument, description, acts, repeats, also)
    _enter(row)
    return row


def block(
    scope: str,
    name: str,
    label: Argument[T],
    description: Description,
    acts: bool = False,
    kind: Kind = BLOCK_INACTIVE,
    also: tuple[str, ...] = (),
) -> Block[T]:
    """Enter a block of keywords."""
    row = Block(scope, name, label, description, acts, kind, also)
    _enter(row)
    return row


def bare_block(
    scope: str, name: str, description: Description, acts: bool = False, kind: Kind = BLOCK_INACTIVE, also: tuple[str, ...] = ()
) -> Block[None]:
    """Enter a block of keywords that has no label."""
    row: Block[None] = Block(scope, name, None, description, acts, kind, also)
    _enter(row)
    return row


def listing(
    scope: str,
    name: str,
    entry: Argument[T],
    description: Description,
    acts: bool = False,
    kind: Kind = BLOCK_INACTIVE,
    also: tuple[str, ...] = (),
) -> Listing[T]:
    """Enter a block of lines."""
    row = Listing(scope, name, entry, description, acts, kind, also)
    _enter(row)
    return row
