"""What a clause is."""

from typing import Literal

from attrs import frozen

Level = Literal["MUST", "MUST NOT", "MUST*"]


@frozen
class Beyond:
    """Why a clause cannot be shown by a trace of the core: whose part it is."""

    whose: Literal["kernel", "virtual MAC", "host", "not yet", "not offered", "departure", "no such link"]
    reason: str


@frozen
class Clause:
    """A requirement, in our own words."""

    identifier: str
    level: Level
    requirement: str
    beyond: Beyond | None = None
