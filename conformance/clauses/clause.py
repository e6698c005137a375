"""What a clause is, and what shows it."""

from typing import Literal

from attrs import field, frozen

Level = Literal["MUST", "MUST NOT", "MUST*", "SHOULD", "SHOULD NOT"]
"""As in the RFC; MUST* is a step of its state machine or of an algorithm, where the sentence has no key word."""
Whose = Literal["kernel", "virtual MAC", "host", "not yet", "not offered", "departure", "no such link", "advice", "one-sided"]
"""Why a clause is not shown in both polarities:

- ``kernel``, ``virtual MAC``, ``host``: the kernel, its interfaces with a virtual MAC, or another program of the host does it;
- ``not yet``, ``not offered``: we do not do it, now or at all; ``departure``: we do something else, as keepalived does;
- ``no such link``: only for links that Linux has not; ``advice``: to operators;
- ``one-sided``: it is shown to hold, and nothing shows that a violation would be noticed.
"""


@frozen
class Beyond:
    """Why a clause is not shown in both polarities."""

    whose: Whose
    reason: str


@frozen
class Evidence:
    """What shows that a clause holds, and that a violation of it is noticed: names of traces, and of tests (``file::function``)."""

    holds: tuple[str, ...] = field(default=())
    violated: tuple[str, ...] = field(default=())

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(self.holds + other.holds, self.violated + other.violated)


@frozen
class Clause:
    """A requirement, in our own words.

    ``section`` is the RFC's, ``applies`` the versions and families it speaks of; ``superseded`` the clause that replaces it in RFC 9568,
    or ``none`` where that has no such clause.  ``tests`` show it where traces, which say for themselves what they show, cannot.
    """

    identifier: str
    level: Level
    requirement: str
    section: str = ""
    applies: str = ""
    superseded: str = ""
    tests: Evidence = Evidence()
    beyond: Beyond | None = None

    @property
    def is_required(self) -> bool:
        """Whether it is more than a recommendation."""
        return self.level.startswith("MUST")
