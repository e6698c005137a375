"""The vocabulary of the keyword table: the arguments of one word (those of several are in ``kaspec.config.compounds``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from kaspec.address import Address
from kaspec.config import values, writing
from kaspec.config.argument import Accepted, Argument, Choices, Numbers, Refused
from kaspec.config.diagnostics import MISSING_ARGUMENT
from kaspec.config.lexer import WORD_PATTERN, unescaped
from kaspec.config.likeness import similar
from kaspec.config.values import Unfit
from kaspec.expression import expression
from kaspec.units import SECOND, Interval
from kaspec.vrrp.router import PROFILES, ProfileName

T = TypeVar("T")
UINT32 = 0xFFFF_FFFF
"""keepalived's largest unsigned number."""
INT32 = 0x7FFF_FFFF
"""keepalived's largest signed number."""
_WORD = expression(rf'"[^"]*(?:"|$)|{WORD_PATTERN}')


def single(
    read: Callable[[str], T],
    form: str,
    what: str,
    write: Callable[[T], str],
    example: str,
    absent: tuple[T, ...] = (),
    domain: Numbers | Choices | None = None,
) -> Argument[T]:
    """One word, judged by ``read``; ``what`` names it in messages, ``absent`` is what its absence means."""

    def take(text: str) -> Accepted[T] | Refused:
        found = _WORD.match(text)
        if found is None:
            return Refused(MISSING_ARGUMENT, f"{what} is missing", f"the form is: {form}", 0, 0)
        try:
            return Accepted(read(unescaped(found[0])), found.end())
        except Unfit as unfit:
            return Refused(unfit.kind, unfit.message, unfit.hint, 0, found.end())

    return Argument(form, take, write, example, absent, domain)


# Numbers.


def integer(low: int, high: int, absent: tuple[int, ...] = ()) -> Argument[int]:
    """A whole number of ``low`` to ``high``."""
    form, what = (f"{low}..", f"a number from {low}") if high >= INT32 else (f"{low}..{high}", f"a number of {low}..{high}")
    form = f"[{form}]" if absent else form
    return single(values.integer(low, high), form, what, str, str(max(low, min(5, high))), absent, Numbers(low, high))


def duration(low: Interval, high: Interval, absent: tuple[Interval, ...] = ()) -> Argument[Interval]:
    """Seconds with up to six decimals, ``low`` to ``high``."""
    shown = f"{values.plain_seconds(low)}..{values.plain_seconds(high)} s"
    what = f"a number of seconds, {shown}"
    example = values.plain_seconds(Interval(max(low, min(3 * SECOND, high))))
    return single(values.duration(low, high), shown, what, writing.seconds, example, absent, Numbers(low, high))


def whole_seconds(low: int, high: int, absent: tuple[Interval, ...] = ()) -> Argument[Interval]:
    """A whole number of seconds."""
    form, domain = f"{low}..{high} s", Numbers(low * SECOND, high * SECOND, SECOND)
    what = f"a whole number of seconds, {form}"
    read = values.whole_seconds(low, high)
    return single(read, f"[{form}]" if absent else form, what, writing.seconds, str(max(low, min(10, high))), absent, domain)


def microseconds(low: int, high: int) -> Argument[Interval]:
    """A whole number of microseconds."""
    count = values.integer(low, high)
    form = f"{low}..{high} us"
    return single(lambda word: Interval(count(word)), form, f"microseconds, {form}", str, str(max(low, 10_000)), (), Numbers(low, high))


def milliseconds(low: int, high: int) -> Argument[Interval]:
    """Milliseconds with up to three decimals."""
    form = f"{low}..{high} ms"
    what, domain = f"a number of milliseconds, {form}", Numbers(low * 1000, high * 1000)
    return single(values.milliseconds(low, high), form, what, writing.milliseconds, str(max(low, 50)), (), domain)


def span(low: Interval, high: Interval) -> Argument[Interval]:
    """As ``duration``, for limits too odd to be shown."""
    what = f"a number of seconds from {values.plain_seconds(low)}"
    return single(values.duration(low, high), "SECONDS", what, writing.seconds, "3", (), Numbers(low, high))


