"""What the services hear of checks: all that a virtual server needs to know of them."""

from collections.abc import Hashable
from typing import Literal

from kaspec.frozen import frozen


@frozen
class WeightChange:
    """What becomes of the server's weight: it is ``amount``, or ``amount`` is added to what is configured."""

    kind: Literal["is", "adds"]
    amount: int


@frozen
class CheckReported:
    """A check tells the services: server ``server`` by its check number ``check`` is up or not, weighs so; ``words`` are for the mail."""

    server: Hashable
    check: int
    is_up: bool
    weight: WeightChange | None = None
    words: str = ""
