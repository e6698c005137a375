"""Rules of packet filters, whoever wrote them: tests of a packet's fields, and verdicts.

Fields have nft(8)'s names (``iifname``, ``l4proto``, ``ip saddr``, ``ct state``).  What we do not understand is kept as ``Unclear``, never
guessed.
"""

from typing import Literal

from kaspec.frozen import frozen

Value = tuple[int, int] | str
"""A range of numbers with both its ends (addresses are numbers too), or a word; ``eth*`` is every word that begins so."""

Origin = Literal["nft", "iptables", "iptables-nft", "iptables-legacy"]
"""The program that lists and changes the rules; for IPv6, iptables is ip6tables."""
ChainFamily = Literal["ip", "ip6", "inet", "netdev"]
Hook = Literal["ingress", "prerouting", "input", "output", "postrouting"]


@frozen
class Test:
    """Whether a field has one of the values, or (``negated``) none of them."""

    field: str
    values: tuple[Value, ...]
    negated: bool = False


@frozen
class AnyOf:
    """Whether one of the alternatives holds, all of whose tests must: a set of concatenated fields."""

    alternatives: tuple[tuple[Test, ...], ...]
    negated: bool = False


@frozen
class Unclear:
    """A condition or an action whose effect we do not know."""

    text: str


Condition = Test | AnyOf | Unclear


@frozen
class Jump:
    """Go on in another chain of the table; with ``returns``, come back at its end."""

    chain: str
    returns: bool = True


Verdict = Literal["accept", "drop", "return", "continue"] | Jump | Unclear


@frozen
class Rule:
    """A rule: its ``text`` is what an operator recognises it by; ``untracks`` tells that it takes packets out of connection tracking."""

    conditions: tuple[Condition, ...]
    verdict: Verdict
    text: str
    untracks: bool = False


@frozen
class Base:
    """Where a chain meets packets; ``devices`` are those of an ingress chain, ``None`` if they are not told."""

    hook: Hook
    priority: int
    policy: Literal["accept", "drop"] = "accept"
    devices: tuple[str, ...] | None = None


@frozen
class Chain:
    """A chain; one without a ``base`` is only jumped to."""

    origin: Origin
    family: ChainFamily
    table: str
    name: str
    rules: tuple[Rule, ...] = ()
    base: Base | None = None