def choice(meanings: Mapping[str, T], absent: tuple[T, ...] = ()) -> Argument[T]:
    """One of a few words; of several with one meaning the first is written."""
    form = "|".join(meanings)
    written = {meaning: word for word, meaning in reversed(tuple(meanings.items()))}
    domain = Choices((*dict.fromkeys((*meanings.values(), *absent)),))
    what, example = " or ".join(meanings), next(iter(meanings))
    write = written.get if absent else written.__getitem__
    shown = f"[{form}]" if absent else form
    return single(values.choice(meanings), shown, what, lambda value: write(value) or "", example, absent, domain)


def one_of(*names: str) -> Argument[str]:
    """One of a few words that mean themselves, in capitals or not, as keepalived takes them."""
    known = {name.upper(): name for name in names}

    def read(word: str) -> str:
        if word.upper() not in known:
            raise Unfit(f"'{word}' is not one of {', '.join(names)}", similar(word.upper(), tuple(known)))
        return known[word.upper()]

    return single(read, "|".join(names), " or ".join(names), str, names[0], (), Choices(names))


def text(form: str, what: str, example: str, absent: tuple[str, ...] = (), read: Callable[[str], str] = str) -> Argument[str]:
    """One word of any characters."""
    return single(read, f"[{form}]" if absent else form, what, writing.word, example, absent)


WORD = text("STRING", "a word", "router-a")
NAME = text("NAME", "a name", "NAME")
PATH = text("PATH", "a path", "/run/keepalived/file")
OPTIONAL_NAME = text("NAME", "a name", "keepalived", ("",))
OPTIONAL_PATH = text("PATH", "a path", "/run/keepalived/file", ("",))
PROCESS_NAME = text("NAME", "a name", "keepalived", ("",), values.at_most(15, "the name of a process"))
FLAG: Argument[bool] = Argument("", lambda _: Accepted(value=True, end=0), writing.nothing, "", (True,), Choices((True,)))
BOOLEAN: Argument[bool] = single(values.boolean, "[BOOL]", "true or false", writing.boolean, "true", (True,), Choices((True, False)))
INTERFACE: Argument[str] = text("IF", "the name of an interface", "eth0", (), values.interface)
ADDRESS: Argument[Address] = single(values.address, "IP", "an IP address", writing.address, "192.0.2.1")
IPV4: Argument[Address] = single(values.ipv4, "IP", "an IPv4 address", writing.address, "192.0.2.1")
IPV6: Argument[Address] = single(values.ipv6, "IP", "an IPv6 address", writing.address, "ff02::12")
GROUP4: Argument[Address] = single(values.group4, "IP", "an IPv4 multicast group", writing.address, "224.0.0.18")
GROUP6: Argument[Address] = single(values.group6, "IP", "an IPv6 multicast group", writing.address, "ff02::12")
PORT: Argument[int] = integer(1, 65535)
MARK: Argument[int] = integer(0, UINT32)
COUNT: Argument[int] = integer(0, UINT32)
POSITIVE: Argument[int] = integer(1, UINT32)
DELAY: Argument[Interval] = span(Interval(1), Interval(UINT32 * SECOND))
RETRY_DELAY: Argument[Interval] = span(Interval(0), Interval(UINT32 * SECOND))
GARP_INTERVAL: Argument[Interval] = span(Interval(1), Interval(UINT32))
SCHEDULER = one_of("rr", "wrr", "lc", "wlc", "sed", "nq", "dh", "sh", "mh", "lblc", "lblcr", "fo", "ovf", "twos")
PROFILE: Argument[ProfileName] = choice({name: name for name in PROFILES})
NETMASK: Argument[Address | int] = single(
    values.netmask, "NETMASK|1..128", "a netmask or the length of a prefix", writing.either, "255.255.255.0"
)
SIZE_POLICY: Argument[str | int] = single(
    lambda word: word.upper() if word.upper() in {"MTU", "ADVERT"} else values.integer(1, INT32)(word),
    "MTU|ADVERT|BYTES",
    "MTU, ADVERT or a number of bytes",
    str,
    "MTU",
)
DIGEST = text("32 hexadecimal digits", "an MD5 sum", "0" * 32, (), values.matching(r"[0-9A-Fa-f]{32}", "an MD5 sum", "genhash computes it"))
UMASK: Argument[int] = single(values.umask, "OCTAL|0xHEX|IRUSR|...", "a mask of permissions", lambda mask: f"0{mask:o}", "022")
