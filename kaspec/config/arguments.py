"""The vocabulary of the keyword table: every form an argument takes."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from kaspec.address import Address
from kaspec.config import values
from kaspec.config.argument import Argument
from kaspec.config.lines import ADDRESS_OPTIONS, ROUTE_OPTIONS, AddressLine, RouteLine, Server, TrackLine
from kaspec.config.model import Command
from kaspec.units import Interval

T = TypeVar("T")


def _grammar() -> Any:
    from kaspec.config import grammar

    return grammar


def single(read: Callable[[str], T], form: str, what: str, absent: tuple[T, ...] = ()) -> Argument[T]:
    """One word, judged by ``read``; ``what`` names it in messages, ``absent`` is what its absence means."""
    return Argument(form, lambda: _grammar().one(read, what), absent)


def integer(low: int, high: int, absent: tuple[int, ...] = ()) -> Argument[int]:
    """A whole number of ``low`` to ``high``."""
    return single(values.integer(low, high), f"{low}..{high}", f"a number of {low}..{high}", absent)


def duration(low: Interval, high: Interval) -> Argument[Interval]:
    """Seconds with up to six decimals, ``low`` to ``high``."""
    shown = f"{values.plain_seconds(low)}..{values.plain_seconds(high)} s"
    return single(values.duration(low, high), shown, f"a number of seconds, {shown}")


def whole_seconds(low: int, high: int) -> Argument[Interval]:
    """A whole number of seconds."""
    return single(values.whole_seconds(low, high), f"{low}..{high} s", f"a whole number of seconds, {low}..{high}")


def choice(meanings: Mapping[str, T]) -> Argument[T]:
    """One of a few words."""
    return single(values.choice(meanings), "|".join(meanings), " or ".join(meanings))


UINT32 = 0xFFFF_FFFF
"""keepalived's largest unsigned number."""

WORD: Argument[str] = single(str, "STRING", "a word")
NAME: Argument[str] = single(str, "NAME", "a name")
FLAG: Argument[bool] = Argument("", lambda: _grammar().nothing(), (True,))
BOOLEAN: Argument[bool] = single(values.boolean, "[BOOL]", "true or false", (True,))
INTERFACE: Argument[str] = single(values.interface, "IF", "the name of an interface")
IPV4: Argument[Address] = single(values.ipv4, "IP", "an IPv4 address")
WORDS: Argument[tuple[str, ...]] = Argument("WORD ...", lambda: _grammar().text_words())
SERVER: Argument[Server] = Argument("IP|NAME [PORT]", lambda: _grammar().servers())
COMMAND: Argument[Command] = Argument("CMD [USER [GROUP]]", lambda: _grammar().commands())
TRACK_LINE: Argument[TrackLine] = Argument(
    "IF [weight -253..253 [reverse]]", lambda: _grammar().track_lines(253), words=("weight", "reverse")
)
ADDRESS_LINE: Argument[AddressLine] = Argument(
    "ADDR[/LEN] [dev IF] [scope S] [label L] [broadcast A|+|-]",
    lambda: _grammar().address_lines(),
    words=tuple(name for option in ADDRESS_OPTIONS for name in option.names),
)
ROUTE_LINE: Argument[RouteLine] = Argument(
    "DEST [via GW] [dev IF] [src A] [metric N] [table T] [scope S]",
    lambda: _grammar().route_lines(),
    words=tuple(name for option in ROUTE_OPTIONS for name in option.names),
)
