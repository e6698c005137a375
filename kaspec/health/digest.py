"""An MD5 sum over what comes in pieces, as a value."""

import hashlib
from typing import Any

from attrs import field

from kaspec.frozen import frozen


def _plain_md5() -> Any:
    return hashlib.md5(usedforsecurity=False)


@frozen
class Digest:
    """The sum so far.  Equal sums are equal; adding to one gives another."""

    _sum: Any = field(factory=_plain_md5, eq=lambda each: each.digest())

    def over(self, octets: bytes) -> "Digest":
        """Return the sum with these octets after those so far."""
        longer = self._sum.copy()
        longer.update(octets)
        return Digest(longer)

    @property
    def text(self) -> str:
        """32 hexadecimal digits."""
        return str(self._sum.hexdigest())
